"""Confirmation at the end of a practical: the assessor what they submitted, the candidate that it took place.

Each sheet is confirmed on its own tablet, so that no assessor learns from it how far another one is. Who confirms draws
a signature, which is kept sealed under their own key, or types their name with something that only they know: the
assessor the password, the candidate the last characters of the document that was seen at the check-in. What is said is
only ever added to; a candidate who says nothing, or disagrees, stops nothing.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assessment.accounts.guessing import guesses
from assessment.accounts.persons import documents_of, name_of, sealer
from assessment.accounts.sealing import Erased, wrapped_key
from assessment.accounts.sign_in import password_fits
from assessment.accounts.tables import Account, CheckIn, Occasion
from assessment.audit.recording import because
from assessment.domain.errors import N_, Conflict, Invalid, NotAllowed, NotFound
from assessment.domain.outbox import is_storable
from assessment.domain.practicals import signature
from assessment.domain.practicals.practical_states import SheetState
from assessment.practicals.sheets import own_sheet
from assessment.practicals.tables import Practical
from assessment.practicals.tables_ending import CandidateConfirmation, CandidateSays, SheetConfirmation, Way
from assessment.practicals.tables_photos import WorkPhoto
from assessment.practicals.tables_sheets import Sheet, SheetSeal
from assessment.storage import Storage
from assessment.web.actor import Actor

FORMAT_VERSION = 1
LONGEST_REMARK = 1_000
MOST_ENTRIES = 20
MOST_TRIES = 6
LAST_CHARACTERS = 4
GUESS = "confirm a practical"
"""Under which tries to confirm are counted, each by person and practical."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Confirmed:
    """How somebody confirmed, proved before a lock is taken; `signature` names a sealed drawing in the store."""

    way: Way
    signature: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Ended:
    """What was confirmed of one sheet. `says` None: the candidate was not asked yet."""

    assessor_id: str
    confirmations: tuple[SheetConfirmation, ...]
    said: tuple[CandidateConfirmation, ...]

    @property
    def newest(self) -> CandidateConfirmation | None:
        """What the candidate said last."""
        return self.said[-1] if self.said else None


def by_hand(session: Session, storage: Storage, body_id: str, person_id: str, drawing: str) -> Confirmed:
    """Keep a drawn signature under its person's key. Raises Invalid for what is none, Conflict for an erased person."""
    picture = signature.read(drawing)
    try:
        sealed = sealer().seal(wrapped_key(session, body_id, person_id), person_id, picture.encode())
    except Erased as error:
        raise Conflict(N_("The data of this person were erased; nothing can be signed.")) from error
    return Confirmed(way=Way.DRAWN, signature=storage.put(sealed))


def by_password(session: Session, actor: Actor, practical_id: str, *, name: str, password: str, now: datetime) -> bool:
    """Say whether an assessor typed their own name and password; slow, reads only.

    Raises NotAllowed after too many tries, and Invalid for another name.
    """
    _require_tries(session, actor.person_id, practical_id, now)
    _require_name(session, actor.body_id, actor.person_id, name)
    hashed = session.scalar(
        select(Account.password_hash).where(Account.body_id == actor.body_id, Account.id == actor.account_id)
    )
    return hashed is not None and password_fits(hashed, password)


def by_document(session: Session, body_id: str, practical_id: str, *, name: str, last: str, now: datetime) -> bool:
    """Say whether the candidate typed their own name and the end of the document seen at the check-in; reads only.

    Raises NotAllowed after too many tries, and Invalid for another name.
    """
    practical = session.get_one(Practical, (body_id, practical_id))
    _require_tries(session, practical.candidate_id, practical_id, now)
    _require_name(session, body_id, practical.candidate_id, name)
    seen = session.scalar(
        select(CheckIn.document_id).where(
            CheckIn.body_id == body_id, CheckIn.occasion == Occasion.PRACTICAL, CheckIn.record_id == practical_id
        )
    )
    documents = documents_of(session, body_id, practical.candidate_id)
    number = next((each.number for each in documents if each.id == seen), "")
    end = "".join(number.split()).upper()[-LAST_CHARACTERS:]
    return len(end) == LAST_CHARACTERS and "".join(last.split()).upper() == end


