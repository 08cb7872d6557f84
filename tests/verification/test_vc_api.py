"""The VC-API: who may issue, what is checked, what is refused, and that a body's key never signs there."""

import json
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient

from assessment.settings import Settings, SettingsError
from assessment.verification.views_vc_api import MOST_TRIES
from tests.credentials.office import open_office
from tests.factories.accounts import NOW
from tests.faults.mutations.genuine import CHALLENGE, DOMAIN, FORGER, FORGER_DID, HOLDER_DID
from tests.faults.mutations.presentations import present
from tests.faults.mutations.presentations import signed as signed_presentation
from tests.fixtures.sites import Site, signer_of

TOKEN = "a-token-of-a-test-instance-0123456789"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
V2 = "https://www.w3.org/ns/credentials/v2"
EXAMPLES = "https://www.w3.org/ns/credentials/examples/v2"


@pytest.fixture
def trial(site: Site) -> FlaskClient:
    """A test instance."""
    settings = replace(site.settings, vc_api_token=TOKEN)
    site.app.extensions["settings"] = settings
    return site.app.test_client()


def send(client: FlaskClient, path: str, body: Any, headers: dict[str, str] | None = None) -> Any:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post(path, data=content, headers={"Content-Type": "application/json", **(headers or {})})


def credential(issuer: str = "did:example:x", **more: Any) -> dict[str, Any]:
    return {
        "@context": [V2, EXAMPLES],
        "type": ["VerifiableCredential", "ExampleDegree"],
        "issuer": issuer,
        "credentialSubject": {"id": "did:example:subject", "degree": {"type": "Bachelor", "name": "Arts"}},
        **more,
    }


def issued(client: FlaskClient, **more: Any) -> dict[str, Any]:
    refusal = send(client, "/credentials/issue", {"credential": credential()}, BEARER)
    assert refusal.status_code == 400
    did = refusal.json["detail"].removeprefix("Expected the issuer ").rstrip(".")
    answer = send(client, "/credentials/issue", {"credential": credential(did, **more)}, BEARER)
    assert answer.status_code == 201, answer.text
    signed: dict[str, Any] = answer.json
    return signed


def test_without_the_setting_nobody_issues(site: Site) -> None:
    client = site.client()
    assert send(client, "/credentials/issue", {"credential": credential()}, BEARER).status_code == 404
    assert client.get("/credentials/status/revocation").status_code == 404


@pytest.mark.parametrize("authorization", ["", TOKEN, f"Bearer {TOKEN}x", "Bearer", f"Basic {TOKEN}"])
def test_without_the_token_nobody_issues(trial: FlaskClient, authorization: str) -> None:
    answer = send(trial, "/credentials/issue", {"credential": credential()}, {"Authorization": authorization})
    assert (answer.status_code, answer.content_type) == (401, "application/problem+json")


def test_a_token_that_is_too_short_stops_the_start(tmp_path: Any) -> None:
    with pytest.raises(SettingsError, match="TERUJI_VC_API_TOKEN"):
        Settings.from_environment({"TERUJI_HOME": str(tmp_path), "TERUJI_VC_API_TOKEN": "short"})


def test_what_is_issued_verifies_and_one_changed_value_does_not(trial: FlaskClient) -> None:
    signed = issued(trial)
    assert signed["issuer"].startswith("did:key:z6Mk")
    answer = send(trial, "/credentials/verify", {"verifiableCredential": signed})
    assert (answer.status_code, answer.json["verified"]) == (200, True), answer.text
    changed = json.loads(json.dumps(signed).replace("Arts", "Arms"))
    answer = send(trial, "/credentials/verify", {"verifiableCredential": changed})
    assert (answer.status_code, answer.content_type) == (400, "application/problem+json")
    assert answer.json["verified"] is False
    assert "signature" in answer.json["detail"]


def test_its_status_list_is_published_and_signed_by_the_same_test_key(trial: FlaskClient) -> None:
    signed = issued(trial)
    answer = trial.get("/credentials/status/revocation")
    assert answer.content_type == "application/vc"
    published = json.loads(answer.data)
    assert published["issuer"] == signed["issuer"]
    assert send(trial, "/credentials/verify", {"verifiableCredential": published}).status_code == 200
    assert trial.get("/credentials/status/suspension").status_code == 404


@pytest.mark.parametrize(
    "more",
    [
        {"refreshService": {"id": "https://x.example/1"}},
        {"credentialSchema": {"id": "https://x.example/1"}},
        {"relatedResource": {"id": V2, "digestMultibase": "uM4RgWQc3RUDtjJCSgTJtTfvpZ7SPEg_LNO0ESlovQC0"}},
        {"validFrom": "yesterday"},
        {"@context": [V2, "https://unknown.example/context"]},
        {"@context": [V2, {"VerifiableCredential": "https://x.example/Other"}]},
        {"@context": [V2]},
    ],
)
def test_what_does_not_fit_the_model_is_not_issued(trial: FlaskClient, more: dict[str, Any]) -> None:
    did = issued(trial)["issuer"]
    answer = send(trial, "/credentials/issue", {"credential": credential(did) | more}, BEARER)
    assert answer.status_code == 400


