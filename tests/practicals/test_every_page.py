"""Every page of the practicals, held against four promises: no barrier, the keyboard, forced colours, twice the text.

`PAGES` names each page of the feature with somebody who may open it; a page that is not listed fails the first test.
Most are pages of the demo, with its real texts, photos and histories; figures about marking need more practicals than
the demo has and stand on a second installation. Both are built once and only read.
"""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.accounts.tables import Account
from assessment.certification.tables import Application
from assessment.database import db
from assessment.domain.practicals.practical_states import PracticalState as State
from assessment.domain.practicals.rubric import Judged
from assessment.domain.roles import Role
from assessment.exams.tables_cut_studies import CutStudy
from assessment.practicals.marking import criteria_to_mark, record_observations
from assessment.practicals.remarking import ask_again
from assessment.practicals.submitting import submit
from assessment.practicals.tables import Practical, Task
from assessment.practicals.tables_assigning import NamedCloseness, TooClose
from assessment.practicals.tables_drafts import TaskDraft
from assessment.practicals.tables_pieces import TestReport
from assessment.practicals.tables_reassessing import Reassessment
from assessment.practicals.tables_sheets import Remark, Sheet, SheetFile
from assessment.practicals.tables_tools import MeasuringTool
from assessment.web.actor import Actor
from tests.factories.accounts import NOW, PASSWORD, make_actor
from tests.factories.practicals import MadePractical, demo_document, entry, good_mark, make_practical
from tests.factories.visitors import writing_on
from tests.fixtures.browser import PATIENCE
from tests.fixtures.demos import copied_demo
from tests.fixtures.sites import Site, empty_site
from tests.practicals.test_quality_in_browser import build

pytestmark = [
    pytest.mark.usefixtures("database"),
    pytest.mark.only_on("sqlite"),  # a browser knows of no database; what lies behind is tested on both
]

LOOKING = (Path(__file__).parents[1] / "browser" / "looking.js").read_text(encoding="utf-8")
PHONE, DESK = 360, 1280
HIGH = 900
TWICE = 32  # pixels: the browser's own letter, which is 16
SOME_STOPS = 10
FORCED = {"lostPatches": "only its colour told of", "unframed": "no edge around", "unmarked": "nothing marks"}
LARGE = {"beyond": "off the screen:", "cut": "cut off:", "overlaps": "over each other:", "heldBack": "in the way:"}


@dataclass(frozen=True, kw_only=True)
class Looked:
    """A page: the endpoint, who opens it, and what its address names. `on`: "demo" or "made"."""

    endpoint: str
    who: str
    on: str = "demo"
    of: tuple[str, ...] = ()  # names of `Found`, in the order of the route's arguments
    query: str = ""
    also: str = ""  # tells two looks at one endpoint apart

    @property
    def name(self) -> str:
        return f"{self.endpoint} {self.also}".strip()


MANAGER, AUTHOR, INVIGILATOR, QUALITY = "las.skema", "las.penulis", "las.pengawas1", "las.mutu"