def confirm_sheet(session: Session, actor: Actor, practical_id: str, confirmed: Confirmed, *, now: datetime) -> None:
    """Write down that an assessor confirms what they submitted last.

    Raises NotFound for whoever has no sheet, Conflict before it is submitted and when it is confirmed already.
    """
    sheet = _submitted(session, actor, practical_id)
    seal = newest_seal(session, sheet)
    if session.get(SheetConfirmation, (sheet.body_id, sheet.id, seal.round)) is not None:
        raise Conflict(N_("You have confirmed this sheet already."))
    session.add(
        SheetConfirmation(
            body_id=sheet.body_id,
            sheet_id=sheet.id,
            round=seal.round,
            practical_id=sheet.practical_id,
            application_id=sheet.application_id,
            person_id=actor.person_id,
            receipt=seal.digest,
            way=confirmed.way,
            signature=confirmed.signature,
            confirmed_at=now,
        )
    )
    session.flush()


def candidate_says(
    session: Session,
    actor: Actor,
    practical_id: str,
    says: CandidateSays,
    confirmed: Confirmed | None,
    *,
    remark: str,
    shown: dict[str, Any],
    now: datetime,
) -> None:
    """Write down what the candidate says on the actor's tablet; `confirmed` is None for who refuses, and only then.

    Raises NotFound for whoever has no sheet, Conflict before it is submitted or after too many entries, Invalid for a
    remark that is too long, and for a candidate who disagrees without saying why.
    """
    remark = remark.replace("\r\n", "\n").strip()
    if len(remark) > LONGEST_REMARK or not is_storable(remark):
        raise Invalid(
            N_("Expected a remark of up to %(most)s characters, got %(got)s."), most=LONGEST_REMARK, got=len(remark)
        )
    if says is CandidateSays.DISAGREES and not remark:
        raise Invalid(N_("Write why you do not agree, in a few words."))
    if (confirmed is None) != (says is CandidateSays.REFUSED):
        raise Invalid(N_("Sign in the field, or type your name and the end of your document's number."))
    sheet = _submitted(session, actor, practical_id)
    candidate_id = session.get_one(Practical, (sheet.body_id, practical_id)).candidate_id
    count = session.scalar(
        select(func.count())
        .select_from(CandidateConfirmation)
        .where(CandidateConfirmation.body_id == sheet.body_id, CandidateConfirmation.sheet_id == sheet.id)
    )
    if (count or 0) >= MOST_ENTRIES:
        raise Conflict(N_("The candidate has said enough on this sheet; what was said last counts."))
    if remark:
        because(session, remark)
    session.add(
        CandidateConfirmation(
            body_id=sheet.body_id,
            sheet_id=sheet.id,
            number=(count or 0) + 1,
            practical_id=practical_id,
            application_id=sheet.application_id,
            person_id=candidate_id,
            says=says,
            remark=remark,
            shown={"v": FORMAT_VERSION, **shown},
            receipt=newest_seal(session, sheet).digest,
            way=None if confirmed is None else confirmed.way,
            signature=None if confirmed is None else confirmed.signature,
            taken_by=actor.person_id,
            said_at=now,
        )
    )
    session.flush()


def ended_of(session: Session, body_id: str, practical_id: str, assessor_ids: Collection[str]) -> list[Ended]:
    """Return what was confirmed of the sheets of these assessors, in their order; two statements."""
    confirmations = session.scalars(
        select(SheetConfirmation)
        .where(
            SheetConfirmation.body_id == body_id,
            SheetConfirmation.practical_id == practical_id,
            SheetConfirmation.person_id.in_(assessor_ids),
        )
        .order_by(SheetConfirmation.round)
    ).all()
    said = session.scalars(
        select(CandidateConfirmation)
        .where(
            CandidateConfirmation.body_id == body_id,
            CandidateConfirmation.practical_id == practical_id,
            CandidateConfirmation.taken_by.in_(assessor_ids),
        )
        .order_by(CandidateConfirmation.number)
    ).all()
    return [
        Ended(
            assessor_id=person_id,
            confirmations=tuple(each for each in confirmations if each.person_id == person_id),
            said=tuple(each for each in said if each.taken_by == person_id),
        )
        for person_id in assessor_ids
    ]


