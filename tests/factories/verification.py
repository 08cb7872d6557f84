"""Signed certificates in the records of a site, in every state, without the signer: the test holds the body's key."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.accounts.duties import take_side
from assessment.accounts.ids import new_id
from assessment.accounts.persons import erase_person, record_document, sealer
from assessment.accounts.sealing import wrapped_key
from assessment.accounts.tables import Installation, Party
from assessment.certification.tables import Choice, Decision, Meeting, MeetingCase, MeetingMember, Vote
from assessment.credentials.canonical_bytes import canonical_row
from assessment.credentials.tables import (
    Credential,
    CredentialIntent,
    IssuerKey,
    Release,
    StatusList,
    StatusListDocument,
    StatusPurpose,
    StatusSlot,
)
from assessment.domain.certification.duties import Side
from assessment.domain.credentials import status_list as lists
from assessment.domain.credentials.achievement import Recipient, StatusEntry, validity_of_days
from assessment.domain.credentials.build import build_credential
from assessment.domain.credentials.did_web import VerificationKey, did_document, web_did
from assessment.domain.credentials.json_text import digest, write_object
from assessment.domain.credentials.mrz_name import mrz_name
from assessment.domain.credentials.multibase import encode_multikey
from assessment.domain.credentials.proof import add_proof
from assessment.domain.credentials.qr_payload import Payload, code_segments, fitting, sign_payload
from assessment.domain.ids import ALPHABET
from assessment.schemes.tables import SchemeScope
from tests.domain.credentials.certificates import OTHER_KEY, PRIVATE_KEY, PROOFS, PUBLIC_KEY, SCHEME
from tests.factories.accounts import make_body, make_person
from tests.factories.competency import make_application, make_scheme
from tests.factories.visitors import writing_on
from tests.fixtures.sites import Site

NOW = datetime(2026, 12, 1, 3, 0, tzinfo=UTC)
JAKARTA = timezone(timedelta(hours=7))
DECIDED, UNTIL = date(2026, 3, 14), date(2029, 3, 13)
BIRTH_DATE = date(1999, 5, 17)
PASSPORT = "X1234567"
# In the headers of who says to have something already: the page is drawn, and not kept.
DRAWN_ANEW = {"If-None-Match": '"nothing"'}
KEY_ID = "2026"

# What each state of a certificate needs; an erased one has no document, an unknown one no record.
STATES: Mapping[str, Mapping[str, Any]] = {
    "valid": {},
    "expired": {"decided": date(2023, 3, 14), "until": date(2026, 3, 13)},
    "suspended": {"marked": {"suspension"}},
    "revoked": {"marked": {"revocation"}},
    "superseded": {"superseded": True},
    "not_yet_valid": {"decided": date(2027, 1, 5), "until": date(2030, 1, 4)},
    "cannot_check": {"listed": False},
    "forged": {"forged": True},
    "erased": {"erased": True},
}


@dataclass(frozen=True, kw_only=True)
class Made:
    """A certificate: its document, its code's text, and where its body's public files are to be had."""

    public_id: str
    person_id: str
    number: str
    document: dict[str, Any]
    code: str
    did: str

    @property
    def content(self) -> bytes:
        """The file that the holder has."""
        return write_object(self.document)

    @property
    def digits(self) -> str:
        """What stands behind # in the address."""
        return self.code.partition("#")[2]


