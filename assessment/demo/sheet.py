"""What an assessor of the demo marks on a rubric, always the same for the same candidate."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any, assert_never

from assessment.domain.practicals.observation import Answer
from assessment.domain.practicals.rubric import Checked, Judged, Measured
from assessment.practicals.content import CriterionContent

STEP = timedelta(minutes=4)
FAILED = 3


def marks(
    criteria: Sequence[CriterionContent],
    chance: Random,
    *,
    tools: Mapping[str, str],
    client: str,
    begun: datetime,
    weak: bool = False,
    open_one: bool = False,
    share: float = 1,
) -> list[dict[str, Any]]:
    """Return observations as the sheet sends them.

    `tools`: code of a measured criterion -> what it is measured with. `weak`: three criteria are not met; `open_one`:
    one needs more evidence; `share` 0..1: how much is marked yet.
    """
    able_to_fail = [each.code for each in criteria if not each.safety_critical and not _unconfirmed(each)]
    failed = set(chance.sample(able_to_fail, FAILED)) if weak else set()
    undecided = chance.choice(able_to_fail) if open_one else None
    sent = []
    for place, criterion in enumerate(criteria[: round(len(criteria) * share)]):
        if criterion.code == undecided:
            mark: dict[str, Any] = {"v": 1, "answer": Answer.NEEDS_MORE_EVIDENCE.value}
        elif criterion.code in failed:
            mark = _not_met(criterion)
        else:
            mark = _met(criterion, chance)
        sent.append(
            {
                "client": client,
                "seq": place,
                "criterion": criterion.code,
                "mark": mark,
                "note": "",
                "observed_at": (begun + place * STEP).isoformat(),
                **({"tool": tools[criterion.code]} if "value" in mark and criterion.code in tools else {}),
            }
        )
    return sent


def undecided(sent: Sequence[dict[str, Any]]) -> str | None:
    """Return the code of the criterion that needs more evidence, if there is one."""
    open_ones = (each["criterion"] for each in sent if each["mark"].get("answer") == Answer.NEEDS_MORE_EVIDENCE.value)
    return next(open_ones, None)


def _unconfirmed(criterion: CriterionContent) -> bool:
    return isinstance(criterion.marking, Measured) and not criterion.marking.confirmed


def _met(criterion: CriterionContent, chance: Random) -> dict[str, Any]:
    match criterion.marking:
        case Judged(minimum=minimum):
            return {"v": 1, "level": max(minimum, chance.choice((2, 2, 3)))}
        case Measured(limits=limits):
            if limits.lower is not None and limits.upper is not None:
                part = Decimal(chance.randrange(2, 9)) / 10
                return _measured(limits.lower + (limits.upper - limits.lower) * part)
            if limits.upper is not None:
                return _measured(limits.upper * Decimal(chance.randrange(3, 9)) / 10)
            assert limits.lower is not None  # limits have an end at least
            return _measured(limits.lower + chance.randrange(1, 9))
        case Checked():
            return {"v": 1, "answer": Answer.YES.value}
        case _:
            assert_never(criterion.marking)


def _not_met(criterion: CriterionContent) -> dict[str, Any]:
    match criterion.marking:
        case Judged():
            return {"v": 1, "level": 0}
        case Measured(limits=limits):
            if limits.upper is not None:
                return _measured(limits.upper + max(Decimal(1), limits.upper / 5))
            assert limits.lower is not None  # limits have an end at least
            return _measured(limits.lower * Decimal("0.8"))
        case Checked():
            return {"v": 1, "answer": Answer.NO.value}
        case _:
            assert_never(criterion.marking)


def _measured(value: Decimal) -> dict[str, Any]:
    return {"v": 1, "value": format(value.quantize(Decimal("0.1")), "f")}
