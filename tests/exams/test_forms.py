"""Drawing a form: from the current bank, by a stored seed, registered with the plan, refusing what rule 8 refuses."""

from datetime import UTC, date, datetime
from fractions import Fraction

import pytest
from sqlalchemy import select

from assessment.database import db
from assessment.domain.competency import Method
from assessment.domain.errors import Conflict, Invalid, NotFound
from assessment.domain.exams.form import Blueprint, Cut
from assessment.domain.roles import Role
from assessment.exams.forms import NewForm, draw_form
from assessment.exams.pool import supply
from assessment.exams.tables import Form, FormItem
from assessment.item_bank.tables import Item, ItemUse
from assessment.schemes.tables import Instrument, InstrumentCoverage, SchemeVersion
from tests.exams.room import BODY, Room, csrf_of, open_room, write
from tests.factories.accounts import NOW, make_actor, make_body
from tests.factories.competency import make_scheme, make_unit
from tests.factories.exams import ITEMS_RULE, make_item, single_choice
from tests.fixtures.sites import Site

pytestmark = pytest.mark.long_lock("the bank is filled in one go")
CUT = Cut(fraction=Fraction(7, 10), method="agreed")


class Bank:
    """A scheme version on one unit of three criteria, with a bank of items for it."""

    def __init__(self, site: Site, *, items: int = 6, use: ItemUse = ItemUse.EXPOSED) -> None:
        with write() as session:
            make_body(session, BODY)
        with write() as session:
            self.unit = make_unit(session, BODY, criteria=3)
            self.scheme = make_scheme(session, BODY, self.unit, cells={Method.WRITTEN: ITEMS_RULE})
            self.items = [
                make_item(session, BODY, single_choice(f"S{n}"), [self.unit.criteria[n % 3]], use=use)
                for n in range(items)
            ]

    def draw(self, items: int, *, code: str = "F1", seed: bytes | None = None, cut: Cut = CUT) -> list[str]:
        """Draw a form and return its item versions in their order."""
        with write() as session:
            form = draw_form(
                session,
                BODY,
                self.scheme.scheme_version_id,
                NewForm(code=code, minutes=60, blueprint=Blueprint.of_units({self.unit.unit_id: items}), cut=cut),
                now=NOW,
                created_by=None,
                seed=seed,
            )
            rows = select(FormItem.item_version_id).where(FormItem.form_id == form.id)
            return list(session.scalars(rows.order_by(FormItem.position)))


def test_same_seed_gives_the_same_form_and_another_seed_another(site: Site) -> None:
    with site.app.app_context():
        bank = Bank(site, items=12)
        first = bank.draw(4, code="A", seed=b"one" * 8)
        assert bank.draw(4, code="B", seed=b"one" * 8) == first
        assert bank.draw(4, code="C", seed=b"two" * 8) != first


def test_form_stores_its_seed_and_its_cut(site: Site) -> None:
    with site.app.app_context():
        bank = Bank(site)
        bank.draw(3, cut=Cut(fraction=Fraction(2, 3), method="angoff", judges=7, set_on=date(2026, 2, 1)))
        form = db.session().scalars(select(Form)).one()
        assert len(form.seed) == 32
        assert (form.cut, form.cut_judges, form.cut_on, form.provisional) == (
            Fraction(2, 3),
            7,
            date(2026, 2, 1),
            False,
        )


def test_form_registers_what_it_covers_with_the_plan(site: Site) -> None:
    with site.app.app_context():
        bank = Bank(site)
        bank.draw(6)
        instrument = db.session().scalars(select(Instrument)).one()
        assert instrument.scheme_version_id == bank.scheme.scheme_version_id
        covers = db.session().scalars(select(InstrumentCoverage)).all()
        assert {(each.criterion_id, each.method, each.items) for each in covers} == {
            (criterion, Method.WRITTEN, 2) for criterion in bank.unit.criteria
        }


