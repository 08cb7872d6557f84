"""Deriving again: every unit result from its evidence, every decision from its votes, held against what is stored."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select, union
from sqlalchemy.orm import Session

from assessment.certification.case import case_of
from assessment.certification.evidence import gather, unit_results
from assessment.certification.judging import judge
from assessment.certification.result_json import result_to_json
from assessment.certification.tables import Application, Choice, Decision, DecisionUnit, UnitResult
from assessment.domain.mismatch import Mismatch, differs


def applications_to_rederive(session: Session, *, since: datetime | None = None) -> Iterator[tuple[str, str]]:
    """Yield (body id, application id) of every application with a result or a decision, in key order.

    `since` keeps those that got one from then on.
    """
    results = select(UnitResult.body_id, UnitResult.application_id)
    decisions = select(Decision.body_id, Decision.application_id)
    if since is not None:
        results = results.where(UnitResult.derived_at >= since)
        decisions = decisions.where(Decision.decided_at >= since)
    keys = union(results, decisions).subquery()
    statement = select(keys.c.body_id, keys.c.application_id).order_by(keys.c.body_id, keys.c.application_id)
    for row in session.execute(statement.execution_options(yield_per=500)):
        yield row.body_id, row.application_id


def rederive(session: Session, body_id: str, application_id: str) -> Iterator[Mismatch]:
    """Yield each stored result and decision of an application that differs from what its records give.

    Reads only. Evidence, confirmations, votes and duties are looked at as they stood when the value was stored.
    """
    application = session.get(Application, (body_id, application_id))
    if application is None:
        return
    yield from _results(session, application)
    for decision in session.scalars(
        select(Decision)
        .where(Decision.body_id == body_id, Decision.application_id == application_id)
        .order_by(Decision.decided_at, Decision.id)
    ).all():
        yield from _decision(session, decision)


def _results(session: Session, application: Application) -> Iterator[Mismatch]:
    rows = session.scalars(
        select(UnitResult)
        .where(UnitResult.body_id == application.body_id, UnitResult.application_id == application.id)
        .order_by(UnitResult.derived_at, UnitResult.unit_id, UnitResult.id)
    ).all()
    for moment in dict.fromkeys(row.derived_at for row in rows):
        gathered = gather(session, application, until=moment)
        derived = unit_results(gathered)
        for row in rows:
            if row.derived_at != moment:
                continue
            record = f"unit_result/{row.body_id}/{row.id}"
            result = derived.get(row.unit_id)
            yield from differs(record, "outcome", None if result is None else result.outcome, row.outcome)
            if result is not None:
                expected = result_to_json(result, gathered.sums.get(row.unit_id))
                yield from differs(record, "detail", expected, row.detail)


def _decision(session: Session, row: Decision) -> Iterator[Mismatch]:
    record = f"decision/{row.body_id}/{row.id}"
    case = case_of(session, row.body_id, row.meeting_id, row.application_id)
    judged = judge(session, case, at=row.decided_at)
    votes = [given.choice for given in judged.members if given.choice is not None]
    blocked = [block.reason.value for block in judged.decision.blocked]
    yield from differs(record, "blocked", [], blocked)
    if not blocked:
        yield from differs(record, "outcome", str(judged.decision.outcome), row.outcome.value)
    yield from differs(record, "votes_for", votes.count(Choice.COMPETENT), row.votes_for)
    yield from differs(record, "votes_against", votes.count(Choice.NOT_YET_COMPETENT), row.votes_against)
    yield from differs(record, "decided_on", judged.day, row.decided_on)
    stored = {
        unit.unit_id: unit.unit_result_id
        for unit in session.scalars(
            select(DecisionUnit).where(DecisionUnit.body_id == row.body_id, DecisionUnit.decision_id == row.id)
        )
    }
    yield from differs(record, "units", dict(sorted(judged.result_ids.items())), dict(sorted(stored.items())))
