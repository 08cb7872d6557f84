"""A PDF beside the one that was issued: which lines it shows that were never signed, and which it hides.

Pure. Text alone is compared; whether the file is the issued one byte for byte is said apart from it, because letters
can be drawn as lines and maps of letters can lie.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest

MOST = 20
LONGEST = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """One line of the file and the one in its place as issued; empty where there is none."""

    here: str
    issued: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """`same_file`: byte for byte; `compared`: whether the texts could be held against each other at all."""

    same_file: bool
    compared: bool
    differences: tuple[Difference, ...] = ()


def line_differences(here: Sequence[str], issued: Sequence[str]) -> tuple[Difference, ...]:
    """Return where two PDFs differ, in the order of the page; at most 20."""
    found: list[Difference] = []
    for kind, a, b, c, d in SequenceMatcher(None, here, issued, autojunk=False).get_opcodes():
        if kind != "equal":
            pairs = zip_longest(here[a:b], issued[c:d], fillvalue="")
            found += [Difference(here=one[:LONGEST], issued=other[:LONGEST]) for one, other in pairs]
    return tuple(found[:MOST])


def absent_facts(here: Sequence[str], facts: Iterable[str]) -> tuple[Difference, ...]:
    """Return the signed facts that the file shows nowhere, for a certificate whose issued file is not at hand."""
    shown = _bare("".join(here))
    return tuple(Difference(here="", issued=fact) for fact in facts if _bare(fact) not in shown)


def _bare(text: str) -> str:
    return "".join(text.split()).casefold()
