"""Competency standards: list, one standard, one unit, import by upload, export, and marking a unit complete."""

import json
from collections.abc import Iterable
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response as WerkzeugResponse

from assessment.accounts.persons import names
from assessment.database import Act, db
from assessment.domain.case.package import Oddity, Package
from assessment.domain.case.read import read
from assessment.domain.competency import Unit
from assessment.domain.errors import Conflict, Invalid, Refusal
from assessment.domain.language import text_in
from assessment.domain.roles import Role
from assessment.standards.completing import mark_complete
from assessment.standards.exporting import export_standard
from assessment.standards.importing import Imported, import_standard
from assessment.standards.inputs import KINDS, ODDITIES, STATES, CompletenessInput, StandardInput
from assessment.standards.listing import (
    MOST_STRAY,
    PAGE,
    UNITS_A_PAGE,
    languages_of,
    list_standards,
    marks_of,
    standard_head,
    standard_of_unit,
    standing_of_standard,
    stray_nodes,
    unit_page,
)
from assessment.standards.queries import aliases, all_texts, texts, units
from assessment.web.actor import me
from assessment.web.gate import locate
from assessment.web.language import language
from assessment.web.refusals import say
from assessment.web.requests import now

standards = Blueprint("standards", __name__)
locate("standard_id", standing_of_standard)

SHOWN_ODDITIES = 100


