"""A removed key: the log's moment decides, and nothing that a thief could write."""

from datetime import UTC, datetime, timedelta

import pytest

from assessment.domain.credentials.did_web import VerificationKey, did_document
from assessment.domain.credentials.json_text import write_object
from assessment.domain.credentials.sources import Issuer, Sources
from assessment.domain.credentials.trust import find_key
from assessment.domain.credentials.withdrawn import (
    RemovedKey,
    Standing,
    check_withdrawn,
    read_removed,
    standing,
    write_removed,
)
from assessment.domain.errors import Invalid

DID = "did:web:teruji.example:b:las"
STOLEN, NEXT = f"{DID}#2026", f"{DID}#2026-2"
REMOVED = datetime(2026, 3, 14, 9, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
KEY = RemovedKey(public_key=bytes(32), removed_at=REMOVED)
SOURCES = Sources(
    registry={DID: Issuer(name="LSP", compromised_keys=frozenset({STOLEN}), removed_keys={STOLEN: KEY})},
    did_documents={DID: write_object(did_document(DID, [VerificationKey(id=NEXT, public_key=bytes(range(32)))]))},
)


@pytest.mark.parametrize(
    ("logged_at", "expected"),
    [
        (REMOVED - SECOND, Standing.BEFORE),
        (REMOVED, Standing.AFTER),
        (REMOVED + SECOND, Standing.AFTER),
        (None, Standing.UNPROVED),
    ],
)
def test_the_log_decides_on_which_side_of_the_removal_a_certificate_lies(
    logged_at: datetime | None, expected: Standing
) -> None:
    assert standing(REMOVED, logged_at) is expected
    assert check_withdrawn(KEY, logged_at).ok is {"before": True, "after": False, "unproved": None}[expected.value]


def test_an_honest_certificate_is_checked_with_the_removed_key() -> None:
    key, check = find_key(DID, STOLEN, SOURCES, logged_at=REMOVED - SECOND)
    assert check.ok is True
    assert key == VerificationKey(id=STOLEN, public_key=bytes(32))


@pytest.mark.parametrize("logged_at", [None, REMOVED, REMOVED + SECOND])
def test_no_other_certificate_under_a_removed_key_is_checked_at_all(logged_at: datetime | None) -> None:
    key, check = find_key(DID, STOLEN, SOURCES, logged_at=logged_at)
    assert key is None
    assert check.ok is not True


def test_a_register_that_does_not_tell_of_the_key_proves_nothing() -> None:
    sources = Sources(
        registry={DID: Issuer(name="LSP", compromised_keys=frozenset({STOLEN}))}, did_documents=SOURCES.did_documents
    )
    assert find_key(DID, STOLEN, sources, logged_at=REMOVED - SECOND)[0] is None


def test_the_log_lends_no_trust_to_a_key_that_nobody_listed() -> None:
    key, check = find_key(DID, f"{DID}#2020", SOURCES, logged_at=REMOVED - SECOND)
    assert (key, check.ok) == (None, False)


def test_removed_keys_are_read_as_they_were_written() -> None:
    assert read_removed(write_removed({STOLEN: KEY}), DID) == {STOLEN: KEY}


GOOD = write_removed({STOLEN: KEY})[0]


@pytest.mark.parametrize(
    "value",
    [
        {},
        "text",
        [None],
        [{}],
        [{**GOOD, "id": "did:web:other.example:b:las#2026"}],
        [{**GOOD, "id": 7}],
        [{**GOOD, "publicKeyMultibase": "z6Mk"}],
        [{**GOOD, "publicKeyMultibase": None}],
        [{**GOOD, "removed": "2026-03-14T09:00:00"}],
        [{**GOOD, "removed": "yesterday"}],
        [{**GOOD, "removed": 1}],
    ],
)
def test_anything_else_is_refused(value: object) -> None:
    with pytest.raises(Invalid):
        read_removed(value, DID)
