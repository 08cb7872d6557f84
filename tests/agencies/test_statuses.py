"""The status of many certificates at once: who may ask, what is told, what it costs, what strangers try."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Table, func, select, text

from assessment.accounts.administration import erase
from assessment.agencies.keys import end_key, make_key, register
from assessment.agencies.statuses import MOST_IDS
from assessment.agencies.tables import AgencyKey, AgencyRequest
from assessment.agencies.views_api import MOST_REQUESTS, MOST_STRANGE_KEYS
from assessment.database import Base, db
from assessment.domain.roles import Role
from tests.agencies.conftest import Desk
from tests.factories.accounts import NOW, make_actor
from tests.fixtures.measuring import count_statements

pytestmark = pytest.mark.long_lock("the office is built in one go")

ISSUED = NOW.replace(microsecond=0).isoformat().replace("+00:00", "Z")
UNKNOWN = "0123456789abcdef"


def told(desk: Desk, *ids: str) -> list[dict[str, Any]]:
    answer = desk.ask("status", {"ids": list(ids)})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.get_json()["answers"]
    return found


def test_each_state_is_told_with_its_date_and_in_one_shape(desk: Desk) -> None:
    office = desk.office
    answers = told(desk, office.valid, office.suspended, UNKNOWN, office.revoked, office.expired)
    assert [answer["status"] for answer in answers] == ["valid", "suspended", "unknown", "revoked", "expired"]
    assert [answer["id"] for answer in answers] == [
        office.valid,
        office.suspended,
        UNKNOWN,
        office.revoked,
        office.expired,
    ]
    assert {tuple(answer) for answer in answers} == {("id", "since", "status")}
    assert answers[0]["since"] == answers[1]["since"] == answers[3]["since"] == ISSUED
    assert answers[2]["since"] is None
    assert ISSUED < answers[4]["since"] < office.now.isoformat()


def test_the_address_of_the_small_code_is_read_and_an_address_elsewhere_is_not(desk: Desk) -> None:
    origin, id_ = desk.office.site.base_url, desk.office.valid
    answers = told(desk, f"{origin}/v/{id_}", f"{origin.upper()}/V/{id_.upper()}", f"https://elsewhere.example/v/{id_}")
    assert [answer["status"] for answer in answers] == ["valid", "valid", "unknown"]


def test_nothing_of_the_person_and_no_number_is_told(desk: Desk) -> None:
    answer = desk.ask("status", {"ids": [desk.office.valid]})
    with desk.office.writing() as session:
        number = session.scalar(text("SELECT number FROM credential_intent ORDER BY number"))
    assert number
    assert number not in answer.text
    assert "Contoh" not in answer.text
    assert set(answer.get_json()) == {"v", "as_of", "answers"}
    # Numbers follow one another: whoever knows one knows them all, so none is answered.
    assert [each["status"] for each in told(desk, number, number.lower())] == ["unknown", "unknown"]


def test_an_erased_holder_and_another_bodys_certificate_are_unknown(desk: Desk) -> None:
    office = desk.office
    with office.writing() as session:
        stranger = make_actor(session, "lain", Role.OFFICIAL)
        other = make_key(session, stranger, register(session, stranger, "Kantor lain", now=NOW).id, now=NOW)
    answer = desk.ask("status", {"ids": [office.valid]}, key=other.text)
    assert answer.get_json()["answers"][0]["status"] == "unknown"
    with office.writing() as session:
        administrator = make_actor(session, "las", Role.ADMINISTRATOR)
        erase(session, administrator, office.world.candidate.person_id, reason="Permintaan pemilik.", now=office.now)
    assert told(desk, office.valid) == [{"id": office.valid, "status": "unknown", "since": None}]


def test_a_thousand_are_answered_in_as_many_statements_as_one(desk: Desk) -> None:
    office = desk.office
    known = [office.valid, office.suspended, office.revoked, office.expired]
    ids = [*known, *(f"{number:016}" for number in range(MOST_IDS - len(known)))]
    told(desk, office.valid)  # the connections are open from here on
    counts = []
    for asked in (ids[:1], ids):
        with count_statements(office.site.engine) as statements:
            answers = told(desk, *asked)
        assert len(answers) == len(asked)
        counts.append(len(statements))
    # The key, the count of requests, the record of the request with its flush, the origin, and two for all statuses.
    assert counts[0] == counts[1] <= 6
    assert desk.ask("status", {"ids": [*ids, UNKNOWN]}).status_code == 422


def test_without_a_key_that_holds_nobody_is_answered(desk: Desk) -> None:
    with desk.office.writing() as session:
        ended = make_key(session, desk.official, desk.agency_id, now=NOW)
    assert desk.ask("status", {"ids": []}, key=ended.text).status_code == 200
    with desk.office.writing() as session:
        end_key(session, desk.official, desk.agency_id, ended.id, reason="Kunci hilang.", now=NOW)
    answers = [
        desk.ask("status", {"ids": [desk.office.valid]}, key=key)
        for key in ("", "x", desk.key.text[:-1], desk.key.text + "x", desk.key.id, ended.text, "\u00e4".encode().hex())
    ]
    client = desk.office.site.client()
    answers.append(client.post("/api/v1/status", json={"ids": []}))
    answers.append(client.post("/api/v1/status", json={"ids": []}, headers={"Authorization": f"Basic {desk.key.text}"}))
    assert {(answer.status_code, answer.content_type, answer.text) for answer in answers} == {
        (401, "application/problem+json", answers[0].text)
    }
    assert "Set-Cookie" not in answers[0].headers


def test_nothing_else_opens_without_a_key_either(desk: Desk) -> None:
    for path in ("webhooks", "webhooks/0123456789abcdef/watched"):
        assert desk.ask(path, {"url": "https://agency.example/"}, key="x").status_code == 401
    assert desk.ask("webhooks", method="GET", key="x").status_code == 401
    assert desk.ask("webhooks/0123456789abcdef", method="DELETE", key="x").status_code == 401


def test_a_key_asks_so_often_in_a_quarter_of_an_hour_and_then_again(desk: Desk) -> None:
    statuses = [desk.ask("status", {"ids": []}).status_code for _ in range(MOST_REQUESTS + 1)]
    assert statuses == [200] * MOST_REQUESTS + [429]
    desk.office.site.app.extensions["clock"] = lambda: desk.office.now + timedelta(minutes=15)
    assert desk.ask("status", {"ids": []}).status_code == 200


def test_keys_cannot_be_guessed_and_a_good_one_is_not_kept_out(desk: Desk) -> None:
    statuses = [
        desk.ask("status", {"ids": []}, key=f"x{number}").status_code for number in range(MOST_STRANGE_KEYS + 1)
    ]
    assert statuses == [401] * MOST_STRANGE_KEYS + [429]
    assert desk.ask("status", {"ids": []}).status_code == 200


HOSTILE = [
    b"",
    b"[]",
    b"{",
    b'{"ids": 5}',
    b'{"ids": [5]}',
    b'{"ids": [null]}',
    b'{"ids": {"a": 1}}',
    b'{"ids": [], "ids": []}',
    b'{"ids": [NaN]}',
    b"[" * 100_000,
    b"\xff",
    json.dumps({"ids": ["x" * 201]}).encode(),
    json.dumps({"ids": ["https://teruji.example/v/0123456789abcdef#12345"]}).encode(),
    json.dumps({"ids": ["https://teruji.example/v/0123456789abcdef%2312345"]}).encode(),
]


def test_hostile_bodies_are_answered_as_problems(desk: Desk) -> None:
    client = desk.office.site.client()
    for body in HOSTILE:
        answer = client.post("/api/v1/status", data=body, headers={"Authorization": f"Bearer {desk.key.text}"})
        assert (answer.status_code, answer.content_type) == (422, "application/problem+json"), body[:40]


def test_odd_texts_are_unknown_and_a_body_that_is_too_large_is_refused(desk: Desk) -> None:
    odd = ["", "\x00", "'; DROP TABLE credential; --", "%", "../" * 20, "\ud83d\ude00", "O" * 16, "٠" * 16]
    assert {answer["status"] for answer in told(desk, *odd)} == {"unknown"}
    large = desk.office.site.client().post(
        "/api/v1/status", data=b"{" + b" " * 600_000 + b"}", headers={"Authorization": f"Bearer {desk.key.text}"}
    )
    assert large.status_code in (413, 422)
    assert large.content_type == "application/problem+json"


def test_a_key_is_in_no_table_and_each_request_leaves_how_many_were_asked(desk: Desk) -> None:
    told(desk, desk.office.valid, UNKNOWN)
    with desk.office.site.engine.connect() as connection:
        rows = "\n".join(
            str(tuple(row))
            for table in Base.metadata.sorted_tables
            if isinstance(table, Table)
            for row in connection.execute(select(table))
        )
    assert desk.key.text not in rows
    assert desk.key.text.removeprefix("teruji_") not in rows
    with desk.office.site.app.app_context():
        assert db.session.scalars(select(AgencyRequest.asked)).all() == [2]
        assert db.session.scalar(select(func.count()).select_from(AgencyKey)) == 1
