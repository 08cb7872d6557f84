"""The page on a phone: its weight, its first screen, its accessibility, and the code checked on the device."""

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from assessment.domain.credentials.qr_payload import sign_payload
from tests.domain.credentials.certificates import OTHER_KEY
from tests.domain.credentials.certificates import payload as any_payload
from tests.factories.verification import STATES, House, Made, open_house
from tests.fixtures.browser import OpenPage
from tests.fixtures.sites import Site

pytestmark = pytest.mark.only_on("sqlite")  # what the browser shows does not depend on the database

AGREE = "The code in your hand and this page agree"
FORGED = "The code in your hand is forged"
OTHER = "The code in your hand belongs to another certificate"


@pytest.fixture
def house(site: Site) -> House:
    house = open_house(site)
    site.serve()
    return house


def test_weight_and_requests(site: Site, house: House, page: Page) -> None:
    made = house.make(name="Muhammad Rahmatullah Bin Abdurrahman Contoh")
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url))
    response = page.goto(made.code)
    assert response is not None
    expect(page.get_by_text(AGREE)).to_be_visible()
    assert len([url for url in seen if url.startswith("http")]) == 1
    assert all("#" not in url and made.digits not in url for url in seen)
    assert len(gzip.compress(response.body())) <= 35 * 1024


def test_the_answer_is_on_the_first_screen(site: Site, house: House, open_page: OpenPage) -> None:
    page = open_page(width=320, height=568)
    for state in ("valid", "revoked", "suspended", "expired"):
        made = house.make(**STATES[state])
        for language in ("en", "id"):
            page.goto(f"{site.base_url}/v/{made.public_id}?lang={language}")
            for part in (".seal", "h1", "[data-sentence]", ".facts", ".checked"):
                box = page.locator(f"main {part}").locator("visible=true").first.bounding_box()
                assert box is not None
                assert box["y"] + box["height"] <= 568, (state, language, part)
                assert box["x"] >= 0
                assert box["x"] + box["width"] <= 320
            address = page.locator("[data-address]").bounding_box()
            assert address is not None
            assert address["y"] + address["height"] <= 568 or state != "valid"
            assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_it_says_everything_without_script(site: Site, house: House, open_page: OpenPage) -> None:
    page = open_page(java_script_enabled=False)
    page.goto(house.make().code)
    expect(page.get_by_role("heading", level=1)).to_have_text("Valid")
    expect(page.get_by_text("passed Plate welder SMAW")).to_be_visible()
    for text in (AGREE, FORGED, OTHER):
        expect(page.get_by_text(text)).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_no_barrier_in_any_state(
    site: Site, house: House, open_page: OpenPage, axe: Callable[[Page], None], scheme: str, width: int
) -> None:
    page = open_page(width=width, height=800, color_scheme=scheme)
    for place, wanted in enumerate(STATES.values()):
        made = house.make(**wanted)
        page.goto(f"{site.base_url}/v/{made.public_id}?lang={('en', 'id')[place % 2]}")
        for fold in page.locator("details.technical > summary").all():
            fold.click()
        axe(page)
    valid = house.make()
    for fragment in (valid.digits, made.digits, valid.digits[:-1]):
        page.goto("about:blank")
        page.goto(f"{site.base_url}/v/{valid.public_id}?lang=en#{fragment}")
        expect(page.locator("[data-code-says]").locator("visible=true")).to_have_count(1)
        axe(page)
    for address in ("/verify?lang=en", "/verify?lang=id", "/v/0000000000000000?lang=en"):
        page.goto(f"{site.base_url}{address}")
        axe(page)
    page.goto(f"{site.base_url}/verify?lang=en")
    page.get_by_role("button", name="Check the number").click()
    axe(page)


