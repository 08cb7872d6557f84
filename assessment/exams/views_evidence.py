"""An exam's result for those who decide, and one answer opened with its key (never for a candidate)."""

from decimal import Decimal

from flask import render_template
from markupsafe import Markup

from assessment.accounts.persons import name_of
from assessment.database import db
from assessment.domain.errors import N_, NotFound
from assessment.domain.items.item import (
    ChoiceInteraction,
    ChoiceText,
    MapResponse,
    NumericComparison,
    NumericEntryText,
)
from assessment.domain.items.view import candidate_view
from assessment.exams.content import describe
from assessment.exams.evidence import AnswerSheet, answer_sheet, result_of
from assessment.exams.showing import safe_html
from assessment.exams.tables import Attempt
from assessment.web.actor import me
from assessment.web.language import language


def attempt_result(attempt_id: str) -> str:
    session, body_id = db.session(), me().body_id
    attempt = session.get(Attempt, (body_id, attempt_id))
    if attempt is None or attempt.person_id == me().person_id:
        raise NotFound(N_("There is no such page."))
    found = result_of(session, body_id, attempt_id)
    ids = set(found.result.units) | set(found.result.criteria)
    named = describe(session, body_id, ids, language())
    return render_template(
        "exams/result.html",
        attempt=attempt,
        found=found,
        name=name_of(session, body_id, attempt.person_id),
        units=[(named[id_], found.result.units[id_]) for id_ in named if id_ in found.result.units],
        criteria=[
            (named[id_], found.result.criteria[id_], found.answers.get(id_, ()))
            for id_ in named
            if id_ in found.result.criteria
        ],
        may_open=_may_open(),
    )


def answer_detail(attempt_id: str, item: str) -> str:
    session, body_id = db.session(), me().body_id
    sheet = answer_sheet(session, body_id, attempt_id, item, language=language())
    if sheet.person_id == me().person_id:
        raise NotFound(N_("There is no such page."))
    named = describe(session, body_id, sheet.criterion_ids, language())
    return render_template(
        "exams/answer.html",
        sheet=sheet,
        name=name_of(session, body_id, sheet.person_id),
        criteria=list(named.values()),
        stem=safe_html(candidate_view(sheet.item, sheet.text, sheet.order).stem),
        choices=_choices(sheet),
        number=_number(sheet),
        by_mapping=isinstance(sheet.item.processing, MapResponse),
    )


def _may_open() -> bool:
    return bool({"assessor", "decider", "quality_manager"} & {role.value for role in me().roles})


def _given(sheet: AnswerSheet, response: str) -> tuple[str, ...]:
    value = (sheet.response or {}).get(response)
    return value if isinstance(value, tuple) else (value,) if value else ()


def _choices(sheet: AnswerSheet) -> list[tuple[Markup, bool, bool, object]]:
    """Return (words, chosen, right, marks by the mapping or None) of each choice, as the candidate saw them."""
    lines: list[tuple[Markup, bool, bool, object]] = []
    for interaction, words in zip(sheet.item.interactions, sheet.text.interactions, strict=True):
        if not isinstance(interaction, ChoiceInteraction) or not isinstance(words, ChoiceText):
            continue
        declared = sheet.item.find_response(interaction.response)
        correct = declared.correct if declared else ()
        mapping = declared.mapping if declared else None
        worth = {entry.key: entry.value for entry in mapping.entries} if mapping else {}
        by_id = {choice.identifier: choice.html for choice in words.choices}
        given = _given(sheet, interaction.response)
        for choice in sheet.order.get(interaction.response, tuple(by_id)):
            marks = worth.get(choice, mapping.default_value) if mapping else None
            lines.append((safe_html(by_id[choice]), choice in given, choice in correct, marks))
    return lines


def _number(sheet: AnswerSheet) -> dict[str, object] | None:
    """Return what was typed and what was expected, of a numeric entry."""
    for interaction, words in zip(sheet.item.interactions, sheet.text.interactions, strict=True):
        if not isinstance(words, NumericEntryText):
            continue
        declared = sheet.item.find_response(interaction.response)
        processing = sheet.item.processing
        reference = declared.correct[0] if declared and declared.correct else None
        lower = upper = None
        mode = "exact"
        if isinstance(processing, NumericComparison):
            reference = processing.reference if processing.reference is not None else reference
            lower, upper, mode = processing.lower_tolerance, processing.upper_tolerance, processing.mode.value
        return {
            "given": " ".join(_given(sheet, interaction.response)),
            "expected": reference if isinstance(reference, Decimal) else None,
            "lower": lower,
            "upper": upper,
            "mode": mode,
            "before": safe_html(words.before),
            "unit": safe_html(words.unit),
        }
    return None
