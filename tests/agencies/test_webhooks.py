"""Being told of changes: what a real server on this machine gets, when it gets it again, and where nothing goes."""

import base64
import hmac
import json
import socket
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from threading import Event, Thread

import pytest
from sqlalchemy import func, inspect, select

from assessment.accounts.ids import new_id
from assessment.agencies.keys import end_key, make_key, register
from assessment.agencies.sending import send
from assessment.agencies.tables import Outcome, WebhookAttempt, WebhookEnd, WebhookMessage
from assessment.agencies.telling import DELIVER, tell_expiries
from assessment.agencies.webhooks import MOST_WEBHOOKS
from assessment.credentials.changing_status import propose
from assessment.credentials.releasing import ISSUE
from assessment.credentials.slots import take_slots
from assessment.credentials.tables import CredentialIntent, StatusPurpose
from assessment.database import db
from assessment.domain.webhook import DELAYS, read_receiver
from assessment.jobs.service import ask_for, work_once
from assessment.jobs.tables import Job
from tests.agencies.conftest import Desk
from tests.credentials.office import Office
from tests.factories.credentials import change_status
from tests.fixtures.receiver import Received, Receiver

pytestmark = pytest.mark.long_lock("the office is built in one go")

REVOKE, SUSPEND = StatusPurpose.REVOCATION, StatusPurpose.SUSPENSION


def change(office: Office, credential_id: str, purpose: StatusPurpose = REVOKE, value: bool = True) -> None:
    with office.writing() as session:
        change_status(session, office.releaser, office.world.quality, credential_id, purpose, value, now=office.now)


def later(office: Office, wait: timedelta) -> None:
    """Let time pass, and do what is due then."""
    office.now += wait
    office.site.app.extensions["clock"] = lambda: office.now
    office.work()


def outcomes(office: Office) -> list[Outcome]:
    with office.site.app.app_context():
        return list(db.session.scalars(select(WebhookAttempt.outcome).order_by(WebhookAttempt.number)))


def count(office: Office, model: type) -> int:
    with office.site.app.app_context():
        return db.session.scalar(select(func.count()).select_from(model)) or 0


