"""What an assessment test of a package holds: its parts, sections and items, and what of it no item can carry.

Follows QTI 2.1 to 3.0, AssessmentTest and AssessmentSection. A test is not imported as an exam form here: forms are
assembled from a blueprint and carry their cut. So its structure is counted and what it asks for is said, and nothing
of it goes missing in silence.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from assessment.domain.errors import N_, Invalid
from assessment.domain.items.qti.reason import Reasons
from assessment.domain.items.qti.v2 import to_v3
from assessment.domain.items.qti.xml import Element, local, parse, required

MAX_REFS = 5_000
MAX_SECTIONS = 500
_SHOWN = 12

Find = Callable[[str, str], tuple[str, bytes] | None]
"""The path and the bytes of a file, by the path of the file that names it and the address as it is written there."""

_SAID = {
    "qti-branch-rule": N_("The test branches (%(element)s), so that some items are shown to some candidates only."),
    "qti-pre-condition": N_("The test shows parts under conditions (%(element)s)."),
    "qti-selection": N_("The test draws some of the items of a section (%(element)s)."),
    "qti-ordering": N_("The test shuffles items or sections (%(element)s)."),
    "qti-adaptive-selection": N_("The test chooses items by an outside program (%(element)s)."),
    "qti-outcome-processing": N_("The test works out its result by its own rules (%(element)s)."),
    "qti-test-feedback": N_("The test has feedback of its own (%(element)s)."),
    "qti-rubric-block": N_("The test has instructions of its own (%(element)s)."),
    "qti-item-session-control": N_("The test sets how items may be answered (%(element)s)."),
    "qti-template-default": N_("The test sets values of template items (%(element)s)."),
    "qti-stylesheet": N_("The test has a style sheet (%(element)s)."),
}


@dataclass(kw_only=True, slots=True)
class Outline:
    """What was found in a test; `items` are the paths of its items, as far as they are in the package."""

    identifier: str | None = None
    title: str | None = None
    parts: int = 0
    sections: int = 0
    references: int = 0
    items: dict[str, None] = field(default_factory=dict)
    files: dict[str, None] = field(default_factory=dict)
    reasons: Reasons = field(default_factory=Reasons)


def read_outline(path: str, data: bytes, find: Find) -> Outline:
    """Read a test or a section from XML bytes; `find` gives the sections that stand in files of their own.

    Raises Invalid when it is no test, or names more sections or items than a person could have written.
    """
    outline = Outline()
    root = to_v3(parse(data), outline.reasons)
    if local(root) not in ("qti-assessment-test", "qti-assessment-section"):
        raise Invalid(N_("Expected a test of QTI 2.1 to 3.0, got %(element)s."), element=local(root))
    outline.identifier = root.get("identifier", "").strip() or None
    outline.title = " ".join(root.get("title", "").split()) or None
    outline.files[path] = None
    reader = _Reader(outline, find)
    reader.waiting.append((root, path))
    while reader.waiting:
        reader.read(*reader.waiting.pop(0))
    outline.reasons.lost(
        N_(
            "The structure of the test was not imported (parts: %(parts)s, sections: %(sections)s, items: %(items)s);"
            " its items were. Make a form from them."
        ),
        parts=outline.parts,
        sections=outline.sections,
        items=outline.references,
    )
    reader.say_the_rest()
    return outline


class _Reader:
    """Walks a test and the sections that it names."""

    def __init__(self, outline: Outline, find: Find) -> None:
        self.outline = outline
        self.find = find
        self.weights: list[str] = []
        self.limits: list[str] = []
        self.features: dict[str, None] = {}
        self.missing: list[str] = []
        self.waiting: list[tuple[Element, str]] = []

    def read(self, root: Element, path: str) -> None:
        if local(root) == "qti-assessment-section":
            self.outline.sections += 1
        for element in root.iterdescendants():
            match local(element):
                case "qti-test-part":
                    self.outline.parts += 1
                case "qti-assessment-section":
                    self.outline.sections += 1
                case "qti-assessment-item-ref":
                    self._item(element, path)
                case "qti-assessment-section-ref":
                    self._section(element, path)
                case "qti-time-limits":
                    self._limit(element)
                case name if name in _SAID:
                    self.features[name] = None
                case _:
                    pass
        if self.outline.sections > MAX_SECTIONS or self.outline.references > MAX_REFS:
            raise Invalid(
                N_("Expected a test of at most %(sections)s sections and %(items)s items."),
                sections=MAX_SECTIONS,
                items=MAX_REFS,
            )

    def say_the_rest(self) -> None:
        """Say everything that the test asks for besides its items."""
        lost = self.outline.reasons.lost
        if self.weights:
            lost(N_("The test gives items weights: %(weights)s."), weights=_listed(self.weights))
        if self.limits:
            lost(N_("The test limits the time: %(limits)s."), limits=_listed(self.limits))
        for name in self.features:
            lost(_SAID[name], element=name)
        if self.missing:
            lost(N_("The test names what is not in the package: %(names)s."), names=_listed(self.missing))

    def _item(self, element: Element, path: str) -> None:
        self.outline.references += 1
        if self.outline.references > MAX_REFS:
            return
        href = required(element, "href")
        found = self.find(path, href)
        if found is None:
            self.missing.append(href[:120])
        else:
            self.outline.items[found[0]] = None
        for weight in element.iterdescendants():
            if local(weight) == "qti-weight" and weight.get("value", "").strip() not in ("", "1", "1.0"):
                self.weights.append(f"{element.get('identifier', '')[:80]}: {weight.get('value', '').strip()[:20]}")

    def _section(self, element: Element, path: str) -> None:
        href = required(element, "href")
        found = self.find(path, href)
        if found is None:
            self.missing.append(href[:120])
            return
        if found[0] in self.outline.files:
            return
        self.outline.files[found[0]] = None
        if len(self.outline.files) > MAX_SECTIONS:
            raise Invalid(
                N_("Expected a test of at most %(sections)s sections and %(items)s items."),
                sections=MAX_SECTIONS,
                items=MAX_REFS,
            )
        try:
            root = to_v3(parse(found[1]), self.outline.reasons)
        except Invalid:
            self.missing.append(href[:120])
            return
        self.waiting.append((root, found[0]))

    def _limit(self, element: Element) -> None:
        parent = element.getparent()
        where = parent.get("identifier", "")[:80] if parent is not None else ""
        given = [f"{key} {str(value).strip()[:20]}" for key, value in sorted(element.attrib.items())]
        self.limits.append(f"{where}: {', '.join(given)}")


def _listed(names: list[str]) -> str:
    shown = "; ".join(names[:_SHOWN])
    return shown if len(names) <= _SHOWN else f"{shown}; … ({len(names)})"
