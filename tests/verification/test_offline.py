"""Without a network: a page that was opened once opens again, a code of another is judged by the issuers' keys."""

import gzip
import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from assessment.domain.credentials.qr_payload import sign_payload
from tests.domain.credentials.certificates import OTHER_KEY
from tests.domain.credentials.certificates import payload as any_payload
from tests.factories.verification import House, Made, open_house
from tests.fixtures.browser import OpenPage
from tests.fixtures.sites import Site

pytestmark = pytest.mark.only_on("sqlite")  # what the browser keeps does not depend on the database


@pytest.fixture
def house(site: Site) -> House:
    house = open_house(site)
    site.serve()
    return house


def visit(page: Page, address: str) -> None:
    """Open a page and wait until it has kept itself."""
    page.goto(address)
    expect(page.locator("body")).to_have_attribute("data-kept", "yes")


def without_network(page: Page, address: str) -> None:
    page.goto("about:blank")
    page.context.set_offline(True)
    page.goto(address)


def said(page: Page) -> str:
    shown = page.locator("[data-code-says]").locator("visible=true")
    expect(shown).to_have_count(1)
    return shown.get_attribute("data-code-says") or ""


def test_a_page_opened_once_opens_without_a_network(
    site: Site, house: House, open_page: OpenPage, axe: Callable[[Page], None]
) -> None:
    page = open_page(width=320, locale="en-GB")
    made = house.make()
    visit(page, made.code)
    expect(page.get_by_text("No network")).to_be_hidden()
    without_network(page, made.code)
    expect(page.get_by_text("No network")).to_be_visible()
    expect(page.get_by_text("This is what was known on 1 December 2026, 10:00 WIB.")).to_be_visible()
    expect(page.get_by_text("could not be checked").first).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("Valid")
    expect(page.get_by_text("Checked just now")).to_be_hidden()
    assert said(page) == "agrees"
    expect(page.locator("[data-code=name]")).to_have_text("SITI CONTOH")
    axe(page)


def test_another_address_of_the_same_certificate_is_served_from_the_copy(
    site: Site, house: House, open_page: OpenPage
) -> None:
    page = open_page(locale="de")
    made = house.make()
    visit(page, f"{site.base_url}/v/{made.public_id}?lang=de")
    without_network(page, made.code)
    expect(page.get_by_text("Kein Netz")).to_be_visible()


def test_a_code_that_was_never_opened_is_judged_by_the_keys(
    site: Site, house: House, open_page: OpenPage, axe: Callable[[Page], None]
) -> None:
    page = open_page(locale="en-GB")
    opened, other = house.make(), house.make(name="Orang Lain")
    visit(page, opened.code)
    without_network(page, other.code)
    expect(page.get_by_role("heading", level=1)).to_have_text("Only the code was checked")
    assert said(page) == "genuine"
    told = {"name": "ORANG LAIN", "born": "1999", "last": "13 March 2029", "issuer": "LSP Contoh las"}
    for name, text in told.items():
        expect(page.locator(f"[data-code={name}]")).to_have_text(text)
    expect(page.get_by_text("Not checked: whether the certificate was withdrawn")).to_be_visible()
    expect(page.get_by_text("with the issuer's keys as of 1 December 2026, 03:00 UTC")).to_be_visible()
    axe(page)


def test_a_forged_code_is_refused_without_a_network(site: Site, house: House, open_page: OpenPage) -> None:
    page = open_page(locale="en-GB")
    opened, other = house.make(), house.make(name="Orang Lain")
    visit(page, opened.code)
    payload = any_payload(issuer=other.did, public_id=other.public_id)
    foreign = sign_payload(payload, key_id=house.key_id, sign=OTHER_KEY.sign)
    outcomes = {
        foreign: "forged",
        other.digits[:-1] + str((int(other.digits[-1]) + 1) % 10): "forged",
        "0": "forged",
        opened.digits: "other",
        "main": "none",
    }
    for fragment, outcome in outcomes.items():
        without_network(page, f"{site.base_url}/v/{other.public_id}#{fragment}")
        assert said(page) == outcome, fragment


