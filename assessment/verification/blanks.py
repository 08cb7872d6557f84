"""The places of a drawn page that say something else at each look: when it was checked, and of when the lists are.

A page is drawn with marks in these places, cut at the marks, and put together with what holds at the moment. Pure.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from assessment.domain.credentials.status_list import StatusPurpose
from assessment.domain.credentials.verdict import Check, CheckName, Verification
from assessment.verification.page import Language, Mark

_CHECKS = {CheckName.REVOCATION: StatusPurpose.REVOCATION, CheckName.SUSPENSION: StatusPurpose.SUSPENSION}
_OF_LIST = "moment"


class Blank(StrEnum):
    """What stands in such a place: the time of day with its zone, the moment, of when the list of a purpose is."""

    CLOCK = "clock"
    MOMENT = "moment"
    REVOCATION = "revocation"
    SUSPENSION = "suspension"


@dataclass(frozen=True, slots=True)
class Cut:
    """A page between its blanks: one part more than there are blanks."""

    parts: tuple[str, ...]
    blanks: tuple[Blank, ...]

    def filled(self, said: Mapping[Blank, str]) -> str:
        """Return the page with what each blank says."""
        rest = (said[blank] + part for blank, part in zip(self.blanks, self.parts[1:], strict=True))
        return self.parts[0] + "".join(rest)


@dataclass(frozen=True, slots=True)
class Blanks:
    """The marks of one drawing; `secret` is drawn for it, so that no certificate can hold one."""

    secret: str

    def reader(self, language: Language, now: datetime) -> Language:
        """Return the reader's language with marks in the place of this moment, which is told apart by identity."""
        return replace(
            language,
            clock=self._marked(Blank.CLOCK, now, language.clock),
            moment=self._marked(Blank.MOMENT, now, language.moment),
        )

    def of_lists(self, verification: Verification) -> Verification:
        """Return a verification with marks where its checks say of when a status list is."""
        return replace(verification, checks=tuple(map(self._of_list, verification.checks)))

    def cut(self, page: str) -> Cut:
        """Cut a page at its marks."""
        found = re.split(f"{self.secret}({'|'.join(Blank)})", page)
        return Cut(tuple(found[::2]), tuple(map(Blank, found[1::2])))

    def _mark(self, blank: Blank) -> Mark:
        return Mark(f"{self.secret}{blank}")

    def _marked(self, blank: Blank, now: datetime, say: Callable[[datetime], str]) -> Callable[[datetime], str]:
        return lambda moment: self._mark(blank) if moment is now else say(moment)

    def _of_list(self, check: Check) -> Check:
        purpose = _CHECKS.get(check.name)
        if purpose is None or _OF_LIST not in check.values:
            return check
        return replace(check, values={**check.values, _OF_LIST: self._mark(Blank(purpose))})


def list_moments(verification: Verification) -> dict[Blank, datetime]:
    """Return of when the lists are that a verification looked into."""
    said = ((check.name, check.values.get(_OF_LIST)) for check in verification.checks if check.name in _CHECKS)
    return {Blank(_CHECKS[name]): since for name, since in said if isinstance(since, datetime)}