@dataclass(frozen=True, kw_only=True)
class House:
    """A body on a site with one key, one scheme and two lists; certificates are made one after another."""

    site: Site
    body_id: str
    did: str
    scheme: Any
    key_id: str
    marks: dict[str, set[int]]

    def make(
        self,
        *,
        name: str = "Siti Contoh",
        decided: date = DECIDED,
        until: date = UNTIL,
        marked: frozenset[str] | set[str] = frozenset(),
        superseded: bool = False,
        listed: bool = True,
        forged: bool = False,
        erased: bool = False,
        document: Callable[[dict[str, Any]], dict[str, Any]] = dict,
        trained: bool = False,
    ) -> Made:
        """Make one certificate in the wanted state."""
        with writing_on(self.site, body_id=self.body_id) as session:
            position = 1000 + 7 * len(self.marks["taken"])
            self.marks["taken"].add(position)
            place = position if listed else position + lists.LIST_BITS  # of a list that nobody published
            made = self._write(session, name, decided, until, place, forged, document, None)
            if superseded:
                self._write(session, name, decided, until, position + 1, False, document, made.public_id)
            for purpose in marked:
                self.marks[purpose].add(position)
            self._publish(session)
            if trained:
                trainer = make_person(session, self.body_id, "Pelatih Misal")
                application_id = session.get_one(CredentialIntent, (self.body_id, made.public_id)).application_id
                take_side(session, self.body_id, application_id, trainer, Side.TRAINER, now=NOW)
            if erased:
                erase_person(session, self.body_id, made.person_id, now=NOW)
        return made

    def mark(self, purpose: str, made: Made) -> None:
        """Set a status of a certificate in the list that is published."""
        with writing_on(self.site, body_id=self.body_id) as session:
            place = StatusSlot.credential_intent_id == made.public_id
            position = session.scalars(select(StatusSlot.position).where(place)).first()
            assert position is not None
            self.marks[purpose].add(position)
            self._publish(session, since=NOW - timedelta(minutes=4))

    def list_anew(self, since: datetime) -> None:
        """Sign the lists again, saying the same."""
        with writing_on(self.site, body_id=self.body_id) as session:
            self._publish(session, since=since)

    def succeed(self, made: Made) -> None:
        """Issue a successor of a certificate."""
        with writing_on(self.site, body_id=self.body_id) as session:
            self.marks["taken"].add(1)
            self._write(session, "Siti Contoh", DECIDED, UNTIL, 50_000, False, dict, made.public_id)

    def erase(self, made: Made) -> None:
        """Erase the holder of a certificate."""
        with writing_on(self.site, body_id=self.body_id) as session:
            erase_person(session, self.body_id, made.person_id, now=NOW)

    def published(self, folder: Path) -> Path:
        """Write the body's public files, as `teruji publish` does."""
        with self.site.app.app_context(), writing_on(self.site) as session:
            stored = {
                each.status_list_id: write_object(each.document) for each in session.query(StatusListDocument).all()
            }
        publish_folder(folder, self.did, "LSP Contoh las", stored)
        return folder

    def _write(
        self,
        session: Session,
        name: str,
        decided: date,
        until: date,
        position: int,
        forged: bool,
        change: Callable[[dict[str, Any]], dict[str, Any]],
        predecessor: str | None,
    ) -> Made:
        public_id = "".join(ALPHABET[byte % 32] for byte in sha256(b"%d" % position).digest()[:16])
        number = f"LAS-2026-{position:06}"
        person_id = make_person(session, self.body_id, name, birth_date=BIRTH_DATE)
        if position == 1000:
            record_document(
                session,
                self.body_id,
                person_id,
                kind="passport",
                number=PASSPORT,
                valid_until=date(2031, 1, 1),
                seen_by=None,
                now=NOW,
            )
        application_id, _ = make_application(session, self.body_id, self.scheme, person_id=person_id)
        decision_id = decide(session, self.body_id, application_id, decided, number)
        document = change(self._document(public_id, number, name, decided, until, position))
        signed = add_proof(
            document,
            verification_method=self.key_id,
            created=NOW,
            sign=(OTHER_KEY if forged else PRIVATE_KEY).sign,
        )
        _store(session, self.body_id, public_id, number, person_id, application_id, decision_id, signed, predecessor)
        for purpose in StatusPurpose:
            session.add(
                StatusSlot(
                    body_id=self.body_id,
                    status_list_id=f"{self.body_id}-{purpose}-0",
                    position=position % lists.LIST_BITS,
                    credential_intent_id=public_id,
                )
            )
        session.flush()
        return Made(
            public_id=public_id,
            person_id=person_id,
            number=number,
            document=signed,
            code=self._code(public_id, name, decided, until, position, signed),
            did=self.did,
        )

    def _document(
        self, public_id: str, number: str, name: str, decided: date, until: date, position: int
    ) -> dict[str, Any]:
        origin = self.site.base_url
        return build_credential(
            id=f"{origin}/v/{public_id}",
            number=number,
            title="Rekaman Uji / Record of assessment",
            description="Exam and practical in Jakarta.",
            issuer=self.did,
            issuer_name="LSP Contoh las",
            achievement=replace(SCHEME, id=f"{origin}/b/las/schemes/LAS-SMAW-3G/1"),
            recipient=Recipient(name=name),
            proofs=PROOFS,
            validity=validity_of_days(decided, until, JAKARTA),
            statuses=[StatusEntry(purpose=purpose, index=position) for purpose in lists.StatusPurpose],
            not_iso_9606=True,
        )

    def _code(
        self, public_id: str, name: str, decided: date, until: date, position: int, document: dict[str, Any]
    ) -> str:
        payload = Payload(
            issuer=self.did,
            public_id=public_id,
            name=mrz_name(name),
            birth_year=BIRTH_DATE.year,
            scheme_code=SCHEME.code,
            first_day=decided,
            last_day=until,
            offset=timedelta(hours=7),
            revocation_index=position,
            suspension_index=position,
            digest=digest(document)[:16],
        )
        digits = sign_payload(fitting(payload, key_id=self.key_id), key_id=self.key_id, sign=PRIVATE_KEY.sign)
        return "".join(code_segments(self.did, public_id, digits))

    def _publish(self, session: Session, since: datetime = NOW - timedelta(minutes=5)) -> None:
        for purpose in lists.StatusPurpose:
            document = signed_list(self.did, self.key_id, purpose, self.marks[purpose], since)
            session.merge(
                StatusListDocument(
                    body_id=self.body_id,
                    status_list_id=f"{self.body_id}-{purpose}-0",
                    document=document,
                    signed_at=since,
                    valid_until=since + timedelta(hours=12),
                )
            )
        session.flush()


