"""The bits of certificates in the status lists that are signed at present: each list is believed once a process.

A list is signed anew every half hour and says the same of nearly every certificate; its signature, its issuer and its
age are looked at when it is first asked about.
"""

import threading
from datetime import datetime

from flask import Flask

from assessment.credentials.keys import issuer_did
from assessment.credentials.public import issuers_with_keys
from assessment.database import reading
from assessment.domain.credentials.did_web import origin_of
from assessment.domain.credentials.json_text import write_object
from assessment.domain.credentials.sources import Sources
from assessment.domain.credentials.status_check import SignedList, signed_list
from assessment.domain.errors import Invalid
from assessment.verification.queries import stored_lists
from assessment.verification.watched import Place, Stand

MOST_LISTS = 64  # of 16 KiB of bits each, and 2 MiB at most

Key = tuple[str, str]  # the list, and when it was signed


class ListedBits:
    """What was read of lists; safe for threads."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._lists: dict[Key, SignedList] = {}
        self._turn = threading.Lock()

    def of(self, stand: Stand, now: datetime) -> list[tuple[bool, datetime]] | None:
        """Return for each place of a certificate whether its bit is set, and of when the list is.

        None where a list is not to be relied on now, or is not there any more.
        """
        found = [self._list(stand.body_id, place) for place in stand.places]
        said = [
            (each.bits.is_set(place.position), each.since)
            for place, each in zip(stand.places, found, strict=True)
            if each is not None and each.is_fresh(now) and now < place.valid_until
        ]
        return said if len(said) == len(stand.places) else None

    def _list(self, body_id: str, place: Place) -> SignedList | None:
        key = place.list, place.signed_at
        held = self._lists.get(key)
        if held is None:
            held = self._read(body_id, place)
            if held is not None:
                with self._turn:
                    kept = {} if len(self._lists) >= MOST_LISTS else dict(self._lists)
                    self._lists = {**kept, key: held}
        return held

    def _read(self, body_id: str, place: Place) -> SignedList | None:
        """Read a list. One that was signed anew since the place was looked up is as good: it is the newer one."""
        with self._app.app_context(), reading() as session:
            stored = stored_lists(session, body_id, (place.list,)).get(place.list)
            if stored is None:
                return None
            did = issuer_did(session, body_id)
            registry, documents = issuers_with_keys(session)
            sources = Sources(registry=registry, did_documents={did: write_object(documents[did])})
            try:
                return signed_list(
                    did, place.purpose, f"{origin_of(did)}/status/{place.list}", write_object(stored[0]), sources
                )
            except Invalid:
                return None
