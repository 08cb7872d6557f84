"""Items and their words as JSON, format version 1, and the digest that names an item's structure.

Numbers travel as text ("0.5", "1/3"): a JSON number would pass through a binary float. Readers of old
versions are never removed (rule 19).
"""

import hashlib
import json
from decimal import Decimal
from fractions import Fraction
from typing import Any, assert_never

from assessment.domain.errors import N_, Invalid
from assessment.domain.items.check import check_item, check_text
from assessment.domain.items.exact import canonical, read_exact, write_exact
from assessment.domain.items.item import (
    BaseType,
    Cardinality,
    Choice,
    ChoiceInteraction,
    ChoiceText,
    ChoiceWords,
    Interaction,
    InteractionText,
    Item,
    ItemText,
    MapEntry,
    Mapping,
    MapResponse,
    MatchCorrect,
    NumericComparison,
    NumericEntryInteraction,
    NumericEntryText,
    OutcomeDeclaration,
    Processing,
    ResponseDeclaration,
    Scalar,
    ToleranceMode,
)

VERSION = 1


def to_json(item: Item) -> dict[str, Any]:
    """Return the item as JSON values, `v` first; equal items give equal values."""
    return {
        "v": VERSION,
        "identifier": item.identifier,
        "interactions": [_interaction_to_json(each) for each in item.interactions],
        "responses": [_response_to_json(each) for each in item.responses],
        "outcomes": [_outcome_to_json(each) for each in item.outcomes],
        "processing": _processing_to_json(item.processing),
        "max_score": write_exact(item.max_score),
    }


def from_json(value: Any) -> Item:
    """Read what `to_json` wrote and check it whole. Raises Invalid when it has another shape or version."""
    try:
        _expect_version(value)
        item = Item(
            identifier=_text(value["identifier"]),
            interactions=tuple(_interaction_from_json(each) for each in value["interactions"]),
            responses=tuple(_response_from_json(each) for each in value["responses"]),
            outcomes=tuple(_outcome_from_json(each) for each in value["outcomes"]),
            processing=_processing_from_json(value["processing"]),
            max_score=read_exact(_text(value["max_score"])),
        )
    except (KeyError, TypeError, ValueError, ArithmeticError) as error:
        raise Invalid(N_("Expected an item of format 1, got another shape: %(error)s."), error=error) from error
    return check_item(item)


def text_to_json(text: ItemText) -> dict[str, Any]:
    """Return the words of one language as JSON values."""
    return {
        "v": VERSION,
        "language": text.language,
        "title": text.title,
        "stem": text.stem,
        "interactions": [_words_to_json(each) for each in text.interactions],
    }


