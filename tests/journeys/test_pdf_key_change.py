"""A key for PDF files is changed, then the next one is stolen: which files stay valid, and which are refused."""

import io
import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from click.testing import CliRunner
from cryptography import x509
from pyhanko.pdf_utils.reader import PdfFileReader

from assessment.credentials.certifying import Seal, certify
from assessment.credentials.changing_keys import answer
from assessment.credentials.exporting import Format, export
from assessment.credentials.publishing import publish
from assessment.credentials.releasing import release
from assessment.credentials.signer_client import SignerClient, running_signer
from assessment.credentials.tables import Credential
from assessment.credentials.tables_keys import PdfCertificate, PdfSeal
from assessment.database import db, reading
from assessment.domain.errors import Conflict
from assessment.domain.roles import Role
from assessment.settings import Settings
from assessment.verification.commands import verify
from assessment.web.actor import Actor
from tests.credentials.office import BODY, LATER, Office, open_office
from tests.credentials.test_certifying import StampAuthority, stamping_by
from tests.factories.accounts import make_actor
from tests.factories.credentials import make_decided
from tests.fixtures.databases import settings_for
from tests.fixtures.sites import Site, signer_of
from tests.journeys.test_key_change import change, give
from tests.verification.test_doctored import changed, overlay
from tests.verification.test_verify_page import by_file

pytestmark = pytest.mark.long_lock("the office is built in one go")

ROTATED, STOLEN, REMOVED = LATER + timedelta(days=1), LATER + timedelta(days=2), LATER + timedelta(days=3)
FIRST, SECOND, THIRD = (f"pdf-{LATER.year}{number}" for number in ("", "-2", "-3"))


@pytest.fixture
def office(site: Site) -> Iterator[Office]:
    with signer_of(site):
        yield open_office(site)


@pytest.fixture
def administrator(office: Office) -> Actor:
    with office.writing() as session:
        return make_actor(session, BODY, Role.ADMINISTRATOR, name="Adi Contoh")


def pdf_of(office: Office, credential_id: str) -> bytes:
    with office.site.app.app_context(), reading() as session:
        return export(session, BODY, credential_id, Format.PDF)


def issued(office: Office, decision_id: str, moment: datetime) -> bytes:
    """The PDF of a certificate that is released and issued at a moment."""
    office.now = moment
    with office.writing() as session:
        credential_id = release(session, office.releaser, decision_id, now=moment).id
    office.work()
    return pdf_of(office, credential_id)


def sealed_by(office: Office, pdf: bytes) -> str:
    """The name of the key that sealed a PDF."""
    (found,) = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    with office.site.app.app_context():
        rows = db.session().query(PdfCertificate).filter_by(body_id=BODY).all()
        (name,) = [row.id for row in rows if row.certificate == found.signer_cert.dump()]
    return str(name)


def said_of(pdf: bytes, place: Path, moment: datetime) -> tuple[str, dict[str, Any]]:
    """Verdict of `teruji verify` on a PDF against published files, and what it says of the seal."""
    file = place.parent / "brought.pdf"
    file.write_bytes(pdf)
    result = CliRunner().invoke(verify, [str(file), "--site", str(place), "--at", moment.isoformat(), "--json"])
    answer = json.loads(result.stdout)
    assert (result.exit_code == 0) is (answer["verdict"] == "valid")
    (seal,) = [check for check in answer["checks"] if check["name"] == "pdf_signature"]
    return answer["verdict"], seal


def forge(genuine: bytes, settings: Settings, seal: Seal) -> bytes:
    """Another page round a genuine certificate and its proof, sealed with what was stolen."""

    def drawn_over(document: pikepdf.Pdf) -> None:
        del document.Root.AcroForm, document.Root.Perms
        for page in document.pages:
            page.obj.Annots = pikepdf.Array()
        overlay(document)

    with running_signer(settings):
        return certify(changed(genuine, drawn_over), seal, SignerClient(settings.signer_socket))


def steal(office: Office, home: Path) -> Settings:
    """Copy the folder of keys, with what they are sealed under, to a machine of the thief's own."""
    settings = settings_for(home, f"sqlite:///{home / 'none.sqlite'}")
    shutil.copytree(office.site.settings.keys, settings.keys, dirs_exist_ok=True)
    return replace(settings, signer_secret=settings.keys / "secret")


