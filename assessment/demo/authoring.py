"""Work on the item bank: items looked through by a second person, one being changed, two that must not meet."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select

from assessment.database import reading
from assessment.demo.acting import acting
from assessment.demo.calendar import Agenda
from assessment.demo.cast import Ensemble
from assessment.domain.items.authoring.draft import draft_from_json
from assessment.domain.roles import Role
from assessment.item_bank.apart import hold_apart
from assessment.item_bank.drafting import change_item, save_draft
from assessment.item_bank.reviewing import confirm_version, send_back, submit
from assessment.item_bank.tables import Item

CHANGED_DAYS_AGO = 2
REVIEWED = 6
READING = timedelta(minutes=12)
LOOKED_THROUGH = "Dibaca dua bahasa, kunci dihitung ulang (contoh)."
PLAINER = "Judul dibuat lebih jelas (contoh)."
NOT_YET = "Kata kuncinya ada di judul; tolong diganti (contoh)."
AGAIN = "Kata kunci dihapus dari judul (contoh)."


def plan_authoring(ensemble: Ensemble, agenda: Agenda) -> None:
    """Put the work of the item author and of who reviews it on the agenda."""
    for hour, happens in ((9, _review), (10, _keep_apart), (11, _change)):
        agenda.add(
            ensemble.calendar.at(CHANGED_DAYS_AGO, hour),
            lambda now, happens=happens: happens(ensemble, now),  # type: ignore[misc]  # a default binds what happens
        )


def _items(ensemble: Ensemble) -> list[tuple[str, str]]:
    """The items of the body as (id, identifier), by identifier."""
    with reading() as session:
        rows = session.execute(
            select(Item.id, Item.identifier).where(Item.body_id == ensemble.code).order_by(Item.identifier)
        )
        return [(row.id, row.identifier) for row in rows]


def _review(ensemble: Ensemble, now: datetime) -> None:
    reviewer = ensemble.one(Role.QUALITY_MANAGER)
    for item_id, _identifier in _items(ensemble)[:REVIEWED]:
        with acting(reviewer, now, "review") as session:
            confirm_version(session, reviewer, item_id, remark=LOOKED_THROUGH, now=now)


def _keep_apart(ensemble: Ensemble, now: datetime) -> None:
    author = ensemble.one(Role.ITEM_AUTHOR)
    (one, _), (_, other) = _items(ensemble)[:2]
    with acting(author, now, "keep_apart") as session:
        hold_apart(session, author, one, other, now=now)


def _change(ensemble: Ensemble, now: datetime) -> None:
    """An author changes an item; it comes back once and is given in again, so that it waits for a review."""
    author, reviewer = ensemble.one(Role.ITEM_AUTHOR), ensemble.one(Role.QUALITY_MANAGER)
    item_id, _identifier = _items(ensemble)[REVIEWED]
    with acting(author, now, "change_item") as session:
        draft = change_item(session, author, item_id, now=now)
        draft_id, revision, content = draft.id, draft.revision, draft_from_json(draft.content)
    titles = {language: f"{said} (2)" for language, said in content.words.get("title", {}).items()}
    changed = replace(content, words={**content.words, "title": titles})
    with acting(author, now, "save_draft") as session:
        save_draft(session, author, draft_id, changed, revision=revision, editor="demo", now=now)
    at = now + READING
    with acting(author, at, "submit_draft") as session:
        submit(session, author, draft_id, remark=PLAINER, now=at)
    at += READING
    with acting(reviewer, at, "send_back") as session:
        send_back(session, reviewer, draft_id, remark=NOT_YET, now=at)
    at += READING
    with acting(author, at, "submit_draft") as session:
        submit(session, author, draft_id, remark=AGAIN, now=at)
