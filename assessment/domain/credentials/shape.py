"""What is left of a document when its texts are taken out: the part that decides which statements it makes.

A shape keeps names and order of members, lengths of lists, types, contexts, the words that are terms, and every value
that is not a text. One member is kept whole, because all certificates of a scheme version share it: the achievement.
"""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from itertools import count

from assessment.domain.credentials.canonical import MAX_DEPTH

MARK = "urn:x-teruji-value:"
MOST_SHARED = 32

# Members whose texts are looked at by expansion, so that they belong to the shape.
_WORDS = frozenset({"@context", "type", "proofPurpose"})
_SHARED = "achievement"

Shape = tuple[object, ...]


class Shapeless(Exception):
    """The document is nested too deeply, or its achievement holds more than texts."""


class Shapes:
    """Tells shapes apart, and remembers the achievements that they share."""

    def __init__(self) -> None:
        self._shared: tuple[tuple[int, Mapping[str, object]], ...] = ()
        self._vouched: tuple[tuple[int, Mapping[str, object]], ...] = ()
        self._numbers = count()

    def vouch(self, achievement: Mapping[str, object]) -> None:
        """Look through an achievement for the last time: whoever brings it changes this object no more.

        Raises Shapeless when it holds more than texts.
        """
        self._vouched = (*self._vouched[1 - MOST_SHARED :], (self._number(achievement), achievement))

    def split(self, document: Mapping[str, object]) -> tuple[Shape, tuple[str, ...]]:
        """Return a document's shape and, in the order of `marked`, its texts. Raises Shapeless."""
        texts: list[str] = []
        return self._outline(document, texts, 0), tuple(texts)

    def _outline(self, node: Mapping[str, object], texts: list[str], depth: int) -> Shape:
        if depth > MAX_DEPTH:
            raise Shapeless
        outline: list[object] = []
        for name, value in node.items():
            if type(value) is str and name not in _WORDS:
                outline.append(name)
                texts.append(value)
            elif isinstance(value, list):
                inside = tuple(value) if name in _WORDS else self._list(value, texts, depth + 1)
                outline += (name, list, inside)
            elif isinstance(value, dict) and name not in _WORDS:
                known = self._number(value) if name == _SHARED else self._outline(value, texts, depth + 1)
                outline += (name, dict, known)
            else:
                outline += (name, type(value), repr(value))
        return tuple(outline)

    def _list(self, values: list[object], texts: list[str], depth: int) -> Shape:
        outline: list[object] = []
        for value in values:
            if isinstance(value, dict):
                outline.append(self._outline(value, texts, depth))
            elif type(value) is str:
                outline.append(str)
                texts.append(value)
            else:
                outline.append((type(value), repr(value)))
        return tuple(outline)

    def _number(self, achievement: Mapping[str, object]) -> int:
        """Return the number of an achievement, never given twice.

        What holds nothing but texts equals another only where the two say the same; True equals 1, so others are not
        compared. A copy is kept, so that a change to the original is seen.
        """
        for number, kept in self._vouched:
            if kept is achievement:
                return number
        for number, kept in self._shared:
            if kept == achievement:
                return number
        if not _only_texts(achievement):
            raise Shapeless
        number = next(self._numbers)
        self._shared = (*self._shared[1 - MOST_SHARED :], (number, deepcopy(achievement)))
        return number


def marked(document: Mapping[str, object]) -> dict[str, object]:
    """Return a document with a mark for each of its texts: MARK and the text's number."""
    return _marked(document, count())


def _marked(node: Mapping[str, object], numbers: Iterator[int]) -> dict[str, object]:
    return {
        name: value
        if name in _WORDS or (name == _SHARED and isinstance(value, dict))
        else [_mark(each, numbers) for each in value]
        if isinstance(value, list)
        else _mark(value, numbers)
        for name, value in node.items()
    }


def _mark(value: object, numbers: Iterator[int]) -> object:
    if isinstance(value, dict):
        return _marked(value, numbers)
    return f"{MARK}{next(numbers)}" if type(value) is str else value


def _only_texts(value: object) -> bool:
    if isinstance(value, dict):
        return all(type(name) is str and _only_texts(each) for name, each in value.items())
    if isinstance(value, list):
        return all(map(_only_texts, value))
    return type(value) is str
