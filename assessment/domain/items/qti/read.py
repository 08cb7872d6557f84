"""A QTI item file into an item and its words: 3.0, and 2.0 to 2.2 by way of it.

Follows QTI 3.0, Assessment, Section and Item Information Model, and its XML binding. What the model cannot
hold is refused (a template item, an adaptive item, a program) or left out and said (a stylesheet, a printed
variable); nothing changes in silence.
"""

import posixpath
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from html import escape

from assessment.domain.errors import N_, Invalid
from assessment.domain.items.best import best_score
from assessment.domain.items.check import check_item, check_language, check_text
from assessment.domain.items.interactions import ExtendedTextInteraction, UploadInteraction
from assessment.domain.items.item import (
    BaseType,
    HumanMarking,
    Item,
    ItemText,
    OutcomeDeclaration,
    Processing,
    ResponseDeclaration,
    Scorer,
)
from assessment.domain.items.qti.declarations import read_outcome_declaration, read_response_declaration
from assessment.domain.items.qti.media import Fetch, Intake
from assessment.domain.items.qti.processing import implied_processing, read_processing
from assessment.domain.items.qti.read_body import Body, read_body
from assessment.domain.items.qti.reason import Reason, Reasons
from assessment.domain.items.qti.v2 import to_v3
from assessment.domain.items.qti.xml import (
    QTI,
    XML_LANG,
    Element,
    children,
    flag,
    local,
    namespace,
    parse,
    required,
)
from assessment.domain.items.response import PairInteraction

UNKNOWN_LANGUAGE = "und"

_LEFT_OUT = frozenset(("qti-catalog-info", "qti-companion-materials-info", "qti-stylesheet"))
_MOST = (
    ("-interaction", 100),
    ("-choice", 2_000),
    ("-declaration", 500),
    ("hottext", 2_000),
    ("-gap", 2_000),
    ("-value", 20_000),
    ("img", 500),
    ("td", 5_000),
)
"""How many elements of a kind an item may have, by the end of their names."""
_MOST_ELEMENTS = 25_000
_TEMPLATES = frozenset(("qti-template-declaration", "qti-template-processing"))


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadItem:
    """One item file: the item, its words in the file's language, and what was noted while reading.

    `contents` are the bytes of the files that the words name, by SHA-256.
    """

    item: Item
    text: ItemText
    reasons: tuple[Reason, ...]
    contents: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(kw_only=True, slots=True)
class _Parts:
    """The parts of an item file as they are met."""

    responses: dict[str, ResponseDeclaration] = field(default_factory=dict)
    outcomes: dict[str, OutcomeDeclaration] = field(default_factory=dict)
    body: Element | None = None
    rules: Element | None = None
    feedback: list[Element] = field(default_factory=list)
    stimuli: list[Element] = field(default_factory=list)


def read_item(data: bytes, *, language: str = UNKNOWN_LANGUAGE, files: Fetch | None = None) -> ReadItem:
    """Read one QTI item from XML bytes; `language` is that of a file that does not say.

    `files` gives the bytes of pictures, sounds and stimuli by their address as the item writes it; without it only
    their names are kept. Raises Invalid, with the element's name, for what cannot be read faithfully.
    """
    return read_root(parse(data), language=language, files=files)


