"""The pages of releaser, quality manager and holder: what they show, what they refuse, what they cost."""

import io
import json

import pytest
import zxingcpp
from PIL import Image

from assessment.credentials.tables import StatusChange, StatusPurpose
from assessment.database import db
from assessment.domain.credentials.json_text import read_object
from assessment.domain.credentials.status_list import StatusPurpose as Purpose
from assessment.domain.credentials.status_list import read_list
from assessment.domain.roles import Role
from tests.credentials.office import BODY, Office, hidden, open_office, propose_revocation
from tests.factories.accounts import make_actor
from tests.fixtures.measuring import count_statements
from tests.fixtures.sites import Site

pytestmark = pytest.mark.long_lock("the office is built in one go")


@pytest.fixture
def office(signing_site: Site) -> Office:
    return open_office(signing_site)


@pytest.fixture
def full_office(signing_site: Site) -> Office:
    return open_office(signing_site, full=True)


def test_from_the_list_to_the_certificate(office: Office) -> None:
    client = office.signed_in(office.releaser)
    assert "Wati Contoh" in client.get("/releases").text
    page = client.get(f"/releases/{office.decision_id}")
    assert "Wati Contoh" in page.text
    picture = client.get(f"/releases/{office.decision_id}/preview.png")
    assert Image.open(io.BytesIO(picture.data)).size == (909, 1286)
    done = client.post(
        f"/releases/{office.decision_id}",
        data={"csrf_token": hidden(page, "csrf_token"), "once": hidden(page, "once")},
    )
    assert done.status_code == 303
    assert "ditandatangani" in client.get(done.headers["Location"]).text
    assert office.work() >= 1
    assert "Unduh PDF" in client.get(done.headers["Location"]).text


def test_releasing_twice_with_one_key_leads_to_one_certificate(office: Office) -> None:
    client = office.signed_in(office.releaser)
    page = client.get(f"/releases/{office.decision_id}")
    data = {"csrf_token": hidden(page, "csrf_token"), "once": hidden(page, "once")}
    places = {client.post(f"/releases/{office.decision_id}", data=data).headers["Location"] for _ in range(2)}
    assert len(places) == 1


def test_who_may_not_release_is_told_why_and_has_no_button(office: Office) -> None:
    with office.writing() as session:
        both = make_actor(session, BODY, Role.RELEASER, person_id=office.world.assessor.person_id)
    page = office.signed_in(both).get(f"/releases/{office.decision_id}")
    assert "Anda tidak dapat menerbitkan" in page.text
    assert 'method="post" action="/releases' not in page.text


def test_the_list_tells_each_state_and_is_searched_by_number(full_office: Office) -> None:
    client = full_office.signed_in(full_office.world.quality)
    page = client.get("/certificates")
    for word in ("Berlaku", "Dibekukan sementara", "Dicabut", "Kedaluwarsa"):
        assert f"<span>{word}</span>" in page.text, word
    assert "Joko Contoh" not in client.get("/certificates?q=las-2026-000001").text
    assert "Joko Contoh" in client.get("/certificates?q=LAS-2026").text
    assert "Tidak ada nomor" in client.get("/certificates?q=XYZ").text
    assert "Joko Contoh" in client.get(f"/certificates/{full_office.suspended}").text
    holder = full_office.signed_in(full_office.world.candidate)
    for path in ("", "/pdf", "/json"):
        assert holder.get(f"/certificates/{full_office.suspended}{path}").status_code == 404


def test_the_holder_has_their_own_and_nobody_elses(office: Office) -> None:
    client = office.signed_in(office.world.candidate)
    assert "LAS-2026-000001" in client.get("/my-certificates").text
    page = client.get(f"/certificates/{office.valid}")
    assert f"{office.site.base_url}/v/{office.valid}" in page.text
    assert "Usulkan" not in page.text
    pdf = client.get(f"/certificates/{office.valid}/pdf")
    assert pdf.data.startswith(b"%PDF")
    assert pdf.headers["Content-Disposition"] == 'attachment; filename="LAS-2026-000001.pdf"'
    assert read_object(client.get(f"/certificates/{office.valid}/json").data)["id"].endswith(office.valid)  # type: ignore[attr-defined]  # JSON of any shape


def test_the_code_can_be_read(office: Office) -> None:
    client = office.signed_in(office.world.candidate)
    picture = Image.open(io.BytesIO(client.get(f"/certificates/{office.valid}/qr-png").data))
    text = client.get(f"/certificates/{office.valid}/qr-text").text.strip()
    assert [found.text for found in zxingcpp.read_barcodes(picture)] == [text]
    for form in ("docx", "exe"):
        assert client.get(f"/certificates/{office.valid}/{form}").status_code == 404


