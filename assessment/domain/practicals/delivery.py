"""Observations on their way: what a sheet sends for every mark, and what the server keeps.

The body is `{v: 1, device, events: [{client, seq, criterion, mark, note, observed_at, reason?, tool?}], unsent,
unsent_photos}`, or as older pages send it `{v: 1, observations: [{client, seq, criterion, mark, note,
observed_at}]}`. `criterion` is the code of a rubric criterion, `mark` a value as in `observation`, `observed_at`
the device's own clock with its offset, `reason` why a mark was changed, `tool` the id of the tool that a value was
measured with. Each observation is judged by itself: a
bad one never costs another its place. They are sealed at submission by the receipt's hash.

Which of an assessor's marks counts does not depend on the order in which they arrive (`in_order`), so that two
devices may come back to the network in any order.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

from assessment.domain.errors import N_, Invalid
from assessment.domain.outbox import MAXIMUM_ID, Key, is_identifier, is_storable, read_body
from assessment.domain.practicals.observation import Measurement, ObservedValue, to_json
from assessment.domain.practicals.observation import parse as parse_value
from assessment.domain.practicals.rubric import Marking

FORMAT_VERSION = 1

MAXIMUM_OBSERVATIONS = 500
# The column holds 32 bits on every database.
MAXIMUM_SEQ = 2**31 - 1
MAXIMUM_NOTE = 2_000
MAXIMUM_REASON = 500

# An observation with a reason is written in version 2 of its canonical form; one without stays as it always was.
WITH_REASON = 2
# One that was measured with a tool that the assessor chose in version 3.
WITH_TOOL = 3

_FIELDS = frozenset({"client", "seq", "criterion", "mark", "note", "observed_at"})
_RECEIPT_PREFIX = b"teruji observations v1\n"
_SHEET_PREFIX = b"teruji sheet v2\n"
SHEET_VERSION = 2


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
    REASON = "bad_reason"
    TOOL = "bad_tool"
    NOT_OPEN = "not_open"


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """One observation as the device sent it; (client, seq) is its key within the sheet.

    `device` is what the page calls its device; it is no part of what makes two observations the same, since an
    outbox may be sent again after the device was named anew.
    """

    client: str
    seq: int
    criterion: str
    value: ObservedValue
    note: str
    observed_at: datetime
    reason: str = ""
    device: str = ""
    tool: str = ""

    @property
    def key(self) -> Key:
        """The observation's key within its sheet."""
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Body:
    """The entries of a body, unread, and what the page calls its device ("" where it does not say)."""

    device: str
    entries: tuple[object, ...]


def parse(body: bytes) -> Body:
    """Return what is in a body.

    Raises Invalid when it cannot be read as a whole: above 256 KiB, not JSON, another format version, no list of
    observations, or more than 500 of them.
    """
    return parse_value_of(read_body(body), most=MAXIMUM_OBSERVATIONS)


def parse_value_of(value: object, *, most: int) -> Body:
    """Return what is in a body that was read as JSON already. Raises Invalid as `parse` does."""
    version = value.get("v") if isinstance(value, dict) else type(value).__name__
    if not isinstance(value, dict) or version != FORMAT_VERSION or isinstance(version, bool):
        raise Invalid(N_("Expected observations of format version 1, got %(got)s."), got=version)
    entries = value.get("events", value.get("observations"))
    if not isinstance(entries, list) or len(entries) > most:
        raise Invalid(
            N_("Expected a list of at most %(limit)s observations, got %(got)s."),
            limit=most,
            got=len(entries) if isinstance(entries, list) else type(entries).__name__,
        )
    device = value.get("device", "")
    if device != "" and not is_identifier(device):
        raise Invalid(N_("Expected the device as a short name of letters and digits, got something else."))
    return Body(device=device, entries=tuple(entries))


def read(entries: Iterable[object], markings: Mapping[str, Marking], *, device: str = "") -> Batch:
    """Read every entry against the rubric; `markings` maps a criterion's code to how it is marked."""
    sent: list[Sent] = []
    refused: list[Refused] = []
    for entry in entries:
        found = _read(entry, markings)
        if isinstance(found, Sent):
            sent.append(replace(found, device=device))
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
    criterion, note, why = fields.get("criterion"), fields.get("note"), fields.get("reason", "")
    tool = fields.get("tool", "")
    if not isinstance(entry, dict):
        reason = Unfit.NOT_AN_OBJECT
    elif fields.keys() - {"reason", "tool"} != _FIELDS:
        reason = Unfit.MEMBERS
    elif known_client is None:
        reason = Unfit.CLIENT
    elif known_seq is None:
        reason = Unfit.SEQ
    elif not isinstance(criterion, str) or criterion not in markings:
        reason = Unfit.CRITERION
    elif not isinstance(note, str) or len(note) > MAXIMUM_NOTE or not is_storable(note):
        reason = Unfit.NOTE
    elif not isinstance(why, str) or len(why) > MAXIMUM_REASON or not is_storable(why):
        reason = Unfit.REASON
    elif tool != "" and not is_identifier(tool):
        reason = Unfit.TOOL
    elif (observed_at := instant(fields["observed_at"])) is None:
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
            reason=str(why).strip(),
            # Only what is measured is made with a tool.
            tool=str(tool) if isinstance(value, Measurement) else "",
        )
    return Refused(client=known_client, seq=known_seq, reason=reason or Unfit.MARK, said=said)


