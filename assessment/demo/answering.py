"""How a candidate of the demo answers: a paper written by chance, the same at every building, sent in batches."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from assessment.database import reading
from assessment.demo.acting import acting
from assessment.demo.paper import Answer, good_paper, weak_paper
from assessment.demo.story import Story
from assessment.demo.texts import ANSWER
from assessment.domain.competency import Method
from assessment.domain.errors import N_, Conflict
from assessment.domain.exams.events import parse
from assessment.exams.answering import take_events
from assessment.exams.preparing import content_on
from assessment.exams.tables import Attempt
from assessment.exams.taking import token_for
from assessment.item_bank.tables import ItemCriterion
from assessment.schemes.queries import plan_cells

ANSWERS_AT_A_TIME = 8
SECONDS_AN_ANSWER = 75
DEVICE = "demo"


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """A paper in the order of the exam: item version -> (response variable, answer); `gaps` as the paper has them."""

    answers: Mapping[str, tuple[str, Answer]]
    gaps: tuple[str, ...]

    def first(self, share: float) -> "Written":
        """Return the part of the paper that is answered first."""
        return replace(self, answers=dict(list(self.answers.items())[: round(len(self.answers) * share)]))

    def after(self, share: float) -> "Written":
        """Return the rest of it."""
        return replace(self, answers=dict(list(self.answers.items())[round(len(self.answers) * share) :]))


def write_paper(story: Story) -> Written:
    """Write the candidate's paper: only criteria that the plan proves in writing can have a gap."""
    with reading() as session:
        items = content_on(session, story.ensemble.code, story.form_id).items
        written = [
            cell.criterion_id
            for cell in plan_cells(session, story.ensemble.code, story.content.scheme_version_id)
            if cell.method is Method.WRITTEN
        ]
        measured = session.execute(
            select(ItemCriterion.item_version_id, ItemCriterion.criterion_id).where(
                ItemCriterion.body_id == story.ensemble.code,
                ItemCriterion.item_version_id.in_(items),
                ItemCriterion.criterion_id.in_(written),
            )
        ).all()
        layout = session.get_one(Attempt, (story.ensemble.code, story.attempt_id)).layout
    criteria = {
        version: frozenset(row.criterion_id for row in measured if row.item_version_id == version) for version in items
    }
    chance = story.chance("exam")
    keyed = {version: item for version, item in items.items() if not item.human_marked}
    if story.weak:
        paper = weak_paper(keyed, criteria, chance)
    else:
        paper = good_paper(keyed, criteria, chance, gap=story.candidate.place % 3 == 1)
    answers = {**paper.answers, **dict.fromkeys(items.keys() - keyed.keys(), ANSWER)}
    order = [entry["item"] for entry in layout["items"] if entry["item"] in answers]
    return Written(
        answers={version: (items[version].responses[0].identifier, answers[version]) for version in order},
        gaps=paper.gaps,
    )


def answer(story: Story, written: Written, device: str, *, now: datetime) -> None:
    """Send the answers from a device, a batch at a time, as the attempt's present writer."""
    with reading() as session:
        token = token_for(session.get_one(Attempt, (story.ensemble.code, story.attempt_id)))
    assert token is not None  # the attempt was started
    events = events_of(story, written, device)
    for first in range(0, len(events), ANSWERS_AT_A_TIME):
        body = json.dumps({"v": 1, "events": events[first : first + ANSWERS_AT_A_TIME]}).encode()
        at = min(now + timedelta(seconds=first * SECONDS_AN_ANSWER), story.ensemble.calendar.today)
        with acting(story.actor, at, "answer") as session:
            reply = take_events(session, token, parse(body), now=at)
        if reply.refused or reply.held:
            raise Conflict(N_("The demo's answers were not taken: %(reply)s."), reply=reply)


def events_of(story: Story, written: Written, device: str) -> list[dict[str, Any]]:
    """Return the answers as the events of `/answers`."""
    return [
        {
            "client": device,
            "seq": place,
            "item": version,
            "response": {name: said},
            "lang": story.actor.locale,
            "elapsed": place * SECONDS_AN_ANSWER * 1000,
        }
        for place, (version, (name, said)) in enumerate(written.answers.items())
    ]