def test_production_scheme_refuses_exposed_items(site: Site) -> None:
    with site.app.app_context():
        bank = Bank(site)
        with write() as session:
            session.get_one(SchemeVersion, (BODY, bank.scheme.scheme_version_id)).sample = False
        with pytest.raises(Invalid):
            bank.draw(3)


def test_retired_and_pretest_items_are_not_drawn(site: Site) -> None:
    with site.app.app_context():
        bank = Bank(site, items=6)
        with write() as session:
            rows = {each.identifier: each for each in session.scalars(select(Item))}
            rows["S0"].retired_at = datetime(2026, 1, 1, tzinfo=UTC)
            rows["S1"].use = ItemUse.PRETEST
        drawn = bank.draw(4)
        assert bank.items[0] not in drawn
        assert bank.items[1] not in drawn


def test_shortage_is_said_with_the_codes_people_know(site: Site) -> None:
    with site.app.app_context():
        bank = Bank(site)
        with pytest.raises(Invalid) as refusal:
            bank.draw(7)
        assert "C.25LAS01.029.1: 7 > 6" in str(refusal.value)


def test_code_is_used_once_in_a_scheme_version(site: Site) -> None:
    with site.app.app_context():
        bank = Bank(site)
        bank.draw(3)
        with pytest.raises(Conflict):
            bank.draw(3)


def test_supply_counts_bank_and_need(site: Site) -> None:
    with site.app.app_context():
        bank = Bank(site)
        with write() as session:
            found = supply(session, BODY, bank.scheme.scheme_version_id)
        assert [(each.available, each.needed) for each in found.units] == [(6, 3)]


def test_scheme_version_of_another_body_is_not_found(site: Site) -> None:
    with site.app.app_context():
        bank = Bank(site)
        with write() as session:
            make_body(session, "lain")
        with write() as session, pytest.raises(NotFound):
            supply(session, "lain", bank.scheme.scheme_version_id)


def test_scheme_manager_draws_a_form_in_the_browser(site: Site) -> None:
    room: Room = open_room(site)
    with room.writing() as session:
        manager = make_actor(session, BODY, Role.SCHEME_MANAGER)
    client = room.signed_in(manager)
    address = f"/exam-forms/new/{room.exam.scheme.scheme_version_id}"
    page = client.get(address)
    wrong = client.post(address, data={"csrf_token": csrf_of(page), "code": "F2", "items_0": "9"})
    assert wrong.status_code == 422
    right = client.post(
        address,
        data={
            "csrf_token": csrf_of(page),
            "once": "k1",
            "code": "F2",
            "minutes": "45",
            "items_0": "3",
            "section_0": "1",
            "forms": "1",
            "common_at_most": "0",
            "cut": "60",
            "cut_method": "agreed",
            "provisional": "y",
        },
    )
    assert right.status_code == 303
    shown = client.get(right.headers["Location"])
    assert "F2" in shown.text
    assert "60 %" in shown.text
    preview = client.get(right.headers["Location"] + "/preview")
    assert "Soal S1?" in preview.text


def test_final_cut_needs_judges_and_date(site: Site) -> None:
    room: Room = open_room(site)
    with room.writing() as session:
        manager = make_actor(session, BODY, Role.SCHEME_MANAGER)
    client = room.signed_in(manager)
    address = f"/exam-forms/new/{room.exam.scheme.scheme_version_id}"
    data = {
        "csrf_token": csrf_of(client.get(address)),
        "code": "F2",
        "minutes": "45",
        "items_0": "3",
        "section_0": "1",
        "forms": "1",
        "common_at_most": "0",
        "cut": "60",
        "cut_method": "angoff",
    }
    assert client.post(address, data=data).status_code == 422
    judged = {**data, "once": "k1", "cut_judges": "7", "cut_on": "2026-02-02"}
    assert client.post(address, data=judged).status_code == 303
