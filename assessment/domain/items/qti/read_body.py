"""The body of a QTI 3.0 item: its words, its interactions where they stand, feedback and the rubric for scorers.

Everything is read in the order of the document. What stands inside the text becomes a place; interactions that
follow the text in order need none. Template parts and programs (custom and portable custom interactions) are
refused, because without them the question is another one.
"""

import re
from dataclasses import dataclass, field

from assessment.domain.errors import N_, Invalid
from assessment.domain.items.interactions import Interaction, NumericEntryInteraction, TextEntryInteraction
from assessment.domain.items.item import Feedback, FeedbackPlace
from assessment.domain.items.places import PlaceKind, place_tag, places
from assessment.domain.items.qti.fragment import clean_fragment, inline, read_fragment
from assessment.domain.items.qti.media import Intake
from assessment.domain.items.qti.read_graphic import read_stage
from assessment.domain.items.qti.read_interactions import read_interaction
from assessment.domain.items.qti.read_parts import Around, unsupported
from assessment.domain.items.qti.reason import Reasons
from assessment.domain.items.qti.xml import Element, children, in_qti, local, required
from assessment.domain.items.variables import Cardinality, ResponseDeclaration
from assessment.domain.items.words import FeedbackText, InteractionText, NumericEntryText, TextEntryText

INLINE = frozenset(("qti-inline-choice-interaction", "qti-text-entry-interaction"))
STIMULUS = "stimulus"

_PROGRAMS = frozenset(
    ("qti-custom-interaction", "qti-portable-custom-interaction", "qti-drawing-interaction", "qti-custom-operator")
)
_TEMPLATES = frozenset(("qti-template-inline", "qti-template-block"))


@dataclass(kw_only=True, slots=True)
class Body:
    """What is found while a body is read."""

    responses: dict[str, ResponseDeclaration]
    reasons: Reasons
    intake: Intake
    stem: str = ""
    interactions: list[tuple[Interaction, InteractionText]] = field(default_factory=list)
    feedback: list[Feedback] = field(default_factory=list)
    feedback_texts: list[FeedbackText] = field(default_factory=list)
    rubrics: list[str] = field(default_factory=list)
    stimulus: tuple[str, str] | None = None
    alone: bool = False

    def words(self, element: Element) -> str:
        """Return the content of an element as a clean fragment, with places for what is no text in it."""
        return read_fragment(element, self.reasons, intake=self.intake, special=self.special)

    def words_alone(self, element: Element) -> str:
        """Return the content of an element in which no interaction may stand. Raises Invalid for one."""
        before, self.alone = self.alone, True
        html = self.words(element)
        self.alone = before
        return html

    def special(self, element: Element) -> str | None:
        """Return the HTML for an element of QTI's own, or None for one that is left out with a reason."""
        name = local(element)
        if name.endswith("-interaction") or name == "qti-position-object-stage":
            return self._interaction(element, name)
        match name:
            case "qti-feedback-inline" | "qti-feedback-block":
                return self._feedback(element, block=name.endswith("block"))
            case "qti-rubric-block":
                return self._rubric(element)
            case "qti-content-body" | "qti-prompt":
                return self.words(element)
            case "qti-printed-variable":
                self.reasons.lost(
                    N_('The value of "%(name)s", which was to be printed in the text, was left out.'),
                    name=element.get("identifier", "")[:80],
                )
                return ""
            case name if name in _TEMPLATES:
                raise Invalid(N_("Template items are not supported: their content changes with each attempt."))
            case name if name in _PROGRAMS:
                raise _program(name)
        return None

    def modal_feedback(self, element: Element) -> None:
        """Keep modal feedback, which stands after the body."""
        self._add_feedback(element, FeedbackPlace.MODAL, title=" ".join(element.get("title", "").split()))

    def _interaction(self, element: Element, name: str) -> str:
        if name in _PROGRAMS:
            raise _program(name)
        if self.alone:
            raise unsupported(name)
        if name == "qti-media-interaction":
            return self._medium(element)
        if name == "qti-end-attempt-interaction":
            self.reasons.lost(
                N_('The button "%(title)s", which would end the attempt, was left out.'),
                title=element.get("title", "")[:80],
            )
            return ""
        around = Around(responses=self.responses, reasons=self.reasons, intake=self.intake, special=self.special)
        self.alone = True
        if name == "qti-position-object-stage":
            found = read_stage(element, around)
        else:
            read = read_interaction(element, around)
            if read is None:
                raise unsupported(name)
            found = [read]
        self.alone = False
        self.interactions += found
        block = name not in INLINE
        return "".join(place_tag(PlaceKind.INTERACTION, each.response, block=block) for each, _ in found)

    def _medium(self, element: Element) -> str:
        """Return the sound or film of a media interaction: it can be played, and playing it is not counted."""
        self.reasons.lost(N_("How often a sound or film was played is not counted."))
        return f"<div>{self.words(element)}</div>"

    def _feedback(self, element: Element, *, block: bool) -> str:
        if any(in_qti(each) and local(each).endswith("-interaction") for each in element.iterdescendants()):
            # A question inside feedback appears only after an answer: it cannot be asked without it.
            raise unsupported(local(element))
        name = self._add_feedback(element, FeedbackPlace.BLOCK if block else FeedbackPlace.INLINE)
        return place_tag(PlaceKind.FEEDBACK, name, block=block)

    def _add_feedback(self, element: Element, place: FeedbackPlace, *, title: str = "") -> str:
        name = f"F{len(self.feedback) + 1}"
        feedback = Feedback(
            name=name,
            place=place,
            outcome=required(element, "outcome-identifier"),
            identifier=required(element, "identifier"),
            show=element.get("show-hide", "show").strip() != "hide",
        )
        self.feedback.append(feedback)
        index = len(self.feedback_texts)
        self.feedback_texts.append(FeedbackText(name=name, html="", title=title))
        self.feedback_texts[index] = FeedbackText(name=name, html=self.words_alone(_content(element)), title=title)
        return name

    def _rubric(self, element: Element) -> str:
        views = element.get("view", "").replace(",", " ").split()
        if element.get("use", "") == STIMULUS and element.get("label", "") and self.stimulus is None:
            self.stimulus = (element.get("label", ""), self.words_alone(_content(element)))
            return ""
        if "candidate" in views or not views:
            return f"<div>{self.words(_content(element))}</div>"
        if "scorer" in views:
            if html := self.words_alone(_content(element)):
                self.rubrics.append(html)
            return ""
        self.reasons.lost(N_("What is written for %(views)s was left out."), views=", ".join(views)[:80])
        return ""


