"""What the server hands over as the environment of a request."""

from types import SimpleNamespace
from typing import Any

from assessment.serving.environment import environ_of


def scope_of(client: str = "203.0.113.7:4711", path: str = "/", **headers: str) -> Any:
    return SimpleNamespace(
        method="GET",
        path=path,
        query_string="",
        http_version="1.1",
        server="127.0.0.1:8000",
        client=client,
        scheme="http",
        authority=None,
        headers={name.replace("__", "-"): value for name, value in headers.items()},
    )


def test_a_header_with_an_underscore_does_not_pass_for_one_with_a_hyphen() -> None:
    environ = environ_of(scope_of(x__forwarded__for="203.0.113.7", x_forwarded_for="198.51.100.1"), b"")
    assert environ["HTTP_X_FORWARDED_FOR"] == "203.0.113.7"


def test_who_asks_is_an_address_without_port_and_brackets() -> None:
    assert environ_of(scope_of(), b"")["REMOTE_ADDR"] == "203.0.113.7"
    assert environ_of(scope_of(client="[2001:db8::7]:4711"), b"")["REMOTE_ADDR"] == "2001:db8::7"


def test_a_path_is_its_bytes_as_latin_1() -> None:
    assert environ_of(scope_of(path="/v/日"), b"")["PATH_INFO"].encode("latin-1").decode() == "/v/日"
