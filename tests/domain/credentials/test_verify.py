"""Every check with its reason, and the verdict, for certificates and for printed codes."""

import json
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assessment.domain.credentials.achievement import validity_of_days
from assessment.domain.credentials.did_web import VerificationKey, did_document
from assessment.domain.credentials.json_text import write_object
from assessment.domain.credentials.qr_payload import sign_payload
from assessment.domain.credentials.sources import Issuer, Sources, wanted_for
from assessment.domain.credentials.status_list import StatusPurpose
from assessment.domain.credentials.verdict import CheckName, ClockState, Verdict, Verification
from assessment.domain.credentials.verify import verify
from tests.domain.credentials.certificates import (
    DID,
    JAKARTA,
    KEY_ID,
    KEYS,
    LISTS,
    NOW,
    ORIGIN,
    OTHER_KEY,
    PUBLIC_ID,
    REVOCATION_INDEX,
    code_text,
    digits,
    leaf_changes,
    payload,
    sign,
    signed,
    sources,
    status_credential,
    status_lists,
    unsigned,
    without_list,
)

FIRST_FORM = Path(__file__).parents[2] / "vectors" / "first-form-credential.json"
OTHER_DID = "did:web:elsewhere.example:b:las"
SUSPENDED_BIT = 12_345


def outcome(verification: Verification, name: CheckName) -> bool | None:
    return next(check.ok for check in verification.checks if check.name is name)


def reason(verification: Verification, name: CheckName) -> str:
    return next(check.reason for check in verification.checks if check.name is name)


def ask(content: Any, *, now: datetime = NOW, **overrides: Any) -> Verification:
    arrived = content if isinstance(content, bytes | str) else write_object(content)
    return verify(arrived, now=now, sources=sources(**overrides))


@pytest.fixture(params=["credential", "code"])
def certificate(request: pytest.FixtureRequest) -> bytes | str:
    """The same certificate, as a file and as the text of its code."""
    return write_object(signed()) if request.param == "credential" else code_text()


def test_a_certificate_is_valid_with_every_check_and_its_reason(certificate: bytes | str) -> None:
    answer = ask(certificate)
    assert answer.verdict == Verdict.VALID
    assert {check.name for check in answer.checks if check.ok is not True} == {CheckName.TLOG_PROOF}
    assert reason(answer, CheckName.TLOG_PROOF) == "not present"
    assert all(check.reason for check in answer.checks)


def test_the_issuers_name_comes_from_the_register() -> None:
    answer = ask(signed(issuer_name="Ministry of Everything"))
    assert answer.issuer_name == "LSP Contoh Las, Jakarta"


def test_the_content_is_there_when_the_signature_holds() -> None:
    answer = ask(signed())
    assert answer.facts is not None
    assert answer.facts.recipient == "Siti Aminah O'Neil"
    assert ask(code_text()).payload == payload()


def test_a_clock_shows_the_period() -> None:
    (period,) = ask(signed()).clocks
    assert (period.name, period.state) == ("certificate", ClockState.RUNNING)
    assert period.start.isoformat() == "2026-11-24T00:00:00+07:00"


@pytest.mark.parametrize(("path", "changed"), leaf_changes(signed()))
def test_changing_any_single_value_makes_it_fail(path: str, changed: dict[str, Any]) -> None:
    answer = ask(changed)
    assert answer.verdict == Verdict.FORGED
    assert (answer.facts, answer.document, answer.clocks) == (None, None, ())


def test_a_member_added_anywhere_makes_it_fail() -> None:
    for place in ([], ["issuer"], ["credentialSubject"], ["credentialSubject", "achievement"], ["proof"]):
        changed: Any = deepcopy(signed())
        node = changed
        for step in place:
            node = node[step]
        node["inLanguage" if place != ["proof"] else "nonce"] = "de"
        assert ask(changed).verdict == Verdict.FORGED, place


