"""What happens with a response event that arrives: one published rule, as a table.

An event counts when it arrives in time or within the grace that covers a slow network. Later, until the
late window ends, it is *held*: kept, shown to the invigilator, and counted only when one says so with a
reason. After that it is refused. An event of an older writer (a device from which another one took over)
is held as long as events are taken at all. While an attempt is paused its clock stands: what arrives within
the grace after the pause began counts, what arrives later is held for as long as the pause lasts. Nothing is
dropped silently: every verdict but plain acceptance carries a reason, and the device keeps what was not
acknowledged.

The device's clock takes no part: only the instant of arrival at the server counts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from assessment.domain.errors import N_, Invalid
from assessment.domain.exams.attempt_states import AttemptState


@dataclass(frozen=True, kw_only=True, slots=True)
class LateRule:
    """How long after the deadline events count (`grace`) and are still held (`window`, at least `grace`).

    The same grace runs from the beginning of a pause.
    """

    grace: timedelta = timedelta(seconds=30)
    window: timedelta = timedelta(minutes=30)

    def __post_init__(self) -> None:
        if not timedelta(0) <= self.grace <= self.window:
            raise Invalid(
                N_("Expected a grace from 0 to the late window of %(window)s, got %(grace)s."),
                window=self.window,
                grace=self.grace,
            )

    def settled_at(self, deadline_at: datetime) -> datetime:
        """Return the instant after which no further event counts by itself, so that scoring may begin."""
        return deadline_at + self.grace

    def token_expires_at(self, deadline_at: datetime) -> datetime:
        """Return the instant at which the attempt's token ends."""
        return deadline_at + self.window


class Disposition(StrEnum):
    """What becomes of an event."""

    ACCEPTED = "accepted"
    HELD = "held"
    REFUSED = "refused"


class Reason(StrEnum):
    """Why an event was held or refused; stable codes on the wire."""

    NOT_STARTED = "not_started"
    PAUSED = "paused"
    LATE = "late"
    TOO_LATE = "too_late"
    AFTER_SUBMISSION = "after_submission"
    VOIDED = "voided"
    OLDER_WRITER = "older_writer"
    UNKNOWN_WRITER = "unknown_writer"


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What becomes of an event, and why unless it is simply accepted."""

    disposition: Disposition
    reason: Reason | None = None


class Phase(StrEnum):
    """Where the attempt stands at the instant of arrival."""

    NOT_STARTED = "not_started"
    OPEN = "open"
    PAUSED = "paused"
    LATE = "late"
    OVER = "over"
    SUBMITTED = "submitted"
    VOIDED = "voided"


class Writer(StrEnum):
    """Whose event it is, by its epoch against the attempt's."""

    CURRENT = "current"
    OLDER = "older"
    UNKNOWN = "unknown"


_ACCEPTED = Verdict(disposition=Disposition.ACCEPTED)


def _held(reason: Reason) -> Verdict:
    return Verdict(disposition=Disposition.HELD, reason=reason)


def _refused(reason: Reason) -> Verdict:
    return Verdict(disposition=Disposition.REFUSED, reason=reason)


RULE: Mapping[tuple[Phase, Writer], Verdict] = MappingProxyType(
    {
        (Phase.NOT_STARTED, Writer.CURRENT): _refused(Reason.NOT_STARTED),
        (Phase.NOT_STARTED, Writer.OLDER): _refused(Reason.NOT_STARTED),
        (Phase.NOT_STARTED, Writer.UNKNOWN): _refused(Reason.UNKNOWN_WRITER),
        (Phase.OPEN, Writer.CURRENT): _ACCEPTED,
        (Phase.OPEN, Writer.OLDER): _held(Reason.OLDER_WRITER),
        (Phase.OPEN, Writer.UNKNOWN): _refused(Reason.UNKNOWN_WRITER),
        (Phase.PAUSED, Writer.CURRENT): _held(Reason.PAUSED),
        (Phase.PAUSED, Writer.OLDER): _held(Reason.OLDER_WRITER),
        (Phase.PAUSED, Writer.UNKNOWN): _refused(Reason.UNKNOWN_WRITER),
        (Phase.LATE, Writer.CURRENT): _held(Reason.LATE),
        (Phase.LATE, Writer.OLDER): _held(Reason.OLDER_WRITER),
        (Phase.LATE, Writer.UNKNOWN): _refused(Reason.UNKNOWN_WRITER),
        (Phase.OVER, Writer.CURRENT): _refused(Reason.TOO_LATE),
        (Phase.OVER, Writer.OLDER): _refused(Reason.TOO_LATE),
        (Phase.OVER, Writer.UNKNOWN): _refused(Reason.UNKNOWN_WRITER),
        (Phase.SUBMITTED, Writer.CURRENT): _held(Reason.AFTER_SUBMISSION),
        (Phase.SUBMITTED, Writer.OLDER): _held(Reason.OLDER_WRITER),
        (Phase.SUBMITTED, Writer.UNKNOWN): _refused(Reason.UNKNOWN_WRITER),
        (Phase.VOIDED, Writer.CURRENT): _refused(Reason.VOIDED),
        (Phase.VOIDED, Writer.OLDER): _refused(Reason.VOIDED),
        (Phase.VOIDED, Writer.UNKNOWN): _refused(Reason.VOIDED),
    }
)


def phase(
    state: AttemptState,
    *,
    received_at: datetime,
    deadline_at: datetime | None,
    rule: LateRule,
    paused_at: datetime | None = None,
) -> Phase:
    """Return where an attempt stands at an instant.

    `deadline_at` is None until it has started; `paused_at` is set exactly while it is paused.
    """
    if state is AttemptState.VOIDED:
        return Phase.VOIDED
    if deadline_at is None or state in (
        AttemptState.PREPARED,
        AttemptState.CHECKED_IN,
        AttemptState.RELEASED,
    ):
        return Phase.NOT_STARTED
    if state is AttemptState.PAUSED:
        return Phase.OPEN if paused_at is not None and received_at <= paused_at + rule.grace else Phase.PAUSED
    if received_at > deadline_at + rule.window:
        return Phase.OVER
    if state is AttemptState.SUBMITTED:
        return Phase.SUBMITTED
    return Phase.OPEN if received_at <= deadline_at + rule.grace else Phase.LATE


def judge(
    state: AttemptState,
    *,
    received_at: datetime,
    deadline_at: datetime | None,
    event_epoch: int,
    attempt_epoch: int,
    rule: LateRule,
    paused_at: datetime | None = None,
) -> Verdict:
    """Return what becomes of an event that arrived at `received_at` (server's clock)."""
    if event_epoch == attempt_epoch:
        writer = Writer.CURRENT
    else:
        writer = Writer.OLDER if event_epoch < attempt_epoch else Writer.UNKNOWN
    found = phase(state, received_at=received_at, deadline_at=deadline_at, rule=rule, paused_at=paused_at)
    return RULE[found, writer]