def test_two_people_revoke_and_the_public_list_says_so_at_once(office: Office) -> None:
    proposer, confirmer = office.signed_in(office.world.quality), office.signed_in(office.releaser)
    page = proposer.get(f"/certificates/{office.valid}")
    sent = proposer.post(
        f"/certificates/{office.valid}/status-changes",
        data={
            "csrf_token": hidden(page, "csrf_token"),
            "once": "kunci-satu",
            "step": "revoke",
            "reason": "Bukti identitas ternyata palsu.",
        },
    )
    assert sent.status_code == 303
    with office.site.app.app_context():
        change = db.session().query(StatusChange).filter_by(credential_id=office.valid).one()
        assert (change.purpose, change.value) == (StatusPurpose.REVOCATION, True)
    assert "Menunggu orang kedua" in proposer.get(f"/certificates/{office.valid}").text
    holder = office.signed_in(office.world.candidate)
    assert "Pencabutan" not in holder.get(f"/certificates/{office.valid}").text
    data = {"csrf_token": hidden(confirmer.get(f"/certificates/{office.valid}"), "csrf_token"), "once": "kunci-dua"}
    answered = confirmer.post(
        f"/certificates/{office.valid}/status-changes/{change.id}",
        data={**data, f"{change.id}-answer": "confirm", f"{change.id}-note": ""},
    )
    assert answered.status_code == 303, answered.text
    document = read_object(confirmer.get(f"/certificates/{office.valid}/json").data)
    entry = next(each for each in document["credentialStatus"] if each["statusPurpose"] == "revocation")  # type: ignore[attr-defined]  # JSON of any shape
    assert "Pencabutan" in holder.get(f"/certificates/{office.valid}").text
    listed = office.site.client().get("/status/las-revocation-0")
    assert read_list(json.loads(listed.data), Purpose.REVOCATION).is_set(int(entry["statusListIndex"]))


def test_the_one_who_proposed_cannot_answer(office: Office) -> None:
    change_id = propose_revocation(office, office.valid)
    client = office.signed_in(office.world.quality)
    page = client.get(f"/certificates/{office.valid}")
    assert f"{change_id}-answer" not in page.text
    refused = client.post(
        f"/certificates/{office.valid}/status-changes/{change_id}",
        data={"csrf_token": hidden(page, "csrf_token"), "once": "kunci", f"{change_id}-answer": "confirm"},
    )
    assert refused.status_code == 403


def test_a_proposal_without_a_reason_comes_back(office: Office) -> None:
    client = office.signed_in(office.releaser)
    page = client.get(f"/certificates/{office.valid}")
    answer = client.post(
        f"/certificates/{office.valid}/status-changes",
        data={"csrf_token": hidden(page, "csrf_token"), "once": "kunci", "step": "suspend", "reason": ""},
    )
    assert answer.status_code == 422


def test_another_bodys_people_find_nothing(office: Office) -> None:
    change_id = propose_revocation(office, office.valid)
    client = office.signed_in(office.stranger)
    token = hidden(client.get("/certificates"), "csrf_token")
    for path in (
        f"/certificates/{office.valid}",
        f"/certificates/{office.valid}/pdf",
        f"/releases/{office.decision_id}",
        f"/releases/{office.decision_id}/preview.png",
    ):
        assert client.get(path).status_code == 404, path
    for path in (
        f"/releases/{office.decision_id}",
        f"/certificates/{office.valid}/status-changes",
        f"/certificates/{office.valid}/status-changes/{change_id}",
    ):
        assert client.post(path, data={"csrf_token": token}).status_code == 404, path
    assert "LAS-2026-0" not in client.get("/certificates").text
    assert "LAS-2026-0" not in client.get("/status-changes").text


def test_a_page_takes_at_most_twelve_statements(office: Office) -> None:
    propose_revocation(office, office.valid)
    client = office.signed_in(office.releaser)
    for path in (
        "/today",
        "/releases",
        f"/releases/{office.decision_id}",
        f"/releases/{office.decision_id}/preview.png",
        "/certificates",
        f"/certificates/{office.valid}",
        f"/certificates/{office.valid}/pdf",
        "/status-changes",
    ):
        client.get(path)
        with count_statements(office.site.engine) as statements:
            assert client.get(path).status_code == 200
        assert len(statements) <= 12, f"{path}\n" + "\n".join(statements)


def test_public_files_need_no_cookie_and_can_be_cached(office: Office) -> None:
    client = office.site.client()
    for path, kind in (
        ("/b/las/did.json", "application/did+json"),
        ("/status/las-revocation-0", "application/vc"),
        ("/status/las-suspension-0", "application/vc"),
        ("/issuers.json", "application/json"),
        ("/pdf-ca.pem", "application/pem-certificate-chain"),
        ("/pdf-ca.crl", "application/pkix-crl"),
    ):
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert answer.content_type == kind
        assert answer.headers["Cache-Control"].startswith("public, max-age=")
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "Set-Cookie" not in answer.headers
    for path in ("/b/nobody/did.json", "/status/las-revocation-9", "/b/las/schemes/NONE"):
        assert client.get(path).status_code == 404, path


def test_the_schemes_address_in_a_certificate_leads_somewhere(office: Office) -> None:
    document = read_object(office.signed_in(office.releaser).get(f"/certificates/{office.valid}/json").data)
    achievement = document["credentialSubject"]["achievement"]  # type: ignore[index]  # JSON of any shape
    client = office.site.client()
    for address in (achievement["id"], achievement["alignment"][0]["targetUrl"]):
        page = client.get(address.removeprefix(office.site.base_url) + "?lang=id")
        assert page.status_code == 200
        assert "Unit contoh (id)" in page.text


def test_readiness_tells_of_the_signer(signing_site: Site) -> None:
    checks = signing_site.client().get("/readyz").get_json()["checks"]
    assert (checks["signer"], checks["key separation"]) == ("ok", "off")