def signed_by(secret: str, got: Received) -> bool:
    """Check the signature as a receiver does, by the specification alone."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    content = f"{got.headers['webhook-id']}.{got.headers['webhook-timestamp']}.".encode() + got.body
    wanted = "v1," + base64.b64encode(hmac.new(key, content, sha256).digest()).decode()
    return hmac.compare_digest(wanted, got.headers["webhook-signature"])


def test_a_revocation_is_told_once_signed_and_with_nothing_personal(desk: Desk, receiver: Receiver) -> None:
    office = desk.office
    made = desk.watch(receiver.url, office.valid)
    change(office, office.valid)
    assert receiver.received == []  # the change itself waits for nobody
    office.work()
    office.work()
    (got,) = receiver.received
    assert got.path == "/teruji?to=office"
    assert got.headers["host"] == f"localhost:{receiver.port}"
    assert got.headers["content-type"] == "application/json"
    assert abs(int(got.headers["webhook-timestamp"]) - office.now.timestamp()) < 1
    moment = office.now.replace(microsecond=0).isoformat().replace("+00:00", "Z")
    assert json.loads(got.body) == {
        "type": "certificate.revoked",
        "timestamp": moment,
        "data": {"id": office.valid, "status": "revoked", "since": moment},
    }
    assert signed_by(made["secret"], got)
    assert not signed_by(made["secret"], Received(path=got.path, headers=got.headers, body=got.body + b" "))
    assert outcomes(office) == [Outcome.TAKEN]


def test_suspending_reinstating_and_a_newer_certificate_are_told(desk: Desk, receiver: Receiver) -> None:
    office = desk.office
    desk.watch(receiver.url, office.valid)
    change(office, office.valid, SUSPEND)
    later(office, timedelta(hours=1))
    change(office, office.valid, SUSPEND, False)
    later(office, timedelta(hours=1))
    with office.writing() as session:
        old = session.get_one(CredentialIntent, ("las", office.valid))
        columns = {each.key: getattr(old, each.key) for each in inspect(CredentialIntent).column_attrs}
        newer = CredentialIntent(
            **columns | {"id": new_id(), "number": "LAS-2026-900001", "successor_of": old.id, "intended_at": office.now}
        )
        session.add(newer)
        session.flush()
        take_slots(session, newer, now=office.now)
        ask_for(session, "las", ISSUE, {"credential": newer.id}, now=office.now)
    office.work()
    told = [json.loads(got.body) for got in receiver.received]
    assert [(each["type"], each["data"]["status"]) for each in told] == [
        ("certificate.suspended", "suspended"),
        ("certificate.reinstated", "valid"),
        ("certificate.superseded", "superseded"),
    ]
    assert desk.ask("status", {"ids": [office.valid]}).get_json()["answers"][0]["status"] == "superseded"


def test_what_runs_out_is_told_once_and_only_to_who_watched_before(desk: Desk, receiver: Receiver) -> None:
    office = desk.office
    desk.watch(receiver.url, office.valid, office.revoked, office.expired)
    with office.writing() as session:
        end = session.get_one(CredentialIntent, ("las", office.valid)).expires_at
    with office.site.app.app_context():
        assert tell_expiries(end - timedelta(seconds=1)) == 0
        assert tell_expiries(end) == 1
        assert tell_expiries(end + timedelta(hours=1)) == 0
    office.now = end + timedelta(hours=1)
    office.work()
    (got,) = receiver.received
    told = json.loads(got.body)
    moment = end.replace(microsecond=0).isoformat().replace("+00:00", "Z")
    assert told == {
        "type": "certificate.expired",
        "timestamp": moment,
        "data": {"id": office.valid, "status": "expired", "since": moment},
    }


def test_nobody_is_told_of_what_they_do_not_watch(desk: Desk, receiver: Receiver) -> None:
    office = desk.office
    made = desk.watch(receiver.url, office.valid, office.suspended)
    answer = desk.ask(f"webhooks/{made['id']}/watched", {"remove": [office.valid, "0" * 16]})
    assert answer.get_json()["watched"] == 1
    change(office, office.valid)
    office.work()
    assert receiver.received == []
    assert count(office, WebhookMessage) == 0


def test_a_change_that_is_not_confirmed_or_not_committed_puts_nothing_on_its_way(
    desk: Desk, receiver: Receiver
) -> None:
    office = desk.office
    desk.watch(receiver.url, office.valid, office.suspended)
    with office.writing() as session:
        propose(session, office.world.quality, office.suspended, REVOKE, True, reason="Alasan contoh.", now=office.now)
    office.work()
    with office.writing() as session:
        change_status(session, office.releaser, office.world.quality, office.valid, REVOKE, now=office.now)
        assert session.scalars(select(Job.kind).where(Job.kind == DELIVER)).all() == [DELIVER]
        session.rollback()
    assert count(office, WebhookMessage) == 0
    office.work()
    assert receiver.received == []


@pytest.mark.parametrize("ends", ["webhook", "key", "office"])
def test_nothing_is_sent_after_the_end(desk: Desk, receiver: Receiver, ends: str) -> None:
    office = desk.office
    made = desk.watch(receiver.url, office.valid)
    change(office, office.valid)
    if ends == "webhook":
        assert desk.ask(f"webhooks/{made['id']}", method="DELETE").status_code == 204
        assert desk.ask("webhooks", method="GET").get_json()["webhooks"] == []
    elif ends == "key":
        with office.writing() as session:
            end_key(session, desk.official, desk.agency_id, desk.key.id, reason="Kunci hilang.", now=office.now)
    else:
        page = office.signed_in(desk.official)
        csrf = page.get(f"/agencies/{desk.agency_id}").text.split('name="csrf_token" value="')[1].split('"')[0]
        place = f"/agencies/{desk.agency_id}/webhooks/{made['id']}/end"
        data = {"csrf_token": csrf, f"{made['id']}-reason": "Alamat lama."}
        assert page.post(place, data=data).status_code == 303
    office.work()
    assert receiver.received == []
    assert count(office, WebhookAttempt) == 0


def test_a_receiver_that_fails_gets_it_again_later_with_the_same_id_and_a_new_time(
    desk: Desk, receiver: Receiver
) -> None:
    office = desk.office
    made = desk.watch(receiver.url, office.valid)
    receiver.answers = [500, 503, 200]
    change(office, office.valid)
    office.work()
    office.work()
    assert len(receiver.received) == 1
    later(office, DELAYS[0] * 1.1)
    later(office, DELAYS[1] * 0.9)
    assert len(receiver.received) == 2
    later(office, DELAYS[1] * 0.3)
    later(office, timedelta(days=9))
    assert len(receiver.received) == 3
    assert len({got.headers["webhook-id"] for got in receiver.received}) == 1
    assert len({got.body for got in receiver.received}) == 1
    times = [int(got.headers["webhook-timestamp"]) for got in receiver.received]
    assert times == sorted(set(times))
    assert all(signed_by(made["secret"], got) for got in receiver.received)
    assert outcomes(office) == [Outcome.ANSWERED, Outcome.ANSWERED, Outcome.TAKEN]


def test_after_ten_attempts_it_is_given_up_and_the_page_says_so(desk: Desk, receiver: Receiver) -> None:
    office = desk.office
    desk.watch(receiver.url, office.valid)
    receiver.answers = [500]
    change(office, office.valid)
    for _ in range(len(DELAYS) + 3):
        later(office, timedelta(days=2))
    assert len(receiver.received) == len(DELAYS) + 1
    page = office.signed_in(desk.official).get(f"/agencies/{desk.agency_id}")
    assert "Tidak dicoba lagi" in page.text
    assert "(500)" in page.text
    assert office.valid not in page.text


def test_a_receiver_that_is_gone_is_left_alone(desk: Desk, receiver: Receiver) -> None:
    office = desk.office
    desk.watch(receiver.url, office.valid, office.suspended)
    receiver.answers = [410]
    change(office, office.valid)
    office.work()
    change(office, office.suspended)
    later(office, timedelta(days=2))
    assert len(receiver.received) == 1
    assert outcomes(office) == [Outcome.GONE]
    with office.site.app.app_context():
        assert db.session.scalars(select(WebhookEnd.reason)).all() == ["410 Gone"]


def test_a_redirect_is_a_failure_and_is_not_followed(desk: Desk, receiver: Receiver) -> None:
    office = desk.office
    desk.watch(receiver.url, office.valid)
    receiver.answers, receiver.more = [307, 200], {"Location": "/elsewhere"}
    change(office, office.valid)
    office.work()
    assert [got.path for got in receiver.received] == ["/teruji?to=office"]
    assert outcomes(office) == [Outcome.ANSWERED]


def test_a_job_that_runs_twice_sends_once_more_only_where_nothing_is_on_record(desk: Desk, receiver: Receiver) -> None:
    office = desk.office
    desk.watch(receiver.url, office.valid)
    change(office, office.valid)
    office.work()
    with office.writing() as session:
        message = session.scalars(select(WebhookMessage.id)).one()
        ask_for(session, "las", DELIVER, {"message": message, "number": 1}, now=office.now)
        ask_for(session, "las", DELIVER, {"message": "no-such-message", "number": 1}, now=office.now)
    office.work()
    assert len(receiver.received) == 1


def test_private_addresses_are_refused_when_they_are_registered_and_when_a_name_leads_there(
    desk: Desk, receiver: Receiver, settings_of: Callable[..., None]
) -> None:
    office = desk.office
    desk.watch(receiver.url, office.valid)
    settings_of(webhooks_inside=False)
    for url in ("https://127.0.0.1/", "https://[::1]/", "https://169.254.169.254/latest", "https://10.0.0.1:8443/"):
        answer = desk.ask("webhooks", {"url": url})
        assert (answer.status_code, answer.content_type) == (422, "application/problem+json"), url
    for url in ("http://agency.example/", "https://a@agency.example/", 5, None, ["https://agency.example/"]):
        assert desk.ask("webhooks", {"url": url}).status_code == 422, url
    change(office, office.valid)
    office.work()
    assert receiver.received == []
    assert outcomes(office) == [Outcome.NOT_PUBLIC]


def test_a_certificate_that_nobody_vouches_for_is_not_trusted(
    desk: Desk, receiver: Receiver, settings_of: Callable[..., None]
) -> None:
    office = desk.office
    desk.watch(receiver.url, office.valid)
    settings_of(webhook_authorities=None)
    change(office, office.valid)
    office.work()
    assert receiver.received == []
    assert outcomes(office) == [Outcome.NOT_TRUSTED]


def test_where_nobody_listens_there_is_no_connection(receiver: Receiver) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    address = replace(read_receiver(receiver.url), port=port)
    assert send(address, {}, b"{}", inside=True).outcome is Outcome.NO_CONNECTION


@pytest.mark.parametrize("drip", [b"", b"\x16"])
def test_a_receiver_that_drips_is_cut_off(drip: bytes) -> None:
    """One that accepts and says nothing, and one that sends a byte every now and then."""
    ended = Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            connection, _ = listener.accept()
            with connection:
                while not ended.wait(0.05):
                    try:
                        connection.sendall(drip)
                    except OSError:
                        return

        thread = Thread(target=answer, daemon=True)
        thread.start()
        address = read_receiver(f"https://localhost:{listener.getsockname()[1]}/")
        found = send(replace(address, host="127.0.0.1"), {}, b"{}", inside=True, seconds=0.4)
        ended.set()
        thread.join()
    assert found.outcome in (Outcome.TOO_SLOW, Outcome.NO_CONNECTION)
    assert found.outcome is Outcome.TOO_SLOW or drip


def test_slow_receivers_keep_nothing_of_ours_waiting(desk: Desk, receiver: Receiver) -> None:
    office = desk.office
    desk.watch(receiver.url, office.valid)
    change(office, office.valid)
    with office.site.app.app_context():
        while work_once(lambda: office.now, apart=False):
            pass
        assert receiver.received == []
        assert work_once(lambda: office.now, apart=True) is True
    assert len(receiver.received) == 1


def test_a_secret_is_shown_once_stored_nowhere_and_its_own_for_each_webhook(desk: Desk, receiver: Receiver) -> None:
    office = desk.office
    made = [desk.watch(receiver.url, office.valid) for _ in range(MOST_WEBHOOKS)]
    assert len({one["secret"] for one in made}) == MOST_WEBHOOKS
    assert all(len(base64.b64decode(one["secret"].removeprefix("whsec_"))) == 32 for one in made)
    listed = desk.ask("webhooks", method="GET")
    assert "whsec" not in listed.text
    assert [line["watched"] for line in listed.get_json()["webhooks"]] == [1] * MOST_WEBHOOKS
    assert desk.ask("webhooks", {"url": receiver.url}).status_code == 409
    change(office, office.valid)
    office.work()
    assert len(receiver.received) == MOST_WEBHOOKS


def test_another_agencys_webhook_is_not_found(desk: Desk, receiver: Receiver) -> None:
    office = desk.office
    made = desk.watch(receiver.url, office.valid)
    with office.writing() as session:
        other = register(session, desk.official, "Kantor kedua", now=office.now)
        key = make_key(session, desk.official, other.id, now=office.now).text
    assert desk.ask(f"webhooks/{made['id']}/watched", {"add": [office.valid]}, key=key).status_code == 404
    assert desk.ask(f"webhooks/{made['id']}", method="DELETE", key=key).status_code == 404
    assert desk.ask("webhooks", method="GET", key=key).get_json()["webhooks"] == []
    both = {"add": [office.valid], "remove": [office.valid]}
    assert desk.ask(f"webhooks/{made['id']}/watched", both).status_code == 422
    unknown = desk.ask(f"webhooks/{made['id']}/watched", {"add": ["0" * 16]}).get_json()
    assert (unknown["watched"], unknown["answers"][0]["status"]) == (1, "unknown")
