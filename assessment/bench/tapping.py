"""Taps through a sheet in Chromium on a slow processor: a process of its own, with orders and a report as JSON files.

Only `sheet.py` starts it, and only where the development tools are installed.
"""

import json
import shutil
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

from playwright.sync_api import CDPSession, Locator, Page, expect, sync_playwright

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
TABLET = {"width": 768, "height": 1024}
WAIT_MS = 60_000
SETTLED_MS = 1_000  # by then the browser has told of everything that it measured
# How long a finger rests on the glass; the press of no length that a driver makes is none that a person could make.
RESTS_MS = 50

# The browser's own measure (W3C Event Timing): from the moment in which the finger was lifted until the next frame was
# on the glass, in steps of 8 ms. What was faster than the threshold is counted, and not told.
FASTEST_MS = 16
WATCH = f"""
window.taps = [];
new PerformanceObserver((list) => {{
  for (const {{ name, duration }} of list.getEntries()) if (name === "click") taps.push(duration);
}}).observe({{ type: "event", durationThreshold: {FASTEST_MS} }});
"""

BARE = """<!doctype html><title>One button</title>
<button type="button" style="padding: 2rem">0</button><script>
document.querySelector("button").addEventListener("click", ({ currentTarget: button }) => {
  button.textContent = Number(button.textContent) + 1;
});
</script>"""
BARE_TAPS = 40


class Finger:
    """A finger on a page's glass."""

    def __init__(self, page: Page, session: CDPSession) -> None:
        self._page = page
        self._session = session
        self._taps = 0

    def tap(self, place: Locator) -> None:
        """Come down in the middle of a place that is in sight, rest, and go up."""
        box = place.bounding_box()
        assert box is not None
        middle = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
        self._session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [middle]})
        self._page.wait_for_timeout(RESTS_MS)
        self._session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        self._taps += 1

    def times(self) -> list[float]:
        """Return how long each tap took, in milliseconds; those below the threshold as long as that."""
        self._page.wait_for_timeout(SETTLED_MS)
        found: list[float] = self._page.evaluate("taps")
        clicks = self._page.evaluate("performance.eventCounts.get('click')")
        assert clicks == self._taps, f"{self._taps} taps, but the page had {clicks} clicks"
        return found + [float(FASTEST_MS)] * (self._taps - len(found))


def tap_through(page: Page, finger: Finger, pace: float) -> int:
    """Mark every criterion once as a person does; returns how many there were.

    The sheet leads to the next criterion by itself; what is not in sight then is scrolled to, looked at, and tapped.
    """
    criteria = page.locator("form[data-criterion]").all()
    for each in criteria:
        places = _places(each)
        page.wait_for_timeout(1000 * pace / 2)
        for place in places:
            place.scroll_into_view_if_needed()
        page.wait_for_timeout(1000 * pace / 2)
        for place in places:
            finger.tap(place)
    return len(criteria)


def _places(criterion: Locator) -> list[Locator]:
    """Return what is tapped of a criterion, in order."""
    match criterion.get_attribute("data-kind"):
        case "judged":
            return [criterion.locator("button[name=level][value='2']")]
        case "measured":
            measure = criterion.locator("[data-measure]")
            value = measure.get_attribute("data-upper") or measure.get_attribute("data-lower") or "1"
            keys = ["separator" if digit == "." else digit for digit in value]
            return [*(criterion.locator(f"[data-key='{key}']") for key in keys), criterion.locator("[data-save]")]
        case _:
            return [criterion.locator("button[value=yes]")]


def tap_a_bare_button(page: Page, finger: Finger, pace: float, times: int) -> None:
    """Tap the one button of a page that does nothing but count: what the browser takes by itself."""
    page.goto(f"data:text/html,{quote(BARE)}")
    button = page.locator("button")
    for _ in range(times):
        page.wait_for_timeout(1000 * pace)
        finger.tap(button)
    expect(button).to_have_text(str(times))


def main(orders_file: str, report_file: str) -> None:
    """Do what the orders say and write the report."""
    orders: dict[str, Any] = json.loads(Path(orders_file).read_text())
    name, _, value = orders["cookie"].partition("=")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        context = browser.new_context(viewport=TABLET, has_touch=True)  # type: ignore[arg-type]  # a dict is what it takes
        context.set_default_timeout(WAIT_MS)
        context.add_cookies([{"name": name, "value": value, "url": orders["address"]}])
        context.add_init_script(WATCH)
        page = context.new_page()
        finger = _slow_finger(page, orders["throttling"])
        tap_a_bare_button(page, finger, orders["pace"] / 4, BARE_TAPS)
        bare = finger.times()
        page.close()
        page = context.new_page()
        page.goto(f"{orders['address']}/practicals/{orders['practical']}/sheet")
        expect(page.locator("[data-ready]")).to_be_attached(timeout=WAIT_MS)
        finger = _slow_finger(page, orders["throttling"])
        began = time.monotonic()
        criteria = tap_through(page, finger, orders["pace"])
        seconds = time.monotonic() - began
        expect(page.locator("[data-state] .saved.server")).to_have_count(criteria, timeout=WAIT_MS)
        taps = finger.times()
        browser.close()
    Path(report_file).write_text(json.dumps({"seconds": seconds, "criteria": criteria, "taps": taps, "bare": bare}))


def _slow_finger(page: Page, throttling: int) -> Finger:
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": throttling})
    return Finger(page, session)


if __name__ == "__main__":
    main(*sys.argv[1:])
