"""Accounts: opening, closing, one-time passwords, roles with their dates. For administrators only."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from assessment.accounts import founding
from assessment.accounts.administration import (
    end_grant,
    end_sessions,
    grant_role,
    new_password,
    reset_password,
    set_active,
)
from assessment.accounts.inputs import ROLES, AccountInput, GrantInput
from assessment.accounts.persons import name_of, names
from assessment.accounts.queries import PAGE, grants_of, list_accounts, sessions_of, sites_of
from assessment.accounts.sign_in import hash_password
from assessment.accounts.tables import Account
from assessment.accounts.views_admin import Page, administration, back_to, form_page, page_wished
from assessment.database import db, reading
from assessment.domain.errors import Refusal
from assessment.domain.roles import Role
from assessment.web.actor import me
from assessment.web.inputs import choices
from assessment.web.refusals import say
from assessment.web.requests import now

__all__ = ("administration",)


@administration.get("/accounts")
def accounts() -> str:
    session, body_id = db.session(), me().body_id
    wished = request.args.get("role", "")
    role = Role(wished) if wished in {role.value for role in Role} else None
    lines, count = list_accounts(session, body_id, role=role, page=page_wished(), now=now())
    return render_template(
        "accounts/accounts.html",
        lines=lines,
        count=count,
        names=names(session, body_id, [line.person_id for line in lines]),
        role=role,
        roles=ROLES,
        page=page_wished(),
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
            account_id = founding.open_account(
                db.session(),
                me().body_id,
                person_id,
                login=(form.login.data or "").strip().lower(),
                password_hash=hashed,
                locale=form.locale.data,
                now=now(),
            )
        except Refusal as error:
            db.session.rollback()
            refusal = say(error)
        else:
            return _password_page(
                db.session().get_one(Account, (me().body_id, account_id)), password, known.text, fresh=True
            )
    return form_page(form, refusal, gettext("Open an account"), back_to(person_id), over=known.text)


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


def _password_page(account: Account, password: str, name: str, *, fresh: bool) -> tuple[str, int]:
    """Show a one-time password; it is in no address, cookie or table, so this answer is the only place it is."""
    page = render_template("accounts/password.html", account=account, password=password, name=name, fresh=fresh)
    return page, 201 if fresh else 200


def _start_of(day: date) -> datetime:
    """The first moment of a day where the body is."""
    return datetime.combine(day, time(), ZoneInfo(me().zone)).astimezone(UTC)