def test_a_member_taken_away_anywhere_makes_it_fail() -> None:
    def members(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        if isinstance(node, dict):
            return [one for key, value in node.items() for one in [(*path, key), *members(value, (*path, key))]]
        if isinstance(node, list):
            return [one for key, value in enumerate(node) for one in [(*path, key), *members(value, (*path, key))]]
        return []

    document = signed()
    for path in members(document):
        changed: Any = deepcopy(document)
        node = changed
        for step in path[:-1]:
            node = node[step]
        del node[path[-1]]
        assert ask(changed).verdict in (Verdict.FORGED, Verdict.CANNOT_CHECK), path


def test_the_order_of_lists_does_not_matter() -> None:
    document: Any = deepcopy(signed())
    document["credentialSubject"]["result"].reverse()
    document["credentialStatus"].reverse()
    assert ask(document).verdict == Verdict.VALID


def test_layout_does_not_matter() -> None:
    assert ask(json.dumps(signed(), indent=4)).verdict == Verdict.VALID


@pytest.mark.parametrize(
    ("now", "verdict"),
    [
        (datetime(2026, 11, 23, 16, 59, 59, tzinfo=UTC), Verdict.NOT_YET_VALID),
        (datetime(2026, 11, 23, 17, 0, 0, tzinfo=UTC), Verdict.VALID),
        (datetime(2029, 11, 23, 16, 59, 59, 500_000, tzinfo=UTC), Verdict.VALID),
        (datetime(2029, 11, 23, 17, 0, 0, tzinfo=UTC), Verdict.EXPIRED),
    ],
)
def test_it_expires_at_the_end_of_the_day_in_the_issuers_zone(
    certificate: bytes | str, now: datetime, verdict: Verdict
) -> None:
    assert ask(certificate, now=now, status_lists=status_lists(since=now)).verdict == verdict


def test_a_certificate_without_an_end_does_not_expire() -> None:
    document = signed(validity=validity_of_days(date(2020, 1, 1), None, JAKARTA))
    assert ask(document).verdict == Verdict.VALID


def test_a_revoked_and_a_suspended_certificate_are_told_apart(certificate: bytes | str) -> None:
    revoked = ask(certificate, status_lists=status_lists(revoked=[REVOCATION_INDEX]))
    suspended = ask(certificate, status_lists=status_lists(suspended=[SUSPENDED_BIT]))
    both = ask(certificate, status_lists=status_lists(revoked=[REVOCATION_INDEX], suspended=[SUSPENDED_BIT]))
    assert (revoked.verdict, suspended.verdict) == (Verdict.REVOKED, Verdict.SUSPENDED)
    assert both.verdict == Verdict.REVOKED


def test_a_neighbours_bit_does_not_count(certificate: bytes | str) -> None:
    lists = status_lists(revoked=[REVOCATION_INDEX - 1, REVOCATION_INDEX + 1], suspended=[SUSPENDED_BIT ^ 1])
    assert ask(certificate, status_lists=lists).verdict == Verdict.VALID


def test_without_a_status_source_it_cannot_be_checked(certificate: bytes | str) -> None:
    assert ask(certificate, status_lists={}).verdict == Verdict.CANNOT_CHECK
    for purpose in StatusPurpose:
        assert ask(certificate, status_lists=without_list(purpose)).verdict == Verdict.CANNOT_CHECK


def test_without_any_source_it_cannot_be_checked(certificate: bytes | str) -> None:
    answer = verify(certificate, now=NOW, sources=Sources())
    assert answer.verdict == Verdict.CANNOT_CHECK
    assert (answer.facts, answer.payload) == (None, None)


def test_an_old_list_is_not_relied_on(certificate: bytes | str) -> None:
    lists = status_lists(since=NOW - timedelta(hours=2), lasting=timedelta(hours=1))
    answer = ask(certificate, status_lists=lists)
    assert answer.verdict == Verdict.CANNOT_CHECK
    assert "too old" in reason(answer, CheckName.REVOCATION)


def test_a_revocation_counts_in_an_old_list_too(certificate: bytes | str) -> None:
    lists = status_lists(revoked=[REVOCATION_INDEX], since=NOW - timedelta(days=30))
    assert ask(certificate, status_lists=lists).verdict == Verdict.REVOKED


def test_a_list_signed_by_somebody_else_is_not_relied_on(certificate: bytes | str) -> None:
    assert ask(certificate, status_lists=status_lists(key=OTHER_KEY)).verdict == Verdict.CANNOT_CHECK


def test_a_list_of_another_purpose_or_number_is_not_relied_on(certificate: bytes | str) -> None:
    revocations = write_object(status_credential(StatusPurpose.REVOCATION, 1))
    swapped = dict.fromkeys(LISTS, revocations)
    assert ask(certificate, status_lists=swapped).verdict == Verdict.CANNOT_CHECK


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"{" * 1000, b"\xff", b'{"proof": {}}'])
def test_a_broken_list_is_not_relied_on(certificate: bytes | str, content: bytes) -> None:
    assert ask(certificate, status_lists=dict.fromkeys(LISTS, content)).verdict == Verdict.CANNOT_CHECK


