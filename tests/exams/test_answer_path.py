"""The answer path: SQL and the published rule agree, what waits is committed together, and nothing gets lost."""

import json
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product

import pytest
from msgspec import structs
from sqlalchemy import Connection, create_engine, text, update
from sqlalchemy.orm import Session

from assessment.accounts.administration import end_sessions
from assessment.accounts.sign_in import revoke_sessions
from assessment.database import db
from assessment.domain.exams.attempt_states import ENDED, AttemptState
from assessment.domain.exams.events import Event
from assessment.domain.exams.late_rule import Disposition, LateRule, judge
from assessment.domain.roles import Role
from assessment.exams.answering import LATE_RULE
from assessment.exams.delivery.papers import Papers
from assessment.exams.delivery.statements import STATEMENTS, SQLite
from assessment.exams.delivery.storing import (
    Flag,
    Sent,
    Sighting,
    event_rows,
    insert_alone,
    store_carefully,
    store_quickly,
)
from assessment.exams.tables import Attempt, AttemptPresence, Standing
from assessment.exams.taking import token_for
from assessment.exams.tokens import WriterToken
from tests.exams.room import BODY, Room, hidden, open_room
from tests.factories.accounts import NOW, make_actor, make_body, make_person
from tests.factories.exams import make_attempts, make_exam
from tests.fixtures.databases import _name
from tests.fixtures.sites import Site

pytestmark = pytest.mark.long_lock("the room is built in one go; test_locks measures what people do")

RULE = LateRule(grace=timedelta(seconds=30), window=timedelta(minutes=10))
DEADLINE = NOW + timedelta(minutes=60)
PAUSED_AT = DEADLINE - timedelta(minutes=20)
A_MOMENT = timedelta(microseconds=1)
AROUND = (-A_MOMENT, timedelta(0), A_MOMENT)
EDGES = (PAUSED_AT, PAUSED_AT + RULE.grace, DEADLINE, DEADLINE + RULE.grace, DEADLINE + RULE.window)


@pytest.fixture
def room(site: Site) -> Room:
    room = open_room(site, others=["Budi Contoh"])
    room.start()
    return room


@pytest.fixture
def attempt(session: Session) -> Attempt:
    make_body(session, BODY)
    exam = make_exam(session, BODY)
    (attempt,) = make_attempts(session, exam, make_person(session, BODY))
    return attempt


def token_of(attempt: Attempt, epoch: int = 3) -> WriterToken:
    return WriterToken(
        body_id=attempt.body_id,
        attempt_id=attempt.id,
        person_id=attempt.person_id,
        epoch=epoch,
        expires_at=DEADLINE + timedelta(days=1),
    )


def an_event(seq: int, response: str = "B", client: str = "c") -> Event:
    return Event(client=client, seq=seq, item="item", response={"RESPONSE": response}, lang="id", elapsed=0)


def rule_says(state: AttemptState, at: datetime, deadline: datetime | None, epoch: int) -> tuple[str, str | None]:
    verdict = judge(
        state,
        received_at=at,
        deadline_at=deadline,
        event_epoch=epoch,
        attempt_epoch=3,
        rule=RULE,
        paused_at=PAUSED_AT if state is AttemptState.PAUSED else None,
    )
    if verdict.disposition is Disposition.ACCEPTED and state in ENDED:
        return "held", "late"  # its receipt is written
    return verdict.disposition.value, verdict.reason.value if verdict.reason else None


@pytest.mark.parametrize("deadline", [DEADLINE, None])
def test_the_statement_says_what_the_published_rule_says(
    session: Session, attempt: Attempt, deadline: datetime | None
) -> None:
    moments = sorted({edge + offset for edge, offset in product(EDGES, AROUND)})
    wrong = []
    for state in AttemptState:
        paused_at = PAUSED_AT if state is AttemptState.PAUSED else None
        session.execute(
            update(Attempt)
            .where(Attempt.id == attempt.id)
            .values(state=state, deadline=deadline, paused_at=paused_at, epoch=3)
            .execution_options(synchronize_session=False)
        )
        cases = list(product(moments, (2, 3, 4)))
        group = [
            Sent(
                token=token_of(attempt, epoch),
                at=at,
                rule=RULE,
                events=(an_event(number, client=f"{state}.{deadline is None}"),),
            )
            for number, (at, epoch) in enumerate(cases)
        ]
        for (at, epoch), taken in zip(cases, store_carefully(session.connection(), group), strict=True):
            (fate,) = taken.fates
            said = (fate.standing.value if fate.standing else "refused", fate.reason.value if fate.reason else None)
            if said != rule_says(state, at, deadline, epoch):
                wrong.append(f"{state} at {at}, epoch {epoch}: {said}, not {rule_says(state, at, deadline, epoch)}")
    assert not wrong, "\n".join(wrong)


