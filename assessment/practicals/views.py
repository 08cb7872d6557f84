"""Practicals for people: today's list, check-in with photo, what the candidate reads, the record to print."""

from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.numbers import get_decimal_symbol
from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from flask_babel import get_locale
from werkzeug.wrappers import Response as WerkzeugResponse

from assessment.accounts.check_in import Comparison, check_in_of, photo_of
from assessment.accounts.inputs import CheckInInput
from assessment.accounts.persons import documents_of
from assessment.accounts.photos import plain_photo
from assessment.accounts.sealing import Erased
from assessment.accounts.tables import Occasion
from assessment.database import db, reading
from assessment.domain.errors import N_, Conflict, Invalid, NotAllowed, NotFound
from assessment.domain.roles import Role
from assessment.practicals import labels, opening
from assessment.practicals.confirming import ended_of
from assessment.practicals.content import task_content
from assessment.practicals.piece_queries import reports_of
from assessment.practicals.queries import PAGE, practical_head, practicals_on, standing_of_practical
from assessment.practicals.record import record_of
from assessment.practicals.tables import PracticalState
from assessment.practicals.today import UNFINISHED, day_of, scope_of
from assessment.web.actor import me
from assessment.web.gate import locate
from assessment.web.language import language
from assessment.web.refusals import say
from assessment.web.requests import now
from assessment.web.rights import MATRIX

practicals = Blueprint("practicals", __name__)
locate("practical_id", standing_of_practical)

VIEWS = ("today", "unfinished", "submitted")


@practicals.app_template_filter("measured")
def measured(value: Decimal) -> str:
    """A measured value with the digits it was typed with, in the reader's own writing."""
    return format(value, "f").replace("-", "\N{MINUS SIGN}").replace(".", decimal_sign())


def decimal_sign() -> str:
    """The decimal comma or point of the page's language."""
    return str(get_decimal_symbol(get_locale() or "id"))


@practicals.get("/practicals")
def index() -> str:
    shown = request.args.get("show", "today")
    shown = shown if shown in VIEWS else "today"
    page = max(1, request.args.get("page", 1, type=int))
    states = {"unfinished": UNFINISHED, "submitted": (PracticalState.SUBMITTED,)}.get(shown, tuple(PracticalState))
    between = day_of(now(), me().zone) if shown == "today" else None
    lines, total = practicals_on(
        db.session(),
        me().body_id,
        scope_of(me()),
        language=language(),
        reader_id=me().person_id,
        states=states,
        between=between,
        page=page,
    )
    return render_template(
        "practicals/index.html",
        lines=lines,
        shown=shown,
        page=page,
        pages=-(-total // PAGE),
        today=now(),
        next_page=lambda number: url_for("practicals.index", show=shown, page=number),
        may_check_in=Role.INVIGILATOR in me().roles,
        may_compare=bool(me().roles & {Role.SCHEME_MANAGER, Role.QUALITY_MANAGER}),
        may_take_in=bool(me().roles & {Role.SCHEME_MANAGER, Role.INVIGILATOR}),
    )


@practicals.route("/practicals/<practical_id>/check-in", methods=["GET", "POST"])
def check_in(practical_id: str) -> str | WerkzeugResponse | tuple[str, int]:
    form = CheckInInput()
    with reading() as session:
        head = practical_head(session, me().body_id, practical_id, me().person_id)
        documents = documents_of(session, me().body_id, head.candidate_id)
    form.document_id.choices = [(document.id, document.number) for document in documents]
    refusal = ""
    if form.validate_on_submit():
        try:
            _check_in(practical_id, form)
        except (Invalid, NotAllowed, Conflict) as error:
            refusal = say(error)
        else:
            return redirect(url_for("practicals.index"), 303)
    with reading():
        page = render_template(
            "practicals/check_in.html",
            form=form,
            head=head,
            documents=documents,
            today=now().astimezone(ZoneInfo(me().zone)).date(),
            refusal=refusal,
        )
    return page, 422 if refusal or form.errors else 200


def _check_in(practical_id: str, form: CheckInInput) -> None:
    photo = plain_photo(form.photo.data.read() if form.photo.data else b"")
    comparison = Comparison(document_id=form.document_id.data or "", photo=photo, exception=form.exception.data or "")
    opening.check_in(db.session(), me(), current_app.extensions["storage"], practical_id, comparison, now=now())


@practicals.get("/practicals/<practical_id>/photo")
def photo(practical_id: str) -> Response:
    entry = check_in_of(db.session(), me().body_id, Occasion.PRACTICAL, practical_id)
    if entry is None:
        raise NotFound(N_("There is no photo."))
    head = practical_head(db.session(), me().body_id, practical_id, me().person_id)
    try:
        content = photo_of(db.session(), current_app.extensions["storage"], entry, head.candidate_id)
    except Erased as error:
        raise NotFound(N_("There is no photo.")) from error
    return Response(content, mimetype="image/jpeg", headers={"Cache-Control": "private, no-store"})


@practicals.get("/practicals/<practical_id>/task")
def task(practical_id: str) -> str:
    head = practical_head(db.session(), me().body_id, practical_id, me().person_id)
    content = task_content(db.session(), me().body_id, head.rubric_id, language())
    # The candidate reads the task from the check-in on; whoever prepares the place reads it before.
    hidden = head.candidate_id == me().person_id and head.state is PracticalState.SCHEDULED
    return render_template("practicals/task.html", head=head, task=content, hidden=hidden)


@practicals.get("/practicals/<practical_id>/record")
def record(practical_id: str) -> str:
    session = db.session()
    head = practical_head(session, me().body_id, practical_id, me().person_id)
    shown = record_of(session, me().body_id, head, language(), me().person_id)
    sealed = [sheet.person_id for sheet in head.sheets if sheet.receipt is not None]
    return render_template(
        "practicals/record.html",
        shown=shown,
        head=head,
        ended=ended_of(session, me().body_id, practical_id, sealed) if sealed else [],
        reports=reports_of(session, me().body_id, practical_id) if head.piece else [],
        labels=labels,
        opens_reports=any(role in MATRIX["pieces.file"].cells for role in me().roles),
        may_decide=head.place is None and bool(me().roles & {Role.SCHEME_MANAGER, Role.QUALITY_MANAGER}),
    )
