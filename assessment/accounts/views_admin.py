"""Administration: persons, their accounts, one-time passwords, roles. For administrators only."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from assessment.accounts.administration import (
    create_account,
    end_grant,
    end_sessions,
    erase,
    grant_role,
    new_password,
    reset_password,
    set_active,
)
from assessment.accounts.inputs import (
    DOCUMENTS,
    ROLES,
    AccountInput,
    DocumentInput,
    GrantInput,
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
    grants_of,
    list_accounts,
    list_persons,
    names_of,
    registrations,
    sessions_of,
    sites_of,
    standing_of_account,
    standing_of_person,
)
from assessment.accounts.sign_in import hash_password
from assessment.accounts.tables import Account
from assessment.database import db, reading
from assessment.domain.errors import Refusal
from assessment.domain.roles import Role
from assessment.web.actor import me
from assessment.web.gate import locate
from assessment.web.inputs import choices
from assessment.web.refusals import say
from assessment.web.requests import now

administration = Blueprint("administration", __name__)
locate("person_id", standing_of_person)
locate("account_id", standing_of_account)

Page = str | Response | tuple[str, int]


@administration.get("/persons")
def persons() -> str:
    session, body_id = db.session(), me().body_id
    words, page = request.args.get("q", "")[:120], _page()
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
    return form_page(form, refusal, gettext("Register a person"), url_for("administration.persons"))


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
    return form_page(form, refusal, gettext("Correct the name"), _back(person_id), over=known.text)


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
    return form_page(form, refusal, gettext("Add a document"), _back(person_id), over=known.text)


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


@administration.get("/accounts")
def accounts() -> str:
    session, body_id = db.session(), me().body_id
    wished = request.args.get("role", "")
    role = Role(wished) if wished in {role.value for role in Role} else None
    lines, count = list_accounts(session, body_id, role=role, page=_page(), now=now())
    return render_template(
        "accounts/accounts.html",
        lines=lines,
        count=count,
        names=names(session, body_id, [line.person_id for line in lines]),
        role=role,
        roles=ROLES,
        page=_page(),
        pages=-(-count // PAGE),
        address=lambda number: url_for("administration.accounts", role=wished or None, page=number),
    )


@administration.route("/persons/<person_id>/account", methods=["GET", "POST"])
def open_account(person_id: str) -> Page:
    with reading() as session:
        known = name_of(session, me().body_id, person_id)
    form = AccountInput()
    refusal = ""
    if form.validate_on_submit():
        password = new_password()
        hashed = hash_password(password)
        try:
            account = create_account(
                db.session(),
                me(),
                person_id,
                login=form.login.data or "",
                password_hash=hashed,
                locale=form.locale.data,
                now=now(),
            )
        except Refusal as error:
            db.session.rollback()
            refusal = say(error)
        else:
            return _password_page(account, password, known.text, fresh=True)
    return form_page(form, refusal, gettext("Open an account"), _back(person_id), over=known.text)


@administration.get("/accounts/<account_id>")
def account(account_id: str) -> str:
    session, actor = db.session(), me()
    found = session.get_one(Account, (actor.body_id, account_id))
    grants = grants_of(session, actor.body_id, account_id)
    people = {found.person_id} | {grant.granted_by for grant in grants if grant.granted_by}
    return render_template(
        "accounts/account.html",
        account=found,
        names=names(session, actor.body_id, people),
        grants=grants,
        roles=ROLES,
        sessions=sessions_of(session, actor.body_id, account_id, now=now()),
        moment_now=now(),
        own=found.person_id == actor.person_id,
    )


@administration.post("/accounts/<account_id>/password")
def reset(account_id: str) -> Page:
    password = new_password()
    hashed = hash_password(password)
    try:
        found = reset_password(db.session(), me(), account_id, password_hash=hashed, now=now())
    except Refusal as error:
        flash(say(error), "refusal")
        return redirect(url_for("administration.account", account_id=account_id), 303)
    return _password_page(found, password, name_of(db.session(), me().body_id, found.person_id).text, fresh=False)


@administration.post("/accounts/<account_id>/active")
def activate(account_id: str) -> Response:
    active = request.form.get("active") == "yes"
    return _change(
        account_id,
        lambda: set_active(db.session(), me(), account_id, active=active, now=now()),
        gettext("The account is open again.") if active else gettext("The account is closed."),
    )


@administration.post("/accounts/<account_id>/sessions")
def sign_out_everywhere(account_id: str) -> Response:
    return _change(
        account_id,
        lambda: end_sessions(db.session(), me(), account_id, now=now()),
        gettext("The account is signed out everywhere."),
    )


@administration.route("/accounts/<account_id>/roles", methods=["GET", "POST"])
def grant(account_id: str) -> Page:
    with reading() as session:
        person_id = session.get_one(Account, (me().body_id, account_id)).person_id
        known = name_of(session, me().body_id, person_id)
        places = {site.id: site.name for site in sites_of(session, me().body_id)}
    form = GrantInput()
    form.site.choices = choices({"": gettext("In the whole body"), **places})
    refusal = ""
    if form.validate_on_submit():
        first, last = form.since.data, form.until.data
        try:
            grant_role(
                db.session(),
                me(),
                account_id,
                Role(form.role.data),
                site_id=form.site.data or None,
                since=_start_of(first) if first and first > now().astimezone(ZoneInfo(me().zone)).date() else now(),
                until=_start_of(last + timedelta(days=1)) if last else None,
                now=now(),
            )
        except Refusal as error:
            refusal = say(error)
        else:
            return redirect(url_for("administration.account", account_id=account_id), 303)
    back = url_for("administration.account", account_id=account_id)
    return form_page(form, refusal, gettext("Grant a role"), back, over=known.text)


@administration.post("/accounts/<account_id>/roles/end")
def end_role(account_id: str) -> Response:
    return _change(
        account_id,
        lambda: end_grant(db.session(), me(), account_id, request.form.get("grant", "")[:40], now=now()),
        gettext("The role has ended."),
    )


def _change(account_id: str, act, said: str) -> Response:  # type: ignore[no-untyped-def]  # any service
    try:
        act()
    except Refusal as error:
        flash(say(error), "refusal")
    else:
        flash(said)
    return redirect(url_for("administration.account", account_id=account_id), 303)


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


def _password_page(account: Account, password: str, name: str, *, fresh: bool) -> tuple[str, int]:
    """Show a one-time password; it is in no address, cookie or table, so this answer is the only place it is."""
    page = render_template("accounts/password.html", account=account, password=password, name=name, fresh=fresh)
    return page, 201 if fresh else 200


def form_page(form: object, refusal: str, title: str, back: str, *, over: str = "") -> Page:
    """Draw one form as a page of its own, with 422 when something in it has to change."""
    page = render_template("accounts/form.html", form=form, refusal=refusal, title=title, back=back, over=over)
    return page, 422 if refusal or getattr(form, "errors", None) else 200


def _back(person_id: str) -> str:
    return url_for("administration.person", person_id=person_id)


def _start_of(day: date) -> datetime:
    """The first moment of a day where the body is."""
    return datetime.combine(day, time(), ZoneInfo(me().zone)).astimezone(UTC)


def required(value: date | None) -> date:
    """Return what a required date field holds."""
    if value is None:
        raise LookupError("A field that is required was let through empty.")
    return value


def _page() -> int:
    return max(1, request.args.get("page", 1, type=int))
