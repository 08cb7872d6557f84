"""The page of a body's keys: since when each signs, what is proposed, and the answer of the second person.

A change is proposed by command, next to whoever knows why; here it is read, and confirmed or turned down. No private
key comes near this process: it asks the signer for the next public one, and a job tells the signer what signs no more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from assessment.accounts.persons import names
from assessment.accounts.waiting import Pile, Task, waits_for
from assessment.credentials.changing_keys import KeyLine, is_pdf, key_lines, make_key_ready
from assessment.credentials.changing_keys import answer as answer_change
from assessment.credentials.inputs import AnswerInput
from assessment.credentials.queries_keys import last_uses, open_key_changes
from assessment.credentials.tables_keys import KeyChange, KeyChangeKind, PdfKeyChange
from assessment.database import db, reading
from assessment.domain.errors import Refusal
from assessment.domain.roles import Role
from assessment.web.actor import Actor, me
from assessment.web.gate import RecordStanding, locate
from assessment.web.refusals import STATUS, say
from assessment.web.requests import now

keys = Blueprint("keys", __name__)

KEEPERS = frozenset({Role.ADMINISTRATOR, Role.QUALITY_MANAGER})
OLDEST = 3

KINDS = {
    KeyChangeKind.ROTATION: _l("Rotation: the next key takes its place; what it signed stays valid"),
    KeyChangeKind.RETIREMENT: _l("Retirement: it signs no more; what it signed stays valid"),
    KeyChangeKind.COMPROMISE: _l("Compromise: it is in strange hands; only what is proved to be older stands"),
}
SHORT = {
    KeyChangeKind.ROTATION: _l("Rotation"),
    KeyChangeKind.RETIREMENT: _l("Retirement"),
    KeyChangeKind.COMPROMISE: _l("Compromise"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """A key as it is drawn: it signed until `until`, from `start` to `end` in per cent of all keys' time.

    `form` is there for the second person alone.
    """

    line: KeyLine
    pdf: bool
    used_at: datetime | None
    until: datetime
    start: float
    end: float
    form: AnswerInput | None


@keys.get("/keys")
def index() -> str:
    return _page()


@keys.post("/keys/<key_change_id>")
def answer(key_change_id: str) -> Response | tuple[str, int]:
    form = AnswerInput(prefix=key_change_id)
    if not form.validate_on_submit():
        return _page(form), 422
    confirmed = form.answer.data == "confirm"
    try:
        if confirmed:
            with reading() as session:  # the signer makes the next key before anything is locked
                make_key_ready(session, me().body_id, key_change_id, now())
        answer_change(db.session(), me(), key_change_id, confirmed=confirmed, note=form.note.data or "", now=now())
    except Refusal as error:
        db.session.rollback()
        form.form_errors.append(say(error))
        return _page(form), STATUS[type(error)]
    flash(gettext("Confirmed. It takes effect now.") if confirmed else gettext("Turned down. Nothing changes."))
    return redirect(url_for("keys.index"), 303)


def _page(answered: AnswerInput | None = None) -> str:
    session, actor = db.session(), me()
    lines = key_lines(session, actor.body_id)
    first = min((line.opened_at for line in lines), default=now())
    used = last_uses(session, actor.body_id)
    shown = [
        Shown(
            line=line,
            pdf=is_pdf(line.id),
            used_at=used.get(line.id),
            until=(until := line.retired_at or now()),
            start=_place(line.opened_at, first),
            end=_place(until, first),
            form=_form(actor, line, answered),
        )
        for line in lines
    ]
    return render_template(
        "credentials/keys.html",
        groups=[
            (gettext("Keys of certificates"), [each for each in shown if not each.pdf]),
            (gettext("Keys of PDF files"), [each for each in shown if each.pdf]),
        ],
        kinds=KINDS,
        names=names(session, actor.body_id, {line.waiting.proposed_by for line in lines if line.waiting}),
    )


def _form(actor: Actor, line: KeyLine, answered: AnswerInput | None) -> AnswerInput | None:
    if line.waiting is None or line.waiting.proposed_by == actor.person_id or not KEEPERS & actor.roles:
        return None
    prefix = f"{line.waiting.id}-"
    return answered if answered is not None and answered._prefix == prefix else AnswerInput(prefix=line.waiting.id)


def _place(moment: datetime, first: datetime) -> float:
    """Where a moment lies between the first key and now, in per cent."""
    whole = (now() - first).total_seconds()
    return round(100 * (moment - first).total_seconds() / whole, 2) if whole > 0 else 0.0


def _standing(session: Session, body_id: str, key_change_id: str) -> RecordStanding | None:
    found = any(session.get(table, (body_id, key_change_id)) is not None for table in (KeyChange, PdfKeyChange))
    return RecordStanding() if found else None


def _waiting(session: Session, actor: Actor, _moment: datetime) -> Sequence[Pile]:
    changes = open_key_changes(session, actor.body_id, not_by=actor.person_id)
    oldest = [
        Task(
            text=f"{change.key_id} · {SHORT[change.kind]}",
            url=url_for("keys.index", _anchor=f"key-{change.key_id}"),
            since=change.proposed_at,
        )
        for change in changes[:OLDEST]
    ]
    return [
        Pile(
            title=gettext("Key changes for a second person"),
            count=len(changes),
            url=url_for("keys.index"),
            oldest=tuple(oldest),
        )
    ]


locate("key_change_id", _standing)
for keeper in KEEPERS:
    waits_for(keeper, _waiting)
