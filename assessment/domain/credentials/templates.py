"""Canonical N-Quads from templates: a shape is worked out once, by the full path; afterwards its texts are filled in.

Why what is filled in is what `canonical` writes:

1. Expansion looks at no text but those that belong to the shape (`shape`). Each other text ends as one term, so the
   statements of a shape are found by expanding it with a mark in the place of each text.
2. An unnamed node is labelled by the hash of the statements that mention it. Where none of them holds a text the
   hash is worked out once, else as often as the template is filled; labels follow from the order of all hashes.
3. Lines are sorted. Those of one subject stand together, and named subjects before unnamed ones (`<` before `_`);
   inside a subject, lines with an unnamed object follow the others of the same predicate (`"` and `<` before `_`).
4. The full path is taken where texts could change more than terms: two subjects, statements or unnamed nodes that
   become alike, and a text that cannot be signed. So it is for a shape with graphs inside, or one not seen before.

A template is used only after it gave, for the document that it was made from, the same bytes as the full path.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from operator import itemgetter

from assessment.domain.credentials.canonical import (
    Quad,
    canonical_bytes,
    mentions_of,
    statements,
    write_iri,
    write_literal,
)
from assessment.domain.credentials.shape import MARK, Shape, Shapeless, Shapes, marked
from assessment.domain.errors import Invalid

MOST_SHAPES = 128
MOST_FILLED = 2048

_PLACE = re.compile(f'<{MARK}([0-9]+)>|"{MARK}([0-9]+)"')
_END = b" .\n"

Pieces = tuple[bytes | int, ...]  # bytes as they are, and between them the number of a text
Line = bytes | Pieces
Lines = tuple[bytes, ...]  # sorted, without their subject; an empty one before them, so that a subject joins them
Link = tuple[bytes, int]  # a predicate, and the number of the unnamed node that it points to
Write = Callable[[str], bytes]
Filled = dict[tuple[str, ...], tuple[bytes, Lines]]


class _Alike(Exception):
    """With these texts two parts of the document are no longer different."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Form:
    """What nodes of one kind say: statements with places for texts, numbered from 0.

    `write`: how the text of each place becomes a term. `name`: the subject, empty for an unnamed node, which has
    `mentions`, the lines that are hashed. `says`: its own lines without their subject, and without unnamed objects.
    """

    write: tuple[Write, ...]
    name: Line
    mentions: tuple[Line, ...]
    says: tuple[Line, ...]

    def fill(self, texts: tuple[str, ...]) -> tuple[bytes, Lines]:
        """Return the subject, or the hash of an unnamed one, and the lines.

        Raises Invalid for a text that cannot be signed, _Alike where two lines are the same.
        """
        terms = [write(text) for write, text in zip(self.write, texts, strict=True)]
        lines = sorted(_lines(self.says, terms))
        if len(set(lines)) != len(lines):
            raise _Alike
        if self.name:
            return self.name if isinstance(self.name, bytes) else _join(self.name, terms), (b"", *lines)
        return sha256(b"".join(sorted(_lines(self.mentions, terms)))).digest(), (b"", *lines)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Node:
    """A node that depends on texts.

    `take`: gives those of the document's texts that it needs. `number`: of an unnamed node, else -1. `filled`: what
    came out before for nodes of this form, at most `most`: results are much the same, a name stands in one place.
    """

    form: _Form
    take: Callable[[tuple[str, ...]], tuple[str, ...]]
    links: tuple[Link, ...]
    number: int
    filled: Filled = field(default_factory=dict)
    most: int = 1

    def fill(self, texts: tuple[str, ...]) -> tuple[bytes, Lines]:
        """Do as `_Form.fill` with the document's texts."""
        own = self.take(texts)
        found = self.filled.get(own)
        if found is None:
            found = self.form.fill(own)
            if len(self.filled) >= self.most:
                self.filled.clear()
            self.filled[own] = found
        return found


