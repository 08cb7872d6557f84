"""The bits of certificates in the status lists that are signed at present: each list is believed once a process.

A list is signed anew every half hour and says the same of nearly every certificate; its signature, its issuer and its
age are looked at when it is first asked about.
"""

import threading
from contextlib import suppress
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
        if any(_key(place) not in self._lists for place in stand.places):
            self._read(stand)
        found = [self._lists.get(_key(place)) for place in stand.places]
        said = [
            (each.bits.is_set(place.position), each.since)
            for place, each in zip(stand.places, found, strict=True)
            if each is not None and each.is_fresh(now) and now < place.valid_until
        ]
        return said if len(said) == len(stand.places) else None

    def learn(self, did: str, stand: Stand, sources: Sources) -> None:
        """Read the lists of a certificate's places out of what was looked up, where they are not known yet.

        One that was signed anew since its place was looked up is as good: it is the newer one.
        """
        found: dict[Key, SignedList] = {}
        for place in stand.places:
            url = f"{origin_of(did)}/status/{place.list}"
            content = sources.status_lists.get(url)
            if content is not None and _key(place) not in self._lists:
                with suppress(Invalid):
                    found[_key(place)] = signed_list(did, place.purpose, url, content, sources)
        with self._turn:
            kept = {} if len(self._lists) >= MOST_LISTS else self._lists
            self._lists = {**kept, **found}

    def _read(self, stand: Stand) -> None:
        with self._app.app_context(), reading() as session:
            stored = stored_lists(session, stand.body_id, [place.list for place in stand.places])
            did = issuer_did(session, stand.body_id)
            registry, documents = issuers_with_keys(session)
        lists = {f"{origin_of(did)}/status/{name}": write_object(document) for name, (document, *_) in stored.items()}
        own = {did: write_object(documents[did])}
        self.learn(did, stand, Sources(registry=registry, did_documents=own, status_lists=lists))


def _key(place: Place) -> Key:
    return place.list, place.signed_at
