"""The exam: sittings with their rosters, check-in, release, answers, submission."""

from datetime import datetime, timedelta

from flask import current_app

from assessment.accounts.check_in import Comparison
from assessment.certification.placing import put_on_roster
from assessment.database import reading
from assessment.demo import trouble
from assessment.demo.acting import acting
from assessment.demo.answering import DEVICE, answer, write_paper
from assessment.demo.applying import needs_time
from assessment.demo.calendar import Agenda
from assessment.demo.photos import drawn_photo
from assessment.demo.story import Story
from assessment.exams.invigilating import check_in, give_time, release
from assessment.exams.preparing import prepare
from assessment.exams.sittings import NewSitting, close_roster, create_sitting
from assessment.exams.tables import Attempt
from assessment.exams.taking import start, submit

CAME_LATE = "Surat tugas dari perusahaan baru tiba setelah daftar ditutup (contoh)."
POWER_CUT = "Listrik padam sepuluh menit (contoh)."
EXTRA_SECONDS = 45 * 60
ANSWERS_AT_A_TIME = 8
SECONDS_AN_ANSWER = 75
TO_START = timedelta(hours=2)
TO_START_TODAY = timedelta(hours=10)
NEXT_SITTING = timedelta(days=6)

Times = tuple[tuple[int, int], tuple[int, int], tuple[int, int], tuple[int, int]]
# Check-in, release, start, submission: an ordinary day, and today, where the exam is running now.
ORDINARY: Times = ((8, 20), (8, 40), (9, 0), (9, 38))
TODAY: Times = ((16, 0), (16, 40), (17, 10), (17, 50))


def plan_exams(stories: list[Story], agenda: Agenda) -> None:
    """Put every sitting of a body on the agenda, and one to come whose roster is still open."""
    rooms: dict[tuple[int, str], list[Story]] = {}
    for story in stories:
        if story.reaches("rostered"):
            # Who is on a roster and has not sat yet sits today.
            rooms.setdefault((story.candidate.days.get("exam", 0), story.candidate.site_id), []).append(story)
    late = next((members[-1] for (days_ago, _site), members in rooms.items() if days_ago and len(members) > 1), None)
    for number, ((days_ago, _site), members) in enumerate(sorted(rooms.items(), key=lambda room: -room[0][0]), 1):
        _plan_sitting(members, days_ago, f"UJI-{number:02d}", late, agenda)
    _plan_next(stories[0], f"UJI-{len(rooms) + 1:02d}", agenda)


def _plan_sitting(members: list[Story], days_ago: int, code: str, late: Story | None, agenda: Agenda) -> None:
    """Plan a sitting; `late` comes onto its roster only after that is closed, with the reason."""
    one = members[0]
    calendar = one.ensemble.calendar
    opened = max(story.candidate.days["rostered"] for story in members)
    starts_at = calendar.at(days_ago, *(TODAY[1] if days_ago == 0 else ORDINARY[2]))
    new = NewSitting(
        form_id=one.form_id,
        site_id=one.candidate.site_id,
        code=code,
        starts_at=starts_at,
        closes_at=starts_at + (TO_START_TODAY if days_ago == 0 else TO_START),
    )
    sitting: list[str] = []

    def schedule(now: datetime) -> None:
        with acting(one.manager, now, "sitting") as session:
            sitting.append(create_sitting(session, one.ensemble.code, new).id)

    def close(now: datetime) -> None:
        with acting(one.manager, now, "close_roster") as session:
            close_roster(session, one.ensemble.code, sitting[0], now=now, closed_by=one.manager.person_id)
        if late is not None and late in members:
            _register(late, sitting[0], now, late_reason=CAME_LATE)
        with acting(one.manager, now, "prepare") as session:
            attempts = prepare(session, one.ensemble.code, sitting[0])
            by_application = {attempt.application_id: attempt.id for attempt in attempts}
        for story in members:
            story.attempt_id = by_application[story.application_id]

    agenda.add(calendar.at(opened, 11), schedule)
    for story in members:
        if story is late:
            continue
        agenda.add(story.at("rostered", 13), lambda now, story=story: _register(story, sitting[0], now))  # type: ignore[misc]  # a default binds the story
    agenda.add(calendar.at(days_ago + 1, 16), close)
    for story in members:
        if story.reaches("exam"):
            _plan_attempt(story, agenda, TODAY if days_ago == 0 else ORDINARY)


