"""The practice round's pages. Nothing is kept: a form that is sent asks for the next page and is forgotten."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from assessment.domain.errors import N_, NotFound
from assessment.domain.outbox import is_identifier
from assessment.exams.practice import practice_questions
from assessment.item_bank.showing import shown
from assessment.web.language import language
from assessment.web.pages import static_url

practice = Blueprint("practice", __name__)


@practice.get("/practice/<int:number>")
def question(number: int) -> str | Response:
    if onward := request.args.get("next"):
        return redirect(_onward(onward), 303)
    questions = practice_questions(language())
    if not 1 <= number <= len(questions):
        raise NotFound(N_("There is no such question."))
    return render_template(
        "exams/practice.html",
        number=number,
        last=len(questions),
        shown=shown(questions[number - 1], address=lambda _file: static_url("img/practice.svg")),
        exam=_exam(),
    )


@practice.get("/practice/done")
def done() -> str:
    return render_template("exams/practice_done.html", exam=_exam())


def _onward(wished: str) -> str:
    if wished.isascii() and wished.isdigit() and len(wished) <= 3:
        return url_for("practice.question", number=int(wished), exam=_exam())
    return url_for("practice.done", exam=_exam())


def _exam() -> str | None:
    """The attempt from whose start page the candidate came, to find back there."""
    exam = request.args.get("exam", "")
    return exam if is_identifier(exam) else None
