"""The printed page: A4, Indonesian and English, tagged (PDF/UA-1), archival (PDF/A-3) with the credential attached.

The page states what `certificate.Certificate` states and nothing else. Typst sets it from `certificate.typ`;
each thread has a compiler of its own, and what is set goes in as bytes.
"""

import io
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal, cast

import pikepdf
import typst

from assessment.credentials.certificate import (
    ONE_ROOF,
    SAMPLE,
    Certificate,
    written_day,
)
from assessment.credentials.codes import Drawing
from assessment.domain.competency import Method
from assessment.domain.credentials.described import METHOD_NAMES
from assessment.domain.language import text_in

FOLDER = Path(__file__).resolve().parent
ATTACHMENT = "credential.json"
STANDARDS: list[Literal["a-3a", "ua-1"]] = ["a-3a", "ua-1"]
PREVIEW_PPI = 110

METHODS = {
    Method.OBSERVED: "Diamati saat bekerja",
    Method.PRODUCT: "Hasil kerja diperiksa",
    Method.WRITTEN: "Soal tertulis",
    Method.ORAL: "Pertanyaan lisan",
    Method.PORTFOLIO: "Portofolio diperiksa",
    Method.THIRD_PARTY: "Pernyataan pihak ketiga",
}
OCCASIONS = {"exam": {"id": "Ujian tertulis", "en": "Written exam"}, "practical": {"id": "Praktik", "en": "Practical"}}

ZONES = {"Asia/Jakarta": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}

_own = threading.local()


@dataclass(frozen=True, kw_only=True, slots=True)
class Issued:
    """What a certificate has once it is signed: address, both codes, and the credential to attach."""

    public_id: str
    code: Drawing
    small_code: Drawing
    document: bytes


def print_certificate(certificate: Certificate, *, number: str, name: str, issued: Issued, now: datetime) -> bytes:
    """Return the certificate as a PDF with the credential attached."""
    inputs = {
        "page": json.dumps(_page(certificate, number=number, name=name, public_id=issued.public_id)),
        "code": issued.code.svg(),
        "small": issued.small_code.svg(),
        "credential": issued.document.decode(),
    }
    return cast(
        bytes,
        _compiler().compile(
            _source(), format="pdf", pdf_standards=[*STANDARDS], sys_inputs=inputs, timestamp=now.replace(microsecond=0)
        ),
    )


def preview_certificate(certificate: Certificate, *, name: str) -> bytes:
    """Return the first page as it will be printed, as a PNG without number, address and code."""
    inputs = {"page": json.dumps(_page(certificate, number="", name=name, public_id=""))}
    pages = _compiler().compile(_source(), format="png", ppi=PREVIEW_PPI, sys_inputs=inputs)
    return pages[0] if isinstance(pages, list) else cast(bytes, pages)


def attached_credential(pdf: bytes) -> bytes | None:
    """Return the bytes of the credential that a PDF carries, None when it carries none or cannot be read."""
    try:
        with pikepdf.open(io.BytesIO(pdf)) as document:
            found = document.attachments.get(ATTACHMENT)
            return None if found is None else found.get_file().read_bytes()
    except pikepdf.PdfError:
        return None


def _compiler() -> typst.Compiler:
    if not hasattr(_own, "compiler"):
        fonts = typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FOLDER / "fonts")]
        )
        _own.compiler = typst.Compiler(root=str(FOLDER / "fonts"), font_paths=fonts)
    compiler: typst.Compiler = _own.compiler
    return compiler


def _source() -> bytes:
    return (FOLDER / "certificate.typ").read_bytes()


def _page(certificate: Certificate, *, number: str, name: str, public_id: str) -> dict[str, Any]:
    host = certificate.origin.partition("://")[2]
    return {
        "number": number,
        "name": name,
        "host": host,
        "address": f"{host}/v/{public_id}" if public_id else "",
        "did": certificate.did,
        "title": dict(certificate.title),
        "scheme": _pair(certificate.titles),
        "summary": {language: text.partition("\n")[0] for language, text in _pair(certificate.summaries).items()},
        "notes": {language: text.partition("\n")[2] for language, text in _pair(certificate.summaries).items()},
        "scope": " · ".join(", ".join(values) for _, values in certificate.scope),
        "issuer": f"{certificate.issuer_name}, {certificate.issuer_city}",
        "licence": f"{certificate.authority} · {certificate.authority_number}" if certificate.licensed else "",
        "decided": _days(certificate.decided_on),
        "until": _days(certificate.valid_until_on),
        "zone": ZONES.get(str(certificate.zone), str(certificate.zone)),
        "units": [
            {
                "code": unit.code,
                "title": _pair(unit.titles),
                "methods": [{"id": METHODS[way], "en": METHOD_NAMES[way]} for way in sorted(unit.methods)],
            }
            for unit in sorted(certificate.units, key=lambda unit: unit.code)
        ],
        "occasions": [
            {
                "kind": OCCASIONS[each.kind],
                "place": f"{each.site}, {each.city}",
                "day": _days(each.day),
            }
            for each in certificate.occasions
        ],
        "meeting": {
            "number": certificate.meeting_number,
            "members": certificate.deciders,
            "outside": certificate.outside_deciders,
        },
        "one_roof": ONE_ROOF if certificate.trained_here else None,
        "sample": SAMPLE if certificate.stamp else None,
        "welding": certificate.welding,
        "preview": not public_id,
    }


def _pair(texts: Mapping[str, str]) -> dict[str, str]:
    return {language: text_in(texts, language) for language in ("id", "en")}


def _days(day: date) -> dict[str, str]:
    return {language: written_day(day, language) for language in ("id", "en")}
