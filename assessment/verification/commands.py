"""`teruji verify`: a certificate or its code, against published files. It opens no database."""

import json
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import click
from babel.dates import format_date

from assessment.domain.credentials.jose import is_token
from assessment.domain.credentials.qr_payload import parse_code
from assessment.domain.credentials.sources import Sources, is_document
from assessment.domain.credentials.verdict import CheckName, Verdict, Verification, failed
from assessment.domain.credentials.verify import verify as check
from assessment.domain.errors import Conflict, Invalid, Refusal
from assessment.verification.answer import short_answer
from assessment.verification.arriving import LARGEST_FILE, attached_proof, is_pdf, read_file
from assessment.verification.checking_many import Subject, is_file, is_many, read_proof, remembered, subjects_in
from assessment.verification.page import Language, Page
from assessment.verification.pdf_seal import AUTHORITY, NONE_KNOWN, check_seal, with_seal
from assessment.verification.present import present
from assessment.verification.published import Fetch, folder, pdf_keys_in, sources_from, website
from assessment.verification.sentences import CheckState

_MARKS = {CheckState.PASSED: "ok", CheckState.FAILED: "no", CheckState.OPEN: "?", CheckState.ABSENT: "-"}


@click.command("verify")
@click.argument("subjects", metavar="DIR|FILE|TEXT…", nargs=-1, required=True)
@click.option("--site", metavar="DIR|URL", help="Published files: a folder, or the origin of a site.")
@click.option("--proof", metavar="FILE", help="Proof of its entry in the log, else NAME.tlog-proof beside it.")
@click.option("--at", metavar="TIME", help="The moment to ask about, ISO 8601, UTC without a zone; now without it.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON value, or one a line for many.")
def verify(subjects: tuple[str, ...], site: str | None, proof: str | None, at: str | None, as_json: bool) -> None:
    """Check a certificate (JSON, token, PDF, or a PNG or JPEG picture of its code), or the text of a code.

    Several of them, a folder, or a .jsonl file with one on each line are checked one after another, a line each.

    Exit status: 0 valid, 1 anything else, 2 usage. Without --site there is no status source: cannot_check.
    """
    now = _moment(at)
    fetch = _site(site)
    if is_many(subjects):
        if proof is not None:
            raise click.UsageError("--proof: expected a single certificate.")
        sys.exit(0 if _verify_many(subjects, fetch, now, as_json=as_json) else 1)
    (subject,) = subjects
    verification = _verify(subject, fetch, _proof(subject, proof), now)
    if as_json:
        click.echo(json.dumps(short_answer(verification), ensure_ascii=False))
    else:
        click.echo(_lines(verification, now, site))
    sys.exit(0 if verification.verdict is Verdict.VALID else 1)


def _verify_many(subjects: tuple[str, ...], fetch: Fetch | None, now: datetime, *, as_json: bool) -> bool:
    """Print a line a certificate as soon as it is checked, and return whether all were valid."""
    once = None if fetch is None else remembered(fetch)
    valid = True
    for subject in subjects_in(subjects):
        verification = _verify_content(subject, once, now)
        valid = valid and verification.verdict is Verdict.VALID
        said = {"subject": subject.name, **short_answer(verification)}
        click.echo(json.dumps(said, ensure_ascii=False) if as_json else f"{verification.verdict}  {subject.name}")
    return valid


def _verify_content(subject: Subject, fetch: Fetch | None, now: datetime) -> Verification:
    try:
        if subject.refused is not None:
            raise subject.refused
        content = read_file(subject.content)
    except (Invalid, Conflict) as refusal:
        return _unread(refusal)
    pdf = subject.content if is_pdf(subject.content) else None
    return _checked(content, pdf, subject.proof, fetch, now)


