"""The practical: planned, checked in, marked on the rubric, submitted; and what the assessor makes of it all."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256

from flask import current_app

from assessment.accounts.check_in import Comparison
from assessment.certification.assessing import ask_orally, confirm_everything, open_follow_up, recommend
from assessment.certification.placing import schedule_practical
from assessment.certification.tables import Choice
from assessment.database import reading
from assessment.demo.acting import acting
from assessment.demo.calendar import Agenda
from assessment.demo.ending import plan_ending
from assessment.demo.equipment import tools_for
from assessment.demo.photos import drawn_photo, send_photo
from assessment.demo.qualifying import is_qualified
from assessment.demo.sheet import marks, undecided
from assessment.demo.story import Story
from assessment.demo.workshop import plan_piece, plan_settling, sees_otherwise
from assessment.domain.errors import N_, Conflict
from assessment.domain.practicals.delivery import SentPhoto
from assessment.practicals.content import CriterionContent
from assessment.practicals.marking import criteria_to_mark, record_observations
from assessment.practicals.opening import check_in, open_sheet
from assessment.practicals.submitting import submit
from assessment.web.actor import Actor

QUESTION = "Jelaskan langkah ini dengan kata-kata Anda, dan mengapa perlu."
ANSWERED = "Menjelaskan langkah dengan benar dan memberi contoh dari pekerjaannya."
MORE_NEEDED = "Bukti belum cukup: perlu diamati sekali lagi pada tugas pengganti."
NOT_YET = "Beberapa kriteria belum terpenuhi pada ujian dan praktik; lihat peta kompetensi."
MARKED_SO_FAR = 0.35
SOON = timedelta(minutes=25)


def plan_practical(story: Story, agenda: Agenda) -> None:
    """Put the candidate's practical on the agenda, as far as the story goes."""
    waits = story.candidate.stage == "submitted_exam"
    if not story.reaches("practical") and not waits:
        return
    # Later today for who waits for it; else on its day, begun before the candidate is checked in.
    starts_at = story.ensemble.calendar.today + SOON if waits else story.at("practical", 8)
    agenda.add(story.at("rostered", 14), lambda now: _schedule(story, starts_at, now))
    if waits:
        return
    agenda.add(story.at("practical", 8, 15), lambda now: _check_in(story, now))
    agenda.add(story.at("practical", 8, 30), lambda now: _open(story, now))
    if story.second_assessor or is_qualified(story):
        plan_piece(story, agenda)
    running = story.candidate.stage == "practical_open"
    agenda.add(story.at("practical", 12), lambda now: _mark(story, now, share=MARKED_SO_FAR if running else 1))
    if not running:
        agenda.add(story.at("practical", 12, 30), lambda now: _submit(story, now))
        plan_ending(story, _assessors(story), agenda)
        if story.second_assessor:
            plan_settling(story, agenda)


def plan_recommendation(story: Story, agenda: Agenda) -> None:
    """Put what the assessor concludes on the agenda."""
    if story.reaches("more_evidence_asked"):
        agenda.add(story.at("more_evidence_asked", 9), lambda now: _ask_for_more(story, now))
    if story.reaches("recommended"):
        agenda.add(story.at("recommended", 9), lambda now: _conclude(story, now))


def _schedule(story: Story, starts_at: datetime, now: datetime) -> None:
    with acting(story.manager, now, "practical") as session:
        story.practical_id = schedule_practical(
            session,
            story.manager,
            story.application_id,
            task_id=story.content.task_id,
            site_id=story.candidate.site_id,
            assessor_ids=[each.person_id for each in _assessors(story)],
            starts_at=starts_at,
            now=now,
        ).id


def _check_in(story: Story, now: datetime) -> None:
    photo = drawn_photo(story.actor.name)
    with acting(story.invigilator, now, "check_in") as session:
        check_in(
            session,
            story.invigilator,
            current_app.extensions["storage"],
            story.practical_id,
            Comparison(document_id=story.document_id, photo=photo),
            now=now,
        )


def _assessors(story: Story) -> list[Actor]:
    """Who marks the practical, each on a sheet of their own."""
    second = story.second_assessor
    return [story.assessor, *([second] if second else [])]


def _open(story: Story, now: datetime) -> None:
    for assessor in _assessors(story):
        with acting(assessor, now, "open_sheet") as session:
            open_sheet(session, assessor, story.practical_id, now=now)


def _mark(story: Story, now: datetime, *, share: float) -> None:
    with reading() as session:
        criteria = criteria_to_mark(session, story.ensemble.code, story.practical_id)
        tools = tools_for(session, story.ensemble, story.practical_id)
    sent = marks(
        criteria,
        story.chance("practical"),
        tools=tools,
        client="demo",
        begun=story.at("practical", 8, 40),
        weak=story.weak,
        open_one=story.candidate.stage == "needs_more_evidence",
        share=share,
    )
    for place, assessor in enumerate(_assessors(story)):
        seen = sees_otherwise(sent, criteria) if place else sent
        with acting(assessor, now, "mark") as session:
            reply = record_observations(
                session, assessor, story.practical_id, seen, criteria=criteria, now=now, device="tablet.1"
            )
        if reply.refused:
            raise Conflict(N_("The demo's marks were not taken: %(reply)s."), reply=reply.refused)
    if story.second_assessor:
        _photograph(story, criteria, now)
    code = undecided(sent)
    story.undecided = next((each.proves[0].criterion_id for each in criteria if each.code == code), None)


def _photograph(story: Story, criteria: Sequence[CriterionContent], now: datetime) -> None:
    """A photo of the finished work, sent as a tablet sends it."""
    assessor, content = story.assessor, drawn_photo("W")
    photo = SentPhoto(
        client="demo",
        seq=1,
        criterion=criteria[-1].code,
        kind="cap",
        digest=sha256(content).hexdigest(),
        size=len(content),
        taken_at=now - timedelta(minutes=5),
        device="tablet.1",
    )
    send_photo(assessor, story.practical_id, photo, content, criteria, now)


def _submit(story: Story, now: datetime) -> None:
    for assessor in _assessors(story):
        with acting(assessor, now, "submit_sheet") as session:
            submit(session, assessor, story.practical_id, now=now)


def _ask_for_more(story: Story, now: datetime) -> None:
    assert story.undecided is not None  # one criterion of this stage was left open
    due_on = (story.ensemble.calendar.today + timedelta(days=story.candidate.evidence_due_in_days)).date()
    with acting(story.assessor, now, "follow_up") as session:
        open_follow_up(
            session, story.assessor, story.application_id, story.undecided, reason=MORE_NEEDED, due_on=due_on, now=now
        )


def _conclude(story: Story, now: datetime) -> None:
    """Close written gaps by oral questions where the candidate can answer them, confirm the evidence, recommend."""
    assessor = story.assessor
    for place, criterion_id in enumerate(() if story.weak else story.gaps):
        at = now + timedelta(minutes=5 * place)
        with acting(assessor, at, "ask_orally") as session:
            ask_orally(
                session,
                assessor,
                story.application_id,
                criterion_id,
                question=QUESTION,
                answer=ANSWERED,
                sufficient=True,
                now=at,
            )
    at = now + timedelta(minutes=40)
    with acting(assessor, at, "confirm") as session:
        confirm_everything(session, assessor, story.application_id, now=at)
    at = now + timedelta(minutes=50)
    with acting(assessor, at, "recommend") as session:
        outcome = Choice.NOT_YET_COMPETENT if story.weak else Choice.COMPETENT
        recommend(session, assessor, story.application_id, outcome, note=NOT_YET if story.weak else "", now=at)
