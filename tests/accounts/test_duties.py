"""One side a person an application: the database itself refuses the second, whatever program asks (rule 10)."""

from itertools import permutations

import pytest
from sqlalchemy import Table, inspect, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from assessment.accounts.duties import sides_of, take_side
from assessment.accounts.tables import Duty
from assessment.database import Base, drop_triggers
from assessment.domain.certification.duties import Side
from assessment.domain.errors import Conflict
from tests.factories.accounts import NOW, make_body, make_person
from tests.factories.competency import make_application, make_scheme
from tests.fixtures.filling import fill
from tests.fixtures.sites import Site

PAIRS = list(permutations(Side, 2))
RAW = text(
    "INSERT INTO duty (body_id, application_id, person_id, side, assigned_at) "
    "VALUES ('las', :application, :person, :side, :at)"
)


def an_application(session: Session) -> str:
    make_body(session)
    application_id, _ = make_application(session, "las", make_scheme(session, "las"))
    return application_id


def test_a_person_takes_a_side_and_may_take_it_again(session: Session) -> None:
    application_id = an_application(session)
    person_id = make_person(session, "las")
    for _ in range(2):
        take_side(session, "las", application_id, person_id, Side.ASSESSOR, now=NOW)
    assert sides_of(session, "las", application_id)[person_id] is Side.ASSESSOR


def test_a_second_side_is_a_conflict_for_every_pair(session: Session) -> None:
    application_id = an_application(session)
    for first, second in PAIRS:
        person_id = make_person(session, "las")
        take_side(session, "las", application_id, person_id, first, now=NOW)
        with pytest.raises(Conflict):
            take_side(session, "las", application_id, person_id, second, now=NOW)


def test_the_database_refuses_every_pair_through_the_mapper_and_as_raw_sql(session: Session) -> None:
    application_id = an_application(session)
    for first, second in PAIRS:
        person_id = make_person(session, "las")
        values = {"application": application_id, "person": person_id, "at": NOW.replace(tzinfo=None)}
        session.execute(RAW, values | {"side": first.value})
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(RAW, values | {"side": second.value})
        duty = Duty(body_id="las", application_id=application_id, person_id=person_id, side=second, assigned_at=NOW)
        with pytest.raises(IntegrityError), session.begin_nested():
            session.add(duty)
        assert session.scalar(select(Duty.side).where(Duty.person_id == person_id)) is first


def test_a_side_is_never_changed(session: Session) -> None:
    application_id = an_application(session)
    person_id = make_person(session, "las")
    take_side(session, "las", application_id, person_id, Side.ASSESSOR, now=NOW)
    with pytest.raises(IntegrityError, match="append-only"), session.begin_nested():
        session.execute(text("UPDATE duty SET side = 'releaser' WHERE person_id = :person"), {"person": person_id})
    with pytest.raises(IntegrityError, match="append-only"), session.begin_nested():
        session.execute(text("DELETE FROM duty WHERE person_id = :person"), {"person": person_id})


def tied_to_a_duty() -> list[Table]:
    return [
        table
        for table in Base.metadata.sorted_tables
        if any(key.referred_table.name == "duty" for key in table.foreign_key_constraints)
    ]


def test_every_record_of_a_side_is_tied_to_the_duty_by_name_and_key(site: Site) -> None:
    """Nobody's record can be moved to another side, or to somebody who stands on another side."""
    names = {table.name for table in tied_to_a_duty()}
    assert {"check_in", "attempt_release", "sheet", "observation", "oral_answer", "vote", "release"} <= names
    with site.engine.begin() as connection:
        fill(connection)
        drop_triggers(connection)
    for table in tied_to_a_duty():
        (key,) = [key for key in table.foreign_key_constraints if key.referred_table.name == "duty"]
        (person,) = [each.parent for each in key.elements if each.column.name == "person_id"]
        with site.engine.connect() as connection:
            own = connection.scalars(select(table.c.side)).first()
            duties = connection.execute(
                select(Duty.__table__.c.person_id, Duty.__table__.c.side).where(Duty.__table__.c.side != own)
            ).all()
        assert len({side for _, side in duties}) == len(Side) - 1, table.name
        for somebody, side in duties:
            with site.engine.connect() as connection, pytest.raises(IntegrityError):
                connection.execute(update(table).values(side=side))
            with site.engine.connect() as connection, pytest.raises(IntegrityError):
                connection.execute(update(table).values({person: somebody}))
        checks = {check["name"] for check in inspect(site.engine).get_check_constraints(table.name)}
        assert f"ck_{table.name}_side_is_{own}" in checks
