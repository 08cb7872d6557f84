"""Taps through a sheet in Chromium on a slow processor: a process of its own, with orders and a report as JSON files.

Only `sheet.py` starts it, and only where the development tools are installed.
"""

import json
import shutil
import sys
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect, sync_playwright

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
TABLET = {"width": 768, "height": 1024}
WAIT_MS = 60_000

# From the moment of the tap, as the browser noted it, to the end of the frame that was painted after it.
WATCH = """
window.taps = [];
addEventListener("click", (event) => {
  const began = event.timeStamp;
  requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => window.taps.push(performance.now() - began);
    port2.postMessage(0);
  });
}, true);
"""


def tap_through(page: Page, pace: float) -> int:
    """Mark every criterion once as a person does; returns how many there were."""
    criteria = page.locator("form[data-criterion]").all()
    for each in criteria:
        page.wait_for_timeout(1000 * pace)
        match each.get_attribute("data-kind"):
            case "judged":
                each.locator("button[name=level][value='2']").tap()
            case "measured":
                _measure(each)
            case _:
                each.locator("button[value=yes]").tap()
    return len(criteria)


def _measure(criterion: Locator) -> None:
    place = criterion.locator("[data-measure]")
    value = place.get_attribute("data-upper") or place.get_attribute("data-lower") or "1"
    for digit in value:
        criterion.locator(f"[data-key='{'separator' if digit == '.' else digit}']").tap()
    criterion.locator("[data-save]").tap()


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
        context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": orders["throttling"]})
        began = time.monotonic()
        criteria = tap_through(page, orders["pace"])
        seconds = time.monotonic() - began
        expect(page.locator("[data-state] .saved.server")).to_have_count(criteria, timeout=WAIT_MS)
        taps = page.evaluate("window.taps")
        browser.close()
    Path(report_file).write_text(json.dumps({"seconds": seconds, "criteria": criteria, "taps": taps}))


if __name__ == "__main__":
    main(*sys.argv[1:])
