"""Releasing a whole graduation: every rule holds, nothing is doubled, and a crash in the middle loses nothing."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from assessment.accounts.acting import find_actor_of_account
from assessment.accounts.tables import Account, RoleGrant
from assessment.audit.tables import AuditEntry
from assessment.certification.releasable import decisions_to_release
from assessment.credentials.bulk_progress import Progress, progress_of
from assessment.credentials.bulk_releasing import BATCH, MOST_DECISIONS, ask_to_release, release_many
from assessment.credentials.tables import BulkReleaseLine, Credential, CredentialIntent, Release, StatusSlot
from assessment.database import db
from assessment.domain.errors import Invalid, NotFound
from assessment.domain.roles import Role
from assessment.jobs.service import MOST_ATTEMPTS, work_all, work_once
from assessment.jobs.tables import Job
from tests.credentials.office import write
from tests.factories.accounts import NOW, make_actor
from tests.factories.certification import World, make_world
from tests.factories.credentials import issue_everything, make_decided, make_releaser
from tests.fixtures.sites import Site

pytestmark = pytest.mark.long_lock("a graduation is built in one go")


def graduation(session: Session, many: int, *, trainer: dict[int, str] | None = None) -> tuple[World, list[str]]:
    """A world with decisions K; `trainer`: who trained the candidate at a place."""
    world = make_world(session)
    decisions = [
        make_decided(
            session,
            world,
            candidate=make_actor(
                session, "las", Role.CANDIDATE, name=f"Calon {chr(65 + place // 26)}{chr(65 + place % 26)}"
            ),
            number=f"2026-{place:03}",
            trainer=(trainer or {}).get(place),
        )
        for place in range(many)
    ]
    return world, decisions


def progress(session: Session, bulk_id: str) -> Progress:
    found = progress_of(session, "las", bulk_id)
    assert found is not None
    return found


def count(session: Session, table: Any) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_graduation_is_released_and_signed(signing: Session) -> None:
    world, decisions = graduation(signing, 5)
    bulk = ask_to_release(signing, make_releaser(signing, world), decisions, now=NOW)
    before = progress(signing, bulk.id)
    assert (before.total, before.answered, before.issued, before.under_way) == (5, 0, 0, True)
    bulk_id = bulk.id
    issue_everything(signing)
    after = progress(signing, bulk_id)
    assert (after.answered, after.issued, after.refused, after.under_way) == (5, 5, 0, False)
    assert decisions_to_release(signing, "las") == ([], 0)
    numbers = signing.scalars(select(CredentialIntent.number).order_by(CredentialIntent.number)).all()
    assert numbers == [f"LAS-2026-{place:06}" for place in range(1, 6)]


def test_who_may_not_release_one_of_them_is_refused_that_one_alone(signing: Session) -> None:
    world = make_world(signing)
    releaser = make_releaser(signing, world)
    decisions = [
        make_decided(
            signing,
            world,
            candidate=make_actor(signing, "las", Role.CANDIDATE, name=name),
            number=f"2026-{name[-1]}",
            trainer=releaser.person_id if name.endswith("B") else None,
        )
        for name in ("Calon A", "Calon B", "Calon C")
    ]
    bulk_id = ask_to_release(signing, releaser, decisions, now=NOW).id
    issue_everything(signing)
    after = progress(signing, bulk_id)
    assert (after.issued, after.refused, after.under_way) == (2, 1, False)
    (trouble,) = after.troubles
    assert trouble.decision_id == decisions[1]
    assert "trainer" in str(trouble.refusal)
    assert count(signing, Release) == 2


@pytest.mark.parametrize("part", ["assessor", "decider", "candidate"])
def test_who_took_part_releases_none_in_bulk_either(signing: Session, part: str) -> None:
    world, decisions = graduation(signing, 2)
    person = {"assessor": world.assessor, "decider": world.deciders[0], "candidate": world.candidate}[part]
    bulk_id = ask_to_release(signing, person, decisions, now=NOW).id
    issue_everything(signing)
    assert (progress(signing, bulk_id).refused, count(signing, Release)) == (2, 0)


def test_who_lost_the_role_meanwhile_releases_nothing(signing: Session) -> None:
    world, decisions = graduation(signing, 2)
    releaser = make_releaser(signing, world)
    bulk_id = ask_to_release(signing, releaser, decisions, now=NOW).id
    for grant in signing.scalars(select(RoleGrant).where(RoleGrant.account_id == releaser.account_id)):
        grant.ended_at = NOW
    issue_everything(signing, NOW + timedelta(minutes=1))
    after = progress(signing, bulk_id)
    assert (after.refused, after.under_way) == (2, False)
    assert "no longer a releaser" in str(after.troubles[0].refusal)
    assert count(signing, Release) == 0


def test_a_closed_account_stands_for_nobody(session: Session) -> None:
    world = make_world(session)
    releaser = make_releaser(session, world)
    assert releaser.account_id is not None
    found = find_actor_of_account(session, "las", releaser.account_id, now=NOW)
    assert found is not None
    assert found.holds(Role.RELEASER)
    assert (found.person_id, found.sites) == (releaser.person_id, releaser.sites)
    session.get_one(Account, ("las", releaser.account_id)).active = False
    session.flush()
    assert find_actor_of_account(session, "las", releaser.account_id, now=NOW) is None


def test_run_twice_nothing_is_doubled(signing: Session) -> None:
    world, decisions = graduation(signing, 3)
    releaser = make_releaser(signing, world)
    first, second = (ask_to_release(signing, releaser, decisions, now=NOW).id for _ in range(2))
    issue_everything(signing)
    made = (count(signing, CredentialIntent), count(signing, Credential), count(signing, StatusSlot))
    assert made == (3, 3, 6)
    for bulk_id in (first, second):
        release_many("las", {"bulk_release": bulk_id}, NOW)
    work_all(lambda: NOW)
    signing.expire_all()
    assert (count(signing, CredentialIntent), count(signing, Credential), count(signing, StatusSlot)) == made
    one, other = progress(signing, first), progress(signing, second)
    assert sorted((one.refused, other.refused)) == [0, 3]
    assert "released" in str((one.troubles + other.troubles)[0].refusal)


def test_a_crash_in_the_middle_of_releasing_goes_on_where_it_stopped(signing: Session) -> None:
    many = BATCH + 3
    world, decisions = graduation(signing, many)
    bulk_id = ask_to_release(signing, make_releaser(signing, world), decisions, now=NOW).id
    signing.commit()
    author = signing.info["act"]
    written: list[object] = []

    def crash(_mapper: object, _connection: object, _target: object) -> None:
        written.append(_target)
        if len(written) == BATCH + 2:  # the first batch is committed, the second is under way
            raise KeyboardInterrupt

    event.listen(Release, "after_insert", crash)
    try:
        with pytest.raises(KeyboardInterrupt):
            work_once(lambda: NOW)
    finally:
        event.remove(Release, "after_insert", crash)
    signing.expire_all()
    assert (count(signing, Release), progress(signing, bulk_id).answered) == (BATCH, BATCH)
    assert progress(signing, bulk_id).under_way
    later = NOW + timedelta(minutes=3)  # when the lease of the job that died has run out
    work_all(lambda: later)
    signing.expire_all()
    signing.info["act"] = author
    after = progress(signing, bulk_id)
    assert (after.answered, after.issued, after.refused, after.under_way) == (many, many, 0, False)
    assert (count(signing, Release), count(signing, CredentialIntent), count(signing, Credential)) == (many,) * 3
    assert signing.scalars(select(BulkReleaseLine).where(BulkReleaseLine.answered_at.is_(None))).all() == []


def test_each_release_stands_in_the_audit_trail_under_who_asked(signing: Session) -> None:
    world, decisions = graduation(signing, 2)
    releaser = make_releaser(signing, world)
    ask_to_release(signing, releaser, decisions, now=NOW)
    issue_everything(signing)
    entries = signing.scalars(select(AuditEntry).where(AuditEntry.record_table == "release")).all()
    assert {entry.account_id for entry in entries} == {releaser.account_id}


def test_what_cannot_be_signed_is_named_with_its_reason(site: Site) -> None:
    """The site's signer is not started."""
    with site.app.app_context(), write(NOW) as session:
        world, decisions = graduation(session, 2)
        bulk_id = ask_to_release(session, make_releaser(session, world), decisions, now=NOW).id
    with site.app.app_context():
        work_all(lambda: NOW)
        under_way = progress(db.session(), bulk_id)
        assert (under_way.issued, len(under_way.troubles), under_way.under_way) == (0, 2, True)
        assert all(trouble.again and trouble.failure for trouble in under_way.troubles)
        for minute in range(1, MOST_ATTEMPTS + 1):
            work_all(partial(NOW.__add__, timedelta(minutes=10 * minute)))
        given_up = progress(db.session(), bulk_id)
    assert (given_up.issued, given_up.refused, given_up.under_way) == (0, 2, False)


@pytest.mark.parametrize("many", [0, MOST_DECISIONS + 1])
def test_none_or_too_many_are_refused(session: Session, many: int) -> None:
    world = make_world(session)
    with pytest.raises(Invalid):
        ask_to_release(session, make_releaser(session, world), [f"{place:016}" for place in range(many)], now=NOW)


def test_another_bodys_decision_does_not_exist(session: Session) -> None:
    _world, decisions = graduation(session, 1)
    other = make_world(session, body="dapur", candidate="Joko Contoh")
    with pytest.raises(NotFound):
        ask_to_release(session, make_releaser(session, other), decisions, now=NOW)
    assert session.scalars(select(Job).where(Job.kind == "release_many")).all() == []