@pytest.mark.parametrize("issuer", [None, 5, "somebody", {"name": "x"}, "did:web:localhost%3A8000:b:las"])
def test_an_issuer_that_is_no_address_or_not_the_test_issuer_is_refused(trial: FlaskClient, issuer: Any) -> None:
    answer = send(trial, "/credentials/issue", {"credential": credential() | {"issuer": issuer}}, BEARER)
    assert answer.status_code == 400


def test_an_end_that_has_passed_and_a_list_elsewhere_are_refused(trial: FlaskClient) -> None:
    ended = issued(trial, validUntil="2020-01-01T00:00:00Z")
    assert send(trial, "/credentials/verify", {"verifiableCredential": ended}).status_code == 400
    elsewhere = issued(
        trial,
        credentialStatus={
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": "5",
            "statusListCredential": "https://elsewhere.example/list",
        },
    )
    answer = send(trial, "/credentials/verify", {"verifiableCredential": elsewhere})
    assert answer.status_code == 400
    assert "could not be fetched" in answer.json["detail"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b'{"verifiableCredential": 5}',
        b'{"a": 1, "a": 2}',
        b'{"a": NaN}',
        b"[" * 100_000,
        b"\xff",
        b'{"verifiableCredential": {"a": 1e999}, "verifiablePresentation": {"a": 1e999}}',
        b'{"verifiableCredential": {"a": "\\ud800"}}',
        b'{"verifiablePresentation": {"verifiableCredential": {"a": "\\ud800"}}}',
        b'{"verifiableCredential": {"@context": ' + b"[" * 940 + b"]" * 940 + b"}}",
    ],
)
@pytest.mark.parametrize("path", ["/credentials/verify", "/presentations/verify"])
def test_hostile_bodies_are_answered_as_problems(trial: FlaskClient, path: str, body: bytes) -> None:
    answer = send(trial, path, body)
    assert (answer.status_code, answer.content_type) == (400, "application/problem+json")


def test_a_body_that_is_too_large_is_refused(trial: FlaskClient) -> None:
    assert send(trial, "/credentials/verify", b"{" + b" " * 600_000 + b"}").status_code in (400, 413)


def test_a_presentation_holds_when_its_credentials_do(trial: FlaskClient) -> None:
    signed = issued(trial)
    presentation = {"@context": [V2], "type": ["VerifiablePresentation"], "verifiableCredential": [signed]}
    answer = send(trial, "/presentations/verify", {"verifiablePresentation": presentation})
    assert answer.status_code == 200, answer.text
    signed["name"] = "Other"
    assert send(trial, "/presentations/verify", {"verifiablePresentation": presentation}).status_code == 400
    many = {**presentation, "verifiableCredential": [signed] * 21}
    assert send(trial, "/presentations/verify", {"verifiablePresentation": many}).status_code == 400


def test_a_presentation_is_its_holders_and_for_this_challenge(trial: FlaskClient) -> None:
    """Whoever has somebody's credential presents it under a key of his own, or leaves the proof out: neither counts."""

    def told(presentation: dict[str, Any], **options: str) -> Any:
        return send(trial, "/presentations/verify", {"verifiablePresentation": presentation, "options": options})

    asked = {"challenge": CHALLENGE, "domain": DOMAIN}
    whole = present([issued(trial)], NOW)
    assert told(whole, **asked).json == {"verified": True, "checks": ["proof"], "warnings": [], "errors": []}
    assert told(whole, **{**asked, "challenge": "another"}).status_code == 400
    bare = {name: value for name, value in whole.items() if name != "proof"}
    for options in (asked, {"challenge": CHALLENGE}, {"domain": DOMAIN}):
        assert told(bare, **options).status_code == 400
    unasked = told(bare)
    assert (unasked.status_code, len(unasked.json["warnings"])) == (200, 1)
    for holder in (HOLDER_DID, {"id": HOLDER_DID}, "did:web:elsewhere.example"):
        stolen = signed_presentation({"holder": holder}, [issued(trial)], NOW, did=FORGER_DID, sign=FORGER.sign)
        answer = told(stolen, **asked)
        assert answer.status_code == 400
        assert "not signed by its holder" in answer.json["detail"]


def test_without_the_token_checking_has_a_limit(trial: FlaskClient) -> None:
    signed = issued(trial)
    told = [send(trial, "/credentials/verify", {"verifiableCredential": signed}).status_code for _ in range(MOST_TRIES)]
    assert set(told) == {200}
    assert send(trial, "/credentials/verify", {"verifiableCredential": signed}).status_code == 429
    assert send(trial, "/credentials/verify", {"verifiableCredential": signed}, BEARER).status_code == 200


@pytest.mark.long_lock("the office is built in one go")
def test_a_certificate_of_a_registered_body_is_verified_here_too(site: Site) -> None:
    with signer_of(site):
        office = open_office(site)
        client = site.client()
        document = json.loads(client.get(f"/v/{office.valid}", headers={"Accept": "application/vc"}).data)
        answer = send(client, "/credentials/verify", {"verifiableCredential": document})
    assert answer.status_code == 200, answer.text
