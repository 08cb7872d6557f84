"""The person behind a request, as the gate and the services see them."""

from dataclasses import dataclass, field

from flask import g
from flask_login import current_user

from assessment.domain.roles import Role


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who is signed in, with the roles held now; `sites` is None where a role holds everywhere.

    A person who came without an account has the id None for it, and is bound to the one record that they came for:
    the gate opens nothing else.
    """

    session_secret: str = field(repr=False)
    body_id: str
    body_name: str
    zone: str
    account_id: str | None
    person_id: str
    name: str
    locale: str
    sites: dict[Role, frozenset[str] | None]
    bound_to: str | None = None

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        """The secret of the server-side session, which is all that the cookie holds."""
        return self.session_secret

    @property
    def roles(self) -> frozenset[Role]:
        """The roles held now, at any site."""
        return frozenset(self.sites)

    def holds(self, role: Role, site_id: str | None = None) -> bool:
        """Whether the role is held, at this site where one is named."""
        if role not in self.sites:
            return False
        sites = self.sites[role]
        return sites is None or site_id is None or site_id in sites


def actor() -> Actor | None:
    """Return who is signed in, or None; a page without cookies does not ask."""
    if g.get("no_cookies"):
        return None
    somebody = current_user._get_current_object()
    return somebody if isinstance(somebody, Actor) else None


def own_account(somebody: Actor) -> str:
    """Return the account of who is signed in; only for views that the gate keeps from those who have none."""
    if somebody.account_id is None:
        raise LookupError("This view is for accounts; the matrix must not open it to a booking code.")
    return somebody.account_id


def me() -> Actor:
    """Return who is signed in; only for views that the matrix keeps from strangers."""
    somebody = actor()
    if somebody is None:
        raise LookupError("This view is open to strangers; it must not ask who is signed in.")
    return somebody