PAGES = (
    Looked(endpoint="practicals.index", who=INVIGILATOR, query="show=unfinished", also="of the invigilator"),
    Looked(endpoint="practicals.index", who="{marker}", query="show=unfinished", also="of the assessor"),
    Looked(endpoint="practicals.index", who=MANAGER, query="show=submitted", also="of what is done"),
    Looked(endpoint="practicals.check_in", who=INVIGILATOR, of=("planned",)),
    Looked(endpoint="practicals.task", who=INVIGILATOR, of=("planned",)),
    Looked(endpoint="practicals.sheet", who="{marker}", of=("open",)),
    Looked(endpoint="practicals.finish", who="{marker}", of=("open",)),
    Looked(endpoint="practicals.record", who=MANAGER, of=("settled",)),
    Looked(endpoint="practicals.compare", who=MANAGER, of=("settled",), also="of what agrees"),
    Looked(endpoint="practicals.compare", who="pengelola", on="made", of=("apart",), also="of what lies apart"),
    Looked(endpoint="practicals.remark", who="{remarker}", on="made", of=("remarking",)),
    Looked(endpoint="practicals.held", who=MANAGER, of=("settled",)),
    Looked(endpoint="practicals.confirm", who="{apartmarker}", on="made", of=("apart",)),
    Looked(endpoint="practicals.candidate", who="{apartmarker}", on="made", of=("apart",)),
    Looked(endpoint="practicals.closing", who=MANAGER, of=("settled",)),
    Looked(endpoint="practicals.take_in", who=MANAGER, also="before"),
    Looked(endpoint="practicals.take_in", who=INVIGILATOR, query="file={file}", also="after"),
    Looked(endpoint="practicals.locked", who=""),
    Looked(endpoint="pieces.page", who=INVIGILATOR, of=("planned",), also="empty"),
    Looked(endpoint="pieces.page", who=MANAGER, of=("piece",), also="with a report"),
    Looked(endpoint="tools.index", who=QUALITY),
    Looked(endpoint="tools.new", who=QUALITY),
    Looked(endpoint="tools.page", who=QUALITY, of=("tool",)),
    Looked(endpoint="quality.index", who="mutu", on="made"),
    Looked(endpoint="quality.severity", who="mutu", on="made"),
    Looked(endpoint="quality.questions", who="mutu", on="made"),
    Looked(endpoint="borderline.index", who="mutu", on="made"),
    Looked(endpoint="borderline.new", who="mutu", on="made"),
    Looked(endpoint="borderline.page", who="mutu", on="made", of=("regression",)),
    Looked(endpoint="tasks.index", who=AUTHOR),
    Looked(endpoint="tasks.page", who=AUTHOR, of=("task",)),
    Looked(endpoint="task_drafts.index", who=AUTHOR),
    Looked(endpoint="task_drafts.new", who=AUTHOR),
    Looked(endpoint="task_drafts.copy", who=AUTHOR, of=("draft",), query="source=ready:osce"),
    Looked(endpoint="task_drafts.sheet", who=AUTHOR, of=("draft",)),
    Looked(endpoint="task_forms.edit", who=AUTHOR, of=("draft",)),
    Looked(endpoint="task_forms.criterion", who=AUTHOR, of=("draft", "judged"), also="judged"),
    Looked(endpoint="task_forms.criterion", who=AUTHOR, of=("draft", "measured"), also="measured"),
    Looked(endpoint="task_forms.criterion", who=AUTHOR, of=("draft", "checked"), also="checked"),
    Looked(endpoint="task_reviews.page", who=AUTHOR, of=("draft",)),
    Looked(endpoint="task_reviews.copy", who=AUTHOR, of=("draft", "beginning")),
    Looked(endpoint="places.page", who=MANAGER, of=("accepted",)),
    Looked(endpoint="places.assessors", who=MANAGER, of=("accepted",)),
    Looked(endpoint="applications.too_close", who="{named_by}", of=("named_in",)),
    Looked(endpoint="places.again", who="{planner}", of=("again", "earlier")),
    Looked(endpoint="cut_studies.index", who=MANAGER),
    Looked(endpoint="cut_studies.page", who=MANAGER, of=("study",)),
    Looked(endpoint="cut_studies.new", who="mutu", on="made", of=("form",)),
    Looked(endpoint="cut_studies.rate", who="mutu", on="made", of=("study",)),
)

# What a browser draws no page of: pictures, files, a script, what a program asks for.
NO_PAGES = {
    "practicals.photo": "a picture",
    "practicals.work_photo": "a picture",
    "practicals.held_photo": "a picture",
    "practicals.signature": "a picture",
    "practicals.photo_progress": "told to the tablet",
    "practicals.renew": "told to the tablet",
    "practicals.worker": "a script",
    "pieces.file": "a file",
    "tasks.export": "a file",
}
# Cuts by a panel, who marks whom, and who may not: pages of other features that the workshop asked for.
BESIDE = ("cut_studies.", "places.", "applications.too_close")


