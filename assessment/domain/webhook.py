"""Messages to a server of somebody else: how they are signed, when they are sent again, which addresses are taken.

Nothing is sent here, and no name is looked up.

Specification: Standard Webhooks 1.0.0, https://www.standardwebhooks.com/.
"""

import base64
import hmac
import ipaddress
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from urllib.parse import urlsplit

from assessment.domain.errors import N_, Invalid

MAX_ADDRESS = 500

# After each attempt that failed, the wait before the next one: the schedule that the specification gives as an example.
DELAYS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)

_UNICAST = ipaddress.IPv6Network("2000::/3")
# Addresses that carry another address inside (6to4, Teredo): a gateway would lead them where the inner one says.
_CARRIERS = (ipaddress.IPv6Network("2002::/16"), ipaddress.IPv6Network("2001::/32"))
_HOST = re.compile(r"(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_TARGET = re.compile(r"[!-~]*")


@dataclass(frozen=True, kw_only=True, slots=True)
class Receiver:
    """Where messages go: `host` is a name or an address without brackets, `target` the path with its query."""

    host: str
    port: int
    target: str

    @property
    def authority(self) -> str:
        """Host and port as they stand in an address and in the header Host."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == 443 else f"{host}:{self.port}"


def read_receiver(url: str) -> Receiver:
    """Read an https address. Raises Invalid for another scheme, a user or fragment in it, and what is no address."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        raise Invalid(N_("Expected an https address.")) from None
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    fits = parts.scheme == "https" and (_HOST.fullmatch(host) or literal(host)) and _TARGET.fullmatch(target)
    if not fits or len(url) > MAX_ADDRESS or not url.isprintable() or "@" in parts.netloc or "#" in url or port == 0:
        raise Invalid(N_("Expected an https address."))
    return Receiver(host=host, port=443 if port is None else port, target=target)


def literal(host: str) -> str | None:
    """Return a host that is an address as such, None when it is a name, or an address of one link only."""
    if "%" in host:
        return None
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return None


def is_public(address: str) -> bool:
    """Say whether an address (as text) is one of the public internet, and leads nowhere else.

    Private, loopback, link-local, shared, reserved and multicast addresses are not, nor is any that holds one inside.
    """
    found = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return is_public(str(found.ipv4_mapped))
        if found not in _UNICAST or found.scope_id or any(found in network for network in _CARRIERS):
            return False
    return found.is_global and not (found.is_multicast or found.is_reserved or found.is_unspecified)


def write_secret(secret: bytes) -> str:
    """Write a secret as the receiver gets it."""
    return f"whsec_{base64.b64encode(secret).decode()}"


def write_body(event: str, at: str, data: Mapping[str, object]) -> bytes:
    """Write the body: what happened, when (RFC 3339), and of what."""
    return json.dumps({"type": event, "timestamp": at, "data": data}, separators=(",", ":")).encode()


def headers(secret: bytes, message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """Return the three headers of a message; `timestamp` is that of the attempt, in seconds since 1970.

    Raises ValueError for an id with a point in it, which could be read as another id.
    """
    if "." in message_id:
        raise ValueError(f"Expected an id without a point, got {message_id!r}.")
    signed = hmac.digest(secret, f"{message_id}.{timestamp}.".encode() + body, sha256)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{base64.b64encode(signed).decode()}",
    }


def next_delay(failed: int) -> timedelta | None:
    """Return how long to wait after so many attempts that failed; None when it is given up."""
    return DELAYS[failed - 1] if failed <= len(DELAYS) else None
