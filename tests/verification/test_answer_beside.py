"""What programs are told beside a certificate: ranges and days as values, and null where the page is silent."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from assessment.credentials.sharing import make_link
from assessment.credentials.tables import Shown
from assessment.domain.certification.qualification import Basis
from assessment.domain.credentials.json_text import write_object
from assessment.domain.credentials.verdict import Verdict, Verification
from assessment.domain.credentials.verify import verify
from assessment.verification.answer_beside import beside_answer
from assessment.verification.beside import Beside, Stated
from assessment.verification.confirming import Statement, state
from assessment.verification.own_confirmations import make_confirmation_link
from tests.credentials.office import LATER, Office, open_office
from tests.domain.credentials.certificates import NOW, signed, sources
from tests.factories.qualification import WELDED
from tests.fixtures.sites import Site, signer_of
from tests.verification.test_qualification_on_page import qualified, qualify

STATED = Statement(
    name="Adi Misal",
    function="Welding supervisor",
    company="Misal Co.",
    first_day=date(2026, 4, 1),
    last_day=date(2026, 4, 20),
)


@pytest.fixture
def verification() -> Verification:
    return verify(write_object(signed()), now=NOW, sources=sources())


def told(verification: Verification, beside: Beside | None, today: date = WELDED) -> dict[str, Any]:
    answer: dict[str, Any] = beside_answer(verification, beside, today=today)
    return answer


def test_a_qualification_is_told_in_values(verification: Verification) -> None:
    assert told(verification, Beside(qualified=qualified()))["qualification"] == {
        "edition": "ISO 9606-1:2012",
        "rules": 1,
        "basis": "9.3 a",
        "welded_on": "2026-03-12",
        "last_day": "2029-03-11",
        "last_day_confirmed": True,
        "ended": False,
        "tested": {
            "process": "SMAW (111)",
            "product": "P",
            "weld": "BW",
            "position": "PC",
            "thickness": 6,
            "weld_thickness": None,
            "diameter": None,
            "unit": "mm",
        },
        "ranges": [
            {
                "quantity": "thickness",
                "codes": [],
                "lower": 3,
                "upper": 12,
                "unit": "mm",
                "rule": "3 ≤ t < 12 → 3 … 2t",
                "confirmed": True,
            },
            {
                "quantity": "position",
                "codes": ["PA", "PC"],
                "lower": None,
                "upper": None,
                "unit": None,
                "rule": "BW PC → PA, PC",
                "confirmed": True,
            },
            {
                "quantity": "weld",
                "codes": ["BW"],
                "lower": None,
                "upper": None,
                "unit": None,
                "rule": "BW → BW",
                "confirmed": False,
            },
        ],
    }


def test_lengths_are_numbers_and_an_open_end_is_null(verification: Verification) -> None:
    found = told(verification, Beside(qualified=qualified(pipe="114.3", t="12.5")))["qualification"]
    assert (found["tested"]["product"], found["tested"]["diameter"], found["tested"]["thickness"]) == ("T", 114.3, 12.5)
    limits = {each["quantity"]: (each["lower"], each["upper"]) for each in found["ranges"]}
    assert limits["thickness"] == (3, None)
    assert limits["diameter"] == (57.15, None)


def test_a_number_that_was_typed_long_stays_a_number(verification: Verification) -> None:
    found = qualified()
    long = replace(found, weld=replace(found.weld, thickness=Decimal("6.000"), diameter=Decimal("1E+2")))
    tested = told(verification, Beside(qualified=long))["qualification"]["tested"]
    assert (tested["thickness"], tested["diameter"]) == (6, 100)


def test_when_it_ends_follows_its_basis(verification: Verification) -> None:
    def end(basis: Basis, today: date) -> tuple[Any, ...]:
        found = told(verification, Beside(qualified=qualified(basis=basis)), today)["qualification"]
        return found["last_day"], found["last_day_confirmed"], found["ended"]

    last = date(2029, 3, 11)
    assert end(Basis.RETEST, last) == ("2029-03-11", True, False)
    assert end(Basis.RETEST, last + timedelta(days=1)) == ("2029-03-11", True, True)
    assert end(Basis.REVALIDATION, WELDED) == ("2028-03-11", False, False)
    assert end(Basis.CONFIRMATION, date(2099, 1, 1)) == (None, False, False)


def test_a_statement_is_told_as_unchecked_with_how_long_it_lasts(verification: Verification) -> None:
    beside = Beside(stated=Stated(statement=STATED, stated_on=date(2026, 4, 21)))
    assert told(verification, beside, date(2026, 10, 20))["confirmation"] == {
        "lapsed": False,
        "since": "2026-04-20",
        "holds_until": "2026-10-20",
        "stated": {
            "name": "Adi Misal",
            "function": "Welding supervisor",
            "company": "Misal Co.",
            "first_day": "2026-04-01",
            "last_day": "2026-04-20",
            "stated_on": "2026-04-21",
            "checked": False,
        },
    }
    assert told(verification, beside, date(2026, 10, 21))["confirmation"]["lapsed"]


def test_of_a_welder_it_is_told_that_nobody_stated_anything(verification: Verification) -> None:
    begins = verification.clocks[0].start.date().isoformat()
    nothing = {"lapsed": True, "since": begins, "holds_until": None, "stated": None}
    assert told(verification, Beside())["confirmation"] == nothing
    facts = verification.facts
    assert facts is not None
    kitchen = replace(verification, facts=replace(facts, description="Exam and practical in Jakarta."))
    assert told(kitchen, Beside()) == {"qualification": None, "confirmation": None}
    assert told(kitchen, Beside(qualified=qualified()))["confirmation"] == nothing


@pytest.mark.parametrize(
    "verdict", [Verdict.REVOKED, Verdict.SUSPENDED, Verdict.FORGED, Verdict.CANNOT_CHECK, Verdict.NOT_YET_VALID]
)
def test_what_does_not_stand_vouches_for_nothing(verification: Verification, verdict: Verdict) -> None:
    beside = Beside(qualified=qualified(), stated=Stated(statement=STATED, stated_on=WELDED))
    nothing = {"qualification": None, "confirmation": None}
    assert told(replace(verification, verdict=verdict), beside) == nothing
    assert told(replace(verification, verdict=Verdict.EXPIRED), beside)["qualification"]
    assert told(verification, None) == nothing


@pytest.fixture
def office(site: Site) -> Iterator[Office]:
    with signer_of(site):
        yield open_office(site, full=True)


def answer_of(office: Office, credential_id: str, path: str = "/v/") -> dict[str, Any]:
    response = office.site.client().get(f"{path}{credential_id}", headers={"Accept": "application/json"})
    assert response.mimetype == "application/json"
    found: dict[str, Any] = response.json
    return found


@pytest.mark.long_lock("the office is built in one go")
def test_the_answer_of_an_address_says_both(office: Office) -> None:
    before = answer_of(office, office.valid)
    assert before["qualification"] is None
    assert before["confirmation"] is None
    hostile = '</script>"\u202e'
    for credential_id in (office.valid, office.revoked):
        qualify(office, credential_id, process="SMAW (111) <b>")
    with office.writing() as session:
        link = make_confirmation_link(session, office.world.candidate, office.valid, now=LATER)
        day = LATER.date()
        said = replace(STATED, company=hostile, first_day=day, last_day=day)
        begins = date(2026, 1, 1)
        state(session, link, said, begins=begins, today=day, now=LATER)
    after = answer_of(office, office.valid)
    assert after["v"] == 1
    assert [each["quantity"] for each in after["qualification"]["ranges"]] == ["thickness", "position", "weld"]
    assert after["qualification"]["tested"]["process"] == "SMAW (111) <b>"
    assert after["confirmation"]["stated"]["company"] == hostile
    assert not after["confirmation"]["lapsed"]
    assert {name: after[name] for name in before if name not in ("qualification", "confirmation")} == {
        name: before[name] for name in before if name not in ("qualification", "confirmation")
    }
    revoked = answer_of(office, office.revoked)
    assert (revoked["qualification"], revoked["confirmation"]) == (None, None)
    nowhere = answer_of(office, "0" * 16)
    assert (nowhere["qualification"], nowhere["confirmation"]) == (None, None)
    assert nowhere.keys() == after.keys()


@pytest.mark.long_lock("the office is built in one go")
def test_a_link_tells_no_more_than_its_page(office: Office) -> None:
    qualify(office, office.valid)
    with office.writing() as session:
        link = make_confirmation_link(session, office.world.candidate, office.valid, now=LATER)
        day = LATER.date()
        state(session, link, replace(STATED, first_day=day, last_day=day), begins=day, today=day, now=LATER)
        links = {each: make_link(session, office.world.candidate, office.valid, each, now=LATER) for each in Shown}
    answers = {each: answer_of(office, link_id, "/l/") for each, link_id in links.items()}
    assert answers[Shown.WHOLE]["confirmation"]["stated"]["name"] == "Adi Misal"
    assert answers[Shown.WHOLE]["qualification"] == answers[Shown.RESULT]["qualification"]
    assert answers[Shown.RESULT]["qualification"]["edition"] == "ISO 9606-1:2012"
    assert "confirmation" not in answers[Shown.RESULT]
    assert "Adi Misal" not in str(answers[Shown.RESULT])
    assert answers[Shown.YES_OR_NO].keys() == {"v", "shows", "valid", "scheme", "issuer", "as_of"}
