"""Observations on their way: frozen bytes, receipts that depend on order, bodies that cannot be read."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment.domain.errors import Invalid
from assessment.domain.practicals.delivery import (
    Sent,
    SentPhoto,
    canonical,
    digest,
    in_order,
    parse,
    read,
    receipt,
    sheet_receipt,
)
from assessment.domain.practicals.observation import Level, Measurement
from assessment.domain.practicals.rubric import Marking
from tests.domain.practicals.rubrics import checked, judged, measured

MARKINGS: dict[str, Marking] = {each.id: each.marking for each in (judged("J1"), measured("M1"), checked("C1"))}


def an_entry(**members: Any) -> dict[str, Any]:
    return {
        "client": "tab.1",
        "seq": 1,
        "criterion": "M1",
        "mark": {"value": "0,40"},
        "note": " tepi kiri ",
        "observed_at": "2026-03-12T09:30:00+07:00",
        **members,
    }


def sent(**members: Any) -> Sent:
    (found,) = read([an_entry(**members)], MARKINGS).sent
    return found


def test_the_bytes_of_an_observation_are_frozen() -> None:
    # Format version 1. A change here makes stored receipts false: add a version instead.
    assert canonical(sent()) == (
        b'{"client":"tab.1","criterion":"M1","mark":{"v":1,"value":"0.40"},"note":"tepi kiri",'
        b'"observed_at":"2026-03-12T02:30:00.000000+00:00","seq":1,"v":1}'
    )
    assert digest(sent()) == "f2aa60647a8ab6ae914d67873501e01300e7809339568d70529780424d809560"


def test_the_receipt_of_an_empty_sheet_is_that_of_its_prefix() -> None:
    # printf 'teruji observations v1\n' | sha256sum
    assert receipt([]).digest == "a34ab32fabdc925eefbfecdfc3e5a7f6e1b98eb18611a62175205f9e6b1fc564"


def test_the_order_of_observations_is_sealed() -> None:
    one, two = sent(seq=1), sent(seq=2, mark={"value": "0.6"})
    assert receipt([one, two]).digest != receipt([two, one]).digest
    assert (receipt([one, two]).marks, receipt([one, two]).observations) == (1, 2)


def test_the_bytes_of_an_observation_with_a_reason_are_frozen() -> None:
    # Format version 2 of the canonical form: as version 1, with the reason.
    changed = sent(reason=" salah lihat ")
    assert canonical(changed) == (
        b'{"client":"tab.1","criterion":"M1","mark":{"v":1,"value":"0.40"},"note":"tepi kiri",'
        b'"observed_at":"2026-03-12T02:30:00.000000+00:00","reason":"salah lihat","seq":1,"v":2}'
    )
    assert digest(changed) == digest(replace(changed, device="tablet-7"))


def test_the_receipt_of_a_sheet_is_the_same_in_every_order_and_seals_device_and_photos() -> None:
    # printf 'teruji sheet v2\n' | sha256sum
    assert sheet_receipt([], []).digest == hashlib.sha256(b"teruji sheet v2\n").hexdigest()
    one, two = sent(seq=1), sent(seq=2, mark={"value": "0.6"})
    photo = SentPhoto(
        client="t", seq=1, criterion="M1", kind="cap", digest="0" * 64, size=9, taken_at=one.observed_at, device="t"
    )
    whole = sheet_receipt([one, two], [photo])
    assert whole == sheet_receipt([two, one], [photo])
    assert (whole.v, whole.marks, whole.observations, whole.photos) == (2, 1, 2, 1)
    others = [
        sheet_receipt([replace(one, device="x"), two], [photo]),
        sheet_receipt([one, two], [replace(photo, digest="1" * 64)]),
        sheet_receipt([one, two], []),
    ]
    assert len({whole.digest, *(each.digest for each in others)}) == 4


def test_a_device_counts_its_own_marks_whatever_its_clock_says() -> None:
    early, late = "2026-03-12T09:00:00+07:00", "2026-03-13T09:00:00+07:00"
    first, second = sent(seq=1, observed_at=late), sent(seq=2, observed_at=early)
    assert in_order([second, first]) == [first, second]
    other = sent(client="tab.2", seq=1, observed_at="2026-03-12T12:00:00+07:00")
    # The first device's clock had shown the 13th before, so that its second mark is later than the other's.
    assert in_order([second, other, first]) == in_order([first, second, other]) == [other, first, second]


def test_what_came_under_a_taken_key_stands_beside_the_one_that_has_it() -> None:
    one, two = sent(seq=1), sent(seq=1, mark={"value": "0.6"})
    before = [one, replace(two, client="tab.1~1", seq=1)]
    after = [two, replace(one, client="tab.1~1", seq=1)]
    assert [each.value for each in in_order(before)] == [each.value for each in in_order(after)]


def test_a_mark_is_read_by_the_kind_of_its_criterion() -> None:
    assert isinstance(sent().value, Measurement)
    assert sent(criterion="J1", mark={"level": 3}).value == Level(level=3)


def test_a_moment_is_read_with_its_offset() -> None:
    assert sent().observed_at == datetime(2026, 3, 12, 2, 30, tzinfo=UTC)


@pytest.mark.parametrize("when", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "1999-12-31T00:00:00Z", ""])
def test_a_moment_that_no_clock_shows_is_refused(when: str) -> None:
    (refused,) = read([an_entry(observed_at=when)], MARKINGS).refused
    assert refused.reason == "bad_observed_at"


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
        max_leaves=8,
    )
)
def test_nothing_that_json_can_hold_makes_reading_fail(value: Any) -> None:
    for entry in (value, an_entry(mark=value), an_entry(note=value), an_entry(client=value), an_entry(seq=value)):
        batch = read([entry], MARKINGS)
        assert len(batch.sent) + len(batch.refused) == 1


def test_a_body_is_read_as_it_was_sent() -> None:
    assert parse(json.dumps({"v": 1, "observations": [an_entry(), 7]}).encode()).entries == (an_entry(), 7)
    body = parse(json.dumps({"v": 1, "device": "tablet-7", "events": [7], "unsent": 3}).encode())
    assert (body.device, body.entries) == ("tablet-7", (7,))


@pytest.mark.parametrize(
    "body", [b"", b"1", b'{"v": "1", "observations": []}', b'{"v": 1, "observations": {}}', b"x" * 300_000]
)
def test_another_body_is_refused(body: bytes) -> None:
    with pytest.raises(Invalid):
        parse(body)