def test_files_outlive_a_rotation_and_after_a_theft_only_those_that_were_issued_stand(
    office: Office, administrator: Actor, tmp_path: Path
) -> None:
    quality, settings, site = office.world.quality, office.site.settings, office.site
    before = pdf_of(office, office.valid)
    assert sealed_by(office, before) == FIRST

    change(office, quality, administrator, "rotation", FIRST, ROTATED)
    second = issued(office, office.decision_id, ROTATED)
    assert sealed_by(office, second) == SECOND
    place = tmp_path / "rotated"
    with site.app.app_context():
        assert not [path for path in publish(place, ROTATED) if path.startswith("pdf-seals")]
    for pdf in (before, second):
        assert said_of(pdf, place, ROTATED)[0] == "valid"
    with pytest.raises(Conflict, match="retired"):
        SignerClient(settings.signer_socket).sign(BODY, FIRST, b"content")

    # Somebody copies the keys. What they seal cannot be told from an honest file, until the theft is known.
    thief = steal(office, tmp_path / "thief")
    with site.app.app_context():
        row = db.session().get_one(PdfCertificate, (BODY, SECOND))
        seal = Seal(body_id=BODY, key_id=SECOND, certificate=row.certificate, authority=row.authority)
        publish(place, STOLEN)
    forged = forge(second, thief, seal)
    assert said_of(forged, place, STOLEN)[0] == "valid"

    change(office, administrator, quality, "compromise", SECOND, REMOVED)
    with pytest.raises(Conflict, match="retired"):
        SignerClient(settings.signer_socket).sign(BODY, SECOND, b"content")
    place = tmp_path / "removed"
    with site.app.app_context():
        published = publish(place, REMOVED)
    assert len([path for path in published if path.startswith(f"pdf-seals/{BODY}/{SECOND}/")]) == 256
    register = json.loads((place / "issuers.json").read_text())["issuers"]
    keys = [key for issuer in register.values() for key in issuer["pdf_keys"]]
    assert [(key["id"], "removed" in key) for key in keys] == [(FIRST, False), (SECOND, True)]
    for pdf, verdict, ok in ((before, "valid", True), (second, "valid", True), (forged, "forged", False)):
        found, said = said_of(pdf, place, REMOVED)
        assert (found, said["ok"]) == (verdict, ok), said
    revoked = x509.load_der_x509_crl((place / "pdf-ca.crl").read_bytes())
    assert [entry.serial_number for entry in revoked] == [
        x509.load_der_x509_certificate(seal.certificate).serial_number
    ]
    assert site.client().get("/pdf-ca.crl").status_code == 200
    late = forge(second, thief, seal)  # after the removal, dated by the thief as he likes
    assert late != forged
    assert said_of(late, place, REMOVED)[0] == "forged"

    # The same by dropping the file on the page.
    office.now = REMOVED
    site.app.extensions["clock"] = lambda: REMOVED
    for pdf, heading in ((before, "Valid"), (second, "Valid"), (forged, "Forged"), (late, "Forged")):
        page = by_file(site, pdf).text
        assert f"<h1>{heading}</h1>" in page
        assert ("This PDF is not as it was issued" in page) is (heading == "Forged")
    assert "Wati Contoh" not in (page := by_file(site, forged).text)[page.index("<h1>") :]  # nothing is shown as proved

    # Whoever has the authority's key too makes certificates at will, but none that the register lists.
    with running_signer(thief):
        leaf, root = SignerClient(thief.signer_socket).pdf_certificate(BODY, THIRD, name="LSP Contoh", host="localhost")
    assert root == seal.authority
    minted = forge(second, thief, replace(seal, key_id=THIRD, certificate=leaf))
    found, said = said_of(minted, place, REMOVED)
    assert (found, said["reason"]) == ("forged", "The issuer does not list the key of this PDF.")
    assert "<h1>Forged</h1>" in by_file(site, minted).text

    # Where the list is not to be had nobody can say, and what is issued now has the next key.
    shutil.rmtree(place / "pdf-seals")
    for pdf in (second, forged):
        found, said = said_of(pdf, place, REMOVED)
        assert (found, said["ok"]) == ("cannot_check", None)
    assert said_of(before, place, REMOVED)[0] == "valid"
    with office.writing() as session:
        last = make_actor(session, BODY, Role.CANDIDATE, name="Tono Contoh")
        decision_id = make_decided(session, office.world, candidate=last, number="2026-10", now=REMOVED)
    third = issued(office, decision_id, REMOVED)
    assert sealed_by(office, third) == THIRD
    with site.app.app_context():
        publish(place, REMOVED)
    assert said_of(third, place, REMOVED)[0] == "valid"


def test_what_is_listed_is_told_of_withdrawn_keys_alone(office: Office, administrator: Actor) -> None:
    client = office.site.client()
    address = f"/pdf-seals/{BODY}/{FIRST}"
    assert client.get(f"{address}/00").status_code == 404
    assert "removed" not in client.get("/issuers.json").text
    change(office, administrator, office.world.quality, "compromise", FIRST, REMOVED)
    lists = [client.get(f"{address}/{number:02x}") for number in range(256)]
    assert {answer.status_code for answer in lists} == {200}
    assert {"Set-Cookie" in answer.headers for answer in lists} == {False}
    found = [line for answer in lists for line in answer.text.split()]
    assert len(found) == 1  # of the one certificate that was issued
    assert lists[int(found[0][:2], 16)].text == f"{found[0]}\n"
    for other in ("0", "000", "0G", "%25", "__", "FF"):
        assert client.get(f"{address}/{other}").status_code == 404
    for other in (f"/pdf-seals/{BODY}/{SECOND}/00", f"/pdf-seals/lain/{FIRST}/00", f"/pdf-seals/{BODY}/2026/00"):
        assert client.get(other).status_code == 404


