"""What a client of the crowd does: a device that saves answers, a browser that walks through an exam."""

import re
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count, cycle
from typing import Any
from urllib.parse import urlencode

import msgspec

from assessment.bench.crowd import Request, Response, Script, UnexpectedPage

Acknowledged = tuple[str, str, int]
"""Attempt, client and number of an event that the server said it has."""


def asks_again(path: str, kind: str, validator: str | None = None) -> Script:
    """Ask for the same address again and again, with the entity tag of what is there already, if any."""
    request = _asking(path, kind, validator)
    while True:
        yield request


def asks_each(paths: Sequence[str], kind: str, validator: str | None = None) -> Script:
    """Ask for one address after another, each once, with the entity tag of what is there already, if any."""
    for path in paths:
        yield _asking(path, kind, validator)


def _asking(path: str, kind: str, validator: str | None = None) -> Request:
    condition = "" if validator is None else f"If-None-Match: {validator}\r\n"
    head = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n{condition}\r\n"
    return Request(kind, head.encode())


def saves(
    token: str, attempt_id: str, answers: Mapping[str, Any], client: str, replies: list[tuple[str, Response]]
) -> Script:
    """Save one answer after another, and keep what the server says of each; it is read when all is over (`told`)."""
    head = _head_of_save(token)
    items = cycle(answers.items())
    for seq in count(1):
        item, response = next(items)
        reply = yield Request("save", _save(head, [event(client, seq, item, response)]))
        if reply is not None:
            replies.append((attempt_id, reply))


def told(replies: Sequence[tuple[str, Response]]) -> list[Acknowledged]:
    """Return what the server said it has."""
    acknowledged: list[Acknowledged] = []
    for attempt_id, reply in replies:
        note(reply, attempt_id, acknowledged)
    return acknowledged


def event(client: str, seq: int, item: str, response: Any) -> dict[str, Any]:
    """Return a response event as a device sends it."""
    return {"client": client, "seq": seq, "item": item, "response": response, "lang": "id", "elapsed": 1000 * seq}


def save_request(token: str, events: Sequence[Mapping[str, Any]]) -> bytes:
    """Return the request that saves events."""
    return _save(_head_of_save(token), events)


def _head_of_save(token: str) -> bytes:
    return (
        "POST /answers HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAccept: application/json\r\n"
        f"Teruji-Attempt: {token}\r\nContent-Length: "
    ).encode()


def _save(head: bytes, events: Sequence[Mapping[str, Any]]) -> bytes:
    body = msgspec.json.encode({"v": 1, "events": events, "unsent": 0})
    return b"%b%d\r\n\r\n%b" % (head, len(body), body)


def note(reply: Response | None, attempt_id: str, acknowledged: list[Acknowledged]) -> None:
    """Write down what the server says it has."""
    if reply is not None and reply.status == 200:
        acknowledged += [(attempt_id, client, seq) for client, seq in msgspec.json.decode(reply.raw)["acknowledged"]]


@dataclass(kw_only=True)
class Browser:
    """A candidate's browser: its cookies, what it has loaded, and what the exam's pages told it."""

    attempt_id: str
    cookies: dict[str, str]
    loaded: set[str] = field(default_factory=set)
    csrf: str = ""
    token: str = ""
    page: str = ""
    saved: int = 0

    @property
    def home(self) -> str:
        """The address of the exam."""
        return f"/exam/{self.attempt_id}"

    def request(self, kind: str, path: str, fields: Mapping[str, str] | None = None) -> Request:
        """Return a request with this browser's cookies; `fields` makes it a form that is sent."""
        jar = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        head = f"Host: localhost\r\nAccept: text/html\r\nAccept-Encoding: gzip\r\nCookie: {jar}\r\n"
        if fields is None:
            return Request(kind, f"GET {path} HTTP/1.1\r\n{head}\r\n".encode())
        body = urlencode(fields)
        form = f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
        return Request(kind, f"POST {path} HTTP/1.1\r\n{head}{form}\r\n{body}".encode())

    def keep(self, response: Response) -> None:
        """Keep the cookies of a response."""
        for name, value in _COOKIE.findall(response.head):
            self.cookies[name] = value


_COOKIE = re.compile(r"(?i)\r\nset-cookie: ([^=\r\n]+)=([^;\r\n]*)")
_CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')
_TOKEN = re.compile(r'name="token" value="([^"]+)"')
_STATIC = re.compile(r'(?:href|src)="(/static/[^"]+\.(?:css|js)[^"]*)"')
_MAP = re.compile(r'<script type="importmap"[^>]*>(.*?)</script>', re.DOTALL)
_IMPORT = re.compile(r"""(?:from|import)\s*["']([^"']+)["']""")
_imports: dict[str, list[str]] = {}

