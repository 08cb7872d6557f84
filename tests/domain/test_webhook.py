"""Messages to others: the signature of the specification, the schedule, and which addresses are taken."""

import base64
from datetime import timedelta

import pytest

from assessment.domain.errors import Invalid
from assessment.domain.webhook import DELAYS, headers, is_public, next_delay, read_receiver, write_body, write_secret


def test_the_signature_is_that_of_the_published_vector() -> None:
    """The example in the libraries of Standard Webhooks."""
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    assert headers(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}') == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    assert write_secret(secret) == "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def test_an_id_with_a_point_is_not_signed() -> None:
    with pytest.raises(ValueError, match="point"):
        headers(b"x" * 32, "a.1", 1, b"")


def test_the_body_says_what_happened_when_and_of_what() -> None:
    body = write_body("certificate.revoked", "2026-03-14T00:00:00Z", {"id": "x"})
    assert body == b'{"type":"certificate.revoked","timestamp":"2026-03-14T00:00:00Z","data":{"id":"x"}}'


def test_ten_attempts_in_three_days_and_then_no_more() -> None:
    assert [next_delay(failed) for failed in range(1, 11)] == [*DELAYS, None]
    assert sum(DELAYS, timedelta()) == timedelta(hours=75, minutes=35, seconds=5)


@pytest.mark.parametrize(
    ("url", "host", "port", "target", "authority"),
    [
        ("https://Agency.example", "agency.example", 443, "/", "agency.example"),
        ("https://agency.example:8443/a/b?c=d", "agency.example", 8443, "/a/b?c=d", "agency.example:8443"),
        ("https://192.0.2.7/x", "192.0.2.7", 443, "/x", "192.0.2.7"),
        ("https://[2001:db8::7]:99/", "2001:db8::7", 99, "/", "[2001:db8::7]:99"),
    ],
)
def test_an_https_address_is_read(url: str, host: str, port: int, target: str, authority: str) -> None:
    found = read_receiver(url)
    assert (found.host, found.port, found.target, found.authority) == (host, port, target, authority)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "agency.example",
        "http://agency.example/",
        "ftp://agency.example/",
        "file:///etc/passwd",
        "https://",
        "https:///x",
        "https://user@agency.example/",
        "https://user:pass@agency.example/",
        "https://agency.example/#x",
        "https://agency.example:0/",
        "https://agency.example:99999/",
        "https://agency.example:x/",
        "https://agency example/",
        "https://agency.example/a b",
        "https://agency.example/x\r\nEvil:1",
        "https://agency.example/\tx",
        "https://agency.example/\u00e4",
        "https://\u0430gency.example/",
        "https://agency..example/",
        "https://-agency.example/",
        "https://[fe80::1%eth0]/",
        "https://[::1",
        "https://agency.example\\@127.0.0.1/",
        "https://agency.example/" + "x" * 500,
    ],
)
def test_what_is_no_https_address_is_refused(url: str) -> None:
    with pytest.raises(Invalid):
        read_receiver(url)


@pytest.mark.parametrize("address", ["93.184.216.34", "1.1.1.1", "2606:4700:4700::1111", "::ffff:1.1.1.1"])
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "0.0.0.0",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "192.0.0.1",
        "192.0.2.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1",
        "fec0::1",
        "fc00::1",
        "fd00:ec2::254",
        "ff02::1",
        "2001:db8::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::a00:1",
        "2002:7f00:1::1",
        "2001::7f00:1",
    ],
)
def test_addresses_that_lead_inside_are_not_public(address: str) -> None:
    assert not is_public(address)