@dataclass
class Home:
    """One installation: where it answers, what its addresses name, who may sign in how, and who has."""

    site: Site
    base: str
    found: dict[str, str]
    passwords: dict[str, str]
    desks: dict[str, BrowserContext] = field(default_factory=dict)

    def address(self, looked: Looked) -> str:
        """Where the page stands."""
        rule = next(rule for rule in self.site.app.url_map.iter_rules(looked.endpoint) if "GET" in (rule.methods or ()))
        names = re.findall(r"<(?:\w+:)?(\w+)>", rule.rule)
        values = {name: self.found[of] for name, of in zip(names, looked.of, strict=True)}
        with self.site.app.test_request_context():
            path = self.site.app.url_map.bind("localhost").build(looked.endpoint, values)
        return f"{self.base}{path}?{looked.query.format(**self.found)}"


def in_demo(session: Session) -> dict[str, str]:
    """The records of the demo that pages are looked at by."""
    las = "las"

    def practical(*conditions: object) -> Practical:
        wanted = select(Practical).where(Practical.body_id == las, *conditions)  # type: ignore[arg-type]  # conditions of a select
        return session.scalars(wanted.order_by(Practical.id).limit(1)).one()

    again = select(Remark.practical_id)
    planned, opened = practical(Practical.state == State.SCHEDULED), practical(Practical.state == State.OPEN)
    settled = practical(Practical.id.in_(again))
    draft = session.scalars(select(TaskDraft).where(TaskDraft.body_id == las).limit(1)).one()
    earlier = session.scalars(select(Practical).where(Practical.id.in_(select(Reassessment.earlier_id))).limit(1)).one()
    named_by, named_in = session.execute(
        select(Account.login, Application.id)
        .join(Application, Application.person_id == Account.person_id)
        .join(TooClose, TooClose.application_id == Application.id)
        .join(NamedCloseness, NamedCloseness.named_id == TooClose.id)
        .order_by(Account.login)
        .limit(1)
    ).one()
    return {
        "named_by": named_by,
        "named_in": named_in,
        "planned": planned.id,
        "open": opened.id,
        "settled": settled.id,
        "piece": session.scalars(select(TestReport.practical_id).where(TestReport.body_id == las).limit(1)).one(),
        "file": session.scalars(select(SheetFile.digest).where(SheetFile.body_id == las).limit(1)).one(),
        "task": session.scalars(select(Task.id).where(Task.body_id == las).limit(1)).one(),
        "draft": draft.id,
        "beginning": "0",
        "again": earlier.application_id,
        "earlier": earlier.id,
        "planner": f"{earlier.body_id}.skema",
        "tool": session.scalars(select(MeasuringTool.id).where(MeasuringTool.body_id == las).limit(1)).one(),
        "study": session.scalars(select(CutStudy.id).where(CutStudy.body_id == las)).one(),
        "accepted": session.scalars(
            select(Application.id)
            .join(Account, Account.person_id == Application.person_id)
            .where(Account.login == "las.asesi11")
        ).one(),
        "marker": marker_of(session, opened.id, 1),
        **{
            kind: next(each["code"] for each in draft.content["criteria"] if each["kind"] == kind)
            for kind in ("judged", "measured", "checked")
        },
    }


def marker_of(session: Session, practical_id: str, place: int) -> str:
    """Who marks a practical."""
    return session.scalars(
        select(Account.login)
        .join(Sheet, Sheet.person_id == Account.person_id)
        .where(Sheet.practical_id == practical_id, Sheet.place == place)
    ).one()


