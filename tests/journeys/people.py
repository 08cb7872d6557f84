"""What each person of the chain does, in their own browser, in the words of the pages.

Every function takes the page of somebody who is signed in. Pages are looked at by axe through `look`, which the
journey gives.
"""

import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from PIL import Image, ImageDraw
from playwright.sync_api import Locator, Page, expect

Look = Callable[[Page], None]
Keys = Mapping[str, str | list[str]]

ZONE = ZoneInfo("Asia/Jakarta")
MOMENT = "%Y-%m-%dT%H:%M"


@dataclass(kw_only=True, eq=False)
class Desk:
    """Somebody at a browser: the page, where the site is, and what is looked at on the way."""

    page: Page
    base: str
    look: Look
    seen: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        """Open an address of the site and look at it."""
        self.page.goto(self.base + path if path.startswith("/") else path)
        self.look(self.page)

    def press(self, name: str, within: Locator | None = None) -> None:
        """Press the button or link of this name, and look at what comes."""
        place = within or self.page.locator("main")
        buttons = place.get_by_role("button", name=name, exact=True)
        (buttons if buttons.count() else place.get_by_role("link", name=name, exact=True)).first.click()
        self.page.wait_for_load_state()
        self.look(self.page)

    def fill(self, **values: str) -> None:
        """Type into fields by their names."""
        for name, value in values.items():
            self.page.locator(f"[name={name}]:visible").first.fill(value)

    def choose(self, name: str, value: str, within: Locator | None = None) -> None:
        """Tick the option row of a radio or checkbox."""
        place = within or self.page.locator("main, aside").first
        place.locator(f"label.option:has(input[name={name}][value='{value}'])").first.click()

    def id_in_address(self) -> str:
        """The first record that the address names."""
        found = re.search(r"/([0-9a-hjkmnp-tv-z]{16})", self.page.url)
        assert found is not None, self.page.url
        return found[1]


def sign_in(desk: Desk, login: str, password: str) -> None:
    """Sign in and land on what waits today, in English."""
    desk.go("/signin?lang=en")
    desk.fill(login=login, password=password)
    desk.press("Sign in")
    expect(desk.page.get_by_role("heading", level=1)).to_have_text("What waits for you today")


def pick(menu: Locator, words: str) -> None:
    """Choose the option of a menu that holds these words."""
    value = menu.locator("option", has_text=words).first.get_attribute("value")
    assert value is not None, words
    menu.select_option(value)


