"""The test piece of a practical and the reports on it: to enter, to read and to print."""

from collections.abc import Callable

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy import select
from werkzeug.wrappers import Response as WerkzeugResponse

from assessment.accounts.persons import names
from assessment.database import db, reading
from assessment.domain.errors import N_, Conflict, Invalid, NotAllowed, NotFound
from assessment.domain.practicals.task_document import ReportKind
from assessment.domain.roles import Role
from assessment.practicals import labels
from assessment.practicals.inputs import PieceInput, ReportInput
from assessment.practicals.piece_queries import newest_piece, reports_of
from assessment.practicals.pieces import NewReport, record_piece, record_report
from assessment.practicals.queries import practical_head
from assessment.practicals.tables_pieces import TestPiece, TestReport
from assessment.web.actor import me
from assessment.web.refusals import say
from assessment.web.requests import now

pieces = Blueprint("pieces", __name__)


@pieces.get("/practicals/<practical_id>/piece")
def page(practical_id: str) -> str:
    return _page(practical_id, PieceInput(formdata=None), ReportInput(formdata=None))


@pieces.post("/practicals/<practical_id>/piece")
def record(practical_id: str) -> WerkzeugResponse | tuple[str, int]:
    form = PieceInput()
    typed = {name: request.form.get(name, "") for name in labels.PIECE}

    def act() -> None:
        welded_on = form.welded_on.data
        assert welded_on is not None  # the form was whole
        record_piece(
            db.session(),
            me(),
            practical_id,
            stamp=form.stamp.data or "",
            welded_on=welded_on,
            typed=typed,
            reason=form.reason.data or "",
            now=now(),
        )

    return _done(practical_id, form.validate_on_submit(), act, form, ReportInput(formdata=None))


@pieces.post("/practicals/<practical_id>/reports")
def report(practical_id: str) -> WerkzeugResponse | tuple[str, int]:
    form = ReportInput()
    file = form.file.data.read() if form.file.data else b""

    def act() -> None:
        tested_on = form.tested_on.data
        assert tested_on is not None  # the form was whole
        new = NewReport(
            kind=ReportKind(form.kind.data),
            reference=form.reference.data or "",
            laboratory=form.laboratory.data or "",
            accreditation=form.accreditation.data or "",
            operator=form.operator.data or "",
            tested_on=tested_on,
            accepted=form.accepted.data == "yes",
            file=file,
            remark=form.remark.data or "",
        )
        record_report(db.session(), me(), current_app.extensions["storage"], practical_id, new, now=now())

    return _done(practical_id, form.validate_on_submit(), act, PieceInput(formdata=None), form)


@pieces.get("/practicals/<practical_id>/reports/<file_digest>")
def file(practical_id: str, file_digest: str) -> Response:
    found = db.session.scalar(
        select(TestReport.media_type)
        .where(
            TestReport.body_id == me().body_id,
            TestReport.practical_id == practical_id,
            TestReport.file_digest == file_digest,
        )
        .limit(1)
    )
    if found is None:
        raise NotFound(N_("There is no such report."))
    response = Response(current_app.extensions["storage"].get(file_digest), mimetype=found)
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _done(
    practical_id: str, whole: bool, act: Callable[[], None], piece_form: PieceInput, report_form: ReportInput
) -> WerkzeugResponse | tuple[str, int]:
    refusal = ""
    if whole:
        try:
            act()
        except (Invalid, Conflict, NotAllowed) as error:
            db.session.rollback()
            refusal = say(error)
        else:
            flash(gettext("It is written down."))
            return redirect(url_for("pieces.page", practical_id=practical_id), 303)
    with reading():
        return _page(practical_id, piece_form, report_form, refusal=refusal), 422


def _page(practical_id: str, piece_form: PieceInput, report_form: ReportInput, *, refusal: str = "") -> str:
    session, body_id = db.session(), me().body_id
    head = practical_head(session, body_id, practical_id, me().person_id)
    piece = newest_piece(session, body_id, practical_id)
    reports = reports_of(session, body_id, practical_id)
    if piece is not None and not piece_form.is_submitted():
        _fill(piece_form, piece)
    writers = {each.person_id for each in reports} | ({piece.person_id} if piece else set())
    people = names(session, body_id, writers)
    return render_template(
        "practicals/piece.html",
        head=head,
        piece=piece,
        reports=reports,
        piece_form=piece_form,
        report_form=report_form,
        labels=labels,
        people={person_id: name.text for person_id, name in people.items()},
        enters=Role.INVIGILATOR in me().roles,
        refusal=refusal,
    )


def _fill(form: PieceInput, piece: TestPiece) -> None:
    form.stamp.data, form.welded_on.data = piece.stamp, piece.welded_on
    for name in labels.PIECE:
        form["welding_process" if name == "process" else name].data = piece.facts.get(name, "")
