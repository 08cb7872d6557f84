"""What somebody who opens a certificate's address asks for: a page or something for programs, in which language.

A stranger's language is the address's, else the browser's, else English.
"""

from dataclasses import dataclass
from functools import lru_cache

from werkzeug.datastructures import LanguageAccept, MIMEAccept
from werkzeug.wrappers import Request

from assessment.credentials.exporting import MEDIA_TYPES, Format
from assessment.domain.language import PUBLIC_LANGUAGES, chosen_language

FORMS = (Format.JSON, Format.JWT, Format.SD_JWT)
_KINDS = [MEDIA_TYPES[form] for form in FORMS]


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """`page`: a page, and neither an answer for programs nor the credential itself; `packed`: gzip is taken."""

    language: str
    page: bool
    packed: bool


@lru_cache(maxsize=1024)
def asked(query: str, accept: str, languages: str, encodings: str) -> Asked:
    """Read the query of an address and the headers Accept, Accept-Language and Accept-Encoding."""
    request = Request(
        {
            "REQUEST_METHOD": "GET",
            "QUERY_STRING": query,
            "HTTP_ACCEPT": accept,
            "HTTP_ACCEPT_LANGUAGE": languages,
            "HTTP_ACCEPT_ENCODING": encodings,
        }
    )
    kinds = request.accept_mimetypes
    return Asked(
        language=language_of(request.args.get("lang"), request.accept_languages),
        page=asked_form(kinds) is None and not is_for_programs(kinds),
        packed=bool(request.accept_encodings["gzip"]),
    )


def language_of(chosen: str | None, accepted: LanguageAccept) -> str:
    """Return the reader's language."""
    if chosen in PUBLIC_LANGUAGES:
        return chosen
    return chosen_language([tag for tag, quality in accepted if quality > 0], PUBLIC_LANGUAGES) or "en"


def asked_form(accepted: MIMEAccept) -> Format | None:
    """Return the form of the credential itself that is preferred to a page and to an answer, if any."""
    wanted = accepted.best_match(["text/html", "application/json", *_KINDS])
    return FORMS[_KINDS.index(wanted)] if wanted in _KINDS else None


def is_for_programs(accepted: MIMEAccept) -> bool:
    """Whether an answer for programs is preferred to a page."""
    return accepted.best_match(["text/html", "application/json"]) == "application/json"