def open_house(site: Site, *, party: Party = Party.P3, demo: bool = False) -> House:
    """Put a body with a key, a scheme and two empty status lists on a site, and set the site's clock."""
    site.app.extensions["clock"] = lambda: NOW
    did = web_did(site.base_url, "las")
    with writing_on(site) as session:
        make_body(session, "las", party=party)
        session.add(Installation(id=1, demo=demo, origin=site.base_url, created_at=NOW))
        scheme = make_scheme(session, "las")
        session.add_all(
            SchemeScope(body_id="las", scheme_version_id=scheme.scheme_version_id, name=name, value=value)
            for name, value in (("process", "SMAW (111)"), ("position", "3G / PF"))
        )
        session.add(
            IssuerKey(body_id="las", id=KEY_ID, multibase=encode_multikey(PUBLIC_KEY), year=2026, opened_at=NOW)
        )
        session.add_all(
            StatusList(body_id="las", id=f"las-{purpose}-0", purpose=purpose, length=lists.LIST_BITS, created_at=NOW)
            for purpose in StatusPurpose
        )
        session.flush()
    marks: dict[str, set[int]] = {"taken": set(), "revocation": set(), "suspension": set()}
    return House(site=site, body_id="las", did=did, scheme=scheme, key_id=f"{did}#{KEY_ID}", marks=marks)


