"""One's own account: where one is signed in, the password, the language."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from assessment.accounts.guessing import count_guess, guesses
from assessment.accounts.inputs import PasswordInput
from assessment.accounts.queries import sessions_of
from assessment.accounts.sign_in import MOST_TRIES, hash_password, password_fits, revoke_sessions
from assessment.accounts.tables import Account
from assessment.accounts.views import accounts
from assessment.database import db, reading
from assessment.domain.errors import N_, Invalid, NotAllowed, Refusal
from assessment.domain.language import LANGUAGES
from assessment.web.actor import me as who
from assessment.web.actor import own_account
from assessment.web.refusals import say
from assessment.web.requests import keep_if_refused, now

__all__ = ("accounts",)


@accounts.get("/me")
def me() -> str:
    session, actor = db.session(), who()
    return render_template(
        "accounts/me.html",
        account=session.get_one(Account, (actor.body_id, own_account(actor))),
        sessions=sessions_of(session, actor.body_id, own_account(actor), now=now(), own_secret=actor.session_secret),
        names=LANGUAGES,
    )


@accounts.route("/me/password", methods=["GET", "POST"])
def change_password() -> str | Response | tuple[str, int]:
    form = PasswordInput()
    refusal = ""
    if form.validate_on_submit():
        keep_if_refused()
        try:
            hashed = _checked(form.current.data or "", form.new.data or "")
            _keep(hashed)
        except Refusal as error:
            refusal = say(error)
        else:
            flash(gettext("The password is changed. You are signed out on every other device."))
            return redirect(url_for("accounts.me"), 303)
    page = render_template("accounts/change_password.html", form=form, refusal=refusal)
    return page, 422 if refusal or form.errors else 200


@accounts.post("/me/sessions")
def end_other_sessions() -> Response:
    actor = who()
    revoke_sessions(db.session(), actor.body_id, own_account(actor), now=now(), but=actor.session_secret)
    flash(gettext("You are signed out on every other device."))
    return redirect(url_for("accounts.me"), 303)


@accounts.post("/me/language")
def change_language() -> Response:
    wanted = request.form.get("language", "")
    if wanted in LANGUAGES:
        account = db.session().get_one(Account, (who().body_id, own_account(who())))
        account.locale = wanted
    return redirect(url_for("accounts.me", lang=wanted if wanted in LANGUAGES else None), 303)


def _checked(current: str, new: str) -> str | None:
    """Return the new password's hash, or None when the current one is wrong; hashes outside any transaction."""
    with reading() as session:
        actor = who()
        known = session.get_one(Account, (actor.body_id, own_account(actor))).password_hash
        tries = guesses(session, "own password", own_account(actor), now=now())
    if tries >= MOST_TRIES or not password_fits(known, current):
        return None
    if current == new:
        raise Invalid(N_("The new password is the old one. Choose another."))
    return hash_password(new)


def _keep(hashed: str | None) -> None:
    session, actor = db.session(), who()
    if hashed is None:
        if count_guess(session, "own password", own_account(actor), now=now()) > MOST_TRIES:
            raise NotAllowed(N_("Too many tries. Wait a quarter of an hour and try again."))
        raise NotAllowed(N_("The password now is not this one."))
    account = session.get_one(Account, (actor.body_id, own_account(actor)))
    account.password_hash = hashed
    session.flush()
    revoke_sessions(session, actor.body_id, own_account(actor), now=now(), but=actor.session_secret)
