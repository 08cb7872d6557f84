"""The public files: key documents, status lists, the register, the log; plain files for any cache or web server.

    DIR/b/CODE/did.json   DIR/status/CODE-PURPOSE-N   DIR/issuers.json   DIR/pdf-ca.pem, .crl
    DIR/log/checkpoint    DIR/log/tile/…              DIR/pdf-seals/CODE/KEY/00 … ff, of withdrawn keys alone

Each file is written beside its place and then moved there, so that nobody reads half of one.
"""

import json
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from assessment.accounts.tables import CertificationBody
from assessment.credentials.keys import origin
from assessment.credentials.log_files import publish_log
from assessment.credentials.log_heads import log_key
from assessment.credentials.pdf_certificates import published_authority, sealing_keys
from assessment.credentials.pdf_seals import digest_list, digests_under
from assessment.credentials.public import did_document, issuers
from assessment.credentials.signer_client import signer
from assessment.credentials.status_lists import published_list
from assessment.credentials.tables import StatusList
from assessment.database import reading
from assessment.domain.credentials.did_web import code_of
from assessment.domain.credentials.json_text import write_object
from assessment.domain.credentials.sealing_keys import SealingKey, write_sealing_keys
from assessment.domain.credentials.sources import Issuer
from assessment.domain.credentials.withdrawn import write_removed
from assessment.domain.log.note import VerifierKey

FORMAT = 1
REGISTER = "issuers.json"
PDF_AUTHORITY = "pdf-ca.pem"
PDF_REVOKED = "pdf-ca.crl"
PDF_SEALS = "pdf-seals"


def publish(folder: Path, now: datetime) -> list[str]:
    """Write every public file under a folder and return their paths in it; opens transactions of its own.

    Raises Conflict when a status list cannot be signed and none that still holds is stored, when the signer does not
    answer, or when the folder holds another history of the log.
    """
    logged = []
    for path, content in publish_log(folder, now):
        write_whole(folder / path, content)
        logged.append(path)
    with reading() as session:
        names = session.scalars(select(StatusList.id).order_by(StatusList.id)).all()
    files: dict[str, bytes] = {}
    for name in names:
        signed = published_list(name, now)
        if signed is not None:
            files[f"status/{name}"] = write_object(signed)
    with reading() as session:  # after the lists: signing them may have opened a key
        if (authority := published_authority(session)) is not None:
            files[PDF_AUTHORITY] = authority
            if (revoked := signer().revocations(now.replace(microsecond=0))) is not None:
                files[PDF_REVOKED] = revoked
        sealing = sealing_keys(session)
        files[REGISTER] = register_text(origin(session), issuers(session), log_key(session), sealing)
        for key in (key for keys in sealing.values() for key in keys if key.removed_at is not None):
            digests = digests_under(session, key.body_id, key.id)
            files |= {f"{PDF_SEALS}/{path}": content for path, content in seal_lists(key, digests)}
        for body_id in session.scalars(select(CertificationBody.id).order_by(CertificationBody.id)).all():
            document = did_document(session, body_id)
            if document is not None:
                files[f"b/{body_id}/did.json"] = write_object(document)
    for path, content in files.items():
        write_whole(folder / path, content)
    return sorted([*files, *logged])


def register_text(
    address: str,
    known: Mapping[str, Issuer],
    log: VerifierKey | None,
    sealing: Mapping[str, Sequence[SealingKey]],
) -> bytes:
    """Write the register of issuers, format version 1: {v, origin, log, issuers: {did: {name, compromised_keys}}}.

    An issuer that has compromised keys also has `removed_keys`: [{id, publicKeyMultibase, removed}]. `pdf_keys` are
    its keys for PDF files: [{id, certificateSha256, removed}], the last of compromised ones; `sealing` holds them by
    the body's code. `log` is the key under which the log's heads verify, as text; null before there is a log.
    """
    value = {
        "v": FORMAT,
        "origin": address,
        "log": None if log is None else str(log),
        "issuers": {
            did: {
                "name": issuer.name,
                "compromised_keys": sorted(issuer.compromised_keys),
                **({"removed_keys": write_removed(issuer.removed_keys)} if issuer.removed_keys else {}),
                "pdf_keys": write_sealing_keys(sealing.get(code_of(did), ())),
            }
            for did, issuer in sorted(known.items())
        },
    }
    return json.dumps(value, ensure_ascii=False, indent=1).encode() + b"\n"


def seal_lists(key: SealingKey, digests: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """Yield path and content of each list of a withdrawn key: the files that it had sealed, by their first digits."""
    for start in (f"{number:02x}" for number in range(256)):
        yield f"{key.body_id}/{key.id}/{start}", digest_list(each for each in digests if each.startswith(start))


def write_whole(file: Path, content: bytes) -> None:
    """Write a file so that a reader sees the old one or the new one, never a part."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=".unfinished-")
    try:
        with os.fdopen(handle, "wb") as written:
            written.write(content)
            written.flush()
            os.fsync(written.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, file)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