def _plan_next(story: Story, code: str, agenda: Agenda) -> None:
    calendar = story.ensemble.calendar
    starts_at = calendar.at(1, 9) + timedelta(days=1) + NEXT_SITTING
    new = NewSitting(
        form_id=story.content.form_id,
        site_id=story.candidate.site_id,
        code=code,
        starts_at=starts_at,
        closes_at=starts_at + TO_START,
    )

    def schedule(now: datetime) -> None:
        with acting(story.manager, now, "sitting") as session:
            create_sitting(session, story.ensemble.code, new)

    agenda.add(calendar.at(1, 10), schedule)


def _register(story: Story, sitting_id: str, now: datetime, *, late_reason: str = "") -> None:
    with acting(story.manager, now, "roster") as session:
        put_on_roster(
            session,
            story.manager,
            story.application_id,
            sitting_id,
            extra_seconds=EXTRA_SECONDS if needs_time(story) else 0,
            late_reason=late_reason,
            now=now,
        )


def _plan_attempt(story: Story, agenda: Agenda, times: Times) -> None:
    checked_in, released, started, submitted = times
    agenda.add(story.at("exam", *checked_in), lambda now: _check_in(story, now))
    if story.candidate.stage == "checked_in":
        agenda.add(story.at("exam", *released), lambda now: trouble.make_code(story, now))
        return
    running = story.candidate.stage == "running"
    agenda.add(story.at("exam", *released), lambda now: _release(story, now))
    if story.candidate.key == trouble.WHOSE:
        agenda.add(story.at("exam", *started), lambda now: _begin(story, now, share=trouble.UNTIL))
        trouble.plan_trouble(story, agenda)
    else:
        agenda.add(story.at("exam", *started), lambda now: _begin(story, now, share=0.4 if running else 1))
    last = trouble.end_for if story.candidate.key == trouble.WHOSE_END else _give_time if running else _submit
    agenda.add(story.at("exam", *submitted), lambda now: last(story, now))


def _check_in(story: Story, now: datetime) -> None:
    photo = drawn_photo(story.actor.name)
    with acting(story.invigilator, now, "check_in") as session:
        check_in(
            session,
            story.invigilator,
            current_app.extensions["storage"],
            story.attempt_id,
            Comparison(document_id=story.document_id, photo=photo),
            now=now,
        )


def _release(story: Story, now: datetime) -> None:
    with acting(story.invigilator, now, "release") as session:
        release(session, story.invigilator, story.attempt_id, now=now)


def _begin(story: Story, now: datetime, *, share: float) -> None:
    """Start, and answer so much of the exam."""
    with acting(story.actor, now, "start") as session:
        start(session, story.ensemble.code, story.attempt_id, now=now)
    written = write_paper(story)
    story.gaps = written.gaps
    answer(story, written.first(share), DEVICE, now=now)


def _submit(story: Story, now: datetime) -> None:
    with acting(story.actor, now, "submit_exam") as session:
        submit(session, story.ensemble.code, story.attempt_id, now=now)


def _give_time(story: Story, now: datetime) -> None:
    with reading() as session:
        sitting_id = session.get_one(Attempt, (story.ensemble.code, story.attempt_id)).sitting_id
    with acting(story.invigilator, now, "extra_time") as session:
        give_time(
            session,
            story.ensemble.code,
            sitting_id,
            [story.attempt_id],
            minutes=10,
            reason=POWER_CUT,
            given_by=story.invigilator.person_id,
            now=now,
        )
