"""A draft of a task as an assessor will see it: cards made of whatever is there, without a mark on them."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from assessment.domain.errors import Invalid
from assessment.domain.language import text_in
from assessment.domain.practicals.document_limits import TestPiece, limits_at, test_piece_at


@dataclass(frozen=True, kw_only=True, slots=True)
class PreviewCard:
    """One criterion in one language; `limits` is None where they cannot be calculated yet."""

    code: str
    kind: str
    title: str
    help: str
    levels: tuple[str, ...]
    minimum: int | None
    tool: str
    resolution: str
    unit: str
    limits: tuple[Decimal | None, Decimal | None] | None
    confirmed: bool
    source: str
    numbers: str
    safety_critical: bool
    report: str
    photos: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class PreviewStep:
    """A step with its cards in the order of the sheet."""

    key: str
    title: str
    cards: tuple[PreviewCard, ...]


def preview_steps(document: Mapping[str, Any], language: str) -> tuple[PreviewStep, ...]:
    """Return the sheet that a draft makes, step by step."""
    piece = _piece(document)
    return tuple(
        PreviewStep(
            key=step["key"],
            title=text_in(_said(step["title"]), language) or step["key"],
            cards=tuple(
                preview_card(each, piece, language) for each in document["criteria"] if each["step"] == step["key"]
            ),
        )
        for step in document["steps"]
    )


def preview_of(document: Mapping[str, Any], criterion: Mapping[str, Any], language: str) -> PreviewCard:
    """Return one criterion of a draft as its card."""
    return preview_card(criterion, _piece(document), language)


def preview_card(criterion: Mapping[str, Any], piece: TestPiece, language: str) -> PreviewCard:
    """Return a criterion as its card, with limits for a test piece."""
    kind = criterion["kind"]
    limits, confirmed, source = None, True, ""
    if kind == "measured":
        try:
            stated = limits_at(criterion, criterion["code"], piece)
            limits, confirmed, source = (stated.limits.lower, stated.limits.upper), stated.confirmed, stated.source
        except (Invalid, KeyError):
            confirmed = bool(criterion.get("confirmed"))
    return PreviewCard(
        code=criterion["code"],
        kind=kind,
        title=text_in(_said(criterion["title"]), language),
        help=text_in(_said(criterion["help"]), language),
        levels=tuple(text_in(_said(level), language) for level in criterion.get("levels", ())),
        minimum=criterion.get("minimum_level"),
        tool=text_in(_said(criterion.get("tool", {})), language),
        resolution=criterion.get("resolution", ""),
        unit=criterion.get("unit", ""),
        limits=limits,
        confirmed=confirmed,
        source=source,
        numbers=", ".join(dict.fromkeys(path.rpartition("/")[2] for path in criterion["criteria"])),
        safety_critical=criterion["safety_critical"],
        report=criterion.get("report", ""),
        photos=tuple(criterion.get("photos", ())),
    )


def _piece(document: Mapping[str, Any]) -> TestPiece:
    try:
        return test_piece_at(document)
    except Invalid:
        return TestPiece()


def _said(texts: Mapping[str, str]) -> dict[str, str]:
    return {language: text for language, text in texts.items() if text.strip()}
