"""Certificates: the list and page of staff, the holder's own, downloads, and changes of status by two people."""

from collections.abc import Collection, Sequence
from datetime import datetime

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from assessment.accounts.persons import names
from assessment.accounts.waiting import Pile, Task, waits_for
from assessment.certification.after_decision import Link, NamedCertificate, leads_to, names_certificates
from assessment.certification.tables import Application
from assessment.certification.texts import words_of
from assessment.credentials.changing_status import answer as answer_proposal
from assessment.credentials.changing_status import propose as propose_change
from assessment.credentials.exporting import ENDINGS, MEDIA_TYPES, Format, export
from assessment.credentials.inputs import SHOWN_TEXTS, STEP_TEXTS, AnswerInput, LinkInput, ProposalInput
from assessment.credentials.keys import origin
from assessment.credentials.queries import (
    PAGE,
    Line,
    certificate_line,
    certificate_of_application,
    changes_of,
    numbers_of_applications,
    open_proposals,
    standing_of_change,
    standing_of_credential,
)
from assessment.credentials.queries import certificates as find_certificates
from assessment.credentials.sharing import links_of
from assessment.credentials.signer_client import report_readiness
from assessment.credentials.wording import CHANGES, STEPS
from assessment.database import db
from assessment.domain.errors import N_, NotFound, Refusal
from assessment.domain.roles import Role
from assessment.web.actor import Actor, me
from assessment.web.gate import locate
from assessment.web.inputs import choices
from assessment.web.language import language
from assessment.web.refusals import STATUS, say
from assessment.web.requests import now

certificates = Blueprint("certificates", __name__)
certificates.record_once(lambda state: report_readiness(state.app))
locate("credential_id", standing_of_credential)
locate("status_change_id", standing_of_change)

OFFICE = frozenset({Role.RELEASER, Role.QUALITY_MANAGER})
OLDEST = 3


