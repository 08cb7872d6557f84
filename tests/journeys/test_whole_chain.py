"""The whole chain in Chromium: from the application to the certificate that somebody abroad reads.

The people are those of the demo, and two candidates who come anew: one with script, one without. Nobody does
what belongs to somebody else. The code is read back from the rendered certificate.
"""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import pypdfium2
import pytest
import zxingcpp
from playwright.sync_api import Page, expect
from sqlalchemy import select

from assessment.credentials.signer_client import running_signer
from assessment.database import db
from assessment.demo.ground import MARK
from assessment.item_bank.tables import ItemVersion
from assessment.jobs.service import work_all
from tests.fixtures.browser import OpenPage
from tests.fixtures.sites import Site
from tests.journeys import people
from tests.journeys.people import Desk, Keys

pytestmark = [
    pytest.mark.only_on("sqlite"),
    pytest.mark.long_lock("the demo is shared by many tests; tests/exams/test_locks.py measures what people do"),
]

AYU, BIMA = "Ayu Perjalanan", "Bima Perjalanan"
SITE = "Cakung"
WIDTHS = (360, 1280)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@pytest.fixture
def chain(demo_site: Site, open_page: OpenPage, axe: Callable[[Page], None]) -> Iterator["Chain"]:
    """The served demo with its signer, and a browser for whoever comes."""
    with running_signer(demo_site.settings):
        yield Chain(demo_site, open_page, axe)


class Chain:
    """The site of the journey and the people at their browsers."""

    def __init__(self, site: Site, open_page: OpenPage, axe: Callable[[Page], None]) -> None:
        self.site = site
        self.base = site.serve()
        self._open_page = open_page
        self._axe = axe
        self._seen: set[tuple[str, ...]] = set()
        built = json.loads((site.settings.home / MARK).read_text())
        self._accounts = {account["login"]: account for account in built["accounts"]}

    def look(self, page: Page) -> None:
        """Let axe look at a page that was not met in this state yet: narrow and wide, light and dark."""
        path = re.sub(r"[0-9a-hjkmnp-tv-z]{16}|\d+", "*", urlsplit(page.url).path)
        state = (path, *(re.sub(r"\d+", "*", text) for text in page.locator("h1, h2, .tag").all_inner_texts()))
        if state in self._seen:
            return
        self._seen.add(state)
        usual = page.viewport_size
        assert usual is not None
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": usual["height"]})
            for scheme in SCHEMES:
                page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                self._axe(page)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{path} is wider than {width}"
        page.set_viewport_size(usual)

    def somebody(self, login: str, password: str | None = None, *, width: int = 1280, script: bool = True) -> Desk:
        """Sign somebody in at a browser of their own; axe itself needs script."""
        page = self._open_page(width, 900, java_script_enabled=script)
        desk = Desk(page=page, base=self.base, look=self.look if script else lambda page: None)
        people.sign_in(desk, login, password or self._accounts[login]["password"])
        return desk

    def stranger(self, **options: Any) -> Desk:
        """Somebody without an account, on a phone."""
        return Desk(page=self._open_page(360, 740, **options), base=self.base, look=self.look)

    def name(self, login: str) -> str:
        """The name of one of the demo's people."""
        name: str = self._accounts[login]["name"]
        return name

    def keys(self) -> Keys:
        """The right answer of every item that has one, as its page takes it."""
        with self.site.app.app_context():
            versions = db.session.scalars(select(ItemVersion)).all()
        return {
            version.id: right_answer(version.structure)
            for version in versions
            if any(declaration["correct"] for declaration in version.structure["responses"])
        }

    def work(self) -> int:
        """Do the background work that is due."""
        with self.site.app.app_context():
            return work_all(lambda: datetime.now(UTC))


def right_answer(structure: dict[str, Any]) -> str | list[str]:
    """The declared correct response of an item with one response variable."""
    (declaration,) = structure["responses"]
    correct: list[str] = declaration["correct"]
    return correct if declaration["cardinality"] == "multiple" else correct[0]


def test_two_candidates_go_from_the_application_to_a_certificate_that_anybody_can_check(
    chain: Chain, tmp_path: Path
) -> None:
    now = datetime.now(UTC)

    administrator = chain.somebody("las.admin")
    passwords = {
        login: people.register_candidate(administrator, name=name, number=number, login=login)
        for login, name, number in (("las.ayu", AYU, "X9900001"), ("las.bima", BIMA, "X9900002"))
    }
    ayu = chain.somebody("las.ayu", passwords["las.ayu"], width=360)
    bima = chain.somebody("las.bima", passwords["las.bima"], width=360, script=False)
    applications = {desk: people.apply(desk) for desk in (ayu, bima)}

    manager = chain.somebody("las.skema")
    for desk, application in applications.items():
        people.accept(manager, application)
        people.agree(desk, application)
    sitting = people.new_sitting(manager, now=now, site=SITE, code="UJI-JALAN")
    assessor_name = chain.name("las.asesor1")
    for application in applications.values():
        people.place(
            manager, application, sitting=sitting, code="UJI-JALAN", now=now, assessor=assessor_name, site=SITE
        )
    people.close_and_prepare(manager, sitting)

    invigilator = chain.somebody("las.pengawas1", width=768)
    for name in (AYU, BIMA):
        people.check_in_and_release(invigilator, sitting, name)
        people.check_in_to_practical(invigilator, name)
    keys = chain.keys()
    assert people.sit_exam(ayu, keys, script=True) == 20
    assert people.sit_exam(bima, keys, script=False) == 20

    assessor = chain.somebody("las.asesor1", width=768)
    for name in (AYU, BIMA):
        people.mark_practical(assessor, name)
    for application in applications.values():
        people.confirm_and_recommend(assessor, application)

    deciders = ["las.pleno1", "las.pleno2", "las.pleno3"]
    meeting = people.open_meeting(
        manager,
        number="PLENO-JALAN-1",
        members=[chain.name(login) for login in deciders],
        applications=list(applications.values()),
    )
    members = [chain.somebody(login) for login in deciders]
    for member in members:
        people.be_present(member, meeting)
    for application in applications.values():
        for member in members:
            people.vote(member, meeting, application)
        people.record_decision(members[0], meeting, application)

    releaser = chain.somebody("las.penerbit1")
    for name in (AYU, BIMA):
        people.release(releaser, name)
    assert chain.work() >= 2

    ayu.go("/my-certificates")
    ayu.page.locator("main a[href*='/certificates/']").first.click()
    ayu.page.wait_for_load_state()
    chain.look(ayu.page)
    with ayu.page.expect_download() as download:
        ayu.page.locator("a[href$='/pdf']").first.click()
    pdf = tmp_path / "certificate.pdf"
    download.value.save_as(pdf)
    code = read_code(pdf)
    assert code.startswith(chain.site.base_url + "/v/")
    address, digits = code.split("#")

    employer = chain.stranger(locale="en")
    employer.go(address.replace(chain.site.base_url, chain.base) + "#" + digits)
    expect(employer.page.get_by_role("heading", level=1)).to_have_text("Valid")
    expect(employer.page.locator("main")).to_contain_text(AYU)
    expect(employer.page.locator("main")).to_contain_text("C.25LAS01.029.1")
    assert employer.page.context.cookies() == []


def read_code(pdf: Path) -> str:
    """Read the large code back from the rendered first page: the longest text that a code there holds."""
    image = pypdfium2.PdfDocument(pdf)[0].render(scale=3).to_pil()
    texts = [found.text for found in zxingcpp.read_barcodes(image)]
    assert len(texts) == 2, texts
    return max(texts, key=len)
