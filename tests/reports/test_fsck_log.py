"""fsck holds the log and the records against each other: what somebody changed past the program is told."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, insert, select, update

from assessment.accounts.ids import new_id
from assessment.audit.tables import AuditEntry
from assessment.certification.tables import Decision
from assessment.credentials.logged import head_problems
from assessment.credentials.tables import Credential, CredentialIntent
from assessment.database import Base, reading
from assessment.exams.tables import Attempt, ExamResult, RosterEntry, Sitting
from assessment.reports.fsck import Check, find_problems
from assessment.transparency.tables import LogCheckpoint, LogEntry, LogHash, LogLeaf
from tests.fixtures.sites import Site
from tests.reports.test_fsck import past_the_program


def problems_of(site: Site) -> set[tuple[str, str]]:
    """(table of the record, kind) of everything that fsck finds."""
    with site.app.app_context(), reading() as session:
        check = Check(now=datetime.now(UTC))
        found = find_problems(session, check, site.app.extensions["recorder"], site.app.extensions["storage"])
        return {(problem.record.partition("/")[0], problem.kind) for problem in found}


def copied(connection: Connection, table: type[Base], where: object = None, **changed: object) -> None:
    """Put in a copy of some row with other values, as whoever owns the database can."""
    columns = table.__table__
    query = select(columns) if where is None else select(columns).where(where)  # type: ignore[arg-type]  # a condition
    row = dict(connection.execute(query.limit(1)).mappings().one())
    connection.execute(insert(columns), [{**row, **changed}])


def invent_a_sitting(connection: Connection) -> None:
    copied(connection, Sitting, Sitting.roster_closed_at.is_not(None), id=new_id(), code="RAHASIA")


def add_a_candidate(connection: Connection) -> None:
    """A closed roster gets one more line, of somebody who sat elsewhere."""
    row = (
        connection.execute(select(RosterEntry.__table__).where(RosterEntry.late_reason.is_(None)).limit(1))
        .mappings()
        .one()
    )
    closed = (
        connection.execute(
            select(Sitting.id).where(
                Sitting.body_id == row["body_id"],
                Sitting.roster_closed_at.is_not(None),
                Sitting.id != row["sitting_id"],
                Sitting.code != "RAHASIA",
            )
        )
        .scalars()
        .first()
    )
    connection.execute(insert(RosterEntry.__table__), [{**row, "sitting_id": closed}])


def change_a_score(connection: Connection) -> None:
    attempt = connection.execute(
        select(ExamResult.attempt_id)
        .join(Attempt, Attempt.id == ExamResult.attempt_id)
        .where(Attempt.receipt.is_not(None))
        .limit(1)
    ).scalar_one()
    connection.execute(update(ExamResult.__table__).where(ExamResult.attempt_id == attempt).values(cut_reached=False))
    connection.execute(update(Attempt.__table__).where(Attempt.id == attempt).values(receipt="0" * 64))


def turn_a_decision(connection: Connection) -> None:
    connection.execute(update(Decision.__table__).values(votes_for=9))


def take_an_audit_row(connection: Connection) -> None:
    credential = connection.execute(select(Credential.body_id, Credential.id).limit(1)).one()
    connection.execute(
        AuditEntry.__table__.delete().where(
            AuditEntry.record_table == "credential", AuditEntry.record_key == f"{credential.body_id}/{credential.id}"
        )
    )


def back_date_a_leaf(connection: Connection) -> None:
    leaf = connection.execute(select(LogLeaf.id).where(LogLeaf.kind == "issue").limit(1)).scalar_one()
    connection.execute(
        update(LogLeaf.__table__).where(LogLeaf.id == leaf).values(written_at=datetime.now(UTC) - timedelta(days=4000))
    )


def invent_a_certificate(connection: Connection) -> None:
    row = dict(connection.execute(select(CredentialIntent.__table__).limit(1)).mappings().one())
    invented = new_id()
    connection.execute(insert(CredentialIntent.__table__), [{**row, "id": invented, "number": "LAS-2026-999999"}])
    copied(connection, Credential, Credential.id == row["id"], id=invented)


def take_a_leaf(connection: Connection) -> None:
    leaf = connection.execute(select(LogLeaf.id).where(LogLeaf.kind == "status").limit(1)).scalar_one()
    connection.execute(update(LogEntry.__table__).where(LogEntry.log_leaf_id == leaf).values(log_leaf_id=None))
    connection.execute(LogLeaf.__table__.delete().where(LogLeaf.id == leaf))


def change_an_entry(connection: Connection) -> None:
    connection.execute(update(LogEntry.__table__).where(LogEntry.position == 3).values(content=b"{}"))


def change_a_hash(connection: Connection) -> None:
    connection.execute(
        update(LogHash.__table__).where(LogHash.level == 2, LogHash.position == 1).values(hash=bytes(32))
    )


def sign_another_head(connection: Connection) -> None:
    size = connection.execute(select(LogCheckpoint.size).order_by(LogCheckpoint.size).limit(1)).scalar_one()
    connection.execute(update(LogCheckpoint.__table__).where(LogCheckpoint.size == size).values(root=bytes(32)))


FORGERIES: tuple[tuple[Callable[[Connection], None], set[tuple[str, str]]], ...] = (
    (invent_a_sitting, {("sitting", "log")}),
    (add_a_candidate, {("log_leaf", "log candidates")}),
    (change_a_score, {("attempt", "log close")}),
    (turn_a_decision, {("log_leaf", "log votes")}),
    (take_an_audit_row, {("credential", "row")}),
    (back_date_a_leaf, {("log_leaf", "back-dated")}),
    (invent_a_certificate, {("credential", "log")}),
    (take_a_leaf, {("status_confirmation", "log"), ("log_entry", "lost fact")}),
    (change_an_entry, {("log_entry", "log entry"), ("log_checkpoint", "tree head"), ("log_hash", "tree")}),
    (change_a_hash, {("log_hash", "tree")}),
    (sign_another_head, {("log_checkpoint", "tree head")}),
)


def test_each_forgery_is_found_and_named(demo_site: Site) -> None:
    """All of them on one copy of the demo, which test_fsck finds clean as it is built."""
    with past_the_program(demo_site) as connection:
        for forge, _expected in FORGERIES:
            forge(connection)
    found = problems_of(demo_site)
    for forge, expected in FORGERIES:
        assert expected <= found, (forge.__name__, sorted(expected - found))


def test_a_replayed_tree_head_is_found(demo_site: Site) -> None:
    """The head in the installation's folder is exchanged for an older one that was signed, too."""
    with demo_site.app.app_context(), reading() as session:
        older = session.scalar(select(LogCheckpoint.note).order_by(LogCheckpoint.size).limit(1))
    for planted in (older or "", "nonsense"):
        demo_site.settings.log_head.write_text(planted)
        with demo_site.app.app_context(), reading() as session:
            found = [
                (each.record.partition("/")[0], each.kind) for each in head_problems(session, now=datetime.now(UTC))
            ]
        assert found == [("log_checkpoint", "tree head")], planted
