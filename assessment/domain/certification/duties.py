"""Sides of an application and the independence between them (rules 10 and 11).

One person takes one side of an application. Who trained, assessed or invigilated a candidate neither votes
nor releases, for as far back as the scheme looks. Who resets a colleague's credentials cannot release for
24 hours. Persons are compared, never accounts. The database refuses the first rule by itself as well.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from assessment.domain.errors import N_, NotAllowed

RELEASE_PAUSE = timedelta(hours=24)


class Side(StrEnum):
    """On which side of an application a person stands."""

    CANDIDATE = "candidate"
    TRAINER = "trainer"
    ASSESSOR = "assessor"
    INVIGILATOR = "invigilator"
    DECIDER = "decider"
    RELEASER = "releaser"


INVOLVED = frozenset({Side.CANDIDATE, Side.TRAINER, Side.ASSESSOR, Side.INVIGILATOR})


@dataclass(frozen=True, kw_only=True, slots=True)
class Involvement:
    """A person had a side towards a candidate on a day, in this application or an earlier one."""

    person_id: str
    candidate_id: str
    side: Side
    on: date


def check_side(*, wanted: Side, held: Side | None) -> None:
    """Raise NotAllowed when the person already holds another side of the application."""
    if held is not None and held is not wanted:
        raise NotAllowed(
            N_("This person is the %(held)s on this application and cannot also be its %(wanted)s."),
            held=held.value,
            wanted=wanted.value,
        )


def involvement(
    involvements: Iterable[Involvement],
    *,
    person_id: str,
    candidate_id: str,
    look_back_days: int,
    today: date,
) -> Involvement | None:
    """Return the latest involvement that keeps a person from voting on or releasing for a candidate.

    It counts from the day `look_back_days` before `today` on, that day included. Being the candidate
    counts without limit.
    """
    since = today - timedelta(days=look_back_days)
    found = [
        past
        for past in involvements
        if past.person_id == person_id
        and past.candidate_id == candidate_id
        and past.side in INVOLVED
        and (past.on >= since or past.side is Side.CANDIDATE)
    ]
    if person_id == candidate_id:
        found.append(Involvement(person_id=person_id, candidate_id=candidate_id, side=Side.CANDIDATE, on=today))
    return max(found, key=lambda past: past.on, default=None)


def release_allowed_from(resets: Iterable[datetime]) -> datetime | None:
    """Return the instant from which a person may release again; None when they reset no credentials."""
    latest = max(resets, default=None)
    return None if latest is None else latest + RELEASE_PAUSE


def check_release(
    *,
    person_id: str,
    candidate_id: str,
    held: Side | None,
    deciders: Iterable[str],
    involvements: Iterable[Involvement],
    resets: Iterable[datetime],
    look_back_days: int,
    now: datetime,
    today: date,
) -> None:
    """Raise NotAllowed, saying why, when a person may not release the certificate of an application.

    `resets`: instants at which this person reset a colleague's credentials; `deciders`: who voted.
    """
    check_side(wanted=Side.RELEASER, held=held)
    if person_id in set(deciders):
        raise NotAllowed(N_("Expected a second person to release, got a member of the meeting that decided."))
    past = involvement(
        involvements,
        person_id=person_id,
        candidate_id=candidate_id,
        look_back_days=look_back_days,
        today=today,
    )
    if past is not None:
        raise NotAllowed(
            N_("This person was the %(side)s of this candidate on %(on)s and cannot release."),
            side=past.side.value,
            on=past.on.isoformat(),
        )
    allowed_from = release_allowed_from(resets)
    if allowed_from is not None and now < allowed_from:
        raise NotAllowed(
            N_("This person reset a colleague's credentials and can release from %(from)s on."),
            **{"from": allowed_from.isoformat()},
        )
