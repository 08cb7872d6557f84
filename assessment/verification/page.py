"""The values that a verification page is drawn from, and those that come in from the reader and the registry.

Prepared texts only; how they are made stands in `present.py`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from markupsafe import Markup

from assessment.verification.on_device import OnDevice
from assessment.verification.sentences import CheckState, State

# Unicode's own bidi isolates (UAX 9): what <bdi> is to a text without markup.
_ISOLATE, _END_ISOLATE = "\u2068", "\u2069"


class Mark(str):
    """A place in a page that is filled in whenever the page is told; goes through every sentence as it is."""

    __slots__ = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Language:
    """How the reader's language says a marked text, a calendar day, a moment and a clock time."""

    code: str
    say: Callable[[str], str]
    day: Callable[[date], str]
    moment: Callable[[datetime], str]
    clock: Callable[[datetime], str]
    right_to_left: bool = False

    def kept(self, value: object) -> str:
        """Return a name, number or code for use inside a sentence, where it must not turn the words around it."""
        return f"{_ISOLATE}{value}{_END_ISOLATE}" if self.right_to_left else str(value)


@dataclass(frozen=True, kw_only=True, slots=True)
class Registry:
    """What our own records add to a certificate that was issued here.

    `licence` is (authority, number) of the licence that covered the scheme on the day of decision, `licensed`
    says that it bears the national authority's own number, `scope` the scheme's (name, value) pairs.
    """

    issuer_city: str
    licence: tuple[str, str] | None
    licensed: bool
    decided_on: date
    deciders: int
    outside_deciders: int
    one_roof: bool
    sample: bool
    scope: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitLine:
    """A unit as the page shows it."""

    name: str
    code: str
    level: str
    reached: bool
    methods: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckLine:
    """A technical check as the page shows it; `word` says its state to the reader.

    `detail` is in English, for who writes programs, where the reader's language has no words for it.
    """

    label: str
    state: CheckState
    word: str
    reason: str
    detail: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """A text taken from the document itself, in the language in which it stands there."""

    text: str
    language: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RangeLine:
    """A line of the record: `rule` in signs, empty where there is none; `review` says that nobody confirmed it."""

    label: str
    value: str
    rule: str = ""
    review: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class QualifiedPage:
    """A qualification as the page shows it; `ended` is a sentence where its last day has passed."""

    lead: str
    ended: str
    lines: tuple[RangeLine, ...]
    note: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ConfirmedPage:
    """The regular confirmation as the page shows it; `lapsed` is empty while it is recent enough."""

    lapsed: str
    lines: tuple[tuple[str, str], ...]
    note: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PhotoPage:
    """The holder's photo as the page shows it: `source` holds the picture itself, sizes are CSS pixels."""

    source: str
    width: int
    height: int
    alt: str
    caption: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """Everything that the page shows, from its first screen down; what is empty is left out."""

    state: State
    seal: str
    word: str
    sentence: Markup
    meaning: str
    action: str
    sample: str
    dates: tuple[tuple[str, str], ...]
    checked: str
    address: Markup
    host: str
    title: str = ""
    units: tuple[UnitLine, ...] = ()
    scope: tuple[tuple[str, str], ...] = ()
    conditions: tuple[Note, ...] = ()
    behind: tuple[tuple[str, str], ...] = ()
    one_roof: str = ""
    not_replaced: tuple[str, ...] = ()
    checks: tuple[CheckLine, ...] = ()
    checks_summary: str = ""
    on_device: OnDevice | None = None
    own_address: str = ""
    as_of: str = ""
    translated: tuple[tuple[str, str], ...] = ()
    compared: tuple[tuple[str, str], ...] = ()
    photo: PhotoPage | None = None
    exam: tuple[tuple[str, str], ...] = ()
    levels: tuple[tuple[str, str], ...] = ()
    periods: tuple[tuple[str, str], ...] = ()
    qualification: str = ""
    qualified: QualifiedPage | None = None
    confirmed: ConfirmedPage | None = None
    exact: tuple[Note, ...] = ()
