"""Until both have submitted, nothing that one assessor receives depends on what the other has marked.

Every GET route of practicals and of certification that an assessor may use is asked twice, once before the other
assessor has marked anything and once after the other has marked everything, sent photos and submitted. The bytes must
be the same once what differs with every request is taken out, and so must the number of statements that it cost.

Nor may the time tell that an answer takes. A clock would try that badly, so the work itself is compared: the
statements in their order, the rows that each brings, every line of our own code and templates that runs, and the
headers and size of what comes back. What does the same work on as many rows takes as long.
"""

import hashlib
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, select
from werkzeug.test import TestResponse

from assessment.database import db
from assessment.domain.practicals.practical_states import SheetState
from assessment.practicals.marking import criteria_to_mark, record_observations
from assessment.practicals.submitting import submit
from assessment.practicals.tables_photos import WorkPhoto
from assessment.practicals.tables_sheets import Sheet
from assessment.web.actor import Actor
from assessment.web.rights import MATRIX, Role
from tests.factories.accounts import NOW
from tests.factories.practicals import MadePractical, entry, make_practical, mark_all
from tests.factories.visitors import Visitor, signed_in, writing_on
from tests.fixtures.measuring import count_statements
from tests.fixtures.sites import Site
from tests.practicals.interleaving import picture
from tests.practicals.test_requests import login_of, post_marks
from tests.practicals.test_work_photos import announced, send_whole

pytestmark = pytest.mark.long_lock("the first photo of a process compiles its statements under the lock")

OF_EVERY_REQUEST = re.compile(
    r'(name="(csrf_token|once)" value="[^"]*")|(content="[^"]*" name="csrf[^"]*")|(data-csrf="[^"]*")'
    r'|("csrf": "[^"]*")|("csrf":"[^"]*")|(page\.[0-9a-z]{16})|(nonce[-=]"?[A-Za-z0-9+/=_-]+"?)'
)
UNKNOWN = "0" * 16
CHECKOUT = Path(__file__).parents[2]
OWN_CODE = (f"{CHECKOUT / 'assessment'}/", f"{CHECKOUT / 'templates'}/")
OF_EVERY_ANSWER = {"Date", "Set-Cookie"}


def addresses(site: Site, practical: MadePractical, photo_id: str, digest: str) -> list[str]:
    """Every address of practicals and certification that an assessor may ask for with GET."""
    values = {
        "practical_id": practical.id,
        "application_id": practical.application_id,
        "photo_id": photo_id,
        "digest": digest,
    }
    found = ["/today", "/practicals?show=unfinished", "/practicals?show=submitted"]
    for rule in site.app.url_map.iter_rules():
        area = rule.endpoint.partition(".")[0]
        if "GET" not in (rule.methods or ()) or Role.ASSESSOR not in MATRIX[rule.endpoint].cells:
            continue
        if area in ("practicals", "evidence", "applications", "decisions", "meetings", "appeals"):
            assert rule.arguments <= values.keys(), rule
            with site.app.test_request_context():
                found.append(site.app.url_for(rule.endpoint, **{name: values[name] for name in rule.arguments}))
    return sorted(found)


def told(site: Site, visitor: Visitor, address: str) -> tuple[int, int, str]:
    """Status, statements and text of a page, without what differs with every request."""
    with count_statements(site.engine) as seen:
        response = visitor.get(address)
    return response.status_code, len(seen), OF_EVERY_REQUEST.sub("", response.get_data(as_text=True))


def everything(site: Site, visitor: Visitor, wanted: list[str]) -> dict[str, tuple[int, int, str]]:
    """What each address tells somebody."""
    return {address: told(site, visitor, address) for address in wanted}


@pytest.fixture
def practical(site: Site) -> MadePractical:
    site.app.extensions["clock"] = lambda: NOW + timedelta(minutes=5)
    with writing_on(site) as session:
        return make_practical(session, others=1)


def the_other_does_everything(site: Site, practical: MadePractical, content: bytes) -> None:
    """The first assessor marks all criteria, sends a photo and submits."""
    other = signed_in(site, login_of(site, practical.assessor.account_id))
    other.get(f"/practicals/{practical.id}/sheet")
    announced(other, practical, content)
    send_whole(other, practical, content)
    with writing_on(site) as session:
        mark_all(session, practical)
        submit(session, practical.assessor, practical.id, now=NOW + timedelta(minutes=31))


def sign_in_second(site: Site, practical: MadePractical) -> Visitor:
    second: Actor = practical.others[0]
    return signed_in(site, login_of(site, second.account_id))


