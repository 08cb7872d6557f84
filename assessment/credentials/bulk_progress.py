"""How far a bulk release got: how many are signed, how many are on their way, and which were refused and why."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.certification.tables import Application, Decision
from assessment.credentials.bulk_releasing import RELEASE_MANY
from assessment.credentials.releasing import ISSUE
from assessment.credentials.tables import BulkRelease, BulkReleaseLine, Credential, CredentialIntent
from assessment.domain.errors import Refusal
from assessment.jobs.tables import Job


@dataclass(frozen=True, kw_only=True, slots=True)
class Trouble:
    """A decision that was refused, or whose certificate could not be signed so far; `again`: it is tried again."""

    decision_id: str
    person_id: str
    application_number: str
    refusal: Refusal | None
    failure: str
    again: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """The state of a bulk release. `stopped`: why the job gave up, empty where it did not."""

    id: str
    asked_at: datetime
    total: int
    answered: int
    issued: int
    troubles: tuple[Trouble, ...]
    stopped: str

    @property
    def refused(self) -> int:
        """How many will not be signed."""
        return sum(not trouble.again for trouble in self.troubles)

    @property
    def under_way(self) -> bool:
        """Whether anything can still change by itself."""
        return not self.stopped and self.issued + self.refused < self.total


def progress_of(session: Session, body_id: str, bulk_release_id: str) -> Progress | None:
    """Return how far a bulk release got, None for an unknown one; three statements."""
    bulk = session.get(BulkRelease, (body_id, bulk_release_id))
    if bulk is None:
        return None
    rows = session.execute(
        select(
            BulkReleaseLine,
            Application.number,
            Application.person_id,
            CredentialIntent.id.label("credential_id"),
            Credential.issued_at,
        )
        .join(Decision, (Decision.body_id == BulkReleaseLine.body_id) & (Decision.id == BulkReleaseLine.decision_id))
        .join(Application, (Application.body_id == Decision.body_id) & (Application.id == Decision.application_id))
        .join(
            CredentialIntent,
            (CredentialIntent.body_id == Decision.body_id)
            & (CredentialIntent.decision_id == Decision.id)
            & CredentialIntent.successor_of.is_(None),
            isouter=True,
        )
        .join(
            Credential,
            (Credential.body_id == CredentialIntent.body_id) & (Credential.id == CredentialIntent.id),
            isouter=True,
        )
        .where(BulkReleaseLine.body_id == body_id, BulkReleaseLine.bulk_release_id == bulk_release_id)
        .order_by(BulkReleaseLine.position)
    ).all()
    failed = _failed_jobs(session, body_id, bulk.asked_at)
    troubles, issued = [], 0
    for line, number, person_id, credential_id, issued_at in rows:
        failure, again = failed.get(credential_id, ("", False))
        if line.message is None:
            issued += issued_at is not None
        if line.message is not None or failure:
            troubles.append(
                Trouble(
                    decision_id=line.decision_id,
                    person_id=person_id,
                    application_number=number,
                    refusal=None if line.message is None else Refusal(line.message, **(line.values or {})),
                    failure="" if line.message is not None else failure,
                    again=again and line.message is None,
                )
            )
    stopped, again = failed.get(bulk.id, ("", False))
    return Progress(
        id=bulk.id,
        asked_at=bulk.asked_at,
        total=len(rows),
        answered=sum(line.answered_at is not None for line, *_ in rows),
        issued=issued,
        troubles=tuple(troubles),
        stopped="" if again else stopped,
    )


def _failed_jobs(session: Session, body_id: str, since: datetime) -> dict[str, tuple[str, bool]]:
    """Return for each certificate or bulk release whose job failed: why, and whether it is tried again."""
    rows = session.execute(
        select(Job.payload, Job.failure, Job.finished_at).where(
            Job.body_id == body_id,
            Job.kind.in_([ISSUE, RELEASE_MANY]),
            Job.failure.is_not(None),
            Job.created_at >= since,
        )
    )
    return {
        payload.get("credential", payload.get("bulk_release")): (failure or "", finished_at is None)
        for payload, failure, finished_at in rows
    }