def test_both_ways_store_the_same(session: Session, attempt: Attempt) -> None:
    session.execute(update(Attempt).values(state=AttemptState.RUNNING, deadline=DEADLINE, epoch=3))
    connection = session.connection()

    def group(client: str) -> list[Sent]:
        return [
            Sent(
                token=token_of(attempt),
                at=NOW,
                rule=RULE,
                events=(an_event(1, client=client), an_event(2, client=client)),
            ),
            Sent(token=token_of(attempt, 2), at=NOW, rule=RULE, events=(an_event(3, client=client),)),
            Sent(token=token_of(attempt), at=NOW, rule=RULE),
            Sent(
                token=replace(token_of(attempt), person_id="nobody"),
                at=NOW,
                rule=RULE,
                events=(an_event(4, client=client),),
            ),
        ]

    assert store_quickly(connection, group("quick")) == store_carefully(connection, group("careful"))


def test_what_comes_again_is_never_decided_the_quick_way(session: Session, attempt: Attempt) -> None:
    session.execute(update(Attempt).values(state=AttemptState.RUNNING, deadline=DEADLINE, epoch=3))
    first = Sent(token=token_of(attempt), at=NOW, rule=RULE, events=(an_event(1, "A"),))
    second = structs.replace(first, events=(an_event(1, "B"), an_event(2, "C")))
    with session.begin_nested():
        assert store_quickly(session.connection(), [first]) is not None
    nested = session.begin_nested()
    assert store_quickly(session.connection(), [second]) is None
    nested.rollback()
    store_carefully(session.connection(), [second])
    rows = STATEMENTS[session.connection().dialect.name].known(session.connection(), [_row_of(session, second)])
    assert {(client, seq) for _body, _attempt, client, seq in rows} == {("c", 1), ("c~1", 1)}


@pytest.mark.only_on("sqlite")
def test_what_a_statement_alone_stored_is_told_as_it_was_stored(room: Room) -> None:
    """Nobody who writes waits while it is looked up, so that the attempt may have gone on meanwhile."""
    with _driver(room) as driver:
        sent = _sent_in(room, an_event(1, client="alone"), an_event(2, client="alone"))
        inserted = insert_alone(driver, SQLite(), [sent])
        assert inserted is not None
        _set(room, state=AttemptState.SUBMITTED)
        (taken,) = inserted.told(inserted.look(driver)) or [None]
        assert taken is not None
        assert [fate.standing for fate in taken.fates] == [Standing.ACCEPTED, Standing.ACCEPTED]
        assert taken.state is AttemptState.SUBMITTED


@pytest.mark.only_on("sqlite")
def test_what_was_refused_and_would_count_by_now_is_stored_again_with_more_care(room: Room) -> None:
    _set(room, state=AttemptState.VOIDED)
    with _driver(room) as driver:
        inserted = insert_alone(driver, SQLite(), [_sent_in(room, an_event(1, client="alone"))])
        assert inserted is not None
        _set(room, state=AttemptState.RUNNING)
        assert inserted.told(inserted.look(driver)) is None


@pytest.mark.only_on("sqlite")
def test_a_statement_alone_stores_all_or_nothing(room: Room) -> None:
    """Else what is stored with more care would come after what was sent after it."""
    with _driver(room) as driver:
        first = _sent_in(room, an_event(1, "A", client="alone"))
        assert insert_alone(driver, SQLite(), [first]) is not None
        again = _sent_in(room, an_event(1, "B", client="alone"), an_event(2, "C", client="alone"))
        assert insert_alone(driver, SQLite(), [again]) is None
    assert [(each.seq, each.response["RESPONSE"]) for each in room.events()] == [(1, "A")]


