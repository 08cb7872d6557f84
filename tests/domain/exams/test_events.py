"""Response events: each is judged by itself, and the same bytes mean the same event."""

import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment.domain.errors import Invalid
from assessment.domain.exams.events import (
    MAXIMUM_EVENTS,
    Event,
    Malformed,
    canonical,
    current_answers,
    parse,
    parse_event,
    receipt,
    response_from_json,
    response_to_json,
)
from assessment.domain.items.check import MAX_INTERACTIONS
from assessment.domain.items.response import MAX_VALUES
from assessment.domain.outbox import MAXIMUM_BODY


def sent(**fields: Any) -> dict[str, Any]:
    whole = {
        "client": "phone-1",
        "seq": 1,
        "item": "K01",
        "response": {"RESPONSE": "A"},
        "lang": "id",
        "elapsed": 1500,
    }
    return whole | fields


def event(**fields: Any) -> Event:
    read = parse_event(sent(**fields))
    assert isinstance(read, Event)
    return read


def body(*events: object, v: object = 1) -> bytes:
    return json.dumps({"v": v, "events": list(events)}).encode()


def test_reads_events_in_the_order_sent() -> None:
    batch = parse(body(sent(seq=2), sent(seq=1, response={"RESPONSE": ["B", "A"]})))
    assert [each.key for each in batch.events] == [("phone-1", 2), ("phone-1", 1)]
    assert batch.events[1].response == {"RESPONSE": ("B", "A")}
    assert batch.unreadable == ()


def test_one_bad_event_never_costs_another_its_place() -> None:
    batch = parse(body(sent(seq=1), sent(seq=2, lang="Bahasa Indonesia"), 7, sent(seq=3)))
    assert [each.seq for each in batch.events] == [1, 3]
    bad, worse = batch.unreadable
    assert (bad.place, bad.client, bad.seq, bad.reason) == (1, "phone-1", 2, Malformed.LANG)
    assert (worse.place, worse.client, worse.seq, worse.reason) == (2, None, None, Malformed.NOT_AN_OBJECT)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"client": ""}, Malformed.CLIENT),
        ({"client": "a b"}, Malformed.CLIENT),
        ({"client": "x" * 65}, Malformed.CLIENT),
        ({"client": 5}, Malformed.CLIENT),
        ({"item": "K\u000001"}, Malformed.ITEM),
        ({"seq": -1}, Malformed.SEQ),
        ({"seq": True}, Malformed.SEQ),
        ({"seq": 1.0}, Malformed.SEQ),
        ({"seq": 2**53}, Malformed.SEQ),
        ({"response": "A"}, Malformed.RESPONSE),
        ({"response": {}}, Malformed.RESPONSE),
        ({"response": {"RESPONSE": 1}}, Malformed.RESPONSE),
        ({"response": {"RESPONSE": ["A", None]}}, Malformed.RESPONSE),
        ({"response": {"RESPONSE": "A\u0000"}}, Malformed.RESPONSE),
        ({"response": {"RESPONSE": ["A"] * 201}}, Malformed.RESPONSE),
        ({"response": {"RE SPONSE": "A"}}, Malformed.RESPONSE),
        ({"response": {f"R{number}": "A" for number in range(65)}}, Malformed.RESPONSE),
        ({"response": {"RESPONSE": "é" * 9000}}, Malformed.TOO_LARGE),
        ({"lang": None}, Malformed.LANG),
        ({"lang": "i"}, Malformed.LANG),
        ({"elapsed": -1}, Malformed.ELAPSED),
        ({"elapsed": 1.5}, Malformed.ELAPSED),
        ({"score": 1}, Malformed.MEMBERS),
    ],
)
def test_names_what_is_wrong_with_an_event(fields: dict[str, Any], reason: Malformed) -> None:
    assert parse_event(sent(**fields)) is reason


def test_a_lone_surrogate_is_no_response() -> None:
    assert parse_event(sent(response={"RESPONSE": "\ud800"})) is Malformed.RESPONSE


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"[" * 100_000,
        body(v=2),
        body(v=True),
        body(v="1"),
        b'{"v": 1}',
        b'{"v": 1, "events": {}}',
        b'{"v": 1, "events": [NaN]}',
        body(*[sent()] * (MAXIMUM_EVENTS + 1)),
        b" " * (MAXIMUM_BODY + 1),
    ],
)
def test_refuses_what_is_no_body(content: bytes) -> None:
    with pytest.raises(Invalid):
        parse(content)


