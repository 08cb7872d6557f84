"""What the readers of interactions share: attributes, prompts, choices, and the numbers that limit an answer."""

from collections.abc import Mapping
from dataclasses import dataclass

from assessment.domain.errors import N_, Invalid
from assessment.domain.items.interactions import AssociableChoice, Interaction
from assessment.domain.items.qti.fragment import Special, read_fragment
from assessment.domain.items.qti.media import Intake
from assessment.domain.items.qti.reason import Reasons
from assessment.domain.items.qti.xml import XML_LANG, Element, children, flag, local, required, whole
from assessment.domain.items.variables import Cardinality, ResponseDeclaration
from assessment.domain.items.words import ChoiceWords, InteractionText

Read = tuple[Interaction, InteractionText]

_QUIET = frozenset(("class", "id", "label", "orientation", "dir", "required", "template-identifier", XML_LANG))
PICTURES = ("object", "img", "picture")


@dataclass(frozen=True, kw_only=True, slots=True)
class Around:
    """What the reader of an interaction needs of the item around it; `special` reads what stands in words."""

    responses: Mapping[str, ResponseDeclaration]
    reasons: Reasons
    intake: Intake
    special: Special

    def words(self, element: Element) -> str:
        """Return the content of an element as a clean fragment."""
        return read_fragment(element, self.reasons, intake=self.intake, special=self.special)

    def declared(self, element: Element) -> ResponseDeclaration | None:
        """Return the response variable that an interaction is bound to, or None when it is not declared."""
        return self.responses.get(required(element, "response-identifier"))


def unsupported(name: str) -> Invalid:
    """Return the refusal of an element."""
    return Invalid(N_("The element %(element)s is not supported."), element=name)


def expect_attributes(element: Element, around: Around, *names: str) -> None:
    """Say which attributes of an element are not understood and were left out."""
    for name in element.attrib:
        key = str(name)
        if key not in names and key != "response-identifier" and key not in _QUIET and not key.startswith("data-"):
            around.reasons.lost(
                N_("The attribute %(attribute)s of %(element)s was left out."),
                attribute=key[:80],
                element=local(element),
            )


def expect_children(element: Element, *names: str) -> None:
    """Raise Invalid for a child that does not belong there."""
    for child in children(element):
        if local(child) not in names:
            raise unsupported(local(child))


def refuse_template(element: Element) -> None:
    """Raise Invalid for a choice that only some attempts see."""
    if element.get("template-identifier", ""):
        raise Invalid(N_("Choices that appear by template-identifier are not supported."))


def prompt_of(element: Element, around: Around) -> str:
    """Return the prompt of an interaction, "" without one."""
    found = children(element, "qti-prompt")
    return around.words(found[0]) if found else ""


def choice_words(element: Element, around: Around) -> ChoiceWords:
    """Return the words of a choice. Raises Invalid when nothing is left of them."""
    identifier = required(element, "identifier")
    html = around.words(element)
    if not html:
        raise Invalid(N_('No text is left of the choice "%(got)s".'), got=identifier)
    return ChoiceWords(identifier=identifier, html=html)


def gap_words(element: Element, around: Around) -> ChoiceWords:
    """Return the words of a gap choice; a picture without words of its own takes those of its label."""
    words = choice_words(element, around)
    label = element.get("object-label", "").strip()
    if label and 'alt=""' in words.html:
        pictures = [each for each in element.iterdescendants() if local(each) in ("img", "object")]
        if len(pictures) == 1:
            escaped = label.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
            return ChoiceWords(identifier=words.identifier, html=words.html.replace('alt=""', f'alt="{escaped}"'))
    return words


def associable(element: Element, around: Around) -> AssociableChoice:
    """Return a choice that pairs are made of."""
    refuse_template(element)
    expect_attributes(
        element, around, "identifier", "match-max", "match-min", "match-group", "fixed", "show-hide", "object-label"
    )
    return AssociableChoice(
        identifier=required(element, "identifier"),
        match_max=whole(element, "match-max", default=1),
        match_min=whole(element, "match-min", default=0),
        fixed=flag(element, "fixed"),
        match_group=tuple(element.get("match-group", "").split()),
    )


def most_choices(element: Element, around: Around, *, default: int) -> int:
    """Return the maximum number of choices; one response of single cardinality holds one in any case."""
    most = whole(element, "max-choices", default=default)
    declared = around.declared(element)
    if declared is None:
        return most
    if declared.cardinality is Cardinality.SINGLE and most == 0:
        around.reasons.note(N_("The response holds one choice, so max-choices is read as 1."))
        return 1
    if "max-choices" not in element.attrib and len(declared.correct) > most:
        around.reasons.note(N_("The correct response has several values, so that no maximum is read as no limit."))
        return 0
    return most


def most_points(element: Element, around: Around) -> int:
    """Return the maximum number of points: one when the response holds one, else no limit unless it is said."""
    declared = around.declared(element)
    single = declared is not None and declared.cardinality is Cardinality.SINGLE
    return 1 if single else most_choices(element, around, default=0)


def most_pairs(element: Element, around: Around, *, default: int) -> int:
    """Return the maximum number of pairs; without one, the correct response must be possible."""
    most = whole(element, "max-associations", default=default)
    declared = around.declared(element)
    if "max-associations" not in element.attrib and declared is not None and len(declared.correct) > most:
        around.reasons.note(N_("The correct response has several values, so that no maximum is read as no limit."))
        return 0
    return most
