"""The invigilator's rooms: the sittings of today, and one room live. A seat is `views_seat`, the acts `views_acts`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, make_response, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session

from assessment.accounts.persons import ERASED_NAME, Name, names
from assessment.accounts.waiting import Pile, Task, waits_for
from assessment.database import db
from assessment.domain.errors import N_, NotFound
from assessment.domain.exams.attempt_states import AttemptState
from assessment.domain.exams.room import Alert, Show
from assessment.domain.roles import Role
from assessment.exams.late_words import late_table
from assessment.exams.live import Watched, count_by, shown, tag_of, watch
from assessment.exams.notes import Noted, notes_of
from assessment.exams.own import standing_at_gate
from assessment.exams.queries import SittingLine, sitting_line, sittings_on
from assessment.exams.room_words import LineWords
from assessment.schemes.queries import scheme_titles
from assessment.web.actor import Actor, me
from assessment.web.gate import locate
from assessment.web.language import language
from assessment.web.requests import now

rooms = Blueprint("rooms", __name__)
locate("attempt_id", standing_at_gate)

KINDS = {
    AttemptState.PREPARED: "quiet",
    AttemptState.CHECKED_IN: "info",
    AttemptState.RELEASED: "info",
    AttemptState.RUNNING: "waiting",
    AttemptState.PAUSED: "attention",
    AttemptState.SUBMITTED: "done",
    AttemptState.EXPIRED: "ended",
    AttemptState.VOIDED: "refusal",
}
NAMED = 5
NOTES_SHOWN = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One kind of alert with those whom it concerns, the first few of them."""

    alert: Alert
    count: int
    first: Sequence[Watched]


@rooms.get("/rooms")
def index() -> str:
    return render_template("exams/rooms.html", lines=_today(db.session(), me(), now()), today=now())


@rooms.get("/rooms/<sitting_id>")
def page(sitting_id: str) -> str:
    line = line_of(db.session(), sitting_id)
    everybody = watch(db.session(), line.sitting, now=now())
    return render_template("exams/room.html", **room(db.session(), line, everybody))


@rooms.get("/rooms/<sitting_id>/live")
def live(sitting_id: str) -> Response:
    """What changes in the room, for a page that asks again and again; 304 while nothing has changed."""
    line = line_of(db.session(), sitting_id)
    everybody = watch(db.session(), line.sitting, now=now())
    tag = live_tag(line, everybody)
    if request.if_none_match.contains_weak(tag):
        response = Response(status=304)
    else:
        response = make_response(render_template("exams/room_live.html", **room(db.session(), line, everybody)))
    response.set_etag(tag, weak=True)
    return response


@rooms.get("/rooms/<sitting_id>/notes")
def notes(sitting_id: str) -> str:
    line = line_of(db.session(), sitting_id)
    written = notes_of(db.session(), me().body_id, sitting_id=sitting_id)
    return render_template("exams/room_notes.html", line=line, notes=written, names=named_in(db.session(), written))


def line_of(session: Session, sitting_id: str) -> SittingLine:
    """Return the sitting of a room. Raises NotFound."""
    line = sitting_line(session, me().body_id, sitting_id)
    if line is None:
        raise NotFound(N_("There is no such sitting."))
    return line


def wished() -> tuple[Show, str]:
    """Return which list and which words the reader asked for, from the address or a form."""
    show = request.values.get("show", "")
    return Show(show) if show in set(Show) else Show.ALL, request.values.get("q", "").strip()[:100]


def chosen_by_name(everybody: Sequence[Watched], known: dict[str, Name], words: str) -> list[Watched]:
    """Return those whose name holds the words, in the order given."""
    wanted = words.casefold().split()
    return [
        each
        for each in everybody
        if all(word in known.get(each.person_id, ERASED_NAME).text.casefold() for word in wanted)
    ]


def live_tag(line: SittingLine, everybody: Sequence[Watched]) -> str:
    """Return the tag of what the live part of the room shows to this reader."""
    show, words = wished()
    return tag_of(everybody, show, words, language(), line.roster, line.attempts, now() >= line.sitting.closes_at)


def room(session: Session, line: SittingLine, everybody: Sequence[Watched]) -> dict[str, object]:
    """Return everything that the page of a room shows."""
    body_id = me().body_id
    show, words = wished()
    known = names(session, body_id, {each.person_id for each in everybody})
    by_name = sorted(everybody, key=lambda each: known.get(each.person_id, ERASED_NAME).text.casefold())
    written = notes_of(session, body_id, sitting_id=line.sitting.id)
    return {
        "line": line,
        "title": scheme_titles(session, body_id, [line.scheme_version_id], language()).get(line.scheme_version_id, ""),
        "everybody": by_name,
        "lines": shown(chosen_by_name(by_name, known, words), show),
        "counts": count_by(everybody),
        "calls": _calls(by_name),
        "names": known,
        "kinds": KINDS,
        "say": LineWords(),
        "seat_url": url_for("rooms.seat", attempt_id="ID").replace("ID", "{}").format,
        "now": now(),
        "show": show,
        "words": words,
        "tag_of_room": live_tag(line, everybody),
        "room_url": lambda wanted, words=words: url_for(
            "rooms.page", sitting_id=line.sitting.id, show=wanted if wanted != Show.ALL else None, q=words or None
        ),
        "notes": written[:NOTES_SHOWN],
        "note_names": named_in(session, written[:NOTES_SHOWN]),
        "note_count": len(written),
        "late_table": late_table(),
    }


def named_in(session: Session, written: Sequence[Noted]) -> dict[str, Name]:
    """Return the names of everybody who wrote a note."""
    people = {note.written_by for each in written for note in (each.note, *each.corrections) if note.written_by}
    return names(session, me().body_id, people)


def _calls(everybody: Sequence[Watched]) -> list[Call]:
    calls = []
    for alert in Alert:
        concerned = [each for each in everybody if alert in each.alerts]
        if concerned:
            calls.append(Call(alert=alert, count=len(concerned), first=concerned[:NAMED]))
    return calls


def _today(session: Session, actor: Actor, moment: datetime) -> list[SittingLine]:
    return sittings_on(
        session,
        actor.body_id,
        day=moment.astimezone(ZoneInfo(actor.zone)).date(),
        zone=actor.zone,
        site_ids=actor.sites.get(Role.INVIGILATOR),
    )


def _waiting(session: Session, actor: Actor, moment: datetime) -> list[Pile]:
    lines = _today(session, actor, moment)
    return [
        Pile(
            title=gettext("Sittings today"),
            count=len(lines),
            url=url_for("rooms.index"),
            oldest=[
                Task(
                    text=f"{line.sitting.code} · {line.site_name}",
                    url=url_for("rooms.page", sitting_id=line.sitting.id),
                    since=line.sitting.starts_at,
                )
                for line in lines[:3]
            ],
        )
    ]


waits_for(Role.INVIGILATOR, _waiting)
