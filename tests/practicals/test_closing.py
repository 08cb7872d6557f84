"""A practical is closed by a second person; what arrives then, or above the day's limit, is held and never lost."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from assessment.database import db
from assessment.domain.errors import Conflict, Invalid, NotFound
from assessment.domain.practicals.closing import Hold
from assessment.domain.practicals.photo import read_announcement
from assessment.domain.practicals.practical_states import PracticalState
from assessment.domain.roles import Role
from assessment.practicals.assigning import set_limit
from assessment.practicals.closing import close, closings_of, reopen
from assessment.practicals.held_marks import decide_held, held_marks, held_photos
from assessment.practicals.marking import Reply, criteria_to_mark, record_observations
from assessment.practicals.photos import store_announcement
from assessment.practicals.queries import practical_head
from assessment.practicals.rederive import rederive
from assessment.practicals.remarking import ask_again, call_third
from assessment.practicals.sheets import find_sheet
from assessment.practicals.submitting import submit
from assessment.practicals.tables import Observation, ObservationStanding, Practical
from assessment.practicals.tables_photos import WorkPhoto
from assessment.practicals.tables_sheets import Sheet
from assessment.web.actor import Actor
from tests.factories.accounts import NOW, make_actor
from tests.factories.practicals import MadePractical, entry, make_practical, mark_all
from tests.factories.visitors import signed_in, writing_on
from tests.fixtures.sites import Site
from tests.practicals.test_requests import assessor_of, login_of, made_on, post_marks
from tests.practicals.test_work_photos import a_photo, announced, announcement, send_whole

LATER = NOW + timedelta(minutes=40)
REASON = "Jaringan di bengkel putus."
TWO_DAYS_AGO = "2026-03-10T02:30:00+00:00"


def send(session: Session, practical: MadePractical, *entries: dict[str, Any], now: Any = LATER) -> Reply:
    criteria = criteria_to_mark(session, practical.body_id, practical.id)
    return record_observations(session, practical.assessor, practical.id, entries, criteria=criteria, now=now)


def shut(session: Session, practical: MadePractical) -> None:
    close(session, practical.invigilator, practical.id, remark="", now=NOW + timedelta(minutes=35))


def why(session: Session, practical: MadePractical) -> list[Hold]:
    head = practical_head(session, practical.body_id, practical.id, practical.invigilator.person_id)
    criteria = criteria_to_mark(session, practical.body_id, practical.id)
    turns = closings_of(session, practical.body_id, practical.id)
    return [each.why for each in held_marks(session, practical.body_id, head, criteria, turns)]


def held_of(session: Session, practical: MadePractical) -> list[int]:
    return list(
        session.scalars(
            select(Observation.number).where(
                Observation.practical_id == practical.id, Observation.standing == ObservationStanding.HELD
            )
        )
    )


def test_what_arrives_after_the_closing_is_held_however_its_own_clock_stands(session: Session) -> None:
    practical = make_practical(session)
    assert send(session, practical, entry("J1", level=2)).held == ()
    shut(session, practical)
    reply = send(session, practical, entry("J1", level=2), entry("M1", seq=2, value="0.1"))
    assert (reply.acknowledged, reply.held) == ((("tab.1", 1),), (("tab.1", 2),))
    assert why(session, practical) == [Hold.CLOSED]
    # The same batch once more: nothing is doubled, nothing changes its standing.
    again = send(session, practical, entry("J1", level=2), entry("M1", seq=2, value="0.1"))
    assert (again.acknowledged, again.held) == (reply.acknowledged, reply.held)


def test_opened_again_with_a_reason_marks_count_as_they_come(session: Session) -> None:
    practical = make_practical(session)
    shut(session, practical)
    with pytest.raises(Invalid):
        reopen(session, practical.invigilator, practical.id, reason=" ", now=LATER)
    reopen(session, practical.invigilator, practical.id, reason=REASON, now=LATER)
    assert send(session, practical, entry("J1", level=2)).held == ()
    turns = closings_of(session, practical.body_id, practical.id)
    assert [(each.closed, each.reason, each.person_id) for each in turns] == [
        (True, "", practical.invigilator.person_id),
        (False, REASON, practical.invigilator.person_id),
    ]


def test_a_sheet_is_submitted_with_marks_that_a_second_person_took(session: Session) -> None:
    practical = make_practical(session)
    shut(session, practical)
    mark_all(session, practical)
    with pytest.raises(Invalid, match="J1, M1, C1"):
        submit(session, practical.assessor, practical.id, now=LATER)
    numbers = held_of(session, practical)
    assert len(numbers) == 3
    decide_held(
        session,
        practical.invigilator,
        practical.id,
        numbers,
        taken=True,
        reason=REASON,
        now=NOW + timedelta(minutes=38),
    )
    submit(session, practical.assessor, practical.id, now=LATER)
    state = session.get_one(Practical, (practical.body_id, practical.id)).state
    assert state is PracticalState.SUBMITTED
    assert list(rederive(session, practical.body_id, practical.id)) == []
    # Taken back afterwards: the result follows, and what was submitted stays what it was.
    much_later = LATER + timedelta(minutes=5)
    decide_held(session, practical.invigilator, practical.id, numbers, taken=False, reason=REASON, now=much_later)
    assert list(rederive(session, practical.body_id, practical.id)) == []


def test_a_photo_that_arrives_after_the_closing_waits_for_a_reason_too(session: Session) -> None:
    practical = make_practical(session)
    shut(session, practical)
    sheet = find_sheet(session, practical.body_id, practical.id, practical.assessor.person_id)
    assert sheet is not None
    criteria = criteria_to_mark(session, practical.body_id, practical.id)
    photo = read_announcement(announcement(b"x"), {each.code for each in criteria}, device="tablet-7")
    store_announcement(session, sheet, photo, criteria=criteria, now=LATER)
    head = practical_head(session, practical.body_id, practical.id, practical.invigilator.person_id)
    (held,) = held_photos(
        session, practical.body_id, head, criteria, closings_of(session, practical.body_id, practical.id)
    )
    assert (held.why, held.photo.taken) == (Hold.CLOSED, None)

    def decide(taken: bool, *, photos: tuple[str, ...] = (held.photo.id,)) -> None:
        decide_held(
            session, practical.invigilator, practical.id, [], taken=taken, reason=REASON, now=LATER, photos=photos
        )

    for taken in (True, False):
        decide(taken)
        (held,) = held_photos(session, practical.body_id, head, criteria)
        assert held.photo.taken is taken
    with pytest.raises(NotFound):
        decide(True, photos=("no-such-photo",))
    with pytest.raises(Invalid, match="at least one"):
        decide(True, photos=())


def test_who_may_close_and_when(session: Session) -> None:
    practical = make_practical(session)
    with pytest.raises(Conflict, match="second person"):
        close(session, practical.assessor, practical.id, remark="", now=LATER)
    with pytest.raises(Conflict, match="not closed"):
        reopen(session, practical.invigilator, practical.id, reason=REASON, now=LATER)
    with pytest.raises(Invalid, match="up to 500"):
        close(session, practical.invigilator, practical.id, remark="x" * 501, now=LATER)
    with pytest.raises(NotFound):
        close(session, practical.invigilator, "no-such-practical", remark="", now=LATER)
    shut(session, practical)
    with pytest.raises(Conflict, match="closed already"):
        shut(session, practical)
    planned = make_practical(session, body_id=practical.body_id, made=practical.made, state=PracticalState.SCHEDULED)
    with pytest.raises(Conflict, match="not checked in"):
        close(session, planned.invigilator, planned.id, remark="", now=LATER)


def test_the_database_itself_keeps_every_closing(session: Session) -> None:
    practical = make_practical(session)
    shut(session, practical)
    with pytest.raises(IntegrityError, match="append-only"), session.begin_nested():
        session.execute(text("UPDATE practical_closing SET reason = 'x'"))


def test_no_new_marks_are_asked_for_while_it_is_closed(session: Session) -> None:
    practical = make_practical(session, others=1)
    manager = make_actor(session, practical.body_id, Role.SCHEME_MANAGER)
    other: Actor = practical.others[0]
    mark_all(session, practical)
    submit(session, practical.assessor, practical.id, now=LATER)
    far = MadePractical(**{**practical.__dict__, "assessor": other})
    send(session, far, entry("J1", level=0), entry("M1", seq=2, value="0.1"), entry("C1", seq=3, answer="no"))
    submit(session, other, practical.id, now=LATER)
    shut(session, practical)
    third = make_actor(session, practical.body_id, Role.ASSESSOR)
    with pytest.raises(Conflict, match="opens it again"):
        ask_again(session, manager, practical.id, reason=REASON, now=LATER)
    with pytest.raises(Conflict, match="opens it again"):
        call_third(session, manager, practical.id, third.person_id, reason=REASON, now=LATER)
    reopen(session, practical.invigilator, practical.id, reason=REASON, now=LATER)
    ask_again(session, manager, practical.id, reason=REASON, now=LATER)


class Day:
    """One assessor with several practicals of a scheme that limits them to two a day."""

    def __init__(self, session: Session, *, planned: int = 3) -> None:
        self.session = session
        first = make_practical(session)
        self.practicals = [first] + [
            make_practical(session, body_id=first.body_id, made=first.made, assessor=first.assessor)
            for _ in range(planned - 1)
        ]
        manager = make_actor(session, first.body_id, Role.SCHEME_MANAGER)
        set_limit(session, manager, first.made.scheme.scheme_version_id, 2, now=NOW)

    def mark(self, place: int, *, seq: int = 1, **members: Any) -> bool:
        """Mark on one of them; returns whether the mark is held."""
        return bool(send(self.session, self.practicals[place], {**entry("J1", seq=seq, level=2), **members}).held)


def test_marks_above_the_limit_a_day_are_held_and_those_of_what_was_begun_are_not(session: Session) -> None:
    day = Day(session)
    assert [day.mark(place) for place in range(3)] == [False, False, True]
    assert [day.mark(place, seq=2) for place in range(3)] == [False, False, True]
    assert why(session, day.practicals[2]) == [Hold.DAY_LIMIT, Hold.DAY_LIMIT]


def test_the_day_is_that_of_the_device_in_the_zone_of_the_body(session: Session) -> None:
    day = Day(session)
    assert [day.mark(place) for place in range(2)] == [False, False]
    # 23:59 of the day before in Jakarta, still the same day in UTC's own count of the marks above.
    assert not day.mark(2, observed_at="2026-03-11T16:59:00+00:00")
    assert day.mark(2, seq=2, observed_at="2026-03-11T17:01:00+00:00")


def test_one_batch_of_two_days_is_judged_mark_by_mark(session: Session) -> None:
    day = Day(session)
    assert [day.mark(place) for place in range(2)] == [False, False]
    reply = send(
        session,
        day.practicals[2],
        entry("J1", level=2),
        {**entry("M1", seq=2, value="0.1"), "observed_at": TWO_DAYS_AGO},
    )
    assert (reply.held, reply.acknowledged) == ((("tab.1", 1),), (("tab.1", 2),))


def test_a_reason_that_was_given_at_the_planning_is_enough(session: Session) -> None:
    day = Day(session)
    sheet = session.scalars(select(Sheet).where(Sheet.practical_id == day.practicals[2].id)).one()
    sheet.reason = "Asesor lain sakit."
    session.flush()
    assert [day.mark(place) for place in range(3)] == [False, False, False]


def test_a_limit_counts_practicals_of_its_own_scheme_only(session: Session) -> None:
    day = Day(session, planned=2)
    elsewhere = make_practical(session, body_id=day.practicals[0].body_id, assessor=day.practicals[0].assessor)
    assert [day.mark(place) for place in range(2)] == [False, False]
    day.practicals.append(elsewhere)
    assert not day.mark(2)


def test_photos_above_the_limit_are_held(session: Session) -> None:
    day = Day(session)
    assert [day.mark(place) for place in range(2)] == [False, False]
    practical = day.practicals[2]
    sheet = find_sheet(session, practical.body_id, practical.id, practical.assessor.person_id)
    assert sheet is not None
    criteria = criteria_to_mark(session, practical.body_id, practical.id)
    photo = read_announcement(announcement(b"x"), {each.code for each in criteria}, device="tablet-7")
    store_announcement(session, sheet, photo, criteria=criteria, now=LATER)
    assert session.scalars(select(WorkPhoto.standing)).all() == [ObservationStanding.HELD]


@pytest.mark.long_lock("the first photo of a process compiles its statements under the lock")
def test_the_office_sees_why_something_is_held_and_takes_it(site: Site) -> None:
    practical = made_on(site)
    content = a_photo(64)
    with writing_on(site) as session:
        close(session, practical.invigilator, practical.id, remark="", now=NOW + timedelta(minutes=1))
    device = assessor_of(site, practical)
    page = device.get(f"/practicals/{practical.id}/sheet?lang=en").get_data(as_text=True)
    assert "This practical is closed" in page
    reply = post_marks(device.client, device.csrf, practical, entry("J1", level=2))
    assert reply.get_json()["held"] == [["tab.1", 1]]
    announced(device, practical, content)
    send_whole(device, practical, content)
    finish = device.get(f"/practicals/{practical.id}/finish?lang=en").get_data(as_text=True)
    assert "1 mark waits for a second person" in finish
    watching = signed_in(site, login_of(site, practical.invigilator.account_id or ""))
    address = f"/practicals/{practical.id}/held"
    page = watching.get(f"{address}?lang=en").get_data(as_text=True)
    assert page.count("came after the practical was closed") == 2
    with site.app.app_context():
        photo_id = db.session.scalars(select(WorkPhoto.id)).one()
        number = db.session.scalars(select(Observation.number)).one()
    picture = watching.get(f"/practicals/{practical.id}/held-photos/{photo_id}")
    assert (picture.status_code, picture.mimetype) == (200, "image/jpeg")
    assert device.get(f"/practicals/{practical.id}/held-photos/{photo_id}").status_code == 404
    chosen = {"number": str(number), "photo": photo_id, "decision": "take", "reason": REASON}
    assert watching.post(address, chosen).status_code == 303
    assert watching.get(f"{address}?lang=en").get_data(as_text=True).count("Taken") == 2
    assert watching.post(address, {**chosen, "photo": "no-such-photo"}).status_code == 404
    assert watching.post(address, {"decision": "take", "reason": REASON}).status_code == 422
