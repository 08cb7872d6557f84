"""Selects for the pages of regrades: forms that can be regraded, their items, proposals, and the ledger."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assessment.domain.exams.attempt_states import ENDED
from assessment.domain.language import text_in
from assessment.exams.tables import Attempt, Form, FormItem
from assessment.exams.tables_regrade import Regrade, RegradeConfirmation, RegradeLine
from assessment.item_bank.tables import Item, ItemText, ItemVersion
from assessment.schemes.tables import Scheme, SchemeVersion
from assessment.web.gate import RecordStanding

PAGE = 50
MOST_FORMS = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class RegradableForm:
    """A form that candidates have sat, with its scheme, and how many ended attempts it has."""

    form: Form
    scheme_code: str
    scheme_version: int
    ended: int


@dataclass(frozen=True, kw_only=True, slots=True)
class FormItemLine:
    """An item in its place on a form; `newer`: later versions of the same item, (id, number), the newest first."""

    version_id: str
    position: int
    identifier: str
    number: int
    title: str
    kind: str
    newer: tuple[tuple[str, int], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class RegradeHead:
    """A regrade with its form, its item, and its answer, None while it waits; `changed` attempts in the ledger."""

    regrade: Regrade
    form_code: str
    scheme_code: str
    position: int
    identifier: str
    used_number: int
    by_number: int | None
    answer: RegradeConfirmation | None
    changed: int


@dataclass(frozen=True, kw_only=True, slots=True)
class LedgerLine:
    """One attempt in the ledger of a confirmed regrade."""

    line: RegradeLine
    person_id: str


def regradable_forms(session: Session, body_id: str) -> list[RegradableForm]:
    """Return the forms that somebody has sat to the end, the one that was drawn last first."""
    ended = (
        select(Attempt.form_id, func.count().label("ended"))
        .where(Attempt.body_id == body_id, Attempt.state.in_(ENDED))
        .group_by(Attempt.form_id)
        .subquery()
    )
    rows = session.execute(
        select(Form, Scheme.code, SchemeVersion.number, ended.c.ended)
        .join(ended, ended.c.form_id == Form.id)
        .join(
            SchemeVersion,
            (SchemeVersion.body_id == Form.body_id) & (SchemeVersion.id == Form.scheme_version_id),
        )
        .join(Scheme, (Scheme.body_id == SchemeVersion.body_id) & (Scheme.id == SchemeVersion.scheme_id))
        .where(Form.body_id == body_id)
        .order_by(Form.created_at.desc(), Form.id)
        .limit(MOST_FORMS)
    )
    return [RegradableForm(form=row[0], scheme_code=row[1], scheme_version=row[2], ended=row[3]) for row in rows]


def items_to_regrade(session: Session, body_id: str, form_id: str, *, language: str) -> list[FormItemLine]:
    """Return the items of a form in their order, with the newer versions of each; three statements."""
    rows = session.execute(
        select(FormItem.position, ItemVersion, Item.identifier)
        .join(
            ItemVersion,
            (ItemVersion.body_id == FormItem.body_id) & (ItemVersion.id == FormItem.item_version_id),
        )
        .join(Item, (Item.body_id == ItemVersion.body_id) & (Item.id == ItemVersion.item_id))
        .where(FormItem.body_id == body_id, FormItem.form_id == form_id)
        .order_by(FormItem.position)
    ).all()
    versions = session.execute(
        select(ItemVersion.item_id, ItemVersion.id, ItemVersion.number)
        .where(ItemVersion.body_id == body_id, ItemVersion.item_id.in_({row.ItemVersion.item_id for row in rows}))
        .order_by(ItemVersion.number.desc())
    ).all()
    titles: dict[str, dict[str, str]] = {}
    for row in session.execute(
        select(ItemText.item_version_id, ItemText.language, ItemText.title).where(
            ItemText.body_id == body_id, ItemText.item_version_id.in_([row.ItemVersion.id for row in rows])
        )
    ):
        titles.setdefault(row.item_version_id, {})[row.language] = row.title
    return [
        FormItemLine(
            version_id=row.ItemVersion.id,
            position=row.position,
            identifier=row.identifier,
            number=row.ItemVersion.number,
            title=text_in(titles.get(row.ItemVersion.id, {}), language),
            kind=row.ItemVersion.kind,
            newer=tuple(
                (each.id, each.number)
                for each in versions
                if each.item_id == row.ItemVersion.item_id and each.number > row.ItemVersion.number
            ),
        )
        for row in rows
    ]


def regrades(
    session: Session,
    body_id: str,
    *,
    page: int = 1,
    only_open: bool = False,
    regrade_id: str | None = None,
    not_by: str | None = None,
) -> tuple[list[RegradeHead], int]:
    """Return one page of regrades, those without an answer first, then the newest, and how many there are."""
    used, by = ItemVersion.__table__.alias("used"), ItemVersion.__table__.alias("by_version")
    changed = (
        select(func.count())
        .where(RegradeLine.body_id == Regrade.body_id, RegradeLine.regrade_id == Regrade.id)
        .correlate(Regrade)
        .scalar_subquery()
    )
    rows = (
        select(
            Regrade,
            Form.code,
            Scheme.code.label("scheme"),
            FormItem.position,
            Item.identifier,
            used.c.number.label("used_number"),
            by.c.number.label("by_number"),
            RegradeConfirmation,
            changed.label("changed"),
            func.count().over().label("total"),
        )
        .join(Form, (Form.body_id == Regrade.body_id) & (Form.id == Regrade.form_id))
        .join(
            SchemeVersion,
            (SchemeVersion.body_id == Form.body_id) & (SchemeVersion.id == Form.scheme_version_id),
        )
        .join(Scheme, (Scheme.body_id == SchemeVersion.body_id) & (Scheme.id == SchemeVersion.scheme_id))
        .join(
            FormItem,
            (FormItem.body_id == Regrade.body_id)
            & (FormItem.form_id == Regrade.form_id)
            & (FormItem.item_version_id == Regrade.item_version_id),
        )
        .join(used, (used.c.body_id == Regrade.body_id) & (used.c.id == Regrade.item_version_id))
        .join(Item, (Item.body_id == Regrade.body_id) & (Item.id == used.c.item_id))
        .join(by, (by.c.body_id == Regrade.body_id) & (by.c.id == Regrade.by_version_id), isouter=True)
        .join(
            RegradeConfirmation,
            (RegradeConfirmation.body_id == Regrade.body_id) & (RegradeConfirmation.regrade_id == Regrade.id),
            isouter=True,
        )
        .where(Regrade.body_id == body_id)
    )
    if only_open:
        rows = rows.where(RegradeConfirmation.regrade_id.is_(None))
    if regrade_id is not None:
        rows = rows.where(Regrade.id == regrade_id)
    if not_by is not None:
        rows = rows.where(Regrade.proposed_by != not_by)
    found = session.execute(
        rows.order_by(RegradeConfirmation.regrade_id.is_not(None), Regrade.proposed_at.desc(), Regrade.id)
        .limit(PAGE)
        .offset((max(page, 1) - 1) * PAGE)
    ).all()
    heads = [
        RegradeHead(
            regrade=row.Regrade,
            form_code=row.code,
            scheme_code=row.scheme,
            position=row.position,
            identifier=row.identifier,
            used_number=row.used_number,
            by_number=row.by_number,
            answer=row.RegradeConfirmation,
            changed=row.changed,
        )
        for row in found
    ]
    return heads, found[0].total if found else 0


def ledger(session: Session, body_id: str, regrade_id: str, *, page: int) -> tuple[list[LedgerLine], int]:
    """Return one page of a regrade's ledger, what turned over first, and how many lines there are."""
    rows = session.execute(
        select(RegradeLine, Attempt.person_id, func.count().over().label("total"))
        .join(Attempt, (Attempt.body_id == RegradeLine.body_id) & (Attempt.id == RegradeLine.attempt_id))
        .where(RegradeLine.body_id == body_id, RegradeLine.regrade_id == regrade_id)
        .order_by(
            RegradeLine.old_reached == RegradeLine.new_reached,
            RegradeLine.criteria_flipped.desc(),
            RegradeLine.attempt_id,
        )
        .limit(PAGE)
        .offset((max(page, 1) - 1) * PAGE)
    ).all()
    return [LedgerLine(line=row[0], person_id=row[1]) for row in rows], rows[0].total if rows else 0


def standing_of_regrade(session: Session, body_id: str, regrade_id: str) -> RecordStanding | None:
    """What the gate must know of a regrade: that it is one of this body."""
    found = session.scalar(select(Regrade.id).where(Regrade.body_id == body_id, Regrade.id == regrade_id))
    return None if found is None else RecordStanding()
