"""How the page says what lies behind a certificate: the exam, the assessors, the periods, the exact text. Pure."""

from fractions import Fraction

from assessment.domain.credentials.build import NOT_ISO_9606
from assessment.domain.credentials.facts import Facts
from assessment.domain.credentials.verdict import Clock
from assessment.domain.errors import N_
from assessment.verification.evidence import FEWEST, Evidence, PassMark
from assessment.verification.page import Language, Note
from assessment.verification.sentences import LEVELS, State

Lines = tuple[tuple[str, str], ...]

LEVEL_MEANINGS = {
    "competent": N_("Every criterion of the unit was proved by sufficient evidence."),
    "not-yet-competent": N_("The evidence for at least one criterion of the unit is missing."),
}
CLOCKS = {"certificate": N_("National certificate")}
_CUT_METHODS = {"angoff": "Angoff"}
_QUALIFICATION = N_("National competence certificate; not an ISO 9606-1 qualification.")


def exam_lines(evidence: Evidence | None, language: Language) -> Lines:
    """Say when the holder was registered, how the sitting ended, who assessed and how the pass mark was set."""
    if evidence is None:
        return ()
    say = language.say
    lines: list[tuple[str, str]] = []
    if evidence.exam is not None:
        exam = evidence.exam
        text = (
            N_("late, on %(day)s, for the exam on %(exam)s")
            if exam.late
            else N_("on %(day)s, before the exam on %(exam)s")
        )
        days = {"day": language.day(exam.registered_at), "exam": language.day(exam.starts_at)}
        lines.append((say(N_("Registered")), say(text) % days))
        if exam.decided >= FEWEST:
            counts = {"competent": exam.competent, "number": exam.decided}
            text = N_("%(competent)s of %(number)s candidates were found competent")
            lines.append((say(N_("This sitting")), say(text) % counts))
        lines.append((say(N_("Pass mark of the written exam")), _pass_mark(exam.pass_mark, language)))
    if evidence.assessors:
        lines.append((say(N_("Independent assessors")), str(evidence.assessors)))
    if evidence.compared:
        counts = {"agreed": evidence.agreed, "all": evidence.compared}
        text = N_("the same mark for %(agreed)s of %(all)s criteria that two of them marked")
        lines.append((say(N_("Agreement between assessors")), say(text) % counts))
    return tuple(lines)


def _pass_mark(mark: PassMark, language: Language) -> str:
    cut = language.kept(_percent(mark.cut))
    if mark.provisional or mark.set_at is None:
        return language.say(N_("%(cut)s, provisional")) % {"cut": cut}
    values = {
        "cut": cut,
        "judges": mark.judges,
        "day": language.day(mark.set_at.date()),
        "method": language.kept(_CUT_METHODS.get(mark.method, mark.method)),
    }
    return language.say(N_("%(cut)s, set by %(judges)s judges on %(day)s (%(method)s)")) % values


def _percent(share: Fraction) -> str:
    tenths = round(share * 1000)
    return f"{tenths // 10}{f'.{tenths % 10}' if tenths % 10 else ''} %"


def since_lines(state: State, evidence: Evidence | None, language: Language) -> Lines:
    """Say since when a certificate is on hold or withdrawn, where our own records know it."""
    if evidence is None or not evidence.since:
        return ()
    labels = {"revocation": N_("Withdrawn on"), "suspension": N_("On hold since")}
    wanted = {State.REVOKED: "revocation", State.SUSPENDED: "suspension"}.get(state)
    return tuple(
        (language.say(labels[purpose]), language.day(at)) for purpose, at in evidence.since.items() if purpose == wanted
    )


def period_lines(clocks: tuple[Clock, ...], language: Language) -> Lines:
    """Say every period with both its days."""
    lines = []
    for clock in clocks:
        days = {"start": language.day(clock.start.date())}
        text = N_("from %(start)s, without an end")
        if clock.until is not None:
            days["until"] = language.day(clock.until.date())
            text = N_("from %(start)s until %(until)s")
        label = CLOCKS.get(clock.name)
        lines.append((language.say(label) if label else clock.name, language.say(text) % days))
    return tuple(lines)


def qualification(facts: Facts, language: Language) -> str:
    """Say what the certificate is not, where a welder could be taken for qualified; empty elsewhere."""
    return language.say(_QUALIFICATION) if NOT_ISO_9606 in facts.description else ""


def level_lines(facts: Facts, language: Language) -> Lines:
    """Say what each level means that stands on the certificate."""
    found = {unit.level for unit in facts.units}
    return tuple(
        (language.say(name), language.say(LEVEL_MEANINGS[level])) for level, name in LEVELS.items() if level in found
    )


def exact_text(facts: Facts) -> tuple[Note, ...]:
    """Return the certificate's own words, in the languages in which they were signed; not yet made visible."""
    local, _, english = facts.title.partition(" / ")
    units = [
        note
        for unit in facts.units
        for note in (
            Note(text=f"{unit.code} {unit.source_name}", language="id"),
            Note(text=f"{unit.name}: {unit.level_name}", language="en"),
        )
    ]
    return (
        Note(text=local, language="id"),
        *((Note(text=english, language="en"),) if english else ()),
        Note(text=f"{facts.number}: {facts.recipient}", language="en"),
        Note(text=facts.scheme_source_name, language="id"),
        Note(text=facts.scheme_name, language="en"),
        *units,
        Note(text=facts.criteria, language="en"),
        Note(text=facts.description, language="en"),
    )
