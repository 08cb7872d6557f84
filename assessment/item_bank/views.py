"""The item bank for item authors, and to read for scheme and quality managers: list, item, import, export."""

from datetime import datetime

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as WerkzeugResponse

from assessment.accounts.persons import names
from assessment.accounts.waiting import Pile, waits_for
from assessment.database import db, reading
from assessment.domain.errors import N_, Conflict, Invalid, NotFound, Refusal
from assessment.domain.items.authoring.difference import LABELS
from assessment.domain.items.item_json import from_json
from assessment.domain.items.qti.reason import Reason
from assessment.domain.items.qti.write import PackagedItem
from assessment.domain.items.spreadsheet.rows import template_rows, write_template
from assessment.domain.language import LANGUAGES
from assessment.domain.roles import Role
from assessment.item_bank import labels
from assessment.item_bank.apart import apart_from
from assessment.item_bank.drafting import open_draft_of
from assessment.item_bank.exporting import items_for_export, with_files, write_items
from assessment.item_bank.exposure import exposure_of
from assessment.item_bank.history import differences_between
from assessment.item_bank.inputs import CHANGES, KINDS, OUTCOMES, USES, FilterInput, UploadInput
from assessment.item_bank.preview import key_of, seen
from assessment.item_bank.queries import (
    content_of,
    incomplete_items,
    measured_by,
    standing_of_item,
    units_of_bank,
    versions_of,
)
from assessment.item_bank.reading import keep_files, read_upload
from assessment.item_bank.report_files import report_json
from assessment.item_bank.searching import PAGE, Filter, list_items
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
from assessment.item_bank.tables import ItemUse
from assessment.storage import Storage
from assessment.web.actor import Actor, me
from assessment.web.gate import locate
from assessment.web.language import language
from assessment.web.refusals import say
from assessment.web.requests import now
from assessment.web.spreadsheets import csv_response

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

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
        state=form.state.data or "",
        retired=form.use.data == "retired",
        sort=form.sort.data or "identifier",
    )
    lines, count = list_items(session, body_id, wanted if valid else Filter(), page=page, language=language())
    kept = {name: value for name, value in form.data.items() if value and (name, value) != ("sort", "identifier")}
    return render_template(
        "item_bank/index.html",
        form=form,
        lines=lines,
        count=count,
        filtered=bool(kept.keys() - {"sort"}),
        narrowed=bool(kept.keys() - {"q", "sort"}),
        page=page,
        pages=-(-count // PAGE),
        address=lambda number: url_for("item_bank.index", **kept, page=number),
        kinds=KINDS,
        uses=USES,
        author=Role.ITEM_AUTHOR in me().roles,
        reader=Role.QUALITY_MANAGER in me().roles,
    )


@item_bank.get("/items/<item_id>")
def item(item_id: str) -> str:
    session, actor = db.session(), me()
    found = get_item(session, actor.body_id, item_id)
    versions = versions_of(session, actor.body_id, item_id)
    newest = versions[0]
    stored, said = content_of(session, actor.body_id, newest.id)
    structure = from_json(stored)
    words = seen(structure, said, address=lambda file: url_for("item_files.page", item_id=item_id, digest=file.digest))
    people = {each for line in versions for each in (line.imported_by, line.reviewed_by) if each}
    return render_template(
        "item_bank/item.html",
        item=found,
        kind=KINDS.get(structure.kind.value, structure.kind.value),
        uses=USES,
        steps=[(use.value, USES[use.value]) for use in USE_STEPS[found.use]],
        seen=words,
        say=say,
        key=key_of(structure, words[0].text if words else None),
        criteria=measured_by(session, actor.body_id, newest.id, language()),
        versions=versions,
        draft=open_draft_of(session, actor.body_id, item_id),
        states=labels.STATES,
        exposure=exposure_of(session, actor.body_id, item_id),
        apart=apart_from(session, actor.body_id, item_id),
        second_person=actor.person_id != newest.imported_by,
        reader=bool(actor.roles & {Role.ITEM_AUTHOR, Role.QUALITY_MANAGER}),
        manager=Role.SCHEME_MANAGER in actor.roles,
        people={person_id: name.text for person_id, name in names(session, actor.body_id, people).items()},
        language_names=LANGUAGES,
        author=Role.ITEM_AUTHOR in actor.roles,
    )


@item_bank.get("/items/<item_id>/differences")
def differences(item_id: str) -> str:
    session, body_id = db.session(), me().body_id
    found = get_item(session, body_id, item_id)
    versions = versions_of(session, body_id, item_id)
    new = request.args.get("new", found.number, type=int)
    old = request.args.get("old", max(1, new - 1), type=int)
    return render_template(
        "item_bank/differences.html",
        item=found,
        versions=versions,
        old=old,
        new=new,
        changed=differences_between(session, body_id, item_id, old=old, new=new, language=language()),
        names_of_parts=LABELS,
        language_names=LANGUAGES,
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
    return _download(_package(items_for_export(db.session(), me().body_id)), "items.zip")


@item_bank.get("/items/<item_id>/export.zip")
def export_item(item_id: str) -> Response:
    session, body_id = db.session(), me().body_id
    identifier = get_item(session, body_id, item_id).identifier
    return _download(_package(items_for_export(session, body_id, identifier=identifier)), "item.zip")


@item_bank.get("/items/template/<form>")
def template(form: str) -> Response:
    if form == "csv":
        heading, *rows = template_rows()
        return csv_response("items.csv", heading, rows)
    if form != "xlsx":
        raise NotFound(N_("There is no such page."))
    return _download(write_template(), "items.xlsx", XLSX)


@item_bank.route("/items/import", methods=["GET", "POST"])
def upload() -> str | WerkzeugResponse | tuple[str, int]:
    form = UploadInput()
    refusal = ""
    if form.validate_on_submit():
        file = form.package.data
        package = Package(name=file.filename or "item.xml", use=ItemUse(form.use.data), content=file.read())
        try:
            read_upload(package)
        except Invalid as error:
            refusal = say(error)
        else:
            digest = keep_package(_storage(), me().body_id, package)
            return redirect(url_for("item_bank.check", package_digest=digest), 303)
    return render_template("item_bank/upload.html", form=form, refusal=refusal), 422 if refusal or form.errors else 200


@item_bank.route("/items/import/<package_digest>", methods=["GET", "POST"])
def check(package_digest: str) -> str | WerkzeugResponse | Response:
    package = get_package(_storage(), me().body_id, package_digest)
    report = read_upload(package)
    if request.method == "POST":
        keep_files(_storage(), report)
        lines = import_package(
            db.session(), me().body_id, report, use=package.use, imported_by=me().person_id, now=now()
        )
        digest = keep_report(_storage(), me().body_id, package.name, lines)
        return redirect(url_for("item_bank.imported", report_digest=digest), 303)
    with reading() as session:
        lines = preview_import(session, me().body_id, report, use=package.use)
    if wanted := request.args.get("download"):
        return _report_file(wanted, lines)
    notes = [_say_reason(reason) for reason in report.reasons]
    address = url_for("item_bank.check", package_digest=package_digest)
    return _report_page(package.name, lines, done=False, notes=notes, address=address, use=package.use)


@item_bank.get("/items/imported/<report_digest>")
def imported(report_digest: str) -> str | Response:
    name, lines = get_report(_storage(), me().body_id, report_digest)
    if wanted := request.args.get("download"):
        return _report_file(wanted, lines)
    address = url_for("item_bank.imported", report_digest=report_digest)
    return _report_page(name, lines, done=True, notes=[], address=address, use=None)


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
            url=url_for("item_bank.index", state="no_criterion"),
        ),
    ]


