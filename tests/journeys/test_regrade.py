"""An exam whose certificates are out gets another key: seen before, kept after, and everything derives again."""

import json
import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from assessment.credentials.tables import StatusChange
from assessment.database import Base, db, reading
from assessment.demo.ground import MARK
from assessment.domain.exams.regrade import Remedy
from assessment.exams.foreseeing import Preview, Proposal, preview
from assessment.exams.tables import FormItem
from assessment.exams.tables_regrade import RegradeLine
from assessment.reports.fsck import Check
from tests.factories.visitors import Visitor
from tests.fixtures.sites import Site
from tests.reports.test_fsck import problems_of

pytestmark = pytest.mark.long_lock(
    "the demo is shared by many tests; tests/exams/test_locks.py measures what people do"
)
BODY = "dapur"


def test_a_released_exam_is_regraded_and_the_officer_finds_its_certificates(demo_site: Site) -> None:
    found = one_that_turns_over_what_was_certified(demo_site)
    turning = {found.touched[each.change.attempt_id].certificate for each in found.turned if found.flips_in(each)}
    certified = {touched.certificate for touched in found.touched.values()} - {None}
    assert turning & certified
    one, other = entered(demo_site, "dapur.mutu1"), entered(demo_site, "dapur.mutu2")
    wanted = found.proposal
    place = f"/regrades/of/{wanted.form_id}/{wanted.item_version_id}"
    before = one.get(f"{place}?remedy=full_marks&lang=en").text
    assert "What would change" in before
    assert all(str(number) in before for number in certified)

    changes = stored(demo_site, StatusChange)
    sent = one.post(place, {"remedy": "full_marks", "seen": seen(before), "reason": "Two options are right."})
    assert sent.status_code == 303
    regrade = sent.headers["Location"]
    assert lines_of(demo_site, regrade) == []
    page = other.get(regrade).text
    assert all(str(number) in page for number in certified)
    answer = {"seen": seen(page), "answer": "confirm", "reason": "I looked at the item and agree."}
    assert other.post(f"{regrade}/answer", answer).status_code == 303

    assert "Ledger" in other.get(f"{regrade}?lang=en").text
    ledger = {line.attempt_id: (line.old_total, line.new_total) for line in lines_of(demo_site, regrade)}
    assert ledger == {
        each.change.attempt_id: (each.change.before.total.score, each.change.after.total.score) for each in found.turned
    }
    cases = entered(demo_site, "dapur.penerbit1").get("/regrade-cases").text
    assert all(str(number) in cases for number in certified)
    assert stored(demo_site, StatusChange) == changes, "nothing is revoked by itself"
    check = Check(now=datetime.now(UTC))
    assert problems_of(demo_site, check) == []
    assert check.checked["attempts derived"]


def one_that_turns_over_what_was_certified(site: Site) -> Preview:
    """Full marks for an item, so that a result turns over on which a certificate was issued."""
    with site.app.app_context(), reading() as session:
        places = session.execute(
            select(FormItem.form_id, FormItem.item_version_id)
            .where(FormItem.body_id == BODY)
            .order_by(FormItem.form_id, FormItem.position)
        ).all()
        for form_id, version_id in places:
            wanted = Proposal(form_id=form_id, item_version_id=version_id, remedy=Remedy.FULL_MARKS)
            found = preview(session, BODY, wanted)
            if any(found.flips_in(each) and found.touched[each.change.attempt_id].certificate for each in found.turned):
                return found
    raise AssertionError("Expected an item of the demo whose full marks turn a certified result over.")


def entered(site: Site, login: str) -> Visitor:
    """One of the demo's people, signed in."""
    accounts = json.loads((site.settings.home / MARK).read_text())["accounts"]
    (password,) = [account["password"] for account in accounts if account["login"] == login]
    visitor = Visitor(site)
    assert visitor.sign_in(login, password).status_code == 303
    return visitor


def seen(page: str) -> str:
    """The digest of the preview that a page shows."""
    found = re.search(r'name="seen"[^>]* value="([^"]+)"', page)
    assert found is not None
    return found[1]


def lines_of(site: Site, regrade: str) -> list[RegradeLine]:
    """The ledger of a regrade, by its address, as it is stored."""
    with site.app.app_context():
        wanted = RegradeLine.regrade_id == regrade.rpartition("/")[2]
        return list(db.session.scalars(select(RegradeLine).where(wanted)))


def stored(site: Site, table: type[Base]) -> int:
    """How many rows a table has."""
    with site.app.app_context():
        return db.session.scalar(select(func.count()).select_from(table)) or 0