@pytest.mark.parametrize("submitted", [False, True], ids=["marking", "submitted"])
def test_no_route_tells_one_assessor_what_the_other_has_marked(
    site: Site, practical: MadePractical, submitted: bool
) -> None:
    content = picture(7)
    visitor = sign_in_second(site, practical)
    if submitted:
        second = practical.others[0]
        with writing_on(site) as session:
            sheet = session.scalars(select(Sheet).where(Sheet.person_id == second.person_id)).one()
            sheet.state, sheet.submitted_at, sheet.marks, sheet.receipt = SheetState.SUBMITTED, NOW, 3, "0" * 64
    wanted = addresses(site, practical, UNKNOWN, announced_digest(content))
    assert len(wanted) > 10
    everything(site, visitor, wanted)  # what is compiled or counted once does not differ afterwards
    before = everything(site, visitor, wanted)
    if submitted:  # the other's submission must not be the last one, or both were in
        other = signed_in(site, login_of(site, practical.assessor.account_id))
        other.get(f"/practicals/{practical.id}/sheet")
        announced(other, practical, content)
        send_whole(other, practical, content)
        with writing_on(site) as session:
            mark_all(session, practical)
    else:
        the_other_does_everything(site, practical, content)
    assert everything(site, visitor, wanted) == before
    with site.app.app_context():
        photo_id = db.session.scalars(select(WorkPhoto.id)).one()
    address = f"/practicals/{practical.id}/work-photos/"
    status, _statements, page = told(site, visitor, address + photo_id)
    assert (status, page.replace(photo_id, UNKNOWN)) == told(site, visitor, address + UNKNOWN)[::2]


def test_what_a_device_is_told_does_not_depend_on_the_other(site: Site, practical: MadePractical) -> None:
    content = picture(7)
    visitor = sign_in_second(site, practical)
    visitor.get(f"/practicals/{practical.id}/sheet")

    def replies(seq: int) -> list[tuple[int, str]]:
        marks = [entry("J1", client="own", seq=seq, level=2), entry("M1", client="own", seq=seq + 1, value="x")]
        answered = [post_marks(visitor.client, visitor.csrf, practical, *marks)]
        finish = f"/practicals/{practical.id}/finish"
        answered.append(
            visitor.client.post(finish, headers={"X-CSRFToken": visitor.csrf, "Accept": "application/json"})
        )
        return [(each.status_code, re.sub(rf"{seq}|{seq + 1}", "N", each.get_data(as_text=True))) for each in answered]

    replies(601)
    before = replies(701)
    the_other_does_everything(site, practical, content)
    assert replies(801) == before


def test_when_both_have_submitted_each_sees_the_other(site: Site, practical: MadePractical) -> None:
    content = picture(7)
    the_other_does_everything(site, practical, content)
    visitor = sign_in_second(site, practical)
    compare, record = (f"/practicals/{practical.id}/{page}" for page in ("compare", "record"))
    assert "Budi Misal: " not in visitor.get(record).get_data(as_text=True)
    second = practical.others[0]
    with writing_on(site) as session:
        from_second = MadePractical(**{**practical.__dict__, "assessor": second})
        mark_all(session, from_second)
        submit(session, second, practical.id, now=NOW + timedelta(minutes=35))
    page = visitor.get(compare).get_data(as_text=True)
    assert "Budi Misal" in page
    with site.app.app_context():
        photo_id = db.session.scalars(select(WorkPhoto.id)).one()
    assert photo_id in visitor.get(record).get_data(as_text=True)
    picture_of = visitor.get(f"/practicals/{practical.id}/work-photos/{photo_id}")
    assert (picture_of.status_code, picture_of.mimetype) == (200, "image/jpeg")


def announced_digest(content: bytes) -> str:
    """The digest under which a photo is announced."""
    return hashlib.sha256(content).hexdigest()


# --- what the time of an answer hangs on


@dataclass(frozen=True)
class Work:
    """What one request cost and brought: told apart, so that a failure says where the other shines through."""

    status: int
    headers: list[tuple[str, str]]
    size: int
    statements: list[tuple[str, int]]  # each with the rows that it brought or changed
    lines: Counter[tuple[str, int]]  # file and line of our own code and templates -> how often it ran


