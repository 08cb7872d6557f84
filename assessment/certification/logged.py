"""What of a decision goes into the transparency log: the outcome, the votes, and the results that it rests on."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from assessment.certification.tables import Decision, DecisionUnit
from assessment.domain.log.entry import Kind
from assessment.domain.mismatch import Mismatch, mismatch
from assessment.transparency.leaves import Blind, blind_of, write_leaf
from assessment.transparency.rechecking import expect, members_differ, no_leaf, recheck
from assessment.transparency.tables import LogLeaf


def log_decision(session: Session, decision: Decision, results: Mapping[str, str], *, now: datetime) -> None:
    """Write the leaf of a decision; `results` maps the ids of its units to those of the results it rests on."""
    write_leaf(
        session,
        decision.body_id,
        Kind.DECISION,
        decision.id,
        lambda blind: decision_facts(decision, results, blind),
        now=now,
    )


def decision_facts(decision: Decision, results: Mapping[str, str], blind: Blind) -> dict[str, Any]:
    """Return what the statement of a decision says."""
    return {
        "decision": decision.id,
        "meeting": decision.meeting_id,
        "candidate": blind(decision.application_id),
        "outcome": decision.outcome.value,
        "votes": [decision.votes_for, decision.votes_against],
        "decided_on": decision.decided_on.isoformat(),
        "units": dict(sorted(results.items())),
    }


def _recheck(session: Session, leaf: LogLeaf, said: dict[str, Any]) -> Iterator[Mismatch]:
    decision = session.get(Decision, (leaf.body_id, leaf.subject))
    if decision is None:
        yield mismatch(f"log_leaf/{leaf.body_id}/{leaf.id}", "log decision", leaf.subject, "none")
        return
    units = session.execute(
        select(DecisionUnit.unit_id, DecisionUnit.unit_result_id).where(
            DecisionUnit.body_id == leaf.body_id, DecisionUnit.decision_id == decision.id
        )
    )
    results = {row.unit_id: row.unit_result_id for row in units}
    yield from members_differ(leaf, said, decision_facts(decision, results, blind_of(leaf.id)))


def _expected(session: Session, first: datetime) -> Iterator[Mismatch]:
    has_leaf = and_(LogLeaf.body_id == Decision.body_id, LogLeaf.kind == Kind.DECISION, LogLeaf.subject == Decision.id)
    for body_id, decision_id in session.execute(
        select(Decision.body_id, Decision.id)
        .outerjoin(LogLeaf, has_leaf)
        .where(LogLeaf.id.is_(None), Decision.decided_at >= first)
    ):
        yield no_leaf("decision", body_id, decision_id, Kind.DECISION)


recheck(Kind.DECISION, _recheck)
expect(_expected)
