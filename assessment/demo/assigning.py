"""Who may mark: the scheme's limit a day, and an assessor whom a candidate named as too close."""

from collections.abc import Sequence
from datetime import datetime

from assessment.demo.acting import acting
from assessment.demo.calendar import Agenda
from assessment.demo.cast import FOUNDED_DAYS_AGO, Ensemble
from assessment.demo.content import Content
from assessment.demo.story import Story
from assessment.domain.roles import Role
from assessment.practicals.assigning import set_limit
from assessment.practicals.naming import name_too_close
from assessment.practicals.tables_assigning import NamedBy

PRACTICALS_A_DAY = 12
NEIGHBOUR = "Tetangga dan teman sekelas asesi (contoh)."


def plan_assigning(ensemble: Ensemble, content: Content, stories: Sequence[Story], agenda: Agenda) -> None:
    """Put the limit of the scheme and one candidate's word on the agenda."""
    agenda.add(ensemble.calendar.at(FOUNDED_DAYS_AGO - 3, 14), lambda now: _limit(ensemble, content, now))
    # Somebody whom one assessor marks alone: the other one is the friend.
    story = next((each for each in stories if each.reaches("practical") and not each.second_assessor), None)
    if story is not None:
        agenda.add(story.at("rostered", 13), lambda now: _name(story, now))


def _limit(ensemble: Ensemble, content: Content, now: datetime) -> None:
    manager = ensemble.one(Role.SCHEME_MANAGER)
    with acting(manager, now, "day_limit") as session:
        set_limit(session, manager, content.scheme_version_id, PRACTICALS_A_DAY, now=now)


def _name(story: Story, now: datetime) -> None:
    other = next(
        (each for each in story.ensemble.staff[Role.ASSESSOR] if each.person_id != story.assessor.person_id), None
    )
    if other is None:
        return
    with acting(story.manager, now, "too_close") as session:
        name_too_close(
            session,
            story.manager,
            story.application_id,
            other.person_id,
            named_by=NamedBy.CANDIDATE,
            reason=NEIGHBOUR,
            now=now,
        )
