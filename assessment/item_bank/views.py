"""The item bank for item authors, and to read for scheme and quality managers: list, item, import, export."""

from datetime import datetime

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as WerkzeugResponse

from assessment.accounts.persons import names
from assessment.accounts.waiting import Pile, waits_for
from assessment.database import db, reading
from assessment.domain.errors import Conflict, Invalid, Refusal
from assessment.domain.items.item_json import from_json
from assessment.domain.items.qti.package import read_package
from assessment.domain.items.qti.reason import Reason
from assessment.domain.language import LANGUAGES
from assessment.domain.roles import Role
from assessment.item_bank.exporting import items_for_export, write_items
from assessment.item_bank.inputs import CHANGES, KINDS, OUTCOMES, USES, FilterInput, UploadInput
from assessment.item_bank.preview import key_of, seen
from assessment.item_bank.queries import (
    PAGE,
    Filter,
    incomplete_items,
    list_items,
    measured_by,
    standing_of_item,
    units_of_bank,
    versions_of,
    words_of,
)
from assessment.item_bank.service import (
    USE_STEPS,
    ImportLine,
    change_use,
    get_item,
    import_package,
    preview_import,
    retire_item,
)
from assessment.item_bank.shelf import Package, get_package, get_report, keep_package, keep_report
from assessment.item_bank.tables import ItemUse, ItemVersion
from assessment.storage import Storage
from assessment.web.actor import Actor, me
from assessment.web.gate import locate
from assessment.web.language import language
from assessment.web.refusals import say
from assessment.web.requests import now
from assessment.web.spreadsheets import csv_response

item_bank = Blueprint("item_bank", __name__)
locate("item_id", standing_of_item)


