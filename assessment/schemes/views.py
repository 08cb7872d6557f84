"""Certification schemes: list, one version with its plan, one criterion; publishing, copying, retiring."""

from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from assessment.accounts.persons import names
from assessment.accounts.waiting import Pile, Task, waits_for
from assessment.database import db, reading
from assessment.domain.errors import N_, Conflict, Invalid, NotFound
from assessment.domain.language import text_in
from assessment.domain.roles import Role
from assessment.schemes.creating import prepare_copy, store_version
from assessment.schemes.inputs import KINDS, METHODS, SCOPES, STATES
from assessment.schemes.listing import PAGE, list_schemes, waiting_drafts
from assessment.schemes.publishing import lacks_of, plan_of
from assessment.schemes.publishing import publish as publish_version
from assessment.schemes.publishing import retire as retire_version
from assessment.schemes.queries import scheme_facts, scheme_units, standing_of_scheme_version
from assessment.schemes.showing import blockers_of, grid_groups, method_lines, methods_of
from assessment.schemes.tables import SchemeState
from assessment.standards.queries import texts
from assessment.web.actor import Actor, me
from assessment.web.gate import locate
from assessment.web.language import language
from assessment.web.refusals import say
from assessment.web.requests import now

schemes = Blueprint("schemes", __name__)
locate("scheme_version_id", standing_of_scheme_version)


@schemes.get("/schemes")
def index() -> str:
    words = request.args.get("q", "").strip()[:120]
    number = max(1, request.args.get("page", 1, type=int))
    kept: dict[str, Any] = {"q": words} if words else {}
    lines, count = list_schemes(db.session(), me().body_id, words=words, page=number)
    return render_template(
        "schemes/index.html",
        lines=lines,
        count=count,
        words=words,
        page=number,
        pages=-(-count // PAGE),
        address=lambda wanted: url_for("schemes.index", **kept, page=wanted),
        said=lambda titles: text_in(titles, language()),
        kinds=KINDS,
        states=STATES,
        manager=Role.SCHEME_MANAGER in me().roles,
    )


@schemes.get("/schemes/<scheme_version_id>")
def page(scheme_version_id: str) -> str:
    session, body_id = db.session(), me().body_id
    facts = scheme_facts(session, body_id, scheme_version_id)
    members = scheme_units(session, body_id, scheme_version_id)
    plan = plan_of(session, body_id, scheme_version_id, members)
    shown = [id_ for unit in plan.units for id_ in (unit.id, *(criterion.id for criterion in unit.criteria))]
    said = texts(session, body_id, shown, language())
    manager = Role.SCHEME_MANAGER in me().roles
    draft = facts.state is SchemeState.DRAFT
    only_holes = request.args.get("only") == "holes"
    return render_template(
        "schemes/scheme.html",
        scheme=facts,
        title=text_in(facts.titles, language()),
        summary=text_in(facts.summaries, language()),
        prerequisites=[text_in(each.texts, language()) for each in facts.prerequisites],
        scope=[(SCOPES.get(name, name), value) for name, value in facts.scope],
        kind=KINDS[facts.kind.value],
        units=[(member, said.get(member.unit_id, "")) for member in members],
        methods=[str(METHODS[method]) for method in methods_of(plan)],
        groups=grid_groups(
            plan, said, scheme_version_id=scheme_version_id, editable=manager and draft, only_holes=only_holes
        ),
        criteria=sum(len(unit.criteria) for unit in plan.units),
        cells=len(plan.cells),
        holes=len({(hole.unit_id, hole.criterion_id, hole.method) for hole in plan.holes}),
        only_holes=only_holes,
        blockers=blockers_of(plan, lacks_of(facts, plan), members, scheme_version_id) if draft else [],
        publisher=_name(session, body_id, facts.published_by),
        states=STATES,
        draft=draft,
        manager=manager,
    )


@schemes.get("/schemes/<scheme_version_id>/plan/<criterion_id>")
def criterion(scheme_version_id: str, criterion_id: str) -> str:
    session, body_id = db.session(), me().body_id
    facts = scheme_facts(session, body_id, scheme_version_id)
    plan = plan_of(session, body_id, scheme_version_id)
    unit = next((unit for unit in plan.units if criterion_id in {each.id for each in unit.criteria}), None)
    if unit is None:
        raise NotFound(N_("There is no such criterion in the units of this scheme."))
    said = texts(session, body_id, [unit.id, criterion_id], language())
    lines = method_lines(plan, criterion_id)
    return render_template(
        "schemes/criterion.html",
        scheme=facts,
        title=text_in(facts.titles, language()),
        unit=unit,
        unit_title=said.get(unit.id, ""),
        number=next(each.number for each in unit.criteria if each.id == criterion_id),
        statement=said.get(criterion_id, ""),
        criterion_id=criterion_id,
        lines=lines,
        used=any(line.rule for line in lines),
        editable=Role.SCHEME_MANAGER in me().roles and facts.state is SchemeState.DRAFT,
    )


@schemes.post("/schemes/<scheme_version_id>/publish")
def publish(scheme_version_id: str) -> Response:
    try:
        publish_version(db.session(), me().body_id, scheme_version_id, now(), published_by=me().person_id)
    except Conflict as refusal:
        flash(say(refusal), "refusal")
    else:
        flash(gettext("The version is published. Nothing in it changes from now on."))
    return redirect(url_for("schemes.page", scheme_version_id=scheme_version_id), 303)


@schemes.post("/schemes/<scheme_version_id>/retire")
def retire(scheme_version_id: str) -> Response:
    try:
        retire_version(db.session(), me().body_id, scheme_version_id)
    except Conflict as refusal:
        flash(say(refusal), "refusal")
    else:
        flash(gettext("The version is retired. It takes no new applications."))
    return redirect(url_for("schemes.page", scheme_version_id=scheme_version_id), 303)


@schemes.post("/schemes/<scheme_version_id>/copy")
def copy(scheme_version_id: str) -> Response:
    try:
        with reading() as session:
            prepared = prepare_copy(session, me().body_id, scheme_version_id)
        made = store_version(db.session(), me().body_id, prepared, now())
    except (Conflict, Invalid) as refusal:
        flash(say(refusal), "refusal")
        return redirect(url_for("schemes.page", scheme_version_id=scheme_version_id), 303)
    flash(gettext("A new version was made as a copy. It is a draft until you publish it."))
    return redirect(url_for("schemes.page", scheme_version_id=made), 303)


def waiting_for_manager(session: Session, actor: Actor, _now: datetime) -> list[Pile]:
    """What waits for a scheme manager: drafts to be completed and published."""
    count, drafts = waiting_drafts(session, actor.body_id)
    return [
        Pile(
            title=ngettext(
                "%(num)s draft of a scheme to complete and publish",
                "%(num)s drafts of schemes to complete and publish",
                count,
            ),
            count=count,
            url=url_for("schemes.index"),
            oldest=[
                Task(
                    text=gettext("%(code)s, version %(number)s", code=draft.code, number=draft.number),
                    url=url_for("schemes.page", scheme_version_id=draft.id),
                    since=draft.created_at,
                )
                for draft in drafts
            ],
        )
    ]


waits_for(Role.SCHEME_MANAGER, waiting_for_manager)


def _name(session: Session, body_id: str, person_id: str | None) -> str | None:
    if person_id is None:
        return None
    found = names(session, body_id, [person_id])
    return found[person_id].text if person_id in found else None
