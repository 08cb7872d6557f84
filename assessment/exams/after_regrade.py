"""What a regrade means above exams: unit results, decisions and certificates, told by whoever keeps them.

A higher feature names its functions once: `follows_regrade(foresee, open_cases)`. Exams need not know it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from assessment.domain.competency import Outcome
from assessment.domain.exams.regrade import Change
from assessment.exams.tables_regrade import Regrade
from assessment.web.actor import Actor


@dataclass(frozen=True, kw_only=True, slots=True)
class Turned:
    """One attempt that a regrade changes, with the application it belongs to."""

    application_id: str
    person_id: str
    change: Change


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitFlip:
    """A unit whose result would be another one if its new marks were confirmed."""

    unit_id: str
    before: Outcome
    after: Outcome


@dataclass(frozen=True, kw_only=True, slots=True)
class Touched:
    """What a change means for its application.

    `outcome` is the decision that stands, K or BK, None where nobody has decided; `certificate` its number.
    `units` holds flips alone; what was never derived cannot flip.
    """

    application_id: str
    number: str
    decision_id: str | None
    outcome: str | None
    certificate: str | None
    units: tuple[UnitFlip, ...]

    @property
    def seen(self) -> str:
        """Everything of it that a person sees in the preview, as one line for its digest."""
        flips = ",".join(f"{unit.unit_id}:{unit.before}>{unit.after}" for unit in self.units)
        return "|".join((self.decision_id or "", self.outcome or "", self.certificate or "", flips))


Foresee = Callable[[Session, str, Sequence[Turned]], Mapping[str, Touched]]
OpenCases = Callable[[Session, Actor, Regrade, Sequence[Turned], Mapping[str, Touched], datetime], int]

_followers: list[tuple[Foresee, OpenCases]] = []


def follows_regrade(foresee: Foresee, open_cases: OpenCases) -> None:
    """Name what follows a regrade in a higher feature.

    `foresee(session, body_id, turned)` returns attempt id -> Touched, and only reads. `open_cases(session, actor,
    regrade, turned, touched, now)` stores what somebody must look at, and returns how much; it raises Conflict when
    what was foreseen no longer holds.
    """
    if (foresee, open_cases) not in _followers:
        _followers.append((foresee, open_cases))


def foresee_all(session: Session, body_id: str, turned: Sequence[Turned]) -> dict[str, Touched]:
    """Return what the changes mean above, by attempt id."""
    found: dict[str, Touched] = {}
    for foresee, _ in _followers:
        found.update(foresee(session, body_id, turned))
    return found


def open_all(
    session: Session,
    actor: Actor,
    regrade: Regrade,
    turned: Sequence[Turned],
    touched: Mapping[str, Touched],
    now: datetime,
) -> int:
    """Let every follower store what somebody must look at; returns how many cases there are."""
    return sum(open_cases(session, actor, regrade, turned, touched, now) for _, open_cases in _followers)
