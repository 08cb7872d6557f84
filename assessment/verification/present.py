"""What the page shows of a verification: every text prepared, nothing left to reckon in a template.

Pure: the reader's language comes in as functions, the registry's facts as values. Names and texts of documents
pass through `visible`, so that an invisible or turning character cannot make a name look like another.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

from markupsafe import Markup, escape

from assessment.domain.credentials.build import NOT_ISO_9606
from assessment.domain.credentials.did_web import origin_of
from assessment.domain.credentials.facts import Facts, ProvedUnit
from assessment.domain.credentials.verdict import MAY_BE_ABSENT, Check, Verification
from assessment.domain.errors import N_, Invalid
from assessment.domain.language import LANGUAGES
from assessment.verification.disclosed import named_in, results_in
from assessment.verification.evidence import Evidence
from assessment.verification.on_device import on_device
from assessment.verification.page import CheckLine, Language, Mark, Note, Page, Registry, UnitLine
from assessment.verification.present_evidence import (
    exact_text,
    exam_lines,
    level_lines,
    period_lines,
    qualification,
    since_lines,
)
from assessment.verification.sentences import (
    CHECK_WORDS,
    CHECKS,
    CRITERIA,
    LEVELS,
    METHODS,
    NOT_REPLACED,
    NOT_REPLACED_BY_WELDING,
    SAID,
    CheckState,
    State,
)

SAMPLE_PREFIXES = ("Contoh, bukan skema BNSP: ", "Sample, not a BNSP scheme: ")

SCOPE: Mapping[str, str] = {
    "process": N_("Process"),
    "position": N_("Position"),
    "product": N_("Product"),
    "material": N_("Material"),
    "work_place": N_("Place of work"),
    "cooking_method": N_("Cooking method"),
    "food_safety": N_("Food safety"),
}
# Words of a scope; symbols such as SMAW (111), and words that are not here, stand as they were written.
SCOPE_WORDS = frozenset(
    {
        N_("plate groove"),
        N_("carbon steel, 10 mm"),
        N_("hotel"),
        N_("restaurant"),
        N_("pan-frying"),
        N_("club sandwich"),
        N_("HACCP plan"),
    }
)

_MALFORMED = N_("The document does not have the form that the standards ask for. In technical English:")
_AS_OF = N_(
    "This is what was known on %(moment)s. Whether the certificate was withdrawn or put on hold since then could not "
    "be checked."
)
_SAMPLE = N_("Sample, not a BNSP scheme")
_TECHNICAL = N_("Technical checks")
_ONE_ROOF = N_("The same body also trained the holder: first party, P1.")
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_QUIET = frozenset({State.FORGED, State.UNKNOWN, State.ERASED, State.MISSING})


def visible(text: str) -> str:
    """Return a text of a document in one line, every invisible or direction-turning character replaced by a box."""
    folded = " ".join(text.split())
    return "".join("\ufffd" if unicodedata.category(character) in _INVISIBLE else character for character in folded)


def present(
    verification: Verification,
    registry: Registry | None = None,
    *,
    now: datetime,
    host: str,
    language: Language,
    keys: Mapping[str, bytes] | None = None,
    evidence: Evidence | None = None,
    birth_date: date | None = None,
    titles: Mapping[str, str] | None = None,
) -> Page:
    """Prepare the page of a verification.

    `keys` maps the addresses of the issuer's keys to their 32 bytes: with them the page carries what the check of
    the printed code on the reader's device needs.
    """
    state = State(verification.verdict)
    facts = None if state in _QUIET else verification.facts
    shown = any((verification.payload, verification.disclosed))
    stated = facts is not None or (shown and state not in _QUIET)
    checks = tuple(_check(check, language) for check in verification.checks)
    said = SAID[state]
    page = Page(
        state=state,
        seal=str(state),
        word=language.say(said.word),
        sentence=Markup(escape(language.say(said.plain))),
        meaning=language.say(said.meaning),
        action=language.say(said.action),
        sample="",
        dates=(),
        checked=_checked(now, host, language),
        address=address_line(host, language),
        host=host,
        checks=checks,
        checks_summary=_summary(checks, language),
    )
    if not stated:
        return page
    one_roof = registry is not None and registry.one_roof
    page = replace(
        page,
        sentence=_sentence(state, verification, registry, language),
        sample=language.say(_SAMPLE) if _is_sample(verification, registry) else "",
        dates=(*since_lines(state, evidence, language), *_dates(state, verification, language)),
        periods=period_lines(verification.clocks, language),
        behind=_behind(verification, registry, language),
        one_roof=language.say(_ONE_ROOF) if one_roof else "",
        not_replaced=_not_replaced(facts, language),
    )
    if facts is None:
        return page
    return replace(
        page,
        title=_own_language(facts.title, language),
        units=tuple(_unit(unit, language) for unit in facts.units),
        scope=_scope(registry, language),
        conditions=_conditions(facts, registry, language),
        own_address=facts.id,
        exam=exam_lines(evidence, language),
        translated=_translated(facts, titles or {}, language),
        compared=_compared(facts, birth_date, language),
        levels=level_lines(facts, language),
        qualification=qualification(facts, language),
        exact=tuple(replace(note, text=visible(note.text)) for note in exact_text(facts) if note.text),
        as_of=language.say(_AS_OF) % {"moment": language.kept(language.moment(now))},
        on_device=on_device(verification, keys) if keys else None,
    )


def present_absence(state: State, *, now: datetime, host: str, language: Language) -> Page:
    """Prepare the page of an address under which there is nothing to judge: erased, or missing."""
    said = SAID[state]
    return Page(
        state=state,
        seal="cannot_check" if state is State.ERASED else "unknown",
        word=language.say(said.word),
        sentence=Markup(escape(language.say(said.plain))),
        meaning=language.say(said.meaning),
        action=language.say(said.action),
        sample="",
        dates=(),
        checked=_checked(now, host, language),
        address=address_line(host, language),
        host=host,
    )


def _sentence(state: State, verification: Verification, registry: Registry | None, language: Language) -> Markup:
    facts, payload = verification.facts, verification.payload
    name, scheme = named_in(verification.disclosed, language)
    if facts is not None:
        name, scheme = facts.recipient, _scheme_name(facts, language)
    elif payload is not None:
        name, scheme = payload.name, payload.scheme_code
    start = verification.clocks[0].start.date() if verification.clocks else None
    decided = registry.decided_on if registry and state is not State.NOT_YET_VALID else start
    template = Markup(escape(language.say(SAID[state].named)))
    values = {
        "name": Markup("<b><bdi>{}</bdi></b>").format(visible(name)),
        "scheme": Markup("<b><bdi>{}</bdi></b>").format(visible(scheme)),
        "day": Markup('<span class="date">{}</span>').format(language.day(decided) if decided else "—"),
    }
    return template % values


def _translated(facts: Facts, titles: Mapping[str, str], language: Language) -> tuple[tuple[str, str], ...]:
    """Our own translations of titles, each beside what was signed."""
    if not titles:
        return ()
    signed = {"": _scheme_name(facts, language), **{unit.code: unit.name for unit in facts.units}}
    label = language.say(N_("our translation"))
    return tuple(
        (visible(name), f"{visible(titles[code])} ({label})") for code, name in signed.items() if code in titles
    )


def _compared(facts: Facts, birth_date: date | None, language: Language) -> tuple[tuple[str, str], ...]:
    """What the holder lets be compared with the person, beside the name that the sentence says."""
    if birth_date is None:
        return ()
    name = (language.say(N_("Name")), visible(facts.recipient))
    return name, (language.say(N_("Date of birth")), language.day(birth_date))


def _scheme_name(facts: Facts, language: Language) -> str:
    name = facts.scheme_source_name if language.code == "id" else facts.scheme_name
    for prefix in SAMPLE_PREFIXES:
        name = name.removeprefix(prefix)
    return name


def _is_sample(verification: Verification, registry: Registry | None) -> bool:
    """A demo's issuer lives on the machine itself, and a sample scheme says so in its title."""
    if registry is not None and registry.sample:
        return True
    if verification.facts is not None and verification.facts.scheme_name.startswith(SAMPLE_PREFIXES):
        return True
    try:
        return origin_of(verification.issuer or "").startswith("http://")
    except Invalid:
        return False


