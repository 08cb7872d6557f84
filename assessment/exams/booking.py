"""Booking codes: how a candidate without an account comes to one attempt, and to nothing else.

A code is ten letters and digits on a sheet of paper. The database keeps only a keyed digest; the installation's
secret makes the code from its id, so that a sheet can be printed again by those who may print it. A code is used
once, ends with the sitting, and opens a session that the gate keeps to the attempt; check-in and release by the
invigilator are needed as for everybody.
"""

import base64
import hmac
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.accounts.admitting import admit, revoke_admissions
from assessment.accounts.guessing import count_guess, guesses
from assessment.accounts.ids import new_id
from assessment.accounts.sealing import derive
from assessment.accounts.tables import Account
from assessment.domain.errors import N_, Conflict, NotAllowed, NotFound
from assessment.domain.exams.attempt_states import ENDED, AttemptState
from assessment.exams.tables import Attempt, Sitting
from assessment.exams.tables_room import BookingCode

LENGTH = 10
# A room of two hundred shares one address; only wrong codes are counted.
MOST_WRONG = 50

_ALPHABET = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "ABCDEFGHJKLMNPQRSTUVWXYZ23456789")


@dataclass(frozen=True, kw_only=True, slots=True)
class Booked:
    """A line of the sheet: whose attempt, the code in force if there is one, and whether an account exists."""

    attempt_id: str
    person_id: str
    state: AttemptState
    code: str | None
    used_at: datetime | None
    expires_at: datetime | None
    has_account: bool


def booking_key(secret: bytes) -> bytes:
    """Return the key under which codes are made and kept."""
    return derive(secret, "booking codes")


def code_of(key: bytes, booking_id: str) -> str:
    """Return the code of a booking: ten letters and digits, none that are taken for one another."""
    drawn = hmac.digest(key, b"code\n" + booking_id.encode(), sha256)
    return base64.b32encode(drawn)[:LENGTH].decode().translate(_ALPHABET)


def written(code: str) -> str:
    """Return a code as it is printed: two groups of five."""
    return f"{code[:5]}-{code[5:]}"


def digest_of(key: bytes, typed: str) -> str:
    """Return the keyed digest of a code as somebody typed it: small letters, spaces and dashes do not matter."""
    folded = "".join(letter for letter in typed.upper() if letter.isalnum())
    return hmac.new(key, b"digest\n" + folded.encode(), sha256).hexdigest()


def sheet(session: Session, key: bytes, body_id: str, sitting_id: str) -> list[Booked]:
    """Return every prepared attempt of a sitting with the newest code that was not withdrawn; two statements."""
    newest: dict[str, BookingCode] = {}
    for row in session.scalars(
        select(BookingCode)
        .join(Attempt, (Attempt.body_id == BookingCode.body_id) & (Attempt.id == BookingCode.attempt_id))
        .where(BookingCode.body_id == body_id, Attempt.sitting_id == sitting_id, BookingCode.withdrawn_at.is_(None))
        .order_by(BookingCode.made_at, BookingCode.id)
    ):
        newest[row.attempt_id] = row
    account = (
        select(Account.id)
        .where(Account.body_id == Attempt.body_id, Account.person_id == Attempt.person_id, Account.active)
        .correlate(Attempt)
        .exists()
    )
    lines = []
    for attempt_id, person_id, state, has_account in session.execute(
        select(Attempt.id, Attempt.person_id, Attempt.state, account.label("has_account")).where(
            Attempt.body_id == body_id, Attempt.sitting_id == sitting_id
        )
    ):
        booking = newest.get(attempt_id)
        lines.append(
            Booked(
                attempt_id=attempt_id,
                person_id=person_id,
                state=state,
                code=written(code_of(key, booking.id)) if booking is not None else None,
                used_at=booking.used_at if booking is not None else None,
                expires_at=booking.expires_at if booking is not None else None,
                has_account=bool(has_account),
            )
        )
    return lines


def make_codes(
    session: Session,
    key: bytes,
    body_id: str,
    sitting_id: str,
    attempt_ids: Collection[str],
    *,
    made_by: str | None,
    now: datetime,
) -> list[BookingCode]:
    """Make a new code for each of these attempts; an earlier code, and what was opened with it, ends.

    Raises NotFound when one is not of this sitting, and Conflict when the sitting is over for one of them.
    """
    sitting = session.get(Sitting, (body_id, sitting_id))
    wanted = set(attempt_ids)
    attempts = session.scalars(
        select(Attempt)
        .where(Attempt.body_id == body_id, Attempt.sitting_id == sitting_id, Attempt.id.in_(wanted))
        .order_by(Attempt.id)
        .with_for_update()
    ).all()
    if sitting is None or len(attempts) != len(wanted):
        raise NotFound(N_("There is no such attempt in this sitting."))
    made = []
    for attempt in attempts:
        expires_at = max(sitting.closes_at, attempt.deadline or sitting.closes_at)
        if now >= expires_at or attempt.state in ENDED | {AttemptState.VOIDED}:
            raise Conflict(N_("The sitting is over for this candidate; a code would open nothing."))
        _withdraw(session, attempt, now=now)
        booking_id = new_id()
        made.append(
            BookingCode(
                body_id=body_id,
                id=booking_id,
                attempt_id=attempt.id,
                digest=digest_of(key, code_of(key, booking_id)),
                made_by=made_by,
                made_at=now,
                expires_at=expires_at,
                used_at=None,
                withdrawn_at=None,
            )
        )
    session.add_all(made)
    session.flush()
    return made


def enter(session: Session, key: bytes, typed: str, *, address: str, device: str, now: datetime) -> tuple[str, str]:
    """Use a code up; returns the secret of the session that it opens, and the attempt that this is good for.

    Raises NotAllowed when there is no such code in force, it was used, or this address has typed too many wrong ones
    within 15 minutes. The sentence for a code that never was and one that has ended is the same.
    """
    if guesses(session, "booking code", address, now=now) >= MOST_WRONG:
        raise NotAllowed(N_("Too many tries. Wait a quarter of an hour and try again."))
    booking = session.scalar(select(BookingCode).where(BookingCode.digest == digest_of(key, typed)).with_for_update())
    if booking is None or booking.withdrawn_at is not None or now >= booking.expires_at:
        count_guess(session, "booking code", address, now=now)
        raise NotAllowed(N_("This code is not in force. Check each letter, or ask the invigilator."))
    if booking.used_at is not None:
        raise NotAllowed(N_("This code was used already. The invigilator can give you a new one."))
    booking.used_at = now
    attempt = session.get_one(Attempt, (booking.body_id, booking.attempt_id))
    secret = admit(session, booking.body_id, attempt.person_id, attempt.id, device=device, now=now)
    return secret, attempt.id


def _withdraw(session: Session, attempt: Attempt, *, now: datetime) -> None:
    for earlier in session.scalars(
        select(BookingCode).where(
            BookingCode.body_id == attempt.body_id,
            BookingCode.attempt_id == attempt.id,
            BookingCode.withdrawn_at.is_(None),
        )
    ):
        earlier.withdrawn_at = now
    revoke_admissions(session, attempt.body_id, attempt.id, now=now)
