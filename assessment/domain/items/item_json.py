"""Items and their words as JSON, format version 1, and the digest that names an item's structure.

Numbers travel as text ("0.5", "1/3"): a JSON number would pass through a binary float. Readers of old
versions are never removed (rule 19). A member that came later stands only where it says something, so that what
was stored before reads the same and keeps its digest.
"""

import hashlib
import json
from typing import Any

from assessment.domain.errors import N_, Invalid
from assessment.domain.items.check import check_item, check_text
from assessment.domain.items.declarations_json import (
    outcome_from_json,
    outcome_to_json,
    processing_from_json,
    processing_to_json,
    response_from_json,
    response_to_json,
)
from assessment.domain.items.exact import read_exact, write_exact
from assessment.domain.items.interactions import (
    AssociateInteraction,
    ChoiceInteraction,
    ExtendedTextInteraction,
    GapMatchInteraction,
    GraphicAssociateInteraction,
    GraphicGapMatchInteraction,
    GraphicOrderInteraction,
    HotspotInteraction,
    HotTextInteraction,
    InlineChoiceInteraction,
    Interaction,
    MatchInteraction,
    NumericEntryInteraction,
    OrderInteraction,
    PositionObjectInteraction,
    SelectPointInteraction,
    SliderInteraction,
    TextEntryInteraction,
    UploadInteraction,
)
from assessment.domain.items.item import Feedback, Item
from assessment.domain.items.json_values import read_value, text, write_value
from assessment.domain.items.words import (
    AssociateText,
    ChoiceText,
    ExtendedTextText,
    FeedbackText,
    GapMatchText,
    GraphicGapMatchText,
    GraphicText,
    HotTextText,
    InlineChoiceText,
    InteractionText,
    ItemFile,
    ItemText,
    MatchText,
    NumericEntryText,
    OrderText,
    PositionObjectText,
    SliderText,
    TextEntryText,
    UploadText,
)

VERSION = 1

_INTERACTIONS: dict[str, type[Interaction]] = {
    "choice": ChoiceInteraction,
    "order": OrderInteraction,
    "associate": AssociateInteraction,
    "match": MatchInteraction,
    "gap_match": GapMatchInteraction,
    "inline_choice": InlineChoiceInteraction,
    "text_entry": TextEntryInteraction,
    "numeric_entry": NumericEntryInteraction,
    "extended_text": ExtendedTextInteraction,
    "hot_text": HotTextInteraction,
    "hotspot": HotspotInteraction,
    "graphic_order": GraphicOrderInteraction,
    "graphic_associate": GraphicAssociateInteraction,
    "graphic_gap_match": GraphicGapMatchInteraction,
    "select_point": SelectPointInteraction,
    "position_object": PositionObjectInteraction,
    "slider": SliderInteraction,
    "upload": UploadInteraction,
}
_WORDS: dict[str, type[InteractionText]] = {
    "choice": ChoiceText,
    "order": OrderText,
    "associate": AssociateText,
    "match": MatchText,
    "gap_match": GapMatchText,
    "inline_choice": InlineChoiceText,
    "text_entry": TextEntryText,
    "numeric_entry": NumericEntryText,
    "extended_text": ExtendedTextText,
    "hot_text": HotTextText,
    "graphic": GraphicText,
    "graphic_gap_match": GraphicGapMatchText,
    "position_object": PositionObjectText,
    "slider": SliderText,
    "upload": UploadText,
}
_INTERACTION_NAMES = {kind: name for name, kind in _INTERACTIONS.items()}
_WORDS_NAMES = {kind: name for name, kind in _WORDS.items()}


def to_json(item: Item) -> dict[str, Any]:
    """Return the item as JSON values, `v` first; equal items give equal values."""
    written: dict[str, Any] = {
        "v": VERSION,
        "identifier": item.identifier,
        "interactions": [_interaction_to_json(each) for each in item.interactions],
        "responses": [response_to_json(each) for each in item.responses],
        "outcomes": [outcome_to_json(each) for each in item.outcomes],
        "processing": processing_to_json(item.processing),
        "max_score": write_exact(item.max_score),
    }
    if item.stimulus is not None:
        written["stimulus"] = item.stimulus
    if item.feedback:
        written["feedback"] = write_value(item.feedback)
    return written


