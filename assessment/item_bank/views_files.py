"""A file of an item for its author's page."""

from flask import Blueprint, Response, current_app

from assessment.database import db
from assessment.item_bank.files import file_of_item, lasting_file
from assessment.web.actor import me

item_files = Blueprint("item_files", __name__)


@item_files.get("/items/<item_id>/files/<digest>")
def page(item_id: str, digest: str) -> Response:
    storage = current_app.extensions["storage"]
    return lasting_file(*file_of_item(db.session(), storage, me().body_id, item_id, digest))
