"""What a token shows of a certificate, as texts: only what its holder disclosed, and never more."""

from collections.abc import Mapping

from assessment.domain.errors import N_
from assessment.verification.page import Language

NAME_HIDDEN = N_("the holder, whose name is not shown,")
SCHEME_HIDDEN = N_("a scheme that is not shown")


def named_in(claims: Mapping[str, object] | None, language: Language) -> tuple[str, str]:
    """Return holder and scheme as a token shows them, or words that say that they are not shown."""
    shown = claims or {}
    scheme = shown.get("scheme_source_name" if language.code == "id" else "scheme_name", shown.get("scheme_code"))
    return (
        str(shown.get("name", language.say(NAME_HIDDEN))),
        language.say(SCHEME_HIDDEN) if scheme is None else str(scheme),
    )


def results_in(claims: Mapping[str, object] | None) -> tuple[tuple[str, str], ...]:
    """Return (what it is a result of, the result) of every result that a token shows, in the document's language."""
    found = (claims or {}).get("results", [])
    lines = []
    for each in found if isinstance(found, list) else []:
        if isinstance(each, dict):
            said = [str(each[key]) for key in ("level", "value", "status") if key in each]
            lines.append((str(each.get("name", "")), ", ".join(said)))
    return tuple(sorted(lines))
