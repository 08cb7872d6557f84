"""A QTI 3.0 item file into an item and its words.

Follows QTI 3.0, Assessment, Section and Item Information Model, and its XML binding. What the model cannot
hold is refused (an unknown interaction, custom response processing) or left out and said (a stylesheet,
feedback, a picture); nothing changes in silence.
"""

from dataclasses import dataclass
from fractions import Fraction

from assessment.domain.errors import N_, Invalid
from assessment.domain.items.check import check_item, check_language, check_text
from assessment.domain.items.item import (
    BaseType,
    Choice,
    ChoiceInteraction,
    ChoiceText,
    ChoiceWords,
    Interaction,
    InteractionText,
    Item,
    ItemText,
    NumericEntryInteraction,
    NumericEntryText,
    OutcomeDeclaration,
    ResponseDeclaration,
)
from assessment.domain.items.qti.declarations import read_outcome_declaration, read_response_declaration
from assessment.domain.items.qti.fragment import inline, is_inline_element, read_fragment
from assessment.domain.items.qti.processing import read_processing
from assessment.domain.items.qti.reason import Reason, Reasons
from assessment.domain.items.qti.xml import (
    QTI,
    XML_LANG,
    Element,
    children,
    flag,
    in_qti,
    local,
    namespace,
    parse,
    required,
    take_out,
    unwrap,
    whole,
)
from assessment.domain.items.scoring import best_score

UNKNOWN_LANGUAGE = "und"

_LEFT_OUT = frozenset(("qti-catalog-info", "qti-companion-materials-info", "qti-modal-feedback", "qti-stylesheet"))
_QUIET = frozenset(("class", "id", "label", "orientation", "dir", XML_LANG))
_GAP = "\ue000"


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadItem:
    """One item file: the item, its words in the file's language, and what was noted while reading."""

    item: Item
    text: ItemText
    reasons: tuple[Reason, ...]


def read_item(data: bytes, *, language: str = UNKNOWN_LANGUAGE) -> ReadItem:
    """Read one QTI 3.0 item from XML bytes; `language` is that of a file that does not say.

    Raises Invalid, with the element's name, for what cannot be read faithfully.
    """
    return read_root(parse(data), language=language)


def read_root(root: Element, *, language: str = UNKNOWN_LANGUAGE) -> ReadItem:
    """Read one item from the root of a parsed document, which is used up. Raises Invalid as `read_item`."""
    if local(root) != "qti-assessment-item" or namespace(root) != QTI:
        raise Invalid(
            N_('Expected qti-assessment-item of QTI 3.0, got %(element)s in "%(namespace)s".'),
            element=local(root),
            namespace=namespace(root)[:200],
        )
    reasons = Reasons()
    if flag(root, "adaptive"):
        raise Invalid(N_('Adaptive items are not supported (adaptive="true").'))
    if flag(root, "time-dependent"):
        reasons.lost(N_('The item\'s time-dependent="true" was left out: time does not change its score.'))
    responses: dict[str, ResponseDeclaration] = {}
    outcomes: dict[str, OutcomeDeclaration] = {}
    body: Element | None = None
    rules: Element | None = None
    for child in children(root):
        match local(child):
            case "qti-response-declaration":
                response = read_response_declaration(child, reasons)
                _declare(response.identifier, responses, outcomes)
                responses[response.identifier] = response
            case "qti-outcome-declaration":
                outcome = read_outcome_declaration(child, reasons)
                _declare(outcome.identifier, responses, outcomes)
                outcomes[outcome.identifier] = outcome
            case "qti-item-body":
                body = child
            case "qti-response-processing":
                rules = child
            case name if name in _LEFT_OUT:
                reasons.lost(N_("The element %(element)s was left out with what is in it."), element=name)
            case name:
                raise _unsupported(name)
    if body is None or rules is None:
        missing = "qti-item-body" if body is None else "qti-response-processing"
        raise Invalid(N_("Expected the element %(element)s, which is missing."), element=missing)
    processing = read_processing(rules, responses, outcomes)
    if processing.outcome == "SCORE" and "SCORE" not in outcomes:
        outcomes["SCORE"] = OutcomeDeclaration(identifier="SCORE", base_type=BaseType.FLOAT)
        reasons.note(N_("The outcome SCORE was not declared; it is read as a number."))
    root.remove(body)
    stem, interaction, words = _read_body(body, reasons)
    item = _with_max_score(
        Item(
            identifier=required(root, "identifier"),
            interactions=(interaction,),
            responses=tuple(responses.values()),
            outcomes=tuple(outcomes.values()),
            processing=processing,
            max_score=Fraction(0),
        ),
        reasons,
    )
    declared = root.get(XML_LANG, "").strip()
    if not declared and language == UNKNOWN_LANGUAGE:
        reasons.note(N_("The file does not say its language (xml:lang)."))
    text = ItemText(
        language=check_language(declared or language),
        title=" ".join(root.get("title", "").split()) or item.identifier,
        stem=stem,
        interactions=(words,),
    )
    return ReadItem(item=item, text=check_text(item, text), reasons=reasons.all)


def _declare(
    identifier: str, responses: dict[str, ResponseDeclaration], outcomes: dict[str, OutcomeDeclaration]
) -> None:
    if identifier in responses or identifier in outcomes:
        raise Invalid(N_('The identifier "%(got)s" is used twice.'), got=identifier)


def _unsupported(name: str) -> Invalid:
    return Invalid(N_("The element %(element)s is not supported."), element=name)


