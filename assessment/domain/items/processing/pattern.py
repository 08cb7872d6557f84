"""Patterns for whole texts: the regular expressions of XML Schema that real items use, in time linear in the text.

Follows XML Schema Part 2, appendix F, without back-references, look-around and blocks (`\\p{Is...}`), which are
refused. A pattern becomes a set of states that is walked once, so that no pattern and no answer can make matching
slow; counted repetitions are written out, which bounds them. Many items write `^` and `$` around a pattern although
it covers the whole text anyway: at its two ends they are read as that.
"""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from assessment.domain.errors import N_, Invalid

MAX_PATTERN = 500
MAX_STATES = 600
MAX_DEPTH = 20
_MAX_COUNT = 200

Accepts = Callable[[str], bool]

_CATEGORIES = frozenset(
    {"L", "M", "N", "P", "Z", "S", "C"}
    | {f"L{each}" for each in "ultmo"}
    | {f"M{each}" for each in "nce"}
    | {f"N{each}" for each in "dlo"}
    | {f"P{each}" for each in "cdseifo"}
    | {f"Z{each}" for each in "slp"}
    | {f"S{each}" for each in "mcko"}
    | {f"C{each}" for each in "cfon"}
)
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t"}
_LITERAL = frozenset("\\|.-^?*+{}()[]$/\"'#&~@!%,:;<>=_` ")


