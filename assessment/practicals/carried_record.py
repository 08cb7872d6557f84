"""What was carried over into a re-assessment as the record opens it: the original marks, with their times."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from assessment.practicals.carrying import Carried
from assessment.practicals.observations import ShownMark


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """Where a carried mark comes from: the earlier practical, its day, and each assessor's mark that counted."""

    practical_id: str
    done_on: date
    stands: bool
    marks: tuple[ShownMark, ...]


def numbers_in(carried: Carried) -> list[int]:
    """Return the numbers of the observations that are carried over."""
    return [number for each in carried.values() for number in each.observations]


def origins_of(carried: Carried, shown: Mapping[int, ShownMark]) -> Mapping[str, Origin]:
    """Return criterion code -> where it was marked; `shown`: the marks by the numbers of their observations."""

    def marks(numbers: Sequence[int]) -> tuple[ShownMark, ...]:
        return tuple(shown[number] for number in numbers if number in shown)

    return {
        code: Origin(
            practical_id=each.source_id, done_on=each.done_on, stands=each.stands, marks=marks(each.observations)
        )
        for code, each in carried.items()
    }
