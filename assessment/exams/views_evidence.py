"""An exam's result for those who decide, and one answer opened with its key (never for a candidate)."""

from flask import render_template, url_for
from flask_babel import gettext

from assessment.accounts.persons import name_of
from assessment.database import db
from assessment.domain.errors import N_, NotFound
from assessment.domain.items.item import NumericComparison
from assessment.domain.items.view import candidate_view
from assessment.exams.content import describe
from assessment.exams.evidence import AnswerSheet, answer_sheet, result_of
from assessment.exams.showing import item_file_url, shown
from assessment.exams.tables import Attempt
from assessment.item_bank.keys import key_parts, marked_by_people
from assessment.item_bank.preview import key_of
from assessment.web.actor import me
from assessment.web.formatting import number as say_number
from assessment.web.language import language


def attempt_result(attempt_id: str) -> str:
    session, body_id = db.session(), me().body_id
    found = result_of(session, body_id, attempt_id)
    attempt = session.get_one(Attempt, (body_id, attempt_id))
    if attempt.person_id == me().person_id:
        raise NotFound(N_("There is no such page."))
    result = found.result
    units, criteria = (result.units, result.criteria) if result is not None else ({}, {})
    ids = set(units) | set(criteria)
    named = describe(session, body_id, ids, language())
    return render_template(
        "exams/result.html",
        attempt=attempt,
        found=found,
        name=name_of(session, body_id, attempt.person_id),
        units=[(named[id_], units[id_]) for id_ in named if id_ in units],
        criteria=[(named[id_], criteria[id_], found.answers.get(id_, ())) for id_ in named if id_ in criteria],
        may_open=_may_open(),
    )


def answer_detail(attempt_id: str, item: str) -> str:
    session, body_id = db.session(), me().body_id
    sheet = answer_sheet(session, body_id, attempt_id, item, language=language())
    if sheet.person_id == me().person_id:
        raise NotFound(N_("There is no such page."))
    named = describe(session, body_id, sheet.criterion_ids, language())
    view = candidate_view(sheet.item, sheet.text, sheet.order)
    question = shown(view, sheet.response, attempt_id=attempt_id)
    files = {file.name: item_file_url(attempt_id, file) for file in view.files}
    return render_template(
        "exams/answer.html",
        sheet=sheet,
        name=name_of(session, body_id, sheet.person_id),
        criteria=list(named.values()),
        question=question,
        parts=key_parts(sheet.item, sheet.text, sheet.response, order=sheet.order, files=files),
        expected=_expected(sheet),
        by_people=marked_by_people(sheet.item),
        file_url=lambda digest: url_for("exam_files.uploaded", attempt_id=attempt_id, digest=digest),
    )


def _may_open() -> bool:
    return bool({"assessor", "decider", "quality_manager"} & {role.value for role in me().roles})


def _expected(sheet: AnswerSheet) -> str:
    """Say which numbers were accepted, where a comparison of numbers scores; empty for everything else."""
    key = key_of(sheet.item, sheet.text) if isinstance(sheet.item.processing, NumericComparison) else None
    if key is None or key.correct is None:
        return ""
    if key.least is None or key.most is None or key.least == key.most:
        exact: str = gettext("Expected: %(number)s.", number=say_number(key.correct))
        return exact
    ranged: str = gettext(
        "Expected: %(number)s, accepted from %(least)s to %(most)s.",
        number=say_number(key.correct),
        least=say_number(key.least),
        most=say_number(key.most),
    )
    return ranged
