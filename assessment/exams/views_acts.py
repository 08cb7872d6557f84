"""What the invigilator does to one or to two hundred at once: a page that says what will happen, then the act.

Each act is carried out in short transactions of their own, so that a full room never makes the candidates' answers
wait, and whoever has ended in the meantime keeps nobody else from theirs.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from assessment.accounts.persons import names
from assessment.database import Act, db, reading, unit_of_work
from assessment.domain.errors import N_, Conflict, Invalid, NotFound
from assessment.domain.exams.attempt_states import ATTEMPT, ENDED, AttemptEvent, AttemptState
from assessment.exams.inputs import GiveTimeInput, NoteInput, ReasonInput
from assessment.exams.invigilating import end as end_attempt
from assessment.exams.invigilating import give_time, release
from assessment.exams.invigilating import pause as stop_clocks
from assessment.exams.invigilating import resume as go_on
from assessment.exams.live import Watched, shown, watch
from assessment.exams.notes import correct_note, write_note
from assessment.exams.scoring import foresee
from assessment.exams.views_rooms import chosen_by_name, line_of, wished
from assessment.exams.views_seat import rooms
from assessment.web.actor import me
from assessment.web.refusals import say
from assessment.web.requests import now

__all__ = ("rooms",)

BATCH = 10
MOST = 5_000

Carry = Callable[[Session, Sequence[str]], Collection[object]]


@dataclass(frozen=True, kw_only=True, slots=True)
class RoomAct:
    """One act: where it is posted to, and for which attempts it is possible."""

    name: str
    endpoint: str
    event: AttemptEvent | None = None
    ticked_only: bool = False

    def allows(self, state: AttemptState | None) -> bool:
        """Say whether the act is possible for an attempt in this state."""
        if state is None:
            return False
        if self.event is not None:
            return ATTEMPT.allows(state, self.event)
        return self.name == "note" or state not in ENDED | {AttemptState.VOIDED}


ACTS = {
    act.name: act
    for act in (
        RoomAct(name="let_start", endpoint="rooms.let_start", event=AttemptEvent.RELEASE),
        RoomAct(name="extra_time", endpoint="rooms.extra_time"),
        RoomAct(name="pause", endpoint="rooms.pause", event=AttemptEvent.PAUSE),
        RoomAct(name="resume", endpoint="rooms.resume", event=AttemptEvent.RESUME),
        RoomAct(name="end", endpoint="rooms.end", event=AttemptEvent.END, ticked_only=True),
        RoomAct(name="note", endpoint="rooms.note"),
    )
}

FORMS: dict[str, type[ReasonInput] | type[NoteInput]] = {"extra_time": GiveTimeInput, "note": NoteInput}


@rooms.post("/rooms/<sitting_id>/choose")
def choose(sitting_id: str) -> str:
    """Say what an act will do to how many, before it is done; changes nothing."""
    act = ACTS.get(request.form.get("act", ""))
    if act is None:
        raise NotFound(N_("There is no such page."))
    with reading() as session:
        return _page(session, sitting_id, act, FORMS.get(act.name, ReasonInput)(formdata=None))


@rooms.post("/rooms/<sitting_id>/extra-time")
def extra_time(sitting_id: str) -> Response | tuple[str, int]:
    form = GiveTimeInput()

    def give(session: Session, ids: Sequence[str]) -> Collection[object]:
        return give_time(
            session,
            me().body_id,
            sitting_id,
            ids,
            minutes=form.given(),
            reason=form.said(),
            given_by=me().person_id,
            now=now(),
        )

    return _carry_out(
        sitting_id,
        form,
        give,
        lambda done: ngettext("%(num)d candidate has more time.", "%(num)d candidates have more time.", done),
    )


@rooms.post("/rooms/<sitting_id>/pause")
def pause(sitting_id: str) -> Response | tuple[str, int]:
    form = ReasonInput()

    def stop(session: Session, ids: Sequence[str]) -> Collection[object]:
        return stop_clocks(session, me().body_id, sitting_id, ids, reason=form.said(), by=me().person_id, now=now())

    return _carry_out(
        sitting_id, form, stop, lambda done: ngettext("%(num)d exam is paused.", "%(num)d exams are paused.", done)
    )


@rooms.post("/rooms/<sitting_id>/resume")
def resume(sitting_id: str) -> Response | tuple[str, int]:
    form = ReasonInput()

    def carry(session: Session, ids: Sequence[str]) -> Collection[object]:
        return go_on(session, me().body_id, sitting_id, ids, reason=form.said(), by=me().person_id, now=now())

    return _carry_out(
        sitting_id, form, carry, lambda done: ngettext("%(num)d exam goes on.", "%(num)d exams go on.", done)
    )


@rooms.post("/rooms/<sitting_id>/end")
def end(sitting_id: str) -> Response | tuple[str, int]:
    form = ReasonInput()

    def carry(session: Session, ids: Sequence[str]) -> Collection[object]:
        return [
            end_attempt(session, me(), each, reason=form.said(), now=now(), foreseen=foreseen[each]) for each in ids
        ]

    foreseen = {}
    if form.is_submitted():
        with reading() as session:
            foreseen = {each: foresee(session, me().body_id, each) for each in _in_sitting(session, sitting_id)}
    return _carry_out(
        sitting_id,
        form,
        carry,
        lambda done: ngettext("%(num)d exam is ended.", "%(num)d exams are ended.", done),
        batch=1,
    )


@rooms.post("/rooms/<sitting_id>/let-start")
def let_start(sitting_id: str) -> Response | tuple[str, int]:
    def carry(session: Session, ids: Sequence[str]) -> Collection[object]:
        return [release(session, me(), each, now=now()) for each in ids]

    return _carry_out(
        sitting_id,
        None,
        carry,
        lambda done: ngettext("%(num)d candidate can start now.", "%(num)d candidates can start now.", done),
        batch=1,
    )


@rooms.post("/rooms/<sitting_id>/note")
def note(sitting_id: str) -> Response | tuple[str, int]:
    form = NoteInput()
    refusal = ""
    if form.validate_on_submit():
        try:
            if form.corrects.data:
                correct_note(db.session(), me(), sitting_id, form.corrects.data, text=form.text.data or "", now=now())
            else:
                write_note(db.session(), me(), sitting_id, _ticked(), text=form.text.data or "", now=now())
        except (Invalid, Conflict) as error:
            refusal = say(error)
        else:
            flash(gettext("The note is kept."))
            return _back(sitting_id)
    with reading() as session:
        return _page(session, sitting_id, ACTS["note"], form, refusal=refusal), 422


def _carry_out(
    sitting_id: str,
    form: ReasonInput | None,
    carry: Carry,
    told: Callable[[int], str],
    *,
    batch: int = BATCH,
) -> Response | tuple[str, int]:
    """Do an act for the chosen, a batch at a time; a refusal of one batch of one is counted, any other is shown."""
    refusal = ""
    if form is None or form.validate_on_submit():
        with reading() as session:
            ids = _in_sitting(session, sitting_id)
        act = Act(
            body_id=me().body_id,
            account_id=me().account_id,
            person_id=me().person_id,
            at=now(),
            name=request.endpoint or "",
        )
        try:
            if not ids:
                raise Invalid(N_("Choose at least one candidate."))
            done = sum(_try(act, carry, ids[start : start + batch]) for start in range(0, len(ids), batch))
        except Invalid as error:
            refusal = say(error)
        else:
            if done:
                flash(told(done))
            if done < len(ids):
                over = ngettext(
                    "%(num)d was passed over: it was not possible any more.",
                    "%(num)d were passed over: it was not possible any more.",
                    len(ids) - done,
                )
                flash(over, "attention")
            return _back(sitting_id)
    with reading() as session:
        name = (request.endpoint or "").removeprefix("rooms.")
        return _page(session, sitting_id, ACTS[name], form or ReasonInput(formdata=None), refusal=refusal), 422


def _try(act: Act, carry: Carry, ids: Sequence[str]) -> int:
    """Do one batch in its own transaction; returns for how many it was done."""
    try:
        with unit_of_work(act) as session:
            return len(carry(session, ids))
    except Conflict:
        if len(ids) == 1:
            return 0
        return sum(_try(act, carry, [each]) for each in ids)


def _in_sitting(session: Session, sitting_id: str) -> list[str]:
    """Return the chosen attempts. Raises NotFound when one is not of this sitting."""
    ids = _ticked()
    known = {each.attempt_id for each in watch(session, line_of(session, sitting_id).sitting, now=now())}
    if not set(ids) <= known:
        raise NotFound(N_("There is no such attempt in this sitting."))
    return ids


def _ticked() -> list[str]:
    return list(dict.fromkeys(request.form.getlist("attempt")[:MOST]))


def _chosen(session: Session, sitting_id: str, act: RoomAct) -> list[Watched]:
    """Return whom an act is meant for: those who are ticked; where nobody is, everybody in the list that is shown.

    What cannot be undone for the candidate is meant for those who are ticked alone.
    """
    everybody = watch(session, line_of(session, sitting_id).sitting, now=now())
    ticked = set(_ticked())
    if ticked or act.ticked_only:
        return [each for each in everybody if each.attempt_id in ticked]
    show, words = wished()
    known = names(session, me().body_id, {each.person_id for each in everybody}) if words else {}
    return shown(chosen_by_name(everybody, known, words) if words else everybody, show)


def _page(session: Session, sitting_id: str, act: RoomAct, form: ReasonInput | NoteInput, *, refusal: str = "") -> str:
    line = line_of(session, sitting_id)
    chosen = _chosen(session, sitting_id, act)
    whole_room = act.name == "note" and not _ticked()
    possible = [] if whole_room else [each for each in chosen if act.allows(each.state)]
    known = names(session, me().body_id, {each.person_id for each in possible})
    ends = sorted(each.observed.deadline for each in possible if each.observed.deadline is not None)
    return render_template(
        "exams/room_act.html",
        line=line,
        act=act,
        form=form,
        possible=sorted(possible, key=lambda each: known[each.person_id].text.casefold()),
        passed_over=0 if whole_room else len(chosen) - len(possible),
        running=sum(each.state is AttemptState.RUNNING for each in possible),
        unsent=sum(each.observed.unsent > 0 for each in possible),
        apart=sum(not each.connected for each in possible if each.state is AttemptState.RUNNING),
        first_end=ends[0] if ends else None,
        last_end=ends[-1] if ends else None,
        names=known,
        minutes=(5, 10, 15, 30),
        whole_room=whole_room,
        corrects=request.form.get("corrects", ""),
        refusal=refusal,
    )


def _back(sitting_id: str) -> Response:
    return redirect(url_for("rooms.page", sitting_id=sitting_id), 303)
