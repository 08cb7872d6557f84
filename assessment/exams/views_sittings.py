"""Sittings for the scheme manager: schedule, fill the roster, close it, prepare the attempts."""

from collections.abc import Sequence
from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from assessment.accounts.persons import Name, names
from assessment.accounts.waiting import Pile, Task, waits_for
from assessment.database import Act, db, reading, unit_of_work
from assessment.domain.errors import N_, Conflict, Invalid, NotFound
from assessment.domain.roles import Role
from assessment.exams.attempt_queries import seats
from assessment.exams.candidates import Registrable, Registration, candidate_source
from assessment.exams.inputs import ExtraMinutesInput, RosterInput, SittingInput, in_zone
from assessment.exams.preparing import lay_out, store_attempts
from assessment.exams.queries import (
    PAGE,
    SittingLine,
    ready_forms,
    sites,
    sitting_line,
    unprepared,
)
from assessment.exams.queries import (
    sittings as find_sittings,
)
from assessment.exams.sittings import NewSitting, close_roster, create_sitting, grant_time
from assessment.exams.standing import standing_of_sitting
from assessment.schemes.queries import scheme_titles
from assessment.web.actor import Actor, me
from assessment.web.gate import locate
from assessment.web.inputs import choices
from assessment.web.language import language
from assessment.web.refusals import say
from assessment.web.requests import now

BATCH = 10

sittings = Blueprint("sittings", __name__)
locate("sitting_id", standing_of_sitting)


