"""Settings: read once from the environment, checked, frozen.

Every setting has a working default, so that `./teruji demo` needs none; a value that cannot be meant stops
the start with a sentence that says what was expected.
"""

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from assessment.domain.errors import Invalid
from assessment.domain.log.note import WITNESS, VerifierKey, read_key
from assessment.users import User, read_user

SECRET_BYTES = 32
SHORTEST_TOKEN = 32
# Numbers that no Debian package and no administrator's tool hands out by itself.
WEB_USER, SIGNER_USER = "59101", "59102"


class SettingsError(Exception):
    """The environment holds a value that cannot be used."""


class Separation(StrEnum):
    """Whether signer and web processes run as different users: where that can be, never, or else not at all."""

    AUTO = "auto"
    OFF = "off"
    REQUIRED = "required"


@dataclass(frozen=True, kw_only=True, slots=True)
class TokenPlace:
    """Where a token with the keys is: the library that speaks PKCS#11, the token's label, the file with its PIN."""

    module: str
    label: str
    pin_file: Path


@dataclass(frozen=True, kw_only=True, slots=True)
class WitnessPlace:
    """Where a witness of the log is asked to cosign, and the key by which it does."""

    address: str
    key: VerifierKey

    def __str__(self) -> str:
        return f"{self.address} {self.key}"


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
    witnesses     who is asked to cosign the log's heads (TERUJI_WITNESSES: "ADDRESS KEY" of each, ";" between them,
                  default none)
    signer_secret file with the 32 bytes that the keys are sealed under; made by the signer, read by it alone
                  (TERUJI_SIGNER_SECRET, default `keys/secret` in home)
    token         token that holds the private keys instead of files (TERUJI_PKCS11_MODULE: path of the library,
                  default none; TERUJI_PKCS11_TOKEN: its label; TERUJI_PKCS11_PIN_FILE, default `keys/pin` in home)
    timestamp_url time stamp authority for PDF files, RFC 3161 (TERUJI_TIMESTAMP_URL, default none)
    webhooks_inside
                  whether agencies' webhooks may lead to private addresses: for a test (TERUJI_WEBHOOKS_INSIDE: yes, no)
    webhook_authorities
                  file of certificate authorities that the receivers of webhooks may have beside those of the system
                  (TERUJI_WEBHOOK_AUTHORITIES, default none)
    country_header
                  header in which a trusted proxy names the country of a reader (TERUJI_COUNTRY_HEADER, default none)
    separation    whether signer and web run as different users (TERUJI_KEY_SEPARATION: auto, off, required)
    web_user      user of web processes and worker, when started as root (TERUJI_WEB_USER: name, UID or UID:GID)
    signer_user   user of the signer, when started as root (TERUJI_SIGNER_USER)
    """

    home: Path
    database_url: str
    base_url: str
    signer_socket: Path
    secret: bytes
    signer_secret: Path
    token: TokenPlace | None
    timestamp_url: str | None
    country_header: str | None
    separation: Separation
    web_user: User
    signer_user: User
    vc_api_token: str | None = None
    log_published: str | None = None
    witnesses: tuple[WitnessPlace, ...] = ()
    webhooks_inside: bool = False
    webhook_authorities: Path | None = None

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
            vc_api_token=_vc_api_token(environ.get("TERUJI_VC_API_TOKEN") or None),
            log_published=environ.get("TERUJI_LOG_PUBLISHED") or None,
            witnesses=_witnesses(environ.get("TERUJI_WITNESSES", "")),
            webhooks_inside=_yes("TERUJI_WEBHOOKS_INSIDE", environ),
            webhook_authorities=_file("TERUJI_WEBHOOK_AUTHORITIES", environ),
            signer_secret=Path(environ.get("TERUJI_SIGNER_SECRET", str(home / "keys" / "secret"))).resolve(),
            token=_token(environ, home),
            timestamp_url=_timestamp_url(environ.get("TERUJI_TIMESTAMP_URL", "")),
            country_header=_header("TERUJI_COUNTRY_HEADER", environ),
            separation=_separation(environ.get("TERUJI_KEY_SEPARATION", Separation.AUTO)),
            web_user=_user("TERUJI_WEB_USER", environ, WEB_USER),
            signer_user=_user("TERUJI_SIGNER_USER", environ, SIGNER_USER),
        )

    def environment(self) -> dict[str, str]:
        """Return the variables by which a process that is started has these same settings."""
        token = self.token
        return {
            "TERUJI_HOME": str(self.home),
            "TERUJI_DATABASE_URL": self.database_url,
            "TERUJI_BASE_URL": self.base_url,
            "TERUJI_SIGNER_SOCKET": str(self.signer_socket),
            "TERUJI_SIGNER_SECRET": str(self.signer_secret),
            "TERUJI_SECRET": self.secret.hex(),
            "TERUJI_TIMESTAMP_URL": self.timestamp_url or "",
            "TERUJI_COUNTRY_HEADER": self.country_header or "",
            "TERUJI_KEY_SEPARATION": self.separation.value,
            "TERUJI_WEB_USER": f"{self.web_user.uid}:{self.web_user.gid}",
            "TERUJI_SIGNER_USER": f"{self.signer_user.uid}:{self.signer_user.gid}",
            "TERUJI_PKCS11_MODULE": token.module if token else "",
            "TERUJI_PKCS11_TOKEN": token.label if token else "",
            "TERUJI_PKCS11_PIN_FILE": str(token.pin_file) if token else "",
            "TERUJI_VC_API_TOKEN": self.vc_api_token or "",
            "TERUJI_LOG_PUBLISHED": self.log_published or "",
            "TERUJI_WITNESSES": ";".join(map(str, self.witnesses)),
            "TERUJI_WEBHOOKS_INSIDE": "yes" if self.webhooks_inside else "",
            "TERUJI_WEBHOOK_AUTHORITIES": str(self.webhook_authorities or ""),
        }

    @property
    def keys(self) -> Path:
        """The signer's folder."""
        return self.home / "keys"

    @property
    def log_head(self) -> Path:
        """The newest signed head of the log, which is kept outside of the database too."""
        return self.home / "log-checkpoint"

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