def test_a_stolen_authority_is_replaced_as_the_handbook_says(site: Site, tmp_path: Path) -> None:
    keys, place = site.settings.keys, tmp_path / "published"
    with signer_of(site):
        office = open_office(site)
        with office.writing() as session:
            administrator = make_actor(session, BODY, Role.ADMINISTRATOR, name="Adi Contoh")
        before = pdf_of(office, office.valid)
        thief = steal(office, tmp_path / "thief")
        change(office, administrator, office.world.quality, "compromise", FIRST, REMOVED)
    (keys / "-pdf-ca").rename(tmp_path / "-pdf-ca")
    for certificate in keys.glob("*/pdf-*.crt"):
        certificate.unlink()
    with running_signer(site.settings):
        after = issued(office, office.decision_id, REMOVED)
        with site.app.app_context():
            publish(place, REMOVED)
            row = db.session().get_one(PdfCertificate, (BODY, FIRST))
            seal = Seal(body_id=BODY, key_id=FIRST, certificate=row.certificate, authority=row.authority)
    assert sealed_by(office, after) == SECOND
    assert (place / "pdf-ca.pem").read_text().count("BEGIN CERTIFICATE") == 2
    for pdf in (before, after):
        assert said_of(pdf, place, REMOVED)[0] == "valid"
    with running_signer(thief):
        leaf, root = SignerClient(thief.signer_socket).pdf_certificate(BODY, SECOND, name="LSP", host="localhost")
    assert root == seal.authority
    for minted in (seal, replace(seal, key_id=SECOND, certificate=leaf)):
        assert said_of(forge(before, thief, minted), place, REMOVED)[0] == "forged"


def test_nothing_is_half_done_where_the_signer_fails(site: Site) -> None:
    """The signer is gone when a rotation is confirmed: the proposal waits on, and the old key signs."""
    with signer_of(site):
        office = open_office(site)
        with office.writing() as session:
            administrator = make_actor(session, BODY, Role.ADMINISTRATOR, name="Adi Contoh")
        proposed = give(office, administrator, ROTATED, "propose", "rotation", FIRST, "--reason", "Alasan contoh.")
        change_id = json.loads(proposed.stdout)["id"]
    keys = site.settings.keys
    secret = (keys / "secret").read_bytes()
    (keys / "secret").write_bytes(secret[:-1])  # no signer starts with half a secret
    assert give(office, office.world.quality, ROTATED, "confirm", change_id).exit_code != 0
    (keys / "secret").write_bytes(secret)
    with running_signer(site.settings):
        (line,) = [line for line in lines_of(office, administrator) if line["key"] == FIRST]
        assert (line["state"], line["waiting"]["id"]) == ("current", change_id)
        assert SignerClient(site.settings.signer_socket).sign(BODY, FIRST, b"content")
        assert give(office, office.world.quality, ROTATED, "confirm", change_id).exit_code == 0
        assert [(line["key"], line["state"]) for line in lines_of(office, administrator) if "pdf" in line["key"]] == [
            (SECOND, "current"),
            (FIRST, "retired"),
        ]


def test_a_file_that_was_sealed_before_its_key_fell_and_not_yet_stored_is_sealed_anew(
    office: Office, administrator: Actor
) -> None:
    """The theft is confirmed while the time stamp of a new certificate is being waited for."""
    proposed = give(office, office.world.quality, ROTATED, "propose", "compromise", FIRST, "--reason", "Alasan contoh.")
    change_id = json.loads(proposed.stdout)["id"]
    confirmed = []

    class Late(StampAuthority):
        """Stamps after the other person has confirmed."""

        def do_POST(self) -> None:  # noqa: N802  # the name that http.server calls
            if not confirmed:
                with office.writing() as session:
                    confirmed.append(answer(session, administrator, change_id, confirmed=True, now=ROTATED).confirmed)
            super().do_POST()

    app = office.site.app
    office.now = ROTATED
    with stamping_by(Late) as (url, _certificate):
        app.extensions["settings"] = replace(office.site.settings, timestamp_url=url)
        with office.writing() as session:
            credential_id = release(session, office.releaser, office.decision_id, now=ROTATED).id
        office.work()
        assert confirmed == [True]
        with app.app_context():
            assert db.session().get(Credential, (BODY, credential_id)) is None
        office.now = ROTATED + timedelta(minutes=1)
        office.work()
    pdf = pdf_of(office, credential_id)
    assert sealed_by(office, pdf) == SECOND
    with app.app_context():
        assert db.session().get_one(PdfSeal, (BODY, credential_id)).key_id == SECOND


def lines_of(office: Office, actor: Actor) -> list[dict[str, Any]]:
    said = give(office, actor, ROTATED, "list")
    assert said.exit_code == 0, said.output
    found: list[dict[str, Any]] = json.loads(said.stdout)
    return found