def read_root(root: Element, *, language: str = UNKNOWN_LANGUAGE, files: Fetch | None = None) -> ReadItem:
    """Read one item from the root of a parsed document, which is used up. Raises Invalid as `read_item`."""
    reasons = Reasons()
    root = to_v3(root, reasons)
    if local(root) != "qti-assessment-item" or namespace(root) != QTI:
        raise Invalid(
            N_('Expected an item of QTI 2.0 to 3.0, got %(element)s in "%(namespace)s".'),
            element=local(root),
            namespace=namespace(root)[:200],
        )
    _check_counts(root)
    if flag(root, "adaptive"):
        raise Invalid(N_('Adaptive items are not supported (adaptive="true").'))
    if flag(root, "time-dependent"):
        reasons.lost(N_('The item\'s time-dependent="true" was left out: time does not change its score.'))
    parts = _read_parts(root, reasons)
    if parts.body is None:
        raise Invalid(N_("Expected the element %(element)s, which is missing."), element="qti-item-body")
    intake = Intake(reasons=reasons, fetch=files)
    body = Body(responses=parts.responses, reasons=reasons, intake=intake)
    root.remove(parts.body)
    read_body(parts.body, body)
    for element in parts.feedback:
        body.modal_feedback(element)
    stimulus, shared = _read_stimuli(parts.stimuli, body, files)
    if not body.interactions:
        raise Invalid(N_("Expected an interaction, found none."))
    _drop_unset(parts, body, reasons)
    _make_room(parts, body)
    processing = _read_processing(parts, body, reasons)
    item = _with_max_score(
        Item(
            identifier=required(root, "identifier"),
            interactions=tuple(interaction for interaction, _ in body.interactions),
            responses=tuple(parts.responses.values()),
            outcomes=tuple(parts.outcomes.values()),
            processing=processing,
            max_score=Fraction(0),
            stimulus=stimulus,
            feedback=tuple(body.feedback),
        ),
        reasons,
    )
    title = " ".join(root.get("title", "").split()) or item.identifier
    declared = root.get(XML_LANG, "").strip()
    if not declared and language == UNKNOWN_LANGUAGE:
        reasons.note(N_("The file does not say its language (xml:lang)."))
    text = ItemText(
        language=check_language(declared or language),
        title=title,
        stem=body.stem,
        interactions=tuple(words for _, words in body.interactions),
        stimulus=shared,
        feedback=tuple(body.feedback_texts),
        rubric="".join(body.rubrics)
        if len(body.rubrics) < 2
        else "".join(f"<div>{each}</div>" for each in body.rubrics),
        files=tuple(sorted(intake.files.values(), key=lambda file: file.name)),
    )
    if not _asks(text):
        reasons.note(N_("No text is left of the question; the title of the item stands in its place."))
        text = replace(text, stem=f"<p>{escape(title)}</p>")
    return ReadItem(item=item, text=check_text(item, text), reasons=reasons.all, contents=dict(intake.contents))


def _check_counts(root: Element) -> None:
    """Raise Invalid for more of anything than an item has, before any of it is read."""
    counts: Counter[str] = Counter()
    for number, element in enumerate(root.iterdescendants(), start=1):
        if number > _MOST_ELEMENTS:
            raise Invalid(N_("Expected at most %(max)s elements in an item, got more."), max=_MOST_ELEMENTS)
        name = local(element)
        for end, _ in _MOST:
            if name.endswith(end):
                counts[end] += 1
    for end, most in _MOST:
        if counts[end] > most:
            raise Invalid(
                N_("Expected at most %(max)s elements %(element)s in an item, got %(got)s."),
                max=most,
                element=end.strip("-"),
                got=counts[end],
            )


def _read_parts(root: Element, reasons: Reasons) -> _Parts:
    parts = _Parts()
    for child in children(root):
        match local(child):
            case "qti-response-declaration":
                response = read_response_declaration(child, reasons)
                _declare(response.identifier, parts)
                parts.responses[response.identifier] = response
            case "qti-outcome-declaration":
                outcome = read_outcome_declaration(child, reasons)
                _declare(outcome.identifier, parts)
                parts.outcomes[outcome.identifier] = outcome
            case "qti-item-body":
                parts.body = child
            case "qti-response-processing":
                parts.rules = child
            case "qti-modal-feedback":
                parts.feedback.append(child)
            case "qti-assessment-stimulus-ref":
                parts.stimuli.append(child)
            case name if name in _TEMPLATES:
                raise Invalid(
                    N_("Template items are not supported (%(element)s): their content changes with each attempt."),
                    element=name,
                )
            case name if name in _LEFT_OUT:
                reasons.lost(N_("The element %(element)s was left out with what is in it."), element=name)
            case name:
                raise Invalid(N_("The element %(element)s is not supported."), element=name)
    return parts


def _declare(identifier: str, parts: _Parts) -> None:
    if identifier in parts.responses or identifier in parts.outcomes:
        raise Invalid(N_('The identifier "%(got)s" is used twice.'), got=identifier)


def _read_stimuli(elements: list[Element], body: Body, files: Fetch | None) -> tuple[str | None, str]:
    """Return the identifier and the words of the text that the item shares with others, None and "" without one."""
    if body.stimulus is not None:
        return body.stimulus
    found: list[tuple[str, str]] = []
    for element in elements:
        address = element.get("href", "").strip()
        data = files(address) if files is not None and address else None
        if data is None:
            body.reasons.lost(N_('The text "%(name)s", which the item refers to, is not at hand.'), name=address[:120])
            continue
        root = to_v3(parse(data), body.reasons)
        inner = children(root, "qti-stimulus-body")
        if local(root) != "qti-assessment-stimulus" or len(inner) != 1:
            raise Invalid(N_('Expected a shared text in "%(name)s", got %(got)s.'), name=address[:120], got=local(root))
        body.intake.folder = posixpath.dirname(address)
        found.append((required(element, "identifier"), body.words_alone(inner[0])))
        body.intake.folder = ""
    if not found:
        return None, ""
    if len(found) == 1:
        return found[0]
    body.reasons.note(N_("The item refers to several texts; they are kept as one."))
    return found[0][0], "".join(f"<div>{html}</div>" for _, html in found)


