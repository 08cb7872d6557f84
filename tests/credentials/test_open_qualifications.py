"""A proposed welder's qualification waits for a second person: on that person's page of today, and on a list."""

import pytest

from assessment.credentials.qualifying import answer_qualification, proposals_of, propose_end, propose_qualification
from assessment.domain.certification.qualification import Basis
from assessment.domain.roles import Role
from assessment.web.actor import Actor
from tests.credentials.office import BODY, LATER, Office, open_office
from tests.factories.accounts import make_actor
from tests.factories.qualification import make_piece
from tests.fixtures.measuring import count_statements
from tests.fixtures.sites import Site

pytestmark = pytest.mark.long_lock("the office is built in one go")

PILE = "Kualifikasi juru las untuk orang kedua"
LIST = "/welder-qualifications"


@pytest.fixture
def office(signing_site: Site) -> Office:
    """The office, where the quality manager has proposed a qualification."""
    office = open_office(signing_site)
    with office.writing() as session:
        piece_id = make_piece(session, office.valid, now=LATER)
        propose_qualification(session, office.world.quality, office.valid, piece_id, Basis.RETEST, now=LATER)
    return office


def waits_for(office: Office, actor: Actor) -> bool:
    """Whether the proposal stands on somebody's page of today, with the way to it."""
    page = office.signed_in(actor).get("/today").text
    assert (PILE in page) is (f'href="/certificates/{office.valid}/welder-qualification"' in page)
    return PILE in page


def answer(office: Office, actor: Actor, *, confirmed: bool) -> None:
    with office.writing() as session:
        waiting = next(each for each in proposals_of(session, BODY, office.valid) if each.answer is None)
        answer_qualification(session, actor, office.valid, waiting.row.id, confirmed=confirmed, note="", now=LATER)


def test_it_waits_for_those_who_may_answer_until_somebody_did(office: Office) -> None:
    with office.writing() as session:
        other = make_actor(session, BODY, Role.QUALITY_MANAGER, name="Rina Contoh")
        # In the office, too, but on another side of this application.
        assessor = make_actor(session, BODY, Role.RELEASER, person_id=office.world.assessor.person_id)
        holder = make_actor(session, BODY, Role.RELEASER, person_id=office.world.candidate.person_id)
    for actor in (office.releaser, other):
        assert waits_for(office, actor)
    for actor in (office.world.quality, assessor, holder, office.stranger):
        assert not waits_for(office, actor)
    page = office.signed_in(office.releaser).get(LIST).text
    assert ("Menunggu Anda" in page, "LAS-2026-000001" in page) == (True, True)
    assert "Usulan Anda" in office.signed_in(office.world.quality).get(LIST).text
    assert "Menunggu orang lain" in office.signed_in(assessor).get(LIST).text
    assert "LAS-2026-000001" not in office.signed_in(office.stranger).get(LIST).text

    answer(office, office.releaser, confirmed=True)
    for actor in (office.releaser, other, office.world.quality):
        assert not waits_for(office, actor)
    assert "LAS-2026-000001" not in office.signed_in(office.releaser).get(LIST).text

    with office.writing() as session:
        propose_end(session, office.releaser, office.valid, reason="Laporan ditarik laboratorium.", now=LATER)
    assert waits_for(office, office.world.quality)
    assert "Akhir kualifikasi" in office.signed_in(office.world.quality).get("/today").text
    assert not waits_for(office, office.releaser)
    answer(office, office.world.quality, confirmed=False)
    assert not waits_for(office, office.world.quality)


def test_both_pages_take_at_most_twelve_statements(office: Office) -> None:
    with office.writing() as session:
        both = make_actor(session, BODY, Role.RELEASER, Role.QUALITY_MANAGER, Role.ADMINISTRATOR, name="Semua Contoh")
    for actor, paths in ((office.releaser, ("/today", LIST)), (both, (LIST,))):
        client = office.signed_in(actor)
        for path in paths:
            client.get(path)
            with count_statements(office.site.engine) as statements:
                assert client.get(path).status_code == 200
            assert len(statements) <= 12, f"{path}\n" + "\n".join(statements)