def outcome(page: Page, site: Site, made: Made, digits: str) -> str:
    """What the page says of a code in the hand."""
    page.goto("about:blank")
    page.goto(f"{site.base_url}/v/{made.public_id}?lang=en#{digits}")
    said = page.locator("[data-code-says]").locator("visible=true")
    expect(said).to_have_count(1)
    return said.get_attribute("data-code-says") or ""


def test_the_code_is_checked_on_the_device(site: Site, house: House, page: Page) -> None:
    made = house.make(name="Muhammad Rahmatullah Bin Abdurrahman Contoh")
    assert outcome(page, site, made, made.digits) == "agrees"
    expect(page.locator("[data-code=name]")).to_have_text("MUHAMMAD RAHMATULLAH BIN ABDURRAHMAN CO")
    expect(page.locator("[data-code=born]")).to_have_text("1999")


def test_the_code_of_another_certificate_is_refused(site: Site, house: House, page: Page) -> None:
    made, another = house.make(), house.make(name="Orang Lain")
    assert outcome(page, site, made, another.digits) == "other"
    expect(page.get_by_role("alert")).to_contain_text(OTHER)


def test_a_forged_code_is_refused(site: Site, house: House, page: Page) -> None:
    made = house.make()
    whole = int(made.digits)
    foreign = sign_payload(
        any_payload(issuer=made.did, public_id=made.public_id), key_id=house.key_id, sign=OTHER_KEY.sign
    )
    forged = {
        "another key": foreign,
        "one digit": made.digits[:-1] + str((int(made.digits[-1]) + 1) % 10),
        "cut": made.digits[:-3],
        "one byte more": str(int.from_bytes(whole.to_bytes((whole.bit_length() + 7) // 8) + b"\0")),
        "another format": str(int.from_bytes(b"\2" + b"\x84" * 100)),
        "deep": str(int.from_bytes(b"\1" + b"\x81" * 200)),
        "endless length": str(int.from_bytes(b"\1\x9b" + b"\xff" * 8)),
        "nothing": "0",
        "too many digits": made.digits + "0" * 100_000,
    }
    for what, digits in forged.items():
        assert outcome(page, site, made, digits) == "forged", what


def test_a_device_without_the_algorithm_says_so(site: Site, house: House, page: Page) -> None:
    page.add_init_script("Object.defineProperty(crypto, 'subtle', { value: undefined })")
    made = house.make()
    assert outcome(page, site, made, made.digits) == "unable"


def test_another_fragment_means_nothing(site: Site, house: House, page: Page) -> None:
    page.goto(f"{site.base_url}/v/{house.make().public_id}#main")
    expect(page.locator("[data-code-says]").locator("visible=true")).to_have_count(0)


def test_the_code_stays_when_the_language_changes(site: Site, house: House, page: Page) -> None:
    made = house.make()
    assert outcome(page, site, made, made.digits) == "agrees"
    page.locator(".languages summary").click()
    page.get_by_role("link", name="Bahasa Indonesia").click()
    expect(page.get_by_text("Kode di tangan Anda sesuai dengan halaman ini")).to_be_visible()


def test_a_dropped_file_is_checked(site: Site, house: House, page: Page) -> None:
    page.goto(f"{site.base_url}/verify?lang=en")
    expect(page.get_by_text("Or drop the file here.")).to_be_visible()
    dropped = page.evaluate_handle(
        """text => { const data = new DataTransfer(); data.items.add(new File([text], "c.json")); return data; }""",
        house.make().content.decode(),
    )
    page.dispatch_event("main", "dragover", {"dataTransfer": dropped})
    expect(page.locator("body")).to_have_attribute("data-dropping", "yes")
    page.dispatch_event("main", "drop", {"dataTransfer": dropped})
    expect(page.get_by_role("heading", level=1)).to_have_text("Valid")


def test_a_file_is_checked_in_the_browser(site: Site, house: House, page: Page, tmp_path: Path) -> None:
    file = tmp_path / "certificate.json"
    file.write_bytes(house.make().content)
    page.goto(f"{site.base_url}/verify?lang=en")
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Valid")
