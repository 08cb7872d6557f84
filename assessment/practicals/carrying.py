"""What a re-assessment carries over, read back: which criteria are not on its sheets, and whether they still stand.

What may be carried over is kept when the re-assessment is planned. Two things may happen later: the candidate begins so
late that the scheme's time is over, and then the criterion is back on the sheet; or the earlier practical gets another
result, because a second person took a mark that came late, and then the criterion is not proved any more.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assessment.accounts.tables import CertificationBody
from assessment.domain.practicals.aggregation import CriterionFinding, Status
from assessment.practicals.content import CriterionContent
from assessment.practicals.tables import Practical, RubricCriterion, TaskResult
from assessment.practicals.tables_reassessing import CarriedMark, Reassessment


@dataclass(frozen=True, kw_only=True, slots=True)
class CarriedOver:
    """A criterion that is carried over. `stands`: the result it comes from still says so."""

    source_id: str
    done_on: date
    finding: CriterionFinding
    observations: tuple[int, ...]
    stands: bool

    @property
    def counting(self) -> CriterionFinding:
        """The finding that counts: as it was found, or not observed where it does not stand any more."""
        if self.stands:
            return self.finding
        return CriterionFinding(
            rubric_criterion_id=self.finding.rubric_criterion_id,
            status=Status.NOT_OBSERVED,
            safety_critical=self.finding.safety_critical,
        )


Carried = Mapping[str, CarriedOver]
"""Criterion code -> what is carried over; empty for a practical that is no re-assessment."""

NOTHING_CARRIED: Carried = {}


def carried_of(session: Session, body_id: str, practical_id: str, *, until: datetime | None = None) -> Carried:
    """Return what a practical carries over, as the earlier results stood at a moment; one statement."""
    newest = select(func.max(TaskResult.generation)).where(
        TaskResult.body_id == body_id, TaskResult.practical_id == CarriedMark.source_id
    )
    if until is not None:
        newest = newest.where(TaskResult.derived_at <= until)
    rows = session.execute(
        select(CarriedMark, RubricCriterion.code, RubricCriterion.safety_critical, Reassessment.days, TaskResult.result)
        .add_columns(func.coalesce(Practical.opened_at, Practical.starts_at).label("begins_at"), CertificationBody.zone)
        .join(
            RubricCriterion,
            (RubricCriterion.body_id == body_id) & (RubricCriterion.id == CarriedMark.rubric_criterion_id),
        )
        .join(Practical, (Practical.body_id == body_id) & (Practical.id == CarriedMark.practical_id))
        .join(CertificationBody, CertificationBody.id == CarriedMark.body_id)
        .join(Reassessment, (Reassessment.body_id == body_id) & (Reassessment.practical_id == CarriedMark.practical_id))
        .join(
            TaskResult,
            (TaskResult.body_id == body_id)
            & (TaskResult.practical_id == CarriedMark.source_id)
            & (TaskResult.generation == newest.correlate(CarriedMark).scalar_subquery()),
            isouter=True,
        )
        .where(CarriedMark.body_id == body_id, CarriedMark.practical_id == practical_id)
        .order_by(RubricCriterion.position)
    ).all()
    found: dict[str, CarriedOver] = {}
    for row in rows:
        kept: CarriedMark = row.CarriedMark
        if row.begins_at.astimezone(ZoneInfo(row.zone)).date() > kept.done_on + timedelta(days=row.days):
            continue
        said = {} if row.result is None else row.result["rubric"].get(row.code, {})
        found[row.code] = CarriedOver(
            source_id=kept.source_id,
            done_on=kept.done_on,
            finding=CriterionFinding(
                rubric_criterion_id=row.code,
                status=kept.status,
                safety_critical=row.safety_critical,
                compensated=kept.compensated,
            ),
            observations=tuple(kept.observations),
            stands=said.get("status") == kept.status and list(said.get("observations", ())) == kept.observations,
        )
    return found


def reassessed_by(session: Session, body_id: str, practical_id: str) -> Sequence[str]:
    """Return the practicals that carry marks over from this one, in the order of their ids; one statement."""
    return session.scalars(
        select(CarriedMark.practical_id)
        .distinct()
        .where(CarriedMark.body_id == body_id, CarriedMark.source_id == practical_id)
        .order_by(CarriedMark.practical_id)
    ).all()


def partly_marked(session: Session, body_id: str, practical_ids: Collection[str]) -> set[str]:
    """Return those of these practicals that carry something over; one statement."""
    return set(
        session.scalars(
            select(CarriedMark.practical_id)
            .distinct()
            .where(CarriedMark.body_id == body_id, CarriedMark.practical_id.in_(practical_ids))
        )
    )


def on_the_sheet(criteria: Sequence[CriterionContent], carried: Carried) -> list[CriterionContent]:
    """Return the criteria that are marked: all but those that are carried over."""
    return [criterion for criterion in criteria if criterion.code not in carried]
