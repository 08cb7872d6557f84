"""Drafts for tests, written through the same door as an author's."""

from dataclasses import replace

from sqlalchemy.orm import Session

from assessment.item_bank.drafting import Overtaken, save_draft, start_draft
from assessment.item_bank.tables import ItemDraft, ItemUse
from assessment.web.actor import Actor
from tests.domain.items.authoring.build import filled
from tests.factories.accounts import NOW


def make_draft(
    session: Session,
    author: Actor,
    identifier: str = "W41",
    *,
    kind: str = "single_choice",
    criteria: tuple[str, ...] = (),
    use: ItemUse = ItemUse.OPERATIONAL,
) -> ItemDraft:
    """A whole draft in both languages that measures these criteria."""
    draft = start_draft(session, author, kind, use=use, now=NOW)
    content = replace(filled(kind), identifier=identifier, criteria=criteria)
    saved = save_draft(session, author, draft.id, content, revision=1, editor="", now=NOW)
    assert not isinstance(saved, Overtaken)
    return saved
