"""What a witness does with a checkpoint that a log submits: reads it, judges it against the last one, answers.

Nothing is kept here. Who keeps the last head must judge and keep in one step, or two requests at once could roll
it back.

Specification: https://c2sp.org/tlog-witness, add-checkpoint.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from assessment.domain.errors import Invalid
from assessment.domain.log.checkpoint import Head, read_checkpoint
from assessment.domain.log.merkle import EMPTY_ROOT, proves_consistency
from assessment.domain.log.note import Note, VerifierKey, is_signed, read_count, read_hash, write_hash

MOST_STEPS = 63
OK, BAD_REQUEST, FORBIDDEN, NOT_FOUND, CONFLICT, UNPROCESSABLE = 200, 400, 403, 404, 409, 422


@dataclass(frozen=True, kw_only=True, slots=True)
class Submission:
    """A checkpoint with the proof that it only adds to the log's head of `old` leaves."""

    old: int
    path: tuple[bytes, ...]
    head: Head
    note: Note

    def __str__(self) -> str:
        steps = "".join(f"{write_hash(step)}\n" for step in self.path)
        return f"old {self.old}\n{steps}\n{self.note}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Judgement:
    """The HTTP status that the specification asks for; `size` goes with a conflict."""

    status: int
    reason: str
    size: int | None = None


def read_submission(content: bytes) -> Submission:
    """Read the body of an add-checkpoint request. Raises Invalid when it is none."""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        raise Invalid("Expected UTF-8.") from None
    start, empty, rest = text.partition("\n\n")
    lines = start.split("\n")
    if not empty or not lines[0].startswith("old ") or len(lines) > MOST_STEPS + 1:
        raise Invalid("Expected an old size, a consistency proof, an empty line and a checkpoint.")
    head, note = read_checkpoint(rest)
    return Submission(
        old=read_count(lines[0].removeprefix("old ")), path=tuple(map(read_hash, lines[1:])), head=head, note=note
    )


def known_log(submission: Submission, logs: Mapping[str, VerifierKey]) -> Judgement:
    """Say whether the checkpoint comes from a log that the witness knows: 200, 404 or 403."""
    key = logs.get(submission.head.origin)
    if key is None:
        return Judgement(status=NOT_FOUND, reason="This log is not known here.")
    if not is_signed(submission.note, key):
        return Judgement(status=FORBIDDEN, reason="The checkpoint is not signed with the log's key.")
    return Judgement(status=OK, reason="The log is known.")


def judge(submission: Submission, last: Head | None) -> Judgement:
    """Hold a checkpoint of a known log against the last head that was cosigned: 200, 400, 409 or 422."""
    head, old = submission.head, submission.old
    seen = last.size if last is not None else 0
    if old > head.size:
        return Judgement(status=BAD_REQUEST, reason="The old size is larger than the checkpoint.")
    if old != seen:
        return Judgement(status=CONFLICT, reason="The last cosigned head has another size.", size=seen)
    root = last.root if last is not None else EMPTY_ROOT
    if not proves_consistency(old, root, head.size, head.root, submission.path):
        return Judgement(status=UNPROCESSABLE, reason="The checkpoint does not add to the last cosigned head.")
    return Judgement(status=OK, reason="It only adds to the last cosigned head.")
