"""A practical that is assessed again: only what was missing, by somebody whom the candidate does not find too close.

One candidate still lacks evidence. The missing criterion is to be marked again in a few days; the candidate names the
assessor who was planned first, after naming somebody by mistake, and another one is given the sheet.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from assessment.certification.closeness import name_by_candidate
from assessment.certification.placing import reassess_practical
from assessment.database import reading
from assessment.demo.acting import acting
from assessment.demo.calendar import Agenda
from assessment.demo.cast import FOUNDED_DAYS_AGO, Ensemble
from assessment.demo.content import Content
from assessment.demo.story import Story
from assessment.domain.roles import Role
from assessment.practicals.naming import to_replace, withdraw_name
from assessment.practicals.reassessing import set_carry_over_days
from assessment.practicals.replacing import replace_assessor
from assessment.practicals.tables_assigning import Closeness, NamedBy
from assessment.web.actor import Actor

CARRIED_DAYS = 180
IN_DAYS = 3
BY_MISTAKE = "Salah orang: namanya mirip (contoh)."
ANOTHER = "Dijadwalkan ulang dengan asesor lain (contoh)."
FORMER_BOSS = "Atasan saya di bengkel sampai tahun lalu (contoh)."


def plan_reassessment(ensemble: Ensemble, content: Content, stories: Sequence[Story], agenda: Agenda) -> None:
    """Put the scheme's time for carrying over on the agenda, and the candidate who is assessed again."""
    agenda.add(ensemble.calendar.at(FOUNDED_DAYS_AGO - 3, 15), lambda now: _allow(ensemble, content, now))
    story = next((each for each in stories if each.candidate.stage == "needs_more_evidence"), None)
    if story is not None and _others(story):
        agenda.add(story.at("more_evidence_asked", 10), lambda now: _plan(story, now))
        agenda.add(story.at("more_evidence_asked", 13), lambda now: _name(story, now))
        agenda.add(story.at("more_evidence_asked", 14), lambda now: _replace(story, now))


def _others(story: Story) -> list[Actor]:
    return [each for each in story.ensemble.staff[Role.ASSESSOR] if each.person_id != story.assessor.person_id]


def _allow(ensemble: Ensemble, content: Content, now: datetime) -> None:
    manager = ensemble.one(Role.SCHEME_MANAGER)
    with acting(manager, now, "carry_over") as session:
        set_carry_over_days(session, manager, content.scheme_version_id, CARRIED_DAYS, now=now)


def _plan(story: Story, now: datetime) -> None:
    starts_at = story.ensemble.calendar.today + timedelta(days=IN_DAYS)
    with acting(story.manager, now, "reassess") as session:
        reassess_practical(
            session,
            story.manager,
            story.application_id,
            story.practical_id,
            site_id=story.candidate.site_id,
            assessor_ids=[_others(story)[0].person_id],
            starts_at=starts_at,
            now=now,
        )


def _name(story: Story, now: datetime) -> None:
    candidate, planned = story.actor, _others(story)[0]
    with acting(candidate, now, "too_close") as session:
        mistaken = name_by_candidate(
            session,
            candidate,
            story.application_id,
            story.assessor.person_id,
            closeness=Closeness.EMPLOYER,
            reason="",
            now=now,
        )
    with acting(candidate, now, "withdraw_name") as session:
        withdraw_name(
            session,
            candidate,
            story.application_id,
            mistaken.id,
            reason=BY_MISTAKE,
            only_by=NamedBy.CANDIDATE,
            now=now,
        )
    with acting(candidate, now, "too_close") as session:
        name_by_candidate(
            session,
            candidate,
            story.application_id,
            planned.person_id,
            closeness=Closeness.EMPLOYER,
            reason=FORMER_BOSS,
            now=now,
        )


def _replace(story: Story, now: datetime) -> None:
    with reading() as session:
        (sheet,) = to_replace(session, story.ensemble.code, story.application_id)
    with acting(story.manager, now, "replace_assessor") as session:
        replace_assessor(
            session,
            story.manager,
            story.application_id,
            sheet.sheet_id,
            story.assessor.person_id,
            reason=ANOTHER,
            now=now,
        )