def test_what_is_gone_from_the_record_is_gone_from_the_device(site: Site, house: House, open_page: OpenPage) -> None:
    page = open_page(locale="en-GB")
    made = house.make()
    address = f"{site.base_url}/v/{made.public_id}"
    visit(page, address)
    house.erase(made)
    page.goto(f"{address}?lang=en")
    expect(page.get_by_role("heading", level=1)).to_have_text("Erased")
    without_network(page, address)
    expect(page.get_by_role("heading", level=1)).to_have_text("Only the code was checked")


def test_two_requests_and_35_kilobytes_for_all_of_it(site: Site, house: House, open_page: OpenPage) -> None:
    made = house.make(name="Muhammad Rahmatullah Bin Abdurrahman Contoh")
    for language in ("en", "ja", "ar"):
        page = open_page(locale=language)
        seen: list[str] = []
        page.context.on("request", lambda request, seen=seen: seen.append(request.url))
        visit(page, made.code)
        expect(page.locator("[data-code-says=agrees]")).to_be_visible()
        asked = [url.partition("?")[0].removeprefix(site.base_url) for url in seen if url.startswith("http")]
        assert [url.partition("#")[0] for url in asked] == [f"/v/{made.public_id}", "/verify/worker.js"]
        client = site.client()
        answers = [client.get(f"/v/{made.public_id}?lang={language}"), client.get(f"/verify/worker.js?lang={language}")]
        assert sum(len(gzip.compress(answer.data)) for answer in answers) <= 35 * 1024


def test_the_worker_speaks_every_language_and_holds_keys_alone(site: Site, house: House) -> None:
    made = house.make()
    for language, heading in {"ko": "코드만 확인했습니다", "ar": "فُحص الرمز فقط"}.items():
        response = site.client().get(f"/verify/worker.js?lang={language}")
        assert response.mimetype == "text/javascript"
        assert response.headers["Service-Worker-Allowed"] == "/v"
        assert heading in response.text
        assert "Set-Cookie" not in response.headers
        page = json.loads(response.text[response.text.index("{") : response.text.index(";\n// The worker")])
        assert "connect-src" not in page["policy"]
        assert "'unsafe" not in page["policy"]
        assert made.public_id not in response.text
        found = re.search(r"data-code-facts>(.*?)</script>", page["html"])
        assert found is not None
        [(issuer, told)] = json.loads(found[1])["issuers"].items()
        assert (f"did:web:{issuer}", told["keys"].keys()) == (made.did, {"2026"})


def differences(page: Page, site: Site, made: Made, digits: str) -> dict[str, tuple[str, ...]]:
    page.goto("about:blank")
    page.goto(f"{site.base_url}/v/{made.public_id}?lang=en#{digits}")
    table = page.locator("[data-differences]")
    expect(table).to_be_visible()
    rows = {}
    for name in ("name", "scheme", "first", "last", "id"):
        texts = (f"[data-paper={name}]", f"[data-record={name}]", f"[data-state={name}]")
        rows[name] = tuple(table.locator(text).inner_text() for text in texts)
    return rows


def test_paper_and_record_stand_side_by_side(site: Site, house: House, page: Page, axe: Callable[[Page], None]) -> None:
    made, other = house.make(), house.make(name="Orang Lain")
    rows = differences(page, site, made, other.digits)
    assert rows["name"] == ("ORANG LAIN", "SITI CONTOH", "differs")
    assert rows["first"] == ("14 March 2026", "14 March 2026", "the same")
    assert rows["id"] == (other.public_id, made.public_id, "differs")
    axe(page)
    changed = any_payload(issuer=made.did, public_id=made.public_id, name="DEWI PALSU")
    foreign = sign_payload(changed, key_id=house.key_id, sign=OTHER_KEY.sign)
    rows = differences(page, site, made, foreign)
    assert rows["name"] == ("DEWI PALSU", "SITI CONTOH", "differs")
    assert rows["id"][2] == "the same"
    expect(page.get_by_role("alert")).to_contain_text("The code in your hand is forged")
    axe(page)
