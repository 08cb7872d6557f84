"""Keys for PDF files: what is believed of each, and how the register names them."""

from datetime import UTC, datetime

import pytest

from assessment.domain.credentials.sealing_keys import SealingKey, check_key, read_sealing_keys, write_sealing_keys
from assessment.domain.errors import Invalid

DID = "did:web:teruji.example:b:las"
STANDS = SealingKey(body_id="las", id="pdf-2026-2", certificate_sha256="0b" * 32)
REMOVED = SealingKey(
    body_id="las", id="pdf-2026", certificate_sha256="0a" * 32, removed_at=datetime(2026, 4, 24, 2, tzinfo=UTC)
)
WRITTEN = {"id": "pdf-2026", "certificateSha256": "0a" * 32, "removed": "2026-04-24T02:00:00+00:00"}


def said(key: SealingKey | None, body_id: str | None = "las", issued: bool | None = None) -> tuple[bool | None, str]:
    check = check_key(key, body_id, lambda _key: issued)
    assert check is not None
    return check.ok, check.reason


def test_nothing_speaks_against_a_key_that_the_issuer_lists() -> None:
    for body_id in ("las", None):
        assert check_key(STANDS, body_id, lambda _key: False) is None


def test_a_key_that_nobody_lists_and_one_of_another_issuer_are_refused() -> None:
    for key, body_id in ((None, "las"), (None, None), (STANDS, "dapur"), (STANDS, ""), (REMOVED, "dapur")):
        assert said(key, body_id, issued=True) == (False, "The issuer does not list the key of this PDF.")


def test_under_a_withdrawn_key_only_a_file_that_was_issued_is_believed() -> None:
    for issued in (True, False, None):
        ok, reason = said(REMOVED, issued=issued)
        assert ok is issued
        assert ("2026-04-24 02:00" in reason) is (issued is not None)


def test_the_register_says_the_same_as_was_written() -> None:
    assert write_sealing_keys([STANDS, REMOVED]) == [WRITTEN, {"id": "pdf-2026-2", "certificateSha256": "0b" * 32}]
    assert list(read_sealing_keys(write_sealing_keys([STANDS, REMOVED]), DID).values()) == [REMOVED, STANDS]
    assert read_sealing_keys([], DID) == {}


@pytest.mark.parametrize(
    "value",
    [
        None,
        {},
        "pdf-2026",
        [None],
        [{}],
        [WRITTEN, 1],
        [{**WRITTEN, "id": "../../etc"}],
        [{**WRITTEN, "id": "2026"}],
        [{**WRITTEN, "id": 2026}],
        [{**WRITTEN, "certificateSha256": "0A" * 32}],
        [{**WRITTEN, "certificateSha256": "0a" * 31}],
        [{**WRITTEN, "certificateSha256": None}],
        [{**WRITTEN, "removed": "2026-04-24T02:00:00"}],
        [{**WRITTEN, "removed": "yesterday"}],
        [{**WRITTEN, "removed": None}],
    ],
)
def test_anything_else_in_a_register_is_refused(value: object) -> None:
    with pytest.raises(Invalid):
        read_sealing_keys(value, DID)


def test_an_issuer_that_is_none_is_refused() -> None:
    with pytest.raises(Invalid):
        read_sealing_keys([WRITTEN], "did:web:teruji.example:b:../las")
