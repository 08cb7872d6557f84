"""Naming somebody as too close: kept and taken back, who is found by a search, and who marks instead."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.accounts.tables import AssessorRegistration
from assessment.certification.closeness import name_by_candidate
from assessment.certification.tables import Application
from assessment.domain.certification.application_states import ApplicationState
from assessment.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from assessment.domain.roles import Role
from assessment.practicals.naming import (
    MOST_SEARCHES,
    count_search,
    find_assessors,
    name_too_close,
    names_on,
    standing_names,
    to_replace,
    withdraw_name,
)
from assessment.practicals.opening import open_sheet
from assessment.practicals.replacing import replace_assessor
from assessment.practicals.tables import Practical, PracticalState
from assessment.practicals.tables_assigning import AssessorReplacement, Closeness, NamedBy
from assessment.practicals.tables_sheets import Sheet
from assessment.web.actor import Actor
from tests.factories.accounts import NOW, make_actor
from tests.factories.practicals import check_in_by_hand, make_practical

DAY = date(2026, 3, 12)
WHY = "Bekas atasan saya."


class Planned:
    """A candidate with a practical that has not begun, its assessor, another one, and the office."""

    def __init__(
        self, session: Session, *, state: PracticalState = PracticalState.SCHEDULED, beside: "Planned | None" = None
    ) -> None:
        self.session = session
        self.practical = make_practical(
            session,
            state=state,
            body_id=beside.body_id if beside else None,
            made=beside.practical.made if beside else None,
        )
        self.body_id = self.practical.body_id
        self.application_id = self.practical.application_id
        self.assessor = self.practical.assessor
        self.candidate = make_actor(session, self.body_id, Role.CANDIDATE, person_id=self.practical.candidate_id)
        self.other = make_actor(session, self.body_id, Role.ASSESSOR, name="Citra Ayu Misal")
        self.manager = make_actor(session, self.body_id, Role.SCHEME_MANAGER)

    def name(self, who: Actor, *, closeness: Closeness = Closeness.FAMILY, reason: str = "") -> str:
        return name_by_candidate(
            self.session,
            self.candidate,
            self.application_id,
            who.person_id,
            closeness=closeness,
            reason=reason,
            now=NOW,
        ).id

    def find(self, searched: str) -> list[str]:
        return list(find_assessors(self.session, self.candidate, searched, day=DAY).values())

    def withdraw(self, named_id: str, *, reason: str = WHY, application_id: str | None = None) -> None:
        withdraw_name(
            self.session,
            self.candidate,
            application_id or self.application_id,
            named_id,
            reason=reason,
            only_by=NamedBy.CANDIDATE,
            now=NOW + timedelta(minutes=5),
        )

    def replace(self, to: Actor, *, reason: str = "Dijadwalkan ulang.") -> AssessorReplacement:
        sheet_id = self.session.scalars(select(Sheet.id).where(Sheet.practical_id == self.practical.id)).one()
        return replace_assessor(
            self.session, self.manager, self.application_id, sheet_id, to.person_id, reason=reason, now=NOW
        )


def test_a_name_is_kept_with_how_close_and_taken_back_beside_it(session: Session) -> None:
    planned = Planned(session)
    named = planned.name(planned.other, closeness=Closeness.OTHER, reason=WHY)
    assert standing_names(session, planned.body_id, planned.application_id) == {planned.other.person_id}
    with pytest.raises(Conflict, match="named already"):
        planned.name(planned.other)
    planned.withdraw(named, reason="Salah orang.")
    assert standing_names(session, planned.body_id, planned.application_id) == set()
    (kept,) = names_on(session, planned.body_id, planned.application_id)
    assert (kept.closeness, kept.reason, kept.named_by) == (Closeness.OTHER, WHY, NamedBy.CANDIDATE)
    assert kept.withdrawn == (NOW + timedelta(minutes=5), "Salah orang.")
    with pytest.raises(Conflict, match="taken back already"):
        planned.withdraw(named)
    planned.name(planned.other)
    both = names_on(session, planned.body_id, planned.application_id)
    assert sorted(each.stands for each in both) == [False, True]


@pytest.mark.parametrize("reason", ["", "  ya ", "x" * 501, "kata\0kata"])
def test_something_else_is_said_in_words(session: Session, reason: str) -> None:
    planned = Planned(session)
    with pytest.raises(Invalid, match="5 to 500"):
        planned.name(planned.other, closeness=Closeness.OTHER, reason=reason)
    with pytest.raises(Invalid, match="5 to 500"):
        planned.withdraw(planned.name(planned.other), reason=reason)


def test_only_an_assessor_of_the_body_is_named_and_only_while_a_practical_may_come(session: Session) -> None:
    planned = Planned(session)
    clerk = make_actor(session, planned.body_id, Role.RELEASER)
    with pytest.raises(NotAllowed):
        planned.name(clerk)
    with pytest.raises(NotFound):
        planned.withdraw("nothing")
    application = session.get_one(Application, (planned.body_id, planned.application_id))
    application.state = ApplicationState.DECIDED_NOT_YET
    with pytest.raises(Conflict, match="No practical is to come"):
        planned.name(planned.other)


def test_nobody_names_or_takes_back_on_anothers_application(session: Session) -> None:
    planned = Planned(session)
    stranger = Planned(session, beside=planned)
    named = planned.name(planned.other)
    with pytest.raises(NotFound):
        name_by_candidate(
            session,
            stranger.candidate,
            planned.application_id,
            planned.other.person_id,
            closeness=Closeness.FAMILY,
            reason="",
            now=NOW,
        )
    with pytest.raises(NotFound):
        stranger.withdraw(named)
    by_scheme = name_too_close(
        session,
        planned.manager,
        planned.application_id,
        planned.assessor.person_id,
        named_by=NamedBy.SCHEME,
        reason=WHY,
        now=NOW,
    )
    with pytest.raises(NotAllowed, match="ask the office"):
        planned.withdraw(by_scheme.id)


def test_whoever_is_planned_must_be_replaced_before_the_start(session: Session) -> None:
    planned = Planned(session)
    assert to_replace(session, planned.body_id) == []
    named = planned.name(planned.assessor)
    (waiting,) = to_replace(session, planned.body_id)
    assert (waiting.person_id, waiting.application_id) == (planned.assessor.person_id, planned.application_id)
    practical = session.get_one(Practical, (planned.body_id, planned.practical.id))
    check_in_by_hand(session, practical, planned.practical.invigilator)
    with pytest.raises(Conflict, match="Somebody else marks"):
        open_sheet(session, planned.assessor, practical.id, now=NOW)
    replaced = planned.replace(planned.other)
    assert (replaced.from_id, replaced.to_id) == (planned.assessor.person_id, planned.other.person_id)
    assert to_replace(session, planned.body_id) == []
    open_sheet(session, planned.other, practical.id, now=NOW)
    with pytest.raises(NotFound):
        open_sheet(session, planned.assessor, practical.id, now=NOW)
    with pytest.raises(Conflict, match="has begun"):
        planned.replace(planned.assessor)
    planned.withdraw(named)


def test_a_name_that_is_taken_back_needs_nobody_else(session: Session) -> None:
    planned = Planned(session)
    planned.withdraw(planned.name(planned.assessor))
    assert to_replace(session, planned.body_id) == []
    practical = session.get_one(Practical, (planned.body_id, planned.practical.id))
    check_in_by_hand(session, practical, planned.practical.invigilator)
    open_sheet(session, planned.assessor, practical.id, now=NOW)


def test_whoever_marks_now_cannot_be_named(session: Session) -> None:
    planned = Planned(session, state=PracticalState.OPEN)
    with pytest.raises(Conflict, match="has begun to mark"):
        planned.name(planned.assessor)


def test_nobody_unfit_takes_a_sheet_over(session: Session) -> None:
    planned = Planned(session)
    planned.name(planned.other)
    with pytest.raises(Conflict, match="too close"):
        planned.replace(planned.other)
    with pytest.raises(Invalid, match="does not mark this practical yet"):
        planned.replace(planned.assessor)
    with pytest.raises(NotAllowed):
        planned.replace(planned.manager)
    third = make_actor(session, planned.body_id, Role.ASSESSOR)
    with pytest.raises(Invalid, match="5 to 500"):
        planned.replace(third, reason="ya")
    stranger = Planned(session, beside=planned)
    with pytest.raises(NotFound):
        replace_assessor(
            session,
            planned.manager,
            planned.application_id,
            session.scalars(select(Sheet.id).where(Sheet.practical_id == stranger.practical.id)).one(),
            third.person_id,
            reason=WHY,
            now=NOW,
        )


def test_a_search_finds_by_the_beginning_of_a_part_of_the_name_or_by_the_number(session: Session) -> None:
    planned = Planned(session)
    assert planned.find("cit") == ["Citra Ayu Misal"]
    assert planned.find("  AYU  mis ") == ["Citra Ayu Misal"]
    assert planned.find("tra") == []
    assert planned.find("Tidak Ada") == []
    registration = session.scalars(
        select(AssessorRegistration).where(AssessorRegistration.person_id == planned.other.person_id)
    ).one()
    registration.number = "MET-000-77"
    session.flush()
    assert planned.find("met-000-77") == ["Citra Ayu Misal"]
    assert planned.find("met-000") == []
    registration.valid_until = DAY - timedelta(days=1)
    session.flush()
    assert planned.find("cit") == []


def test_a_search_is_no_list_of_the_staff(session: Session) -> None:
    planned = Planned(session)
    for searched in ("", "ci", " . ", "%%%", "x" * 81):
        with pytest.raises(Invalid):
            planned.find(searched)
    for place in range(6):
        make_actor(session, planned.body_id, Role.ASSESSOR, name=f"Dewi {place} Misal")
    with pytest.raises(Invalid, match="more letters"):
        planned.find("dewi")
    for _ in range(MOST_SEARCHES):
        count_search(session, planned.candidate, now=NOW)
    with pytest.raises(NotAllowed, match="many searches"):
        count_search(session, planned.candidate, now=NOW)
