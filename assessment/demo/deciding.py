"""Decision meetings, releases, certificates with their later fate, and appeals."""

from collections.abc import Callable
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import func, select

from assessment.certification.appealing import answer_appeal, appeal
from assessment.certification.deciding import cast_vote, declare, record_decision
from assessment.certification.meeting import add_cases, close_meeting, invite, mark_present, open_meeting
from assessment.certification.tables import Choice
from assessment.credentials.changing_status import answer, propose
from assessment.credentials.log_heads import integrate
from assessment.credentials.releasing import release
from assessment.credentials.sharing import end_link, make_link
from assessment.credentials.tables import Shown, StatusPurpose
from assessment.database import reading
from assessment.demo.acting import acting
from assessment.demo.calendar import Agenda
from assessment.demo.cast import Ensemble
from assessment.demo.confirming import show_use
from assessment.demo.story import Story
from assessment.domain.errors import N_, Conflict
from assessment.domain.roles import Role
from assessment.exams.logged import CLOSE_SITTING
from assessment.jobs.service import work_all
from assessment.jobs.tables import Job
from assessment.verification.own_choice import choose
from assessment.verification.own_photo import PhotoOnRecord, photo_on_record
from assessment.web.actor import Actor

GROUNDS = "Menurut saya hasil praktik saya sesuai. Saya mohon satu kriteria dilihat lagi bersama foto benda uji."
WHY = {
    Choice.COMPETENT: "Semua kriteria terbukti cukup.",
    Choice.NOT_YET_COMPETENT: "Beberapa kriteria belum terbukti; bukti yang menutupnya ditulis di peta kompetensi.",
}
SUSPENDED = "Keluhan pemberi kerja sedang diperiksa (contoh)."
DISMISSED = "Foto dan catatan asesor dilihat lagi; penilaian sesuai dengan rubrik. Keputusan tetap."
REVOKED = "Identitas pada saat uji ternyata tidak sesuai (contoh)."


def plan_meetings(ensemble: Ensemble, stories: list[Story], agenda: Agenda) -> None:
    """Put a meeting on the agenda for each day on which something was decided, and the one that sits today."""
    days: dict[int, list[Story]] = {}
    for story in stories:
        if story.reaches("decided"):
            days.setdefault(story.candidate.days["decided"], []).append(story)
    calendar = ensemble.calendar
    for number, (days_ago, cases) in enumerate(sorted(days.items(), reverse=True), 1):
        agenda.add(calendar.at(days_ago, 13), _meeting(ensemble, number, cases, whole=True))
    today = [story for story in stories if story.candidate.stage == "recommended"]
    if today:
        agenda.add(calendar.at(0, 14), _meeting(ensemble, len(days) + 1, today, whole=False))


def plan_certificate(story: Story, agenda: Agenda) -> None:
    """Put release, issue, later status and appeal on the agenda."""
    if story.reaches("released"):
        agenda.add(story.at("released", 10), lambda now: _release(story, now))
    if story.reaches("suspended"):
        agenda.add(story.at("suspended", 10), lambda now: _set_status(story, StatusPurpose.SUSPENSION, SUSPENDED, now))
    if story.reaches("suspension_proposed"):
        agenda.add(
            story.at("suspension_proposed", 9),
            lambda now: _propose(story, StatusPurpose.SUSPENSION, SUSPENDED, now),
        )
    if story.reaches("revoked"):
        agenda.add(story.at("revoked", 10), lambda now: _set_status(story, StatusPurpose.REVOCATION, REVOKED, now))
    if story.reaches("appealed"):
        agenda.add(story.at("appealed", 10), lambda now: _appeal(story, now))
    if story.reaches("appeal_dismissed"):
        agenda.add(story.at("appeal_dismissed", 10), lambda now: _dismiss(story, now))


def _meeting(ensemble: Ensemble, number: int, cases: list[Story], *, whole: bool) -> Callable[[datetime], None]:
    """Return the meeting that decides these cases; one that is not `whole` still waits for votes."""

    def hold(now: datetime) -> None:
        manager, members = ensemble.one(Role.SCHEME_MANAGER), ensemble.staff[Role.DECIDER]
        with acting(manager, now, "meeting") as session:
            minutes = f"PLENO-{ensemble.code.upper()}-{now.year}-{number:03d}"
            meeting_id = open_meeting(session, manager, minutes, now=now).id
            for member in members:
                invite(
                    session,
                    manager,
                    meeting_id,
                    member.person_id,
                    outside=member.person_id in ensemble.outside,
                    now=now,
                )
            add_cases(session, manager, meeting_id, [story.application_id for story in cases], now=now)
        at = now + timedelta(minutes=5)
        for member in members:
            with acting(member, at, "present") as session:
                mark_present(session, member, meeting_id, now=at)
        for place, story in enumerate(cases, 1):
            _decide(story, meeting_id, members, now + place * timedelta(minutes=6), whole=whole)
        if whole:
            at = now + timedelta(minutes=6 * len(cases) + 10)
            with acting(manager, at, "close_meeting") as session:
                close_meeting(session, manager, meeting_id, now=at)

    return hold


