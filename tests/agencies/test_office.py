"""The office's pages about agencies: a key is shown once, ended with a reason, and every act is on record."""

import re

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from assessment.agencies.keys import MOST_KEYS
from assessment.agencies.tables import AgencyKey
from assessment.audit.tables import AuditEntry
from assessment.credentials.tables import StatusPurpose
from assessment.database import db
from assessment.domain.roles import Role
from tests.agencies.conftest import Desk
from tests.credentials.office import BODY, hidden
from tests.factories.accounts import make_actor
from tests.factories.credentials import change_status
from tests.fixtures.measuring import count_statements
from tests.fixtures.receiver import Receiver

pytestmark = pytest.mark.long_lock("the office is built in one go")

KEY = re.compile(r"teruji_[0-9a-z]{48}")


def test_from_the_registration_to_the_end_of_a_key(desk: Desk) -> None:
    client = desk.office.signed_in(desk.official)
    form = client.get("/agencies/new")
    fields = {name: hidden(form, name) for name in ("csrf_token", "once")}
    assert client.post("/agencies/new", data={**fields, "name": " "}).status_code == 422
    assert client.post("/agencies/new", data={**fields, "name": "kantor  CONTOH"}).status_code == 409
    made = client.post("/agencies/new", data={**fields, "name": "Kementerian Contoh"})
    place = made.headers["Location"]
    assert "Kementerian Contoh" in client.get("/agencies").text

    page = client.get(place)
    shown = client.post(f"{place}/keys", data={"csrf_token": hidden(page, "csrf_token")})
    assert shown.status_code == 201
    (key,) = KEY.findall(shown.text)
    assert desk.ask("status", {"ids": []}, key=key).status_code == 200
    page = client.get(place)
    assert not KEY.search(page.text)
    assert "1 permintaan" in page.text

    end = re.search(rf'action="({place}/keys/([^"/]+)/end)"', page.text)
    assert end is not None
    fields = {"csrf_token": hidden(page, "csrf_token")}
    refused = client.post(end[1], data={**fields, f"{end[2]}-reason": "x"})
    assert refused.status_code == 422
    assert client.post(end[1], data={**fields, f"{end[2]}-reason": "Kunci hilang."}).status_code == 303
    assert "Kunci hilang." in client.get(place).text
    assert desk.ask("status", {"ids": []}, key=key).status_code == 401


def test_five_keys_are_enough_and_an_ended_one_makes_room(desk: Desk) -> None:
    client, place = desk.office.signed_in(desk.official), f"/agencies/{desk.agency_id}"
    csrf = {"csrf_token": hidden(client.get(place), "csrf_token")}
    statuses = [client.post(f"{place}/keys", data=csrf).status_code for _ in range(MOST_KEYS)]
    assert statuses == [201] * (MOST_KEYS - 1) + [303]
    ended = client.post(f"{place}/keys/{desk.key.id}/end", data={**csrf, f"{desk.key.id}-reason": "Tidak dipakai."})
    assert ended.status_code == 303
    assert client.post(f"{place}/keys", data=csrf).status_code == 201


def test_who_only_reads_has_no_button_and_a_key_of_another_agency_is_not_found(desk: Desk) -> None:
    with desk.office.writing() as session:
        quality = make_actor(session, BODY, Role.QUALITY_MANAGER)
    page = desk.office.signed_in(quality).get(f"/agencies/{desk.agency_id}")
    assert page.status_code == 200
    assert f"/agencies/{desk.agency_id}/" not in page.text
    client = desk.office.signed_in(desk.official)
    csrf = {"csrf_token": hidden(client.get("/agencies/new"), "csrf_token")}
    other = client.post("/agencies/new", data={**csrf, "name": "Kantor kedua"}).headers["Location"]
    reason = {f"{desk.key.id}-reason": "Tidak dipakai."}
    assert client.post(f"{other}/keys/{desk.key.id}/end", data={**csrf, **reason}).status_code == 404
    assert client.post(f"{other}/webhooks/none/end", data={**csrf, "none-reason": "Tidak ada."}).status_code == 404


def test_every_act_is_on_record_and_nothing_is_taken_back(desk: Desk) -> None:
    with desk.office.site.app.app_context():
        acts = db.session.execute(select(AuditEntry.record_table, AuditEntry.change)).all()
        assert {("agency", "insert"), ("agency_key", "insert")} <= {tuple(map(str, act)) for act in acts}
        assert db.session.scalars(select(AgencyKey.made_by)).all() == [desk.official.person_id]
    for statement in ("UPDATE agency_key SET digest = NULL", "DELETE FROM agency", "DELETE FROM agency_key"):
        with pytest.raises(IntegrityError), desk.office.writing() as session:
            session.execute(text(statement))


def test_the_page_lists_deliveries_within_twelve_statements(desk: Desk, receiver: Receiver) -> None:
    office = desk.office
    desk.watch(receiver.url, office.valid, office.suspended)
    receiver.answers = [204, 503]
    for credential_id in (office.valid, office.suspended):
        with office.writing() as session:
            change_status(
                session,
                office.releaser,
                office.world.quality,
                credential_id,
                StatusPurpose.REVOCATION,
                now=office.now,
            )
        office.work()
    client = office.signed_in(desk.official)
    with count_statements(office.site.engine) as statements:
        page = client.get(f"/agencies/{desk.agency_id}")
    assert len(statements) <= 12
    assert page.text.count("Sertifikat dicabut") == 2
    assert "Terkirim" in page.text
    assert "ditolak oleh server (503)" in page.text
    assert receiver.url.split("?")[0] in page.text
    assert all(got.headers["webhook-id"] in page.text for got in receiver.received)
    assert office.valid not in page.text
    assert client.get(f"/agencies/{desk.agency_id}?page=9").status_code == 200
