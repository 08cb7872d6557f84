"""The pages on schemes: the plan with its holes, editing it without a script, publishing, drafts from form and file."""

import io
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from assessment.database import Act, db
from assessment.domain.case.read import read
from assessment.domain.competency import Method
from assessment.domain.plan import Cell, ItemsCut, LevelAtLeast, Yes
from assessment.domain.roles import Role
from assessment.schemes.creating import create_scheme_version
from assessment.schemes.publishing import publish
from assessment.schemes.queries import plan_cells, scheme_facts, scheme_units
from assessment.schemes.tables import Scheme, SchemeState, SchemeVersion
from assessment.standards.importing import import_standard
from tests.factories.accounts import NOW, PASSWORD, make_actor, make_body
from tests.factories.competency import MadeUnit, make_unit
from tests.factories.schemes import CODE, a_draft, fill
from tests.factories.visitors import Visitor, signed_in, writing_on
from tests.fixtures.browser import OpenPage
from tests.fixtures.measuring import count_statements
from tests.fixtures.sites import Site

DEMO = Path(__file__).parents[2] / "assessment" / "demo"
READERS = ("scheme_manager", "item_author", "assessor", "decider", "quality_manager")


@dataclass(frozen=True, kw_only=True)
class Made:
    """A site with a draft that has one uncovered criterion and one cell that nothing fills."""

    site: Site
    unit: MadeUnit
    version: str

    @property
    def page(self) -> str:
        return f"/schemes/{self.version}"

    def cell(self, place: int, method: str) -> str:
        return f"{self.page}/plan/{self.unit.criteria[place]}/{method}"

    def cells(self) -> tuple[Cell, ...]:
        with self.site.app.app_context():
            return plan_cells(db.session(), "las", self.version)

    def state(self) -> SchemeState:
        with self.site.app.app_context():
            return scheme_facts(db.session(), "las", self.version).state

    def make_whole(self) -> None:
        with writing_on(self.site) as session:
            rules = {cell.criterion_id: cell for cell in plan_cells(session, "las", self.version)}
            missing = [
                Cell(criterion_id=criterion, method=Method.OBSERVED, rule=Yes())
                for criterion in self.unit.criteria
                if criterion not in rules
            ]
            fill(session, "las", self.version, [*rules.values(), *missing], record="whole")


@pytest.fixture
def made(site: Site) -> Made:
    """See `Made`."""
    with writing_on(site) as session:
        make_body(session)
        make_body(session, "lain")
        for role in (*READERS, "candidate", "invigilator"):
            make_actor(session, "las", Role(role), login=role, name="Rina Misal")
        make_actor(session, "lain", Role.SCHEME_MANAGER, login="stranger")
        unit = make_unit(session, "las")
        version = create_scheme_version(session, "las", a_draft("1.1", "1.3"), NOW)
        fill(session, "las", version, plan_cells(session, "las", version)[:1])
    return Made(site=site, unit=unit, version=version)


@pytest.mark.parametrize("login", READERS)
def test_those_who_work_with_schemes_read_them_and_the_manager_alone_edits(made: Made, login: str) -> None:
    visitor = signed_in(made.site, login)
    manager = login == "scheme_manager"
    for address in ("/schemes", made.page, f"{made.page}/plan/{made.unit.criteria[0]}"):
        assert visitor.get(address).status_code == 200
    assert ("/change" in visitor.get(made.page).text) == manager
    assert visitor.get(made.cell(0, "observed")).status_code == (200 if manager else 404)


@pytest.mark.parametrize("login", ["candidate", "invigilator", "stranger"])
def test_others_do_not_learn_that_a_scheme_exists(made: Made, login: str) -> None:
    visitor = signed_in(made.site, login)
    visitor.get("/today")
    for address in (made.page, f"{made.page}/change", made.cell(0, "observed")):
        assert visitor.get(address).status_code == 404
    for verb in ("publish", "retire", "copy"):
        assert visitor.post(f"{made.page}/{verb}").status_code == 404
    assert visitor.post(made.cell(0, "written"), {"kind": "yes"}).status_code == 404
    assert visitor.post(f"{made.cell(0, 'observed')}/clear").status_code == 404
    assert len(made.cells()) == 2