def text_from_json(item: Item, value: Any) -> ItemText:
    """Read what `text_to_json` wrote and check it against its item. Raises Invalid."""
    try:
        _expect_version(value)
        text = ItemText(
            language=_text(value["language"]),
            title=_text(value["title"]),
            stem=_text(value["stem"]),
            interactions=tuple(_words_from_json(each) for each in value["interactions"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise Invalid(N_("Expected an item's words of format 1, got another shape: %(error)s."), error=error) from error
    return check_text(item, text)


def canonical_json(value: Any) -> bytes:
    """Return the one spelling of JSON values: sorted keys, no spaces, UTF-8 (no floats are ever in it)."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest(item: Item) -> str:
    """Return the SHA-256 of the item's structure, 64 hex digits; its words are not part of it."""
    return hashlib.sha256(canonical_json(to_json(item))).hexdigest()


def _expect_version(value: Any) -> None:
    if value["v"] != VERSION:
        raise ValueError(f"format {value['v']!r}")


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not text")
    return value


def _whole(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{value!r} is not a whole number")
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"{value!r} is not true or false")
    return value


def _write_optional(value: Fraction | None) -> str | None:
    return None if value is None else write_exact(value)


def _read_optional(value: Any) -> Fraction | None:
    return None if value is None else read_exact(_text(value))


def _read_number(value: Any) -> Decimal:
    return canonical(Decimal(_text(value)))


def _read_scalar(base_type: BaseType, value: Any) -> Scalar:
    return _read_number(value) if base_type.numeric else _text(value)


def _interaction_to_json(interaction: Interaction) -> dict[str, Any]:
    match interaction:
        case ChoiceInteraction():
            return {
                "type": "choice",
                "response": interaction.response,
                "choices": [{"identifier": each.identifier, "fixed": each.fixed} for each in interaction.choices],
                "max_choices": interaction.max_choices,
                "min_choices": interaction.min_choices,
                "shuffle": interaction.shuffle,
            }
        case NumericEntryInteraction():
            return {
                "type": "numeric_entry",
                "response": interaction.response,
                "expected_length": interaction.expected_length,
            }
        case _:
            assert_never(interaction)


def _interaction_from_json(value: Any) -> Interaction:
    match value["type"]:
        case "choice":
            return ChoiceInteraction(
                response=_text(value["response"]),
                choices=tuple(
                    Choice(identifier=_text(each["identifier"]), fixed=_flag(each["fixed"]))
                    for each in value["choices"]
                ),
                max_choices=_whole(value["max_choices"]),
                min_choices=_whole(value["min_choices"]),
                shuffle=_flag(value["shuffle"]),
            )
        case "numeric_entry":
            length = value["expected_length"]
            return NumericEntryInteraction(
                response=_text(value["response"]), expected_length=None if length is None else _whole(length)
            )
        case other:
            raise ValueError(f"interaction {other!r}")


def _response_to_json(declaration: ResponseDeclaration) -> dict[str, Any]:
    mapping = declaration.mapping
    return {
        "identifier": declaration.identifier,
        "cardinality": declaration.cardinality.value,
        "base_type": declaration.base_type.value,
        "correct": [str(value) for value in declaration.correct],
        "mapping": None
        if mapping is None
        else {
            "entries": [[str(entry.key), write_exact(entry.value)] for entry in mapping.entries],
            "default_value": write_exact(mapping.default_value),
            "lower_bound": _write_optional(mapping.lower_bound),
            "upper_bound": _write_optional(mapping.upper_bound),
        },
    }


def _response_from_json(value: Any) -> ResponseDeclaration:
    base_type = BaseType(value["base_type"])
    mapping = value["mapping"]
    return ResponseDeclaration(
        identifier=_text(value["identifier"]),
        cardinality=Cardinality(value["cardinality"]),
        base_type=base_type,
        correct=tuple(_read_scalar(base_type, each) for each in value["correct"]),
        mapping=None
        if mapping is None
        else Mapping(
            entries=tuple(
                MapEntry(key=_read_scalar(base_type, key), value=read_exact(_text(marks)))
                for key, marks in mapping["entries"]
            ),
            default_value=read_exact(_text(mapping["default_value"])),
            lower_bound=_read_optional(mapping["lower_bound"]),
            upper_bound=_read_optional(mapping["upper_bound"]),
        ),
    )


def _outcome_to_json(outcome: OutcomeDeclaration) -> dict[str, Any]:
    default = outcome.default
    return {
        "identifier": outcome.identifier,
        "base_type": outcome.base_type.value,
        "default": write_exact(default) if isinstance(default, Fraction) else default,
        "normal_maximum": _write_optional(outcome.normal_maximum),
        "normal_minimum": _write_optional(outcome.normal_minimum),
    }


def _outcome_from_json(value: Any) -> OutcomeDeclaration:
    base_type = BaseType(value["base_type"])
    default = value["default"]
    return OutcomeDeclaration(
        identifier=_text(value["identifier"]),
        base_type=base_type,
        default=default if default is None else read_exact(default) if base_type.numeric else _text(default),
        normal_maximum=_read_optional(value["normal_maximum"]),
        normal_minimum=_read_optional(value["normal_minimum"]),
    )


def _processing_to_json(processing: Processing) -> dict[str, Any]:
    common = {"response": processing.response, "outcome": processing.outcome}
    match processing:
        case MatchCorrect():
            return common | {
                "type": "match_correct",
                "points": write_exact(processing.points),
                "otherwise": write_exact(processing.otherwise),
            }
        case MapResponse():
            return common | {"type": "map_response"}
        case NumericComparison():
            return common | {
                "type": "numeric_comparison",
                "mode": processing.mode.value,
                "lower_tolerance": write_exact(processing.lower_tolerance),
                "upper_tolerance": write_exact(processing.upper_tolerance),
                "include_lower": processing.include_lower,
                "include_upper": processing.include_upper,
                "response_first": processing.response_first,
                "reference": None if processing.reference is None else str(processing.reference),
                "points": write_exact(processing.points),
                "otherwise": write_exact(processing.otherwise),
            }
        case _:
            assert_never(processing)


def _processing_from_json(value: Any) -> Processing:
    response, outcome = _text(value["response"]), _text(value["outcome"])
    match value["type"]:
        case "match_correct":
            return MatchCorrect(
                response=response,
                outcome=outcome,
                points=read_exact(value["points"]),
                otherwise=read_exact(value["otherwise"]),
            )
        case "map_response":
            return MapResponse(response=response, outcome=outcome)
        case "numeric_comparison":
            reference = value["reference"]
            return NumericComparison(
                response=response,
                outcome=outcome,
                mode=ToleranceMode(value["mode"]),
                lower_tolerance=read_exact(value["lower_tolerance"]),
                upper_tolerance=read_exact(value["upper_tolerance"]),
                include_lower=_flag(value["include_lower"]),
                include_upper=_flag(value["include_upper"]),
                response_first=_flag(value["response_first"]),
                reference=None if reference is None else _read_number(reference),
                points=read_exact(value["points"]),
                otherwise=read_exact(value["otherwise"]),
            )
        case other:
            raise ValueError(f"processing {other!r}")


def _words_to_json(words: InteractionText) -> dict[str, Any]:
    match words:
        case ChoiceText():
            return {
                "type": "choice",
                "response": words.response,
                "prompt": words.prompt,
                "choices": [{"identifier": each.identifier, "html": each.html} for each in words.choices],
            }
        case NumericEntryText():
            return {
                "type": "numeric_entry",
                "response": words.response,
                "before": words.before,
                "unit": words.unit,
            }
        case _:
            assert_never(words)


def _words_from_json(value: Any) -> InteractionText:
    match value["type"]:
        case "choice":
            return ChoiceText(
                response=_text(value["response"]),
                prompt=_text(value["prompt"]),
                choices=tuple(
                    ChoiceWords(identifier=_text(each["identifier"]), html=_text(each["html"]))
                    for each in value["choices"]
                ),
            )
        case "numeric_entry":
            return NumericEntryText(
                response=_text(value["response"]), before=_text(value["before"]), unit=_text(value["unit"])
            )
        case other:
            raise ValueError(f"words {other!r}")