@dataclass(frozen=True, kw_only=True, slots=True)
class _Template:
    """The canonical form of one shape.

    `subjects`: the named ones without texts, sorted, with their `blocks` of lines; `single`: blocks with one link, as
    what stands before and after its label; `runs`: blocks with more. `hashes` and `says`: of each unnamed node by its
    number, empty where it depends on texts; `links`: what unnamed nodes point to. `labels`: the names of unnamed nodes;
    `turns`: their numbers in the order in which lines are sorted.
    """

    subjects: Sequence[bytes]
    blocks: Sequence[bytes]
    single: Sequence[tuple[int, bytes, int, bytes]]
    runs: Sequence[tuple[int, bytes, Lines, Sequence[Link]]]
    named: Sequence[_Node]
    hashes: Sequence[bytes]
    says: Sequence[Lines]
    links: Sequence[tuple[int, Sequence[Link]]]
    unnamed: Sequence[_Node]
    labels: Sequence[bytes]
    turns: Sequence[tuple[int, bytes]]

    def fill(self, texts: tuple[str, ...]) -> bytes:
        """Return the canonical N-Quads with these texts. Raises Invalid and _Alike as `_Form.fill`."""
        hashes, says = list(self.hashes), list(self.says)
        for node in self.unnamed:
            hashes[node.number], says[node.number] = node.fill(texts)
        if len(set(hashes)) != len(hashes):
            raise _Alike
        order = sorted(range(len(hashes)), key=hashes.__getitem__)
        names = [b""] * len(order)
        for name, number in zip(self.labels, order, strict=True):
            names[number] = name
        for number, links in self.links:
            says[number] = _with_links(says[number], links, names)
        written = self._named(texts, names)
        written += [label.join(says[order[turn]]) for turn, label in self.turns]
        return b"".join(written)

    def _named(self, texts: tuple[str, ...], names: Sequence[bytes]) -> list[bytes]:
        """Return the lines of the named subjects, in their order."""
        blocks = list(self.blocks)
        for place, before, number, after in self.single:
            blocks[place] = before + names[number] + after
        for place, subject, lines, links in self.runs:
            blocks[place] = subject.join(_with_links(lines, links, names))
        filled: dict[bytes, bytes] = {}
        for node in self.named:
            subject, lines = node.fill(texts)
            filled[subject] = subject.join(_with_links(lines, node.links, names) if node.links else lines)
        if len(filled) != len(self.named):
            raise _Alike
        written: list[bytes] = []
        start = 0
        for subject in sorted(filled):
            end = bisect_left(self.subjects, subject)
            if end < len(self.subjects) and self.subjects[end] == subject:
                raise _Alike
            written += blocks[start:end]
            written.append(filled[subject])
            start = end
        return written + blocks[start:]


class Templates:
    """Canonicalises documents; those of a shape seen before by filling in its template."""

    def __init__(self) -> None:
        self._shapes = Shapes()
        self._templates: dict[Shape, _Template | None] = {}
        self._filled: dict[_Form, Filled] = {}

    def vouch(self, achievement: Mapping[str, object]) -> None:
        """Take an achievement as it is, without looking through it each time: this object is changed no more."""
        try:
            self._shapes.vouch(achievement)
        except Shapeless:
            return

    def knows(self, document: Mapping[str, object]) -> bool:
        """Say whether a document's shape has a template."""
        try:
            return self._templates.get(self._shapes.split(document)[0]) is not None
        except (Shapeless, TypeError):
            return False

    def canonical(self, document: Mapping[str, object]) -> bytes:
        """Return a document's canonical N-Quads in UTF-8, the same as `canonical_bytes`. Raises as that does."""
        try:
            shape, texts = self._shapes.split(document)
            template = self._templates[shape]
        except (Shapeless, TypeError):  # TypeError: a list of types that holds objects
            return canonical_bytes(document)
        except KeyError:
            return self._first(shape, document, texts)
        if template is not None:
            try:
                return template.fill(texts)
            except (Invalid, _Alike):
                pass
        return canonical_bytes(document)

    def _first(self, shape: Shape, document: Mapping[str, object], texts: tuple[str, ...]) -> bytes:
        """Return the canonical form of a shape's first document, and keep its template where it gives the same."""
        canonical = canonical_bytes(document)
        template = None
        if MARK.encode() not in canonical:
            template = _template(marked(document), self._filled)
        try:
            if template is not None and template.fill(texts) != canonical:
                template = None
        except (Invalid, _Alike):
            template = None
        if len(self._templates) >= MOST_SHAPES:
            self._templates.clear()
            self._filled.clear()
        self._templates[shape] = template
        return canonical


