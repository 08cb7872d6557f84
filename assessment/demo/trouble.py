"""What goes wrong in the room, and how it is put right: so that the demo shows it where a meeting looks.

In one exam the power fails: the clock is stopped, the candidate goes on on another device, and two answers that were
still on the old one come in as a file and are said to count. Another exam is ended by the invigilator.
"""

import json
from datetime import datetime
from hashlib import sha256

from flask import current_app
from sqlalchemy import select

from assessment.accounts.sealed_box import public_key, seal
from assessment.database import reading
from assessment.demo.acting import acting
from assessment.demo.answering import DEVICE, answer, events_of, write_paper
from assessment.demo.calendar import Agenda
from assessment.demo.story import Story
from assessment.exams.booking import booking_key, make_codes
from assessment.exams.exported import take_in
from assessment.exams.held_answers import decide
from assessment.exams.invigilating import end, pause, resume
from assessment.exams.moving import ask_to_move, let_move
from assessment.exams.notes import write_note
from assessment.exams.sealed import open_box
from assessment.exams.tables import Attempt, ResponseEvent, Standing
from assessment.exams.taking import token_for
from assessment.exams.tokens import write_token, writer_key

WHOSE = "las-18"
WHOSE_END = "las-15"
# So much of the exam is answered when the power fails, and so much was written before the old device went dark.
UNTIL = 0.4
UNSENT_UNTIL = 0.45
NEW_DEVICE = "demo-second-device"
POWER = "Listrik bengkel padam satu menit (contoh)."
DARK = "Baterai gawai pertama habis (contoh)."
KNOWN = "Jawaban ditulis sebelum gawai pertama mati; disaksikan pengawas (contoh)."
NOTED = "Listrik padam pukul 09.20 selama satu menit; tidak ada yang keluar ruangan (contoh)."
UNWELL = "Peserta merasa tidak enak badan dan minta berhenti (contoh)."


def plan_trouble(story: Story, agenda: Agenda) -> None:
    """Put the power cut of this candidate's exam on the agenda, between its start and its submission."""
    old: list[str] = []
    for minute, happens in enumerate((_stop, _go_on, _another_device, _go_on_there, _file, _note), 20):
        agenda.add(story.at("exam", 9, minute), lambda now, happens=happens: happens(story, old, now))  # type: ignore[misc]  # a default binds what happens


def end_for(story: Story, now: datetime) -> None:
    """End an exam on the candidate's behalf."""
    with acting(story.invigilator, now, "end_exam") as session:
        end(session, story.invigilator, story.attempt_id, reason=UNWELL, now=now)


def make_code(story: Story, now: datetime) -> None:
    """Give a candidate of today a booking code, in case the password is forgotten."""
    invigilator, key = story.invigilator, booking_key(current_app.extensions["settings"].secret)
    with acting(invigilator, now, "booking_code") as session:
        make_codes(
            session,
            key,
            story.ensemble.code,
            _sitting(story),
            [story.attempt_id],
            made_by=invigilator.person_id,
            now=now,
        )


def _sitting(story: Story) -> str:
    with reading() as session:
        return session.get_one(Attempt, (story.ensemble.code, story.attempt_id)).sitting_id


def _stop(story: Story, _old: list[str], now: datetime) -> None:
    who, sitting = story.invigilator, _sitting(story)
    with acting(who, now, "pause") as session:
        pause(session, story.ensemble.code, sitting, [story.attempt_id], reason=POWER, by=who.person_id, now=now)


def _go_on(story: Story, _old: list[str], now: datetime) -> None:
    who, sitting = story.invigilator, _sitting(story)
    with acting(who, now, "resume") as session:
        resume(session, story.ensemble.code, sitting, [story.attempt_id], reason=POWER, by=who.person_id, now=now)


def _another_device(story: Story, old: list[str], now: datetime) -> None:
    with reading() as session:
        token = token_for(session.get_one(Attempt, (story.ensemble.code, story.attempt_id)))
    assert token is not None  # the exam is running
    old.append(write_token(writer_key(current_app.extensions["settings"].secret), token))
    with acting(story.actor, now, "ask_to_move") as session:
        device = sha256(NEW_DEVICE.encode()).hexdigest()
        ask_to_move(session, story.ensemble.code, story.attempt_id, device, now=now)
    with acting(story.invigilator, now, "let_move") as session:
        let_move(session, story.invigilator, story.attempt_id, reason=DARK, now=now)


def _go_on_there(story: Story, _old: list[str], now: datetime) -> None:
    answer(story, write_paper(story).after(UNSENT_UNTIL), NEW_DEVICE, now=now)


def _file(story: Story, old: list[str], now: datetime) -> None:
    """The invigilator takes in what the old device had kept, and says that it counts."""
    secret, who = current_app.extensions["settings"].secret, story.invigilator
    box = seal(public_key(secret), json.dumps({"v": 1, "token": old[0], "events": _unsent(story)}).encode())
    sitting, digest = _sitting(story), current_app.extensions["storage"].put(box)
    with acting(who, now, "take_in") as session:
        take_in(session, who, sitting, open_box(secret, box), digest=digest, size=len(box), now=now)
    with reading() as session:
        held = session.scalars(
            select(ResponseEvent.number).where(
                ResponseEvent.body_id == story.ensemble.code,
                ResponseEvent.attempt_id == story.attempt_id,
                ResponseEvent.standing == Standing.HELD,
            )
        ).all()
    with acting(who, now, "held_answers") as session:
        decide(session, who, story.attempt_id, held, counts=True, reason=KNOWN, now=now)


def _unsent(story: Story) -> list[dict[str, object]]:
    """The events that the old device wrote after its last that arrived."""
    paper = write_paper(story)
    sent = len(paper.first(UNTIL).answers)
    return events_of(story, paper.first(UNSENT_UNTIL), DEVICE)[sent:]


def _note(story: Story, _old: list[str], now: datetime) -> None:
    sitting = _sitting(story)
    with acting(story.invigilator, now, "note") as session:
        write_note(session, story.invigilator, sitting, [story.attempt_id], text=NOTED, now=now)
