"""Scoring an item file: what `teruji qti score` prints for one file, as a pure function.

The shape is frozen in DESIGN.md ("Stable commands"): `{file, identifier, outcomes, max_score, refused}`.
"""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any

from assessment.domain.errors import N_, Invalid, Refusal
from assessment.domain.items.best import best_response, correct_values
from assessment.domain.items.exact import json_number
from assessment.domain.items.interactions import ExtendedTextInteraction, TextEntryInteraction, UploadInteraction
from assessment.domain.items.item import Item
from assessment.domain.items.processing.rules import RuleProcessing
from assessment.domain.items.qti.media import Fetch
from assessment.domain.items.qti.read import read_item
from assessment.domain.items.response import Response, read_response
from assessment.domain.items.scoring import ItemScore, Outcome, score
from assessment.domain.items.variables import Cardinality, ResponseDeclaration, Scalar

Lexical = str | list[str] | None

_FIGURES = "0123456789abcdefghijklmnopqrstuvwxyz"


class Given(StrEnum):
    """Responses that come from the item itself."""

    CORRECT = "correct"
    BLANK = "blank"


def correct_responses(item: Item) -> dict[str, Lexical]:
    """Return the correct response to each variable in lexical form.

    It is the declared one, else the one that a mapping or the areas of a picture make most of (the middle of each
    area), else what a comparison or the rules look for. A variable for which nothing is known is left blank. Raises
    Invalid when nothing is known of any.
    """
    found = {each.identifier: correct_values(item, each) for each in item.responses}
    if not all(found.values()) and isinstance(item.processing, RuleProcessing):
        # Rules may look for what no declaration says.
        best = best_response(item).responses
        found = {name: values or best.get(name, ()) for name, values in found.items()}
    for declaration in item.responses:
        if not found[declaration.identifier] and not (any(found.values()) or _is_free(item, declaration)):
            raise Invalid(N_('"%(name)s" declares no correct response.'), name=declaration.identifier)
    return {each.identifier: _lexical(item, each, found[each.identifier]) for each in item.responses}


def evaluate(item: Item, responses: Mapping[str, object], *, seed: bytes = b"") -> ItemScore:
    """Score lexical responses by variable; a variable that is not named is NULL.

    Raises Invalid when a response cannot be read.
    """
    read: list[Response | None] = [
        read_response(item, value, identifier=identifier) for identifier, value in responses.items()
    ]
    return score(item, *read, seed=seed)


def evaluate_file(
    file: str, data: bytes, given: Given | Mapping[str, object], *, files: Fetch | None = None
) -> dict[str, Any]:
    """Return the line of `teruji qti score` for one item file; a refusal is a reason in it, never raised.

    `files` gives the pictures and texts that the item refers to.
    """
    line: dict[str, Any] = {
        "file": file,
        "identifier": None,
        "outcomes": {},
        "max_score": None,
        "refused": None,
    }
    try:
        item = _read(data, files)
        line |= {"identifier": item.identifier, "max_score": json_number(item.max_score)}
        if isinstance(given, Given):
            given = correct_responses(item) if given is Given.CORRECT else {}
        outcomes = evaluate(item, given).outcomes
    except Refusal as refusal:
        return line | {"refused": str(refusal)}
    return line | {"outcomes": {name: _plain(value) for name, value in outcomes.items()}}


def _read(data: bytes, files: Fetch | None) -> Item:
    """Return the item; pictures do not change marks, so they are looked for only where the file is unclear without."""
    try:
        return read_item(data).item
    except Invalid:
        if files is None:
            raise
    return read_item(data, files=files).item


def _is_free(item: Item, declaration: ResponseDeclaration) -> bool:
    """Whether a variable is a text or a file, of which no response is the correct one."""
    return isinstance(item.find_interaction(declaration.identifier), ExtendedTextInteraction | UploadInteraction)


def _lexical(item: Item, declaration: ResponseDeclaration, values: tuple[Scalar, ...]) -> Lexical:
    if not values:
        return None
    interaction = item.find_interaction(declaration.identifier)
    base = interaction.base if isinstance(interaction, TextEntryInteraction | ExtendedTextInteraction) else 10
    texts = [_in_base(value, base) if isinstance(value, Decimal) else value for value in values]
    single = declaration.cardinality in (Cardinality.SINGLE, Cardinality.RECORD)
    return texts[0] if single else texts


def _in_base(value: Decimal, base: int) -> str:
    if base == 10 or value != value.to_integral_value():
        return str(value)
    rest, figures = abs(int(value)), ""
    while rest or not figures:
        rest, figure = divmod(rest, base)
        figures = _FIGURES[figure] + figures
    return f"-{figures}" if value < 0 else figures


def _plain(value: Outcome) -> object:
    match value:
        case Fraction():
            return json_number(value)
        case tuple():
            return [_plain(each) for each in value]
        case None | str():
            return value
        case _:
            return {name: _plain(each) for name, each in value.items()}
