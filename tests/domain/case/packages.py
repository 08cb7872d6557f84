"""Valid CASE packages; a test overrides only what matters."""

import json
from typing import Any

BASE = "https://standards.example/ims/case/v1p1"
CHANGED = "2026-01-15T00:00:00+00:00"
DOCUMENT = "d0c"


def link(identifier: str, title: str = "") -> dict[str, str]:
    """A LinkURI."""
    return {"title": title or identifier, "identifier": identifier, "uri": f"{BASE}/CFItems/{identifier}"}


def item(identifier: str, statement: str = "", **fields: Any) -> dict[str, Any]:
    """A CFItem; a field that is None is left out."""
    whole = {
        "identifier": identifier,
        "uri": f"{BASE}/CFItems/{identifier}",
        "fullStatement": statement or f"Statement {identifier}",
        "lastChangeDateTime": CHANGED,
    } | fields
    return {name: value for name, value in whole.items() if value is not None}


def association(origin: str, kind: str, destination: str, **fields: Any) -> dict[str, Any]:
    """A CFAssociation."""
    identifier = f"{origin}-{kind}-{destination}"
    return {
        "identifier": identifier,
        "uri": f"{BASE}/CFAssociations/{identifier}",
        "associationType": kind,
        "originNodeURI": link(origin),
        "destinationNodeURI": link(destination),
        "lastChangeDateTime": CHANGED,
    } | fields


def child(origin: str, destination: str = DOCUMENT, number: float | None = None) -> dict[str, Any]:
    """An isChildOf, with a sequence number if given."""
    return association(origin, "isChildOf", destination, **({} if number is None else {"sequenceNumber": number}))


def package(items: list[Any], associations: list[Any], **document: Any) -> dict[str, Any]:
    """A package in Indonesian; a document field that is None is left out."""
    whole = {
        "identifier": DOCUMENT,
        "uri": f"{BASE}/CFDocuments/{DOCUMENT}",
        "creator": "Teruji",
        "title": "Standar contoh",
        "language": "id",
        "lastChangeDateTime": CHANGED,
        "CFPackageURI": link("pkg"),
    } | document
    return {
        "CFDocument": {name: value for name, value in whole.items() if value is not None},
        "CFItems": items,
        "CFAssociations": associations,
    }


def content(value: object) -> bytes:
    """The bytes of a package."""
    return json.dumps(value).encode()
