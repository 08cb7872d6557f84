"""What happens around a practical: its test piece and the laboratory's report, marks that lie apart, a late file.

One candidate is marked by two assessors who see one criterion differently, and mark it again with reasons. A mark that
was still on a tablet comes in as a file after its sheet was handed in, and a second person rejects it. A task is being
changed by its author.
"""

import json
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from flask import current_app

from assessment.accounts.sealed_box import public_key, seal
from assessment.database import reading
from assessment.demo.acting import acting
from assessment.demo.calendar import Agenda
from assessment.demo.cast import Ensemble
from assessment.demo.photos import drawn_photo
from assessment.demo.qualifying import is_qualified
from assessment.demo.story import Story
from assessment.domain.practicals.rubric import Judged
from assessment.domain.practicals.task_document import ReportKind
from assessment.domain.roles import Role
from assessment.practicals.drafting_tasks import change_task
from assessment.practicals.exported import open_file, take_in
from assessment.practicals.held_marks import decide_held, held_marks
from assessment.practicals.marking import criteria_to_mark
from assessment.practicals.pieces import NewReport, record_piece, record_report
from assessment.practicals.queries import practical_head
from assessment.practicals.remarking import Again, ask_again, mark_again
from assessment.practicals.reviewing_tasks import comment
from assessment.practicals.tokens import SheetToken, write_token
from assessment.web.actor import Actor

TABLET = "tablet.2"
CHANGED_DAYS_AGO = 2
PIECE = {
    "wps_number": "WPS-CONTOH-01",
    "wps_revision": "2",
    "process": "SMAW (111)",
    "joint": "BW",
    "parent_group": "1.2",
    "heat_number": "H-CONTOH-7",
    "position": "PF",
    "filler": "E7016 contoh",
    "filler_batch": "B-CONTOH-3",
    "examiner": "Pemeriksa Contoh",
    "thickness": "10",
    "weld_thickness": "10",
    "cap_width": "14",
    "weld_length": "300",
}
ONCE_MORE = "Tanda kedua asesor pada satu kriteria berjauhan (contoh)."
SEEN_AGAIN = "Dilihat sekali lagi bersama foto pekerjaan (contoh)."
TOO_LATE = "Tanda ini dibuat setelah lembar diserahkan; tidak dipakai (contoh)."
BEING_CHANGED = "Petunjuk untuk asesi akan dipersingkat (contoh)."


def sees_otherwise(sent: list[dict[str, Any]], criteria: list[Any]) -> list[dict[str, Any]]:
    """Return the marks of one assessor as another one sees them: one judged criterion far lower."""
    code = _judged_by_two(criteria)
    return [{**each, "mark": {"v": 1, "level": 0}} if each["criterion"] == code else each for each in sent]


def plan_piece(story: Story, agenda: Agenda) -> None:
    """Put the test piece and its report on the agenda of the practical's day."""
    agenda.add(story.at("practical", 8, 20), lambda now: _piece(story, now))
    agenda.add(story.at("practical", 8, 25), lambda now: _report(story, ReportKind.VISUAL, now))
    if is_qualified(story):
        agenda.add(story.at("practical", 8, 28), lambda now: _report(story, ReportKind.BEND, now))


def plan_settling(story: Story, agenda: Agenda) -> None:
    """Put on the agenda what follows when two assessors have handed in marks that lie apart."""
    agenda.add(story.at("practical", 12, 45), lambda now: _ask_again(story, now))
    agenda.add(story.at("practical", 13), lambda now: _mark_again(story, now))
    agenda.add(story.at("practical", 13, 30), lambda now: _late_file(story, now))


def plan_task_writing(ensemble: Ensemble, task_id: str, agenda: Agenda) -> None:
    """Put the change of a task on the agenda."""
    agenda.add(ensemble.calendar.at(CHANGED_DAYS_AGO, 13), lambda now: _change_task(ensemble, task_id, now))


