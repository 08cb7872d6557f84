"""Valid rubric criteria; a test overrides only what matters."""

from decimal import Decimal

from assessment.domain.competency import Method
from assessment.domain.practicals.measurement import Limits
from assessment.domain.practicals.rubric import Alignment, Checked, Judged, Measured, RubricCriterion

DESCRIPTORS = ("Not shown", "Shown with help", "Shown", "Shown and explained")


def judged(
    name: str, *, minimum: int = 1, group: str = "technique", safety: bool = False, criterion: str = "c1"
) -> RubricCriterion:
    """A judged criterion."""
    marking = Judged(descriptors=DESCRIPTORS, minimum=minimum, group=group)
    return _criterion(name, marking, criterion=criterion, safety=safety)


def measured(name: str, *, confirmed: bool = True, safety: bool = False, criterion: str = "c1") -> RubricCriterion:
    """A measured criterion: at most 0.5 mm."""
    limits = Limits(unit="mm", upper=Decimal("0.5"))
    marking = Measured(limits=limits, tool="Undercut gauge", confirmed=confirmed)
    return _criterion(name, marking, criterion=criterion, safety=safety, method=Method.PRODUCT)


def checked(name: str, *, safety: bool = False, criterion: str = "c1") -> RubricCriterion:
    """A checked criterion."""
    return _criterion(name, Checked(), criterion=criterion, safety=safety)


def _criterion(
    name: str,
    marking: Judged | Measured | Checked,
    *,
    criterion: str,
    safety: bool,
    method: Method = Method.OBSERVED,
) -> RubricCriterion:
    return RubricCriterion(
        id=name,
        marking=marking,
        alignments=(Alignment(criterion_id=criterion, method=method),),
        safety_critical=safety,
    )