Step = Generator[Request | float, Response | None, Response]


def ask(browser: Browser, request: Request) -> Step:
    """Send a request and keep its cookies."""
    response = yield request
    assert response is not None
    browser.keep(response)
    return response


def open_start_page(browser: Browser) -> Generator[Request | float, Response | None, None]:
    """Look at the page with the button Start."""
    page = (yield from ask(browser, browser.request("start page", browser.home))).text
    browser.csrf = _found(_CSRF, page)


def press_start(browser: Browser) -> Generator[Request | float, Response | None, None]:
    """Press the button: the time runs."""
    yield from ask(browser, browser.request("start", f"{browser.home}/start", {"csrf_token": browser.csrf}))


def open_question(browser: Browser) -> Generator[Request | float, Response | None, None]:
    """Open the first question's page."""
    browser.page = (yield from ask(browser, browser.request("question", f"{browser.home}/1"))).text
    browser.token = _found(_TOKEN, browser.page)


def load_assets(browser: Browser) -> Generator[Request | float, Response | None, None]:
    """Load what a browser loads for a page it sees for the first time: styles, modules and what they import."""
    found = _MAP.search(browser.page)
    names: dict[str, str] = msgspec.json.decode(found[1].encode())["imports"] if found else {}
    waiting = _STATIC.findall(browser.page)
    while waiting:
        path = waiting.pop()
        if path in browser.loaded:
            continue
        browser.loaded.add(path)
        response = yield from ask(browser, browser.request("asset", path))
        if path not in _imports:
            _imports[path] = _IMPORT.findall(response.text) if ".js" in path else []
        waiting += [names[name] for name in _imports[path] if name in names]


def keep_form(browser: Browser) -> Generator[Request | float, Response | None, None]:
    """Load the service worker and the whole form, as the exam's modules do after the start."""
    yield from ask(browser, browser.request("worker", "/exam/worker.js"))
    yield from ask(browser, browser.request("form", f"{browser.home}/form"))


def save_some(
    browser: Browser, answers: Sequence[tuple[str, Any]], kind: str, acknowledged: list[Acknowledged]
) -> Generator[Request | float, Response | None, None]:
    """Save answers in one body."""
    events = []
    for item, response in answers:
        browser.saved += 1
        events.append(event("bench", browser.saved, item, response))
    note((yield Request(kind, save_request(browser.token, events))), browser.attempt_id, acknowledged)


def hand_in(browser: Browser) -> Generator[Request | float, Response | None, None]:
    """Press the button that ends the exam."""
    yield from ask(browser, browser.request("submit", f"{browser.home}/submit", {"csrf_token": browser.csrf}))


def see_receipt(browser: Browser) -> Generator[Request | float, Response | None, None]:
    """Look at the receipt."""
    yield from ask(browser, browser.request("receipt", f"{browser.home}/receipt"))


def whole_exam(
    browser: Browser,
    answers: Sequence[tuple[str, Any]],
    *,
    clock: Callable[[], float],
    ends_at: float,
    saves_every: float,
    looks_for: float,
    acknowledged: list[Acknowledged],
    marks: dict[str, list[tuple[float, float]]],
) -> Script:
    """Open the exam with everything a browser loads, save again and again, look at all answers, and hand them in.

    The answers go out `saves_every` so many seconds, in parts of the same size; the review is open for `looks_for`
    seconds before the button is pressed at `ends_at`. `marks` gets, for "opened" and "submitted", when each
    candidate began and was done, in seconds of `clock`: from the start page until the form is on the device, and
    from the button until the receipt is there.
    """
    began = clock()
    yield from open_start_page(browser)
    yield from press_start(browser)
    yield from open_question(browser)
    yield from load_assets(browser)
    yield from keep_form(browser)
    marks["opened"].append((began, clock()))
    times = max(1, int((ends_at - looks_for - clock()) / saves_every))
    for number in range(times):
        part = answers[number * len(answers) // times : (number + 1) * len(answers) // times]
        yield saves_every
        if part:
            yield from save_some(browser, part, "save", acknowledged)
    yield max(0.0, ends_at - looks_for - clock())
    yield from ask(browser, browser.request("review", f"{browser.home}/review"))
    yield max(0.0, ends_at - clock())
    began = clock()
    yield from hand_in(browser)
    yield from see_receipt(browser)
    marks["submitted"].append((began, clock()))


def _found(pattern: re.Pattern[str], page: str) -> str:
    found = pattern.search(page)
    if found is None:
        raise UnexpectedPage
    return found[1]
