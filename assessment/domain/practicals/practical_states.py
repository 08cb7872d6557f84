"""How a practical and the sheets on it stand, as tables: guards and the documentation's diagram read the same.

A practical is marked by one to three assessors, each on a sheet of their own. It stays open until the last of
them has submitted; only then are the marks compared. Where they lie further apart than the rule allows, the
assessors mark again with reasons (nothing is erased), or a third assessor marks too. When a sheet is submitted,
marks that still arrive for it are held for a second person.
"""

from enum import StrEnum

from assessment.domain.state_table import StateTable


class PracticalState(StrEnum):
    """Where a practical is. APART: all sheets are in and the marks lie further apart than the rule allows.

    SUBMITTED: the result is derived.
    """

    SCHEDULED = "scheduled"
    CHECKED_IN = "checked_in"
    OPEN = "open"
    APART = "apart"
    REMARKING = "remarking"
    THIRD = "third"
    SUBMITTED = "submitted"


class PracticalEvent(StrEnum):
    """What happens to a practical."""

    CHECK_IN = "check_in"
    OPEN = "open"
    DIFFER = "differ"
    AGREE = "agree"
    ASK_AGAIN = "ask_again"
    CALL_THIRD = "call_third"


_P, _E = PracticalState, PracticalEvent

PRACTICAL: StateTable[PracticalState, PracticalEvent] = StateTable(
    name="practical",
    initial=_P.SCHEDULED,
    arrows={
        (_P.SCHEDULED, _E.CHECK_IN): _P.CHECKED_IN,
        (_P.CHECKED_IN, _E.OPEN): _P.OPEN,
        (_P.OPEN, _E.AGREE): _P.SUBMITTED,
        (_P.OPEN, _E.DIFFER): _P.APART,
        (_P.APART, _E.ASK_AGAIN): _P.REMARKING,
        (_P.APART, _E.CALL_THIRD): _P.THIRD,
        # A held mark that a second person took may close the gap, or open one before anybody has looked at it.
        (_P.APART, _E.AGREE): _P.SUBMITTED,
        (_P.REMARKING, _E.AGREE): _P.SUBMITTED,
        (_P.REMARKING, _E.DIFFER): _P.APART,
        (_P.THIRD, _E.AGREE): _P.SUBMITTED,
    },
)


class SheetState(StrEnum):
    """Where one assessor's sheet is."""

    ASSIGNED = "assigned"
    OPEN = "open"
    SUBMITTED = "submitted"


class SheetEvent(StrEnum):
    """What its assessor does with a sheet."""

    OPEN = "open"
    SUBMIT = "submit"


SHEET: StateTable[SheetState, SheetEvent] = StateTable(
    name="sheet",
    initial=SheetState.ASSIGNED,
    arrows={
        (SheetState.ASSIGNED, SheetEvent.OPEN): SheetState.OPEN,
        (SheetState.OPEN, SheetEvent.SUBMIT): SheetState.SUBMITTED,
    },
)

# Before these an assessor is shown nothing of what another has marked.
BLIND = frozenset({_P.SCHEDULED, _P.CHECKED_IN, _P.OPEN})
MOST_SHEETS = 3


def seen(practical: PracticalState, sheet: SheetState | None) -> PracticalState:
    """Return the state of a practical as whoever has this sheet on it may know it; all of it without a sheet.

    Until every sheet is in, an assessor is told of the own sheet alone: a practical is submitted for them when
    they have submitted.
    """
    if sheet is None or practical is _P.SCHEDULED:
        return practical
    match sheet:
        case SheetState.ASSIGNED:
            return _P.CHECKED_IN
        case SheetState.OPEN:
            return _P.OPEN
        case SheetState.SUBMITTED:
            return _P.SUBMITTED if practical in BLIND else practical


def sees_others(practical: PracticalState, sheet: SheetState | None) -> bool:
    """Say whether somebody may see what others marked: everybody without a sheet, assessors after all are in."""
    return sheet is None or (sheet is SheetState.SUBMITTED and practical not in BLIND)