def signed_list(
    did: str,
    key_id: str,
    purpose: lists.StatusPurpose,
    marked: set[int],
    since: datetime = NOW - timedelta(minutes=5),
) -> dict[str, Any]:
    """A status list for twelve hours, signed five minutes ago."""
    return add_proof(
        lists.status_list_credential(
            issuer=did,
            purpose=purpose,
            bits=lists.status_list(marked),
            valid_from=since,
            valid_until=since + timedelta(hours=12),
        ),
        verification_method=key_id,
        created=since,
        sign=PRIVATE_KEY.sign,
    )


def publish_folder(folder: Path, did: str, name: str, status: Mapping[str, bytes]) -> None:
    """Write the public files of one body."""
    keys = did_document(did, [VerificationKey(id=f"{did}#{KEY_ID}", public_key=PUBLIC_KEY)])
    register = {"v": 1, "issuers": {did: {"name": name, "compromised_keys": []}}}
    files = {
        "issuers.json": write_object(register),
        f"b/{did.rpartition(':')[2]}/did.json": write_object(keys),
        **{f"status/{list_name}": content for list_name, content in status.items()},
    }
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)


def decide(session: Session, body_id: str, application_id: str, decided: date, number: str) -> str:
    at = datetime.combine(decided, datetime.min.time(), JAKARTA)
    people = [make_person(session, body_id, f"Anggota {place}") for place in range(4)]
    meeting = Meeting(body_id=body_id, id=new_id(), number=f"RP-{number}", opened_at=at, opened_by=people[0])
    session.add(meeting)
    session.flush()
    session.add(MeetingCase(body_id=body_id, meeting_id=meeting.id, application_id=application_id, added_at=at))
    for place, person_id in enumerate(people[:3]):
        take_side(session, body_id, application_id, person_id, Side.DECIDER, now=at)
        session.add(
            MeetingMember(
                body_id=body_id, meeting_id=meeting.id, person_id=person_id, outside=place == 0, present_at=at
            )
        )
    session.flush()
    session.add_all(
        Vote(
            body_id=body_id,
            meeting_id=meeting.id,
            application_id=application_id,
            person_id=person_id,
            choice=Choice.COMPETENT,
            reason="",
            at=at,
        )
        for person_id in people[:3]
    )
    decision = Decision(
        body_id=body_id,
        id=new_id(),
        meeting_id=meeting.id,
        application_id=application_id,
        person_id=people[0],
        outcome=Choice.COMPETENT,
        reason="",
        votes_for=3,
        votes_against=0,
        decided_on=decided,
        decided_at=at,
    )
    session.add(decision)
    session.flush()
    take_side(session, body_id, application_id, people[3], Side.RELEASER, now=at)
    session.add(
        Release(
            body_id=body_id,
            decision_id=decision.id,
            application_id=application_id,
            person_id=people[3],
            released_at=at,
        )
    )
    session.flush()
    return decision.id


def _store(
    session: Session,
    body_id: str,
    public_id: str,
    number: str,
    person_id: str,
    application_id: str,
    decision_id: str,
    signed: dict[str, Any],
    predecessor: str | None,
) -> None:
    content = write_object(signed)
    session.add(
        CredentialIntent(
            body_id=body_id,
            id=public_id,
            number=number,
            application_id=application_id,
            decision_id=decision_id,
            person_id=person_id,
            decided_on=DECIDED,
            valid_until_on=UNTIL,
            starts_at=NOW,
            expires_at=NOW,
            successor_of=predecessor,
            intended_at=NOW,
        )
    )
    session.flush()
    wrapped = wrapped_key(session, body_id, person_id)
    assert wrapped is not None
    credential = Credential(
        body_id=body_id,
        id=public_id,
        person_id=person_id,
        key_id=KEY_ID,
        sealed=sealer().seal(wrapped, person_id, content),
        sealed_code=sealer().seal(wrapped, person_id, b"0"),
        sha256=sha256(content).hexdigest(),
        pdf_digest="",
        issued_at=NOW,
    )
    session.add(credential)
    session.flush()
    session.add(canonical_row(credential, wrapped, content))
    session.flush()