@item_bank.get("/items")
def index() -> str:
    session, body_id = db.session(), me().body_id
    units = units_of_bank(session, body_id, language())
    form = FilterInput(request.args).offer_units([(unit.id, f"{unit.code} {unit.text}") for unit in units])
    valid = form.validate()
    page = max(1, request.args.get("page", 1, type=int))
    wanted = Filter(
        words=form.q.data or "",
        unit_id=form.unit.data or "",
        kind=form.kind.data or "",
        use="" if form.use.data == "retired" else form.use.data or "",
        missing=form.missing.data or "",
        retired=form.use.data == "retired",
    )
    lines, count = list_items(session, body_id, wanted if valid else Filter(), page=page, language=language())
    kept = {name: value for name, value in form.data.items() if value}
    return render_template(
        "item_bank/index.html",
        form=form,
        lines=lines,
        count=count,
        filtered=bool(kept),
        narrowed=bool(kept.keys() - {"q"}),
        page=page,
        pages=-(-count // PAGE),
        address=lambda number: url_for("item_bank.index", **kept, page=number),
        kinds=KINDS,
        uses=USES,
        author=Role.ITEM_AUTHOR in me().roles,
    )


@item_bank.get("/items/<item_id>")
def item(item_id: str) -> str:
    session, actor = db.session(), me()
    found = get_item(session, actor.body_id, item_id)
    versions = versions_of(session, actor.body_id, item_id)
    newest = session.get_one(ItemVersion, (actor.body_id, versions[0].id))
    structure = from_json(newest.structure)
    importers = names(session, actor.body_id, {line.imported_by for line in versions if line.imported_by})
    return render_template(
        "item_bank/item.html",
        item=found,
        kind=KINDS.get(newest.kind, newest.kind),
        uses=USES,
        steps=[(use.value, USES[use.value]) for use in USE_STEPS[found.use]],
        seen=seen(structure, words_of(session, actor.body_id, newest.id)),
        say=say,
        key=key_of(structure),
        criteria=measured_by(session, actor.body_id, newest.id, language()),
        versions=versions,
        importers={person_id: name.text for person_id, name in importers.items()},
        language_names=LANGUAGES,
        author=Role.ITEM_AUTHOR in actor.roles,
    )


@item_bank.post("/items/<item_id>/retire")
def retire(item_id: str) -> WerkzeugResponse:
    try:
        retire_item(db.session(), me(), item_id, reason=request.form.get("reason", "")[:2000], now=now())
    except (Invalid, Conflict) as refusal:
        flash(say(refusal), "refusal")
    else:
        flash(gettext("The item is retired. Forms that hold it keep it."))
    return redirect(url_for("item_bank.item", item_id=item_id), 303)


@item_bank.post("/items/<item_id>/use")
def use(item_id: str) -> WerkzeugResponse:
    wanted = request.form.get("use", "")
    try:
        change_use(db.session(), me(), item_id, ItemUse(wanted) if wanted in USES else ItemUse.EXPOSED)
    except Conflict as refusal:
        flash(say(refusal), "refusal")
    else:
        flash(gettext("The item's use was changed."))
    return redirect(url_for("item_bank.item", item_id=item_id), 303)


@item_bank.get("/items/export.zip")
def export() -> Response:
    return _download(write_items(items_for_export(db.session(), me().body_id)), "items.zip")


@item_bank.get("/items/<item_id>/export.zip")
def export_item(item_id: str) -> Response:
    session, body_id = db.session(), me().body_id
    identifier = get_item(session, body_id, item_id).identifier
    return _download(write_items(items_for_export(session, body_id, identifier=identifier)), "item.zip")


@item_bank.route("/items/import", methods=["GET", "POST"])
def upload() -> str | WerkzeugResponse | tuple[str, int]:
    form = UploadInput()
    refusal = ""
    if form.validate_on_submit():
        file = form.package.data
        package = Package(name=file.filename or "item.xml", use=ItemUse(form.use.data), content=file.read())
        try:
            read_package(package.content, name=package.name)
        except Invalid as error:
            refusal = say(error)
        else:
            digest = keep_package(_storage(), me().body_id, package)
            return redirect(url_for("item_bank.check", package_digest=digest), 303)
    return render_template("item_bank/upload.html", form=form, refusal=refusal), 422 if refusal or form.errors else 200


@item_bank.route("/items/import/<package_digest>", methods=["GET", "POST"])
def check(package_digest: str) -> str | WerkzeugResponse | Response:
    package = get_package(_storage(), me().body_id, package_digest)
    report = read_package(package.content, name=package.name)
    if request.method == "POST":
        lines = import_package(
            db.session(), me().body_id, report, use=package.use, imported_by=me().person_id, now=now()
        )
        digest = keep_report(_storage(), me().body_id, package.name, lines)
        return redirect(url_for("item_bank.imported", report_digest=digest), 303)
    with reading() as session:
        lines = preview_import(session, me().body_id, report, use=package.use)
    if request.args.get("download") == "csv":
        return _report_csv(lines)
    notes = [_say_reason(reason) for reason in report.reasons]
    address = url_for("item_bank.check", package_digest=package_digest, download="csv")
    return _report_page(package.name, lines, done=False, notes=notes, csv=address, use=package.use)


@item_bank.get("/items/imported/<report_digest>")
def imported(report_digest: str) -> str | Response:
    name, lines = get_report(_storage(), me().body_id, report_digest)
    if request.args.get("download") == "csv":
        return _report_csv(lines)
    address = url_for("item_bank.imported", report_digest=report_digest, download="csv")
    return _report_page(name, lines, done=True, notes=[], csv=address, use=None)


def waiting_items(session: Session, actor: Actor, _now: datetime) -> list[Pile]:
    """What waits for an item author: items without a language, and items that no form can draw."""
    languages, criteria = incomplete_items(session, actor.body_id)
    return [
        Pile(
            title=ngettext("%(num)s item lacks a language", "%(num)s items lack a language", languages),
            count=languages,
            url=url_for("item_bank.index", missing="en"),
        ),
        Pile(
            title=ngettext("%(num)s item measures no criterion", "%(num)s items measure no criterion", criteria),
            count=criteria,
            url=url_for("item_bank.index"),
        ),
    ]


def _report_page(
    name: str, lines: list[ImportLine], *, done: bool, notes: list[str], csv: str, use: ItemUse | None
) -> str:
    counts = [(sum(line.change.value == change for line in lines), text) for change, text in CHANGES.items()]
    return render_template(
        "item_bank/report.html",
        name=name,
        done=done,
        use=USES[use.value] if use else "",
        notes=notes,
        csv=csv,
        counts=[(count, text) for count, text in counts if count],
        stores=any(line.change.value in ("new", "version", "language") for line in lines),
        lines=[(line, [_say_reason(reason) for reason in line.reasons]) for line in lines],
        outcomes=OUTCOMES,
        changes=CHANGES,
    )


def _report_csv(lines: list[ImportLine]) -> Response:
    return csv_response(
        "report.csv",
        ["file", "identifier", "title", "outcome", "change", "reasons"],
        [
            (
                line.file,
                line.identifier,
                line.title,
                line.outcome.value,
                line.change.value,
                " ".join(_say_reason(reason) for reason in line.reasons),
            )
            for line in lines
        ],
    )


def _say_reason(reason: Reason) -> str:
    sentence = say(Refusal(reason.message, **reason.values))
    return f"{reason.file}: {sentence}" if reason.file else sentence


def _download(content: bytes, name: str) -> Response:
    response = Response(content, mimetype="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _storage() -> Storage:
    storage: Storage = current_app.extensions["storage"]
    return storage


waits_for(Role.ITEM_AUTHOR, waiting_items)
