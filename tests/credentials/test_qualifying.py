"""A welder's qualification: what it rests on, who may give and end it, and that nobody does it alone."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from assessment.credentials.qualifying import (
    answer_qualification,
    proposals_of,
    propose_end,
    propose_qualification,
    standing_one,
)
from assessment.domain.certification.qualification import Basis
from assessment.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from assessment.domain.practicals.task_document import ReportKind
from assessment.domain.roles import Role
from assessment.web.actor import Actor
from tests.credentials.office import LATER, hidden, open_office
from tests.factories.accounts import NOW, make_actor
from tests.factories.certification import World, make_world
from tests.factories.credentials import make_issued, make_releaser
from tests.factories.qualification import make_piece
from tests.fixtures.sites import Site


def issued(session: Session) -> tuple[World, str, Actor, Actor]:
    world = make_world(session)
    releaser = make_releaser(session, world)
    return world, make_issued(session, world, releaser=releaser), releaser, world.quality


def standing(session: Session, credential_id: str) -> str | None:
    found = standing_one(proposals_of(session, "las", credential_id))
    return None if found is None else found.id


def test_two_people_give_it_and_two_end_it(signing: Session) -> None:
    _world, credential_id, releaser, quality = issued(signing)
    piece_id = make_piece(signing, credential_id)
    row = propose_qualification(signing, quality, credential_id, piece_id, Basis.RETEST, now=NOW)
    assert len(row.tests) == 2
    assert standing(signing, credential_id) is None
    with pytest.raises(Conflict):
        propose_qualification(signing, releaser, credential_id, piece_id, Basis.RETEST, now=NOW)
    with pytest.raises(NotAllowed):
        answer_qualification(signing, quality, credential_id, row.id, confirmed=True, note="", now=NOW)
    answer_qualification(signing, releaser, credential_id, row.id, confirmed=True, note="", now=NOW)
    assert standing(signing, credential_id) == row.id
    with pytest.raises(Conflict):
        answer_qualification(signing, releaser, credential_id, row.id, confirmed=False, note="", now=NOW)
    with pytest.raises(Invalid):
        propose_end(signing, releaser, credential_id, reason=" ", now=NOW)
    end = propose_end(signing, releaser, credential_id, reason="Laporan ditarik laboratorium.", now=NOW)
    assert standing(signing, credential_id) == row.id
    answer_qualification(
        signing, quality, credential_id, end.id, confirmed=True, note="", now=NOW + timedelta(seconds=1)
    )
    assert standing(signing, credential_id) is None
    with pytest.raises(Conflict):
        propose_end(signing, releaser, credential_id, reason="Sekali lagi diakhiri.", now=NOW)


def test_a_proposal_that_is_turned_down_gives_nothing(signing: Session) -> None:
    _world, credential_id, releaser, quality = issued(signing)
    piece_id = make_piece(signing, credential_id)
    row = propose_qualification(signing, quality, credential_id, piece_id, Basis.RETEST, now=NOW)
    answer_qualification(signing, releaser, credential_id, row.id, confirmed=False, note="Belum.", now=NOW)
    assert standing(signing, credential_id) is None
    assert propose_qualification(signing, quality, credential_id, piece_id, Basis.REVALIDATION, now=NOW).granted


@pytest.mark.parametrize(
    ("kinds", "refused"),
    [
        ((), ()),
        ((ReportKind.VISUAL,), ()),
        ((ReportKind.BEND,), ()),
        ((ReportKind.VISUAL, ReportKind.MACRO), ()),
        ((ReportKind.VISUAL, ReportKind.BEND), (ReportKind.BEND,)),
    ],
)
def test_without_every_test_there_is_none(
    signing: Session, kinds: tuple[ReportKind, ...], refused: tuple[ReportKind, ...]
) -> None:
    _world, credential_id, _releaser, quality = issued(signing)
    piece_id = make_piece(signing, credential_id, kinds=kinds, refused=refused)
    with pytest.raises(Conflict):
        propose_qualification(signing, quality, credential_id, piece_id, Basis.RETEST, now=NOW)


def test_what_is_not_there_or_says_nothing_is_refused(signing: Session) -> None:
    _world, credential_id, releaser, quality = issued(signing)
    with pytest.raises(NotFound):
        propose_qualification(signing, quality, credential_id, "0" * 16, Basis.RETEST, now=NOW)
    with pytest.raises(NotFound):
        propose_qualification(signing, quality, "0" * 16, "0" * 16, Basis.RETEST, now=NOW)
    with pytest.raises(NotFound):
        answer_qualification(signing, releaser, credential_id, "0" * 16, confirmed=True, note="", now=NOW)
    unclear = make_piece(signing, credential_id, joint="V")
    with pytest.raises(Invalid):
        propose_qualification(signing, quality, credential_id, unclear, Basis.RETEST, now=NOW)


def test_whoever_took_part_and_the_holder_have_no_say(signing: Session) -> None:
    world, credential_id, releaser, quality = issued(signing)
    piece_id = make_piece(signing, credential_id)
    for somebody, refusal in ((world.assessor, Conflict), (world.deciders[0], Conflict), (world.candidate, NotAllowed)):
        with pytest.raises(refusal):
            propose_qualification(signing, somebody, credential_id, piece_id, Basis.RETEST, now=NOW)
    row = propose_qualification(signing, releaser, credential_id, piece_id, Basis.RETEST, now=NOW)
    for somebody, refusal in ((world.assessor, Conflict), (world.deciders[0], Conflict), (world.candidate, NotAllowed)):
        with pytest.raises(refusal):
            answer_qualification(signing, somebody, credential_id, row.id, confirmed=True, note="", now=NOW)
    foreign = make_actor(signing, "las", Role.QUALITY_MANAGER)
    with pytest.raises(NotFound):
        answer_qualification(signing, foreign, "0" * 16, row.id, confirmed=True, note="", now=NOW)
    assert quality.person_id != releaser.person_id


def test_the_database_refuses_one_person_alone_and_a_change(signing: Session) -> None:
    _world, credential_id, releaser, quality = issued(signing)
    piece_id = make_piece(signing, credential_id)
    row = propose_qualification(signing, quality, credential_id, piece_id, Basis.RETEST, now=NOW)
    answer_qualification(signing, releaser, credential_id, row.id, confirmed=True, note="", now=NOW)
    for statement in (
        "UPDATE qualification SET granted = false",
        "DELETE FROM qualification",
        "UPDATE qualification_answer SET confirmed = false",
        "DELETE FROM qualification_answer",
    ):
        with pytest.raises(IntegrityError, match="append-only"), signing.begin_nested():
            signing.execute(text(statement))
    other = propose_qualification(signing, quality, credential_id, piece_id, Basis.RETEST, now=NOW)
    copied = text(
        "INSERT INTO qualification_answer (body_id, qualification_id, proposed_by, application_id, person_id, side, "
        "confirmed, note, answered_at) SELECT body_id, id, person_id, application_id, person_id, side, true, '', "
        "proposed_at FROM qualification WHERE id = :id"
    )
    with pytest.raises(IntegrityError, match="four_eyes"), signing.begin_nested():
        signing.execute(copied, {"id": other.id})


@pytest.mark.long_lock("the office is built in one go")
def test_the_office_gives_it_on_its_pages(signing_site: Site) -> None:
    office = open_office(signing_site)
    with office.writing() as session:
        make_piece(session, office.valid, now=LATER)
    address = f"/certificates/{office.valid}/welder-qualification"
    quality, releaser = office.signed_in(office.world.quality), office.signed_in(office.releaser)
    assert f'href="{address}"' in quality.get(f"/certificates/{office.valid}").text
    page = quality.get(address)
    fields = {name: hidden(page, name) for name in ("csrf_token", "once")}
    piece_id = hidden_choice(page.text)
    assert quality.post(address, data=fields).status_code == 422
    page = quality.get(address)
    fields = {name: hidden(page, name) for name in ("csrf_token", "once")}
    assert quality.post(address, data={**fields, "piece": piece_id, "basis": "9.3 a"}).status_code == 303
    assert 'name="answer"' not in quality.get(address).text
    page = releaser.get(address)
    fields = {name: hidden(page, name) for name in ("csrf_token", "once")}
    with office.writing() as session:
        [proposal] = proposals_of(session, "las", office.valid)
        answer = f"{address}/{proposal.row.id}"
    assert "Qualified range" not in signing_site.client().get(f"/v/{office.valid}?lang=en").text
    assert releaser.post(answer, data={**fields, "answer": "confirm"}).status_code == 303
    public = signing_site.client().get(f"/v/{office.valid}?lang=en").text
    assert "Qualified range: plate" in public
    assert "3 to 12 mm" in public
    assert 'action="' + address + '/end"' in releaser.get(address).text


def hidden_choice(html: str) -> str:
    """The value of the one test piece that can be chosen."""
    return html.split('name="piece" value="')[1].split('"')[0]