def test_a_strangers_certificate_is_unknown(certificate: bytes | str) -> None:
    answer = ask(certificate, registry={OTHER_DID: Issuer(name="Elsewhere")})
    assert answer.verdict == Verdict.UNKNOWN
    assert "may be genuine elsewhere" in reason(answer, CheckName.ISSUER)
    assert answer.issuer_name is None


def test_a_strangers_certificate_that_is_not_understood_is_unknown_too() -> None:
    document = signed() | {"@context": ["https://www.w3.org/2018/credentials/v1"], "issuer": "did:key:z6Mk"}
    document["proof"] = [{"type": "Ed25519Signature2020"}]
    assert ask(document).verdict == Verdict.UNKNOWN


def test_another_issuers_name_over_our_key_is_forged() -> None:
    document = sign(unsigned(issuer=OTHER_DID))
    assert ask(document).verdict == Verdict.FORGED


def test_our_name_over_another_bodys_key_is_forged() -> None:
    other = did_document(OTHER_DID, [VerificationKey(id=f"{OTHER_DID}#1", public_key=_public(OTHER_KEY))])
    document = sign(unsigned(), key=OTHER_KEY, key_id=f"{OTHER_DID}#1")
    keys = {DID: write_object(KEYS), OTHER_DID: write_object(other)}
    registry = {DID: Issuer(name="Ours"), OTHER_DID: Issuer(name="Theirs")}
    answer = ask(document, did_documents=keys, registry=registry)
    assert answer.verdict == Verdict.FORGED
    assert outcome(answer, CheckName.KEY) is False


@pytest.mark.parametrize("key_id", [KEY_ID, f"{DID}#2027"])
def test_our_name_over_a_key_that_we_never_had_is_forged(key_id: str) -> None:
    assert ask(sign(unsigned(), key=OTHER_KEY, key_id=key_id)).verdict == Verdict.FORGED
    forged_code = sign_payload(payload(), key_id=key_id, sign=OTHER_KEY.sign)
    assert ask(forged_code).verdict == Verdict.FORGED


def test_a_withdrawn_key_proves_nothing_by_itself(certificate: bytes | str) -> None:
    registry = {DID: Issuer(name="LSP", compromised_keys=frozenset({KEY_ID}))}
    answer = ask(certificate, registry=registry)
    assert answer.verdict == Verdict.CANNOT_CHECK
    assert "withdrawn" in reason(answer, CheckName.KEY)


@pytest.mark.parametrize("content", [b"", b"{}", b"no json", write_object(KEYS | {"id": OTHER_DID})])
def test_without_a_readable_key_document_it_cannot_be_checked(certificate: bytes | str, content: bytes) -> None:
    assert ask(certificate, did_documents={DID: content}).verdict == Verdict.CANNOT_CHECK


@pytest.mark.parametrize(
    "change",
    [
        lambda document: document | {"proof": [document["proof"]]},
        lambda document: document | {"proof": [document["proof"], document["proof"]]},
        lambda document: document | {"proof": {}},
        lambda document: document | {"proof": None},
        lambda document: document | {"proof": document["proof"] | {"proofPurpose": "authentication"}},
        lambda document: document | {"proof": document["proof"] | {"cryptosuite": "eddsa-jcs-2022"}},
        lambda document: document | {"@context": [*document["@context"], "https://example.org/more"]},
        lambda document: document | {"@context": [*document["@context"], {"name": "https://example.org/n"}]},
        lambda document: document | {"@context": document["@context"][:1]},
        lambda document: document | {"grade": "A"},
        lambda document: document | {"n\u0430me": "A"},
        lambda document: document | {"name": document["name"] + "\u200b"},
        lambda document: document | {"name": [document["name"], "More"]},
        lambda document: document | {"evidence": []},
        lambda document: document | {"description": None},
        lambda document: document | {"id": document["id"].replace("a", "\u0430")},
    ],
)
def test_a_tampered_certificate_of_ours_is_forged(change: Any) -> None:
    answer = ask(json.dumps(change(deepcopy(signed()))))
    assert answer.verdict == Verdict.FORGED
    assert (answer.facts, answer.document) == (None, None)