def test_the_plan_shows_its_holes_and_counts_them(made: Made) -> None:
    page = signed_in(made.site, "item_author").get(f"{made.page}?lang=en").text
    assert "2 holes" in page
    assert page.count("Hole: no method covers this criterion") == 1
    assert "No exam form and no rubric fills this yet." in page
    assert "1 criterion is covered by no method." in page
    assert "1 cell of the plan is not filled by an exam form or a rubric." in page
    assert "Publish" not in page


def test_only_the_holes_are_shown_on_request(made: Made) -> None:
    visitor = signed_in(made.site, "quality_manager")
    whole, holes = visitor.get(made.page).text, visitor.get(f"{made.page}?only=holes").text
    for place, hole in enumerate((False, True, True)):
        link = f"/plan/{made.unit.criteria[place]}"
        assert link in whole
        assert (link in holes) is hole


def test_a_cell_is_set_and_cleared_by_plain_forms(made: Made) -> None:
    visitor = signed_in(made.site, "scheme_manager")
    address = made.cell(1, "written")
    assert "1/2" in visitor.get(f"{address}?lang=en").text
    sent = visitor.post(address, {"kind": "items_cut", "minimum_items": "2", "cut": "33,5 %", "level": "1"})
    assert sent.status_code == 303
    page = visitor.get(sent.location).text
    assert "At least 2 items, 67/200 of the marks" in page
    rules = {cell.method: cell.rule for cell in made.cells() if cell.criterion_id == made.unit.criteria[1]}
    assert rules == {Method.WRITTEN: ItemsCut(minimum_items=2, cut=Fraction(67, 200))}
    visitor.get(address)
    visitor.post(address, {"kind": "level_at_least", "level": "3"})
    assert LevelAtLeast(level=3) in {cell.rule for cell in made.cells()}
    visitor.get(address)
    assert visitor.post(f"{address}/clear").status_code == 303
    assert len(made.cells()) == 2


@pytest.mark.parametrize(
    ("method", "fields"),
    [
        ("written", {}),
        ("written", {"kind": "within_limit"}),
        ("observed", {"kind": "items_cut", "minimum_items": "1", "cut": "50"}),
        ("written", {"kind": "items_cut", "minimum_items": "2", "cut": ""}),
        ("written", {"kind": "items_cut", "minimum_items": "0", "cut": "50"}),
        ("written", {"kind": "items_cut", "minimum_items": "2", "cut": "half"}),
        ("written", {"kind": "items_cut", "minimum_items": "2", "cut": "150 %"}),
        ("written", {"kind": "items_cut", "minimum_items": "2", "cut": "0"}),
        ("observed", {"kind": "level_at_least", "level": "4"}),
    ],
)
def test_a_rule_that_does_not_fit_is_shown_again_with_the_reason(
    made: Made, method: str, fields: dict[str, str]
) -> None:
    visitor = signed_in(made.site, "scheme_manager")
    visitor.get(made.cell(1, method))
    answer = visitor.post(made.cell(1, method), {"level": "1", **fields})
    assert answer.status_code == 422
    assert "note refusal" in answer.text
    assert len(made.cells()) == 2


def test_a_method_or_criterion_that_is_none_is_not_found(made: Made) -> None:
    visitor = signed_in(made.site, "scheme_manager")
    assert visitor.get(made.cell(0, "guess")).status_code == 404
    assert visitor.get(f"{made.page}/plan/{made.unit.unit_id}").status_code == 404
    assert visitor.get(f"{made.page}/plan/{made.unit.unit_id}/written").status_code == 404


def test_publishing_waits_until_no_hole_is_left(made: Made) -> None:
    visitor = signed_in(made.site, "scheme_manager")
    visitor.get(f"{made.page}?lang=en")
    refused = visitor.post(f"{made.page}/publish")
    assert "Expected a plan without holes, got 2" in visitor.get(refused.location).text
    assert made.state() is SchemeState.DRAFT
    visitor.get(made.cell(1, "observed"))
    visitor.post(made.cell(1, "observed"), {"kind": "yes"})
    made.make_whole()
    assert "Publish version 1?" in visitor.get(made.page).text
    visitor.post(f"{made.page}/publish")
    page = visitor.get(made.page).text
    assert made.state() is SchemeState.PUBLISHED
    assert "Rina Misal" in page
    assert f"{made.page}/change" not in page
    assert f"{made.page}/copy" in page