@dataclass(frozen=True, slots=True)
class _State:
    """A step: what character it takes (None: it takes none) and where it leads."""

    accepts: Accepts | None
    to: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern that was read; state 0 accepts, `start` is where a text begins."""

    states: tuple[_State, ...]
    start: int

    def matches(self, text: str) -> bool:
        """Return whether the whole text has the form of the pattern."""
        steps: dict[tuple[frozenset[int], str], frozenset[int]] = {}
        active = self._closure([self.start])
        for character in text:
            known = steps.get((active, character))
            if known is None:
                known = self._step(active, character)
                if len(steps) < 1_000:
                    steps[active, character] = known
            active = known
            if not active:
                return False
        return 0 in active

    def _step(self, active: frozenset[int], character: str) -> frozenset[int]:
        found: list[int] = []
        for index in active:
            state = self.states[index]
            if state.accepts is not None and state.accepts(character):
                found += state.to
        return self._closure(found)

    def _closure(self, waiting: list[int]) -> frozenset[int]:
        found: set[int] = set()
        while waiting:
            index = waiting.pop()
            if index in found:
                continue
            found.add(index)
            state = self.states[index]
            if state.accepts is None:
                waiting = [*waiting, *state.to]
        return frozenset(index for index in found if index == 0 or self.states[index].accepts is not None)


@lru_cache(maxsize=256)
def read_pattern(text: str) -> Pattern:
    """Return a pattern. Raises Invalid for what is not in the subset, and for one that is too large."""
    if len(text) > MAX_PATTERN:
        raise Invalid(
            N_("Expected a pattern of at most %(max)s characters, got %(got)s."), max=MAX_PATTERN, got=len(text)
        )
    inner = text.removeprefix("^")
    if inner.endswith("$") and not inner.endswith("\\$"):
        inner = inner[:-1]
    reader = _Reader(inner, text)
    start = reader.choice(0)(0)
    if reader.at < len(inner):
        raise reader.wrong()
    return Pattern(tuple(reader.states), start)


Part = Callable[[int], int]
"""Given the state that follows, adds the states of a part of the pattern and returns where it starts."""


class _Reader:
    """Reads a pattern from left to right; parts are built backwards, each knowing what follows it."""

    def __init__(self, text: str, whole: str) -> None:
        self.text = text
        self.whole = whole
        self.at = 0
        self.states: list[_State] = [_State(None, ())]
        self.built = 0

    def wrong(self) -> Invalid:
        """Return the refusal of what stands here."""
        return Invalid(
            N_('The pattern "%(pattern)s" cannot be read at "%(got)s".'),
            pattern=self.whole[:120],
            got=self.text[self.at : self.at + 20],
        )

    def _too_large(self) -> Invalid:
        return Invalid(N_('The pattern "%(pattern)s" is too large.'), pattern=self.whole[:120])

    def choice(self, depth: int) -> Part:
        """Read alternatives."""
        if depth > MAX_DEPTH:
            raise self.wrong()
        branches = [self._branch(depth)]
        while self._take("|"):
            branches.append(self._branch(depth))
        if len(branches) == 1:
            return branches[0]
        return lambda after: self._add(None, tuple(branch(after) for branch in branches))

    def _branch(self, depth: int) -> Part:
        pieces: list[Part] = []
        while self.at < len(self.text) and self.text[self.at] not in "|)":
            pieces.append(self._piece(depth))

        def build(after: int) -> int:
            for piece in reversed(pieces):
                after = piece(after)
            return after

        return build

    def _piece(self, depth: int) -> Part:
        atom = self._atom(depth)
        if self.at >= len(self.text):
            return atom
        least: int
        most: int | None
        match self.text[self.at]:
            case "?":
                least, most = 0, 1
            case "*":
                least, most = 0, None
            case "+":
                least, most = 1, None
            case "{":
                least, most = self._counts()
            case _:
                return atom
        self.at += 1
        return self._repeated(atom, least, most)

    def _counts(self) -> tuple[int, int | None]:
        end = self.text.find("}", self.at)
        low, comma, high = self.text[self.at + 1 : end].partition(",")
        if end < 0 or not _digits(low) or (comma and high and not _digits(high)):
            raise self.wrong()
        least = int(low)
        most = (int(high) if high else None) if comma else least
        if least > _MAX_COUNT or (most is not None and not least <= most <= _MAX_COUNT):
            raise self.wrong()
        self.at = end
        return least, most

    def _repeated(self, atom: Part, least: int, most: int | None) -> Part:
        def build(after: int) -> int:
            # An empty group makes no state, so that its repetitions are counted here.
            self.built += max(least, most or 0)
            if self.built > MAX_STATES:
                raise self._too_large()
            if most is None:
                loop = self._add(None, ())
                self.states[loop] = _State(None, (atom(loop), after))
                after = loop
            else:
                for _ in range(most - least):
                    after = self._add(None, (atom(after), after))
            for _ in range(least):
                after = atom(after)
            return after

        return build

    def _atom(self, depth: int) -> Part:
        if self._take("("):
            # Groups without a number are common; everything else after "(?" is not of XML Schema.
            if self._take("?") and not self._take(":"):
                raise self.wrong()
            part = self.choice(depth + 1)
            if not self._take(")"):
                raise self.wrong()
            return part
        accepts = self._character()
        return lambda after: self._add(accepts, (after,))

    def _character(self) -> Accepts:
        character = self.text[self.at]
        if character == "[":
            return self._class(0)
        if character in "?*+{}])":
            raise self.wrong()
        self.at += 1
        if character == ".":
            return lambda one: one not in "\n\r"
        if character == "\\":
            return self._escape()[0]
        return lambda one: one == character

    def _escape(self) -> tuple[Accepts, str | None]:
        """Return what an escape accepts, and its character when it stands for one."""
        if self.at >= len(self.text):
            raise self.wrong()
        letter = self.text[self.at]
        self.at += 1
        if letter in _ESCAPED or letter in _LITERAL:
            character = _ESCAPED.get(letter, letter)
            return (lambda one: one == character), character
        if letter in "pP":
            return self._category(letter == "P"), None
        named = _CLASSES.get(letter.lower())
        if named is None:
            self.at -= 1
            raise self.wrong()
        return (named if letter.islower() else lambda one: not named(one)), None

    def _category(self, negative: bool) -> Accepts:
        end = self.text.find("}", self.at)
        name = self.text[self.at + 1 : end]
        if not self.text.startswith("{", self.at) or name not in _CATEGORIES:
            raise self.wrong()
        self.at = end + 1
        return lambda one: unicodedata.category(one).startswith(name) is not negative

    def _class(self, depth: int) -> Accepts:
        if depth > MAX_DEPTH:
            raise self.wrong()
        self.at += 1
        negative = self._take("^")
        members: list[Accepts] = []
        without: Accepts | None = None
        while not self._take("]"):
            if self.at >= len(self.text):
                raise self.wrong()
            if members and self.text.startswith("-[", self.at):
                self.at += 1
                without = self._class(depth + 1)
                if not self._take("]"):
                    raise self.wrong()
                break
            members.append(self._range())
        if not members:
            raise self.wrong()
        return lambda one: any(each(one) for each in members) is not negative and not (without and without(one))

    def _range(self) -> Accepts:
        accepts, first = self._one_of_class()
        ranged = self.text.startswith("-", self.at) and self.text[self.at + 1 : self.at + 2] not in ("]", "[", "")
        if first is None or not ranged:
            return accepts
        self.at += 1
        _, last = self._one_of_class()
        if last is None or last < first:
            raise self.wrong()
        return lambda one: first <= one <= last

    def _one_of_class(self) -> tuple[Accepts, str | None]:
        character = self.text[self.at]
        if character == "[":
            raise self.wrong()
        self.at += 1
        if character == "\\":
            return self._escape()
        return (lambda one: one == character), character

    def _take(self, text: str) -> bool:
        found = self.text.startswith(text, self.at)
        self.at += len(text) if found else 0
        return found

    def _add(self, accepts: Accepts | None, to: tuple[int, ...]) -> int:
        if len(self.states) >= MAX_STATES:
            raise self._too_large()
        self.states.append(_State(accepts, to))
        return len(self.states) - 1


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 4


def _is_space(one: str) -> bool:
    return one in " \t\n\r"


def _is_digit(one: str) -> bool:
    return unicodedata.category(one) == "Nd"


def _is_word(one: str) -> bool:
    return unicodedata.category(one)[0] not in "PZC"


def _starts_name(one: str) -> bool:
    return one.isalpha() or one in "_:"


def _in_name(one: str) -> bool:
    return one.isalnum() or one in "_:.-\u00b7" or unicodedata.category(one) in ("Mn", "Mc")


_CLASSES: dict[str, Accepts] = {
    "s": _is_space,
    "d": _is_digit,
    "w": _is_word,
    "i": _starts_name,
    "c": _in_name,
}