def _template(document: Mapping[str, object], filled: dict[_Form, Filled]) -> _Template | None:
    """Make the template of a document that has marks for texts; None for one that cannot have any."""
    try:
        quads = statements(document)
    except Invalid:
        return None
    if any(quad.graph for quad in quads):
        return None
    mentions = mentions_of(quads)
    numbers = {node: number for number, node in enumerate(mentions)}
    said: dict[str, list[Quad]] = {node: [] for node in mentions}
    for quad in quads:
        said.setdefault(quad.subject, []).append(quad)
    nodes = [_node(subject, own, mentions.get(subject, ()), numbers) for subject, own in said.items()]
    times = Counter(node.form for node in nodes)
    moving = [
        replace(node, filled=filled.setdefault(node.form, {}), most=MOST_FILLED) if times[node.form] > 1 else node
        for node in nodes
        if node.form.write
    ]
    still = [(*node.form.fill(()), node) for node in nodes if not node.form.write]
    known = {node.number: (digest, lines) for digest, lines, node in still if node.number >= 0}
    named = sorted((subject, lines, node.links) for subject, lines, node in still if node.number < 0)
    return _Template(
        subjects=[subject for subject, _, _ in named],
        blocks=[subject.join(lines) for subject, lines, _ in named],
        single=[
            _around(place, subject, lines, links[0])
            for place, (subject, lines, links) in enumerate(named)
            if len(links) == 1
        ],
        runs=[(place, subject, lines, links) for place, (subject, lines, links) in enumerate(named) if len(links) > 1],
        named=[node for node in moving if node.number < 0],
        hashes=[known[number][0] if number in known else b"" for number in range(len(numbers))],
        says=[known[number][1] if number in known else () for number in range(len(numbers))],
        links=[(node.number, node.links) for node in nodes if node.number >= 0 and node.links],
        unnamed=[node for node in moving if node.number >= 0],
        labels=[f"_:c14n{number}".encode() for number in range(len(numbers))],
        turns=[(turn, f"_:c14n{turn}".encode()) for turn in sorted(range(len(numbers)), key=str)],
    )


def _node(subject: str, own: Iterable[Quad], mentions: Iterable[str], numbers: Mapping[str, int]) -> _Node:
    write: dict[int, Write] = {}

    def cut(line: str) -> Line:
        """Cut a line at its marks, and number the texts in the order in which the node needs them."""
        found: list[bytes | int] = []
        end = 0
        for mark in _PLACE.finditer(line):
            text = int(mark[1] or mark[2])
            write.setdefault(text, _iri if mark[1] else _literal)
            found += [line[end : mark.start()].encode(), list(write).index(text)]
            end = mark.end()
        rest = line[end:].encode()
        return (*found, rest) if found else rest

    number = numbers.get(subject, -1)
    form = _Form(
        name=cut(subject) if number < 0 else b"",
        mentions=tuple([cut(line) for line in mentions]),
        says=tuple([cut(f" {quad.predicate} {quad.object} .\n") for quad in own if quad.object not in numbers]),
        write=(),
    )
    return _Node(
        form=replace(form, write=tuple(write.values())),
        take=_taker(tuple(write)),
        links=tuple((f" {quad.predicate} ".encode(), numbers[quad.object]) for quad in own if quad.object in numbers),
        number=number,
    )


def _taker(places: tuple[int, ...]) -> Callable[[tuple[str, ...]], tuple[str, ...]]:
    """Return what takes the texts at some places, in their order."""
    if places and places == tuple(range(places[0], places[0] + len(places))):
        return itemgetter(slice(places[0], places[0] + len(places)))
    return lambda texts: tuple([texts[place] for place in places])


def _around(place: int, subject: bytes, lines: Lines, link: Link) -> tuple[int, bytes, int, bytes]:
    """Return what stands before and after the label in a block with one link."""
    predicate, number = link
    at = bisect_left(lines, predicate + b"_:")
    before, after = subject.join(lines[:at]) + subject + predicate, _END + subject.join((b"", *lines[at:]))
    return place, before, number, after


def _with_links(lines: Lines, links: Iterable[Link], names: Sequence[bytes]) -> Lines:
    return tuple(sorted([*lines, *[predicate + names[number] + _END for predicate, number in links]]))


def _lines(lines: Iterable[Line], terms: Sequence[bytes]) -> list[bytes]:
    return [line if isinstance(line, bytes) else _join(line, terms) for line in lines]


def _join(pieces: Pieces, terms: Sequence[bytes]) -> bytes:
    return b"".join([terms[piece] if isinstance(piece, int) else piece for piece in pieces])


def _iri(text: str) -> bytes:
    return write_iri(text, "").encode()


def _literal(text: str) -> bytes:
    return write_literal(text, "", None).encode()
