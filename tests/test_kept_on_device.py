"""What a device keeps is changed in one step: whatever comes at the same moment, in any order, undoes nothing."""

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.fixtures.browser import FULL_DISK, OpenPage
from tests.fixtures.sites import Site

pytestmark = pytest.mark.only_on("sqlite")  # a browser knows of no database
NO_DISK = "Object.defineProperty(globalThis, 'indexedDB', { value: undefined })"

# `inEveryOrder(before, acts, after)`: for each order of `acts`, starts all of them in one moment on a record of its
# own; returns what `after` sees, without repetition.
IN_EVERY_ORDER = """
const orders = (all) => (all.length < 2 ? [all] : all.flatMap(
  (first, place) => orders(all.toSpliced(place, 1)).map((rest) => [first, ...rest]),
));
const inEveryOrder = async (before, acts, after) => {
  const seen = new Set();
  for (const [place, order] of orders(acts).entries()) {
    const own = `case${place}`;
    await before(own);
    await Promise.all(order.map((act) => act(own)));
    seen.add(JSON.stringify(await after(own)));
  }
  return [...seen].map((each) => JSON.parse(each));
};
"""


@pytest.fixture(params=["disk", "memory"])
def device(site: Site, open_page: OpenPage, request: pytest.FixtureRequest) -> Page:
    """A page that can import the modules of this site, in a browser with and without a disk for them."""
    page = open_page()
    if request.param == "memory":
        page.add_init_script(NO_DISK)
    page.goto(f"{site.serve()}/signin")
    return page


def run(page: Page, module: str, body: str) -> Any:
    return page.evaluate(f"async () => {{ {IN_EVERY_ORDER} const kept = await import('/static/js/{module}'); {body} }}")


def test_an_answer_that_is_on_the_server_is_not_said_to_be_on_its_way(device: Page) -> None:
    # What the server knew when the form was fetched is older than what it said of the answer since.
    found = run(
        device,
        "exam/outbox.js",
        """
        return inEveryOrder(
          (exam) => kept.keepAnswer(exam, { client: "c", seq: 1, item: "i", response: "A" }),
          [
            (exam) => kept.settleAnswer(exam, { client: "c", seq: 1, item: "i" }, { where: "server", at: "now" }),
            (exam) => kept.noteServer(exam, { answers: {}, flags: ["other"] }),
            (exam) => kept.keepFlag(exam, "i", true),
          ],
          async (exam) => {
            const { response, where, flagged, flagUnsent } = await kept.answerOf(exam, "i");
            return [response, where, flagged, flagUnsent, (await kept.answerOf(exam, "other")).flagged];
          },
        );
        """,
    )
    assert found == [["A", "server", True, True, True]]


def test_an_answer_that_is_given_while_an_older_one_is_settled_stays(device: Page) -> None:
    found = run(
        device,
        "exam/outbox.js",
        """
        return inEveryOrder(
          (exam) => kept.keepAnswer(exam, { client: "c", seq: 1, item: "i", response: "A" }),
          [
            (exam) => kept.settleAnswer(exam, { client: "c", seq: 1, item: "i" }, { where: "server", at: "now" }),
            (exam) => kept.keepAnswer(exam, { client: "c", seq: 2, item: "i", response: "B" }),
            (exam) => kept.noteServer(exam, { answers: { i: { response: "A", at: "now" } }, flags: [] }),
          ],
          async (exam) => {
            const { response, where, seq } = await kept.answerOf(exam, "i");
            return [response, where, seq, (await kept.eventsOf(exam)).map((event) => event.seq)];
          },
        );
        """,
    )
    assert found == [["B", "device", 2, [1, 2]]]


def test_a_flag_that_is_taken_back_while_it_is_sent_is_sent_again(device: Page) -> None:
    found = run(
        device,
        "exam/outbox.js",
        """
        return inEveryOrder(
          (exam) => kept.keepFlag(exam, "i", true),
          [(exam) => kept.settleFlag(exam, "i", true), (exam) => kept.keepFlag(exam, "i", false)],
          async (exam) => {
            const { flagged, flagUnsent } = await kept.answerOf(exam, "i");
            return [flagged, flagUnsent];
          },
        );
        """,
    )
    assert found == [[False, True]]


def test_the_wish_to_hand_in_stays_when_the_clock_is_noted(device: Page) -> None:
    found = run(
        device,
        "exam/outbox.js",
        """
        return inEveryOrder(
          (exam) => kept.noteExam(exam, { token: "old" }),
          [
            (exam) => kept.noteExam(exam, { wished: true }),
            (exam) => kept.noteExam(exam, { clock: 1 }),
            (exam) => kept.noteExam(exam, { token: "new" }),
          ],
          async (exam) => {
            const { wished, clock, token } = await kept.examOf(exam);
            return [wished, clock, token];
          },
        );
        """,
    )
    assert found == [[True, 1, "new"]]