def test_a_published_version_refuses_edits_and_is_copied_instead(made: Made) -> None:
    visitor = signed_in(made.site, "scheme_manager")
    visitor.get(made.cell(1, "observed"))
    visitor.post(made.cell(1, "observed"), {"kind": "yes"})
    made.make_whole()
    with writing_on(made.site) as session:
        publish(session, "las", made.version, NOW)
    before = made.cells()
    assert visitor.get(made.cell(0, "written")).status_code == 409
    assert visitor.get(f"{made.page}/change").status_code == 409
    assert visitor.post(made.cell(0, "written"), {"kind": "yes"}).status_code == 409
    visitor.post(f"{made.cell(0, 'observed')}/clear")
    assert made.cells() == before
    copied = visitor.post(f"{made.page}/copy")
    assert copied.location != made.page
    assert visitor.get(copied.location).status_code == 200
    visitor.post(f"{made.page}/retire")
    assert made.state() is SchemeState.RETIRED


def take_file(visitor: Visitor, value: object) -> tuple[int, str, str]:
    visitor.get("/schemes/new?lang=en")
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    answer = visitor.post("/schemes/upload", {"draft": (io.BytesIO(data), "scheme.json")})
    return answer.status_code, answer.location or "", answer.text


def test_a_scheme_comes_in_as_a_file(made: Made) -> None:
    visitor = signed_in(made.site, "scheme_manager")
    act = Act(body_id="las", account_id=None, person_id=None, at=NOW, name="test")
    with made.site.app.app_context():
        import_standard("las", read((DEMO / "kitchen" / "standard.json").read_bytes()), act=act)
    value = json.loads((DEMO / "kitchen" / "scheme.json").read_text())
    status, place, _ = take_file(visitor, value)
    assert status == 303
    page = visitor.get(place).text
    assert "Sample, not a BNSP scheme: Kitchen helper" in page
    assert "29 criteria" in page
    assert "I.55HDR00.041.3: Nobody has marked this unit as complete against its source." in page


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (b"no json", "Expected a file of JSON"),
        ({"v": 2}, "$.v: expected format version 1, got 2."),
        (b'{"v": 1, "v": 1}', "v twice"),
    ],
)
def test_a_file_that_is_no_scheme_is_refused_with_the_reason(made: Made, value: object, said: str) -> None:
    status, _, page = take_file(signed_in(made.site, "scheme_manager"), value)
    assert status == 422
    assert said in page


FIELDS = {
    "code": "BARU-1",
    "kind": "klaster",
    "title_id": "Skema baru",
    "title_en": "New scheme <b>x</b>",
    "core_units": CODE,
    "electives_required": "0",
    "scope": "process: SMAW (111)\nprocess: FCAW (136)\n",
    "prerequisites_id": "Lulus SD\n\nSehat",
    "prerequisites_en": "Primary school\nHealthy",
    "validity_months": "24",
    "quorum": "3",
    "outside_members": "1",
    "look_back_days": "365",
}


def test_a_scheme_is_made_by_hand(made: Made) -> None:
    visitor = signed_in(made.site, "scheme_manager")
    assert CODE in visitor.get("/schemes/new").text
    sent = visitor.post("/schemes/new", FIELDS)
    assert sent.status_code == 303, sent.text
    assert "&lt;b&gt;x" in visitor.get(f"{sent.location}?lang=en").text
    with made.site.app.app_context():
        session = db.session()
        version = session.scalars(select(SchemeVersion).where(SchemeVersion.validity_months == 24)).one()
        facts = scheme_facts(session, "las", version.id)
        assert facts.scope == (("process", "FCAW (136)"), ("process", "SMAW (111)"))
        assert [each.texts for each in facts.prerequisites] == [
            {"id": "Lulus SD", "en": "Primary school"},
            {"id": "Sehat", "en": "Healthy"},
        ]
        assert [member.code for member in scheme_units(session, "las", version.id)] == [CODE]


@pytest.mark.parametrize(
    "change",
    [
        {"code": "with blank"},
        {"title_en": ""},
        {"core_units": ""},
        {"core_units": "C.99"},
        {"quorum": "1"},
        {"outside_members": "4"},
        {"scope": "no value"},
        {"prerequisites_en": "Only one"},
        {"elective_units": CODE},
        {"electives_required": "2"},
        {"code": "CONTOH-LAS", "kind": "okupasi"},
    ],
)
def test_what_does_not_fit_is_shown_again(made: Made, change: dict[str, str]) -> None:
    visitor = signed_in(made.site, "scheme_manager")
    visitor.get("/schemes/new")
    answer = visitor.post("/schemes/new", FIELDS | change)
    assert answer.status_code == 422
    assert "note refusal" in answer.text
    assert "Skema baru" in answer.text
    with made.site.app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Scheme)) == 1


