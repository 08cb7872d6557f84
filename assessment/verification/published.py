"""The public files of a site as a source: its register of issuers, their keys, their status lists.

A folder mirrors the public addresses, as `teruji publish -o DIR` writes it: `issuers.json`, `b/CODE/did.json`,
`status/LIST`. A site on the web has the same under its origin. Whatever cannot be had is missing from the sources,
and verification says so.
"""

import re
import time
from collections.abc import Callable, Mapping
from http.client import HTTPException
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from assessment.domain.credentials.did_web import code_of, document_url, origin_of
from assessment.domain.credentials.json_text import MAX_BYTES, read_object
from assessment.domain.credentials.sealing_keys import SealingKey, read_sealing_keys
from assessment.domain.credentials.sources import Issuer, Sources, Wanted, wanted_for
from assessment.domain.credentials.withdrawn import read_removed
from assessment.domain.errors import N_, Invalid
from assessment.domain.log.note import VerifierKey, read_key
from assessment.verification.pdf_seal import KnownKeys

SECONDS = 10
MOST_LISTS = 4

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_LIST = re.compile(r"[a-z0-9\-]{1,80}")
_CHUNK = 64 * 1024

Fetch = Callable[[str], bytes | None]


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class _NoRedirect(HTTPRedirectHandler):
    """A register that moves is not the register that was asked."""

    def redirect_request(self, *_arguments: Any) -> None:
        """Follow nothing."""


def folder(place: Path) -> Fetch:
    """Return how a path is read from a folder of published files."""

    def fetch(path: str) -> bytes | None:
        try:
            with (place / path).open("rb") as handle:
                content = handle.read(MAX_BYTES + 1)
        except OSError:
            return None
        return content if len(content) <= MAX_BYTES else None

    return fetch


def website(address: str) -> Fetch:
    """Return how a path is read from a site on the web: at most 512 KiB, within ten seconds, without redirects.

    Raises Invalid unless the address is https, or http on this machine.
    """
    parts = urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise Invalid(N_("Expected a folder or an https address (http on this machine), got %(got)s."), got=address)
    opener = build_opener(_NoRedirect)

    def fetch(path: str) -> bytes | None:
        request = Request(f"{address.rstrip('/')}/{path}", headers={"Accept": "application/json, */*;q=0.1"})
        try:
            with opener.open(request, timeout=SECONDS) as response:
                return _read(response, time.monotonic() + SECONDS)
        except (OSError, HTTPException, ValueError):
            return None

    return fetch


def site_of(place: str) -> Fetch:
    """Return how a path is read from a folder, or from a site on the web.

    Raises Invalid when it is neither a folder nor an https address (http on this machine).
    """
    if place.startswith(("http://", "https://")):
        return website(place)
    if not Path(place).is_dir():
        raise Invalid(N_("Expected a folder or an https address (http on this machine), got %(got)s."), got=place)
    return folder(Path(place))


def sources_from(fetch: Fetch, content: bytes | str) -> Sources:
    """Fetch what the verification of `content` asks for, from issuers of the register only."""
    register = fetch("issuers.json")
    registry = _registry(register)
    wanted = wanted_for(content)
    if registry is None or wanted.issuer is None or wanted.issuer not in registry:
        return Sources(registry=registry)
    keys = fetch(f"b/{code_of(wanted.issuer)}/did.json")
    lists = {url: fetch(f"status/{name}") for url, name in own_lists(wanted).items()}
    return Sources(
        registry=registry,
        did_documents={wanted.issuer: keys} if keys is not None else {},
        status_lists={url: found for url, found in lists.items() if found is not None},
        log_key=log_key_in(register),
    )


def pdf_keys_in(fetch: Fetch) -> KnownKeys:
    """Return the keys for PDF files that the register names, and how what they had sealed is asked for."""

    def is_issued(key: SealingKey, digest: str) -> bool | None:
        found = fetch(f"pdf-seals/{key.body_id}/{key.id}/{digest[:2]}")
        return None if found is None else digest.encode() in found.split()

    try:
        issuers = read_object(fetch("issuers.json") or b"").get("issuers")
        if not isinstance(issuers, dict):
            raise Invalid(N_("Expected issuers in the register."))
        told = {did: value["pdf_keys"] for did, value in issuers.items() if "pdf_keys" in value}
        keys = {digest: key for did, value in told.items() for digest, key in read_sealing_keys(value, did).items()}
    except (Invalid, TypeError):
        return KnownKeys(keys=None, complete=False, is_issued=is_issued)
    return KnownKeys(keys=keys, complete=bool(told), is_issued=is_issued)


def own_lists(wanted: Wanted) -> dict[str, str]:
    """Return the wanted status lists that lie at the issuer's own address: their names by address.

    Raises Invalid when the issuer is not a did:web identifier of a body.
    """
    if wanted.issuer is None or document_url(wanted.issuer) != wanted.did_document_url:
        return {}
    start = f"{origin_of(wanted.issuer)}/status/"
    names = {url: url.removeprefix(start) for url in wanted.status_list_urls if url.startswith(start)}
    return {url: name for url, name in list(names.items())[:MOST_LISTS] if _LIST.fullmatch(name)}


def log_key_in(register: bytes | None) -> VerifierKey | None:
    """Return the key of the log that a register of issuers names, or None."""
    try:
        text = None if register is None else read_object(register).get("log")
        return read_key(text) if isinstance(text, str) else None
    except Invalid:
        return None


def _registry(content: bytes | None) -> Mapping[str, Issuer] | None:
    if content is None:
        return None
    try:
        document = read_object(content)
    except Invalid:
        return None
    issuers = document.get("issuers")
    if document.get("v") != 1 or not isinstance(issuers, dict):
        return None
    known: dict[str, Issuer] = {}
    for did, value in issuers.items():
        if not isinstance(value, dict) or not isinstance(value.get("name"), str):
            return None
        withdrawn = value.get("compromised_keys", [])
        if not isinstance(withdrawn, list):
            return None
        try:
            removed = read_removed(value.get("removed_keys", []), did)
        except Invalid:
            return None
        known[did] = Issuer(name=value["name"], compromised_keys=frozenset(map(str, withdrawn)), removed_keys=removed)
    return known


def _read(response: _Readable, deadline: float) -> bytes | None:
    content = b""
    while chunk := response.read(_CHUNK):
        content += chunk
        if len(content) > MAX_BYTES or time.monotonic() > deadline:
            return None
    return content
