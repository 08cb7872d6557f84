"""The remedies in force on a form: what its confirmed regrades say of each item, and which late answers count."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from assessment.domain.exams.regrade import Remedy
from assessment.exams.tables_regrade import Regrade, RegradeConfirmation

_CONFIRMED = (
    select(Regrade)
    .join(
        RegradeConfirmation,
        (RegradeConfirmation.body_id == Regrade.body_id) & (RegradeConfirmation.regrade_id == Regrade.id),
    )
    .where(
        Regrade.body_id == bindparam("body_id"),
        Regrade.form_id == bindparam("form_id"),
        RegradeConfirmation.place.is_not(None),
    )
    .order_by(RegradeConfirmation.place)
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Remedies:
    """What scoring must know of the regrades of a form.

    `generation`: how many of them are known. `of_item`: item version -> (remedy, the version whose key counts);
    the last one about an item holds. `late`: attempt -> numbers of the events that count although they were late.
    """

    generation: int = 0
    of_item: Mapping[str, tuple[Remedy, str | None]] = field(default_factory=dict)
    late: Mapping[str, frozenset[int]] = field(default_factory=dict)

    def and_then(self, regrade: Regrade) -> "Remedies":
        """Return the remedies with one more regrade confirmed after them."""
        if regrade.remedy is not Remedy.LATE_ANSWER:
            own = {**self.of_item, regrade.item_version_id: (regrade.remedy, regrade.by_version_id)}
            return replace(self, generation=self.generation + 1, of_item=own)
        assert regrade.attempt_id is not None
        assert regrade.event_number is not None
        counted = self.late.get(regrade.attempt_id, frozenset()) | {regrade.event_number}
        return replace(self, generation=self.generation + 1, late={**self.late, regrade.attempt_id: counted})


def remedies_of(session: Session, body_id: str, form_id: str, *, upto: int | None = None) -> Remedies:
    """Return the remedies in force on a form; `upto` looks at them as they were after that many regrades."""
    confirmed = _CONFIRMED if upto is None else _CONFIRMED.where(RegradeConfirmation.place <= upto)
    found = Remedies()
    for regrade in session.scalars(confirmed, {"body_id": body_id, "form_id": form_id}):
        found = found.and_then(regrade)
    return found
