"""Scoring an item file: what `teruji qti score` prints for one file, as a pure function.

The shape is frozen in DESIGN.md ("Stable commands"): `{file, identifier, outcomes, max_score, refused}`.
"""

from collections.abc import Mapping
from enum import StrEnum
from fractions import Fraction
from typing import Any

from assessment.domain.errors import N_, Invalid, Refusal
from assessment.domain.items.exact import json_number
from assessment.domain.items.item import Cardinality, Item, NumericComparison
from assessment.domain.items.qti.read import read_item
from assessment.domain.items.response import Response, read_response
from assessment.domain.items.scoring import ItemScore, score

Lexical = str | list[str] | None


class Given(StrEnum):
    """Responses that come from the item itself."""

    CORRECT = "correct"
    BLANK = "blank"


def correct_responses(item: Item) -> dict[str, Lexical]:
    """Return the declared correct response to each variable in lexical form.

    For a comparison of numbers without one it is the number compared with. Raises Invalid when an item
    declares none.
    """
    correct: dict[str, Lexical] = {}
    for declaration in item.responses:
        values = [str(value) for value in declaration.correct]
        processing = item.processing
        if not values and isinstance(processing, NumericComparison) and processing.reference is not None:
            values = [str(processing.reference)]
        if not values:
            raise Invalid(N_('"%(name)s" declares no correct response.'), name=declaration.identifier)
        correct[declaration.identifier] = values[0] if declaration.cardinality is Cardinality.SINGLE else values
    return correct


def evaluate(item: Item, responses: Mapping[str, object]) -> ItemScore:
    """Score lexical responses by variable; a variable that is not named is NULL.

    Raises Invalid when a response cannot be read.
    """
    read: list[Response | None] = [
        read_response(item, value, identifier=identifier) for identifier, value in responses.items()
    ]
    return score(item, *read)


def evaluate_file(file: str, data: bytes, given: Given | Mapping[str, object]) -> dict[str, Any]:
    """Return the line of `teruji qti score` for one item file; a refusal is a reason in it, never raised."""
    line: dict[str, Any] = {
        "file": file,
        "identifier": None,
        "outcomes": {},
        "max_score": None,
        "refused": None,
    }
    try:
        item = read_item(data).item
        line |= {"identifier": item.identifier, "max_score": json_number(item.max_score)}
        if isinstance(given, Given):
            given = correct_responses(item) if given is Given.CORRECT else {}
        outcomes = evaluate(item, given).outcomes
    except Refusal as refusal:
        return line | {"refused": str(refusal)}
    return line | {
        "outcomes": {
            name: json_number(value) if isinstance(value, Fraction) else value for name, value in outcomes.items()
        }
    }
