"""Taps through a sheet in Chromium on a slow processor: a process of its own, with orders and a report as JSON files.

Only `sheet.py` starts it, and only where the development tools are installed.
"""

import json
import shutil
import sys
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import CDPSession, Locator, Page, expect, sync_playwright

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
TABLET = {"width": 768, "height": 1024}
WAIT_MS = 60_000
# How long a finger rests on the glass; the press of no length that a driver makes is none that a person could make.
RESTS_MS = 50

# From the moment when a finger came down, and from that when it was lifted, as the browser noted them, to the end of
# the frame that was painted after it: what answers the one is the pressed button, what answers the other the mark.
WATCH = """
window.touches = [];
window.taps = [];
const watch = (kind, times) => addEventListener(kind, (event) => {
  const began = event.timeStamp;
  requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => times.push(performance.now() - began);
    port2.postMessage(0);
  });
}, true);
watch("pointerdown", window.touches);
watch("click", window.taps);
"""


class Finger:
    """A finger on a page's glass."""

    def __init__(self, page: Page, session: CDPSession) -> None:
        self._page = page
        self._session = session

    def tap(self, place: Locator) -> None:
        """Come down in the middle of a place that is in sight by then, rest, and go up."""
        place.scroll_into_view_if_needed()
        box = place.bounding_box()
        assert box is not None
        middle = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
        self._session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [middle]})
        self._page.wait_for_timeout(RESTS_MS)
        self._session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def tap_through(page: Page, finger: Finger, pace: float) -> int:
    """Mark every criterion once as a person does; returns how many there were."""
    criteria = page.locator("form[data-criterion]").all()
    for each in criteria:
        page.wait_for_timeout(1000 * pace)
        match each.get_attribute("data-kind"):
            case "judged":
                finger.tap(each.locator("button[name=level][value='2']"))
            case "measured":
                _measure(each, finger)
            case _:
                finger.tap(each.locator("button[value=yes]"))
    return len(criteria)


def _measure(criterion: Locator, finger: Finger) -> None:
    place = criterion.locator("[data-measure]")
    value = place.get_attribute("data-upper") or place.get_attribute("data-lower") or "1"
    for digit in value:
        finger.tap(criterion.locator(f"[data-key='{'separator' if digit == '.' else digit}']"))
    finger.tap(criterion.locator("[data-save]"))


def main(orders_file: str, report_file: str) -> None:
    """Do what the orders say and write the report."""
    orders: dict[str, Any] = json.loads(Path(orders_file).read_text())
    name, _, value = orders["cookie"].partition("=")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        context = browser.new_context(viewport=TABLET, has_touch=True)  # type: ignore[arg-type]  # a dict is what it takes
        context.set_default_timeout(WAIT_MS)
        context.add_cookies([{"name": name, "value": value, "url": orders["address"]}])
        page = context.new_page()
        page.add_init_script(WATCH)
        page.goto(f"{orders['address']}/practicals/{orders['practical']}/sheet")
        expect(page.locator("[data-ready]")).to_be_attached(timeout=WAIT_MS)
        session = context.new_cdp_session(page)
        session.send("Emulation.setCPUThrottlingRate", {"rate": orders["throttling"]})
        began = time.monotonic()
        criteria = tap_through(page, Finger(page, session), orders["pace"])
        seconds = time.monotonic() - began
        expect(page.locator("[data-state] .saved.server")).to_have_count(criteria, timeout=WAIT_MS)
        times = page.evaluate("({ touches: window.touches, taps: window.taps })")
        browser.close()
    Path(report_file).write_text(json.dumps({"seconds": seconds, "criteria": criteria, **times}))


if __name__ == "__main__":
    main(*sys.argv[1:])
