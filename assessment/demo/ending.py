"""How a practical ends in the demo: confirmed on the tablets, closed, and a photo that came afterwards decided on."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from json import dumps

from flask import current_app
from sqlalchemy import select

from assessment.database import reading
from assessment.demo.acting import acting
from assessment.demo.calendar import Agenda
from assessment.demo.photos import drawn_photo, send_photo
from assessment.demo.story import Story
from assessment.domain.practicals.delivery import SentPhoto
from assessment.practicals.closing import close
from assessment.practicals.confirming import Confirmed, by_hand, candidate_says, confirm_sheet
from assessment.practicals.content import task_content
from assessment.practicals.held_marks import decide_held
from assessment.practicals.marking import criteria_to_mark
from assessment.practicals.queries import practical_head
from assessment.practicals.tables import ObservationStanding
from assessment.practicals.tables_ending import CandidateSays, Way
from assessment.practicals.tables_photos import WorkPhoto
from assessment.web.actor import Actor

WAVE = ((20, 90), (45, 40), (60, 100), (80, 45), (95, 95), (120, 60), (150, 85), (190, 55), (230, 80), (270, 62))
TOOK_PLACE = "Semua berjalan seperti tertulis (contoh)."
WORK_OVER = "Pekerjaan selesai, asesi sudah pulang (contoh)."
PHOTO_IN_TIME = "Foto diambil saat praktik; tablet baru tersambung setelah ditutup (contoh)."


def plan_ending(story: Story, assessors: Sequence[Actor], agenda: Agenda) -> None:
    """Put the confirmations on the agenda and, where two assessors marked, the closing and a photo that came late."""
    agenda.add(story.at("practical", 12, 32), lambda now: _confirm(story, assessors, now))
    if story.second_assessor:
        agenda.add(story.at("practical", 13, 40), lambda now: _close(story, now))
        agenda.add(story.at("practical", 13, 50), lambda now: _late_photo(story, now))


def _confirm(story: Story, assessors: Sequence[Actor], now: datetime) -> None:
    for assessor in assessors:
        signed = _signed(story, assessor.person_id)
        with reading() as session:
            head = practical_head(session, story.ensemble.code, story.practical_id, assessor.person_id)
            title = task_content(session, story.ensemble.code, head.rubric_id, "id").title
        with acting(assessor, now, "confirm_practical") as session:
            confirm_sheet(session, assessor, story.practical_id, signed, now=now)
    agreed = _signed(story, story.actor.person_id)
    first = assessors[0]
    with acting(first, now, "candidate_confirms") as session:
        candidate_says(
            session,
            first,
            story.practical_id,
            CandidateSays.AGREES,
            agreed,
            remark=TOOK_PLACE if story.second_assessor else "",
            shown={"language": "id", "title": title, "site": head.site},
            now=now,
        )


def _signed(story: Story, person_id: str) -> Confirmed:
    """A signature on one tablet; the others type their name."""
    if not story.second_assessor:
        return Confirmed(way=Way.TYPED)
    drawing = dumps({"v": 1, "width": 300, "height": 120, "strokes": [WAVE]})
    with reading() as session:
        return by_hand(session, current_app.extensions["storage"], story.ensemble.code, person_id, drawing)


def _close(story: Story, now: datetime) -> None:
    who = story.invigilator
    with acting(who, now, "close_practical") as session:
        close(session, who, story.practical_id, remark=WORK_OVER, now=now)


def _late_photo(story: Story, now: datetime) -> None:
    """A photo that was still on the tablet arrives after the closing; the invigilator takes it with a reason."""
    assessor, who = story.assessor, story.invigilator
    with reading() as session:
        criteria = criteria_to_mark(session, story.ensemble.code, story.practical_id)
    content = drawn_photo("F")
    photo = SentPhoto(
        client="demo",
        seq=2,
        criterion=criteria[0].code,
        kind="fit_up",
        digest=sha256(content).hexdigest(),
        size=len(content),
        taken_at=story.at("practical", 9),
        device="tablet.1",
    )
    sent_at = now - timedelta(minutes=5)
    send_photo(assessor, story.practical_id, photo, content, criteria, sent_at)
    with reading() as session:
        held = session.scalars(
            select(WorkPhoto.id).where(
                WorkPhoto.practical_id == story.practical_id, WorkPhoto.standing == ObservationStanding.HELD
            )
        ).all()
    with acting(who, now, "held_marks") as session:
        decide_held(session, who, story.practical_id, [], taken=True, reason=PHOTO_IN_TIME, now=now, photos=list(held))
