"""The printed page: A4, Indonesian and English, tagged (PDF/UA-1), archival (PDF/A-3) with the credential attached.

The page states what `certificate.Certificate` states and nothing else. Typst sets it from `paper/certificate.typ`,
and the card for the wallet from `paper/card.typ`; each thread has a compiler of its own, and what is set goes in
as bytes. The line ornament is computed from the credential's digest.
"""

import io
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal, cast

import pikepdf
import typst

from assessment.credentials.certificate import (
    ONE_ROOF,
    SAMPLE,
    Certificate,
    UnitLine,
    written_day,
)
from assessment.credentials.codes import Drawing
from assessment.domain.competency import Method
from assessment.domain.credentials.described import METHOD_NAMES, percent
from assessment.domain.language import text_in

FOLDER = Path(__file__).resolve().parent / "paper"
ATTACHMENT = "credential.json"
PROOF_ENDING = ".tlog-proof"
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

SCOPES = {
    "process": {"id": "Proses", "en": "Process"},
    "position": {"id": "Posisi", "en": "Position"},
    "product": {"id": "Produk", "en": "Product"},
    "work_place": {"id": "Tempat kerja", "en": "Place of work"},
    "cooking_method": {"id": "Cara memasak", "en": "Cooking method"},
    "food_safety": {"id": "Keamanan pangan", "en": "Food safety"},
    "material": {"id": "Bahan", "en": "Material"},
}

# How to check, for readers of neither language of the page: (language, region, its own name, the sentence).
# Machine-made translations, not yet reviewed. Their letters are in the cut fonts beside the page: a new letter
# needs a new cut (docs/decisions/0044-paper.md).
ELSEWHERE = (
    ("ja", "jp", "日本語", "コードを読み取り、アドレスが %s であることを確認してください。"),
    ("ko", "kr", "한국어", "코드를 스캔하고 주소가 %s인지 확인하세요."),
    ("zh", "cn", "简体中文", "请扫描二维码，并确认网址为 %s。"),
    ("zh", "tw", "繁體中文", "請掃描 QR 碼，並確認網址為 %s。"),
    ("de", "de", "Deutsch", "Code scannen; die Adresse muss %s sein."),
    ("ar", "sa", "العربية", "امسح الرمز ضوئيًا؛ يجب أن يكون العنوان %s."),
    ("ms", "my", "Bahasa Melayu", "Imbas kod; alamatnya mestilah %s."),
)

ZONES = {"Asia/Jakarta": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}

_own = threading.local()


@dataclass(frozen=True, kw_only=True, slots=True)
class Issued:
    """What a certificate has once it is signed: address, both codes, the credential to attach, and the log's proof."""

    public_id: str
    code: Drawing
    small_code: Drawing
    document: bytes
    proof: bytes | None = None


def print_certificate(certificate: Certificate, *, number: str, name: str, issued: Issued, now: datetime) -> bytes:
    """Return the certificate as a PDF with the credential attached, and the log's proof where there is one."""
    return _set("certificate.typ", certificate, number=number, name=name, issued=issued, now=now)


def print_card(certificate: Certificate, *, number: str, name: str, issued: Issued, now: datetime) -> bytes:
    """Return the card for the wallet as a PDF: an A4 sheet with both sides, the credential attached."""
    return _set("card.typ", certificate, number=number, name=name, issued=issued, now=now)


def preview_certificate(certificate: Certificate, *, name: str) -> bytes:
    """Return the first page as it will be printed, as a PNG without number, address and code."""
    inputs = {"page": json.dumps(_page(certificate, number="", name=name, issued=None))}
    pages = _compiler().compile(_source("certificate.typ"), format="png", ppi=PREVIEW_PPI, sys_inputs=inputs)
    return pages[0] if isinstance(pages, list) else cast(bytes, pages)


def attached_credential(pdf: bytes) -> bytes | None:
    """Return the bytes of the credential that a PDF carries, None when it carries none or cannot be read."""
    try:
        with pikepdf.open(io.BytesIO(pdf)) as document:
            found = document.attachments.get(ATTACHMENT)
            return None if found is None else found.get_file().read_bytes()
    except pikepdf.PdfError:
        return None


def _set(source: str, certificate: Certificate, *, number: str, name: str, issued: Issued, now: datetime) -> bytes:
    inputs = {
        "page": json.dumps(_page(certificate, number=number, name=name, issued=issued)),
        "code": issued.code.svg(),
        "small": issued.small_code.svg(),
        "credential": issued.document.decode(),
        "proof": (issued.proof or b"").decode(),
    }
    return cast(
        bytes,
        _compiler().compile(
            _source(source),
            format="pdf",
            pdf_standards=[*STANDARDS],
            sys_inputs=inputs,
            timestamp=now.replace(microsecond=0),
        ),
    )


def _compiler() -> typst.Compiler:
    if not hasattr(_own, "compiler"):
        fonts = typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FOLDER / "fonts")]
        )
        _own.compiler = typst.Compiler(root=str(FOLDER), font_paths=fonts)
    compiler: typst.Compiler = _own.compiler
    return compiler


def _source(name: str) -> bytes:
    return (FOLDER / name).read_bytes()


def _page(certificate: Certificate, *, number: str, name: str, issued: Issued | None) -> dict[str, Any]:
    host = certificate.origin.partition("://")[2]
    proof = f"{number}{PROOF_ENDING}" if issued is not None and issued.proof is not None else ""
    return {
        "number": number,
        "name": name,
        "host": host,
        "address": f"{host}/v/{issued.public_id}" if issued else "",
        "did": certificate.did,
        "title": dict(certificate.title),
        "scheme": _pair(certificate.titles),
        "summary": {language: text.partition("\n")[0] for language, text in _pair(certificate.summaries).items()},
        "notes": {language: text.partition("\n")[2] for language, text in _pair(certificate.summaries).items()},
        "scope": [
            {"name": SCOPES.get(name, {"id": name, "en": name}), "values": ", ".join(values)}
            for name, values in certificate.scope
        ],
        "issuer": f"{certificate.issuer_name}, {certificate.issuer_city}",
        "licence": f"{certificate.authority} · {certificate.authority_number}" if certificate.licensed else "",
        "decided": _days(certificate.decided_on),
        "until": _days(certificate.valid_until_on),
        "zone": ZONES.get(str(certificate.zone), str(certificate.zone)),
        "units": [
            {
                "code": unit.code,
                "title": _pair(unit.titles),
                "methods": [_method(way, unit) for way in sorted(unit.methods)],
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
        "preview": issued is None,
        "proof": proof,
        "ornament": list(sha256(b"" if issued is None else issued.document).digest()),
        "elsewhere": [
            {"lang": language, "region": region, "called": called, "says": says % host}
            for language, region, called, says in ELSEWHERE
        ],
    }


def _method(way: Method, unit: UnitLine) -> dict[str, str]:
    """Return how a unit was proved, with the marks in the written questions, as the credential has them."""
    marks = ""
    if way is Method.WRITTEN and unit.written is not None:
        marks = f"{percent(*unit.written).replace('.', ',')}\u00a0%"
    return {"id": METHODS[way], "en": METHOD_NAMES[way], "marks": marks}


def _pair(texts: Mapping[str, str]) -> dict[str, str]:
    return {language: text_in(texts, language) for language in ("id", "en")}


def _days(day: date) -> dict[str, str]:
    return {language: written_day(day, language) for language in ("id", "en")}
