"""Marking answers by people: two who are blind to each other, and a third where they stand too far apart (rule 6).

A mark puts its author on the assessor's side of the application (rule 10). No marker learns whose answer it is, nor
what another one gave, before the marks are in; who settles sees both. With the last mark the result is derived.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assessment.accounts.duties import take_side
from assessment.accounts.ids import new_id
from assessment.accounts.registrations import day_at, require_registered_assessor
from assessment.accounts.tables import Duty
from assessment.domain.certification.duties import Side
from assessment.domain.errors import N_, Conflict, Invalid, NotAllowed, NotFound
from assessment.domain.exams.attempt_states import ENDED
from assessment.domain.exams.events import Value, current_answers
from assessment.domain.exams.marking import (
    ADJUDICATION,
    MARKERS,
    MarkingRubric,
    MarkingRule,
    MarkingState,
    check_rubric,
    marking_of,
    rubric_to_json,
    rule_to_json,
    total,
)
from assessment.domain.items.exact import write_exact
from assessment.domain.items.item import Item
from assessment.exams.content import items_of
from assessment.exams.marks import rubrics_of, rule_of
from assessment.exams.results import settle
from assessment.exams.scoring import event_of, event_rows
from assessment.exams.tables import Attempt, ExamResult, Form, FormItem
from assessment.exams.tables_marking import MarkingRubric as RubricRow
from assessment.exams.tables_marking import ResponseMark
from assessment.exams.taking import locked
from assessment.web.actor import Actor

SHORTEST_REASON = 5
LONGEST_COMMENT = 2_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Work:
    """One answer as its marker sees it; `earlier` holds the marks of the two, for who settles them, else nothing."""

    attempt_id: str
    form_id: str
    item_version_id: str
    position: int
    item: Item
    choices: Mapping[str, tuple[str, ...]]
    response: Mapping[str, Value]
    language: str
    rubric_number: int
    rubric: MarkingRubric
    earlier: Sequence[ResponseMark]

    @property
    def settles(self) -> bool:
        """Whether this mark settles two others."""
        return bool(self.earlier)


def write_rubric(
    session: Session, actor: Actor, item_version_id: str, rubric: MarkingRubric, *, now: datetime
) -> RubricRow:
    """Keep the rubric of an item version as its next one; it stays once an answer was marked by it.

    Raises NotFound, Conflict for an item that nobody marks or one with marks already, and what `check_rubric`
    raises.
    """
    item = items_of(session, actor.body_id, [item_version_id]).get(item_version_id)
    if item is None:
        raise NotFound(N_("There is no such item."))
    if not item.human_marked:
        raise Conflict(N_("This item is scored by its key; it has no rubric."))
    check_rubric(rubric, maximum=item.max_score)
    marked = select(ResponseMark.id).where(
        ResponseMark.body_id == actor.body_id, ResponseMark.item_version_id == item_version_id
    )
    if session.scalar(marked.limit(1)) is not None:
        raise Conflict(N_("Answers were marked by this rubric, so it stays. A new version of the item gets a new one."))
    number = select(func.max(RubricRow.number)).where(
        RubricRow.body_id == actor.body_id, RubricRow.item_version_id == item_version_id
    )
    row = RubricRow(
        body_id=actor.body_id,
        item_version_id=item_version_id,
        number=(session.scalar(number) or 0) + 1,
        content=rubric_to_json(rubric),
        written_by=actor.person_id,
        written_at=now,
    )
    session.add(row)
    session.flush()
    return row


def set_rule(session: Session, actor: Actor, form_id: str, rule: MarkingRule) -> Form:
    """Say how far two markers of a form may be apart. Raises NotFound, Invalid, and Conflict after the first mark."""
    form = session.get(Form, (actor.body_id, form_id), with_for_update=True)
    if form is None:
        raise NotFound(N_("There is no such form."))
    if rule.points < 0 or not 0 <= rule.share <= 1:
        raise Invalid(N_("Expected 0 points or more and a share from 0 to 100 %."))
    marked = (
        select(ResponseMark.id)
        .join(
            Attempt,
            (Attempt.body_id == ResponseMark.body_id) & (Attempt.id == ResponseMark.attempt_id),
        )
        .where(ResponseMark.body_id == actor.body_id, Attempt.form_id == form_id)
    )
    if session.scalar(marked.limit(1)) is not None:
        raise Conflict(N_("Answers on this form were marked by the rule that it has, so it stays."))
    form.blueprint = {**form.blueprint, "marking": rule_to_json(rule)}
    session.flush()
    return form


def work_on(session: Session, actor: Actor, attempt_id: str, item_version_id: str) -> Work:
    """Return one answer for a marker, without anything they must not know; reads only.

    Raises NotFound where there is nothing for people to mark, NotAllowed to somebody who stands on another side,
    and Conflict where it was marked already, by the actor or by everybody it takes, or has no rubric.
    """
    attempt = session.get(Attempt, (actor.body_id, attempt_id))
    if attempt is None:
        raise NotFound(N_("There is no such answer to mark."))
    return _work(session, actor, attempt, item_version_id)


def give_mark(
    session: Session,
    actor: Actor,
    attempt_id: str,
    item_version_id: str,
    points: Mapping[str, Fraction],
    *,
    comment: str,
    settles: bool,
    now: datetime,
) -> ResponseMark:
    """Give an answer its points, by criterion; with the last mark of the attempt its result is derived.

    `settles` says what the page showed: that this mark settles two others, which takes a reason. Raises as `work_on`
    does, Invalid for points that are none of the rubric's, NotAllowed without a valid registration, and Conflict
    when the page showed something else.
    """
    require_registered_assessor(session, actor.body_id, actor.person_id, day_at(session, actor.body_id, now))
    attempt = locked(session, actor.body_id, attempt_id)
    work = _work(session, actor, attempt, item_version_id)
    if work.settles is not settles:
        raise Conflict(N_("Others marked this answer meanwhile. Look at it once more."))
    text = comment.strip()
    if len(text) > LONGEST_COMMENT or (settles and len(text) < SHORTEST_REASON):
        raise Invalid(
            N_("Expected a reason of %(least)s to %(most)s characters, got %(got)s."),
            least=SHORTEST_REASON,
            most=LONGEST_COMMENT,
            got=len(text),
        )
    given = total(work.rubric, points)
    take_side(session, actor.body_id, attempt.application_id, actor.person_id, Side.ASSESSOR, now=now)
    mark = ResponseMark(
        body_id=actor.body_id,
        id=new_id(),
        attempt_id=attempt_id,
        item_version_id=item_version_id,
        rubric_number=work.rubric_number,
        application_id=attempt.application_id,
        person_id=actor.person_id,
        place=ADJUDICATION if settles else len(_marks(session, attempt, item_version_id)) + 1,
        points={criterion: write_exact(each) for criterion, each in points.items()},
        total=given,
        comment=text,
        marked_at=now,
    )
    session.add(mark)
    session.flush()
    settle(session, attempt, now=now)
    return mark


def _work(session: Session, actor: Actor, attempt: Attempt, item_version_id: str) -> Work:
    position = session.scalar(
        select(FormItem.position).where(
            FormItem.body_id == attempt.body_id,
            FormItem.form_id == attempt.form_id,
            FormItem.item_version_id == item_version_id,
        )
    )
    item = items_of(session, attempt.body_id, [item_version_id]).get(item_version_id)
    rows = event_rows(session, attempt.body_id, [attempt.id], item=item_version_id)
    event = current_answers([event_of(row) for row in rows if row.counted]).get(item_version_id)
    if (
        position is None
        or item is None
        or not item.human_marked
        or attempt.state not in ENDED
        or event is None
        or not event.answered
    ):
        raise NotFound(N_("There is no such answer to mark."))
    _require_marker(session, actor, attempt)
    marks = _marks(session, attempt, item_version_id)
    if any(mark.person_id == actor.person_id for mark in marks):
        raise Conflict(N_("You have marked this answer already; a mark stays."))
    form = session.get_one(Form, (attempt.body_id, attempt.form_id))
    state = marking_of({mark.place: mark.total for mark in marks}, rule_of(form), maximum=item.max_score).state
    if state is MarkingState.FINAL or _has_result(session, attempt):
        raise Conflict(N_("This answer has all its marks."))
    rubric = rubrics_of(session, attempt.body_id, [item_version_id]).get(item_version_id)
    if rubric is None:
        raise Conflict(N_("This item has no rubric yet. The scheme manager writes it on the page of the form."))
    arranged = next((each for each in attempt.layout["items"] if each["item"] == item_version_id), None)
    return Work(
        attempt_id=attempt.id,
        form_id=attempt.form_id,
        item_version_id=item_version_id,
        position=position,
        item=item,
        choices={name: tuple(order) for name, order in (arranged["choices"] if arranged else {}).items()},
        response=event.response,
        language=event.lang,
        rubric_number=rubric[0],
        rubric=rubric[1],
        earlier=marks if state is MarkingState.WAITS_ADJUDICATION else (),
    )


def _require_marker(session: Session, actor: Actor, attempt: Attempt) -> None:
    if attempt.person_id == actor.person_id:
        raise NotFound(N_("There is no such answer to mark."))
    duty = session.get(Duty, (actor.body_id, attempt.application_id, actor.person_id))
    if duty is not None and duty.side is not Side.ASSESSOR:
        raise NotAllowed(N_("You stand on another side of this application and cannot mark its answers."))


def _marks(session: Session, attempt: Attempt, item_version_id: str) -> Sequence[ResponseMark]:
    return session.scalars(
        select(ResponseMark)
        .where(
            ResponseMark.body_id == attempt.body_id,
            ResponseMark.attempt_id == attempt.id,
            ResponseMark.item_version_id == item_version_id,
            ResponseMark.place <= MARKERS,
        )
        .order_by(ResponseMark.place)
    ).all()


def _has_result(session: Session, attempt: Attempt) -> bool:
    found = select(ExamResult.attempt_id).where(
        ExamResult.body_id == attempt.body_id, ExamResult.attempt_id == attempt.id
    )
    return session.scalar(found.limit(1)) is not None