def read_body(element: Element, body: Body) -> None:
    """Read a `qti-item-body` into what `body` collects. Raises Invalid for what cannot be read faithfully."""
    stem = body.words(element)
    if stem and inline(stem):
        stem = clean_fragment(f"<p>{stem}</p>")
    body.stem = stem
    _set_number_apart(body)
    body.stem = _without_last_places(body)


def _content(element: Element) -> Element:
    inner = children(element, "qti-content-body")
    return inner[0] if len(inner) == 1 else element


def _program(name: str) -> Invalid:
    if name == "qti-drawing-interaction":
        return Invalid(N_("Drawing interactions are not supported: no browser of ours draws the answer."))
    return Invalid(N_("%(element)s is a program of its own, which is not run here."), element=name)


def _without_last_places(body: Body) -> str:
    """Return the stem without the places of block interactions that follow it in order anyway."""
    stem = body.stem
    for interaction, _ in reversed(body.interactions):
        place = place_tag(PlaceKind.INTERACTION, interaction.response, block=True)
        if not stem.endswith(place):
            break
        stem = stem.removesuffix(place)
    following = [each.response for each, _ in body.interactions][len(places(stem, PlaceKind.INTERACTION)) :]
    # Only when what was taken away follows everything that still has a place is the order the document's.
    if any(each in places(stem, PlaceKind.INTERACTION) for each in following):
        return body.stem
    return stem


def _set_number_apart(body: Body) -> None:
    """Turn a single number field at the end of the question into a numeric entry with its own words."""
    if len(body.interactions) != 1:
        return
    interaction, words = body.interactions[0]
    declared = body.responses.get(interaction.response)
    if (
        not isinstance(interaction, TextEntryInteraction)
        or declared is None
        or not (declared.base_type.numeric and declared.cardinality is Cardinality.SINGLE)
        or interaction.pattern_mask is not None
        or interaction.base != 10
        or (isinstance(words, TextEntryText) and words.placeholder)
    ):
        return
    place = place_tag(PlaceKind.INTERACTION, interaction.response)
    start, _, end = body.stem.partition(place)
    opened = max((start.rfind(f"<{tag}>"), tag) for tag in ("p", "div"))
    position, tag = opened
    if position < 0 or not end.endswith(f"</{tag}>"):
        return
    before, unit = start[position + len(tag) + 2 :].strip(), end.removesuffix(f"</{tag}>").strip()
    if not (_whole_line(before) and _whole_line(unit)) or not (before or start[:position]):
        return
    body.stem = start[:position]
    body.interactions[0] = (
        NumericEntryInteraction(response=interaction.response, expected_length=interaction.expected_length),
        NumericEntryText(response=interaction.response, before=before, unit=unit),
    )


def _whole_line(html: str) -> bool:
    """Whether a piece of a line stands by itself: no block in it, nothing opened without being closed."""
    return (
        inline(html) and "data-" not in html and clean_fragment(html) == html and not re.search(r"<(img|audio)", html)
    )