def make(site: Site) -> dict[str, str]:
    """Twenty practicals behind the figures, a panel, and two practicals whose marks lie apart; one is marked again."""
    addresses = build(site)
    with writing_on(site) as session:
        make_actor(session, "las", Role.SCHEME_MANAGER, login="pengelola", name="Pengelola Misal")
        apart, remarking = (
            make_practical(session, body_id="las", document=demo_document("welder"), others=1) for _ in range(2)
        )
        for each in (apart, remarking):
            hand_in(session, each, each.assessor, lower=0)
            hand_in(session, each, each.others[0], lower=2)
        ask_again(session, remarking.assessor, remarking.id, reason="Dilihat sekali lagi.", now=NOW)
        return {
            "apart": apart.id,
            "apartmarker": marker_of(session, apart.id, 1),
            "remarking": remarking.id,
            "remarker": marker_of(session, remarking.id, 2),
            "regression": next(each for each in addresses if "/borderline/" in each).rpartition("/")[2],
            "study": next(each for each in addresses if each.startswith("/cut-studies/")).split("/")[2],
            "form": next(each for each in addresses if each.startswith("/exam-forms/")).split("/")[2],
        }


def hand_in(session: Session, practical: MadePractical, actor: Actor, *, lower: int) -> None:
    """Mark everything well, judged criteria so many levels lower, and submit."""
    criteria = criteria_to_mark(session, practical.body_id, practical.id)
    marks = [
        entry(each.code, seq=seq, **({"level": 3 - lower} if isinstance(each.marking, Judged) else good_mark(each)))
        for seq, each in enumerate(criteria, start=1)
    ]
    at = NOW + timedelta(minutes=30)
    record_observations(session, actor, practical.id, marks, criteria=criteria, now=at)
    submit(session, actor, practical.id, now=at)


@pytest.fixture(scope="module")
def homes(run_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Home]]:
    """The demo, and an installation with what the demo has too little of."""
    with ExitStack() as stack:
        demo = stack.enter_context(copied_demo("sqlite", run_folder, tmp_path_factory.mktemp("demo")))
        made = stack.enter_context(empty_site("sqlite", run_folder, tmp_path_factory.mktemp("made")))
        with demo.app.app_context():
            in_the_demo = in_demo(db.session())
        accounts = json.loads((demo.settings.home / "demo.json").read_text(encoding="utf-8"))["accounts"]
        by_login = {account["login"]: account["password"] for account in accounts}
        yield {
            "demo": Home(site=demo, base=demo.serve(), found=in_the_demo, passwords=by_login),
            "made": Home(site=made, base=made.serve(), found=make(made), passwords={}),
        }


@pytest.fixture(scope="module")
def desk_of(browser: Browser, homes: dict[str, Home]) -> Iterator[Callable[[Looked], BrowserContext]]:
    """Give `desk_of(looked)`: a browser profile in which the page's reader is signed in."""

    def desk_of(looked: Looked) -> BrowserContext:
        home = homes[looked.on]
        who = looked.who.format(**home.found)
        if who not in home.desks:
            context = browser.new_context(viewport={"width": DESK, "height": HIGH}, reduced_motion="reduce")
            context.set_default_timeout(PATIENCE)
            home.desks[who] = context
            if who:
                page = context.new_page()
                page.goto(f"{home.base}/signin")
                page.locator("[name=login]").fill(who)
                page.locator("[name=password]").fill(home.passwords.get(who, PASSWORD))
                page.locator("main button[type=submit]").click()
                expect(page).not_to_have_url(f"{home.base}/signin")
                page.close()
        return home.desks[who]

    yield desk_of
    for home in homes.values():
        for context in home.desks.values():
            context.close()


@pytest.fixture
def shown(
    request: pytest.FixtureRequest, homes: dict[str, Home], desk_of: Callable[[Looked], BrowserContext]
) -> Iterator[Page]:
    """The page of this test, drawn as on a desk, with what is folded unfolded."""
    looked: Looked = request.param
    page = desk_of(looked).new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    address = homes[looked.on].address(looked)
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == 200, address
    assert page.url.partition("?")[0] == address.partition("?")[0], "it leads elsewhere"
    page.evaluate(LOOKING)
    page.evaluate("looking.unfold()")
    for sheet in page.locator("[data-sheet-page]").all():  # its script takes away what only a page without it needs
        expect(sheet).to_have_attribute("data-ready", "")
        page.wait_for_load_state("networkidle")
    yield page
    page.close()
    assert not faults


