"""The people of the demo, registered through the same services as real ones: bodies, sites, staff, candidates."""

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from assessment.accounts.administration import new_password, reset_password
from assessment.accounts.founding import (
    found_body,
    grant_role,
    license_body,
    open_account,
    register_assessor,
    verify_site,
)
from assessment.accounts.persons import Name, register_person
from assessment.accounts.sign_in import hash_password
from assessment.accounts.tables import Party, SiteKind
from assessment.database import Act, unit_of_work
from assessment.demo.acting import acting
from assessment.demo.calendar import Calendar
from assessment.domain.roles import Role
from assessment.web.actor import Actor, own_account

FOLDER = Path(__file__).parent
FOUNDED_DAYS_AGO = 1_440
AUTHORITY = "Otoritas Contoh (bukan BNSP)"
ADULT_DAYS = 35 * 365
RESET_DAYS_AGO = 30


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A candidate with the stage to be reached and the days on which things happened."""

    key: str
    place: int
    actor: Actor
    stage: str
    site_id: str
    days: Mapping[str, int]
    document: Mapping[str, Any]
    trainer_id: str | None
    training: str
    payer: str
    guardian: bool
    evidence_due_in_days: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Ensemble:
    """One body with everybody in it; `staff` by role, in the order of the file."""

    code: str
    calendar: Calendar
    sites: Mapping[str, str]
    staff: Mapping[Role, list[Actor]]
    outside: frozenset[str]
    candidates: list[Candidate]

    def one(self, role: Role, place: int = 0) -> Actor:
        """Return somebody of a role, another one for another place."""
        people = [actor for actor in self.staff[role] if actor.person_id not in self.outside]
        return people[place % len(people)]


@dataclass(kw_only=True, slots=True)
class Cast:
    """Everybody, and how each signs in."""

    ensembles: list[Ensemble] = field(default_factory=list)
    accounts: list[dict[str, str | None]] = field(default_factory=list)


def register_cast(today: datetime) -> Cast:
    """Register both bodies with their sites and people, each body in one unit of work."""
    people: dict[str, Any] = json.loads((FOLDER / "people.json").read_text(encoding="utf-8"))
    logins = [each["login"] for each in (*people["staff"], *people["candidates"])]
    passwords = {login: new_password() for login in logins}
    with ThreadPoolExecutor(2) as pool:
        hashes = dict(zip(logins, pool.map(hash_password, (passwords[login] for login in logins)), strict=True))
    cast = Cast()
    for body in people["bodies"]:
        _register_body(cast, people, body, passwords, hashes, today)
    return cast


def _register_body(
    cast: Cast,
    people: Mapping[str, Any],
    body: Mapping[str, Any],
    passwords: Mapping[str, str],
    hashes: Mapping[str, str],
    today: datetime,
) -> None:
    calendar = Calendar(today=today, zone=ZoneInfo(body["zone"]))
    now = calendar.at(FOUNDED_DAYS_AGO, 8)
    act = Act(body_id=None, account_id=None, person_id=None, at=now, name="demo.found")
    with unit_of_work(act) as session:
        code = body["key"]
        found_body(
            session, code, name=body["name"], city=body["city"], party=Party(body["kind"]), zone=body["zone"], now=now
        )
        license_body(
            session,
            code,
            number=body["licence"]["number"],
            authority=AUTHORITY,
            authority_number=None,
            scheme_codes=body["schemes"],
            valid_from=_day(today, -body["licence"]["valid_from_days_ago"]),
            valid_until=_day(today, body["licence"]["valid_until_days_ahead"]),
        )
        sites = {
            site["key"]: verify_site(
                session,
                code,
                name=site["name"],
                city=site["city"],
                kind=SiteKind(site["kind"]),
                verified_from=_day(today, -site["verified_from_days_ago"]),
                verified_until=_day(today, site["verified_until_days_ahead"]),
            )
            for site in _of(people["sites"], code)
        }
        trainers = {
            trainer["key"]: (
                register_person(
                    session,
                    code,
                    name=Name(text=trainer["name"]),
                    birth_date=_day(today, -ADULT_DAYS),
                    now=now,
                ),
                trainer["organisation"],
            )
            for trainer in _of(people["trainers"], code)
        }
        desk = _Desk(session=session, body=body, passwords=passwords, hashes=hashes, cast=cast, today=today)
        staff, outside = desk.staff(_of(people["staff"], code), now)
        candidates = desk.candidates(_of(people["candidates"], code), sites, trainers, calendar)
    ensemble = Ensemble(code=code, calendar=calendar, sites=sites, staff=staff, outside=outside, candidates=candidates)
    _reset_password(ensemble, people, hashes)
    cast.ensembles.append(ensemble)


def _reset_password(ensemble: Ensemble, people: Mapping[str, Any], hashes: Mapping[str, str]) -> None:
    """An assessor forgot the password last month; the administrator helped."""
    administrator, assessor = ensemble.one(Role.ADMINISTRATOR), ensemble.one(Role.ASSESSOR)
    login = next(member["login"] for member in people["staff"] if member["name"] == assessor.name)
    now = ensemble.calendar.at(RESET_DAYS_AGO, 9)
    with acting(administrator, now, "reset_password") as session:
        reset_password(session, administrator, own_account(assessor), password_hash=hashes[login], now=now)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Desk:
    """Where people are registered and get their accounts."""

    session: Session
    body: Mapping[str, Any]
    passwords: Mapping[str, str]
    hashes: Mapping[str, str]
    cast: Cast
    today: datetime

    def staff(self, members: list[Mapping[str, Any]], now: datetime) -> tuple[dict[Role, list[Actor]], frozenset[str]]:
        staff: dict[Role, list[Actor]] = {role: [] for role in Role}
        outside: set[str] = set()
        for member in members:
            person_id = register_person(
                self.session,
                self.body["key"],
                name=Name(text=member["name"]),
                birth_date=_day(self.today, -ADULT_DAYS),
                now=now,
            )
            actor = self._account(member, person_id, Role(member["role"]), now)
            staff[Role(member["role"])].append(actor)
            if member["external"]:
                outside.add(person_id)
            if "registration" in member:
                register_assessor(
                    self.session,
                    self.body["key"],
                    person_id,
                    number=member["registration"]["number"],
                    valid_from=_day(self.today, -member["registration"]["valid_from_days_ago"]),
                    valid_until=_day(self.today, member["registration"]["valid_until_days_ahead"]),
                )
        return staff, frozenset(outside)

    def candidates(
        self,
        members: list[Mapping[str, Any]],
        sites: Mapping[str, str],
        trainers: Mapping[str, tuple[str, str]],
        calendar: Calendar,
    ) -> list[Candidate]:
        found: list[Candidate] = []
        for place, member in enumerate(members):
            registered_at = calendar.at(member["days_ago"]["applied"], 8)
            person_id = register_person(
                self.session,
                self.body["key"],
                name=Name(text=member["name"], reading=(member["reading"] or {}).get("text", "")),
                birth_date=_day(self.today, -member["born_days_ago"]),
                now=registered_at,
            )
            trainer_id, organisation = trainers.get(member["trained_by"] or "", (None, ""))
            document = dict(member["document"])
            document["valid_until"] = _day(self.today, document["valid_until_days_ahead"])
            found.append(
                Candidate(
                    key=member["key"],
                    place=place,
                    actor=self._account(member, person_id, Role.CANDIDATE, registered_at),
                    stage=member["stage"],
                    site_id=sites[member["site"]],
                    days=member["days_ago"],
                    document=document,
                    trainer_id=trainer_id,
                    training=_training(member, organisation),
                    payer={"self": "Sendiri", "employer": "Calon pemberi kerja"}.get(
                        member["paid_by"], member["programme"] or "Program"
                    ),
                    guardian="guardian" in member,
                    evidence_due_in_days=member.get("evidence_due_in_days", 14),
                )
            )
        return found

    def _account(self, member: Mapping[str, Any], person_id: str, role: Role, now: datetime) -> Actor:
        code, login = self.body["key"], member["login"]
        account_id = open_account(
            self.session,
            code,
            person_id,
            login=login,
            password_hash=self.hashes[login],
            locale=member["locale"],
            now=now,
        )
        grant_role(self.session, code, account_id, role, granted_by=None, now=now)
        self.cast.accounts.append(
            {
                "role": role.value,
                "name": member["name"],
                "login": login,
                "password": self.passwords[login],
                "totp": None,
            }
        )
        return Actor(
            session_secret="",
            body_id=code,
            body_name=self.body["name"],
            zone=self.body["zone"],
            account_id=account_id,
            person_id=person_id,
            name=member["name"],
            locale=member["locale"],
            sites={role: None},
        )


def _training(member: Mapping[str, Any], organisation: str) -> str:
    parts = [f"Pelatihan contoh di {organisation}" if organisation else "Pengalaman kerja", member["programme"] or ""]
    return "; ".join(part for part in parts if part)


def _of(members: list[Mapping[str, Any]], code: str) -> list[Mapping[str, Any]]:
    return [member for member in members if member["body"] == code]


def _day(today: datetime, days: int) -> date:
    return (today + timedelta(days=days)).date()
