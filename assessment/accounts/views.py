"""Sign-in, sign-out, and the page that says what waits today."""

from urllib.parse import urlsplit

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask_login import login_user
from werkzeug.wrappers import Response

from assessment.accounts.admitting import find_admitted
from assessment.accounts.inputs import SignInInput
from assessment.accounts.sign_in import find_actor, knock
from assessment.accounts.sign_in import sign_in as begin_session
from assessment.accounts.sign_in import sign_out as end_session
from assessment.accounts.waiting import waiting
from assessment.database import db, reading
from assessment.domain.errors import NotAllowed
from assessment.web.actor import Actor, actor, me
from assessment.web.places import places_by_role
from assessment.web.refusals import say
from assessment.web.requests import keep_if_refused, now

accounts = Blueprint("accounts", __name__)


def load_actor(secret: str) -> Actor | None:
    """Find who a cookie stands for; Flask-Login asks once a request."""
    return find_actor(db.session(), secret, now=now()) or find_admitted(db.session(), secret, now=now())


@accounts.route("/signin", methods=["GET", "POST"])
def sign_in() -> str | Response | tuple[str, int]:
    form = SignInInput()
    refusal = ""
    if form.validate_on_submit():
        keep_if_refused()
        with reading() as before:
            found = knock(
                before,
                login=form.login.data or "",
                password=form.password.data or "",
                address=request.remote_addr or "",
                now=now(),
            )
        earlier = actor()
        try:
            secret = begin_session(db.session(), found, device=request.user_agent.string, now=now())
        except NotAllowed as error:
            refusal = say(error)
        else:
            if earlier is not None:
                end_session(db.session(), earlier.session_secret, now=now())
            somebody = load_actor(secret)
            session.clear()
            if somebody is not None:
                login_user(somebody)
            return redirect(_own_page(request.args.get("next")), 303)
    elif actor() is not None and request.method == "GET":
        return redirect(url_for("accounts.today"), 303)
    return render_template("accounts/sign_in.html", form=form, refusal=refusal), 422 if refusal else 200


@accounts.post("/signout")
def sign_out() -> Response:
    end_session(db.session(), me().session_secret, now=now())
    session.clear()
    return redirect(url_for("home.index"), 303)


@accounts.get("/today")
def today() -> str | Response:
    if me().bound_to is not None:
        return redirect(session["home"], 303)
    return render_template(
        "accounts/today.html",
        piles=waiting(db.session(), me(), now()),
        places=places_by_role(me().roles),
        moment_now=now(),
    )


def _own_page(wished: str | None) -> str:
    """Only a path of our own is followed after sign-in."""
    parts = urlsplit(wished or "")
    if not wished or parts.scheme or parts.netloc or not wished.startswith("/") or wished.startswith(("//", "/\\")):
        return url_for("accounts.today")
    return wished
