"""Observations on their way: what a sheet sends for every mark, and what the server keeps, format version 1.

The body is `{v: 1, observations: [{client, seq, criterion, mark, note, observed_at}]}`. `criterion` is the code
of a rubric criterion, `mark` a value as in `observation`, `observed_at` the device's own clock with its offset.
Each observation is judged by itself: a bad one never costs another its place. They are sealed at submission by
the receipt's hash.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from assessment.domain.errors import N_, Invalid
from assessment.domain.outbox import MAXIMUM_ID, Key, is_identifier, is_storable, read_body
from assessment.domain.practicals.observation import ObservedValue, to_json
from assessment.domain.practicals.observation import parse as parse_value
from assessment.domain.practicals.rubric import Marking

FORMAT_VERSION = 1

MAXIMUM_OBSERVATIONS = 500
# The column holds 32 bits on every database.
MAXIMUM_SEQ = 2**31 - 1
MAXIMUM_NOTE = 2_000

_FIELDS = frozenset({"client", "seq", "criterion", "mark", "note", "observed_at"})
_RECEIPT_PREFIX = b"teruji observations v1\n"


class Unfit(StrEnum):
    """Why an observation was not taken; stable codes on the wire."""

    NOT_AN_OBJECT = "not_an_object"
    MEMBERS = "bad_members"
    CLIENT = "bad_client"
    SEQ = "bad_seq"
    CRITERION = "unknown_criterion"
    MARK = "bad_mark"
    NOTE = "bad_note"
    TIME = "bad_observed_at"
    NOT_OPEN = "not_open"
    SUBMITTED = "submitted"


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """One observation as the device sent it; (client, seq) is its key within the practical."""

    client: str
    seq: int
    criterion: str
    value: ObservedValue
    note: str
    observed_at: datetime

    @property
    def key(self) -> Key:
        """The observation's key within its practical."""
        return (self.client, self.seq)


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """An observation that was not taken. `client` and `seq` are None where they could not be read.

    `said` tells the assessor what was expected, where the mark itself does not fit.
    """

    client: str | None
    seq: int | None
    reason: Unfit
    said: Invalid | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """The observations of one body in the order they were sent, and those that could not be taken."""

    sent: tuple[Sent, ...]
    refused: tuple[Refused, ...]


def parse(body: bytes) -> list[object]:
    """Return the entries of a body, unread.

    Raises Invalid when the body as a whole cannot be read: above 256 KiB, not JSON, another format version,
    no list of observations, or more than 500 of them.
    """
    value = read_body(body)
    version = value.get("v") if isinstance(value, dict) else type(value).__name__
    if version != FORMAT_VERSION or isinstance(version, bool):
        raise Invalid(N_("Expected observations of format version 1, got %(got)s."), got=version)
    entries = value.get("observations")
    if not isinstance(entries, list) or len(entries) > MAXIMUM_OBSERVATIONS:
        raise Invalid(
            N_("Expected a list of at most %(limit)s observations, got %(got)s."),
            limit=MAXIMUM_OBSERVATIONS,
            got=len(entries) if isinstance(entries, list) else type(entries).__name__,
        )
    return entries


def read(entries: Iterable[object], markings: Mapping[str, Marking]) -> Batch:
    """Read every entry against the rubric; `markings` maps a criterion's code to how it is marked."""
    sent: list[Sent] = []
    refused: list[Refused] = []
    for entry in entries:
        found = _read(entry, markings)
        if isinstance(found, Sent):
            sent.append(found)
        else:
            refused.append(found)
    return Batch(sent=tuple(sent), refused=tuple(refused))


def _read(entry: object, markings: Mapping[str, Marking]) -> Sent | Refused:
    fields = entry if isinstance(entry, dict) else {}
    client, seq = fields.get("client"), fields.get("seq")
    known_client = client if is_identifier(client) else None
    known_seq = seq if isinstance(seq, int) and not isinstance(seq, bool) and 0 <= seq <= MAXIMUM_SEQ else None
    said: Invalid | None = None
    value: ObservedValue | None = None
    observed_at: datetime | None = None
    reason: Unfit | None = None
    criterion, note = fields.get("criterion"), fields.get("note")
    if not isinstance(entry, dict):
        reason = Unfit.NOT_AN_OBJECT
    elif fields.keys() != _FIELDS:
        reason = Unfit.MEMBERS
    elif known_client is None:
        reason = Unfit.CLIENT
    elif known_seq is None:
        reason = Unfit.SEQ
    elif not isinstance(criterion, str) or criterion not in markings:
        reason = Unfit.CRITERION
    elif not isinstance(note, str) or len(note) > MAXIMUM_NOTE or not is_storable(note):
        reason = Unfit.NOTE
    elif (observed_at := _instant(fields["observed_at"])) is None:
        reason = Unfit.TIME
    else:
        try:
            value = parse_value(fields["mark"], markings[criterion])
        except Invalid as error:
            reason, said = Unfit.MARK, error
    if reason is None and known_client is not None and known_seq is not None and value and observed_at:
        return Sent(
            client=known_client,
            seq=known_seq,
            criterion=str(criterion),
            value=value,
            note=str(note).strip(),
            observed_at=observed_at,
        )
    return Refused(client=known_client, seq=known_seq, reason=reason or Unfit.MARK, said=said)


def _instant(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) and len(value) <= MAXIMUM_ID else None
        if moment is None or moment.tzinfo is None:
            return None
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if 2000 <= moment.year < 2200 else None


def canonical(sent: Sent) -> bytes:
    """Return the bytes of an observation: compact JSON with sorted members, UTF-8, with `v`.

    Two observations with the same key are the same exactly when these bytes are equal.
    """
    value = {
        "v": FORMAT_VERSION,
        "client": sent.client,
        "seq": sent.seq,
        "criterion": sent.criterion,
        "mark": to_json(sent.value),
        "note": sent.note,
        "observed_at": sent.observed_at.astimezone(UTC).isoformat(timespec="microseconds"),
    }
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def digest(sent: Sent) -> str:
    """Return the SHA-256 of an observation's canonical bytes, as 64 hexadecimal digits."""
    return hashlib.sha256(canonical(sent)).hexdigest()


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt:
    """What an assessor keeps after submitting.

    `marks`: rubric criteria with a mark; `observations`: all of them; `digest`: 64 hexadecimal digits.
    """

    v: int
    marks: int
    observations: int
    digest: str


def receipt(observations: Iterable[Sent]) -> Receipt:
    """Return the receipt of a practical's observations, given in the order in which they were taken.

    The digest is SHA-256 over the prefix "teruji observations v1" and a line feed, then the SHA-256 of each
    observation's canonical bytes, in the order given: the order decides which mark counts, so it is sealed.
    """
    taken = tuple(observations)
    whole = hashlib.sha256(_RECEIPT_PREFIX)
    for sent in taken:
        whole.update(hashlib.sha256(canonical(sent)).digest())
    return Receipt(
        v=FORMAT_VERSION,
        marks=len({sent.criterion for sent in taken}),
        observations=len(taken),
        digest=whole.hexdigest(),
    )
