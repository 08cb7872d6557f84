"""What was carried over into a re-assessment as the record opens it: the original marks, with their times."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.domain.practicals.observation import parse
from assessment.practicals.carrying import Carried
from assessment.practicals.content import CriterionContent
from assessment.practicals.observations import ShownMark, shown_mark
from assessment.practicals.tables import Observation


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """Where a carried mark comes from: the earlier practical, its day, and each assessor's mark that counted."""

    practical_id: str
    done_on: date
    stands: bool
    marks: tuple[ShownMark, ...]


def origins_of(
    session: Session, body_id: str, carried: Carried, criteria: Sequence[CriterionContent]
) -> Mapping[str, Origin]:
    """Return criterion code -> where it was marked; one statement, none where nothing is carried over."""
    if not carried:
        return {}
    by_code = {criterion.code: criterion for criterion in criteria}
    numbers = [number for each in carried.values() for number in each.observations]
    rows = session.scalars(
        select(Observation).where(Observation.body_id == body_id, Observation.number.in_(numbers))
    ).all()
    by_number = {row.number: row for row in rows}

    def shown(code: str, number: int) -> ShownMark:
        row, criterion = by_number[number], by_code[code]
        return shown_mark(
            parse(row.mark, criterion.marking),
            criterion.marking,
            criterion.levels,
            note=row.note,
            observed_at=row.observed_at,
            received_at=row.received_at,
        )

    return {
        code: Origin(
            practical_id=each.source_id,
            done_on=each.done_on,
            stands=each.stands,
            marks=tuple(shown(code, number) for number in each.observations if number in by_number),
        )
        for code, each in carried.items()
    }
