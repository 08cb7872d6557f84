"""Naming somebody as too close to a candidate: by the candidate, or for candidate and scheme by the office.

A name is only added, and taken back with a reason; both stay. Whoever was named is never told by whom, nor why: these
functions serve the candidate and whoever plans, and no page of an assessor asks them.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from assessment.accounts.guessing import count_guess
from assessment.accounts.ids import new_id
from assessment.accounts.persons import names
from assessment.accounts.tables import AssessorRegistration, Person
from assessment.domain.errors import N_, Conflict, Invalid, NotAllowed, NotFound
from assessment.domain.practicals.practical_states import PracticalState
from assessment.practicals.tables import Practical
from assessment.practicals.tables_assigning import Closeness, NamedBy, NamedCloseness, NameWithdrawal, TooClose
from assessment.practicals.tables_sheets import Sheet
from assessment.web.actor import Actor

SHORTEST_REASON = 5
LONGEST_REASON = 500
SHORTEST_SEARCH = 3
LONGEST_SEARCH = 80
MOST_FOUND = 5
MOST_SEARCHES = 20
MOST_REGISTERED = 500
BEFORE_THE_START = frozenset({PracticalState.SCHEDULED, PracticalState.CHECKED_IN})


@dataclass(frozen=True, kw_only=True, slots=True)
class Name:
    """Somebody who was named on an application; `closeness` None where it was not asked, `withdrawn`: when and why."""

    id: str
    person_id: str
    named_by: NamedBy
    closeness: Closeness | None
    reason: str
    kept_by: str
    kept_at: datetime
    withdrawn: tuple[datetime, str] | None

    @property
    def stands(self) -> bool:
        """Whether it was not taken back."""
        return self.withdrawn is None


@dataclass(frozen=True, kw_only=True, slots=True)
class ToReplace:
    """A sheet that is not opened yet, of somebody who was named as too close; somebody else must mark it."""

    sheet_id: str
    practical_id: str
    application_id: str
    person_id: str
    starts_at: datetime


def name_too_close(
    session: Session,
    actor: Actor,
    application_id: str,
    person_id: str,
    *,
    named_by: NamedBy,
    closeness: Closeness = Closeness.OTHER,
    reason: str,
    now: datetime,
) -> TooClose:
    """Keep that somebody is too close to the candidate of an application; it holds for practicals that have not begun.

    A reason is needed where `closeness` is OTHER. Raises NotFound for an unknown person, Invalid without a reason or
    for oneself, and Conflict when they are named already or mark a practical that has begun.
    """
    if session.get(Person, (actor.body_id, person_id)) is None:
        raise NotFound(N_("There is no such person."))
    words = checked_words(reason, needed=closeness is Closeness.OTHER)
    if person_id in standing_names(session, actor.body_id, application_id):
        raise Conflict(N_("This person is named already."))
    if _marks_now(session, actor.body_id, application_id, person_id):
        raise Conflict(N_("This person has begun to mark. Tell the office, or appeal when the result is there."))
    named = TooClose(
        body_id=actor.body_id,
        id=new_id(),
        application_id=application_id,
        person_id=person_id,
        named_by=named_by,
        reason=words,
        kept_by=actor.person_id,
        kept_at=now,
    )
    session.add(named)
    session.flush()
    session.add(NamedCloseness(body_id=actor.body_id, named_id=named.id, closeness=closeness))
    session.flush()
    return named


def withdraw_name(
    session: Session,
    actor: Actor,
    application_id: str,
    named_id: str,
    *,
    reason: str,
    now: datetime,
    only_by: NamedBy | None = None,
) -> None:
    """Take a name back, with a reason; `only_by`: whose names the actor may take back, None for all.

    Raises NotFound for a name that is not of this application, NotAllowed for another's, Invalid without a reason, and
    Conflict when it was taken back before.
    """
    named = session.get(TooClose, (actor.body_id, named_id))
    if named is None or named.application_id != application_id:
        raise NotFound(N_("There is no such name."))
    if only_by is not None and named.named_by is not only_by:
        raise NotAllowed(N_("The scheme has named this person; ask the office."))
    words = checked_words(reason)
    if session.get(NameWithdrawal, (actor.body_id, named_id)) is not None:
        raise Conflict(N_("This name was taken back already."))
    session.add(
        NameWithdrawal(
            body_id=actor.body_id,
            named_id=named_id,
            reason=words,
            withdrawn_by=actor.person_id,
            withdrawn_at=now,
        )
    )
    session.flush()


def checked_words(text: str, *, needed: bool = True) -> str:
    """Return what somebody said without the space around it. Raises Invalid for too few or too many characters."""
    words = text.strip()
    if (words or needed) and (not SHORTEST_REASON <= len(words) <= LONGEST_REASON or "\0" in words):
        raise Invalid(
            N_("Expected a text of %(least)s to %(most)s characters, got %(got)s."),
            least=SHORTEST_REASON,
            most=LONGEST_REASON,
            got=len(words),
        )
    return words


def names_on(session: Session, body_id: str, application_id: str) -> list[Name]:
    """Return who was named as too close on an application, the oldest first, taken back or not; one statement."""
    rows = session.execute(
        select(TooClose, NamedCloseness.closeness, NameWithdrawal.withdrawn_at, NameWithdrawal.reason)
        .join(
            NamedCloseness,
            (NamedCloseness.body_id == TooClose.body_id) & (NamedCloseness.named_id == TooClose.id),
            isouter=True,
        )
        .join(
            NameWithdrawal,
            (NameWithdrawal.body_id == TooClose.body_id) & (NameWithdrawal.named_id == TooClose.id),
            isouter=True,
        )
        .where(TooClose.body_id == body_id, TooClose.application_id == application_id)
        .order_by(TooClose.kept_at, TooClose.id)
    )
    return [
        Name(
            id=row.TooClose.id,
            person_id=row.TooClose.person_id,
            named_by=row.TooClose.named_by,
            closeness=row.closeness,
            reason=row.TooClose.reason,
            kept_by=row.TooClose.kept_by,
            kept_at=row.TooClose.kept_at,
            withdrawn=None if row.withdrawn_at is None else (row.withdrawn_at, row.reason),
        )
        for row in rows
    ]


def standing_names(session: Session, body_id: str, application_id: str) -> set[str]:
    """Return the persons who are named as too close on an application and were not taken back; one statement."""
    return {each.person_id for each in names_on(session, body_id, application_id) if each.stands}


def to_replace(
    session: Session, body_id: str, application_id: str | None = None, *, most: int = 100
) -> list[ToReplace]:
    """Return the sheets that need another assessor before the start, of one application or all; one statement."""
    wanted = (
        select(Sheet.id, Sheet.practical_id, Sheet.application_id, Sheet.person_id, Practical.starts_at)
        .distinct()
        .join(Practical, (Practical.body_id == Sheet.body_id) & (Practical.id == Sheet.practical_id))
        .join(
            TooClose,
            (TooClose.body_id == Sheet.body_id)
            & (TooClose.application_id == Sheet.application_id)
            & (TooClose.person_id == Sheet.person_id),
        )
        .where(Sheet.body_id == body_id, Practical.state.in_(BEFORE_THE_START), not_taken_back())
        .order_by(Practical.starts_at, Sheet.id)
        .limit(most)
    )
    if application_id is not None:
        wanted = wanted.where(Sheet.application_id == application_id)
    return [
        ToReplace(
            sheet_id=row.id,
            practical_id=row.practical_id,
            application_id=row.application_id,
            person_id=row.person_id,
            starts_at=row.starts_at,
        )
        for row in session.execute(wanted)
    ]


def not_taken_back() -> ColumnElement[bool]:
    """Return the condition that a name in a select of `TooClose` stands."""
    return ~(
        select(NameWithdrawal.named_id)
        .where(NameWithdrawal.body_id == TooClose.body_id, NameWithdrawal.named_id == TooClose.id)
        .correlate(TooClose)
        .exists()
    )


def planned_assessors(session: Session, body_id: str, application_id: str) -> list[str]:
    """Return who is to mark a practical of an application that has not begun, each once; one statement."""
    found = session.scalars(
        select(Sheet.person_id)
        .join(Practical, (Practical.body_id == Sheet.body_id) & (Practical.id == Sheet.practical_id))
        .where(
            Sheet.body_id == body_id,
            Sheet.application_id == application_id,
            Practical.state.in_(BEFORE_THE_START),
        )
        .order_by(Practical.starts_at, Sheet.place)
    )
    return list(dict.fromkeys(found))


def count_search(session: Session, actor: Actor, *, now: datetime) -> None:
    """Count a search of the actor. Raises NotAllowed after too many of them, so that they make no list of the staff."""
    if count_guess(session, "assessor", actor.person_id, now=now) > MOST_SEARCHES:
        raise NotAllowed(N_("That were many searches. Wait 15 minutes, or ask the office."))


def find_assessors(session: Session, actor: Actor, searched: str, *, day: date) -> dict[str, str]:
    """Return person id -> name of assessors who may mark for the body that day and whom the search means; reads only.

    A search is a registration number, or at least three letters with which a part of the name begins; it finds a few
    people or asks for more letters. Raises Invalid for a search that is too short, too long or means too many.
    """
    wanted = " ".join(searched.split()).casefold()
    letters = sum(character.isalnum() for character in wanted)
    if letters < SHORTEST_SEARCH or len(wanted) > LONGEST_SEARCH:
        raise Invalid(
            N_("Write at least %(least)s letters of the name, or the whole registration number; got %(got)s."),
            least=SHORTEST_SEARCH,
            got=letters,
        )
    numbers: dict[str, set[str]] = {}
    for row in session.execute(
        select(AssessorRegistration.person_id, AssessorRegistration.number)
        .where(
            AssessorRegistration.body_id == actor.body_id,
            AssessorRegistration.valid_from <= day,
            AssessorRegistration.valid_until >= day,
            AssessorRegistration.person_id != actor.person_id,
        )
        .order_by(AssessorRegistration.person_id)
        .limit(MOST_REGISTERED)
    ):
        numbers.setdefault(row.person_id, set()).add(row.number.casefold())
    named = names(session, actor.body_id, numbers)
    found = {
        person_id: name.text
        for person_id, name in sorted(named.items(), key=lambda item: (item[1].text, item[0]))
        if wanted in numbers[person_id] or _begins_a_part(name.text.casefold(), wanted)
    }
    if len(found) > MOST_FOUND:
        raise Invalid(N_("Many names begin like that. Write more letters of the name."))
    return found


def _begins_a_part(name: str, wanted: str) -> bool:
    return name.startswith(wanted) or f" {wanted}" in name


def _marks_now(session: Session, body_id: str, application_id: str, person_id: str) -> bool:
    begun = session.scalar(
        select(Sheet.id)
        .join(Practical, (Practical.body_id == Sheet.body_id) & (Practical.id == Sheet.practical_id))
        .where(
            Sheet.body_id == body_id,
            Sheet.application_id == application_id,
            Sheet.person_id == person_id,
            Practical.state.not_in([*BEFORE_THE_START, PracticalState.SUBMITTED]),
        )
        .limit(1)
    )
    return begun is not None
