"""Until both have submitted, nothing that one assessor receives depends on what the other has marked.

Every GET route of practicals and of certification that an assessor may use is asked twice, once before the other
assessor has marked anything and once after the other has marked everything, sent photos and submitted. The bytes must
be the same once what differs with every request is taken out, and so must the number of statements that it cost.

Nor may the time tell that an answer takes: the work of each is compared (`tests.fixtures.work`).
"""

import hashlib
import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
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
from tests.fixtures.work import OF_EVERY_REQUEST, Work, differences, work_of
from tests.practicals.interleaving import picture
from tests.practicals.test_requests import login_of, post_marks
from tests.practicals.test_work_photos import announced, send_whole

pytestmark = pytest.mark.long_lock("the first photo of a process compiles its statements under the lock")

UNKNOWN = "0" * 16


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
