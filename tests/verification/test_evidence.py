"""What lies behind a certificate: the sitting, the assessors, the pass mark, since when its status is as it is."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from sqlalchemy.orm import Session

from assessment.accounts.ids import new_id
from assessment.credentials.tables import CredentialIntent, StatusPurpose
from assessment.exams.tables import Form, FormState, RosterEntry, Sitting
from assessment.verification.evidence import Evidence, Exam, PassMark, agreement
from assessment.verification.present_evidence import exam_lines, since_lines
from assessment.verification.sentences import State
from tests.credentials.office import Office, open_office
from tests.factories.accounts import make_site
from tests.factories.practicals import make_practical, mark_all
from tests.factories.verification import DRAWN_ANEW, House, Made, open_house
from tests.factories.visitors import writing_on
from tests.fixtures.measuring import count_statements
from tests.fixtures.sites import Site, signer_of
from tests.verification.test_present import ENGLISH
from tests.verification.test_show import text_of

EXAM_DAY = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
EXAM = Exam(
    registered_at=EXAM_DAY - timedelta(days=3),
    starts_at=EXAM_DAY,
    late=False,
    decided=25,
    competent=18,
    pass_mark=PassMark(
        cut=Fraction(7, 10), method="angoff", judges=6, set_at=datetime(2026, 1, 5, tzinfo=UTC), provisional=False
    ),
)


@pytest.fixture
def house(site: Site) -> House:
    return open_house(site)


def hold_sitting(house: House, certificates: list[Made], late: Made | None = None) -> None:
    """Put the holders of certificates on the roster of one sitting, three days before it."""
    with writing_on(house.site, body_id=house.body_id) as session:
        form = Form(
            body_id=house.body_id,
            id=new_id(),
            scheme_version_id=house.scheme.scheme_version_id,
            code="A",
            state=FormState.READY,
            seed=b"seed",
            blueprint={},
            minutes=60,
            cut=Fraction(7, 10),
            cut_method="angoff",
            cut_judges=6,
            cut_on=date(2026, 1, 5),
            provisional=False,
            created_at=EXAM_DAY - timedelta(days=60),
            created_by=None,
        )
        session.add(form)
        session.flush()
        sitting = Sitting(
            body_id=house.body_id,
            id=new_id(),
            form_id=form.id,
            site_id=make_site(session, house.body_id),
            code="S1",
            starts_at=EXAM_DAY,
            closes_at=EXAM_DAY + timedelta(hours=2),
            roster_closed_at=None,
            roster_closed_by=None,
        )
        session.add(sitting)
        session.flush()
        for made in certificates:
            intent = session.get_one(CredentialIntent, (house.body_id, made.public_id))
            session.add(
                RosterEntry(
                    body_id=house.body_id,
                    sitting_id=sitting.id,
                    application_id=intent.application_id,
                    person_id=made.person_id,
                    late_reason="came from another sitting" if made is late else None,
                    extra_seconds=0,
                    added_at=EXAM_DAY - timedelta(days=3),
                    added_by=None,
                )
            )


def test_the_sitting_is_told_with_figures_from_ten_candidates_on(house: House) -> None:
    certificates = [house.make(name=f"Peserta {letter}") for letter in "ABCDEFGHI"]
    hold_sitting(house, certificates, late=certificates[1])
    client = house.site.client()
    text = text_of(client.get(f"/v/{certificates[0].public_id}?lang=en").text)
    assert "Registered on 7 March 2026, before the exam on 10 March 2026" in text
    assert "Pass mark of the written exam 70 %, set by 6 judges on 5 January 2026 (Angoff)" in text
    assert "This sitting" not in text
    assert "late, on 7 March 2026" in text_of(client.get(f"/v/{certificates[1].public_id}?lang=en").text)
    assert "2026年3月7日" in client.get(f"/v/{certificates[0].public_id}?lang=ja").text
    with count_statements(house.site.engine) as statements:
        client.get(f"/v/{certificates[0].public_id}?lang=en", headers=DRAWN_ANEW)
    assert 0 < len(statements) <= 12, statements


def test_figures_come_from_ten_on_and_methods_are_named() -> None:
    said = dict(exam_lines(Evidence(exam=EXAM, assessors=2, agreed=11, compared=12), ENGLISH))
    assert said["This sitting"] == "18 of 25 candidates were found competent"
    assert said["Independent assessors"] == "2"
    assert said["Agreement between assessors"] == "the same mark for 11 of 12 criteria that two of them marked"
    assert "This sitting" not in dict(exam_lines(Evidence(exam=replace(EXAM, decided=9)), ENGLISH))
    provisional = replace(EXAM, pass_mark=replace(EXAM.pass_mark, provisional=True, cut=Fraction(2, 3)))
    assert dict(exam_lines(Evidence(exam=provisional), ENGLISH))["Pass mark of the written exam"] == (
        "66.7 %, provisional"
    )
    assert exam_lines(None, ENGLISH) == exam_lines(Evidence(), ENGLISH) == ()


def test_a_status_says_since_when() -> None:
    evidence = Evidence(since={StatusPurpose.REVOCATION: EXAM_DAY, StatusPurpose.SUSPENSION: EXAM_DAY})
    assert since_lines(State.REVOKED, evidence, ENGLISH) == (("Withdrawn on", "10 March 2026"),)
    assert since_lines(State.SUSPENDED, evidence, ENGLISH) == (("On hold since", "10 March 2026"),)
    assert since_lines(State.VALID, evidence, ENGLISH) == since_lines(State.REVOKED, None, ENGLISH) == ()


@pytest.fixture
def office(site: Site) -> Iterator[Office]:
    with signer_of(site):
        yield open_office(site, full=True)


@pytest.mark.long_lock("the office is built in one go")
def test_the_page_of_a_withdrawn_certificate_says_when(office: Office) -> None:
    client = office.site.client()
    assert "Withdrawn on" in client.get(f"/v/{office.revoked}?lang=en").text
    assert "On hold since" in client.get(f"/v/{office.suspended}?lang=en").text
    assert "On hold since" not in client.get(f"/v/{office.valid}?lang=en").text


def test_agreement_is_of_marks_made_unseen(session: Session) -> None:
    practical = make_practical(session, others=1)
    assert agreement(session, practical.body_id, practical.application_id) == (0, 0)
    mark_all(session, practical)
    assert agreement(session, practical.body_id, practical.application_id) == (0, 0)
    mark_all(session, replace(practical, assessor=practical.others[0]))
    agreed, compared = agreement(session, practical.body_id, practical.application_id)
    assert agreed == compared > 0


def test_levels_periods_and_the_exact_text_are_on_the_page(house: House) -> None:
    html = house.site.client().get(f"/v/{house.make().public_id}?lang=en").text
    text = text_of(html)
    assert "Competent Every criterion of the unit was proved by sufficient evidence." in text
    assert "National certificate from 14 March 2026 until 13 March 2029" in text
    assert "National competence certificate; not an ISO 9606-1 qualification." in text
    assert '<p class="small" lang="id" dir="ltr">Juru las pelat SMAW</p>' in html
    assert '<p class="small" lang="id" dir="ltr">Rekaman Uji</p>' in html