def test_every_page_of_the_practicals_is_listed(homes: dict[str, Home]) -> None:
    app = homes["demo"].site.app
    of_the_feature = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ())
        and (
            app.view_functions[rule.endpoint].__module__.startswith("assessment.practicals")
            or rule.endpoint.startswith(BESIDE)
        )
    }
    listed = {looked.endpoint for looked in PAGES}
    assert not listed & NO_PAGES.keys()
    assert of_the_feature - NO_PAGES.keys() == listed, "Expected every page in PAGES, and nothing else."
    assert NO_PAGES.keys() <= of_the_feature


@pytest.mark.parametrize("shown", PAGES, ids=[looked.name for looked in PAGES], indirect=True)
def test_the_page_holds(shown: Page, axe: Callable[[Page], None]) -> None:
    """One visit, all four promises; what breaks any of them is told together."""
    faults = [*_keyboard(shown), *_barriers(shown, axe), *_forced_colours(shown), *_twice_the_text(shown)]
    assert not faults, "\n".join(faults)


def _keyboard(page: Page) -> Iterator[str]:
    """The Tab key reaches every control; where it stands is marked, and nothing covers it."""
    for name in page.evaluate("looking.mouseOnly()"):
        yield f"only a mouse can press {name}"
    wanted = page.evaluate("looking.wanted()")
    reached: list[int] = []
    page.evaluate("looking.start()")
    for _ in range(3 * len(wanted) + 10):
        page.keyboard.press("Tab")
        at = page.evaluate("looking.here()")
        if at is None or at["stop"] in reached[:-1]:
            break
        if not at["ring"]:
            yield f"the focus does not show on {at['name']}"
        if not at["uncovered"]:
            yield f"something covers {at['name']} while it has the focus"
        if at["stop"] not in reached[-1:] and at["stop"] >= 0:  # a date has stops within, and what came later has none
            reached.append(at["stop"])
    for number, name in enumerate(wanted):
        if number not in reached:
            yield f"the keyboard does not reach {name}"


def _barriers(page: Page, axe: Callable[[Page], None]) -> Iterator[str]:
    """axe, light and dark, wide and narrow."""
    for width, scheme in ((DESK, "light"), (PHONE, "dark")):
        page.set_viewport_size({"width": width, "height": HIGH})
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        try:
            axe(page)
        except AssertionError as found:
            yield f"{scheme}: {found}"
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.set_viewport_size({"width": DESK, "height": HIGH})


def _forced_colours(page: Page) -> Iterator[str]:
    """With the system's few colours every control has an edge, every choice its mark, and the focus its ring."""
    page.evaluate("looking.patches()")
    page.emulate_media(forced_colors="active", reduced_motion="reduce")
    assert page.evaluate("matchMedia('(forced-colors: active)').matches")
    for question, said in FORCED.items():
        for name in page.evaluate(f"looking.{question}()"):
            yield f"forced colours: {said} {name}"
    page.evaluate("looking.start()")
    for _ in range(SOME_STOPS):
        page.keyboard.press("Tab")
        at = page.evaluate("looking.here()")
        if at is not None and not at["ring"]:
            yield f"forced colours: the focus does not show on {at['name']}"
    page.emulate_media(forced_colors="none", reduced_motion="reduce")


def _twice_the_text(page: Page) -> Iterator[str]:
    """With letters of twice the size nothing leaves the screen, is cut off or lies over something else."""
    page.evaluate("looking.start()")  # the link past everything lies over the page while it has the focus
    debugger = page.context.new_cdp_session(page)
    debugger.send("Page.setFontSizes", {"fontSizes": {"standard": TWICE, "fixed": TWICE}})
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == f"{TWICE}px"
    for width in (PHONE, DESK):
        page.set_viewport_size({"width": width, "height": HIGH})
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            yield f"text at 200 %: the page scrolls sideways at {width}"
        for question, said in LARGE.items():
            for name in page.evaluate(f"looking.{question}()"):
                yield f"text at 200 %, {width} wide: {said} {name}"