def _dates(state: State, verification: Verification, language: Language) -> tuple[tuple[str, str], ...]:
    if not verification.clocks:
        return ()
    clock = verification.clocks[0]
    until = language.say(N_("without an end")) if clock.until is None else language.day(clock.until.date())
    lines = [(language.say(N_("Valid until")), until)]
    if state is State.NOT_YET_VALID:
        lines.insert(0, (language.say(N_("Valid from")), language.day(clock.start.date())))
    if state is State.EXPIRED:
        lines = [(language.say(N_("Was valid until")), until)]
    if verification.payload is not None:
        lines.append((language.say(N_("Born in")), str(verification.payload.birth_year)))
    return tuple(lines)


def address_line(host: str, language: Language) -> Markup:
    """Say which address the page must have, and what it never asks for."""
    check = Markup(escape(language.say(N_("Check that the address is %(host)s."))))
    never = language.say(N_("This page never asks for a login, a payment or an e‑mail address."))
    return check % {"host": Markup("<b><bdi>{}</bdi></b>").format(host)} + " " + never


def _checked(now: datetime, host: str, language: Language) -> str:
    written = language.clock(now)
    when = written if isinstance(written, Mark) else with_offset(written, now)
    values = {"host": language.kept(host), "when": language.kept(when)}
    return language.say(N_("Checked just now by %(host)s, %(when)s.")) % values