@pytest.mark.only_on("sqlite")
def test_flags_and_sightings_are_not_stored_by_a_statement_alone(room: Room) -> None:
    with _driver(room) as driver:
        seen = structs.replace(_sent_in(room), sighting=Sighting(unsent=0, place=1, client=None))
        flagged = structs.replace(_sent_in(room), flag=Flag(item=room.exam.items[0], flagged=True))
        assert insert_alone(driver, SQLite(), [seen]) is None
        assert insert_alone(driver, SQLite(), [flagged]) is None


@contextmanager
def _driver(room: Room) -> Iterator[sqlite3.Connection]:
    """Give a connection of the driver's own, on which every statement is a transaction of its own."""
    with room.site.app.app_context():
        kept = db.engine.raw_connection()
        try:
            assert isinstance(kept.driver_connection, sqlite3.Connection)
            yield kept.driver_connection
        finally:
            kept.close()


def _sent_in(room: Room, *events: Event) -> Sent:
    with room.writing() as session:
        token = token_for(session.get_one(Attempt, (BODY, room.attempt_id)))
    assert token is not None
    placed = tuple(structs.replace(each, item=room.exam.items[0]) for each in events)
    return Sent(token=token, at=room.now, rule=LATE_RULE, events=placed)


def _set(room: Room, **values: object) -> None:
    with room.writing() as session:
        session.execute(update(Attempt).where(Attempt.id == room.attempt_id).values(**values))


def _row_of(session: Session, sent: Sent) -> dict[str, object]:
    statements = STATEMENTS[session.connection().dialect.name]
    row, *_ = event_rows(statements, token=sent.token, at=sent.at, rule=sent.rule, events=sent.events)
    return dict(row)


def test_an_answer_changed_back_by_a_page_without_script_is_stored(room: Room) -> None:
    client = room.signed_in(room.candidate)
    page = client.get(f"/exam/{room.attempt_id}/1")
    form = {name: hidden(page, name) for name in ("token", "client", "seq", "lang")} | {"item": room.exam.items[0]}
    for response in ("A", "B", "B", "A"):
        # "Back" shows the old page again, with the same hidden fields.
        assert client.post("/answers", data={**form, "response": response, "next": "2"}).status_code == 303
    assert [each.response["RESPONSE"] for each in room.events()] == ["A", "B", "A"]
    assert {each.standing for each in room.events()} == {Standing.ACCEPTED}


def test_a_button_pressed_many_times_at_once_makes_one_event(room: Room) -> None:
    form = {"token": room.token(), "client": "p", "seq": "1", "lang": "id", "item": room.exam.items[0], "response": "C"}
    with ThreadPoolExecutor(16) as pool:
        statuses = set(pool.map(lambda _: room.site.client().post("/answers", data=form).status_code, range(40)))
    assert statuses == {303}
    assert len(room.events()) == 1


def test_an_older_page_is_told_that_its_answer_is_kept_aside(room: Room) -> None:
    form = {"token": room.token(), "client": "p", "seq": "1", "lang": "id", "item": room.exam.items[0], "response": "C"}
    with room.writing() as session:
        session.get_one(Attempt, (BODY, room.attempt_id)).epoch += 1
    for _ in range(2):
        reply = room.site.client().post("/answers", data=form)
        assert reply.headers["Location"].endswith("?refused=older_writer")
    assert [each.standing for each in room.events()] == [Standing.HELD]


def test_a_form_is_answered_in_json_where_it_asks_for_it(room: Room) -> None:
    form = {"token": room.token(), "item": room.exam.items[0], "flag": "1"}
    reply = room.site.client().post("/answers", data=form, headers={"Accept": "application/json"})
    assert reply.json is not None
    assert reply.json["state"] == "running"


def presence(room: Room) -> tuple[int | None, int | None, str | None, int, datetime] | None:
    with room.site.app.app_context():
        row = db.session().get(AttemptPresence, (BODY, room.attempt_id))
        return None if row is None else (row.unsent, row.place, row.client, row.epoch, row.seen_at)


def beat(site: Site, room: Room, *, token: str | None = None, **said: object) -> int:
    """Say that a device is there, to a process that has not heard of it."""
    site.app.extensions["answers"]._sighted.clear()
    return (
        site.client()
        .post(
            "/answers",
            data=json.dumps({"v": 1, "events": [], **said}),
            content_type="application/json",
            headers={"Teruji-Attempt": token or room.token()},
        )
        .status_code
    )


def test_a_body_without_events_says_that_the_device_is_there(room: Room, site: Site) -> None:
    assert presence(room) is None
    assert beat(site, room, unsent=3, place=7) == 200
    assert presence(room) == (3, 7, None, 1, NOW)
    assert room.events() == []


