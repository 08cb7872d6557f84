"""The published late rule in words, made from the table that decides (`domain.exams.late_rule`)."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext, ngettext

from assessment.domain.exams.late_rule import RULE, Disposition, LateRule, Phase, Reason, Writer
from assessment.exams.answering import LATE_RULE


@dataclass(frozen=True, kw_only=True, slots=True)
class LateTable:
    """The rule as a table: a line for each moment of arrival; for each kind of writer what becomes of an answer."""

    writers: Sequence[str]
    rows: Sequence[tuple[str, Sequence[str]]]


def late_table(rule: LateRule = LATE_RULE) -> LateTable:
    """Return the rule in the reader's language; what no device of ours can send (an unknown writer) is left out."""
    shown = (Writer.CURRENT, Writer.OLDER)
    return LateTable(
        writers=[_writer(writer) for writer in shown],
        rows=[(_phase(phase, rule), [_disposition(phase, writer) for writer in shown]) for phase in Phase],
    )


def markdown(table: LateTable) -> str:
    """Return the table as Markdown, for the operations manual."""
    lines = [["When it arrives", *table.writers], ["---"] * (1 + len(table.writers))]
    lines += [[phase, *cells] for phase, cells in table.rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def reason_word(reason: Reason) -> str:
    """Return in words why an answer was held or refused."""
    words: dict[Reason, str] = {
        Reason.NOT_STARTED: gettext("the exam has not started"),
        Reason.PAUSED: gettext("the exam is paused"),
        Reason.LATE: gettext("it came late"),
        Reason.TOO_LATE: gettext("it came too late"),
        Reason.AFTER_SUBMISSION: gettext("it came after the exam was submitted"),
        Reason.VOIDED: gettext("the attempt is void"),
        Reason.OLDER_WRITER: gettext("another device has taken over"),
        Reason.UNKNOWN_WRITER: gettext("the device is not known"),
    }
    return words[reason]


def _disposition(phase: Phase, writer: Writer) -> str:
    verdict = RULE[phase, writer]
    said: str
    match verdict.disposition:
        case Disposition.ACCEPTED:
            said = gettext("counts")
        case Disposition.HELD:
            said = gettext("is kept; the invigilator decides")
        case Disposition.REFUSED:
            said = gettext("is not taken")
    return said if verdict.reason is None else f"{said}: {reason_word(verdict.reason)}"


def _writer(writer: Writer) -> str:
    words: dict[Writer, str] = {
        Writer.CURRENT: gettext("From the candidate's device"),
        Writer.OLDER: gettext("From a device that another one has replaced"),
        Writer.UNKNOWN: gettext("From a device that is not known"),
    }
    return words[writer]


def _phase(phase: Phase, rule: LateRule) -> str:
    grace, window = int(rule.grace.total_seconds()), int(rule.window.total_seconds()) // 60
    seconds = ngettext("%(num)d second", "%(num)d seconds", grace)
    minutes = ngettext("%(num)d minute", "%(num)d minutes", window)
    words: dict[Phase, str] = {
        Phase.NOT_STARTED: gettext("Before the start"),
        Phase.OPEN: gettext("Until %(grace)s after the end of the time, or after a pause began", grace=seconds),
        Phase.PAUSED: gettext("Later in a pause, however long it lasts"),
        Phase.LATE: gettext("Later, until %(window)s after the end of the time", window=minutes),
        Phase.OVER: gettext("More than %(window)s after the end of the time", window=minutes),
        Phase.SUBMITTED: gettext(
            "After the exam was submitted, until %(window)s after the end of the time", window=minutes
        ),
        Phase.VOIDED: gettext("After the attempt was made void"),
    }
    return words[phase]