def _moment(text: str | None) -> datetime:
    if text is None:
        return datetime.now(UTC)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise click.UsageError(f"--at: expected a time such as 2026-03-14T10:00:00Z, got {text}.") from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _site(place: str | None) -> Fetch | None:
    if place is None:
        return None
    if place.startswith(("http://", "https://")):
        try:
            return website(place)
        except Invalid as refusal:
            raise click.UsageError(f"--site: {refusal}") from None
    if not Path(place).is_dir():
        raise click.UsageError(f"--site: expected a folder or an https address, got {place}.")
    return folder(Path(place))


def _verify(subject: str, fetch: Fetch | None, proof: bytes | None, now: datetime) -> Verification:
    try:
        pdf, content = _content(subject)
    except (Invalid, Conflict) as refusal:
        return _unread(refusal)
    return _checked(content, pdf, proof, fetch, now)


def _unread(refusal: Refusal) -> Verification:
    broken = failed(CheckName.DOCUMENT, refusal.message, **refusal.values)
    return Verification(verdict=Verdict.CANNOT_CHECK, checks=(broken,))


def _checked(
    content: bytes | str, pdf: bytes | None, proof: bytes | None, fetch: Fetch | None, now: datetime
) -> Verification:
    if proof is None and pdf is not None:
        proof = attached_proof(pdf)
    fetch = fetch if fetch is None or pdf is None else remembered(fetch)
    sources = Sources() if fetch is None else sources_from(fetch, content)
    verification = check(content, now=now, sources=replace(sources, log_proof=proof))
    if pdf is None:
        return verification
    if fetch is None:
        return with_seal(verification, check_seal(pdf, None, NONE_KNOWN, now))
    return with_seal(
        verification, check_seal(pdf, fetch(AUTHORITY), pdf_keys_in(fetch), now, issuer=verification.issuer)
    )


def _proof(subject: str, named: str | None) -> bytes | None:
    """Read the proof that was named, else the one that lies beside the file, if there is one."""
    if named is not None and not Path(named).is_file():
        raise click.UsageError(f"--proof: expected a file, got {named}.")
    if named is None:
        return read_proof(Path(subject)) if is_file(subject) else None
    with Path(named).open("rb") as handle:
        return handle.read(LARGEST_FILE)


def _content(subject: str) -> tuple[bytes | None, bytes | str]:
    """Read the file of this name, else take the argument itself for JSON, a token or the text of a code.

    The first value is the file where it is a PDF.
    """
    if is_file(subject):
        with Path(subject).open("rb") as handle:
            file = handle.read(LARGEST_FILE + 1)
        return file if is_pdf(file) else None, read_file(file)
    if not is_document(subject) and not is_token(subject):
        try:
            parse_code(subject)
        except Invalid:
            expected = "Expected a file, or the text of a certificate's code"
            raise click.UsageError(f"{expected}, got {subject[:80]!r}.") from None
    return None, subject


def _lines(verification: Verification, now: datetime, site: str | None) -> str:
    page = present(verification, now=now, host=site or "this command", language=_ENGLISH)
    width = max((len(line.label) for line in page.checks), default=0)
    checks = [f"  {_MARKS[line.state]:<3}{line.label:<{width}}  {line.reason}" for line in page.checks]
    facts = [f"{label}: {value}" for label, value in (*page.dates, *page.behind)]
    return "\n".join([*_said(page), *facts, "", page.checks_summary, *checks])


def _said(page: Page) -> list[str]:
    sample = [page.sample] if page.sample else []
    return [f"{page.word}. {page.sentence.striptags()}", *sample, page.meaning, page.action, ""]


def _day(value: date) -> str:
    return str(format_date(value, "d MMMM y", locale="en"))


def _clock(value: datetime) -> str:
    return f"{value.astimezone(UTC):%H:%M} UTC"


def _english_moment(value: datetime) -> str:
    return f"{_day(value.astimezone(UTC).date())}, {_clock(value)}"


_ENGLISH = Language(code="en", say=str, day=_day, moment=_english_moment, clock=_clock)