def _decide(story: Story, meeting_id: str, members: list[Actor], now: datetime, *, whole: bool) -> None:
    choice = Choice.NOT_YET_COMPETENT if story.weak else Choice.COMPETENT
    for member in members:
        with acting(member, now, "declare") as session:
            declare(session, member, meeting_id, story.application_id, conflict=False, now=now)
    at = now + timedelta(minutes=2)
    for member in members if whole else members[:1]:
        with acting(member, at, "vote") as session:
            cast_vote(session, member, meeting_id, story.application_id, choice, reason=WHY[choice], now=at)
    if whole:
        at = now + timedelta(minutes=3)
        with acting(members[0], at, "decide") as session:
            story.decision_id = record_decision(
                session, members[0], meeting_id, story.application_id, reason=WHY[choice], now=at
            ).id


def _release(story: Story, now: datetime) -> None:
    """Let a certificate out and have it issued at that moment, by the job that the release asked for."""
    releaser = story.ensemble.one(Role.RELEASER, story.candidate.place)
    with acting(releaser, now, "release_certificate") as session:
        story.credential_id = release(session, releaser, story.decision_id, now=now).id
    work(now)
    _choose_page(story, now)
    with acting(story.actor, now, "share_certificate") as session:
        links = [make_link(session, story.actor, story.credential_id, shows, now=now) for shows in Shown]
        end_link(session, story.actor, story.credential_id, links[-1], now=now)
    show_use(story, now)


def _choose_page(story: Story, now: datetime) -> None:
    """Every second one lets the date of birth be shown, the others the photo, where one may be shown."""
    birth_date = bool(story.candidate.place % 2)
    with reading() as session:
        found = photo_on_record(session, current_app.extensions["storage"], story.actor.body_id, story.credential_id)
    photo = found if isinstance(found, PhotoOnRecord) and not birth_date else None
    with acting(story.actor, now, "choose_page") as session:
        choose(session, story.actor, story.credential_id, birth_date=birth_date, photo=photo, now=now)


def _propose(story: Story, purpose: StatusPurpose, reason: str, now: datetime) -> str:
    proposer = story.ensemble.one(Role.QUALITY_MANAGER)
    with acting(proposer, now, "propose_status") as session:
        return propose(session, proposer, story.credential_id, purpose, True, reason=reason, now=now).id


def _set_status(story: Story, purpose: StatusPurpose, reason: str, now: datetime) -> None:
    """Two people change a certificate's status: one proposes, another confirms."""
    change_id = _propose(story, purpose, reason, now)
    confirmer = story.ensemble.one(Role.RELEASER)
    at = now + timedelta(hours=1)
    with acting(confirmer, at, "confirm_status") as session:
        answer(session, confirmer, change_id, confirmed=True, now=at)


def _appeal(story: Story, now: datetime) -> None:
    with acting(story.actor, now, "appeal") as session:
        appeal(
            session,
            story.actor,
            story.application_id,
            grounds=GROUNDS,
            process_explained=True,
            discussed_with_assessor=True,
            wants_help=False,
            now=now,
        )


def _dismiss(story: Story, now: datetime) -> None:
    quality = story.ensemble.one(Role.QUALITY_MANAGER)
    with acting(quality, now, "answer_appeal") as session:
        answer_appeal(session, quality, story.application_id, upheld=False, reason=DISMISSED, now=now)


def meanwhile(moment: datetime) -> None:
    """Close the sittings whose time has come before a moment, each at its own, as the worker would have."""
    while True:
        with reading() as session:
            due = session.scalar(
                select(func.min(Job.due_at)).where(
                    Job.kind == CLOSE_SITTING, Job.finished_at.is_(None), Job.due_at <= moment
                )
            )
        if due is None:
            return
        work(due)
        integrate(due)


def work(now: datetime) -> None:
    """Do every job that is due at a moment. Raises Conflict when one failed: a demo is built whole."""
    clock = current_app.extensions["clock"]
    current_app.extensions["clock"] = lambda: now  # pages that are drawn ahead are of this moment too
    try:
        work_all(lambda: now)
    finally:
        current_app.extensions["clock"] = clock
    with reading() as session:
        failure = session.scalar(select(Job.failure).where(Job.failure.is_not(None)).limit(1))
    if failure is not None:
        raise Conflict(N_("The demo could not be built: %(reason)s"), reason=failure)