@certificates.get("/certificates")
def index() -> str:
    page = max(1, request.args.get("page", 1, type=int))
    number = request.args.get("q", "").strip()[:40]
    lines, total = find_certificates(db.session(), now=now(), body_id=me().body_id, number=number, page=page)
    return render_template(
        "credentials/certificates.html",
        lines=lines,
        names=names(db.session(), me().body_id, [line.person_id for line in lines]),
        titles=_titles({line.scheme_version_id for line in lines}),
        number=number,
        count=total,
        page=page,
        pages=-(-total // PAGE),
        address=lambda other: url_for("certificates.index", page=other, q=number or None),
    )


@certificates.get("/my-certificates")
def own() -> str:
    lines, _total = find_certificates(db.session(), now=now(), body_id=me().body_id, person_id=me().person_id)
    return render_template(
        "credentials/own.html", lines=lines, titles=_titles({line.scheme_version_id for line in lines})
    )


@certificates.get("/certificates/<credential_id>")
def page(credential_id: str) -> str:
    return _page(credential_id)


@certificates.get("/certificates/<credential_id>/<form>")
def download(credential_id: str, form: str) -> Response:
    if form not in MEDIA_TYPES:
        raise NotFound(N_("There is no such page."))
    kind = Format(form)
    line = certificate_line(db.session(), me().body_id, credential_id, now=now())
    content = export(db.session(), me().body_id, credential_id, kind)
    file = Response(content, content_type=MEDIA_TYPES[kind])
    file.headers["Content-Disposition"] = f'attachment; filename="{line.number if line else "-"}{ENDINGS[kind]}"'
    file.headers["Cache-Control"] = "private, no-store"
    return file


@certificates.get("/status-changes")
def proposals() -> str:
    page = max(1, request.args.get("page", 1, type=int))
    lines, total = open_proposals(db.session(), me().body_id, page)
    return render_template(
        "credentials/proposals.html",
        lines=lines,
        words=CHANGES,
        names=names(db.session(), me().body_id, [line.proposed_by for line in lines]),
        page=page,
        pages=-(-total // PAGE),
        address=lambda other: url_for("certificates.proposals", page=other),
    )


@certificates.post("/certificates/<credential_id>/status-changes")
def propose(credential_id: str) -> AnyResponse | tuple[str, int]:
    form = ProposalInput()
    if not form.validate_on_submit():
        return _page(credential_id, proposal=form), 422
    purpose, value = STEPS[form.step.data]
    try:
        propose_change(db.session(), me(), credential_id, purpose, value, reason=form.reason.data or "", now=now())
    except Refusal as error:
        db.session.rollback()
        form.form_errors.append(say(error))
        return _page(credential_id, proposal=form), STATUS[type(error)]
    flash(gettext("Proposed. A second person answers it; until then nothing changes."))
    return redirect(url_for("certificates.page", credential_id=credential_id), 303)


@certificates.post("/certificates/<credential_id>/status-changes/<status_change_id>")
def answer(credential_id: str, status_change_id: str) -> AnyResponse | tuple[str, int]:
    form = AnswerInput(prefix=status_change_id)
    if not form.validate_on_submit():
        return _page(credential_id, answered=form), 422
    confirmed = form.answer.data == "confirm"
    try:
        answer_proposal(db.session(), me(), status_change_id, confirmed=confirmed, note=form.note.data or "", now=now())
    except Refusal as error:
        db.session.rollback()
        form.form_errors.append(say(error))
        return _page(credential_id, answered=form), STATUS[type(error)]
    flash(gettext("Confirmed. It takes effect now.") if confirmed else gettext("Turned down. Nothing changes."))
    return redirect(url_for("certificates.page", credential_id=credential_id), 303)


def _page(credential_id: str, proposal: ProposalInput | None = None, answered: AnswerInput | None = None) -> str:
    session, office = db.session(), bool(OFFICE & me().roles)
    line = certificate_line(session, me().body_id, credential_id, now=now())
    if line is None:
        raise NotFound(N_("There is no such certificate."))
    # A holder hears of what is in effect, never of what somebody only proposed.
    changes = [each for each in changes_of(session, me().body_id, credential_id) if office or each.confirmed]
    people = {line.person_id, *(change.proposed_by for change in changes)}
    people |= {change.confirmed_by for change in changes if change.confirmed_by}
    forms = {
        change.id: answered if answered and answered._prefix == f"{change.id}-" else AnswerInput(prefix=change.id)
        for change in changes
        if change.confirmed is None and office and change.proposed_by != me().person_id
    }
    return render_template(
        "credentials/certificate.html",
        line=line,
        office=office,
        names=names(session, me().body_id, people),
        title=_titles({line.scheme_version_id}).get(line.scheme_version_id),
        changes=changes,
        words=CHANGES,
        answers=forms,
        proposal=_proposal(line.standing.suspended, proposal) if office and _may_change(line) else None,
        link=f"{origin(session)}/v/{line.id}",
        forms={form.name.lower(): form.value for form in MEDIA_TYPES},
        links=_links(line) if line.person_id == me().person_id and line.issued_at else None,
        link_form=LinkInput(formdata=None),
    )


def _links(line: Line) -> list[tuple[str, str, str, datetime]]:
    """(id, address, what it shows, made at) of each link to the holder's own certificate."""
    address = origin(db.session())
    return [
        (link.id, f"{address}/l/{link.id}", SHOWN_TEXTS[link.shows], link.made_at)
        for link in links_of(db.session(), line.body_id, line.id)
    ]


def _may_change(line: Line) -> bool:
    return line.issued_at is not None and not line.standing.revoked and line.person_id != me().person_id


def _proposal(suspended: bool, sent: ProposalInput | None) -> ProposalInput:
    """The form, with the steps that are possible now."""
    form = sent or ProposalInput(formdata=None)
    gone = "suspend" if suspended else "reinstate"
    form.step.choices = choices({step: text for step, text in STEP_TEXTS.items() if step != gone})
    return form


def _titles(versions: set[str]) -> dict[str, str]:
    found = words_of(db.session(), me().body_id, language(), scheme_versions=versions)
    return {id_: words.text for id_, words in found.items()}


def _proposals_waiting(session: Session, actor: Actor, _moment: datetime) -> Sequence[Pile]:
    waiting, total = open_proposals(session, actor.body_id, not_by=actor.person_id)
    oldest = [
        Task(
            text=f"{line.number} · {CHANGES[line.purpose, line.value]}",
            url=url_for("certificates.page", credential_id=line.credential_id),
            since=line.proposed_at,
        )
        for line in waiting[:OLDEST]
    ]
    return [
        Pile(
            title=gettext("Status changes for a second person"),
            count=total,
            url=url_for("certificates.proposals"),
            oldest=tuple(oldest),
        )
    ]


def _way_to_certificate(session: Session, application: Application) -> Link | None:
    found = certificate_of_application(session, application.body_id, application.id)
    if found is None:
        return None
    return Link(text=gettext("Your certificate"), url=url_for("certificates.page", credential_id=found))


def _of_applications(session: Session, body_id: str, application_ids: Collection[str]) -> dict[str, NamedCertificate]:
    return {
        application_id: NamedCertificate(id=credential_id, number=number)
        for application_id, (credential_id, number) in numbers_of_applications(
            session, body_id, application_ids
        ).items()
    }


def _own_waiting(session: Session, actor: Actor, moment: datetime) -> Sequence[Pile]:
    lines, _total = find_certificates(session, now=moment, body_id=actor.body_id, person_id=actor.person_id)
    issued = [line for line in lines if line.issued_at is not None]
    oldest = [
        Task(text=line.number, url=url_for("certificates.page", credential_id=line.id)) for line in issued[:OLDEST]
    ]
    return [
        Pile(
            title=gettext("My certificates"),
            count=len(issued),
            url=url_for("certificates.own"),
            oldest=tuple(oldest),
        )
    ]


leads_to(_way_to_certificate)
names_certificates(_of_applications)
waits_for(Role.CANDIDATE, _own_waiting)
waits_for(Role.RELEASER, _proposals_waiting)
waits_for(Role.QUALITY_MANAGER, _proposals_waiting)