@standards.get("/standards")
def index() -> str:
    words, page, retired = _words(), _page(), request.args.get("state") == "retired"
    lines, count = list_standards(db.session(), me().body_id, words=words, page=page, retired=retired)
    kept: dict[str, Any] = ({"q": words} if words else {}) | ({"state": "retired"} if retired else {})
    return render_template(
        "standards/index.html",
        lines=lines,
        count=count,
        words=words,
        retired=retired,
        page=page,
        pages=-(-count // PAGE),
        address=lambda number: url_for("standards.index", **kept, page=number),
        states=STATES,
        manager=Role.SCHEME_MANAGER in me().roles,
    )


@standards.route("/standards/import", methods=["GET", "POST"])
def upload() -> str | WerkzeugResponse | tuple[str, int]:
    form = StandardInput()
    refusal = ""
    if form.validate_on_submit():
        try:
            imported = _import(read(form.package.data.read()))
        except (Invalid, Conflict) as error:
            refusal = say(error)
        else:
            _tell(imported)
            return redirect(url_for("standards.page", standard_id=imported.standard_id), 303)
    status = 422 if refusal or form.errors else 200
    return render_template("standards/upload.html", form=form, refusal=refusal), status


@standards.get("/standards/<standard_id>")
def page(standard_id: str) -> str:
    session, body_id, number = db.session(), me().body_id, _page()
    head = standard_head(session, body_id, standard_id)
    ids, count = unit_page(session, body_id, standard_id, page=number)
    known = units(session, body_id, ids)
    stray = stray_nodes(session, body_id, standard_id)
    said = texts(session, body_id, [*_ids(known), *(id_ for id_, _, _ in stray)], language())
    older = aliases(session, body_id, ids)
    importers = names(session, body_id, [head.imported_by] if head.imported_by else [])
    return render_template(
        "standards/standard.html",
        standard=head,
        units=known,
        said=said,
        older=older,
        languages_of=languages_of(session, body_id, standard_id),
        stray=[(KINDS[kind.value], code, said.get(id_, "")) for id_, code, kind in stray],
        stray_limit=MOST_STRAY,
        oddities=_by_kind(head.oddities),
        importer=importers[head.imported_by].text if head.imported_by in importers else None,
        count=count,
        page=number,
        pages=-(-count // UNITS_A_PAGE),
        address=lambda wanted: url_for("standards.page", standard_id=standard_id, page=wanted),
        states=STATES,
        manager=Role.SCHEME_MANAGER in me().roles,
    )


@standards.get("/standards/<standard_id>/units/<unit_id>")
def unit(standard_id: str, unit_id: str) -> str:
    return _unit_page(standard_id, unit_id, CompletenessInput())


@standards.post("/standards/<standard_id>/units/<unit_id>/completeness")
def mark(standard_id: str, unit_id: str) -> WerkzeugResponse | tuple[str, int]:
    form = CompletenessInput()
    session, actor = db.session(), me()
    standard_of_unit(session, actor.body_id, standard_id, unit_id)
    if not form.validate_on_submit():
        return _unit_page(standard_id, unit_id, form), 422
    try:
        mark_complete(
            session,
            actor,
            unit_id,
            complete=form.complete.data == "yes",
            source=form.source.data or "",
            note=form.note.data or "",
            now=now(),
        )
    except Invalid as refusal:
        return _unit_page(standard_id, unit_id, form, refusal=refusal), 422
    flash(gettext("Your comparison was kept with your name and the time."))
    return redirect(url_for("standards.unit", standard_id=standard_id, unit_id=unit_id), 303)


@standards.get("/standards/<standard_id>/export.json")
def export(standard_id: str) -> Response:
    package = export_standard(db.session(), me().body_id, standard_id)
    return Response(
        json.dumps(package, ensure_ascii=False, indent=2),
        mimetype="application/json",
        headers={"Content-Disposition": f'attachment; filename="standard-{standard_id}.json"'},
    )


def _unit_page(standard_id: str, unit_id: str, form: CompletenessInput, *, refusal: Refusal | None = None) -> str:
    session, body_id = db.session(), me().body_id
    standard = standard_of_unit(session, body_id, standard_id, unit_id)
    (known,) = units(session, body_id, [unit_id])
    every = all_texts(session, body_id, _ids([known]))
    marks = marks_of(session, body_id, [unit_id])
    people = names(session, body_id, {mark.marked_by for mark in marks})
    return render_template(
        "standards/unit.html",
        standard=standard,
        unit=known,
        said={id_: text_in(said, language()) for id_, said in every.items()},
        titles=sorted(every.get(unit_id, {}).items()),
        older=aliases(session, body_id, [unit_id]).get(unit_id, []),
        marks=[(mark, people[mark.marked_by].text if mark.marked_by in people else "") for mark in marks],
        mark=marks[0] if marks else None,
        form=form,
        refusal=say(refusal) if refusal else "",
        states=STATES,
        manager=Role.SCHEME_MANAGER in me().roles,
    )


def _ids(known: Iterable[Unit]) -> list[str]:
    """Every id in some units: the units, their elements and criteria."""
    found: list[str] = []
    for unit in known:
        found += [unit.id, *(element.id for element in unit.elements), *(each.id for each in unit.criteria)]
    return found


def _import(package: Package) -> Imported:
    actor = me()
    act = Act(
        body_id=actor.body_id,
        account_id=actor.account_id,
        person_id=actor.person_id,
        at=now(),
        name="standards.upload",
    )
    return import_standard(actor.body_id, package, act=act)


def _tell(imported: Imported) -> None:
    if not imported.changed:
        flash(gettext("The same content is published already. Nothing was changed."), "attention")
        return
    flash(
        gettext(
            "The standard was imported whole: %(items)s items, version %(number)s.",
            items=imported.items,
            number=imported.number,
        )
    )
    if imported.oddities:
        flash(
            ngettext(
                "%(num)s oddity was found and is listed below.",
                "%(num)s oddities were found and are listed below.",
                len(imported.oddities),
            ),
            "attention",
        )


def _by_kind(oddities: Iterable[Oddity]) -> list[tuple[str, int, list[tuple[str, str]]]]:
    """Group oddities for the page: (what, how many, [(identifier, sentence)] of the first hundred)."""
    found: dict[str, list[Oddity]] = {}
    for oddity in oddities:
        found.setdefault(oddity.kind.value, []).append(oddity)
    return [
        (
            str(ODDITIES[kind]),
            len(group),
            [(oddity.identifier, say(Invalid(oddity.message, **oddity.values))) for oddity in group[:SHOWN_ODDITIES]],
        )
        for kind, group in found.items()
    ]


def _words() -> str:
    return request.args.get("q", "").strip()[:120]


def _page() -> int:
    return max(1, request.args.get("page", 1, type=int))