@contextmanager
def rows_of_statements(engine: Engine) -> Iterator[list[tuple[str, int]]]:
    """Collect the statements that run, each with its number of rows: a SELECT is asked once more to count them."""
    seen: list[tuple[str, int]] = []

    def note(connection: Connection, cursor: Any, statement: str, values: Any, *_rest: object) -> None:
        rows = cursor.rowcount
        if statement.startswith(("SELECT", "WITH")):
            again = connection.connection.cursor()
            again.execute(statement, values)
            rows = len(again.fetchall())
            again.close()
        seen.append((statement, rows))

    event.listen(engine, "after_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "after_cursor_execute", note)


@contextmanager
def lines_that_run() -> Iterator[Counter[tuple[str, int]]]:
    """Count every line of our own that this thread runs."""
    lines: Counter[tuple[str, int]] = Counter()
    own: dict[CodeType, bool] = {}

    def line(frame: FrameType, what: str, _argument: object) -> Any:
        if what == "line":
            lines[frame.f_code.co_filename, frame.f_lineno] += 1
        return line

    def call(frame: FrameType, _what: str, _argument: object) -> Any:
        code = frame.f_code
        if code not in own:
            own[code] = code.co_filename.startswith(OWN_CODE)
        return line if own[code] else None

    before = sys.gettrace()
    sys.settrace(call)
    try:
        yield lines
    finally:
        sys.settrace(before)


def work_of(site: Site, ask: Callable[[], TestResponse]) -> Work:
    """What one request costs."""
    with rows_of_statements(site.engine) as statements, lines_that_run() as lines:
        response = ask()
    text = response.get_data(as_text=True)
    headers = [(name, OF_EVERY_REQUEST.sub("", said)) for name, said in response.headers if name not in OF_EVERY_ANSWER]
    return Work(response.status_code, headers, len(OF_EVERY_REQUEST.sub("", text)), statements, lines)


def differences(before: Work, after: Work) -> list[str]:
    """What two works do not share, in words."""
    found = [
        f"{name}: {getattr(before, name)} / {getattr(after, name)}"
        for name in ("status", "headers", "size")
        if getattr(before, name) != getattr(after, name)
    ]
    if before.statements != after.statements:
        found.append(f"statements: {before.statements} / {after.statements}")
    for place in sorted(before.lines.keys() | after.lines.keys()):
        if before.lines[place] != after.lines[place]:
            found.append(f"{place[0]}:{place[1]} ran {before.lines[place]} times, then {after.lines[place]} times")
    return found


def mark_some(session: Any, practical: MadePractical) -> None:
    """The first assessor marks one criterion, twice."""
    criteria = criteria_to_mark(session, practical.body_id, practical.id)
    for seq, level in ((1, 1), (2, 3)):
        mark = [entry("J1", client="other", seq=seq, level=level)]
        record_observations(session, practical.assessor, practical.id, mark, criteria=criteria, now=NOW)


def test_no_answer_takes_other_work_by_what_the_other_has_marked(site: Site, practical: MadePractical) -> None:
    content = picture(7)
    visitor = sign_in_second(site, practical)
    wanted = addresses(site, practical, UNKNOWN, announced_digest(content))

    def send() -> TestResponse:
        mark = entry("J1", client="own", seq=601, level=2)  # the same one each time: known from the second on
        return post_marks(visitor.client, visitor.csrf, practical, mark)

    def finish() -> TestResponse:
        headers = {"X-CSRFToken": visitor.csrf, "Accept": "application/json"}
        return visitor.client.post(f"/practicals/{practical.id}/finish", headers=headers)

    def all_work() -> dict[str, Work]:
        asked = {address: work_of(site, lambda address=address: visitor.get(address)) for address in wanted}
        visitor.get(f"/practicals/{practical.id}/sheet")
        return asked | {"a mark": work_of(site, send), "too early": work_of(site, finish)}

    for _ in range(2):
        all_work()  # what is compiled or counted once, with and without a mark of one's own, does not differ afterwards
    nothing = all_work()
    assert sum(len(work.lines) for work in nothing.values()) > 1000, "the tracing sees no code"
    with writing_on(site) as session:
        mark_some(session, practical)
    some = all_work()
    the_other_does_everything(site, practical, content)
    everything_marked = all_work()
    found = []
    for name, before in nothing.items():
        for after in (some[name], everything_marked[name]):
            found += [f"{name}: {each}" for each in differences(before, after)]
    assert not found, "\n".join(found)


def test_handing_in_takes_the_same_work_however_far_the_other_is(site: Site, practical: MadePractical) -> None:
    works = []
    for far in ("warming up", "nothing", "some", "all"):
        with writing_on(site) as session:
            one = make_practical(session, body_id=practical.body_id, made=practical.made, others=1)
            second = MadePractical(**{**one.__dict__, "assessor": one.others[0]})
            mark_all(session, second)
            if far == "some":
                mark_some(session, one)
            elif far == "all":
                mark_all(session, one)
        visitor = sign_in_second(site, one)
        visitor.get(f"/practicals/{one.id}/sheet")
        headers = {"X-CSRFToken": visitor.csrf, "Accept": "application/json"}
        address = f"/practicals/{one.id}/finish"
        works.append(work_of(site, lambda: visitor.client.post(address, headers=headers)))  # noqa: B023 - asked at once
    _warm, nothing, *further = works
    assert nothing.status == 200
    assert [differences(nothing, each) for each in further] == [[], []]
