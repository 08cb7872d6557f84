"""The sealer: chains committed entries in an order that no slow transaction slips past, and shows every change."""

import pytest
from sqlalchemy import Connection, delete, insert, select, text, update
from sqlalchemy.orm import Session

from assessment.audit.sealing import broken_seals, seal
from assessment.audit.tables import AuditEntry, AuditSeal, current_transaction
from assessment.database import db, drop_triggers
from tests.factories.accounts import NOW, make_body
from tests.factories.visitors import writing_on
from tests.fixtures.sites import Site


def write(connection: Connection, name: str) -> None:
    connection.execute(
        insert(AuditEntry).values(transaction=current_transaction()),
        [
            {
                "v": 1,
                "at": NOW,
                "act": name,
                "record_table": "site",
                "record_key": name,
                "change": "insert",
                "digest": name.encode(),
            }
        ],
    )


def sealed(site: Site) -> list[str]:
    """Seal what can be sealed now and return the acts in the order of the chain."""
    let_other_databases_finish(site)
    with writing_on(site) as session:
        seal(session, now=NOW)
    with site.app.app_context():
        return list(
            db.session.scalars(
                select(AuditEntry.act).join(AuditSeal, AuditSeal.entry_id == AuditEntry.id).order_by(AuditSeal.sequence)
            )
        )


def let_other_databases_finish(site: Site) -> None:
    """Wait for the writers of this moment in other databases: PostgreSQL numbers transactions for all of them."""
    if site.engine.dialect.name != "postgresql":
        return
    running = (
        "SELECT backend_xid::text FROM pg_stat_activity WHERE backend_xid IS NOT NULL AND datname <> current_database()"
    )
    with site.engine.connect() as connection:
        others = set(connection.scalars(text(running)))
        while others & set(connection.scalars(text(running))):
            connection.execute(text("SELECT pg_sleep(0.02)"))
            connection.rollback()


def broken(site: Site) -> list[int]:
    with site.app.app_context():
        return [sequence for sequence, _, _ in broken_seals(db.session())]


def three_entries(site: Site) -> None:
    for name in ("one", "two", "three"):
        with site.engine.begin() as connection:
            write(connection, name)
    assert sealed(site) == ["one", "two", "three"]


def test_entries_are_chained_once_in_their_order(site: Site) -> None:
    three_entries(site)
    with site.engine.begin() as connection:
        write(connection, "four")
    assert sealed(site) == ["one", "two", "three", "four"]
    assert sealed(site) == ["one", "two", "three", "four"]
    assert broken(site) == []


def test_nothing_to_seal_is_nothing_sealed(session: Session) -> None:
    assert seal(session, now=NOW) == 0


def test_entries_of_a_request_are_sealed(site: Site) -> None:
    with writing_on(site) as session:
        make_body(session)
    assert sealed(site) == ["test", "test"]
    assert broken(site) == []


@pytest.mark.only_on("postgresql")
def test_a_slow_transaction_is_waited_for_and_not_skipped(site: Site) -> None:
    with site.engine.connect() as slow, site.engine.connect() as quick:
        write(slow, "slow")
        write(quick, "quick")
        quick.commit()
        assert sealed(site) == []
        slow.commit()
    assert sealed(site) == ["slow", "quick"]
    assert broken(site) == []


@pytest.mark.only_on("postgresql")
def test_a_transaction_that_took_its_number_late_comes_later(site: Site) -> None:
    with site.engine.connect() as slow, site.engine.connect() as quick:
        slow.execute(text("SELECT 1"))
        write(quick, "quick")
        quick.commit()
        assert sealed(site) == ["quick"]
        write(slow, "slow")
        slow.commit()
    assert sealed(site) == ["quick", "slow"]


@pytest.mark.only_on("postgresql")
def test_a_transaction_that_gave_up_holds_nobody_back(site: Site) -> None:
    with site.engine.connect() as slow, site.engine.connect() as quick:
        write(slow, "slow")
        write(quick, "quick")
        quick.commit()
        slow.rollback()
    assert sealed(site) == ["quick"]


def test_a_changed_entry_breaks_the_chain_where_it_stands(site: Site) -> None:
    three_entries(site)
    with site.engine.begin() as connection:
        drop_triggers(connection)
        connection.execute(update(AuditEntry).where(AuditEntry.act == "two").values(reason="somebody else's"))
    assert broken(site) == [2]


def test_a_removed_seal_leaves_a_gap_that_is_found(site: Site) -> None:
    three_entries(site)
    with site.engine.begin() as connection:
        drop_triggers(connection)
        connection.execute(delete(AuditSeal).where(AuditSeal.sequence == 2))
    assert 3 in broken(site)


def test_two_entries_that_changed_places_are_found(site: Site) -> None:
    three_entries(site)
    with site.engine.begin() as connection:
        drop_triggers(connection)
        ids = list(connection.scalars(select(AuditSeal.entry_id).order_by(AuditSeal.sequence)))
        for sequence, entry_id in ((2, -1), (3, ids[1]), (2, ids[2])):
            if entry_id == -1:
                connection.execute(delete(AuditSeal).where(AuditSeal.sequence == 2))
            elif sequence == 3:
                connection.execute(update(AuditSeal).where(AuditSeal.sequence == 3).values(entry_id=entry_id))
            else:
                connection.execute(
                    insert(AuditSeal).values(sequence=2, entry_id=entry_id, v=1, chain=bytes(32), sealed_at=NOW)
                )
    assert broken(site) == [2, 3]
