"""A welder's qualification on the public page: ranges in plain words, what is for review, when it is silent."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from assessment.credentials.qualifying import answer_qualification, propose_end, propose_qualification
from assessment.credentials.tables import StatusPurpose
from assessment.domain.certification.qualification import Basis, Product, TestedWeld, Weld
from assessment.domain.credentials.json_text import write_object
from assessment.domain.credentials.verify import verify
from assessment.domain.language import PUBLIC_LANGUAGES
from assessment.verification.beside import Beside, Qualified
from assessment.verification.present_beside import with_beside
from assessment.verification.present_qualification import POSITIONS, present_qualified
from assessment.verification.sentences import State
from tests.credentials.office import LATER, Office, open_office
from tests.domain.credentials.certificates import NOW, signed, sources
from tests.factories.credentials import change_status
from tests.factories.qualification import WELDED, make_piece
from tests.fixtures.measuring import count_statements
from tests.fixtures.sites import Site, signer_of
from tests.verification.test_present import ENGLISH, page_of
from tests.verification.test_show import text_of

NOT_ONE = "National competence certificate; not an ISO 9606-1 qualification."


def qualified(position: str = "PC", *, basis: Basis = Basis.RETEST, t: str = "6", pipe: str | None = None) -> Qualified:
    return Qualified(
        edition="ISO 9606-1:2012",
        rules=1,
        basis=basis,
        welded_on=WELDED,
        weld=TestedWeld(
            process="SMAW (111)",
            product=Product.PIPE if pipe else Product.PLATE,
            weld=Weld.BUTT,
            position=position,
            thickness=Decimal(t),
            diameter=Decimal(pipe) if pipe else None,
        ),
    )


def lines(found: Qualified, today: date = WELDED) -> dict[str, tuple[str, bool]]:
    shown = present_qualified(found, today=today, language=ENGLISH)
    return {line.label: (line.value, bool(line.review)) for line in shown.lines}


def test_ranges_stand_in_plain_words_with_what_is_for_review() -> None:
    said = lines(qualified())
    assert said["Qualified range: plate"] == ("3 to 12 mm", False)
    assert said["Positions"] == ("flat (PA), horizontal (PC)", False)
    assert said["Kind of weld"] == ("butt weld (BW)", True)
    assert said["Edition"] == ("ISO 9606-1:2012, rule set 1", False)
    assert said["Date welded"][0] == "12 March 2026"
    assert said["Valid until"] == ("11 March 2029: a new test every three years (9.3 a)", False)
    assert lines(qualified("PF"))["Positions"][1]
    assert lines(qualified(t="12"))["Qualified range: plate"] == ("3 mm and more", True)
    assert lines(qualified(pipe="114.3"))["Pipe diameter"] == ("57.15 mm and more", False)
    assert "Qualified range: pipe" in lines(qualified(pipe="20"))
    assert lines(qualified(basis=Basis.CONFIRMATION))["Valid until"] == ("as long as it is confirmed (9.3 c)", True)


def test_what_no_rule_knows_stands_as_it_was_written() -> None:
    assert lines(qualified("PH-L045"))["Positions"] == ("PH-L045", True)
    assert "PA" in POSITIONS


def test_a_qualification_ends_the_day_after_its_last() -> None:
    last = date(2029, 3, 11)
    assert present_qualified(qualified(), today=last, language=ENGLISH).ended == ""
    assert present_qualified(qualified(), today=last + timedelta(days=1), language=ENGLISH).ended
    assert not present_qualified(qualified(basis=Basis.CONFIRMATION), today=date(2099, 1, 1), language=ENGLISH).ended


def test_the_sentence_that_there_is_none_gives_way_to_the_record() -> None:
    verification = verify(write_object(signed()), now=NOW, sources=sources())
    page = replace(page_of(), state=State.VALID, qualification=NOT_ONE)
    assert with_beside(page, verification, Beside(), today=WELDED, language=ENGLISH).qualification == NOT_ONE
    shown = with_beside(page, verification, Beside(qualified=qualified()), today=WELDED, language=ENGLISH)
    assert shown.qualified is not None
    assert "not an ISO 9606-1 qualification" in shown.qualified.lead
    assert shown.qualification == ""
    revoked = replace(page, state=State.REVOKED)
    assert with_beside(revoked, verification, Beside(qualified=qualified()), today=WELDED, language=ENGLISH) == revoked


@pytest.fixture
def office(site: Site) -> Iterator[Office]:
    with signer_of(site):
        yield open_office(site, full=True)


def qualify(office: Office, credential_id: str, **piece: str) -> None:
    """Two people of the office qualify the holder of a certificate."""
    with office.writing() as session:
        piece_id = make_piece(session, credential_id, now=LATER, **piece)
        row = propose_qualification(session, office.world.quality, credential_id, piece_id, Basis.RETEST, now=LATER)
        answer_qualification(session, office.releaser, credential_id, row.id, confirmed=True, note="", now=LATER)


@pytest.mark.long_lock("the office is built in one go")
def test_the_page_says_it_in_every_language_until_it_ends(office: Office) -> None:
    client = office.site.client()
    html = client.get(f"/v/{office.valid}?lang=en").text
    assert "Welder's qualification" not in text_of(html)
    qualify(office, office.valid)
    with count_statements(office.site.engine) as statements:
        html = client.get(f"/v/{office.valid}?lang=en").text
    assert len(statements) <= 12, statements
    text = text_of(html)
    assert "Welder's qualification" in text
    assert "Qualified range: plate 3 to 12 mm 3 ≤ t < 12 → 3 … 2t" in text
    assert "butt weld (BW) manual review" in text
    ranges = {
        text_of(client.get(f"/v/{office.valid}?lang={code}").text).count("SMAW (111)") for code in PUBLIC_LANGUAGES
    }
    assert min(ranges) >= 1
    assert "⁨3⁩" in client.get(f"/v/{office.valid}?lang=ar").text
    with office.writing() as session:
        end = propose_end(session, office.releaser, office.valid, reason="Laporan ditarik.", now=LATER)
        later = LATER + timedelta(minutes=1)
        answer_qualification(session, office.world.quality, office.valid, end.id, confirmed=True, note="", now=later)
    assert "Welder's qualification" not in text_of(client.get(f"/v/{office.valid}?lang=en").text)


@pytest.mark.long_lock("the office is built in one go")
def test_a_certificate_that_is_withdrawn_or_on_hold_vouches_for_none(office: Office) -> None:
    client = office.site.client()
    for credential_id in (office.revoked, office.suspended, office.expired):
        qualify(office, credential_id)
    shown = {
        name: " data-qualified>" in client.get(f"/v/{getattr(office, name)}?lang=en").text
        for name in ("valid", "revoked", "suspended", "expired")
    }
    assert shown == {"valid": False, "revoked": False, "suspended": False, "expired": True}
    with office.writing() as session:
        change_status(
            session, office.releaser, office.world.quality, office.expired, StatusPurpose.REVOCATION, now=LATER
        )
    office.work()
    assert " data-qualified>" not in client.get(f"/v/{office.expired}?lang=en").text


@pytest.mark.long_lock("the office is built in one go")
def test_what_somebody_typed_into_a_test_piece_cannot_become_markup(office: Office) -> None:
    qualify(office, office.valid, process="<script>alert(1)</script>", position="<b>X</b> \u202e3G")
    html = office.site.client().get(f"/v/{office.valid}?lang=en").text
    assert "<script>alert(1)" not in html
    assert "&lt;script&gt;alert(1)" in html
    assert "\u202e" not in html
