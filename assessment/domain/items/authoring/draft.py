"""A draft: an item as its author types it, whole or not, in both languages. No rule is enforced here.

A draft is made of named texts (`words`), named choices of the author (`settings`) and rows: the options of a
choice, the accepted answers of a text entry, the things to be put in order. Which of them a kind has stands in
`FORMS`; what they mean for the item is said in `building`.
"""

import itertools
import string
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from assessment.domain.errors import N_, Invalid
from assessment.domain.items.check_interactions import MAX_CHOICES

VERSION = 1
LANGUAGES = ("id", "en")
LONGEST_TEXT = 20_000
LONGEST_SETTING = 200
MOST_PICTURES = 20

Words = Mapping[str, str]
"""A text by language."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One option, answer, gap or thing of a draft. `marks` is what was typed; `group` says which list it is in."""

    identifier: str
    words: Words = field(default_factory=dict)
    correct: bool = False
    marks: str = ""
    fixed: bool = False
    group: str = ""
    target: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """A picture that was uploaded to the item, with its words for who cannot see it, by language."""

    name: str
    media_type: str
    digest: str
    size: int
    alt: Words = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """Everything that an author has typed. `criteria` are ids; `kept` is what an opened item has beside it."""

    kind: str
    identifier: str = ""
    words: Mapping[str, Words] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    rows: tuple[Row, ...] = ()
    pictures: tuple[Picture, ...] = ()
    criteria: tuple[str, ...] = ()
    kept: Mapping[str, Any] = field(default_factory=dict)

    def said(self, name: str, language: str) -> str:
        """Return a named text in a language, empty where nothing was typed."""
        return self.words.get(name, {}).get(language, "")

    def setting(self, name: str) -> str:
        """Return a choice of the author, empty where none was made."""
        return self.settings.get(name, "")

    def called(self, row: Row) -> str:
        """Return what people call a row: the letter of an option, the place of any other in its list."""
        if row.group == "option":
            return row.identifier
        return str([each.identifier for each in self.group(row.group)].index(row.identifier) + 1)

    def group(self, name: str) -> tuple[Row, ...]:
        """Return the rows of one list."""
        return tuple(row for row in self.rows if row.group == name)


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """A list of rows that a kind has: how few and how many, and what each row carries beside its words.

    `first` is the identifier of the first row; the next are counted on from it (A, B, C or S1, S2, S3). A
    `secret` list has identifiers drawn by chance, because its order in the draft is the key.
    """

    name: str
    first: str
    least: int
    start: int
    most: int = MAX_CHOICES
    correct: bool = False
    marks: bool = False
    fixed: bool = False
    target: str = ""
    worded: bool = True
    secret: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class KindForm:
    """What the form of one kind asks for, and the settings that a new draft begins with."""

    words: tuple[str, ...]
    settings: Mapping[str, str]
    groups: tuple[Group, ...] = ()


_OPTIONS = Group(name="option", first="A", least=2, start=4, correct=True, marks=True, fixed=True)

FORMS: Mapping[str, KindForm] = {
    "single_choice": KindForm(
        words=("title", "stem", "prompt"),
        settings={"marks": "1", "scoring": "all", "shuffle": "yes"},
        groups=(_OPTIONS,),
    ),
    "multiple_response": KindForm(
        words=("title", "stem", "prompt"),
        settings={"marks": "1", "scoring": "all", "shuffle": "yes", "limit": "0", "floor": "0", "ceiling": ""},
        groups=(_OPTIONS,),
    ),
    "numeric_entry": KindForm(
        words=("title", "stem", "before", "unit"),
        settings={"correct": "", "tolerance": "exact", "below": "", "above": "", "marks": "1", "width": "6"},
    ),
    "text_entry": KindForm(
        words=("title", "stem"),
        settings={"marks": "1", "case": "", "width": "20"},
        groups=(Group(name="answer", first="N1", least=1, start=2, marks=True, target="answer", worded=False),),
    ),
    "inline_choice": KindForm(
        words=("title", "stem"),
        settings={"marks": "1", "scoring": "all", "shuffle": "yes"},
        groups=(Group(name="option", first="A", least=2, start=3, correct=True, marks=True, fixed=True),),
    ),
    "order": KindForm(
        words=("title", "stem", "prompt"),
        settings={"marks": "1"},
        groups=(Group(name="step", first="A", least=2, start=4, secret=True),),
    ),
    "match": KindForm(
        words=("title", "stem", "prompt"),
        settings={"marks": "1", "scoring": "all", "shuffle": "yes"},
        groups=(
            Group(name="source", first="S1", least=1, start=3, target="target"),
            Group(name="target", first="T1", least=1, start=3, secret=True),
        ),
    ),
    "gap_match": KindForm(
        words=("title", "stem", "prompt", "body"),
        settings={"marks": "1", "scoring": "all", "shuffle": "yes"},
        groups=(Group(name="choice", first="C1", least=1, start=3, target="gap", secret=True),),
    ),
    "hot_text": KindForm(
        words=("title", "stem", "prompt", "body"),
        settings={"correct": "", "marks": "1", "scoring": "all", "limit": "1"},
    ),
    "slider": KindForm(
        words=("title", "stem", "prompt"),
        settings={"lower": "0", "upper": "100", "step": "1", "correct": "", "below": "0", "above": "0", "marks": "1"},
    ),
    "extended_text": KindForm(
        words=("title", "stem", "prompt", "rubric"),
        settings={"marks": "4", "lines": "8"},
    ),
}
"""The kinds that can be written in the browser, in the order in which they are offered."""

