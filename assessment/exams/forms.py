"""Exam forms: drawing them from the item bank by a blueprint and a stored seed, and telling the plan (rule 8)."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.accounts.ids import new_id
from assessment.domain.errors import N_, Conflict, Invalid, NotFound
from assessment.domain.exams.form import (
    Blueprint,
    Cut,
    PoolItem,
    Shortage,
    blueprint_to_json,
    coverage,
)
from assessment.exams.content import describe
from assessment.exams.pool import apart_in, minimum_of, pool_of
from assessment.exams.tables import Form, FormItem, FormState
from assessment.schemes.instruments import register_instrument
from assessment.schemes.tables import InstrumentKind, SchemeState, SchemeVersion

SEED_BYTES = 32
LONGEST_CODE = 40


@dataclass(frozen=True, kw_only=True, slots=True)
class NewForm:
    """What a form shall be; `minutes` is the time to answer. Parallel forms get their number after the code."""

    code: str
    minutes: int
    blueprint: Blueprint
    cut: Cut


@dataclass(frozen=True, kw_only=True, slots=True)
class DrawnForms:
    """Forms that were drawn and are not stored yet; `forms` holds the items of each in their order."""

    scheme_version_id: str
    new: NewForm
    seed: bytes
    forms: tuple[tuple[PoolItem, ...], ...]


def draw_form(
    session: Session,
    body_id: str,
    scheme_version_id: str,
    new: NewForm,
    *,
    now: datetime,
    created_by: str | None,
    seed: bytes | None = None,
) -> Form:
    """Draw, store and register with the plan; returns the form, or the first of parallel ones."""
    drawn = draw_items(session, body_id, scheme_version_id, new, seed=seed)
    return store_forms(session, body_id, drawn, now=now, created_by=created_by)[0]


def draw_items(
    session: Session, body_id: str, scheme_version_id: str, new: NewForm, *, seed: bytes | None = None
) -> DrawnForms:
    """Draw the items of a form, or of parallel ones, from the current ones of the bank; reads only.

    The seed is drawn here unless it is given. Raises NotFound for an unknown scheme version, Conflict for a
    retired one, and Invalid when the bank cannot fill the blueprint or the form is not whole.
    """
    version = session.get(SchemeVersion, (body_id, scheme_version_id))
    if version is None:
        raise NotFound(N_("There is no such scheme version."))
    if version.state is SchemeState.RETIRED:
        raise Conflict(N_("This scheme version is retired; draw the form for the current one."))
    _check(new)
    pool = pool_of(session, body_id, version, order=[quota.unit_id for quota in new.blueprint.quotas])
    minimum = minimum_of(session, body_id, scheme_version_id, new.blueprint)
    apart = apart_in(session, body_id, [item.id for item in pool])
    seed = seed or secrets.token_bytes(SEED_BYTES)
    # The solver takes a tenth of a second to load, and few of the service's processes ever draw a form.
    from assessment.domain.exams.assembly import draw  # noqa: PLC0415 - loaded where it is used

    try:
        drawn = draw(new.blueprint, pool, seed=seed, minimum_per_criterion=minimum, apart=apart)
    except Invalid as refusal:
        raise _name_shortages(session, body_id, refusal) from refusal
    by_id = {item.id: item for item in pool}
    return DrawnForms(
        scheme_version_id=scheme_version_id,
        new=new,
        seed=seed,
        forms=tuple(tuple(by_id[item_id] for item_id in form) for form in drawn),
    )


def store_forms(
    session: Session, body_id: str, drawn: DrawnForms, *, now: datetime, created_by: str | None
) -> list[Form]:
    """Store drawn forms and register them with the plan. Raises Conflict when a code is taken."""
    code = drawn.new.code.strip()
    codes = [code] if len(drawn.forms) == 1 else [f"{code}-{number}" for number in range(1, len(drawn.forms) + 1)]
    taken = session.scalar(
        select(Form.code).where(
            Form.body_id == body_id, Form.scheme_version_id == drawn.scheme_version_id, Form.code.in_(codes)
        )
    )
    if taken is not None:
        raise Conflict(N_("This scheme version already has a form %(code)s."), code=taken)
    return [
        _store(session, body_id, drawn, items, code=each, now=now, created_by=created_by)
        for each, items in zip(codes, drawn.forms, strict=True)
    ]


def _store(
    session: Session,
    body_id: str,
    drawn: DrawnForms,
    items: tuple[PoolItem, ...],
    *,
    code: str,
    now: datetime,
    created_by: str | None,
) -> Form:
    new = drawn.new
    sections = {quota.unit_id: quota.section for quota in new.blueprint.quotas}
    form = Form(
        body_id=body_id,
        id=new_id(),
        scheme_version_id=drawn.scheme_version_id,
        code=code,
        state=FormState.READY,
        seed=drawn.seed,
        blueprint=blueprint_to_json(new.blueprint),
        minutes=new.minutes,
        cut=new.cut.fraction,
        cut_method=new.cut.method.strip(),
        cut_judges=new.cut.judges or None,
        cut_on=new.cut.set_on,
        provisional=new.cut.provisional,
        created_at=now,
        created_by=created_by,
    )
    session.add(form)
    session.flush()
    session.add_all(
        FormItem(
            body_id=body_id,
            form_id=form.id,
            position=position,
            item_version_id=item.id,
            unit_id=item.unit_id,
            section=sections[item.unit_id],
        )
        for position, item in enumerate(items, start=1)
    )
    session.flush()
    register_instrument(
        session,
        body_id,
        drawn.scheme_version_id,
        InstrumentKind.FORM,
        form.id,
        coverage(items),
        now,
    )
    return form


def cut_of(form: Form) -> Cut:
    """Return a form's cut."""
    return Cut(
        fraction=form.cut,
        method=form.cut_method,
        judges=form.cut_judges or 0,
        set_on=form.cut_on,
    )


def _check(new: NewForm) -> None:
    length = len(new.code.strip())
    if not 1 <= length <= LONGEST_CODE:
        raise Invalid(N_("A code has 1 to %(most)s characters, got %(got)s."), most=LONGEST_CODE, got=length)
    if not 1 <= new.minutes <= 600:
        raise Invalid(N_("Expected a whole number of minutes from 1 to 600, got %(got)s."), got=new.minutes)
    if not 0 < new.cut.fraction <= 1:
        raise Invalid(N_("Expected a cut above 0 % and at most 100 %."))


def _name_shortages(session: Session, body_id: str, refusal: Invalid) -> Invalid:
    """Say a shortage with the codes that people know instead of ids."""
    shortages: tuple[Shortage, ...] = refusal.values.get("shortages", ())  # type: ignore[assignment]  # values hold any object
    if not shortages:
        return refusal
    named = describe(session, body_id, [shortage.key for shortage in shortages], "id")
    listed = "; ".join(
        f"{named[shortage.key].code if shortage.key in named else shortage.key}: {shortage.wanted} > {shortage.nearest}"
        for shortage in shortages
    )
    return Invalid(N_("The item bank cannot fill this form. Wanted against what there is: %(listed)s."), listed=listed)
