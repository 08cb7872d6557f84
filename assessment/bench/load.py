"""One process of the crowd: `python -m assessment.bench.load ORDERS REPORT`.

ORDERS is a JSON file that says what the crowd does, REPORT is where it writes what happened.
"""

import gc
import json
import sys
import time
from collections.abc import Callable, Sequence
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from assessment.bench.crowd import Crowd, Record, Response, Script
from assessment.bench.processes import processor_seconds
from assessment.bench.scripts import (
    Acknowledged,
    Browser,
    asks_again,
    asks_each,
    hand_in,
    keep_form,
    load_assets,
    open_question,
    open_start_page,
    press_start,
    save_some,
    saves,
    see_receipt,
    told,
    whole_exam,
)

Orders = dict[str, Any]

SAVES = 10  # answers that a device saves one after the other on its connection: one alone is too short to be measured


def save_all_the_time(orders: Orders) -> dict[str, Any]:
    """Let every seat save one answer after another."""
    replies: list[tuple[str, Response]] = []
    scripts = [
        saves(seat["token"], seat["attempt_id"], orders["answers"], f"{orders['name']}{number}", replies)
        for number, seat in enumerate(orders["seats"])
    ]
    record = Crowd(orders["port"], seconds=orders["seconds"]).run([(0.0, script) for script in scripts])
    return _report(record, told(replies))


def ask_all_the_time(orders: Orders) -> dict[str, Any]:
    """Ask again and again for one address, or each client for one of several."""
    paths = islice(cycle(orders.get("paths") or [orders["path"]]), orders["clients"])
    scripts = [asks_again(path, orders["kind"], orders.get("validator")) for path in paths]
    return _report(Crowd(orders["port"], seconds=orders["seconds"]).run([(0.0, script) for script in scripts]), [])


def ask_once_for_each(orders: Orders) -> dict[str, Any]:
    """Ask for each of several addresses once, one after the other."""
    return _report(
        Crowd(orders["port"]).run([(0.0, asks_each(orders["paths"], orders["kind"], orders.get("validator")))]), []
    )


def walk_in_step(orders: Orders) -> dict[str, Any]:
    """Let every seat take one step of an exam after the other, all together, and read what each step costs."""
    browsers, answers = _browsers(orders), list(orders["answers"].items())
    acknowledged: list[Acknowledged] = []
    steps: dict[str, Callable[[Browser], Script]] = {
        "start page": open_start_page,
        "start": press_start,
        "question": open_question,
        "assets": load_assets,
        "form": keep_form,
        "first save": lambda browser: save_some(browser, answers[:1], "first save", acknowledged),
        "save": lambda browser: save_some(browser, answers[1 : 1 + SAVES], "save", acknowledged),
        "last save": lambda browser: save_some(browser, answers[1 + SAVES :], "last save", acknowledged),
        "submit": hand_in,
        "receipt": see_receipt,
    }
    costs: dict[str, float] = {}
    whole = Record()
    for name, step in steps.items():
        before = processor_seconds(*orders["roots"])
        record = Crowd(orders["port"]).run([(0.0, step(browser)) for browser in browsers])
        times = SAVES if name == "save" else 1
        costs[name] = (processor_seconds(*orders["roots"]) - before) / len(browsers) / times
        whole.latencies |= record.latencies
        whole.failures |= record.failures
        whole.received |= record.received
    return _report(whole, acknowledged) | {"costs": costs}


def walk_through(orders: Orders) -> dict[str, Any]:
    """Let every seat go through a whole exam: opening spread over some seconds, handing in spread over others."""
    began = time.monotonic()
    answers = list(orders["answers"].items())
    acknowledged: list[Acknowledged] = []
    marks: dict[str, list[tuple[float, float]]] = {"opened": [], "submitted": []}
    browsers = _browsers(orders)
    scripts: list[tuple[float, Script]] = []
    for number, browser in enumerate(browsers):
        share = number / len(browsers)
        script = whole_exam(
            browser,
            answers,
            clock=lambda: time.monotonic() - began,
            ends_at=orders["ends_from"] + share * orders["end_within"],
            saves_every=orders["saves_every"],
            looks_for=orders["looks_for"],
            acknowledged=acknowledged,
            marks=marks,
        )
        scripts.append((share * orders["open_within"], script))
    return _report(Crowd(orders["port"]).run(scripts), acknowledged) | {"marks": marks}


def _browsers(orders: Orders) -> list[Browser]:
    found = []
    for seat in orders["seats"]:
        name, _, value = seat["cookie"].partition("=")
        found.append(Browser(attempt_id=seat["attempt_id"], cookies={name: value}))
    return found


def _report(record: Record, acknowledged: Sequence[Acknowledged]) -> dict[str, Any]:
    return {
        "latencies": record.latencies,
        "failures": record.failures,
        "received": record.received,
        "seconds": record.seconds,
        "acknowledged": acknowledged,
    }


def main() -> None:
    """Do what the orders say."""
    gc.disable()  # it lives for seconds, and what it keeps would be looked through again and again
    orders: Orders = json.loads(Path(sys.argv[1]).read_text())
    acts = {
        "saves": save_all_the_time,
        "asks": ask_all_the_time,
        "looks": ask_once_for_each,
        "steps": walk_in_step,
        "exams": walk_through,
    }
    Path(sys.argv[2]).write_text(json.dumps(acts[orders["script"]](orders)))


if __name__ == "__main__":
    main()