def with_offset(written: str, now: datetime) -> str:
    """Return a time of day with what its zone is from UTC, for readers who do not know the zone's name."""
    offset = now.utcoffset() or timedelta()
    hours, minutes = divmod(abs(offset) // timedelta(minutes=1), 60)
    sign = "-" if offset < timedelta() else "+"
    zone = f"UTC{sign}{hours}" + (f":{minutes:02}" if minutes else "") if offset else "UTC"
    return written if written.endswith("UTC") else f"{written} ({zone})"


def _unit(unit: ProvedUnit, language: Language) -> UnitLine:
    known = LEVELS.get(unit.level)
    return UnitLine(
        name=visible(unit.source_name if language.code == "id" else unit.name),
        code=visible(unit.code),
        level=language.say(known) if known else visible(unit.level_name),
        reached=unit.level != "not-yet-competent",
        methods=", ".join(language.say(METHODS[method]) for method in METHODS if method in unit.methods),
    )


def _scope(registry: Registry | None, language: Language) -> tuple[tuple[str, str], ...]:
    values: dict[str, list[str]] = {}
    for name, value in registry.scope if registry else ():
        values.setdefault(name, []).append(language.say(value) if value in SCOPE_WORDS else visible(value))
    order = (*(name for name in SCOPE if name in values), *(name for name in sorted(values) if name not in SCOPE))
    return tuple((language.say(SCOPE[name]) if name in SCOPE else name, ", ".join(values[name])) for name in order)


def _conditions(facts: Facts, registry: Registry | None, language: Language) -> tuple[Note, ...]:
    """The document's own words on how it was judged; what our records say better is left to them."""
    if facts.criteria == CRITERIA:
        criteria = Note(text=language.say(CRITERIA), language=language.code)
    else:
        criteria = Note(text=visible(facts.criteria), language="en")
    if registry is not None:
        return (criteria,)
    description = Note(text=visible(facts.description.replace(NOT_ISO_9606, "")), language="en")
    return tuple(note for note in (description, criteria) if note.text)


def _behind(verification: Verification, registry: Registry | None, language: Language) -> tuple[tuple[str, str], ...]:
    say = language.say
    issuer = visible(verification.issuer_name or "")
    lines = [(say(N_("Issuer")), issuer)]
    if registry is not None:
        if registry.issuer_city and registry.issuer_city not in issuer:
            lines[0] = (lines[0][0], f"{issuer}, {visible(registry.issuer_city)}")
        lines.append((say(N_("Licence")), _licence(registry, language)))
        lines.append((say(N_("Decision")), _decided(registry, language)))
    if verification.facts is not None:
        facts = verification.facts
        lines.append((say(N_("Certificate number")), visible(facts.number)))
        values = {
            "code": language.kept(visible(facts.scheme_code)),
            "version": language.kept(visible(facts.scheme_version)),
        }
        lines.append((say(N_("Scheme")), say(N_("%(code)s, version %(version)s")) % values))
    elif verification.payload is not None:
        lines.append((say(N_("Scheme")), visible(verification.payload.scheme_code)))
    lines += [(visible(name), visible(said)) for name, said in results_in(verification.disclosed)]
    return tuple(lines)


def _licence(registry: Registry, language: Language) -> str:
    if registry.licence is None:
        return language.say(N_("no licence for this scheme is on record for the day of the decision"))
    values = {
        "authority": language.kept(visible(registry.licence[0])),
        "number": language.kept(visible(registry.licence[1])),
    }
    if registry.licensed:
        return language.say(N_("valid on the day of the decision: %(authority)s, number %(number)s")) % values
    text = N_("valid on the day of the decision: %(authority)s, number %(number)s; not of the national authority")
    return language.say(text) % values


def _decided(registry: Registry, language: Language) -> str:
    day = language.day(registry.decided_on)
    values = {"day": day, "number": registry.deciders, "outside": registry.outside_deciders}
    if registry.outside_deciders:
        text = N_(
            "on %(day)s by %(number)s members, %(outside)s of them from outside; none of them trained, watched or "
            "assessed the holder"
        )
    else:
        text = N_("on %(day)s by %(number)s members; none of them trained, watched or assessed the holder")
    return language.say(text) % values


def _not_replaced(facts: Facts | None, language: Language) -> tuple[str, ...]:
    welding = facts is not None and NOT_ISO_9606 in facts.description
    texts = (*NOT_REPLACED_BY_WELDING, *NOT_REPLACED) if welding else NOT_REPLACED
    return tuple(language.say(text) for text in texts)


def _own_language(title: str, language: Language) -> str:
    """A title is written "Indonesian / English"; the reader gets one of the two."""
    local, _, english = title.partition(" / ")
    return visible(english if english and language.code != "id" else local)


def _check(check: Check, language: Language) -> CheckLine:
    if check.ok is None:
        state = CheckState.ABSENT if check.name in MAY_BE_ABSENT else CheckState.OPEN
    else:
        state = CheckState.PASSED if check.ok else CheckState.FAILED
    technical = language.code not in LANGUAGES and language.say(check.message) == check.message
    return CheckLine(
        label=language.say(CHECKS[check.name]),
        state=state,
        word=language.say(CHECK_WORDS[state]),
        reason=language.say(_MALFORMED) if technical else reason(check, language),
        detail=visible(check.reason) if technical else "",
    )


def reason(check: Check, language: Language) -> str:
    """Return a check's reason in the reader's language."""
    text = language.say(check.message)
    if not check.values:
        return text
    return text % {key: _value(value, language) for key, value in check.values.items()}


def _value(value: object, language: Language) -> str:
    if isinstance(value, Mark):
        return value
    return language.moment(value) if isinstance(value, datetime) else language.kept(visible(str(value)))


def _summary(checks: tuple[CheckLine, ...], language: Language) -> str:
    counts = {state: sum(check.state is state for check in checks) for state in CheckState}
    parts = [f"{count} {language.say(CHECK_WORDS[state])}" for state, count in counts.items() if count]
    return f"{language.say(_TECHNICAL)}: {', '.join(parts)}"
