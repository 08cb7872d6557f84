"""The end of a practical is confirmed by its assessor and by the candidate, each in a way of their own."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from assessment.accounts.persons import documents_of, erase_person, name_of
from assessment.database import db
from assessment.domain.errors import Conflict, Invalid, NotFound
from assessment.domain.roles import Role
from assessment.practicals.confirming import Confirmed, candidate_says, confirm_sheet, ended_of, waits
from assessment.practicals.submitting import submit
from assessment.practicals.tables_ending import CandidateConfirmation, CandidateSays, SheetConfirmation, Way
from assessment.web.actor import Actor
from tests.factories.accounts import NOW, PASSWORD, make_actor
from tests.factories.practicals import MadePractical, make_practical, mark_all
from tests.factories.visitors import Visitor, signed_in, writing_on
from tests.fixtures.measuring import count_statements
from tests.fixtures.sites import Site
from tests.practicals.test_requests import login_of, made_on

LATER = NOW + timedelta(minutes=40)
TYPED = Confirmed(way=Way.TYPED)
DRAWING = json.dumps({"v": 1, "width": 300, "height": 100, "strokes": [[[x, x // 2] for x in range(10, 150, 7)]]})
WHY = "Mesin las sempat mati sepuluh menit."


def says(
    session: Session,
    practical: MadePractical,
    what: CandidateSays,
    confirmed: Confirmed | None = TYPED,
    remark: str = "",
    actor: Actor | None = None,
) -> None:
    candidate_says(
        session,
        actor or practical.assessor,
        practical.id,
        what,
        confirmed,
        remark=remark,
        shown={"task": "CONTOH-P1"},
        now=LATER,
    )


def hand_in(session: Session, practical: MadePractical, actor: Actor | None = None) -> None:
    actor = actor or practical.assessor
    mark_all(session, MadePractical(**{**practical.__dict__, "assessor": actor}))
    submit(session, actor, practical.id, now=LATER)


@pytest.fixture
def practical(session: Session) -> MadePractical:
    made = make_practical(session, others=1)
    hand_in(session, made)
    return made


def test_an_assessor_confirms_the_seal_once(session: Session, practical: MadePractical) -> None:
    assert waits(session, practical.assessor, practical.id)
    confirm_sheet(session, practical.assessor, practical.id, TYPED, now=LATER)
    assert not waits(session, practical.assessor, practical.id)
    (ended,) = ended_of(session, practical.body_id, practical.id, [practical.assessor.person_id])
    assert [(each.round, each.way, len(each.receipt)) for each in ended.confirmations] == [(1, Way.TYPED, 64)]
    with pytest.raises(Conflict, match="already"):
        confirm_sheet(session, practical.assessor, practical.id, TYPED, now=LATER)


def test_nothing_is_confirmed_before_the_submission_or_by_a_stranger(
    session: Session, practical: MadePractical
) -> None:
    for act in (
        lambda actor: confirm_sheet(session, actor, practical.id, TYPED, now=LATER),
        lambda actor: says(session, practical, CandidateSays.AGREES, actor=actor),
    ):
        with pytest.raises(Conflict, match="not submitted"):
            act(practical.others[0])
        with pytest.raises(NotFound):
            act(practical.invigilator)


def test_the_candidate_may_disagree_and_refuse_and_every_word_stays(session: Session, practical: MadePractical) -> None:
    says(session, practical, CandidateSays.REFUSED, None)
    with pytest.raises(Invalid, match="why you do not agree"):
        says(session, practical, CandidateSays.DISAGREES, remark=" \n ")
    says(session, practical, CandidateSays.DISAGREES, remark=WHY)
    says(session, practical, CandidateSays.AGREES)
    (ended,) = ended_of(session, practical.body_id, practical.id, [practical.assessor.person_id])
    assert [(each.number, each.says, each.remark) for each in ended.said] == [
        (1, CandidateSays.REFUSED, ""),
        (2, CandidateSays.DISAGREES, WHY),
        (3, CandidateSays.AGREES, ""),
    ]
    assert {each.person_id for each in ended.said} == {practical.candidate_id}
    assert ended.said[0].shown == {"v": 1, "task": "CONTOH-P1"}
    # It stops nothing: the other assessor submits, and the result follows.
    hand_in(session, practical, practical.others[0])


@pytest.mark.parametrize(
    ("what", "confirmed", "remark"),
    [
        (CandidateSays.AGREES, None, ""),
        (CandidateSays.REFUSED, TYPED, ""),
        (CandidateSays.AGREES, TYPED, "x" * 1_001),
        (CandidateSays.AGREES, TYPED, "a\0b"),
    ],
)
def test_what_does_not_fit_is_refused(
    session: Session, practical: MadePractical, what: CandidateSays, confirmed: Confirmed | None, remark: str
) -> None:
    with pytest.raises(Invalid):
        says(session, practical, what, confirmed, remark)


def test_a_candidate_does_not_fill_the_database(session: Session, practical: MadePractical) -> None:
    for _ in range(20):
        says(session, practical, CandidateSays.AGREES)
    with pytest.raises(Conflict, match="said enough"):
        says(session, practical, CandidateSays.AGREES)


@pytest.mark.parametrize("table", ["candidate_confirmation", "sheet_confirmation"])
def test_the_database_itself_keeps_what_was_confirmed(session: Session, practical: MadePractical, table: str) -> None:
    says(session, practical, CandidateSays.AGREES)
    confirm_sheet(session, practical.assessor, practical.id, TYPED, now=LATER)
    with pytest.raises(IntegrityError, match="append-only"), session.begin_nested():
        session.execute(text(f"DELETE FROM {table}"))


# --- over HTTP


def submitted_on(site: Site, **options: Any) -> MadePractical:
    practical = made_on(site, **options)
    with writing_on(site) as session:
        hand_in(session, practical)
    return practical


def visit(site: Site, actor: Actor, practical: MadePractical) -> Visitor:
    visitor = signed_in(site, login_of(site, actor.account_id or ""))
    visitor.get(f"/practicals/{practical.id}/confirm")
    return visitor


def known(site: Site, practical: MadePractical, person_id: str) -> tuple[str, str]:
    """A person's name and the end of their first document's number."""
    with site.app.app_context():
        documents = documents_of(db.session(), practical.body_id, person_id)
        end = documents[0].number[-4:] if documents else ""
        return name_of(db.session(), practical.body_id, person_id).text, end


def rows(site: Site, table: type[Any]) -> list[Any]:
    with site.app.app_context():
        return list(db.session.scalars(select(table)))


def test_a_drawn_signature_is_kept_sealed_and_shown_on_the_record(site: Site) -> None:
    practical = submitted_on(site)
    visitor = visit(site, practical.assessor, practical)
    confirm, candidate = (f"/practicals/{practical.id}/confirm{end}" for end in ("", "/candidate"))
    assert visitor.post(confirm, {"drawing": DRAWING}).status_code == 303
    assert visitor.post(candidate, {"says": "disagrees", "remark": WHY, "drawing": DRAWING}).status_code == 303
    record = visitor.get(f"/practicals/{practical.id}/record?lang=en").get_data(as_text=True)
    assert "signed on the tablet" in record
    assert "Does not agree" in record
    assert WHY in record
    storage = site.app.extensions["storage"]
    digests = {rows(site, SheetConfirmation)[0].signature, rows(site, CandidateConfirmation)[0].signature}
    for digest in digests:
        assert digest in record
        shown = visitor.get(f"/practicals/{practical.id}/signatures/{digest}")
        assert (shown.status_code, shown.mimetype) == (200, "image/svg+xml")
        assert shown.get_data(as_text=True).startswith("<svg")
        assert "default-src 'none'" in shown.headers["Content-Security-Policy"]
        assert b"<svg" not in storage.get(digest)
    assert len(digests) == 2
    with writing_on(site) as session:
        erase_person(session, practical.body_id, practical.candidate_id, now=LATER)
    gone = rows(site, CandidateConfirmation)[0].signature
    assert visitor.get(f"/practicals/{practical.id}/signatures/{gone}").status_code == 404


def test_the_name_is_typed_with_what_only_they_know(site: Site) -> None:
    practical = submitted_on(site)
    visitor = visit(site, practical.assessor, practical)
    own, _ = known(site, practical, practical.assessor.person_id)
    name, end = known(site, practical, practical.candidate_id)
    confirm, candidate = (f"/practicals/{practical.id}/confirm{end}" for end in ("", "/candidate"))
    assert visitor.post(confirm, {"name": own, "password": "x"}).status_code == 422
    assert visitor.post(confirm, {"name": "Orang Lain", "password": PASSWORD}).status_code == 422
    assert visitor.post(confirm, {}).status_code == 422
    assert rows(site, SheetConfirmation) == []
    assert visitor.post(confirm, {"name": f" {own.upper()} ", "password": PASSWORD}).status_code == 303
    assert visitor.post(candidate, {"says": "agrees", "name": name, "last": "9X9X"}).status_code == 422
    assert visitor.post(candidate, {"says": "agrees", "name": name, "last": ""}).status_code == 422
    assert visitor.post(candidate, {"says": "perhaps", "name": name, "last": end}).status_code == 422
    assert rows(site, CandidateConfirmation) == []
    assert visitor.post(candidate, {"says": "agrees", "name": name, "last": end.lower()}).status_code == 303
    assert [each.way for each in rows(site, CandidateConfirmation)] == [Way.TYPED]


def test_guessing_ends(site: Site) -> None:
    practical = submitted_on(site)
    visitor = visit(site, practical.assessor, practical)
    name, end = known(site, practical, practical.candidate_id)
    address = f"/practicals/{practical.id}/confirm/candidate"
    answers = [visitor.post(address, {"says": "agrees", "name": name, "last": f"000{n}"}) for n in range(6)]
    assert {each.status_code for each in answers} == {422}
    assert visitor.post(address, {"says": "agrees", "name": name, "last": end}).status_code == 403
    assert visitor.post(address, {"says": "agrees", "drawing": DRAWING}).status_code == 303


@pytest.mark.parametrize("drawing", ["<svg/>", "[]", DRAWING.replace("300", '"1 onload=x"'), "x" * 70_000])
def test_a_hostile_drawing_is_refused_plainly(site: Site, drawing: str) -> None:
    practical = submitted_on(site)
    visitor = visit(site, practical.assessor, practical)
    answer = visitor.post(f"/practicals/{practical.id}/confirm?lang=en", {"drawing": drawing})
    assert answer.status_code == 422
    assert "Draw it again" in answer.get_data(as_text=True)


def test_one_assessor_is_told_nothing_of_the_others_confirmation(site: Site) -> None:
    practical = made_on(site, others=1)
    other = practical.others[0]
    with writing_on(site) as session:
        hand_in(session, practical)
        says(session, practical, CandidateSays.DISAGREES, remark=WHY)
        confirm_sheet(session, practical.assessor, practical.id, TYPED, now=LATER)
    visitor = visit(site, other, practical)
    assert visitor.get(f"/practicals/{practical.id}/confirm").status_code == 409
    assert WHY not in visitor.get(f"/practicals/{practical.id}/record").get_data(as_text=True)
    own = visit(site, practical.assessor, practical)
    signed = own.post(f"/practicals/{practical.id}/confirm/candidate", {"says": "agrees", "drawing": DRAWING})
    assert signed.status_code == 303
    digest = next(each.signature for each in rows(site, CandidateConfirmation) if each.signature)
    assert visitor.get(f"/practicals/{practical.id}/signatures/{digest}").status_code == 404
    with writing_on(site) as session:
        hand_in(session, practical, other)
    assert visitor.get(f"/practicals/{practical.id}/signatures/{digest}").status_code == 200
    assert WHY in visitor.get(f"/practicals/{practical.id}/record").get_data(as_text=True)
    assert WHY not in visitor.get(f"/practicals/{practical.id}/confirm").get_data(as_text=True)


def test_the_candidates_page_shows_no_mark(site: Site) -> None:
    practical = submitted_on(site)
    visitor = visit(site, practical.assessor, practical)
    page = visitor.get(f"/practicals/{practical.id}/confirm/candidate?lang=en").get_data(as_text=True)
    assert "Sample task (en)" in page
    for word in ("Level 2", "Criterion J1", "Sufficient", "0.5 mm"):
        assert word not in page


def test_closing_over_http_and_what_the_pages_cost(site: Site) -> None:
    practical = submitted_on(site)
    with writing_on(site) as session:
        quality = make_actor(session, practical.body_id, Role.QUALITY_MANAGER)
    watching = signed_in(site, login_of(site, practical.invigilator.account_id))
    address = f"/practicals/{practical.id}"
    watching.get(f"{address}/closing")
    assert watching.post(f"{address}/reopen", {"reason": WHY}).status_code == 409
    assert watching.post(f"{address}/close", {"remark": "Semua selesai."}).status_code == 303
    assert watching.post(f"{address}/reopen", {"reason": ""}).status_code == 422
    page = watching.get(f"{address}/closing?lang=en").get_data(as_text=True)
    assert "This practical is closed" in page
    assert "Semua selesai." in page
    assessor = visit(site, practical.assessor, practical)
    assert assessor.get(f"{address}/closing").status_code == 404
    assert assessor.post(f"{address}/close").status_code == 404
    reader = signed_in(site, login_of(site, quality.account_id))
    assert "Open it again" not in reader.get(f"{address}/closing?lang=en").get_data(as_text=True)
    assert reader.post(f"{address}/reopen", {"reason": WHY}).status_code in (403, 404)
    for visitor, page_of in (
        (watching, "closing"),
        (watching, "held"),
        (assessor, "confirm"),
        (assessor, "confirm/candidate"),
        (assessor, "record"),
        (assessor, "finish"),
    ):
        with count_statements(site.engine) as seen:
            assert visitor.get(f"{address}/{page_of}").status_code == 200, page_of
        assert len(seen) <= 12, (page_of, len(seen))
    assert watching.post(f"{address}/reopen", {"reason": WHY}).status_code == 303
