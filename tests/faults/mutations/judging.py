"""What counts as accepted: an answer "valid" to a document that does not say what the genuine one says.

A mutation can leave a document what it was: other white space, members in another order, a code typed with spaces.
Such a one is *still the genuine document*. That is not taken from the verifier's word: the document is read here by
other means than the verifier's, and all that the verifier read from it must be what it reads from the genuine one.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from assessment.domain.credentials.facts import Facts
from assessment.domain.credentials.verdict import Verification
from tests.faults.mutations import codes, jsons, lists, pdfs, presentations, proofs, tokens
from tests.faults.mutations.codes import folded

NEVER_SAME = "non-canonical base64"


def meaning(kind: str, content: bytes, place: str = "") -> object:
    """Return what a document says, so that two that say the same are equal. Raises ValueError when it says nothing."""
    if kind in (jsons.KIND, lists.KIND):
        return normal(json.loads(content.decode("utf-8-sig")))
    if kind == presentations.KIND:
        document = json.loads(content.decode("utf-8-sig"))
        contexts = document["@context"] if isinstance(document["@context"], list) else [document["@context"]]
        # The first context is protected: one behind it cannot give its words another meaning (JSON-LD 1.1, 4.1.11).
        return normal({**document, "@context": contexts[:1]})
    if kind == tokens.JWT:
        return content.decode().strip()
    if kind == tokens.SD_JWT:
        token, *disclosures = content.decode().strip().split("~")
        return token, frozenset(disclosures[:-1])
    if kind == codes.TEXT:
        return folded(content.decode())
    if kind == proofs.KIND:
        return proofs.meaning_of(content)
    return content


def normal(node: Any, name: str = "") -> Any:
    """Return JSON without what has no meaning: the order of lists other than contexts and allowed values."""
    if isinstance(node, dict):
        return {key: normal(value, key) for key, value in node.items()}
    if isinstance(node, list):
        each = [normal(value) for value in node]
        ordered = name in ("@context", "allowedValue")
        each = each if ordered else sorted(each, key=lambda value: json.dumps(value, sort_keys=True))
        return each[0] if len(each) == 1 and not ordered else each
    return node


def says_the_same(kind: str, way: str, content: bytes, genuine: bytes) -> bool:
    """Say whether a changed document still says what the genuine one says, read by other means than the verifier's."""
    if way == NEVER_SAME:
        return False
    try:
        ours, theirs = meaning(kind, genuine), meaning(kind, content)
    except (ValueError, KeyError, TypeError, RecursionError):
        return False
    if kind == tokens.SD_JWT:
        assert isinstance(ours, tuple)
        assert isinstance(theirs, tuple)
        return bool(ours[0] == theirs[0] and theirs[1] <= ours[1])
    if kind == codes.TEXT:
        assert isinstance(ours, tuple)
        assert isinstance(theirs, tuple)
        return ours[1] == theirs[1] and theirs[0] in (ours[0], "")
    return ours == theirs


def reads_the_same(found: Verification, genuine: Verification) -> bool:
    """Say whether everything that the verifier read from one document is what it reads from the other.

    Of a token that shows parts, every part that is shown must be one of the genuine token's.
    """
    ours, theirs = (
        (_unordered(each.facts), each.payload, each.clocks, each.issuer, each.issuer_name) for each in (genuine, found)
    )
    return ours == theirs and _is_part_of(found.disclosed, genuine.disclosed)


def _unordered(facts: Facts | None) -> Facts | None:
    """Return facts without the order of their status entries, which stand in the document's own."""
    return None if facts is None else replace(facts, statuses=tuple(sorted(facts.statuses, key=str)))


def _is_part_of(some: Mapping[str, object] | None, whole: Mapping[str, object] | None) -> bool:
    if some is None or whole is None:
        return some is whole
    for name, value in some.items():
        known = whole.get(name)
        if name == "results" and isinstance(value, list) and isinstance(known, list):
            if not all(each in known for each in value):
                return False
        elif value != known:
            return False
    return True


def genuine_file(kind: str, folder: Path, place: str) -> bytes:
    """Return the genuine document of a kind."""
    if kind == lists.KIND:
        return (folder / "site" / "status" / place).read_bytes()
    name = {
        jsons.KIND: "json",
        tokens.JWT: "jwt",
        tokens.SD_JWT: "sd_jwt",
        codes.TEXT: "code",
        codes.PICTURE: "picture",
        pdfs.KIND: "pdf",
        proofs.KIND: "proof",
        presentations.KIND: "presentation",
    }[kind]
    return (folder / name).read_bytes()