def signature_of(
    session: Session, storage: Storage, body_id: str, practical_id: str, digest: str, assessor_ids: Collection[str]
) -> bytes:
    """Return a drawn signature that was given on a sheet of these assessors, as SVG.

    Raises NotFound, also when its person's key was destroyed.
    """
    person_id = session.scalar(
        select(SheetConfirmation.person_id).where(
            SheetConfirmation.body_id == body_id,
            SheetConfirmation.practical_id == practical_id,
            SheetConfirmation.signature == digest,
            SheetConfirmation.person_id.in_(assessor_ids),
        )
    ) or session.scalar(
        select(CandidateConfirmation.person_id).where(
            CandidateConfirmation.body_id == body_id,
            CandidateConfirmation.practical_id == practical_id,
            CandidateConfirmation.signature == digest,
            CandidateConfirmation.taken_by.in_(assessor_ids),
        )
    )
    if person_id is None:
        raise NotFound(N_("There is no such signature."))
    try:
        return sealer().open(wrapped_key(session, body_id, person_id), person_id, storage.get(digest))
    except Erased as error:
        raise NotFound(N_("There is no such signature.")) from error


def waits(session: Session, actor: Actor, practical_id: str) -> bool:
    """Say whether the actor has submitted something that they have not confirmed; one statement."""
    confirmed = (
        select(SheetConfirmation.round)
        .where(
            SheetConfirmation.body_id == SheetSeal.body_id,
            SheetConfirmation.sheet_id == SheetSeal.sheet_id,
            SheetConfirmation.round == SheetSeal.round,
        )
        .exists()
    )
    newest = session.execute(
        select(confirmed.label("done"))
        .select_from(SheetSeal)
        .join(Sheet, (Sheet.body_id == SheetSeal.body_id) & (Sheet.id == SheetSeal.sheet_id))
        .where(Sheet.body_id == actor.body_id, Sheet.practical_id == practical_id, Sheet.person_id == actor.person_id)
        .order_by(SheetSeal.round.desc())
        .limit(1)
    ).first()
    return newest is not None and not newest.done


def photos_on(session: Session, body_id: str, practical_id: str, person_id: str) -> int:
    """Return how many photos of the work an assessor's sheet has; one statement."""
    return (
        session.scalar(
            select(func.count())
            .select_from(WorkPhoto)
            .where(
                WorkPhoto.body_id == body_id,
                WorkPhoto.practical_id == practical_id,
                WorkPhoto.person_id == person_id,
            )
        )
        or 0
    )


def newest_seal(session: Session, sheet: Sheet) -> SheetSeal:
    """Return the newest seal of a sheet that was submitted."""
    seal = session.scalar(
        select(SheetSeal)
        .where(SheetSeal.body_id == sheet.body_id, SheetSeal.sheet_id == sheet.id)
        .order_by(SheetSeal.round.desc())
        .limit(1)
    )
    if seal is None:
        raise Conflict(N_("This sheet is not submitted yet; it is confirmed afterwards."))
    return seal


def _submitted(session: Session, actor: Actor, practical_id: str) -> Sheet:
    sheet = own_sheet(session, actor, practical_id)
    if sheet.state is not SheetState.SUBMITTED:
        raise Conflict(N_("This sheet is not submitted yet; it is confirmed afterwards."))
    return sheet


def _require_tries(session: Session, person_id: str, practical_id: str, now: datetime) -> None:
    if guesses(session, GUESS, f"{person_id}/{practical_id}", now=now) >= MOST_TRIES:
        raise NotAllowed(N_("Too many tries. Wait a quarter of an hour and try again, or sign in the field."))


def _require_name(session: Session, body_id: str, person_id: str, typed: str) -> None:
    known = name_of(session, body_id, person_id).text
    if " ".join(typed.split()).casefold() != " ".join(known.split()).casefold():
        raise Invalid(N_("Expected the name as it stands at the top of this page, got another one."))
