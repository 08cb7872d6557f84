"""What a candidate of the demo answers: right, partly right or wrong, always the same for the same candidate."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from random import Random

from assessment.domain.items.best import best_score
from assessment.domain.items.item import Cardinality, ChoiceInteraction, Item, NumericEntryInteraction
from assessment.domain.items.response import read_response
from assessment.domain.items.scoring import score

Answer = str | list[str]

HALF = Fraction(1, 2)
ENOUGH = Fraction(3, 4)
SLIPS = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Paper:
    """The answers by item version, and the criteria of which so little was right that a question must close them."""

    answers: Mapping[str, Answer]
    gaps: tuple[str, ...]


def good_paper(
    items: Mapping[str, Item], criteria: Mapping[str, frozenset[str]], chance: Random, *, gap: bool
) -> Paper:
    """Answer nearly everything right: a few slips that no criterion fails by, and one gap where one is wanted."""
    answers = {version: right(item) for version, item in items.items()}
    gaps: tuple[str, ...] = ()
    if gap:
        narrow = _smallest(criteria, chance)
        answers |= {version: wrong(items[version]) for version, of in criteria.items() if narrow in of}
        gaps = tuple(_failed(items, answers, criteria))
        if len(gaps) != 1:
            return good_paper(items, criteria, chance, gap=False)
    slips = 0
    for version in chance.sample(list(items), len(items)):
        if slips == SLIPS:
            break
        tried = answers | {version: partly(items[version]) or wrong(items[version])}
        if tuple(_failed(items, tried, criteria)) == gaps and _total(items, tried) >= ENOUGH:
            answers, slips = tried, slips + 1
    return Paper(answers=answers, gaps=gaps)


def weak_paper(items: Mapping[str, Item], criteria: Mapping[str, frozenset[str]], chance: Random) -> Paper:
    """Answer about half: the rest is partly right, wrong, or left blank."""
    answers: dict[str, Answer] = {}
    for place, version in enumerate(chance.sample(list(items), len(items))):
        if place % 2 == 0:
            answers[version] = right(items[version])
        elif place % 7 != 1:
            answers[version] = partly(items[version]) or wrong(items[version])
    return Paper(answers=answers, gaps=tuple(_failed(items, answers, criteria)))


def right(item: Item) -> Answer:
    """Return the correct answer."""
    declaration = item.responses[0]
    texts = [str(value) for value in declaration.correct]
    return texts if declaration.cardinality is Cardinality.MULTIPLE else texts[0]


def partly(item: Item) -> Answer | None:
    """Return an answer that is worth something but not everything; None where there is no such answer."""
    answer = right(item)
    if isinstance(answer, str):
        return None
    tried = answer[:-1]
    return tried if tried and 0 < _share(item, tried) < 1 else None


def wrong(item: Item) -> Answer:
    """Return an answer that is worth nothing."""
    interaction, correct = item.interactions[0], set(item.responses[0].correct)
    match interaction:
        case NumericEntryInteraction():
            return str(3 * Decimal(str(item.responses[0].correct[0])) + 7)
        case ChoiceInteraction():
            other = next(choice.identifier for choice in interaction.choices if choice.identifier not in correct)
            return [other] if item.responses[0].cardinality is Cardinality.MULTIPLE else other
        case _:
            raise AssertionError(f"the demo has no item of the kind {item.kind}")


def _share(item: Item, answer: Answer | None) -> Fraction:
    found = score(item, read_response(item, answer)).score
    return found / best_score(item)


def _failed(
    items: Mapping[str, Item], answers: Mapping[str, Answer], criteria: Mapping[str, frozenset[str]]
) -> Iterable[str]:
    """Yield the criteria of which less than half is right."""
    for criterion in sorted({each for of in criteria.values() for each in of}):
        of = [version for version in items if criterion in criteria[version]]
        if _total({version: items[version] for version in of}, answers) < HALF:
            yield criterion


def _total(items: Mapping[str, Item], answers: Mapping[str, Answer]) -> Fraction:
    marks = sum((best_score(item) for item in items.values()), Fraction(0))
    reached = sum(
        (_share(item, answers.get(version)) * best_score(item) for version, item in items.items()), Fraction(0)
    )
    return reached / marks


def _smallest(criteria: Mapping[str, frozenset[str]], chance: Random) -> str:
    times: dict[str, int] = {}
    for of in criteria.values():
        for criterion in of:
            times[criterion] = times.get(criterion, 0) + 1
    return chance.choice(sorted(each for each, number in times.items() if number == min(times.values())))