def _vc_api_token(text: str | None) -> str | None:
    if text is not None and len(text) < SHORTEST_TOKEN:
        raise SettingsError(f"TERUJI_VC_API_TOKEN: expected at least {SHORTEST_TOKEN} characters, got {len(text)}.")
    return text


def _witnesses(text: str) -> tuple[WitnessPlace, ...]:
    return tuple(_witness(each.strip()) for each in text.split(";") if each.strip())


def _witness(text: str) -> WitnessPlace:
    address, _, key_text = text.partition(" ")
    try:
        key = read_key(key_text)
    except Invalid as error:
        raise SettingsError(f"TERUJI_WITNESSES: expected ADDRESS KEY, got {text!r}: {error}") from error
    if key.kind != WITNESS or urlsplit(address).scheme not in ("http", "https"):
        raise SettingsError(f"TERUJI_WITNESSES: expected a web address and the key of a witness, got {text!r}.")
    return WitnessPlace(address=address, key=key)


def _yes(name: str, environ: Mapping[str, str]) -> bool:
    text = environ.get(name, "")
    if text not in ("", "yes", "no"):
        raise SettingsError(f"{name}: expected yes or no, got {text!r}.")
    return text == "yes"


def _file(name: str, environ: Mapping[str, str]) -> Path | None:
    text = environ.get(name, "")
    if text and not Path(text).is_file():
        raise SettingsError(f"{name}: expected the path of a file, got {text!r}.")
    return Path(text).resolve() if text else None


def _token(environ: Mapping[str, str], home: Path) -> TokenPlace | None:
    module = environ.get("TERUJI_PKCS11_MODULE", "")
    if not module:
        return None
    label = environ.get("TERUJI_PKCS11_TOKEN", "")
    if not label or not Path(module).is_file():
        raise SettingsError(
            "TERUJI_PKCS11_MODULE: expected the path of a library, and the label of a token in TERUJI_PKCS11_TOKEN."
        )
    pin_file = Path(environ.get("TERUJI_PKCS11_PIN_FILE") or home / "keys" / "pin").resolve()
    return TokenPlace(module=module, label=label, pin_file=pin_file)


def _timestamp_url(text: str) -> str | None:
    if text and urlsplit(text).scheme not in ("http", "https"):
        raise SettingsError(f"TERUJI_TIMESTAMP_URL: expected an http address, got {text!r}.")
    return text or None


def _header(variable: str, environ: Mapping[str, str]) -> str | None:
    """Return the name of a header (RFC 9110, 5.6.2: a token), None where nothing is set."""
    name = environ.get(variable, "")
    if name and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}", name):
        raise SettingsError(f"{variable}: expected the name of a header, got {name!r}.")
    return name or None


def _separation(text: str) -> Separation:
    try:
        return Separation(text)
    except ValueError as error:
        raise SettingsError(f"TERUJI_KEY_SEPARATION: expected auto, off or required, got {text!r}.") from error


def _user(name: str, environ: Mapping[str, str], otherwise: str) -> User:
    text = environ.get(name, otherwise)
    try:
        return read_user(text)
    except ValueError as error:
        raise SettingsError(f"{name}: expected a user's name, UID or UID:GID, got {text!r}: {error}.") from error


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
