"""The record of a practical: the result, opened down to every mark and photo of every assessor.

Whoever may not see yet what others marked is shown the own sheet alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from assessment.domain.practicals.aggregation import CriterionFinding, Status
from assessment.domain.practicals.observation import Measurement
from assessment.domain.practicals.practical_states import SheetState
from assessment.domain.practicals.spread import Apart, Spread
from assessment.practicals.carried_record import Origin, numbers_in, origins_of
from assessment.practicals.carrying import NOTHING_CARRIED, carried_of
from assessment.practicals.content import CriterionContent, TaskContent, task_content
from assessment.practicals.observations import ShownMark, StoredObservation, observations_of, shown_mark
from assessment.practicals.photo_records import ShownPhoto, photos_of
from assessment.practicals.piece_queries import task_on_piece
from assessment.practicals.queries import PracticalHead
from assessment.practicals.settling import Compared, compare
from assessment.practicals.tables_pieces import TestPiece
from assessment.practicals.tool_queries import Tool, Used, tools_named, used


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """One observation as the record opens it: `counts` now, `taken` and `held` as in `StoredObservation`.

    `used`: what a value was measured with, None for what is not measured.
    """

    number: int
    mark: ShownMark
    device: str
    reason: str
    round: int
    held: bool
    taken: bool | None
    counts: bool
    used: Used | None


@dataclass(frozen=True, kw_only=True, slots=True)
class OfAssessor:
    """What one assessor marked on one criterion: the mark that counts, all observations, the photos."""

    person_id: str
    name: str
    mark: ShownMark | None
    used: Used | None
    history: tuple[Seen, ...]
    photos: tuple[ShownPhoto, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One criterion of the record with what every assessor marked, and why their marks are apart, if they are.

    `origin`: where it was marked, for one that is carried over.
    """

    criterion: CriterionContent
    finding: CriterionFinding
    assessors: tuple[OfAssessor, ...]
    apart: Apart | None
    spread: Spread | None
    origin: Origin | None = None

    @property
    def marked(self) -> bool:
        """Whether anybody has marked it."""
        return any(each.mark for each in self.assessors)

    @property
    def in_doubt(self) -> bool:
        """Whether a value that counts was measured with a tool that could not be trusted, or with none."""
        return any(each.used is not None and each.used.doubt is not None for each in self.assessors)


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """A step with its rows."""

    key: str
    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt:
    """What an assessor's sheet was sealed with."""

    name: str
    submitted_at: datetime | None
    marks: int | None
    digest: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """The whole record. `levels`: how many levels judged marks may lie apart; `piece`: None where none is recorded."""

    task: TaskContent
    steps: tuple[Step, ...]
    status: Status
    receipts: tuple[Receipt, ...]
    levels: int
    names: tuple[str, ...]
    piece: TestPiece | None

    @property
    def rows(self) -> tuple[Row, ...]:
        """All rows in the order of the sheet."""
        return tuple(row for step in self.steps for row in step.rows)

    @property
    def apart(self) -> tuple[Row, ...]:
        """The rows whose marks are further apart than the rule allows."""
        return tuple(row for row in self.rows if row.apart is not None)

    @property
    def in_doubt(self) -> tuple[Row, ...]:
        """The rows with a value whose tool was not calibrated on its day, or was not chosen."""
        return tuple(row for row in self.rows if row.in_doubt)

    @property
    def unsafe(self) -> tuple[Row, ...]:
        """The safety-critical criteria that were not met."""
        return tuple(
            row for row in self.rows if row.finding.safety_critical and row.finding.status is Status.INSUFFICIENT
        )


def record_of(
    session: Session, body_id: str, head: PracticalHead, language: str, reader_id: str, *, submitted_only: bool = False
) -> Record:
    """Return the record as its reader may see it; at most seven statements.

    `submitted_only`: without the sheets that are still being marked, as assessors compare them.
    """
    task = task_on_piece(task_content(session, body_id, head.rubric_id, language), head.piece)
    sheets = list(head.sheets)
    if submitted_only:
        sheets = [sheet for sheet in sheets if sheet.state is SheetState.SUBMITTED]
    alone = None if head.sees_others else reader_id
    persons = [sheet.person_id for sheet in sheets]
    carried = carried_of(session, body_id, head.id) if head.again else NOTHING_CARRIED
    numbers = numbers_in(carried)
    everything = observations_of(session, body_id, head.id, task.criteria, person_id=alone, also=numbers)
    stored = [each for each in everything if each.number not in numbers]
    by_code = {criterion.code: criterion for criterion in task.criteria}
    origins = origins_of(
        carried,
        {each.number: _mark(each, by_code[each.sent.criterion]) for each in everything if each.number in numbers},
    )
    photos = photos_of(session, body_id, head.id, task.criteria, person_id=alone)
    tools = tools_named(session, body_id, [each.sent.tool for each in everything])
    compared = compare(head.id, task.criteria, persons, stored, levels=head.levels, carried=carried)
    spreads = {each.rubric_criterion_id: each for each in compared.spreads}
    names = [head.assessors[person_id] for person_id in persons]
    steps = []
    for step in task.steps:
        rows = []
        for criterion in step.criteria:
            found = spreads.get(criterion.code)
            rows.append(
                Row(
                    criterion=criterion,
                    finding=compared.result.findings[criterion.code],
                    assessors=tuple(
                        _of(place, person_id, names[place], criterion, compared, stored, photos, tools)
                        for place, person_id in enumerate(persons)
                        if criterion.code not in origins
                    ),
                    origin=origins.get(criterion.code),
                    apart=None if found is None else found.apart,
                    spread=found,
                )
            )
        steps.append(Step(key=step.key, title=step.title, rows=tuple(rows)))
    return Record(
        task=task,
        steps=tuple(steps),
        status=compared.result.status,
        receipts=tuple(
            Receipt(name=name, submitted_at=sheet.submitted_at, marks=sheet.marks, digest=sheet.receipt)
            for name, sheet in zip(names, sheets, strict=True)
            if sheet.receipt is not None
        ),
        levels=head.levels,
        names=tuple(names),
        piece=head.piece,
    )


def _of(
    place: int,
    person_id: str,
    name: str,
    criterion: CriterionContent,
    compared: Compared,
    stored: Sequence[StoredObservation],
    photos: Sequence[ShownPhoto],
    tools: Mapping[str, Tool],
) -> OfAssessor:
    counting = compared.in_force[place].get(criterion.code)
    return OfAssessor(
        person_id=person_id,
        name=name,
        mark=None if counting is None else _mark(counting, criterion),
        used=None if counting is None else _used(counting, tools),
        history=tuple(
            Seen(
                number=each.number,
                mark=_mark(each, criterion),
                device=each.sent.device,
                reason=each.sent.reason,
                round=each.round,
                held=each.held,
                taken=each.taken,
                counts=counting is not None and each.number == counting.number,
                used=_used(each, tools),
            )
            for each in stored
            if each.person_id == person_id and each.sent.criterion == criterion.code
        ),
        photos=tuple(photo for photo in photos if photo.person_id == person_id and photo.criterion == criterion.code),
    )


def _used(each: StoredObservation, tools: Mapping[str, Tool]) -> Used | None:
    if not isinstance(each.sent.value, Measurement):
        return None
    return used(tools, each.sent.tool, each.sent.observed_at)


def _mark(each: StoredObservation, criterion: CriterionContent) -> ShownMark:
    return shown_mark(
        each.sent.value,
        criterion.marking,
        criterion.levels,
        note=each.sent.note,
        observed_at=each.sent.observed_at,
        received_at=each.received_at,
    )
