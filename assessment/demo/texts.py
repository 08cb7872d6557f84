"""A text to write in the kitchen's exam of one day: the item, a form with it, its rubric, and two people who mark.

It measures a criterion that the plan proves by observation, so that it decides nothing here.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from hashlib import sha256

from sqlalchemy import select

from assessment.database import reading
from assessment.demo.acting import acting
from assessment.demo.calendar import Agenda
from assessment.demo.cast import FOUNDED_DAYS_AGO, Ensemble
from assessment.domain.exams.form import Blueprint, Cut
from assessment.domain.exams.marking import MarkingRubric, rubric_from_lines
from assessment.domain.items.item import (
    BaseType,
    Cardinality,
    ExtendedTextInteraction,
    ExtendedTextText,
    HumanMarking,
    Item,
    ItemText,
    OutcomeDeclaration,
    ResponseDeclaration,
)
from assessment.domain.items.qti.package import Alignment, read_package
from assessment.domain.items.qti.write import PackagedItem, write_package
from assessment.domain.roles import Role
from assessment.exams.forms import DrawnForms, NewForm, draw_items, store_forms
from assessment.exams.marking import give_mark, write_rubric
from assessment.exams.marking_queries import next_answer
from assessment.item_bank.service import import_package
from assessment.item_bank.tables import Item as ItemRow
from assessment.item_bank.tables import ItemUse, ItemVersion
from assessment.standards.queries import criteria_by_path, units_by_code
from assessment.standards.tables import Competency

BODY = "dapur"
EXAM_DAYS_AGO = 98
FORM_CODE = "CONTOH-B"
IDENTIFIER = "K49"
UNIT = "I.55HDR00.041.3"
CRITERION = "I.55HDR00.041.3/1.1"
MOST_SEEDS = 100
STEMS = {
    "id": "<p>Anda menerima ayam beku yang sebagian sudah mencair. Tulis apa yang Anda lakukan, dan mengapa.</p>",
    "en": "<p>You receive frozen chicken that has partly thawed. Write what you do, and why.</p>",
}
TITLES = {"id": "Menerima bahan beku", "en": "Receiving frozen goods"}
ANSWER = "Saya ukur suhunya, tidak saya bekukan lagi, dan melapor kepada atasan, karena bakteri sudah dapat tumbuh."
RUBRIC: tuple[tuple[str, str], ...] = (
    ("Tindakan", "0: tidak ada yang benar\n1: mengukur suhu atau melapor\n2: mengukur suhu dan melapor"),
    ("Alasan", "0: tidak ada atau keliru\n2: bakteri tumbuh saat bahan mencair"),
)
# What each of the two markers gives, by criterion.
POINTS: tuple[Mapping[str, Fraction], ...] = (
    {"c1": Fraction(2), "c2": Fraction(2)},
    {"c1": Fraction(1), "c2": Fraction(2)},
)


def load_text_form(ensemble: Ensemble, scheme_version_id: str, blueprint: Blueprint, cut: Cut, minutes: int) -> str:
    """Bring the text item in and draw a form with it, one item longer than `blueprint`; returns the form's id."""
    calendar, code = ensemble.calendar, ensemble.code
    author, manager = ensemble.one(Role.ITEM_AUTHOR), ensemble.one(Role.SCHEME_MANAGER)
    now = calendar.at(FOUNDED_DAYS_AGO - 3, 11)
    with reading() as session:
        unit_id = units_by_code(session, code, [UNIT])[UNIT].id
        criterion = session.get_one(Competency, (code, criteria_by_path(session, code, [UNIT])[CRITERION]))
        alignment = Alignment(guid=criterion.identifier, label=criterion.code)
    report = read_package(write_package([_packaged(alignment)]), name=f"{IDENTIFIER}.zip")
    with acting(author, now, "items") as session:
        import_package(session, code, report, use=ItemUse.EXPOSED, imported_by=author.person_id, now=now)
    with reading() as session:
        version_id = session.scalars(
            select(ItemVersion.id)
            .join(ItemRow, (ItemRow.body_id == ItemVersion.body_id) & (ItemRow.id == ItemVersion.item_id))
            .where(ItemRow.body_id == code, ItemRow.identifier == IDENTIFIER)
        ).one()
        quotas = tuple(
            replace(quota, items=quota.items + 1) if quota.unit_id == unit_id else quota for quota in blueprint.quotas
        )
        new = NewForm(code=FORM_CODE, minutes=minutes, blueprint=replace(blueprint, quotas=quotas), cut=cut)
        drawn = _drawn_with(ensemble, scheme_version_id, new, version_id)
    now = calendar.at(FOUNDED_DAYS_AGO - 3, 12)
    with acting(manager, now, "form") as session:
        form_id: str = store_forms(session, code, drawn, now=now, created_by=manager.person_id)[0].id
    with acting(manager, now, "rubric") as session:
        write_rubric(session, manager, version_id, rubric(), now=now)
    return form_id


def plan_marking(ensemble: Ensemble, form_id: str, agenda: Agenda) -> None:
    """Put the marking of that day's texts on the agenda, by both assessors."""
    agenda.add(ensemble.calendar.at(EXAM_DAYS_AGO, 15), lambda now: _mark(ensemble, form_id, now))


def rubric() -> MarkingRubric:
    """Return the rubric of the text."""
    return rubric_from_lines(RUBRIC)


def _mark(ensemble: Ensemble, form_id: str, now: datetime) -> None:
    with reading() as session:
        item = session.scalars(
            select(ItemVersion.id)
            .join(ItemRow, (ItemRow.body_id == ItemVersion.body_id) & (ItemRow.id == ItemVersion.item_id))
            .where(ItemRow.body_id == ensemble.code, ItemRow.identifier == IDENTIFIER)
        ).one()
    for marker, points in zip(ensemble.staff[Role.ASSESSOR], POINTS, strict=False):
        while True:
            with reading() as session:
                attempt_id = next_answer(session, ensemble.code, marker.person_id, form_id, item)
            if attempt_id is None:
                break
            with acting(marker, now, "mark_answer") as session:
                give_mark(session, marker, attempt_id, item, points, comment="", settles=False, now=now)


def _drawn_with(ensemble: Ensemble, scheme_version_id: str, new: NewForm, version_id: str) -> DrawnForms:
    """Draw by one seed after another until the text is among the items."""
    with reading() as session:
        for number in range(MOST_SEEDS):
            seed = sha256(f"teruji demo {new.code} {number}".encode()).digest()
            drawn = draw_items(session, ensemble.code, scheme_version_id, new, seed=seed)
            if version_id in {item.id for item in drawn.forms[0]}:
                return drawn
    raise AssertionError("a hundred seeds drew no form with the text")


def _packaged(alignment: Alignment) -> PackagedItem:
    item = Item(
        identifier=IDENTIFIER,
        interactions=(ExtendedTextInteraction(response="RESPONSE", expected_length=300, expected_lines=5),),
        responses=(
            ResponseDeclaration(identifier="RESPONSE", cardinality=Cardinality.SINGLE, base_type=BaseType.STRING),
        ),
        outcomes=(OutcomeDeclaration(identifier="SCORE", base_type=BaseType.FLOAT, normal_maximum=Fraction(4)),),
        processing=HumanMarking(),
        max_score=Fraction(4),
    )
    return PackagedItem(
        item=item,
        texts=tuple(
            ItemText(
                language=language,
                title=TITLES[language],
                stem=stem,
                interactions=(ExtendedTextText(response="RESPONSE"),),
            )
            for language, stem in STEMS.items()
        ),
        criteria=(alignment,),
    )
