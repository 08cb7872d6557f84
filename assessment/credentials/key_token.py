"""Private keys in a token behind PKCS#11 (a hardware security module, a smart card); only the signer's process uses it.

Each key pair is made in the token and its private half cannot be taken out. Both halves are labelled `BODY/NAME`; an
object of data labelled `BODY/NAME.retired` says that it signs no more. The token must know Ed25519 (EC_EDWARDS, EDDSA)
and ECDSA on P-256. Tried with SoftHSM 2.6.

Specification: PKCS #11 3.1 (OASIS).
"""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pkcs11
from asn1crypto.core import OctetString
from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass
from pkcs11.util.ec import encode_ecdsa_signature, encode_named_curve_parameters

from assessment.credentials.key_files import PDF, Refused
from assessment.settings import TokenPlace

ED25519, P256 = "1.3.101.112", "1.2.840.10045.3.1.7"


class TokenKeys:
    """The keys of a token, over one session that threads take in turns."""

    def __init__(self, place: TokenPlace, pin: str) -> None:
        self._lock = threading.Lock()
        try:
            token = pkcs11.lib(place.module).get_token(token_label=place.label)
            self._session: Any = token.open(rw=True, user_pin=pin)
        except (pkcs11.PKCS11Error, RuntimeError) as error:
            raise Refused(f"The token {place.label} cannot be opened: {type(error).__name__} {error}.") from error

    def open(self, body: str, name: str) -> bytes:
        """Do as `Keys.open`."""
        label = f"{body}/{name}"
        with self._turn():
            self._refuse_retired(label)
            public = self._find(label, ObjectClass.PUBLIC_KEY)
            if public is None:
                public = self._make(label, pdf=name.startswith(PDF))
            return bytes(OctetString.load(public[Attribute.EC_POINT]))

    def sign(self, body: str, name: str, content: bytes) -> bytes:
        """Do as `Keys.sign`."""
        label = f"{body}/{name}"
        with self._turn():
            self._refuse_retired(label)
            private = self._find(label, ObjectClass.PRIVATE_KEY)
            if private is None:
                raise Refused(f"There is no key {name} of {body}.")
            if name.startswith(PDF):
                plain = private.sign(hashlib.sha256(content).digest(), mechanism=Mechanism.ECDSA)
                return encode_ecdsa_signature(plain)
            return bytes(private.sign(content, mechanism=Mechanism.EDDSA))

    def retire(self, body: str, name: str) -> None:
        """Do as `Keys.retire`. The private half stays in the token, for whoever holds it to remove."""
        label = f"{body}/{name}.retired"
        with self._turn():
            if self._find(label, ObjectClass.DATA) is None:
                self._session.create_object(
                    {
                        Attribute.CLASS: ObjectClass.DATA,
                        Attribute.TOKEN: True,
                        Attribute.LABEL: label,
                        Attribute.VALUE: b"retired",
                    }
                )

    def _make(self, label: str, *, pdf: bool) -> Any:
        kind, curve = (KeyType.EC, P256) if pdf else (KeyType.EC_EDWARDS, ED25519)
        parameters = self._session.create_domain_parameters(
            kind, {Attribute.EC_PARAMS: encode_named_curve_parameters(curve)}, local=True
        )
        public, _private = parameters.generate_keypair(
            store=True,
            label=label,
            id=label.encode(),
            private_template={Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False},
        )
        return public

    def _find(self, label: str, kind: ObjectClass) -> Any:
        found = list(self._session.get_objects({Attribute.CLASS: kind, Attribute.LABEL: label}))
        return found[0] if found else None

    def _refuse_retired(self, label: str) -> None:
        if self._find(f"{label}.retired", ObjectClass.DATA) is not None:
            raise Refused(f"The key {label} is retired.")

    @contextmanager
    def _turn(self) -> Iterator[None]:
        with self._lock:
            try:
                yield
            except pkcs11.PKCS11Error as error:
                raise Refused(f"The token refuses: {type(error).__name__} {error}.") from error
