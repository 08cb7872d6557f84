"""The qualification beside a welder's certificate: proposed by one person of the office, answered by another."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from assessment.accounts.persons import names
from assessment.credentials.inputs import BASES, AnswerInput, EndInput, QualificationInput
from assessment.credentials.qualifying import (
    Proposal,
    Tested,
    answer_qualification,
    proposals_of,
    propose_end,
    propose_qualification,
    standing_one,
    tested_pieces,
)
from assessment.credentials.queries import certificate_line
from assessment.credentials.views import certificates
from assessment.database import db
from assessment.domain.certification.qualification import Basis
from assessment.domain.errors import N_, NotFound, Refusal
from assessment.practicals.labels import REPORTS
from assessment.web.actor import me
from assessment.web.inputs import Input, choices
from assessment.web.refusals import STATUS, say
from assessment.web.requests import now


@certificates.get("/certificates/<credential_id>/welder-qualification")
def qualification(credential_id: str) -> str:
    return _page(credential_id)


@certificates.post("/certificates/<credential_id>/welder-qualification")
def propose_qualified(credential_id: str) -> Response | tuple[str, int]:
    form = _form(_pieces(credential_id))
    if not form.validate_on_submit():
        return _page(credential_id, form=form), 422
    try:
        propose_qualification(db.session(), me(), credential_id, form.piece.data, Basis(form.basis.data), now=now())
    except Refusal as refusal:
        return _refused(credential_id, refusal, form=form)
    flash(gettext("Proposed. A second person answers it; until then nothing changes."))
    return redirect(url_for(".qualification", credential_id=credential_id), 303)


@certificates.post("/certificates/<credential_id>/welder-qualification/end")
def propose_qualified_end(credential_id: str) -> Response | tuple[str, int]:
    form = EndInput()
    if not form.validate_on_submit():
        return _page(credential_id, ending=form), 422
    try:
        propose_end(db.session(), me(), credential_id, reason=form.reason.data or "", now=now())
    except Refusal as refusal:
        return _refused(credential_id, refusal, ending=form)
    flash(gettext("Proposed. A second person answers it; until then nothing changes."))
    return redirect(url_for(".qualification", credential_id=credential_id), 303)


@certificates.post("/certificates/<credential_id>/welder-qualification/<qualification_id>")
def answer_qualified(credential_id: str, qualification_id: str) -> Response | tuple[str, int]:
    form = AnswerInput()
    if not form.validate_on_submit():
        return _page(credential_id, answer=form), 422
    confirmed = form.answer.data == "confirm"
    try:
        answer_qualification(
            db.session(),
            me(),
            credential_id,
            qualification_id,
            confirmed=confirmed,
            note=form.note.data or "",
            now=now(),
        )
    except Refusal as refusal:
        return _refused(credential_id, refusal, answer=form)
    flash(gettext("Confirmed. It takes effect now.") if confirmed else gettext("Turned down. Nothing changes."))
    return redirect(url_for(".qualification", credential_id=credential_id), 303)


def _refused(credential_id: str, refusal: Refusal, **forms: Input) -> tuple[str, int]:
    db.session.rollback()
    for form in forms.values():
        form.form_errors.append(say(refusal))
    return _page(credential_id, **forms), STATUS[type(refusal)]


def _pieces(credential_id: str) -> list[Tested]:
    line = certificate_line(db.session(), me().body_id, credential_id, now=now())
    if line is None:
        raise NotFound(N_("There is no such certificate."))
    return tested_pieces(db.session(), me().body_id, line.application_id)


def _form(pieces: list[Tested]) -> QualificationInput:
    form = QualificationInput()
    form.piece.choices = choices({each.piece.id: each.piece.stamp for each in pieces if each.weld and not each.missing})
    return form


def _page(credential_id: str, **forms: Input) -> str:
    session, body_id = db.session(), me().body_id
    line = certificate_line(session, body_id, credential_id, now=now())
    if line is None:
        raise NotFound(N_("There is no such certificate."))
    pieces, proposals = tested_pieces(session, body_id, line.application_id), proposals_of(session, body_id, line.id)
    waiting = next((each.row for each in proposals if each.answer is None), None)
    standing = standing_one(proposals)
    stamps = {each.piece.id: each.piece.stamp for each in pieces}
    return render_template(
        "credentials/qualification.html",
        line=line,
        pieces=[(each, [REPORTS[report.kind] for report in each.reports], _wanted(each)) for each in pieces],
        proposals=proposals,
        stamps=stamps,
        bases=BASES,
        waiting=waiting,
        standing=standing,
        names=names(session, body_id, _people(proposals)),
        form=None
        if waiting or not any(each.weld and not each.missing for each in pieces)
        else forms.get("form") or _form(pieces),
        ending=(forms.get("ending") or EndInput()) if standing and not waiting else None,
        answer=(forms.get("answer") or AnswerInput()) if waiting and waiting.person_id != me().person_id else None,
    )


def _wanted(tested: Tested) -> list[str]:
    """The tests that are missing, each with its alternatives."""
    return [" / ".join(str(REPORTS[kind]) for kind in kinds) for kinds in tested.missing]


def _people(proposals: list[Proposal]) -> set[str]:
    return {each.row.person_id for each in proposals} | {each.answer.person_id for each in proposals if each.answer}
