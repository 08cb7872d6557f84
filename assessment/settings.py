"""Settings: read once from the environment, checked, frozen.

Every setting has a working default, so that `./teruji demo` needs none; a value that cannot be meant stops
the start with a sentence that says what was expected.
"""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

SECRET_BYTES = 32
SHORTEST_TOKEN = 32


class SettingsError(Exception):
    """The environment holds a value that cannot be used."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Where everything lives and how it is reached.

    home          folder of database, files, keys and secret (TERUJI_HOME, default `instance`)
    database_url  SQLAlchemy address (TERUJI_DATABASE_URL, default an SQLite file in home)
    base_url      origin that people and codes use (TERUJI_BASE_URL, default http://localhost:8000)
    signer_socket path of the signer's socket (TERUJI_SIGNER_SOCKET, default `signer.sock` in home)
    secret        32 bytes from which every other key is derived (TERUJI_SECRET as hex, default a file in home)
    vc_api_token  token with which a test instance issues through the VC-API, with a key of its own and never as a
                  body (TERUJI_VC_API_TOKEN, at least 32 characters; without it nobody can)
    log_published folder or address of the public files to compare with (TERUJI_LOG_PUBLISHED, default none)
    """

    home: Path
    database_url: str
    base_url: str
    signer_socket: Path
    secret: bytes
    vc_api_token: str | None = None
    log_published: str | None = None

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> "Settings":
        """Read all settings; creates the home folder and its secret where they are missing.

        Raises SettingsError when a value cannot be used.
        """
        home = Path(environ.get("TERUJI_HOME", "instance")).resolve()
        home.mkdir(parents=True, exist_ok=True)
        return cls(
            home=home,
            database_url=_database_url(environ.get("TERUJI_DATABASE_URL", f"sqlite:///{home / 'teruji.sqlite'}")),
            base_url=_origin(environ.get("TERUJI_BASE_URL", "http://localhost:8000")),
            signer_socket=Path(environ.get("TERUJI_SIGNER_SOCKET", str(home / "signer.sock"))),
            secret=_secret(environ.get("TERUJI_SECRET"), home / "secret"),
            vc_api_token=_token(environ.get("TERUJI_VC_API_TOKEN")),
            log_published=environ.get("TERUJI_LOG_PUBLISHED") or None,
        )

    @property
    def host(self) -> str:
        """The host, with its port where it has one, as people read it in the address bar."""
        return urlsplit(self.base_url).netloc

    @property
    def secure(self) -> bool:
        """Whether people reach the service over https."""
        return self.base_url.startswith("https://")


def _database_url(text: str) -> str:
    try:
        backend = make_url(text).get_backend_name()
    except ArgumentError as error:
        raise SettingsError(f"TERUJI_DATABASE_URL: expected an SQLAlchemy address, got {text!r}.") from error
    if backend not in ("sqlite", "postgresql"):
        raise SettingsError(f"TERUJI_DATABASE_URL: expected sqlite or postgresql, got {backend!r}.")
    if backend == "postgresql":
        return make_url(text).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    return text


def _origin(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.path.strip("/") or parts.query:
        raise SettingsError(f"TERUJI_BASE_URL: expected an origin such as https://teruji.example, got {text!r}.")
    return f"{parts.scheme}://{parts.netloc}"


def _token(text: str | None) -> str | None:
    if text is not None and len(text) < SHORTEST_TOKEN:
        raise SettingsError(f"TERUJI_VC_API_TOKEN: expected at least {SHORTEST_TOKEN} characters, got {len(text)}.")
    return text


def _secret(text: str | None, file: Path) -> bytes:
    if text is not None:
        try:
            secret = bytes.fromhex(text)
        except ValueError as error:
            raise SettingsError("TERUJI_SECRET: expected 64 hexadecimal digits.") from error
    elif file.exists():
        secret = file.read_bytes()
    else:
        secret = secrets.token_bytes(SECRET_BYTES)
        with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as handle:
            handle.write(secret)
    if len(secret) != SECRET_BYTES:
        raise SettingsError(f"The secret has {len(secret)} bytes; expected {SECRET_BYTES}.")
    return secret
