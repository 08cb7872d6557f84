"""Nothing is fetched from an address that a credential names, unless it is in the register of issuers.

A server listens and counts, here and on a second port; every address in a document leads to it. Each entry of the
verifier is tried with documents whose signature holds and with such as nobody signed.
"""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from assessment.domain.credentials.json_text import write_object
from assessment.domain.credentials.proof import add_proof
from assessment.domain.errors import Invalid
from assessment.verification.commands import verify
from tests.domain.credentials.certificates import PRIVATE_KEY
from tests.factories.verification import NOW, House, open_house
from tests.faults.mutations.genuine import CHALLENGE, DOMAIN
from tests.faults.mutations.presentations import present
from tests.faults.mutations.tokens import forged
from tests.fixtures.sites import Site
from tests.verification.test_arriving import pdf_with
from tests.verification.test_verify_page import by_file, by_text

Named = Callable[[dict[str, Any], str], dict[str, Any]]


class Listener:
    """A socket on this machine that takes connections and counts them."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self.seen = 0
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.seen += 1
            connection.close()

    @property
    def origin(self) -> str:
        """Where it listens, as a loopback address that the verifier would be allowed to ask by http."""
        return f"http://localhost:{self.port}"

    @property
    def did(self) -> str:
        """An issuer there, in no register."""
        return f"did:web:localhost%3A{self.port}:b:las"

    def close(self) -> None:
        """Wait for connections no more."""
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()


@contextmanager
def listening() -> Iterator[Listener]:
    """A listener, while the block runs."""
    listener = Listener()
    yield listener
    listener.close()


def in_context(document: dict[str, Any], origin: str) -> dict[str, Any]:
    return {**document, "@context": [*document["@context"], f"{origin}/context.json"]}


def in_status(document: dict[str, Any], origin: str) -> dict[str, Any]:
    statuses = [
        {
            **entry,
            "id": f"{origin}/status/las-x-0#1",
            "statusListCredential": f"{origin}/status/las-{entry['statusPurpose']}-0",
        }
        for entry in document["credentialStatus"]
    ]
    return {**document, "credentialStatus": statuses}


def in_schema(document: dict[str, Any], origin: str) -> dict[str, Any]:
    return {**document, "credentialSchema": [{"id": f"{origin}/schema.json", "type": "JsonSchema"}]}


def in_refresh(document: dict[str, Any], origin: str) -> dict[str, Any]:
    return {**document, "refreshService": {"id": f"{origin}/refresh", "type": "1EdTechCredentialRefresh"}}


def in_image(document: dict[str, Any], origin: str) -> dict[str, Any]:
    subject = document["credentialSubject"]
    achievement = {**subject["achievement"], "image": {"id": f"{origin}/image.png", "type": "Image"}}
    return {**document, "credentialSubject": {**subject, "achievement": achievement}}


def in_evidence(document: dict[str, Any], origin: str) -> dict[str, Any]:
    return {**document, "evidence": [{"id": f"{origin}/evidence", "type": ["Evidence"], "name": "x"}]}


def in_related(document: dict[str, Any], origin: str) -> dict[str, Any]:
    related = {"id": f"{origin}/related", "digestMultibase": "uEiAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}
    return {**document, "relatedResource": [related]}


def in_terms(document: dict[str, Any], origin: str) -> dict[str, Any]:
    return {**document, "termsOfUse": [{"id": f"{origin}/terms", "type": "Terms"}]}


def in_id(document: dict[str, Any], origin: str) -> dict[str, Any]:
    return {**document, "id": f"{origin}/v/0123456789abcdef"}


def in_issuer(document: dict[str, Any], origin: str) -> dict[str, Any]:
    did = f"did:web:{origin.removeprefix('http://').replace(':', '%3A')}:b:las"
    return {**document, "issuer": {**document["issuer"], "id": did}}


PLACES: tuple[Named, ...] = (
    in_context,
    in_status,
    in_schema,
    in_refresh,
    in_image,
    in_evidence,
    in_related,
    in_terms,
    in_id,
    in_issuer,
)


@pytest.fixture
def house(site: Site) -> House:
    return open_house(site)


def documents(house: House, listener: Listener) -> Iterator[dict[str, Any]]:
    """The certificate with foreign addresses, signed by the body where it can be signed, and with another signature."""
    whole = house.make().document
    body = {name: value for name, value in whole.items() if name != "proof"}
    for place in PLACES:
        named = place(body, listener.origin)
        for method in (house.key_id, f"{listener.did}#2026"):
            yield {**named, "proof": {**whole["proof"], "verificationMethod": method}}
        if place is not in_context:
            issuer = named["issuer"]["id"]
            try:
                yield add_proof(named, verification_method=f"{issuer}#2026", created=NOW, sign=PRIVATE_KEY.sign)
            except Invalid:  # what no context defines cannot be signed, and is tried with a foreign signature above
                continue


def test_the_listener_hears_what_is_fetched() -> None:
    """The control: a connection is seen."""
    with listening() as listener:
        with socket.create_connection(("127.0.0.1", listener.port)) as connection:
            assert connection.recv(1) == b""
        assert listener.seen == 1


def test_no_address_in_a_credential_is_asked(site: Site, house: House, tmp_path: Path) -> None:
    whole = house.make().document
    published = house.published(tmp_path / "site")
    with listening() as listener:
        tried = 0
        for number, document in enumerate(documents(house, listener)):
            content = write_object(document)
            token = forged({"alg": "EdDSA", "typ": "vc+jwt", "cty": "vc", "kid": f"{listener.did}#2026"}, document)
            files = [("a.json", content), ("a.jwt", token.encode())]
            if number % 4 == 0:  # the same document, at the price of some processes
                files.append(("a.pdf", pdf_with(certificate=content)))
            own = f"10.0.0.{number}"
            for name, file in files:
                (tmp_path / name).write_bytes(file)
                arguments = [str(tmp_path / name), "--site", str(published), "--at", NOW.isoformat(), "--json"]
                assert "verdict" in json.loads(CliRunner().invoke(verify, arguments).stdout)
                assert by_file(site, file, own).status_code in (200, 422)
                tried += 2
            for path, body in (
                ("/credentials/verify", {"verifiableCredential": document}),
                ("/presentations/verify", presented(document, whole)),
            ):
                answer = site.client().post(path, json=body, environ_base={"REMOTE_ADDR": own})
                assert answer.status_code in (200, 400)
                tried += 1
        digits = house.make().digits
        for text in (f"{listener.origin}/v/0123456789abcdef#{digits}", f"{listener.origin}/v/0123456789abcdef"):
            assert by_text(site, text).status_code in (200, 303, 422, 429)
            CliRunner().invoke(verify, [text, "--site", str(published), "--at", NOW.isoformat(), "--json"])
        assert tried > 150, tried
        assert listener.seen == 0


def presented(document: dict[str, Any], whole: dict[str, Any]) -> dict[str, Any]:
    """A presentation of it, signed for a genuine one."""
    options = {"challenge": CHALLENGE, "domain": DOMAIN}
    presentation = present([whole], NOW)
    return {"verifiablePresentation": {**presentation, "verifiableCredential": [document]}, "options": options}