def test_presence_is_written_every_few_seconds_at_most(room: Room, site: Site) -> None:
    beat(site, room, unsent=3, place=7)
    room.now = NOW + timedelta(seconds=4)
    beat(site, room, unsent=2, place=8)
    assert presence(room) == (3, 7, None, 1, NOW)
    room.now = NOW + timedelta(seconds=5)
    beat(site, room, unsent=1)
    assert presence(room) == (1, 7, None, 1, room.now)


def test_a_device_that_was_taken_over_does_not_speak_for_the_attempt(room: Room, site: Site) -> None:
    old = room.token()
    with room.writing() as session:
        session.get_one(Attempt, (BODY, room.attempt_id)).epoch += 1
    beat(site, room, unsent=9, token=old)
    beat(site, room, unsent=0)
    room.now = NOW + timedelta(seconds=30)
    beat(site, room, unsent=8, token=old)
    assert presence(room) == (0, None, None, 2, NOW)


@pytest.mark.parametrize("said", [{"unsent": -1}, {"unsent": "3"}, {"place": 10**9}, {"place": None}, {"unsent": True}])
def test_odd_reports_of_a_device_cost_it_nothing(room: Room, site: Site, said: dict[str, object]) -> None:
    assert beat(site, room, **said) == 200
    assert presence(room) == (None, None, None, 1, NOW)


def test_headers_are_those_of_flask(room: Room) -> None:
    ours = room.send(room.event())
    theirs = room.site.client().get("/healthz")
    missing = {
        name: value
        for name, value in theirs.headers
        if name not in ("Content-Length", "Vary") and ours.headers.get(name) != value
    }
    assert missing == {}


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_only_post_is_taken(site: Site, method: str) -> None:
    reply = site.client().open("/answers", method=method)
    assert (reply.status_code, reply.headers["Allow"]) == (405, "POST")


def test_a_refusal_is_a_problem_for_a_program_and_a_page_for_a_person(room: Room) -> None:
    program = room.send(room.event(), token="1.a.b")
    assert (program.status_code, program.content_type) == (403, "application/problem+json")
    person = room.site.client().post("/answers", data={"token": "1.a.b", "item": "x"})
    assert (person.status_code, person.mimetype) == (403, "text/html")
    assert "Content-Security-Policy" in person.headers


def test_an_event_that_the_database_refuses_costs_no_other_its_place(room: Room, site: Site) -> None:
    with site.engine.begin() as connection:
        refuse_poison(connection)
    token = room.token()

    def post(number: int) -> list[list[object]]:
        events = [room.event(seq=number, client="a"), room.event(seq=number, client="b")]
        if number == 5:
            events.insert(1, room.event(seq=number, client="poison"))
        reply = room.send(*events, token=token)
        assert reply.json is not None, reply.text
        assert [each["reason"] for each in reply.json["refused"]] == (["not_storable"] if number == 5 else [])
        return list(reply.json["acknowledged"])

    with ThreadPoolExecutor(16) as pool:
        acknowledged = [key for keys in pool.map(post, range(20)) for key in keys]
    assert sorted(acknowledged) == sorted([client, seq] for client in "ab" for seq in range(20))
    assert {(each.client, each.seq) for each in room.events()} == {(client, seq) for client, seq in acknowledged}


def refuse_poison(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(
            "CREATE TRIGGER no_poison BEFORE INSERT ON response_event WHEN NEW.client = 'poison' "
            "BEGIN SELECT RAISE(ABORT, 'poison'); END"
        )
    else:
        connection.exec_driver_sql("ALTER TABLE response_event ADD CONSTRAINT no_poison CHECK (client <> 'poison')")


@pytest.mark.only_on("postgresql")
def test_an_attempt_that_somebody_holds_keeps_no_other_candidate_waiting(room: Room, site: Site) -> None:
    with room.writing() as session:
        other = session.get_one(Attempt, (BODY, room.others[0]))
        other.state, other.deadline = AttemptState.RUNNING, DEADLINE
        theirs = room.token(attempt_id=other.id, person_id=other.person_id)
    mine = room.token()
    with ThreadPoolExecutor(1) as pool:
        with site.engine.begin() as connection:
            connection.exec_driver_sql("SELECT 1 FROM attempt WHERE id = %s FOR UPDATE", (room.attempt_id,))
            waits = pool.submit(room.send, room.event(), token=mine)
            for seq in range(5):
                assert room.send(room.event(seq=seq), token=theirs).json["acknowledged"] == [["c1", seq]]  # type: ignore[index]  # the reply is JSON
            assert not waits.done()
        assert waits.result().json["acknowledged"] == [["c1", 1]]  # type: ignore[index]  # the reply is JSON


@contextmanager
def closed_database(site: Site) -> Iterator[None]:
    """Keep the database from taking anything: PostgreSQL lets nobody in, SQLite's lock is taken."""
    if site.engine.dialect.name == "sqlite":
        with site.engine.connect() as connection:
            connection.exec_driver_sql("ROLLBACK")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield
            connection.exec_driver_sql("ROLLBACK")
            connection.exec_driver_sql("BEGIN")
        return
    name = _name(site.settings.database_url)
    address = site.engine.url.set(database="postgres")
    server = create_engine(address, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.exec_driver_sql(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        connection.exec_driver_sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        yield
        connection.exec_driver_sql(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    server.dispose()


def test_without_a_database_it_asks_to_come_again_and_loses_nothing(room: Room, site: Site) -> None:
    token = room.token()
    assert room.send(room.event(seq=1), token=token).status_code == 200
    with closed_database(site):
        refused = room.send(room.event(seq=2), token=token)
        assert refused.status_code == 503
        assert int(refused.headers["Retry-After"]) > 0
        assert refused.content_type == "application/problem+json"
    again = room.send(room.event(seq=2), room.event(seq=3), token=token)
    assert again.json is not None
    assert again.json["acknowledged"] == [["c1", 2], ["c1", 3]]
    assert [each.seq for each in room.events()] == [1, 2, 3]


def test_a_restart_of_the_database_is_not_noticed(room: Room, site: Site) -> None:
    token = room.token()
    assert room.send(room.event(seq=1), token=token).status_code == 200
    with closed_database(site):
        pass
    assert room.send(room.event(seq=2), token=token).status_code == 200


def test_revoking_sessions_ends_the_permission_to_write(room: Room) -> None:
    token = room.token()
    administrator = None
    with room.writing() as session:
        administrator = make_actor(session, BODY, Role.ADMINISTRATOR)
    with room.writing() as session:
        end_sessions(session, administrator, room.candidate.account_id, now=NOW)
    reply = room.send(room.event(), token=token)
    assert reply.json is not None
    assert reply.json["held"] == [["c1", 1]]


def test_ending_other_sessions_ends_their_permission_only_where_there_are_some(room: Room) -> None:
    client = room.signed_in(room.candidate)
    with room.writing() as session:
        revoke_sessions(session, BODY, room.candidate.account_id, now=NOW, but="none of these")
    assert room.attempt().epoch == 2
    with room.writing() as session:
        revoke_sessions(session, BODY, room.candidate.account_id, now=NOW, but="none of these")
    assert room.attempt().epoch == 2
    assert client.get("/today").status_code == 303


def test_the_rule_of_the_path_is_the_published_one() -> None:
    assert LateRule() == LATE_RULE


@pytest.mark.only_on("sqlite")
def test_a_group_larger_than_a_statement_is_stored_whole(room: Room) -> None:
    with room.writing() as session:
        token = token_for(session.get_one(Attempt, (BODY, room.attempt_id)))
        assert token is not None
        events = tuple(
            Event(client="many", seq=seq, item=room.exam.items[0], response={"RESPONSE": "A"}, lang="id", elapsed=1)
            for seq in range(1, 2601)
        )
        sent = Sent(token=token, at=room.now, rule=LATE_RULE, events=events)
        (taken,) = store_quickly(session.connection(), [sent]) or [None]
        assert taken is not None
        assert len(taken.fates) == 2600


@pytest.mark.only_on("postgresql")
def test_looking_up_papers_lets_a_connection_keep_what_it_prepared(room: Room) -> None:
    with room.site.app.app_context():
        engine = db.engine
    papers = Papers(lambda: engine)
    assert papers.of(BODY, room.attempt_id).order
    for other in range(10):
        assert not papers.of(BODY, f"nobody's {other}").order
    with engine.connect() as connection:
        prepared = connection.scalar(
            text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'SELECT attempt.layout%'")
        )
    assert prepared == 1
