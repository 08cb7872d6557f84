"""Every kind of question answered in a real browser, with a script and without, and what the answer is worth then."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from playwright.sync_api import Locator, Page, expect

from assessment.database import db
from assessment.domain.items.item import ItemKind
from assessment.domain.items.response import read_response
from assessment.domain.items.scoring import score
from assessment.exams.tables_uploads import AttemptUpload
from tests.exams.room import BODY, Room, open_room
from tests.exams.test_exam_in_browser import sign_in
from tests.factories.item_kinds import CONTENTS, PDF, WIDTH, samples, written
from tests.fixtures.browser import OpenPage
from tests.fixtures.sites import Site

pytestmark = [
    pytest.mark.long_lock("the room is built in one go; test_locks measures what people do"),
    pytest.mark.only_on("sqlite"),  # a browser knows of no database; what lies behind is tested on both
]
SAMPLES = samples()
KINDS = list(SAMPLES)
SHAPES = [kind for kind in KINDS if kind != "upload"]


@pytest.fixture
def room(site: Site) -> Room:
    """A running exam with a question of every kind, in the order of KINDS."""
    for content in CONTENTS:
        site.app.extensions["storage"].put(content)
    moment = datetime.now(UTC)
    items = [sample.item for sample in SAMPLES.values()]
    room = open_room(site, items=items, starts_at=moment - timedelta(minutes=1), write=written)
    room.now = moment
    room.start()
    site.app.extensions["clock"] = lambda: datetime.now(UTC)
    site.serve()
    return room


def number_of(room: Room, kind: str) -> int:
    order = [entry["item"] for entry in room.attempt().layout["items"]]
    return order.index(room.exam.items[KINDS.index(kind)]) + 1


def open_question(page: Page, room: Room, kind: str) -> None:
    page.goto(f"{room.site.base_url}/exam/{room.attempt_id}/{number_of(room, kind)}")


def on_server(page: Page) -> None:
    expect(page.locator('[data-saved] [data-when="server"]')).to_be_visible()


def answer_of(room: Room, kind: str) -> str | list[str] | None:
    """The answer on the server, in lexical form."""
    item = room.exam.items[KINDS.index(kind)]
    events = [event for event in room.events() if event.item == item]
    return events[-1].response["RESPONSE"] if events else None


def marks(kind: str, answer: str | list[str] | None) -> Fraction:
    item = SAMPLES[kind].item
    return score(item, read_response(item, answer)).score


def tap(page: Page, words: str) -> None:
    page.locator("[data-asked] button:visible", has_text=words).first.click()


def tap_picture(page: Page, x: int, y: int) -> None:
    picture = page.locator("[data-picture]")
    box = picture.bounding_box()
    assert box is not None
    scale = (box["width"] - 2) / WIDTH
    picture.click(position={"x": x * scale + 1, "y": y * scale + 1})


def choose(page: Page, words: str) -> None:
    page.locator("label", has_text=words).first.click()


def lively(page: Page) -> Locator:
    """Wait until the scripts of the question have come to life."""
    asked = page.locator("[data-asked][data-lively]")
    expect(asked).to_be_attached()
    page.wait_for_load_state("networkidle")
    return asked


def order_by_tapping(page: Page) -> None:
    for words in ("Bersihkan", "Atur arus", "Pasang las", "Kelas akar"):
        tap(page, words)
    page.locator(".ordered li", has_text="Atur arus").get_by_role("button").first.click()


# What the fields say now, not only the first tap of several, is on the server.
WHOLE_ANSWER_ON_SERVER = """async () => {
    const { readResponse } = await import('/static/js/exam/fields.js');
    const { answerOf } = await import('/static/js/exam/outbox.js');
    const form = document.querySelector('[data-answer]');
    for (let tries = 0; tries < 200; tries += 1) {
        const kept = await answerOf(form.dataset.exam, form.dataset.item);
        const same = JSON.stringify(kept?.response) === JSON.stringify(readResponse(form));
        if (same && kept.where === 'server') return true;
        await new Promise((done) => { setTimeout(done, 50); });
    }
    return false;
}"""


def pair(page: Page, one: str, other: str) -> None:
    tap(page, one)
    tap(page, other)


def fill_gaps(page: Page) -> None:
    for words, gap in (("arus", "G1"), ("tegangan", "G2")):
        tap(page, words)
        page.locator(f'select[data-gap="{gap}"]').click()


def name_areas(page: Page) -> None:
    tap(page, "logam las")
    tap_picture(page, 320, 150)
    tap(page, "logam induk")
    tap_picture(page, 60, 240)


def order_areas(page: Page) -> None:
    for x in (60, 320, 580):
        tap_picture(page, x, 170)


def slide(page: Page) -> None:
    page.locator("input[type=range]").evaluate(
        "(range) => { range.value = 110; range.dispatchEvent(new Event('input', {bubbles: true}));"
        " range.dispatchEvent(new Event('change', {bubbles: true})); }"
    )


def pairs_by_picture(page: Page) -> None:
    tap_picture(page, 60, 170)
    tap_picture(page, 580, 170)


def match_all(page: Page) -> None:
    lines = page.locator(".match-line")
    for line, option in ((0, 0), (1, 1), (2, 0)):
        lines.nth(line).locator("label").nth(option).click()


BY_TAPPING: dict[str, Callable[[Page], None]] = {
    "single_choice": lambda page: choose(page, "Simbol las"),
    "multiple_response": lambda page: (choose(page, "Helm las"), choose(page, "Sarung tangan"))[0],
    "numeric_entry": lambda page: page.locator("input[inputmode=decimal]").fill("2,5"),
    "order": order_by_tapping,
    "associate": lambda page: (pair(page, "SMAW", "terbungkus"), pair(page, "tungsten", "GTAW"))[0],
    "match": match_all,
    "gap_match": fill_gaps,
    "inline_choice": lambda page: page.locator(".inline select").select_option(label="tegak") and None,
    "text_entry": lambda page: page.locator(".inline input").fill("argon"),
    "extended_text": lambda page: page.locator("textarea").fill("Panaskan pelat.\nLas perlahan."),
    "hot_text": lambda page: choose(page, "searah"),
    "hotspot": lambda page: tap_picture(page, 320, 150),
    "graphic_order": order_areas,
    "graphic_associate": pairs_by_picture,
    "graphic_gap_match": name_areas,
    "select_point": lambda page: tap_picture(page, 320, 200),
    "position_object": lambda page: tap_picture(page, 320, 180),
    "slider": slide,
}


def test_the_samples_are_of_every_kind() -> None:
    assert set(KINDS) == {kind.value for kind in ItemKind} - {"composite"}
    assert set(BY_TAPPING) == set(SHAPES)


def test_every_kind_is_answered_by_tapping_and_scored(room: Room, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, room)
    for kind in SHAPES:
        open_question(page, room, kind)
        lively(page)
        BY_TAPPING[kind](page)
        page.locator(".where-saved").click()
        assert page.evaluate(WHOLE_ANSWER_ON_SERVER), kind
        answer = answer_of(room, kind)
        assert answer is not None, kind
        if SAMPLES[kind].right is not None:
            assert marks(kind, answer) == 1, (kind, answer)
        open_question(page, room, kind)
        lively(page)
        on_server(page)
        assert page.evaluate("import('/static/js/exam/fields.js').then((it) => it.readResponse(document))") == {
            "RESPONSE": answer
        }, kind


def fill_plain_fields(page: Page, kind: str) -> None:
    """Answer rightly with the plain fields of a page without script."""
    right = SAMPLES[kind].right
    values = right if isinstance(right, list) else [right or "Panaskan pelat.\nLas perlahan."]
    read = page.locator("[data-read]").first.get_attribute("data-read")
    if page.locator("textarea").count():
        page.locator("textarea").fill(values[0])
        return
    if read == "order":
        for place, value in enumerate(values, start=1):
            page.locator(f'select[data-choice="{value}"]').select_option(str(place))
    elif read in ("pairs", "points"):
        for row, value in enumerate(values):
            for half, text in enumerate(value.split()):
                field = page.locator("[data-row]").nth(row).locator("select, input").nth(half)
                if read == "pairs":
                    field.select_option(text)
                else:
                    field.fill(text)
    else:
        for value in values:
            box = page.locator(f'[data-asked] input[value="{value}"]')
            option = page.locator(f'[data-asked] option[value="{value}"]')
            if box.count():
                box.check()
            elif option.count():
                option.locator("xpath=..").select_option(value)
            else:
                page.locator("[data-asked] input").first.fill(value)


def test_every_kind_is_answered_without_script_and_scored(room: Room, open_page: OpenPage) -> None:
    page = open_page(java_script_enabled=False)
    sign_in(page, room)
    for kind in SHAPES:
        open_question(page, room, kind)
        fill_plain_fields(page, kind)
        page.locator(".thumb button").last.click()
        answer = answer_of(room, kind)
        assert answer is not None, kind
        if SAMPLES[kind].right is not None:
            assert marks(kind, answer) == 1, (kind, answer)
        open_question(page, room, kind)
        on_server(page)
        page.locator(".thumb button").last.click()
        assert len([event for event in room.events() if event.item == room.exam.items[KINDS.index(kind)]]) == 1, kind


@pytest.mark.parametrize("script", [True, False])
def test_file_is_handed_in(room: Room, open_page: OpenPage, script: bool) -> None:
    page = open_page(java_script_enabled=script)
    sign_in(page, room)
    open_question(page, room, "upload")
    if script:
        lively(page)
    file = {"name": "Siti Contoh.pdf", "mimeType": "application/pdf", "buffer": PDF}
    page.locator("input[type=file]").first.set_input_files(files=[file])  # type: ignore[list-item]  # a plain dict is a FilePayload
    if not script:
        page.locator("button[name=upload]").click()
    on_server(page)
    answer = answer_of(room, "upload")
    assert isinstance(answer, str)
    digest, media_type, name = answer.split(" ")
    assert (media_type, name) == ("application/pdf", "answer.pdf")
    with room.site.app.app_context():
        kept = db.session().get_one(AttemptUpload, (BODY, room.attempt_id, digest))
        assert kept.size == len(PDF)
        assert room.site.app.extensions["storage"].get(kept.sealed) != PDF
    open_question(page, room, "upload")
    expect(page.locator("[data-chosen]")).to_be_visible()


def test_one_more_than_allowed_is_taken_back_and_said(room: Room, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, room)
    open_question(page, room, "multiple_response")
    lively(page)
    for words in ("Helm las", "Payung", "Sandal"):
        choose(page, words)
    expect(page.locator("[data-asked] input:checked")).to_have_count(2)
    expect(page.locator("[data-said]")).not_to_be_empty()
    on_server(page)
    assert answer_of(room, "multiple_response") == ["A", "B"]