def instant(value: object) -> datetime | None:
    """Read a moment with its zone, in the years 2000 to 2199; None for anything else."""
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
    if sent.reason:
        value |= {"v": WITH_REASON, "reason": sent.reason}
    if sent.tool:
        value |= {"v": WITH_TOOL, "tool": sent.tool}
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def digest(sent: Sent) -> str:
    """Return the SHA-256 of an observation's canonical bytes, as 64 hexadecimal digits."""
    return hashlib.sha256(canonical(sent)).hexdigest()


def in_order(observations: Iterable[Sent]) -> list[Sent]:
    """Return one assessor's observations in the order in which they count, whatever the order they came in.

    A device counts its own observations, so that its order holds however its clock was set; between devices the
    clock decides. An observation is therefore as late as the latest clock that its device had shown by then.
    What came under a key that was taken (`outbox.second_client`) stands beside the one that has the key.
    """
    latest: dict[str, datetime] = {}
    placed = []
    for sent in sorted(observations, key=_counted):
        client = _home(sent)[0]
        latest[client] = max(sent.observed_at, latest.get(client, sent.observed_at))
        placed.append(((latest[client], *_counted(sent)), sent))
    return [sent for _place, sent in sorted(placed, key=lambda each: each[0])]


def _home(sent: Sent) -> Key:
    """Return the key under which the device sent an observation."""
    client, tilde, seq = sent.client.partition("~")
    return (client, int(seq)) if tilde else sent.key


def _counted(sent: Sent) -> tuple[str, int, datetime, bytes]:
    home = _home(sent)
    return (*home, sent.observed_at, canonical(replace(sent, client=home[0], seq=home[1])))


@dataclass(frozen=True, kw_only=True, slots=True)
class SentPhoto:
    """A photo as the device announced it: `digest` and `size` (bytes) of the file before the server touched it."""

    client: str
    seq: int
    criterion: str
    kind: str
    digest: str
    size: int
    taken_at: datetime
    device: str = ""

    @property
    def key(self) -> Key:
        """The photo's key within its sheet."""
        return (self.client, self.seq)


def canonical_photo(photo: SentPhoto) -> bytes:
    """Return the bytes of an announced photo: compact JSON with sorted members, UTF-8, with `v`."""
    value = {
        "v": FORMAT_VERSION,
        "client": photo.client,
        "seq": photo.seq,
        "criterion": photo.criterion,
        "kind": photo.kind,
        "sha256": photo.digest,
        "size": photo.size,
        "taken_at": photo.taken_at.astimezone(UTC).isoformat(timespec="microseconds"),
    }
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt:
    """What an assessor keeps after submitting.

    `marks`: rubric criteria with a mark; `observations`, `photos`: all of them; `digest`: 64 hexadecimal digits.
    """

    v: int
    marks: int
    observations: int
    digest: str
    photos: int = 0


def receipt(observations: Iterable[Sent]) -> Receipt:
    """Return the receipt of version 1: a practical's observations, given in the order in which they were taken.

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


def sheet_receipt(observations: Iterable[Sent], photos: Iterable[SentPhoto]) -> Receipt:
    """Return the receipt of version 2: one assessor's observations with their devices, and the photos announced.

    The digest is SHA-256 over the prefix "teruji sheet v2" and a line feed, then for each observation, in the
    order in which they count, the SHA-256 of its canonical bytes, a line feed and the device's name, then for
    each photo, by client and seq, the SHA-256 of its canonical bytes.
    """
    taken = in_order(observations)
    pictures = sorted(photos, key=lambda photo: (photo.client, photo.seq))
    whole = hashlib.sha256(_SHEET_PREFIX)
    for sent in taken:
        whole.update(hashlib.sha256(canonical(sent) + b"\n" + sent.device.encode()).digest())
    for photo in pictures:
        whole.update(hashlib.sha256(canonical_photo(photo)).digest())
    return Receipt(
        v=SHEET_VERSION,
        marks=len({sent.criterion for sent in taken}),
        observations=len(taken),
        photos=len(pictures),
        digest=whole.hexdigest(),
    )