def test_no_response_is_an_event_too() -> None:
    assert not event(response={"RESPONSE": None}).answered
    assert not event(response={"RESPONSE": []}).answered
    assert not event(response={"RESPONSE": ""}).answered
    assert event(response={"RESPONSE": "0"}).answered


@given(
    st.dictionaries(
        st.sampled_from(["RESPONSE", "RESPONSE2", "A.b-c"]),
        st.none() | st.text(alphabet="AB 12é漢", max_size=8) | st.lists(st.text("AB", max_size=3), max_size=4),
        min_size=1,
    )
)
def test_a_stored_response_reads_back(response: dict[str, Any]) -> None:
    read = event(response=response)
    assert response_from_json(response_to_json(read.response)) == read.response
    assert parse(body(sent(response=response))).events == (read,)


ODD: dict[str, list[Any]] = {
    "client": ["phone-1", "", "a b", "x" * 64, "x" * 65, 5],
    "seq": [0, 2**53 - 1, 2**53, 2**70, -1, 1.0, True, "1", None],
    "item": ["K01", "K 01", None],
    "response": [
        {"RESPONSE": "A"},
        {"RESPONSE": ["A", "B"], "RESPONSE2": None},
        {"RESPONSE": ["A", None]},
        {"RESPONSE": ["A"] * 201},
        {"RESPONSE": "a\0b"},
        {"RESPONSE": "\ud800"},
        {"RESPONSE": "é" * 9000},
        {"RE SPONSE": "A"},
        {},
        [],
        None,
    ],
    "lang": ["id", "zh-Hans", "i", "x" * 65, None],
    "elapsed": [0, -1, 1.5, 7 * 24 * 3600 * 1000 + 1],
}


@given(
    st.lists(st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in ODD.items()})),
    st.sampled_from([{}, {"score": 1}]),
)
def test_of_an_event_the_same_is_read_whatever_stands_beside_it(
    fields: list[dict[str, Any]], more: dict[str, Any]
) -> None:
    entries = [sent(**each) | more for each in fields]
    alone, beside = parse(body(*entries)), parse(body(*entries, 7))
    assert beside.events == alone.events
    assert beside.unreadable[:-1] == alone.unreadable


def test_canonical_bytes_do_not_depend_on_the_order_of_members() -> None:
    shuffled = dict(reversed(sent().items()))
    read = parse_event(shuffled)
    assert isinstance(read, Event)
    assert canonical(read) == canonical(event())
    assert canonical(event()) == (
        b'{"client":"phone-1","elapsed":1500,"item":"K01","lang":"id","response":{"RESPONSE":"A"},"seq":1,"v":1}'
    )


def test_any_other_value_gives_other_bytes() -> None:
    others = [
        event(response={"RESPONSE": "B"}),
        event(response={"RESPONSE": ["A"]}),
        event(elapsed=1501),
        event(lang="en"),
    ]
    assert len({canonical(each) for each in [event(), *others]}) == 5


def test_the_last_accepted_event_is_the_current_answer() -> None:
    first, other, last = event(seq=9), event(seq=2, item="K02"), event(seq=1, response={"RESPONSE": "C"})
    assert current_answers([first, other, last]) == {"K01": last, "K02": other}


def test_a_receipt_counts_answers_and_events() -> None:
    given_ = [event(), event(seq=2, item="K02"), event(seq=3, item="K02", response={"RESPONSE": None})]
    found = receipt(given_)
    assert (found.v, found.answers, found.events) == (1, 1, 3)


def test_a_receipt_s_digest_is_as_documented() -> None:
    inner = hashlib.sha256(canonical(event())).digest()
    assert receipt([event()]).digest == hashlib.sha256(b"teruji receipt v1\n" + inner).hexdigest()


def test_a_receipt_seals_the_order_of_acceptance() -> None:
    one, two = event(), event(seq=2)
    assert receipt([one, two]).digest != receipt([two, one]).digest


def test_every_answer_that_an_item_can_have_fits_into_an_event() -> None:
    assert event(response={"JAWABÁN": ["A"] * MAX_VALUES}).answered
    assert event(response={f"R{number}": "A" for number in range(MAX_INTERACTIONS)}).answered