def _judged_by_two(criteria: list[Any]) -> str:
    return str(next(each.code for each in criteria if isinstance(each.marking, Judged) and not each.safety_critical))


def _piece(story: Story, now: datetime) -> None:
    who = story.invigilator
    with acting(who, now, "test_piece") as session:
        record_piece(
            session,
            who,
            story.practical_id,
            stamp=f"CONTOH-{story.candidate.key}",
            welded_on=now.date(),
            typed=PIECE,
            reason="",
            now=now,
        )


def _report(story: Story, kind: ReportKind, now: datetime) -> None:
    who = story.invigilator
    report = NewReport(
        kind=kind,
        reference=f"LAB-CONTOH-{story.candidate.key}-{kind.value}",
        laboratory="Laboratorium Contoh",
        accreditation="LP-000-CONTOH",
        operator="Penguji Contoh",
        tested_on=now.date(),
        accepted=True,
        file=drawn_photo("L"),
    )
    with acting(who, now, "test_report") as session:
        record_report(session, who, current_app.extensions["storage"], story.practical_id, report, now=now)


def _ask_again(story: Story, now: datetime) -> None:
    with acting(story.manager, now, "ask_again") as session:
        ask_again(session, story.manager, story.practical_id, reason=ONCE_MORE, now=now)


def _mark_again(story: Story, now: datetime) -> None:
    with reading() as session:
        code = _judged_by_two(criteria_to_mark(session, story.ensemble.code, story.practical_id))
    for assessor in (story.assessor, story.second_assessor):
        assert assessor is not None  # two assessors mark this practical
        with acting(assessor, now, "mark_again") as session:
            again = {code: Again(mark={"v": 1, "level": 2}, reason=SEEN_AGAIN)}
            mark_again(session, assessor, story.practical_id, again, now=now)


def _late_file(story: Story, now: datetime) -> None:
    """What a tablet had kept is taken in; its one mark is late, and is rejected."""
    secret, who = current_app.extensions["settings"].secret, story.invigilator
    box = seal(public_key(secret), json.dumps(_kept_on_the_tablet(story, story.assessor, secret, now)).encode())
    digest = current_app.extensions["storage"].put(box)
    assert digest == sha256(box).hexdigest()
    with reading() as session:
        opened = open_file(session, who, secret, box)
    with acting(who, now, "take_in") as session:
        take_in(session, who, opened, digest=digest, size=len(box), now=now)
    with reading() as session:
        head = practical_head(session, story.ensemble.code, story.practical_id, who.person_id)
        held = [each.number for each in held_marks(session, story.ensemble.code, head, opened.criteria)]
    with acting(who, now, "held_marks") as session:
        decide_held(session, who, story.practical_id, held, taken=False, reason=TOO_LATE, now=now)


def _kept_on_the_tablet(story: Story, assessor: Actor, secret: bytes, now: datetime) -> dict[str, Any]:
    with reading() as session:
        code = _judged_by_two(criteria_to_mark(session, story.ensemble.code, story.practical_id))
    token = SheetToken(body_id=story.ensemble.code, practical_id=story.practical_id, person_id=assessor.person_id)
    return {
        "v": 1,
        "token": write_token(secret, token),
        "device": TABLET,
        "events": [
            {
                "client": TABLET,
                "seq": 1,
                "criterion": code,
                "mark": {"v": 1, "level": 3},
                "note": "",
                "observed_at": (now - timedelta(minutes=10)).isoformat(),
                "reason": SEEN_AGAIN,
            }
        ],
        "photos": [],
    }


def _change_task(ensemble: Ensemble, task_id: str, now: datetime) -> None:
    author = ensemble.one(Role.ITEM_AUTHOR)
    with acting(author, now, "change_task") as session:
        draft_id = change_task(session, author, task_id, now=now).id
    with acting(author, now, "comment_task") as session:
        comment(session, author, draft_id, remark=BEING_CHANGED, now=now)
