"""The W3C VC-API: other programs have credentials checked, and on a test instance issued.

Issuing asks for the token of the setting `TERUJI_VC_API_TOKEN` and signs with a key of its own, a `did:key` that no
register knows: never with a body's key, never in its name. Nothing is fetched from an address in what arrives.

Specification: https://w3c-ccg.github.io/vc-api/.
"""

import hmac
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, current_app, g, jsonify, request
from flask.blueprints import BlueprintSetupState

from assessment.database import reading
from assessment.domain.credentials.foreign import check_foreign_credential, check_foreign_presentation
from assessment.domain.credentials.json_text import MAX_BYTES, read_object, write_object
from assessment.domain.credentials.sources import Sources
from assessment.domain.errors import N_, Invalid, NotFound
from assessment.settings import Settings
from assessment.verification.public_requests import count_try, network_address
from assessment.verification.service import sources_for
from assessment.verification.trial_issuer import TRIAL_LIST, sign_on_trial, trial_list, trial_status, with_trial_issuer
from assessment.web.requests import now

MOST_TRIES = 60
MOST_CREDENTIALS = 20

_UNSIGNED = "The presentation itself is not signed: its credentials hold, who presents them is not proved."

vc_api = Blueprint("vc_api", __name__)


@vc_api.record
def _needs_no_cookie(state: BlueprintSetupState) -> None:
    state.app.extensions["csrf"].exempt(vc_api)


@vc_api.before_request
def _for_programs() -> None:
    g.no_cookies = True
    request.max_content_length = MAX_BYTES


@vc_api.post("/credentials/issue")
def issue() -> tuple[Response, int]:
    if _settings().vc_api_token is None:
        raise NotFound(N_("There is no such page."))
    if not _may_issue():
        return _problem(401, "Expected the token of this test instance.")
    try:
        credential = _object(_body(), "credential")
        credential.setdefault("credentialStatus", trial_status(_settings()))
        signed = sign_on_trial(_settings(), credential, now=now())
    except Invalid as refusal:
        return _problem(400, str(refusal))
    return jsonify(signed), 201


@vc_api.get("/credentials/status/<name>")
def status(name: str) -> tuple[Response, int]:
    if _settings().vc_api_token is None or name != TRIAL_LIST:
        raise NotFound(N_("There is no such status list."))
    answer = jsonify(trial_list(_settings(), now=now()))
    # Some readers take for JSON only what says so.
    answer.content_type = (
        request.accept_mimetypes.best_match(["application/vc", "application/json"]) or "application/vc"
    )
    return answer, 200


@vc_api.post("/credentials/verify")
def verify_credential() -> tuple[Response, int]:
    if _too_many():
        return _problem(429, "Too many tries. Wait a quarter of an hour and try again.")
    try:
        document = _object(_body(), "verifiableCredential")
    except Invalid as refusal:
        return _problem(400, str(refusal))
    return _answer(check_foreign_credential(document, now=now(), sources=_sources([document])))


@vc_api.post("/presentations/verify")
def verify_presentation() -> tuple[Response, int]:
    if _too_many():
        return _problem(429, "Too many tries. Wait a quarter of an hour and try again.")
    try:
        body = _body()
        document = _object(body, "verifiablePresentation")
        options = _object(body, "options") if "options" in body else {}
        credentials = _credentials(document)
    except Invalid as refusal:
        return _problem(400, str(refusal))
    challenge, domain = options.get("challenge"), options.get("domain")
    reasons = check_foreign_presentation(
        document,
        challenge=challenge if isinstance(challenge, str) else None,
        domain=domain if isinstance(domain, str) else None,
        now=now(),
        sources=_sources(credentials),
    )
    return _answer(reasons, [] if "proof" in document else [_UNSIGNED])


def _credentials(document: dict[str, Any]) -> list[Any]:
    found = document.get("verifiableCredential", [])
    credentials = found if isinstance(found, list) else [found]
    if len(credentials) > MOST_CREDENTIALS:
        raise Invalid(N_("Expected at most %(limit)s credentials."), limit=MOST_CREDENTIALS)
    return credentials


def _answer(reasons: list[str], warnings: Sequence[str] = ()) -> tuple[Response, int]:
    if reasons:
        return _problem(400, reasons[0], verified=False, errors=reasons)
    return jsonify(verified=True, checks=["proof"], warnings=list(warnings), errors=[]), 200


def _problem(status: int, detail: str, **more: Any) -> tuple[Response, int]:
    titles = {400: "Not verified", 401: "Not allowed", 429: "Too many tries"}
    problem = jsonify(type="about:blank", title=titles[status], status=status, detail=detail, **more)
    problem.content_type = "application/problem+json"
    return problem, status


def _body() -> dict[str, Any]:
    return read_object(request.get_data())


def _object(node: dict[str, Any], key: str) -> dict[str, Any]:
    value = node.get(key)
    if not isinstance(value, dict):
        raise Invalid(N_("Expected an object in %(term)s."), term=key)
    return value


def _sources(documents: list[Any]) -> Sources:
    """Have at hand what verification needs, of issuers in the register only."""
    found = Sources()
    with reading() as session:
        for document in documents:
            if isinstance(document, dict):
                one = sources_for(session, write_object(document), now())
                found = Sources(
                    registry=one.registry,
                    did_documents={**found.did_documents, **one.did_documents},
                    status_lists={**found.status_lists, **one.status_lists},
                )
    return found if _settings().vc_api_token is None else with_trial_issuer(_settings(), found, now=now())


def _may_issue() -> bool:
    token = _settings().vc_api_token
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    return token is not None and scheme == "Bearer" and hmac.compare_digest(given.encode(), token.encode())


def _too_many() -> bool:
    """Whoever has the token of a test instance may check without a limit."""
    return not _may_issue() and count_try("vc-api by", network_address()) > MOST_TRIES


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings
