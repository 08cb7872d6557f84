"""The assessor's sheet as a page needs it: steps with their cards, each with the mark that counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from assessment.domain.practicals.aggregation import CriterionFinding
from assessment.domain.practicals.rubric import Judged, Measured
from assessment.practicals.carrying import NOTHING_CARRIED, carried_of
from assessment.practicals.content import CriterionContent, TaskContent, task_content
from assessment.practicals.observations import ShownMark, StoredObservation, in_force, observations_of, shown_mark
from assessment.practicals.photo_records import ShownPhoto, photos_of
from assessment.practicals.piece_queries import task_on_piece
from assessment.practicals.queries import PracticalHead
from assessment.practicals.submitting import Derived, derive
from assessment.practicals.tables_pieces import TestPiece
from assessment.standards.queries import texts


@dataclass(frozen=True, kw_only=True, slots=True)
class Scale:
    """A drawing of limits, in percent of its width: where they are and where the value stands."""

    start: Decimal
    end: Decimal
    lower: Decimal
    upper: Decimal
    needle: Decimal | None

    @property
    def allowed(self) -> Decimal:
        """The width of what is inside the limits."""
        return self.upper - self.lower


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """One criterion with the mark that counts and the one before it, to which undoing leads back.

    `tool`: the id of what the mark was measured with, "" where none was chosen.
    """

    criterion: CriterionContent
    position: int
    place: int
    mark: ShownMark | None
    earlier: ShownMark | None
    finding: CriterionFinding
    observations: int
    photos: tuple[ShownPhoto, ...] = ()
    minimum: int | None = None
    measured: Measured | None = None
    scale: Scale | None = None
    tool: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class StepCards:
    """A step with its cards; `marked` of them have a mark."""

    key: str
    title: str
    cards: tuple[Card, ...]
    marked: int


@dataclass(frozen=True, kw_only=True, slots=True)
class CarriedLine:
    """A criterion that is carried over, as the sheet names it: what it asks and the day on which it was met."""

    code: str
    title: str
    done_on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """A whole sheet: what it is about, its steps, and what its observations say now.

    `counting`: criterion code -> the observation that counts; `held`: how many wait for a second person;
    `carried_over`: what is not marked here, because it was met on an earlier day; `piece`: the test piece as it was
    recorded, None where it is not.
    """

    head: PracticalHead
    task: TaskContent
    steps: tuple[StepCards, ...]
    derived: Derived
    counting: Mapping[str, StoredObservation]
    piece: TestPiece | None
    held: int = 0
    carried_over: tuple[CarriedLine, ...] = ()

    @property
    def cards(self) -> tuple[Card, ...]:
        """All cards in the order of the sheet."""
        return tuple(card for step in self.steps for card in step.cards)

    @property
    def missing(self) -> tuple[Card, ...]:
        """The cards without a mark."""
        return tuple(card for card in self.cards if card.mark is None)

    @property
    def unsafe(self) -> tuple[Card, ...]:
        """The safety-critical cards that were not met."""
        return tuple(card for card in self.cards if card.criterion.code in self.derived.result.failed_safety)


def sheet_of(session: Session, body_id: str, head: PracticalHead, language: str, person_id: str) -> Sheet:
    """Return the sheet that a person has on a practical, and nothing of another's; six statements."""
    carried = carried_of(session, body_id, head.id) if head.again else NOTHING_CARRIED
    whole = task_on_piece(task_content(session, body_id, head.rubric_id, language), head.piece)
    task = whole.without(carried)
    stored = observations_of(session, body_id, head.id, task.criteria, person_id=person_id)
    photos = photos_of(session, body_id, head.id, task.criteria, person_id=person_id)
    derived = derive(person_id, task.criteria, stored)
    counted = in_force(stored)
    by_code: dict[str, list[StoredObservation]] = {}
    for each in counted:
        by_code.setdefault(each.sent.criterion, []).append(each)
    steps = []
    position = 0
    for step in task.steps:
        cards = []
        for place, criterion in enumerate(step.criteria, start=1):
            position += 1
            cards.append(
                _card(
                    criterion,
                    position,
                    place,
                    by_code.get(criterion.code, []),
                    derived.result.findings[criterion.code],
                    tuple(photo for photo in photos if photo.criterion == criterion.code),
                )
            )
        steps.append(
            StepCards(
                key=step.key,
                title=step.title,
                cards=tuple(cards),
                marked=sum(card.mark is not None for card in cards),
            )
        )
    return Sheet(
        head=head,
        task=task,
        steps=tuple(steps),
        derived=derived,
        counting={each.sent.criterion: each for each in counted},
        piece=head.piece,
        held=sum(each.held and each.taken is None for each in stored),
        carried_over=tuple(
            CarriedLine(code=each.code, title=each.title, done_on=carried[each.code].done_on)
            for each in whole.criteria
            if each.code in carried
        ),
    )


def criterion_statements(
    session: Session, body_id: str, criteria: Sequence[CriterionContent], language: str
) -> Mapping[str, str]:
    """Return performance criterion id -> what it says; one statement."""
    wanted = {proof.criterion_id for criterion in criteria for proof in criterion.proves}
    return texts(session, body_id, wanted, language)


def _card(
    criterion: CriterionContent,
    position: int,
    place: int,
    history: Sequence[StoredObservation],
    finding: CriterionFinding,
    photos: tuple[ShownPhoto, ...],
) -> Card:
    shown = [
        shown_mark(
            each.sent.value,
            criterion.marking,
            criterion.levels,
            note=each.sent.note,
            observed_at=each.sent.observed_at,
            received_at=each.received_at,
        )
        for each in history
    ]
    mark = shown[-1] if shown else None
    marking = criterion.marking
    return Card(
        criterion=criterion,
        position=position,
        place=place,
        mark=mark,
        earlier=next((each for each in reversed(shown) if mark and each.raw != mark.raw), None),
        finding=finding,
        observations=len(history),
        photos=photos,
        minimum=marking.minimum if isinstance(marking, Judged) else None,
        measured=marking if isinstance(marking, Measured) else None,
        scale=_scale(marking, mark) if isinstance(marking, Measured) else None,
        tool=history[-1].sent.tool if history else "",
    )


def _scale(marking: Measured, mark: ShownMark | None) -> Scale | None:
    lower, upper = marking.limits.lower, marking.limits.upper
    if marking.limits.missing:
        return None
    if lower is not None and upper is not None:
        room = (upper - lower) / 2 or Decimal(1)
        start, end = lower - room, upper + room
    elif upper is not None:
        start, end = min(Decimal(0), upper), upper * 2 if upper > 0 else upper + 1
    else:
        bound = lower if lower is not None else Decimal(0)
        start, end = min(Decimal(0), bound), bound * 3 / 2 if bound > 0 else bound + 1

    def percent(value: Decimal) -> Decimal:
        return max(Decimal(0), min(Decimal(100), (value - start) / (end - start) * 100)).quantize(Decimal("0.01"))

    return Scale(
        start=start,
        end=end,
        lower=percent(lower) if lower is not None else Decimal(0),
        upper=percent(upper) if upper is not None else Decimal(100),
        needle=percent(mark.reading.value) if mark and mark.reading else None,
    )