def _drop_unset(parts: _Parts, body: Body, reasons: Reasons) -> None:
    """Leave out response variables that nothing in the body sets."""
    bound = {interaction.response for interaction, _ in body.interactions}
    unset = [name for name in parts.responses if name not in bound]
    for identifier in unset:
        del parts.responses[identifier]
        reasons.lost(N_('The response "%(name)s", which no interaction sets, was left out.'), name=identifier)
    for element in parts.rules.iterdescendants() if parts.rules is not None else ():
        # What is never given is NULL to the rules.
        if local(element) == "qti-variable" and element.get("identifier", "") in unset:
            element.tag = f"{{{QTI}}}qti-null"


def _make_room(parts: _Parts, body: Body) -> None:
    """Let as many pairs be made as the correct response has: what nobody can give is worth nothing."""
    for number, (interaction, words) in enumerate(body.interactions):
        declared = parts.responses.get(interaction.response)
        if declared is None or not isinstance(interaction, PairInteraction):
            continue
        if 0 < interaction.max_associations < len(declared.correct):
            wider = replace(interaction, max_associations=len(declared.correct))
            body.interactions[number] = (wider, words)
            body.reasons.lost(
                N_("The correct response has %(got)s pairs, but only %(max)s may be made; now %(got)s may."),
                got=len(declared.correct),
                max=interaction.max_associations,
            )


def _read_processing(parts: _Parts, body: Body, reasons: Reasons) -> Processing:
    outcomes = parts.outcomes
    marked = next((each.identifier for each in outcomes.values() if each.external_scored is Scorer.HUMAN), None)
    empty = parts.rules is None or (not children(parts.rules) and not parts.rules.get("template", "").strip())
    processing: Processing
    if parts.rules is not None and not empty:
        processing = read_processing(parts.rules, parts.responses, outcomes, reasons)
    elif marked is not None or any(
        isinstance(interaction, ExtendedTextInteraction | UploadInteraction) for interaction, _ in body.interactions
    ):
        processing = HumanMarking(outcome=marked or "SCORE")
    else:
        implied = implied_processing(parts.responses, outcomes, reasons)
        if implied is None:
            raise Invalid(N_("Expected the element %(element)s, which is missing."), element="qti-response-processing")
        processing = implied
    if processing.outcome == "SCORE" and "SCORE" not in outcomes:
        outcomes["SCORE"] = OutcomeDeclaration(identifier="SCORE", base_type=BaseType.FLOAT)
        reasons.note(N_("The outcome SCORE was not declared; it is read as a number."))
    return processing


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
    outcomes = item.outcomes
    if maximum is None and isinstance(item.processing, HumanMarking):
        reasons.lost(N_("The item does not say how many marks a person may give; it is 1."))
        maximum = Fraction(1)
        outcomes = tuple(_with_maximum(each, item.processing.outcome, maximum) for each in outcomes)
    elif maximum is None:
        maximum = best
    elif isinstance(item.processing, HumanMarking):
        pass
    elif maximum < best:
        reasons.lost(
            N_("The stated maximum %(stated)s is below the best score %(best)s, which is used instead."),
            stated=maximum,
            best=best,
        )
        maximum = best
    elif maximum > best and not item.human_marked:
        reasons.note(
            N_("No response reaches the stated maximum %(stated)s; the best score is %(best)s."),
            stated=maximum,
            best=best,
        )
    return Item(
        identifier=item.identifier,
        interactions=item.interactions,
        responses=item.responses,
        outcomes=outcomes,
        processing=item.processing,
        max_score=maximum,
        stimulus=item.stimulus,
        feedback=item.feedback,
    )


def _with_maximum(outcome: OutcomeDeclaration, identifier: str, maximum: Fraction) -> OutcomeDeclaration:
    return replace(outcome, normal_maximum=maximum) if outcome.identifier == identifier else outcome


def _asks(text: ItemText) -> bool:
    """Whether there are words of a question."""
    asked = any(getattr(words, name, "") for words in text.interactions for name in ("prompt", "before", "body"))
    return bool(text.stem or text.stimulus or asked)