def a_photo() -> dict[str, str | bytes]:
    """A drawn picture that stands for the photo of a face."""
    image = Image.new("RGB", (640, 480), "#d8cfc0")
    ImageDraw.Draw(image).ellipse((220, 90, 420, 330), fill="#8a6f5a")
    written = io.BytesIO()
    image.save(written, "JPEG")
    return {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": written.getvalue()}


# --- administrator


def register_candidate(desk: Desk, *, name: str, number: str, login: str) -> str:
    """Register a person with a passport, open an account with the role of a candidate; returns the password."""
    desk.go("/persons/new")
    desk.fill(name=name, birth_date="1999-05-17", number=number, valid_until="2031-01-01")
    desk.press("Save")
    desk.press("Open an account", desk.page.locator("aside"))
    desk.fill(login=login)
    desk.press("Save")
    password = desk.page.locator("dl.facts dd").nth(1).inner_text()
    desk.press("To the account")
    desk.press("Grant a role", desk.page.locator("aside"))
    desk.page.select_option("[name=role]", "candidate")
    desk.press("Save")
    return password


# --- candidate


def apply(desk: Desk) -> str:
    """Apply from the choice of the scheme to handing in; returns the application's id."""
    desk.go("/applications")
    desk.press("Apply")
    desk.press("Begin the application")
    application = desk.id_in_address()
    for box in desk.page.locator("main textarea").all():
        box.fill("Two years at a workshop; certificate of training.")
    desk.press("Save and go on")
    desk.fill(programme="Welding course, invented training centre", payer="I pay myself")
    desk.press("Save and go on")
    for row in desk.page.locator("main label.option:has(input[value=yes])").all():
        row.click()
    desk.press("Save and go on")
    for row in desk.page.locator("main label.option:has(input[value=yes])").all():
        row.click()
    desk.press("Save and go on")
    desk.press("Submit the application")
    return application


def agree(desk: Desk, application: str) -> None:
    """Read the agreement and agree."""
    desk.go(f"/applications/{application}")
    desk.press("Read and agree")
    desk.choose("agreed", "yes")
    desk.press("Agree")


def sit_exam(desk: Desk, keys: Keys, *, script: bool) -> int:
    """Start the exam, answer every question rightly, review, send; returns the number of questions."""
    desk.go("/exams")
    desk.page.locator("main a[href*='/exam/']").first.click()
    desk.page.wait_for_load_state()
    desk.look(desk.page)
    desk.page.locator("main button[type=submit]").first.click()
    desk.page.wait_for_url(re.compile(r"/exam/\w+/1"))
    number = 0
    while True:
        number += 1
        desk.page.wait_for_url(re.compile(rf"/exam/\w+/{number}(\?|#|$)"))
        if number in (1, 2):
            desk.look(desk.page)
        _answer(desk, keys[desk.page.locator("[name=item]").first.input_value()])
        if script:
            expect(desk.page.locator('[data-saved] [data-when="server"]')).to_be_visible()
        onward = desk.page.locator(".thumb button").last
        last = onward.get_attribute("value") == "review"
        onward.click()
        if last:
            break
    desk.page.wait_for_url("**/review")
    desk.look(desk.page)
    expect(desk.page.get_by_text("Every question has an answer.")).to_be_visible()
    desk.page.locator("label.option:has(#sure)").click()
    desk.page.get_by_role("button", name="Send my answers").click()
    desk.page.wait_for_url("**/receipt")
    desk.look(desk.page)
    expect(desk.page.get_by_role("heading", level=1)).to_have_text("Your answers have arrived")
    expect(desk.page.locator("section.receipt")).to_contain_text(f"{number} of {number}")
    return number


def _answer(desk: Desk, key: str | list[str]) -> None:
    page = desk.page
    if isinstance(key, list):
        for value in key:
            page.locator(f"label.option:has(input[value='{value}'])").click()
    elif page.locator(f"label.option:has(input[value='{key}'])").count():
        page.locator(f"label.option:has(input[value='{key}'])").click()
    else:
        entry = page.locator("main input[inputmode]").first
        entry.fill(key)
        entry.blur()


# --- scheme manager


def accept(desk: Desk, application: str) -> None:
    """Look at the proof of every prerequisite and accept the application."""
    desk.go(f"/office/applications/{application}")
    while (waiting := desk.page.locator("form.in-row:visible")).count():
        desk.choose("accepted", "yes", waiting.first)
        desk.press("Save", waiting.first)
        if desk.page.get_by_text("Not checked", exact=True).count() == 0:
            break
    desk.press("Accept")


def new_sitting(desk: Desk, *, now: datetime, site: str, code: str) -> str:
    """Plan a sitting that can be started now; returns its id."""
    desk.go("/sittings/new")
    pick(desk.page.locator("[name=site_id]"), site)
    begins = now.astimezone(ZONE).replace(second=0, microsecond=0)
    desk.fill(
        code=code,
        starts_at=begins.strftime(MOMENT),
        closes_at=(begins + timedelta(hours=2)).strftime(MOMENT),
    )
    desk.press("Save")
    return desk.id_in_address()


def place(desk: Desk, application: str, *, sitting: str, code: str, now: datetime, assessor: str, site: str) -> None:
    """Put the candidate on the roster and plan the practical."""
    desk.go(f"/office/applications/{application}/places")
    exam = desk.page.locator("form[action$='/places/exam']")
    exam.locator("[name=sitting_id]").select_option(sitting)
    desk.press("Put on the roster", exam)
    practical = desk.page.locator("form[action$='/places/practical']")
    pick(practical.locator("[name=site_id]"), site)
    pick(practical.locator("[name=assessor_id]"), assessor)
    practical.locator("[name=starts_at]").fill(now.astimezone(ZONE).strftime(MOMENT))
    desk.press("Plan", practical)


def close_and_prepare(desk: Desk, sitting: str) -> None:
    """Close the roster and prepare the attempts."""
    desk.go(f"/sittings/{sitting}")
    desk.page.locator("details:has-text('Close the roster') > summary").click()
    desk.page.locator("details[open] button[type=submit]").click()
    desk.page.wait_for_load_state()
    desk.press("Prepare the attempts")


def open_meeting(desk: Desk, *, number: str, members: list[str], applications: list[str]) -> str:
    """Open a decision meeting, invite its members and put the cases before it; returns its id."""
    desk.go("/meetings")
    desk.fill(number=number)
    desk.page.get_by_role("button", name="Open", exact=True).click()
    desk.page.wait_for_url(re.compile(r"/meetings/\w{16}"))
    meeting = desk.id_in_address()
    for member in members:
        invite = desk.page.locator("form[action$='/members']")
        if not invite.is_visible():
            desk.page.locator("aside summary", has_text="Invite a member").click()
        pick(invite.locator("[name=person_id]"), member)
        invite.locator("button[type=submit]").click()
        desk.page.wait_for_load_state()
    cases = desk.page.locator("form[action$='/cases']")
    for application in applications:
        desk.choose("application_ids", application, cases)
    desk.press("Put before the meeting", cases)
    return meeting


# --- invigilator


def check_in_and_release(desk: Desk, sitting: str, name: str) -> None:
    """Compare the candidate with the document, take the photo, let them start."""
    desk.go(f"/rooms/{sitting}")
    desk.page.locator("tr", has_text=name).get_by_role("link").last.click()
    desk.page.wait_for_load_state()
    desk.look(desk.page)
    desk.page.set_input_files("[name=photo]", a_photo())
    desk.press("Check in")
    desk.press(f"Let {name} start")


def check_in_to_practical(desk: Desk, name: str) -> None:
    """Compare the candidate with the document at the workshop."""
    desk.go("/practicals")
    desk.page.locator("li, tr", has_text=name).get_by_role("link").last.click()
    desk.page.wait_for_load_state()
    desk.look(desk.page)
    desk.page.set_input_files("[name=photo]", a_photo())
    desk.press("Check in")


# --- assessor


def mark_practical(desk: Desk, name: str) -> None:
    """Open the sheet, mark every criterion with one tap or one value, submit."""
    page = desk.page
    desk.go("/practicals")
    page.locator("li, tr", has_text=name).get_by_role("link").last.click()
    page.wait_for_load_state()
    page.locator("form[action$='/open'] button").click()
    page.wait_for_url("**/sheet")
    desk.look(page)
    for form in page.locator("form[data-criterion]").all():
        match form.get_attribute("data-kind"):
            case "judged":
                form.locator("button[name=level][value='3']").click()
            case "checked":
                form.locator("button[name=answer][value='yes']").click()
            case _:
                measure = form.locator("[data-measure]")
                lower, upper = measure.get_attribute("data-lower"), measure.get_attribute("data-upper")
                form.locator("[name=typed]").fill(lower or upper or "0")
                form.locator("[data-save]").click()
        expect(form.locator("[data-state]")).to_contain_text("On the server")
    with page.expect_navigation():
        page.locator("footer a", has_text="Finish").click()
    desk.look(page)
    with page.expect_navigation():
        page.locator("main button[type=submit]").last.click()
    desk.look(page)


def confirm_and_recommend(desk: Desk, application: str) -> None:
    """Hold the evidence against the four rules and recommend K."""
    desk.go(f"/evidence/{application}")
    every = desk.page.locator("form[action$='/confirmations/all']")
    every.locator("label.option").click()
    every.locator("button[type=submit]").click()
    desk.page.wait_for_load_state()
    desk.look(desk.page)
    form = desk.page.locator("form[action$='/recommendation']")
    desk.choose("outcome", "K", form)
    form.locator("button[type=submit]").click()
    desk.page.wait_for_load_state()
    desk.look(desk.page)


# --- deciders


def be_present(desk: Desk, meeting: str) -> None:
    """Mark oneself as present."""
    desk.go(f"/meetings/{meeting}")
    desk.press("I am present")


def vote(desk: Desk, meeting: str, application: str) -> None:
    """Declare no conflict and vote K."""
    desk.go(f"/meetings/{meeting}/cases/{application}")
    desk.choose("conflict", "no")
    desk.press("Declare")
    desk.choose("choice", "K")
    desk.press("Vote")


def record_decision(desk: Desk, meeting: str, application: str) -> None:
    """Record what the votes say."""
    desk.go(f"/meetings/{meeting}/cases/{application}")
    form = desk.page.locator("form[action$='/decision']")
    form.locator("[name=reason]").fill("All criteria are proved.")
    form.locator("button[type=submit]").click()
    desk.page.wait_for_load_state()
    desk.look(desk.page)


# --- releaser


def release(desk: Desk, name: str) -> None:
    """Release the certificate that a meeting decided on."""
    desk.go("/releases")
    desk.page.locator("li", has_text=name).get_by_role("link").first.click()
    desk.page.wait_for_load_state()
    desk.look(desk.page)
    desk.page.locator("summary", has_text="Release the certificate").click()
    desk.page.get_by_role("button", name="Release", exact=True).click()
    desk.page.wait_for_load_state()
