"""Where an entry is stored when its key is taken, and what a body may be."""

import pytest

from assessment.domain.errors import Invalid
from assessment.domain.outbox import MAXIMUM_BODY, Key, is_identifier, is_storable, read_body, stored_key


def digest_of(content: str) -> str:
    return f"digest of {content}"


def key_of(content: str, known: dict[Key, str]) -> Key:
    return stored_key(("tab", 1), known, lambda _key: digest_of(content))


def test_a_free_key_is_kept() -> None:
    assert key_of("a", {}) == ("tab", 1)


def test_the_same_entry_again_has_its_own_key() -> None:
    assert key_of("a", {("tab", 1): digest_of("a")}) == ("tab", 1)


def test_another_content_gets_the_next_number_of_the_second_client() -> None:
    known = {("tab", 1): digest_of("a"), ("tab~1", 1): digest_of("b")}
    assert key_of("c", known) == ("tab~1", 2)
    assert key_of("b", known) == ("tab~1", 1)


def test_no_device_can_send_a_second_client() -> None:
    assert is_identifier("tab.1")
    assert not is_identifier("tab~1")


def test_half_of_a_surrogate_pair_costs_its_own_entry_only() -> None:
    first, second = read_body(b'["\\ud800", "b"]')
    assert not is_storable(first)
    assert is_storable(second)


@pytest.mark.parametrize("body", [b"", b"{", b"[NaN]", b"\xff", b"0" * (MAXIMUM_BODY + 1), b"[" * 100_000])
def test_a_body_that_is_no_json_or_too_long_is_refused(body: bytes) -> None:
    with pytest.raises(Invalid):
        read_body(body)