def from_json(value: Any) -> Item:
    """Read what `to_json` wrote and check it whole. Raises Invalid when it has another shape or version."""
    try:
        _expect_version(value)
        item = Item(
            identifier=text(value["identifier"]),
            interactions=tuple(_interaction_from_json(each) for each in value["interactions"]),
            responses=tuple(response_from_json(each) for each in value["responses"]),
            outcomes=tuple(outcome_from_json(each) for each in value["outcomes"]),
            processing=processing_from_json(value["processing"]),
            max_score=read_exact(text(value["max_score"])),
            stimulus=text(value["stimulus"]) if "stimulus" in value else None,
            feedback=tuple(read_value(Feedback, each) for each in value.get("feedback", [])),
        )
    except (KeyError, TypeError, ValueError, ArithmeticError, Invalid) as error:
        raise Invalid(N_("Expected an item of format 1, got another shape: %(error)s."), error=error) from error
    return check_item(item)


def text_to_json(words: ItemText) -> dict[str, Any]:
    """Return the words of one language as JSON values."""
    written: dict[str, Any] = {
        "v": VERSION,
        "language": words.language,
        "title": words.title,
        "stem": words.stem,
        "interactions": [_words_to_json(each) for each in words.interactions],
    }
    if words.stimulus:
        written["stimulus"] = words.stimulus
    if words.feedback:
        written["feedback"] = write_value(words.feedback)
    if words.rubric:
        written["rubric"] = words.rubric
    if words.files:
        written["files"] = write_value(words.files)
    return written


def text_from_json(item: Item, value: Any) -> ItemText:
    """Read what `text_to_json` wrote and check it against its item. Raises Invalid."""
    try:
        _expect_version(value)
        words = ItemText(
            language=text(value["language"]),
            title=text(value["title"]),
            stem=text(value["stem"]),
            interactions=tuple(_words_from_json(each) for each in value["interactions"]),
            stimulus=text(value.get("stimulus", "")),
            feedback=tuple(read_value(FeedbackText, each) for each in value.get("feedback", [])),
            rubric=text(value.get("rubric", "")),
            files=tuple(read_value(ItemFile, each) for each in value.get("files", [])),
        )
    except (KeyError, TypeError, ValueError, Invalid) as error:
        raise Invalid(N_("Expected an item's words of format 1, got another shape: %(error)s."), error=error) from error
    return check_text(item, words)


def canonical_json(value: Any) -> bytes:
    """Return the one spelling of JSON values: sorted keys, no spaces, UTF-8 (no floats are ever in it)."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest(item: Item) -> str:
    """Return the SHA-256 of the item's structure, 64 hex digits; its words are not part of it."""
    return hashlib.sha256(canonical_json(to_json(item))).hexdigest()


def _expect_version(value: Any) -> None:
    if value["v"] != VERSION:
        raise ValueError(f"format {value['v']!r}")


def _interaction_to_json(interaction: Interaction) -> dict[str, Any]:
    return {"type": _INTERACTION_NAMES[type(interaction)], **write_value(interaction)}


def _interaction_from_json(value: Any) -> Interaction:
    name = text(value["type"])
    if name not in _INTERACTIONS:
        raise ValueError(f"interaction {name!r}")
    return read_value(_INTERACTIONS[name], value, without="type")


def _words_to_json(words: InteractionText) -> dict[str, Any]:
    return {"type": _WORDS_NAMES[type(words)], **write_value(words)}


def _words_from_json(value: Any) -> InteractionText:
    name = text(value["type"])
    if name not in _WORDS:
        raise ValueError(f"words {name!r}")
    return read_value(_WORDS[name], value, without="type")