def _report_page(
    name: str, lines: list[ImportLine], *, done: bool, notes: list[str], address: str, use: ItemUse | None
) -> str:
    counts = [(sum(line.change.value == change for line in lines), text) for change, text in CHANGES.items()]
    return render_template(
        "item_bank/report.html",
        name=name,
        done=done,
        use=USES[use.value] if use else "",
        notes=notes,
        csv=f"{address}?download=csv",
        json=f"{address}?download=json",
        counts=[(count, text) for count, text in counts if count],
        stores=any(line.change.value in ("new", "version", "language") for line in lines),
        lines=[(line, [_say_reason(reason) for reason in line.reasons]) for line in lines],
        outcomes=OUTCOMES,
        changes=CHANGES,
    )


def _report_file(wanted: str, lines: list[ImportLine]) -> Response:
    if wanted == "json":
        said = [{**line.to_json(), "reasons": [_say_reason(reason) for reason in line.reasons]} for line in lines]
        return _download(report_json(said), "report.json", "application/json")
    if wanted != "csv":
        raise NotFound(N_("There is no such page."))
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


def _package(items: list[PackagedItem]) -> bytes:
    return write_items(with_files(items, _storage()))


def _download(content: bytes, name: str, media_type: str = "application/zip") -> Response:
    response = Response(content, mimetype=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _storage() -> Storage:
    storage: Storage = current_app.extensions["storage"]
    return storage


waits_for(Role.ITEM_AUTHOR, waiting_items)
