"""The gate: holds every request against the matrix before its view runs.

A feature tells the gate how to find the standing of its records: `locate("attempt_id", function)` once, and
every route with `<attempt_id>` in it is guarded.
"""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, request
from sqlalchemy.orm import Session

from assessment.database import db
from assessment.domain.errors import N_, NotAllowed, NotFound
from assessment.domain.roles import Role
from assessment.web.actor import Actor, actor
from assessment.web.rights import MATRIX, Relation, Rule


class SignInNeeded(Exception):
    """A stranger asked for a page that needs an account."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordStanding:
    """What the gate must know of a record: whose it is, where, and who was given a task on it."""

    person_id: str | None = None
    site_id: str | None = None
    assigned: frozenset[tuple[Role, str]] = frozenset()


type_of_locator = Callable[[Session, str, str], RecordStanding | None]

_locators: dict[str, type_of_locator] = {}


def locate(argument: str, find: type_of_locator) -> None:
    """Tell the gate how a URL argument is looked up: find(session, body_id, value) -> standing or None."""
    _locators[argument] = find


def guard(app: Flask) -> None:
    """Run the gate before every view."""
    app.before_request(_guard_request)


def _guard_request() -> None:
    if request.endpoint is None:
        return
    rule = MATRIX.get(request.endpoint)
    if rule is None:
        raise NotFound(N_("There is no such page."))
    if not rule.public:
        check(rule, actor(), dict(request.view_args or {}))


def check(rule: Rule, somebody: Actor | None, arguments: dict[str, str]) -> None:
    """Let the actor pass, or refuse.

    Raises SignInNeeded for a stranger, NotFound where the record's existence is not theirs to know, and
    NotAllowed where no record is named.
    """
    if somebody is None:
        raise SignInNeeded
    records = {name: value for name, value in arguments.items() if name in _locators}
    if somebody.bound_to is not None and not (
        rule.booked and all(value == somebody.bound_to for value in records.values())
    ):
        raise (
            NotFound(N_("There is no such page.")) if records else NotAllowed(N_("This page is not part of your exam."))
        )
    held = [role for role in rule.cells if role in somebody.roles]
    if not held:
        raise (
            NotFound(N_("There is no such page.")) if records else NotAllowed(N_("This page is not open to your role."))
        )
    for name, value in records.items():
        standing = _locators[name](db.session(), somebody.body_id, value)
        if standing is None or not any(related(somebody, role, rule.cells[role], standing) for role in held):
            raise NotFound(N_("There is no such page."))


def related(somebody: Actor, role: Role, relation: Relation, standing: RecordStanding) -> bool:
    """Say whether the actor stands to the record as the matrix asks of the role."""
    match relation:
        case Relation.ANY:
            return True
        case Relation.SITE:
            return somebody.holds(role, standing.site_id)
        case Relation.OWN:
            return standing.person_id == somebody.person_id
        case Relation.DUTY:
            return (role, somebody.person_id) in standing.assigned