def test_the_same_letters_in_another_normal_form_are_forged() -> None:
    document: Any = signed()
    text = json.dumps(document).replace("O'Neil", "O'Ne\u0301il")
    assert ask(text).verdict == Verdict.FORGED


def test_a_status_list_of_ours_is_not_a_certificate() -> None:
    answer = ask(status_credential(StatusPurpose.REVOCATION, 0))
    assert answer.verdict == Verdict.CANNOT_CHECK
    assert outcome(answer, CheckName.RESULTS) is False


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"{",
        b'{"issuer": 5}',
        b'{"issuer": {"id": ["did:web:a:b:c"]}}',
        b'{"a": 1, "a": 2}',
        b'{"a":' * 40_000,
        b'{"a": "' + b"x" * 1_000_000 + b'"}',
        b"\xff\xff",
        b"%PDF-1.7",
        "1" * 1_000_000,
        "https://example.org/",
        f"{ORIGIN}/v/{PUBLIC_ID}",
        "\ud800",
        "{\ud800",
    ],
)
def test_what_is_no_certificate_at_all_cannot_be_checked(content: bytes | str) -> None:
    answer = verify(content, now=NOW, sources=sources())
    assert answer.verdict == Verdict.CANNOT_CHECK
    assert outcome(answer, CheckName.DOCUMENT) is False


def test_digits_that_were_changed_under_our_address_are_forged() -> None:
    text = code_text()
    start = text.index("#") + 1
    for place in range(start, len(text), 13):
        changed = text[:place] + ("1" if text[place] != "1" else "2") + text[place + 1 :]
        assert ask(changed).verdict == Verdict.FORGED, place


def test_our_digits_under_another_address_are_forged() -> None:
    for address in ("https://evil.example/v/" + PUBLIC_ID, f"{ORIGIN}/v/{PUBLIC_ID[::-1]}"):
        answer = ask(f"{address}#{digits()}")
        assert answer.verdict == Verdict.FORGED
        assert (answer.payload, answer.clocks) == (None, ())


def test_unreadable_digits_under_a_strangers_address_are_unknown() -> None:
    assert ask(f"https://elsewhere.example/v/{PUBLIC_ID}#12345").verdict == Verdict.UNKNOWN


def test_digits_without_an_address_are_enough() -> None:
    assert ask(digits()).verdict == Verdict.VALID


def test_what_has_to_be_fetched_is_said_beforehand(certificate: bytes | str) -> None:
    wanted = wanted_for(certificate)
    assert wanted.issuer == DID
    assert wanted.did_document_url == f"{ORIGIN}/b/las/did.json"
    assert set(wanted.status_list_urls) == set(LISTS)


@pytest.mark.parametrize("content", [b"", b"{}", "1", "\ud800", b"\xff", f"{ORIGIN}/v/{PUBLIC_ID}", '{"issuer": "x"}'])
def test_nothing_is_fetched_for_what_cannot_be_read(content: bytes | str) -> None:
    assert wanted_for(content).did_document_url is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just(DID) | st.just(KEY_ID),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*signed(), *signed()["proof"], "id", "name"]), inner, max_size=4)
    ),
    max_leaves=12,
)


# Drawing is slow on a busy machine; that says nothing about the documents.
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.dictionaries(st.sampled_from(list(signed())), JSON, max_size=6))
def test_no_document_makes_it_raise_or_say_valid(members: dict[str, Any]) -> None:
    document = signed() | members
    answer = ask(json.dumps(document))
    assert answer.verdict != Verdict.VALID or document == signed()


@given(st.text(max_size=60) | st.binary(max_size=60))
def test_no_text_makes_it_raise_or_say_valid(content: str | bytes) -> None:
    assert verify(content, now=NOW, sources=sources()).verdict in (Verdict.CANNOT_CHECK, Verdict.UNKNOWN)


def _public(key: Any) -> bytes:
    content: bytes = key.public_key().public_bytes_raw()
    return content


def test_a_credential_of_the_first_form_still_verifies() -> None:
    """Signed before marks in percent, lines of sheets, days of activity, evidence and terms stood in one."""
    verification = ask(FIRST_FORM.read_bytes())
    assert verification.verdict is Verdict.VALID, [check.reason for check in verification.checks]
    assert verification.facts is not None
    assert [unit.code for unit in verification.facts.units] == ["C.25LAS01.001.1", "C.25LAS01.029.1"]
    assert verification.facts.practical == ()
