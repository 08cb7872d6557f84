"""Administration of persons: registering, names, documents, erasing. For administrators only."""

from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from assessment.accounts.administration import (
    erase,
)
from assessment.accounts.inputs import (
    DOCUMENTS,
    DocumentInput,
    NameInput,
    PersonInput,
)
from assessment.accounts.persons import (
    Name,
    birth_date_of,
    documents_of,
    name_of,
    names,
    record_document,
    record_name,
    register_person,
)
from assessment.accounts.queries import (
    PAGE,
    accounts_of,
    list_persons,
    names_of,
    registrations,
    standing_of_account,
    standing_of_person,
)
from assessment.database import db, reading
from assessment.domain.errors import Refusal
from assessment.web.actor import me
from assessment.web.gate import locate
from assessment.web.refusals import say
from assessment.web.requests import now

administration = Blueprint("administration", __name__)
locate("person_id", standing_of_person)
locate("account_id", standing_of_account)

Page = str | Response | tuple[str, int]


@administration.get("/persons")
def persons() -> str:
    session, body_id = db.session(), me().body_id
    words, page = request.args.get("q", "")[:120], page_wished()
    lines, count = list_persons(session, body_id, words=words, page=page)
    return render_template(
        "accounts/persons.html",
        lines=lines,
        count=count,
        names=names(session, body_id, [line.id for line in lines]),
        words=words,
        page=page,
        pages=-(-count // PAGE),
        address=lambda number: url_for("administration.persons", q=words or None, page=number),
    )


@administration.route("/persons/new", methods=["GET", "POST"])
def register() -> Page:
    form = PersonInput()
    refusal = ""
    if form.validate_on_submit():
        session, actor = db.session(), me()
        try:
            person_id = register_person(
                session,
                actor.body_id,
                name=Name(text=form.name.data or "", reading=form.reading.data or ""),
                birth_date=required(form.birth_date.data),
                phone=form.phone.data or "",
                now=now(),
            )
            _document(form, person_id)
        except Refusal as error:
            db.session.rollback()
            refusal = say(error)
        else:
            return redirect(url_for("administration.person", person_id=person_id), 303)
    title, back = gettext("Register a person"), url_for("administration.persons")
    return form_page(form, refusal, title, back, up=gettext("Persons"))


@administration.get("/persons/<person_id>")
def person(person_id: str) -> str:
    session, body_id = db.session(), me().body_id
    earlier, erased_at = names_of(session, body_id, person_id)
    return render_template(
        "accounts/person.html",
        person_id=person_id,
        name=earlier[0].name,
        earlier=earlier[1:],
        erased_at=erased_at,
        birth_date=None if erased_at else birth_date_of(session, body_id, person_id),
        documents=documents_of(session, body_id, person_id),
        kinds=DOCUMENTS,
        accounts=accounts_of(session, body_id, person_id, now=now()),
        registrations=registrations(session, body_id, person_id=person_id),
        own=person_id == me().person_id,
    )


@administration.route("/persons/<person_id>/name", methods=["GET", "POST"])
def correct_name(person_id: str) -> Page:
    with reading() as session:
        known = name_of(session, me().body_id, person_id)
    form = NameInput(name=known.text, reading=known.reading)
    refusal = ""
    if form.validate_on_submit():
        name = Name(text=form.name.data or "", reading=form.reading.data or "")
        try:
            record_name(
                db.session(), me().body_id, person_id, name=name, now=now(), reason=(form.reason.data or "").strip()
            )
        except Refusal as error:
            refusal = say(error)
        else:
            return redirect(url_for("administration.person", person_id=person_id), 303)
    return form_page(form, refusal, gettext("Correct the name"), back_to(person_id), over=known.text)


@administration.route("/persons/<person_id>/document", methods=["GET", "POST"])
def add_document(person_id: str) -> Page:
    with reading() as session:
        known = name_of(session, me().body_id, person_id)
    form = DocumentInput()
    refusal = ""
    if form.validate_on_submit():
        try:
            _document(form, person_id)
        except Refusal as error:
            refusal = say(error)
        else:
            return redirect(url_for("administration.person", person_id=person_id), 303)
    return form_page(form, refusal, gettext("Add a document"), back_to(person_id), over=known.text)


@administration.post("/persons/<person_id>/erase")
def erase_person(person_id: str) -> Response:
    try:
        erase(db.session(), me(), person_id, reason=request.form.get("reason", "")[:2000], now=now())
    except Refusal as error:
        db.session.rollback()
        flash(say(error), "refusal")
    else:
        flash(gettext("The person is erased. Records stay; what was personal in them cannot be read any more."))
    return redirect(url_for("administration.person", person_id=person_id), 303)


def _document(form: DocumentInput | PersonInput, person_id: str) -> None:
    record_document(
        db.session(),
        me().body_id,
        person_id,
        kind=form.kind.data,
        number=form.number.data or "",
        valid_until=form.valid_until.data,
        seen_by=me().person_id,
        now=now(),
    )


def form_page(form: object, refusal: str, title: str, back: str, *, over: str = "", up: str = "") -> Page:
    """Draw one form as a page of its own, with 422 when something in it has to change.

    `over` names the person it is about; `up` names the page behind `back` where it is about nobody.
    """
    page = render_template("accounts/form.html", form=form, refusal=refusal, title=title, back=back, over=over, up=up)
    return page, 422 if refusal or getattr(form, "errors", None) else 200


def back_to(person_id: str) -> str:
    """Return the address of a person's page."""
    return url_for("administration.person", person_id=person_id)


def required(value: date | None) -> date:
    """Return what a required date field holds."""
    if value is None:
        raise LookupError("A field that is required was let through empty.")
    return value


def page_wished() -> int:
    """Return the number of the page of a list that was asked for."""
    return max(1, request.args.get("page", 1, type=int))
