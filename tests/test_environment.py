"""What the server hands over as the environment of a request."""

from typing import Any

from assessment.serving.environment import environ_of


def scope_of(client: str = "203.0.113.7", path: bytes = b"/", **headers: str) -> dict[str, Any]:
    return {
        "method": "GET",
        "raw_path": path,
        "query_string": b"",
        "http_version": "1.1",
        "server": ("127.0.0.1", 8000),
        "client": (client, 4711),
        "scheme": "http",
        "headers": [(name.replace("__", "-").encode(), value.encode("latin-1")) for name, value in headers.items()],
    }


def test_a_header_with_an_underscore_does_not_pass_for_one_with_a_hyphen() -> None:
    environ = environ_of(scope_of(x__forwarded__for="203.0.113.7", x_forwarded_for="198.51.100.1"), b"")
    assert environ["HTTP_X_FORWARDED_FOR"] == "203.0.113.7"


def test_who_asks_is_an_address_without_port_and_brackets() -> None:
    assert environ_of(scope_of(), b"")["REMOTE_ADDR"] == "203.0.113.7"
    assert environ_of(scope_of(client="2001:db8::7"), b"")["REMOTE_ADDR"] == "2001:db8::7"


def test_a_path_is_its_bytes_as_latin_1() -> None:
    path = environ_of(scope_of(path=b"/v/%E6%97%A5"), b"")["PATH_INFO"]
    assert path.encode("latin-1").decode() == "/v/日"


def test_a_header_that_comes_twice_is_one_list_and_cookies_stay_apart() -> None:
    twice = {"headers": [(b"cookie", b"a=1"), (b"cookie", b"b=2"), (b"accept", b"text/html"), (b"accept", b"*/*")]}
    environ = environ_of(scope_of() | twice, b"")
    assert environ["HTTP_COOKIE"] == "a=1; b=2"
    assert environ["HTTP_ACCEPT"] == "text/html,*/*"