def test_a_mark_that_is_given_while_an_older_one_is_settled_stays(device: Page) -> None:
    found = run(
        device,
        "sheet/store.js",
        """
        const first = { client: "c", seq: 1, criterion: "k", mark: { level: 1 }, note: "" };
        return inEveryOrder(
          (practical) => kept.keepMark(practical, first),
          [
            (practical) => kept.settleMark(practical, first, { where: "server", at: "now" }),
            (practical) => kept.keepMark(practical, { ...first, seq: 2, mark: { level: 3 } }),
            (practical) => kept.noteServerMark(practical, "k", { mark: { level: 1 } }),
            (practical) => kept.notePractical(practical, { state: "running" }),
            (practical) => kept.notePractical(practical, { seal: "key" }),
          ],
          async (practical) => {
            const [mark] = await kept.marksOf(practical);
            const { state, seal } = await kept.practicalOf(practical);
            const unsent = (await kept.eventsOf(practical)).map((event) => event.seq);
            return [mark?.mark.level, mark?.where, mark?.seq, unsent, state, seal];
          },
        );
        """,
    )
    durable = device.evaluate("Boolean(globalThis.indexedDB)")
    assert found == [[*([3, "device", 2] if durable else [1, "server", 1]), [1, 2], "running", "key"]]


def test_a_mark_without_a_place_on_the_disk_is_the_newest_until_it_is_on_the_server(
    site: Site, open_page: OpenPage
) -> None:
    page = open_page()
    page.goto(f"{site.serve()}/signin")
    found = run(
        page,
        "sheet/store.js",
        """
        const first = { client: "before", seq: 7, criterion: "k", mark: { level: 1 }, note: "" };
        await kept.keepMark("p", first);
        IDBObjectStore.prototype.put = () => { throw new DOMException("full", "QuotaExceededError"); };
        const second = { client: "c", seq: 1, criterion: "k", mark: { level: 2 }, note: "" };
        const third = { client: "c", seq: 2, criterion: "k", mark: { level: 3 }, note: "" };
        const durable = [await kept.keepMark("p", second), await kept.keepMark("p", third)];
        const said = { where: "server", at: "now" };
        return [durable, await kept.settleMark("p", second, said), await kept.settleMark("p", third, said)];
        """,
    )
    assert found == [[False, False], False, True]


def test_what_a_full_disk_does_not_take_is_kept_in_the_page_until_it_is_sent(site: Site, open_page: OpenPage) -> None:
    page = open_page()
    page.add_init_script(FULL_DISK)
    page.goto(f"{site.serve()}/signin")
    found = run(
        page,
        "exam/outbox.js",
        """
        const event = { client: "c", item: "i" };
        const look = async () => {
          const { response, where, flagged } = await kept.answerOf("x", "i");
          const lasts = await kept.lasts(await kept.answerOf("x", "i"));
          const unsent = (await kept.eventsOf("x")).map(({ client, seq }) => `${client}${seq}`);
          return [response, where, flagged, lasts, await kept.durable(), unsent];
        };
        const seen = [];
        await kept.keepAnswer("x", { ...event, client: "before", seq: 9, response: "A" });
        await kept.keepAnswer("x", { ...event, seq: 1, response: "B" });
        globalThis.full = true;
        await kept.keepAnswer("x", { ...event, seq: 2, response: "C" });
        await kept.keepFlag("x", "i", true);
        await kept.noteExam("x", { wished: true });
        seen.push(await look());
        globalThis.full = false;
        await kept.keepAnswer("x", { ...event, seq: 3, response: "D" });
        seen.push(await look());
        globalThis.full = true;
        await kept.settleAnswer("x", { ...event, seq: 3 }, { where: "server", at: "now" });
        seen.push(await look());
        globalThis.full = false;
        await kept.settleFlag("x", "i", true);
        await kept.settleEvents((await kept.eventsOf("x")).map(({ number }) => number));
        seen.push(await look(), (await kept.examOf("x")).wished);
        return seen;
        """,
    )
    assert found == [
        ["C", "device", True, False, False, ["before9", "c1", "c2"]],
        ["D", "device", True, True, False, ["before9", "c1", "c2", "c3"]],
        ["D", "server", True, False, False, ["before9", "c1", "c2", "c3"]],
        ["D", "server", True, True, True, []],
        True,
    ]


def test_a_sealed_box_that_finds_no_room_costs_no_answer(site: Site, open_page: OpenPage) -> None:
    page = open_page()
    page.add_init_script(FULL_DISK)
    page.goto(f"{site.serve()}/signin")
    found = run(
        page,
        "exam/outbox.js",
        """
        const { sealAttempt } = await import("/static/js/exam/seal.js");
        const pair = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, false, ["deriveBits"]);
        const point = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
        const key = btoa(String.fromCharCode(...point)).replaceAll("+", "-").replaceAll("/", "_");
        await kept.noteExam("x", { token: "t", key });
        await kept.keepAnswer("x", { client: "c", seq: 1, item: "i", response: "A" });
        const seen = [];
        for (globalThis.full of [true, false]) {
          seen.push([await sealAttempt("x"), (await kept.eventsOf("x")).length, (await kept.sealed()).length]);
        }
        return seen;
        """,
    )
    assert found == [[False, 1, 0], [True, 0, 1]]