def test_a_draft_is_changed(made: Made) -> None:
    visitor = signed_in(made.site, "scheme_manager")
    page = visitor.get(f"{made.page}/change").text
    assert "Lulus SD\nSehat" in page
    fields = FIELDS | {"code": "CONTOH-LAS", "kind": "okupasi"}
    assert visitor.post(f"{made.page}/change", fields).status_code == 303
    with made.site.app.app_context():
        assert scheme_facts(db.session(), "las", made.version).titles["id"] == "Skema baru"
    assert len(made.cells()) == 2
    visitor.get(f"{made.page}/change")
    assert visitor.post(f"{made.page}/change", FIELDS).status_code == 422


def test_drafts_wait_for_the_scheme_manager(made: Made) -> None:
    page = signed_in(made.site, "scheme_manager").get("/today?lang=en").text
    assert "1 draft of a scheme to complete and publish" in page
    assert "CONTOH-LAS, version 1" in page
    assert "draft of a scheme" not in signed_in(made.site, "assessor").get("/today?lang=en").text


def test_a_plan_of_thirty_criteria_needs_few_statements(made: Made) -> None:
    with writing_on(made.site) as session:
        make_unit(session, "las", code="C.BIG", criteria=30)
        draft = a_draft(code="BIG", core_units=("C.BIG", CODE))
        version = create_scheme_version(session, "las", draft, NOW)
        unit = scheme_units(session, "las", version)[0].unit_id
    visitor = signed_in(made.site, "scheme_manager")
    for address in (
        f"/schemes/{version}",
        f"{made.page}",
        "/schemes",
        "/schemes?q=las",
        "/schemes/new",
        f"{made.page}/change",
        f"{made.page}/plan/{made.unit.criteria[0]}",
        made.cell(0, "observed"),
    ):
        with count_statements(made.site.engine) as statements:
            page = visitor.get(address)
        assert page.status_code == 200
        assert len(statements) <= 12, (address, len(statements))
    assert unit in visitor.get(f"/schemes/{version}").text


def test_the_list_is_searched_by_code_and_title(made: Made) -> None:
    visitor = signed_in(made.site, "decider")
    for words, found in (("contoh-las", True), ("WELDER", True), ("juru", True), ("dapur", False), ("%", False)):
        assert (made.version in visitor.get("/schemes", query_string={"q": words}).text) is found, words


def test_the_pages_hold_on_a_small_phone_without_script(
    made: Made, open_page: OpenPage, axe: Callable[[Page], None]
) -> None:
    page = open_page(width=320, java_script_enabled=False)
    sign_in(page, made.site)
    page.goto(made.site.base_url + made.cell(1, "written") + "?lang=en")
    page.get_by_label("Yes: the answer is yes").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").or_(page.locator(".flashes"))).to_contain_text("The plan was changed")
    page.goto(made.site.base_url + made.page + "?only=holes")
    expect(page.locator(".cell.hole").first).to_be_visible()
    assert Method.WRITTEN in {cell.method for cell in made.cells()}


@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (1280, "dark")])
def test_axe_finds_no_barrier_and_nothing_overflows(
    made: Made, open_page: OpenPage, axe: Callable[[Page], None], width: int, scheme: str
) -> None:
    page = open_page(width=width, color_scheme=scheme)
    sign_in(page, made.site)
    for language in ("en", "id"):
        for address in (
            "/schemes",
            "/schemes/new",
            made.page,
            f"{made.page}/change",
            f"{made.page}/plan/{made.unit.criteria[1]}",
            made.cell(1, "written"),
        ):
            page.goto(f"{made.site.base_url}{address}?lang={language}")
            expect(page.locator("h1")).to_be_visible()
            assert page.evaluate("document.documentElement.scrollWidth") <= width, address
            axe(page)


def sign_in(page: Page, site: Site) -> None:
    page.goto(site.serve() + "/signin")
    page.locator("input[name=login]").fill("scheme_manager")
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("main button[type=submit]").click()
    page.wait_for_url(re.compile("/today"))
