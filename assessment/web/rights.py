"""The authorisation matrix: every route, who may use it, and in which relation to its record.

This is the one place where rights are written down. The gate (`gate.py`) enforces it before a view runs, and
a test walks the URL map: a route that is not here fails. A role that is not named may not enter. Where a
route names a record, a refusal is 404, because its existence is not the stranger's to know; where it names
none, a refusal is 403.

Relations:
    ANY   any record of one's own body, or a page without a record
    SITE  a record at a site for which the role is held
    OWN   a record about oneself
    DUTY  a record on which one was given a task (assessor of a practical, member of a meeting)
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from assessment.domain.roles import Role


class Relation(StrEnum):
    """How an actor stands to a record."""

    ANY = "any"
    SITE = "site"
    OWN = "own"
    DUTY = "duty"


ANY, SITE, OWN, DUTY = Relation.ANY, Relation.SITE, Relation.OWN, Relation.DUTY


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """Who may use a route. `public` needs no account; `cells` names a relation for each role."""

    public: bool = False
    cells: Mapping[Role, Relation] = field(default_factory=dict)


def may(**cells: Relation) -> Rule:
    """Open a route to the named roles, each in its relation."""
    return Rule(cells={Role(name): relation for name, relation in cells.items()})


PUBLIC = Rule(public=True)
SIGNED_IN = Rule(cells=dict.fromkeys(Role, ANY))

MATRIX: dict[str, Rule] = {
    # --- for everybody
    "static": PUBLIC,
    "home.index": PUBLIC,
    "health.healthz": PUBLIC,
    "health.readyz": PUBLIC,
    "health.metrics": PUBLIC,
    "accounts.sign_in": PUBLIC,
    # --- for everybody who is signed in
    "accounts.sign_out": SIGNED_IN,
    "accounts.today": SIGNED_IN,
}