def _with_max_score(item: Item, reasons: Reasons) -> Item:
    """Return the item with its maximum: MAXSCORE's default, else SCORE's normal-maximum, else the best."""
    check_item(item)
    best = best_score(item)
    stated = item.find_outcome("MAXSCORE")
    outcome = item.find_outcome(item.processing.outcome)
    maximum: Fraction | None = None
    if stated is not None and isinstance(stated.default, Fraction):
        maximum = stated.default
    elif outcome is not None:
        maximum = outcome.normal_maximum
    if maximum is None:
        maximum = best
    elif maximum < best:
        reasons.lost(
            N_("The stated maximum %(stated)s is below the best score %(best)s, which is used instead."),
            stated=maximum,
            best=best,
        )
        maximum = best
    elif maximum > best:
        reasons.note(
            N_("No response reaches the stated maximum %(stated)s; the best score is %(best)s."),
            stated=maximum,
            best=best,
        )
    return Item(
        identifier=item.identifier,
        interactions=item.interactions,
        responses=item.responses,
        outcomes=item.outcomes,
        processing=item.processing,
        max_score=maximum,
    )


def _read_body(body: Element, reasons: Reasons) -> tuple[str, Interaction, InteractionText]:
    found = [each for each in body.iterdescendants() if in_qti(each) and local(each).endswith("-interaction")]
    for element in found:
        if local(element) not in ("qti-choice-interaction", "qti-text-entry-interaction"):
            raise _unsupported(local(element))
    if len(found) != 1:
        raise Invalid(N_("Expected one interaction, found %(got)s."), got=len(found))
    element = found[0]
    for ancestor in element.iterancestors():
        if ancestor is not body and (not in_qti(ancestor) or local(ancestor).startswith("qti-")):
            raise _unsupported(local(ancestor))
    interaction: Interaction
    words: InteractionText
    if local(element) == "qti-choice-interaction":
        interaction, words = _read_choice(element, reasons)
        last, extra = element, ""
    else:
        interaction = _read_entry(element, reasons)
        words, last, extra = _read_line(element, body, reasons)
    if any(text.strip() for text in last.xpath("following::text()")):
        reasons.lost(N_("What stood after the answer was moved before it."))
    take_out(last)
    stem = read_fragment(body, reasons)
    if stem and inline(stem):
        stem = f"<p>{stem}</p>"
    stem += extra
    question = stem + (words.prompt if isinstance(words, ChoiceText) else words.before)
    if not question:
        raise Invalid(N_("Expected a question, but no text is left of it."))
    return stem, interaction, words


def _known_attributes(element: Element, known: tuple[str, ...], reasons: Reasons) -> None:
    for name in element.attrib:
        key = str(name)
        if key not in known and key not in _QUIET:
            reasons.lost(
                N_("The attribute %(attribute)s of %(element)s was left out."),
                attribute=key[:80],
                element=local(element),
            )


def _read_choice(element: Element, reasons: Reasons) -> tuple[ChoiceInteraction, ChoiceText]:
    _known_attributes(element, ("response-identifier", "shuffle", "max-choices", "min-choices"), reasons)
    response = required(element, "response-identifier")
    prompt = ""
    choices: list[Choice] = []
    words: list[ChoiceWords] = []
    for child in children(element):
        match local(child):
            case "qti-prompt":
                prompt = read_fragment(child, reasons)
            case "qti-simple-choice":
                if child.get("template-identifier", ""):
                    raise Invalid(N_("Choices that appear by template-identifier are not supported."))
                _known_attributes(child, ("identifier", "fixed", "show-hide"), reasons)
                identifier = required(child, "identifier")
                html = read_fragment(child, reasons)
                if not html:
                    raise Invalid(N_('No text is left of the choice "%(got)s".'), got=identifier)
                choices.append(Choice(identifier=identifier, fixed=flag(child, "fixed")))
                words.append(ChoiceWords(identifier=identifier, html=html))
            case other:
                raise _unsupported(other)
    interaction = ChoiceInteraction(
        response=response,
        choices=tuple(choices),
        max_choices=whole(element, "max-choices", default=1),
        min_choices=whole(element, "min-choices", default=0),
        shuffle=flag(element, "shuffle"),
    )
    return interaction, ChoiceText(response=response, prompt=prompt, choices=tuple(words))


def _read_entry(element: Element, reasons: Reasons) -> NumericEntryInteraction:
    _known_attributes(element, ("response-identifier", "expected-length"), reasons)
    length = whole(element, "expected-length", default=0)
    return NumericEntryInteraction(response=required(element, "response-identifier"), expected_length=length or None)


def _read_line(element: Element, body: Element, reasons: Reasons) -> tuple[NumericEntryText, Element, str]:
    """Return the words around a number field, the block they stood in, and what in it was no line."""
    response = required(element, "response-identifier")
    line = element
    for ancestor in element.iterancestors():
        line = ancestor
        if ancestor is body or not is_inline_element(local(ancestor)):
            break
    for ancestor in list(element.iterancestors()):
        if ancestor is line:
            break
        reasons.lost(N_("The element %(element)s was left out; its text was kept."), element=local(ancestor))
        unwrap(ancestor, line)
    if line is body:
        return NumericEntryText(response=response), element, ""
    if local(line) not in ("p", "div"):
        reasons.lost(N_("The answer field was moved out of the %(element)s it stood in."), element=local(line))
    element.tail = _GAP + (element.tail or "")
    take_out(element)
    parts = read_fragment(line, reasons).split(_GAP)
    if len(parts) != 2:
        raise Invalid(N_("Expected one answer field in a line of text."))
    before, unit = (part.strip(" ") for part in parts)
    extra = ""
    if not inline(before):
        before, extra = "", before
    if not inline(unit):
        reasons.lost(N_("What stood after the answer was moved before it."))
        unit, extra = "", extra + unit
    return NumericEntryText(response=response, before=before, unit=unit), line, extra