GAP = r"\[\[([0-9]{1,2})\]\]"
"""How an author writes a gap in a text: [[1]]."""

HOT = r"\[\[([^\[\]]{1,200})\]\]"
"""How an author marks words that can be chosen: [[words]]."""

BLANK = "___"
"""Where the field stands in a line."""


def new_draft(kind: str, draw: Callable[[], str]) -> Draft:
    """Return an empty draft of a kind, with as many rows as its form begins with.

    `draw` gives an identifier by chance, for lists whose order is the key. Raises Invalid.
    """
    form = form_of(kind)
    draft = Draft(kind=kind, settings=dict(form.settings))
    for group in form.groups:
        for _ in range(group.start):
            draft = add_row(draft, group, draw)
    return draft


def add_row(draft: Draft, group: Group, draw: Callable[[], str]) -> Draft:
    """Return the draft with one more row at the end of a list, under an identifier that no row has."""
    used = {row.identifier for row in draft.rows}
    counted = iter(draw, None) if group.secret else _counted(group)
    identifier = next(each for each in counted if each not in used)
    return replace(draft, rows=(*draft.rows, Row(identifier=identifier, group=group.name)))


def form_of(kind: str) -> KindForm:
    """Return what the form of a kind asks for. Raises Invalid for a kind that cannot be written here."""
    form = FORMS.get(kind)
    if form is None:
        raise Invalid(
            N_("Expected a kind of item that can be written here (%(kinds)s), got %(got)s."),
            kinds=", ".join(FORMS),
            got=kind[:40],
        )
    return form


def draft_to_json(draft: Draft) -> dict[str, Any]:
    """Return the draft as JSON values, `v` first."""
    return {
        "v": VERSION,
        "kind": draft.kind,
        "identifier": draft.identifier,
        "words": {name: dict(words) for name, words in draft.words.items()},
        "settings": dict(draft.settings),
        "rows": [
            {
                "identifier": row.identifier,
                "words": dict(row.words),
                "correct": row.correct,
                "marks": row.marks,
                "fixed": row.fixed,
                "group": row.group,
                "target": row.target,
            }
            for row in draft.rows
        ],
        "pictures": [
            {
                "name": each.name,
                "media_type": each.media_type,
                "digest": each.digest,
                "size": each.size,
                "alt": dict(each.alt),
            }
            for each in draft.pictures
        ],
        "criteria": list(draft.criteria),
        "kept": dict(draft.kept),
    }


def draft_from_json(value: Mapping[str, Any]) -> Draft:
    """Read what `draft_to_json` wrote. Raises Invalid for another version."""
    if value.get("v") != VERSION:
        raise Invalid(N_("Expected a draft of format 1, got format %(got)s."), got=value.get("v"))
    return Draft(
        kind=value["kind"],
        identifier=value["identifier"],
        words=value["words"],
        settings=value["settings"],
        rows=tuple(Row(**row) for row in value["rows"]),
        pictures=tuple(Picture(**each) for each in value["pictures"]),
        criteria=tuple(value["criteria"]),
        kept=value["kept"],
    )


def check_size(draft: Draft) -> Draft:
    """Return the draft unchanged when nothing in it is larger than a draft may be. Raises Invalid."""
    texts = [text for words in (*draft.words.values(), *(row.words for row in draft.rows)) for text in words.values()]
    texts += [text for each in draft.pictures for text in each.alt.values()]
    longest = max((len(text) for text in texts), default=0)
    if longest > LONGEST_TEXT:
        raise Invalid(N_("A text may have up to %(max)s characters, got %(got)s."), max=LONGEST_TEXT, got=longest)
    short = [draft.identifier, *draft.settings.values()]
    short += [text for row in draft.rows for text in (row.identifier, row.marks, row.target)]
    if any(len(text) > LONGEST_SETTING for text in short):
        raise Invalid(N_("A short entry may have up to %(max)s characters."), max=LONGEST_SETTING)
    for group in form_of(draft.kind).groups:
        if len(draft.group(group.name)) > group.most:
            raise Invalid(N_("Expected up to %(max)s rows in a list."), max=group.most)
    if len(draft.pictures) > MOST_PICTURES:
        raise Invalid(N_("Expected up to %(max)s pictures in an item."), max=MOST_PICTURES)
    return draft


def _counted(group: Group) -> Iterator[str]:
    for place in itertools.count():
        if len(group.first) > 1:
            yield f"{group.first[:-1]}{place + 1}"
        else:
            yield string.ascii_uppercase[place % 26] + (str(place // 26) if place >= 26 else "")
