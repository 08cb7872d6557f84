"""Places in the log: each leaf one, in one order, by one integrator at a time, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from assessment.database import Act, reading, unit_of_work
from assessment.domain.log.entry import Kind, commitment, read_entry
from assessment.domain.log.merkle import GrowingTree, inclusion_path, leaf_hash, proves_inclusion, tree_root
from assessment.transparency.leaves import blind_of, leaf_of, statement_nonce, write_leaf
from assessment.transparency.sequencing import is_waiting, sequence, tree_size, with_nodes
from assessment.transparency.tables import LogEntry, LogLeaf, TransparencyLog
from tests.factories.accounts import NOW, make_body
from tests.fixtures.sites import Site

BODY = "las"


def act(at: datetime = NOW) -> Act:
    return Act(body_id=BODY, account_id=None, person_id=None, at=at, name="test")


def write(session: Session, subject: str, at: datetime = NOW) -> LogLeaf:
    return write_leaf(session, BODY, Kind.DECISION, subject, lambda blind: {"id": blind(subject)}, now=at)


def open_site(site: Site, leaves: int = 0) -> None:
    with site.app.app_context(), unit_of_work(act()) as session:
        make_body(session)
        session.add(TransparencyLog(id=1, origin="test.example/log", year=2026, public_key=bytes(32), opened_at=NOW))
    for start in range(0, leaves, 10):
        with site.app.app_context(), unit_of_work(act()) as session:
            for number in range(start, min(start + 10, leaves)):
                write(session, f"d{number:03d}", NOW + timedelta(seconds=number))


def entries(site: Site) -> list[LogEntry]:
    with site.app.app_context(), reading() as session:
        found = list(session.scalars(select(LogEntry).order_by(LogEntry.position)))
        session.expunge_all()
        return found


def sequence_all(site: Site, now: datetime = NOW) -> int:
    done = 0
    with site.app.app_context():
        while True:
            with unit_of_work(act(now)) as session:
                more = sequence(session, now=now)
            if not more:
                return done
            done += more


def cut_off_after_writing() -> None:
    with unit_of_work(act()) as session:
        write(session, "d1")
        raise RuntimeError("cut off")


def test_a_leaf_is_there_exactly_when_its_fact_is(site: Site) -> None:
    open_site(site)
    with site.app.app_context():
        with pytest.raises(RuntimeError, match="cut off"):
            cut_off_after_writing()
        with reading() as session:
            assert leaf_of(session, BODY, Kind.DECISION, "d1") is None
            assert not is_waiting(session)


def test_a_statement_is_committed_to_under_a_nonce_and_its_ids_are_blinded(site: Site) -> None:
    open_site(site, leaves=1)
    with site.app.app_context(), reading() as session:
        leaf = leaf_of(session, BODY, Kind.DECISION, "d000")
        assert leaf is not None
        assert leaf.commitment == commitment(statement_nonce(leaf.id), leaf.statement.encode())
        assert "d000" not in leaf.statement
        assert blind_of(leaf.id)("d000") in leaf.statement
        assert blind_of("another leaf")("d000") not in leaf.statement


def test_leaves_get_their_places_in_the_order_of_their_moments(site: Site) -> None:
    open_site(site, leaves=105)
    assert sequence_all(site) == 105
    found = entries(site)
    assert [entry.position for entry in found] == list(range(105))
    tree = GrowingTree()
    for entry in found:
        tree.add(leaf_hash(entry.content))
    with site.app.app_context(), reading() as session:
        order = session.scalars(select(LogLeaf.id).order_by(LogLeaf.written_at)).all()
        assert [entry.log_leaf_id for entry in found] == list(order)
        assert with_nodes(session, lambda node: tree_root(105, node)) == tree.root()
        path = with_nodes(session, lambda node: inclusion_path(7, 105, node))
        assert proves_inclusion(leaf_hash(found[7].content), 7, 105, path, tree.root())
        assert not is_waiting(session)


def test_the_moment_of_logging_never_runs_backwards(site: Site) -> None:
    open_site(site, leaves=1)
    sequence_all(site, NOW + timedelta(hours=2))
    with site.app.app_context(), unit_of_work(act()) as session:
        write(session, "later")
    sequence_all(site, NOW)
    moments = [read_entry(entry.content).logged_at for entry in entries(site)]
    assert moments == [NOW + timedelta(hours=2)] * 2


def test_integrators_at_the_same_time_take_turns_and_log_each_leaf_once(site: Site) -> None:
    open_site(site, leaves=60)
    start = Barrier(4)

    def integrate(number: int) -> None:
        start.wait(10)
        for place in range(5):
            with site.app.app_context(), unit_of_work(act()) as session:
                write(session, f"late-{number}-{place}")
                session.flush()
            sequence_all(site)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(integrate, range(4)))
    found = entries(site)
    assert [entry.position for entry in found] == list(range(80))
    assert len({entry.log_leaf_id for entry in found}) == 80
    tree = GrowingTree()
    for entry in found:
        tree.add(leaf_hash(entry.content))
    with site.app.app_context(), reading() as session:
        assert tree_size(session) == 80
        assert with_nodes(session, lambda node: tree_root(80, node)) == tree.root()


def test_an_entry_can_neither_be_changed_nor_taken_out(site: Site) -> None:
    open_site(site, leaves=1)
    sequence_all(site)
    for statement in ("UPDATE log_entry SET content = content", "DELETE FROM log_entry", "DELETE FROM log_leaf"):
        with site.app.app_context(), pytest.raises(DBAPIError, match="append-only"), unit_of_work(act()) as session:
            session.connection().exec_driver_sql(statement)


def test_nothing_is_sequenced_before_the_log_is_open(site: Site) -> None:
    with site.app.app_context():
        with unit_of_work(act()) as session:
            make_body(session)
            write(session, "d1")
        with pytest.raises(LookupError), unit_of_work(act()) as session:
            sequence(session, now=NOW)
