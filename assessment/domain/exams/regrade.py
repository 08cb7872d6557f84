"""Regrading: what a remedy makes of an item's marks, and which results it turns over.

A regrade answers one question about one item of one form: the key was wrong, or the question was, or an answer
that came late counts. The classical remedies are three (to score by a corrected key, to give everybody full
marks, to take the item out of the count); the fourth concerns one attempt alone. Nothing here stores anything:
the ledger is `assessment/exams`, and what a result means for a unit is `domain/certification`.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from assessment.domain.errors import N_, Invalid
from assessment.domain.exams.result import ExamResult
from assessment.domain.items.item import Item

_PREVIEW_PREFIX = b"teruji regrade preview v1\n"


class Remedy(StrEnum):
    """What is done about an item of a form after candidates have answered it."""

    NEW_KEY = "new_key"
    FULL_MARKS = "full_marks"
    TAKE_OUT = "take_out"
    LATE_ANSWER = "late_answer"


@dataclass(frozen=True, kw_only=True, slots=True)
class ItemMarks:
    """The marks of one item in one attempt; `counts` is False for an item taken out of the count."""

    score: Fraction
    maximum: Fraction
    counts: bool = True


class FlipKind(StrEnum):
    """What turned over: the form's cut, or a criterion against its cell of the plan."""

    EXAM = "exam"
    CRITERION = "criterion"


@dataclass(frozen=True, kw_only=True, slots=True)
class Flip:
    """Something that was reached and no longer is, or the other way round; None stands for "too few items"."""

    kind: FlipKind
    criterion_id: str | None
    before: bool | None
    after: bool | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """What a regrade does to one attempt: its item, and the result that follows from all of them."""

    attempt_id: str
    item_before: ItemMarks
    item_after: ItemMarks
    before: ExamResult
    after: ExamResult

    @property
    def flips(self) -> tuple[Flip, ...]:
        """What turned over, the cut of the exam first."""
        return flips(self.before, self.after)


def remedied(remedy: Remedy, marks: ItemMarks, *, by_new_key: ItemMarks | None = None) -> ItemMarks:
    """Return the marks of an item under a remedy.

    `marks`: as the item's own key has it, the late answer included where there is one. `by_new_key`: the same
    answer scored by the corrected version, wanted for NEW_KEY alone. Full marks go to everybody, to who left it
    blank too. Raises Invalid when NEW_KEY comes without what it needs.
    """
    match remedy:
        case Remedy.NEW_KEY:
            if by_new_key is None:
                raise Invalid(N_("Expected the marks by the corrected key, got none."))
            return by_new_key
        case Remedy.FULL_MARKS:
            return ItemMarks(score=marks.maximum, maximum=marks.maximum)
        case Remedy.TAKE_OUT:
            return ItemMarks(score=marks.score, maximum=marks.maximum, counts=False)
        case Remedy.LATE_ANSWER:
            return marks


def check_same_answers(used: Item, corrected: Item) -> None:
    """Raise Invalid unless answers to the version that was used can be scored by the corrected one.

    Both must ask for the same response variables of the same kind, by the same interactions with the same
    options: a corrected key changes what an answer is worth, never what could be answered.
    """
    asked = [(each.identifier, each.cardinality, each.base_type) for each in used.responses]
    scored = [(each.identifier, each.cardinality, each.base_type) for each in corrected.responses]
    if asked != scored or used.interactions != corrected.interactions:
        raise Invalid(
            N_('Expected a version of "%(item)s" that asks for the same answers, got one with other options.'),
            item=used.identifier,
        )
    if used.human_marked or corrected.human_marked:
        raise Invalid(N_('"%(item)s" is marked by people; a corrected key changes nothing.'), item=used.identifier)


def flips(before: ExamResult, after: ExamResult) -> tuple[Flip, ...]:
    """Return what turned over between two results of one attempt, the cut of the exam first."""
    found: list[Flip] = []
    if before.passed is not after.passed:
        found.append(Flip(kind=FlipKind.EXAM, criterion_id=None, before=before.passed, after=after.passed))
    for criterion_id in sorted(set(before.criteria) | set(after.criteria)):
        was, now = before.criteria.get(criterion_id), after.criteria.get(criterion_id)
        one, other = (each.sufficient if each is not None else None for each in (was, now))
        if one is not other:
            found.append(Flip(kind=FlipKind.CRITERION, criterion_id=criterion_id, before=one, after=other))
    return tuple(found)


def preview_digest(changes: Iterable[Change], *, further: Mapping[str, str]) -> str:
    """Return the SHA-256 (hex) of everything a preview shows, so that a confirmation can name what was seen.

    `further`: what higher features add, such as decisions that are touched; name -> value.
    """
    lines = [
        [
            change.attempt_id,
            *(str(each) for marks in (change.item_before, change.item_after) for each in (marks.score, marks.maximum)),
            change.item_before.counts,
            change.item_after.counts,
            *(str(each) for result in (change.before, change.after) for each in (result.total.score, result.passed)),
            [[flip.kind, flip.criterion_id, flip.before, flip.after] for flip in change.flips],
        ]
        for change in sorted(changes, key=lambda each: each.attempt_id)
    ]
    text = json.dumps([lines, sorted(further.items())], separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(_PREVIEW_PREFIX + text.encode()).hexdigest()