@sittings.get("/sittings")
def index() -> str:
    page = max(1, request.args.get("page", 1, type=int))
    lines, count = find_sittings(db.session(), me().body_id, page=page)
    return render_template(
        "exams/sittings.html",
        lines=lines,
        page=page,
        pages=-(-count // PAGE),
        pages_url=lambda number: url_for("sittings.index", page=number),
    )


@sittings.route("/sittings/new", methods=["GET", "POST"])
def new() -> str | Response | tuple[str, int]:
    form = SittingInput()
    with reading() as session:
        form.form_id.choices = choices(dict(ready_forms(session, me().body_id)))
        form.site_id.choices = choices(dict(sites(session, me().body_id)))
    refusal = ""
    if form.validate_on_submit() and form.starts_at.data and form.closes_at.data:
        try:
            sitting = create_sitting(
                db.session(),
                me().body_id,
                NewSitting(
                    form_id=form.form_id.data,
                    site_id=form.site_id.data,
                    code=form.code.data or "",
                    starts_at=in_zone(form.starts_at.data, me().zone),
                    closes_at=in_zone(form.closes_at.data, me().zone),
                ),
            )
        except (Invalid, Conflict) as error:
            refusal = say(error)
        else:
            return redirect(url_for("sittings.page", sitting_id=sitting.id), 303)
    return render_template("exams/sitting_new.html", form=form, refusal=refusal), (
        422 if refusal or form.errors else 200
    )


@sittings.get("/sittings/<sitting_id>")
def page(sitting_id: str) -> str:
    return render_template("exams/sitting.html", **_page(db.session(), sitting_id, RosterInput()))


@sittings.post("/sittings/<sitting_id>/candidates")
def add(sitting_id: str) -> Response | tuple[str, int]:
    form = RosterInput()
    with reading() as session:
        context = _page(session, sitting_id, form)
    source = candidate_source()
    if source is None or not form.validate_on_submit():
        return render_template("exams/sitting.html", **context), 422
    registration = Registration(
        sitting_id=sitting_id,
        application_id=form.application_id.data,
        extra_seconds=(form.extra_minutes.data or 0) * 60,
        late_reason=form.late_reason.data or "",
    )
    try:
        source[1](db.session(), me(), registration, now())
    except (Invalid, Conflict) as error:
        return render_template("exams/sitting.html", **context | {"refusal": say(error)}), 422
    flash(gettext("The candidate is on the roster."))
    return _back(sitting_id)


@sittings.post("/sittings/<sitting_id>/extra-time")
def extra_time(sitting_id: str) -> Response:
    form = ExtraMinutesInput()
    if not form.validate_on_submit():
        raise Invalid(N_("Expected extra time from 0 to 1440 minutes."))
    grant_time(
        db.session(),
        me().body_id,
        sitting_id,
        form.application_id.data or "",
        extra_seconds=(form.minutes.data or 0) * 60,
    )
    flash(gettext("The extra time is kept."))
    return _back(sitting_id)


@sittings.post("/sittings/<sitting_id>/close")
def close(sitting_id: str) -> Response:
    close_roster(db.session(), me().body_id, sitting_id, now=now(), closed_by=me().person_id)
    flash(gettext("The roster is closed. Prepare the attempts next."))
    return _back(sitting_id)


@sittings.post("/sittings/<sitting_id>/prepare")
def prepare(sitting_id: str) -> Response:
    """Lay out without the lock, then store in short transactions: a full hall never makes others wait."""
    somebody = me()
    with reading() as session:
        drafts = lay_out(session, somebody.body_id, sitting_id)
    act = Act(
        body_id=somebody.body_id,
        account_id=somebody.account_id,
        person_id=somebody.person_id,
        at=now(),
        name="sittings.prepare",
    )
    made = 0
    for start in range(0, len(drafts), BATCH):
        with unit_of_work(act) as writing_session:
            made += len(store_attempts(writing_session, somebody.body_id, drafts[start : start + BATCH]))
    flash(ngettext("%(num)d attempt is prepared.", "%(num)d attempts are prepared.", made))
    return _back(sitting_id)


def _page(session: Session, sitting_id: str, form: RosterInput) -> dict[str, object]:
    body_id = me().body_id
    line = sitting_line(session, body_id, sitting_id)
    if line is None:
        raise NotFound(N_("There is no such sitting."))
    everybody = seats(session, body_id, sitting_id)
    source = candidate_source()
    over = now() >= line.sitting.closes_at
    ready = source[0](session, body_id, line.scheme_version_id) if source and not over else ()
    on_roster = {seat.entry.application_id for seat in everybody}
    ready = [each for each in ready if each.application_id not in on_roster][:PAGE]
    known = names(session, body_id, {seat.entry.person_id for seat in everybody} | {each.person_id for each in ready})
    form.application_id.choices = choices(_labels(ready, known))
    wished = request.args.get("q", "").strip()
    found = [seat for seat in everybody if wished.lower() in known[seat.entry.person_id].text.lower()]
    found.sort(key=lambda seat: known[seat.entry.person_id].text.casefold())
    pages = max(1, -(-len(found) // PAGE))
    number = min(max(1, request.args.get("page", 1, type=int)), pages)
    return {
        "form": form,
        "line": line,
        "title": scheme_titles(session, body_id, [line.scheme_version_id], language()).get(line.scheme_version_id, ""),
        "seats": found[(number - 1) * PAGE : number * PAGE],
        "names": known,
        "wished": wished,
        "page": number,
        "pages": pages,
        "pages_url": lambda wanted: url_for("sittings.page", sitting_id=sitting_id, q=wished or None, page=wanted),
        "can_add": bool(ready),
        "over": over,
        "unprepared": sum(seat.attempt is None for seat in everybody),
        "refusal": "",
    }


def _labels(ready: Sequence[Registrable], known: dict[str, Name]) -> dict[str, str]:
    return {
        each.application_id: " · ".join(
            part for part in (known[each.person_id].text, each.number, each.adjustment) if part
        )
        for each in ready
    }


def _back(sitting_id: str) -> Response:
    return redirect(url_for("sittings.page", sitting_id=sitting_id), 303)


def _waiting(session: Session, actor: Actor, moment: datetime) -> list[Pile]:
    lines = unprepared(session, actor.body_id, now=moment)
    open_ones = [line for line in lines if line.sitting.roster_closed_at is None]
    closed = [line for line in lines if line.sitting.roster_closed_at is not None]
    return [
        _pile(gettext("Rosters to fill and close"), open_ones),
        _pile(gettext("Sittings to prepare"), closed),
    ]


def _pile(title: str, lines: Sequence[SittingLine]) -> Pile:
    return Pile(
        title=title,
        count=len(lines),
        url=url_for("sittings.index"),
        oldest=[
            Task(
                text=f"{line.sitting.code} · {line.site_name}",
                url=url_for("sittings.page", sitting_id=line.sitting.id),
                since=line.sitting.starts_at,
            )
            for line in lines[:3]
        ],
    )


waits_for(Role.SCHEME_MANAGER, _waiting)
