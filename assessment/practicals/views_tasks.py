"""Tasks for the scheme manager: the list, and one task with its rubric to read and to print."""

import json

from flask import Blueprint, Response, current_app, render_template, request, url_for

from assessment.accounts.persons import names
from assessment.database import db
from assessment.domain.language import FALLBACK
from assessment.practicals.content import task_contents
from assessment.practicals.draft_queries import reviewed
from assessment.practicals.drafting_tasks import WRITERS
from assessment.practicals.exchanging import export_task
from assessment.practicals.sheet import criterion_statements
from assessment.practicals.task_queries import PAGE, newest_rubric, standing_of_task, tasks_of_body
from assessment.schemes.queries import scheme_titles
from assessment.web.actor import me
from assessment.web.gate import locate
from assessment.web.language import language
from assessment.web.requests import now

tasks = Blueprint("tasks", __name__)
locate("task_id", standing_of_task)


@tasks.get("/tasks")
def index() -> str:
    page = max(1, request.args.get("page", 1, type=int))
    lines, total = tasks_of_body(db.session(), me().body_id, language=language(), page=page)
    return render_template(
        "practicals/tasks.html",
        lines=lines,
        page=page,
        pages=-(-total // PAGE),
        next_page=lambda number: url_for("tasks.index", page=number),
    )


@tasks.get("/tasks/<task_id>")
def page(task_id: str) -> str:
    session, body_id, first = db.session(), me().body_id, language()
    second = next((code for code in FALLBACK if code != first), first)
    contents = task_contents(session, body_id, newest_rubric(session, body_id, task_id), [first, second])
    task = contents[first]
    passed = reviewed(session, body_id, task.rubric_id)
    people = names(session, body_id, [each for each in (passed.author_id, passed.reviewed_by) if each])
    return render_template(
        "practicals/rubric.html",
        task=task,
        beside=contents[second],
        both=contents[second].language != task.language,
        scheme=scheme_titles(session, body_id, [task.scheme_version_id], first)[task.scheme_version_id],
        passed=passed,
        people={person_id: name.text for person_id, name in people.items()},
        author=not WRITERS.isdisjoint(me().roles),
        statements=criterion_statements(session, body_id, task.criteria, first),
    )


@tasks.get("/tasks/<task_id>/rubric.json")
def export(task_id: str) -> Response:
    """The newest version as a CASE package."""
    package = export_task(
        db.session(),
        me().body_id,
        task_id,
        origin=current_app.extensions["settings"].base_url,
        language=language(),
        now=now(),
    )
    text = json.dumps(package, ensure_ascii=False, indent=2)
    response = Response(text, mimetype="application/json")
    response.headers["Content-Disposition"] = f"attachment; filename=rubric-{task_id}.json"
    return response
