"""The address of the answer path, and how the fields of a question's form become a response.

`POST /answers` never reaches Flask: `delivery.application` stands in front of it. What is registered here builds
its address and gives it a place in the list of rights.
"""

from flask import Blueprint
from werkzeug.datastructures import MultiDict

from assessment.domain.items.fields import response_from_fields
from assessment.domain.items.item import Item

ADDRESS = "/answers"

answers = Blueprint("answers", __name__)
answers.add_url_rule(ADDRESS, "take", methods=["POST"], build_only=True)


def response_of(item: Item, fields: MultiDict[str, str]) -> dict[str, str | list[str] | None]:
    """Return the response that the fields of a question's form stand for, as a device would send it."""
    return response_from_fields(item, fields.to_dict(flat=False))
