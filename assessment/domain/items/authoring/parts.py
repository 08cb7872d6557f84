"""What each kind makes of a draft: the interaction, its response variable, and how an answer is scored."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from assessment.domain.errors import N_
from assessment.domain.items.authoring.draft import GAP, HOT, LANGUAGES, Draft, Row
from assessment.domain.items.authoring.finding import Faults
from assessment.domain.items.authoring.typed import (
    marks_of,
    marks_of_row,
    number_of,
    read_number,
    tolerance_of,
    whole_of,
)
from assessment.domain.items.item import (
    AssociableChoice,
    BaseType,
    Cardinality,
    Choice,
    ChoiceInteraction,
    ExtendedTextInteraction,
    Gap,
    GapMatchInteraction,
    HotTextInteraction,
    HumanMarking,
    InlineChoiceInteraction,
    Interaction,
    MapEntry,
    MapResponse,
    MatchCorrect,
    MatchInteraction,
    NumericComparison,
    NumericEntryInteraction,
    OrderInteraction,
    Processing,
    ResponseDeclaration,
    SliderInteraction,
    TextEntryInteraction,
    ToleranceMode,
)
from assessment.domain.items.item import Mapping as Marks


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """What a kind makes of a draft: the interaction and how its answer is scored."""

    interaction: Interaction
    declaration: ResponseDeclaration
    processing: Processing
    max_score: Fraction


def response_of(draft: Draft) -> str:
    """Return the identifier of the draft's response variable."""
    return str(draft.kept.get("response") or "RESPONSE")


def _kept(draft: Draft, name: str) -> bool:
    """Return how an opened item compares numbers; a new one keeps the usual way."""
    found = draft.kept.get("comparison")
    return bool(found.get(name, True)) if isinstance(found, dict) else True


def _declared(
    draft: Draft,
    faults: Faults,
    values: Mapping[str, Row],
    *,
    cardinality: Cardinality,
    base_type: BaseType,
    correct: Sequence[str],
) -> tuple[ResponseDeclaration, Processing, Fraction]:
    """Return how an answer of identifiers or pairs is scored: as a whole, or by the marks of each value."""
    name = response_of(draft)
    right = tuple(correct) if cardinality is Cardinality.ORDERED else tuple(sorted(correct))
    declaration = ResponseDeclaration(identifier=name, cardinality=cardinality, base_type=base_type, correct=right)
    if not correct:
        faults.say(N_("Nothing is marked as correct yet."), code="key")
    if draft.setting("scoring") != "each":
        points = marks_of(draft, faults)
        return declaration, MatchCorrect(response=name, points=points), points
    marks = {value: marks_of_row(draft, row, faults) for value, row in values.items()}
    if draft.kind in ("match", "gap_match", "hot_text"):
        share = marks_of(draft, faults)
        marks = {value: share for value in correct}
    entries = tuple(MapEntry(key=value, value=worth) for value, worth in sorted(marks.items()) if worth)
    floor = read_number(draft.setting("floor"))
    ceiling = read_number(draft.setting("ceiling"))
    mapping = Marks(
        entries=entries,
        lower_bound=None if floor is None else Fraction(floor),
        upper_bound=None if ceiling is None else Fraction(ceiling),
    )
    gains = sorted((worth for worth in marks.values() if worth > 0), reverse=True)
    if not gains:
        faults.say(N_("No answer earns marks yet."), code="key")
    most = gains[:1] if cardinality is Cardinality.SINGLE else gains
    limit = _limit(draft, faults) if draft.kind == "multiple_response" else 0
    total = sum(most[:limit] if limit else most, Fraction(0))
    if ceiling is not None:
        total = min(total, Fraction(ceiling))
    if gains and total <= 0:
        faults.say(N_("The most marks in all must be above 0."), code="key")
    declaration = replace(declaration, mapping=mapping if entries else None)
    return declaration, MapResponse(response=name), max(total, Fraction(0)) or Fraction(1)


def _limit(draft: Draft, faults: Faults) -> int:
    return whole_of(draft, "limit", least=0, most=100, default=0, faults=faults)


def _choice(draft: Draft, faults: Faults) -> Part:
    rows = draft.group("option")
    several = draft.kind == "multiple_response"
    if len(rows) < 2:
        faults.say(N_("Expected two options at least."))
    correct = [row.identifier for row in rows if row.correct]
    if not several and len(correct) > 1:
        faults.say(N_("A single choice has one correct option; %(got)s are marked."), got=len(correct), code="key")
    declaration, processing, most = _declared(
        draft,
        faults,
        {row.identifier: row for row in rows},
        cardinality=Cardinality.MULTIPLE if several else Cardinality.SINGLE,
        base_type=BaseType.IDENTIFIER,
        correct=correct,
    )
    choices = tuple(Choice(identifier=row.identifier, fixed=row.fixed) for row in rows)
    shuffle = bool(draft.setting("shuffle"))
    interaction: Interaction
    if draft.kind == "inline_choice":
        interaction = InlineChoiceInteraction(response=declaration.identifier, choices=choices, shuffle=shuffle)
    else:
        interaction = ChoiceInteraction(
            response=declaration.identifier,
            choices=choices,
            max_choices=_limit(draft, faults) if several else 1,
            shuffle=shuffle,
        )
    return Part(interaction=interaction, declaration=declaration, processing=processing, max_score=most)


def _numeric(draft: Draft, faults: Faults) -> Part:
    name = response_of(draft)
    correct = number_of(draft, "correct", faults, N_("Expected the correct number, got %(got)s."))
    points = marks_of(draft, faults)
    mode = ToleranceMode(draft.setting("tolerance")) if draft.setting("tolerance") in set(ToleranceMode) else None
    if mode is None:
        faults.say(N_("Say how exact the answer must be."))
        mode = ToleranceMode.EXACT
    processing = NumericComparison(
        response=name,
        mode=mode,
        lower_tolerance=tolerance_of(draft, "below", mode, faults),
        upper_tolerance=tolerance_of(draft, "above", mode, faults),
        points=points,
        response_first=_kept(draft, "response_first"),
        include_lower=_kept(draft, "include_lower"),
        include_upper=_kept(draft, "include_upper"),
    )
    width = whole_of(draft, "width", least=1, most=40, default=0, faults=faults)
    return Part(
        interaction=NumericEntryInteraction(response=name, expected_length=width or None),
        declaration=ResponseDeclaration(
            identifier=name,
            cardinality=Cardinality.SINGLE,
            base_type=BaseType.INTEGER if draft.setting("whole") else BaseType.FLOAT,
            correct=() if correct is None else (correct,),
        ),
        processing=processing,
        max_score=points,
    )


def _text_entry(draft: Draft, faults: Faults) -> Part:
    name = response_of(draft)
    points, exact = marks_of(draft, faults), bool(draft.setting("case"))
    worth: dict[str, Fraction] = {}
    for row in draft.group("answer"):
        if answer := " ".join(row.target.split()):
            worth[answer] = marks_of_row(draft, row, faults) if row.marks.strip() else points
    if not worth:
        faults.say(N_("Expected one accepted answer at least."), code="key")
    best = max(worth.values(), default=points)
    correct = next((answer for answer, marks in worth.items() if marks == best), None)
    entries = tuple(MapEntry(key=answer, value=marks, case_sensitive=exact) for answer, marks in sorted(worth.items()))
    width = whole_of(draft, "width", least=1, most=200, default=0, faults=faults)
    return Part(
        interaction=TextEntryInteraction(response=name, expected_length=width or None),
        declaration=ResponseDeclaration(
            identifier=name,
            cardinality=Cardinality.SINGLE,
            base_type=BaseType.STRING,
            correct=() if correct is None else (correct,),
            mapping=Marks(entries=entries) if entries else None,
        ),
        processing=MapResponse(response=name),
        max_score=max(best, Fraction(0)) or Fraction(1),
    )


def _order(draft: Draft, faults: Faults) -> Part:
    rows = draft.group("step")
    if len(rows) < 2:
        faults.say(N_("Expected two steps at least."))
    declaration, processing, most = _declared(
        draft,
        faults,
        {},
        cardinality=Cardinality.ORDERED,
        base_type=BaseType.IDENTIFIER,
        correct=[row.identifier for row in rows],
    )
    return Part(
        interaction=OrderInteraction(
            response=declaration.identifier,
            choices=tuple(Choice(identifier=row.identifier) for row in hidden(rows)),
            shuffle=True,
        ),
        declaration=declaration,
        processing=processing,
        max_score=most,
    )


def hidden(rows: Sequence[Row]) -> list[Row]:
    """Return rows in the order of their identifiers, which were drawn by chance: the draft's order is the key."""
    return sorted(rows, key=lambda row: row.identifier)


def _match(draft: Draft, faults: Faults) -> Part:
    sources, targets = draft.group("source"), draft.group("target")
    known = {row.identifier for row in targets}
    correct = [f"{row.identifier} {row.target}" for row in sources if row.target in known]
    for row in sources:
        if row.target not in known:
            faults.say(N_('Say what "%(row)s" is matched with.'), row=draft.called(row), code="key")
    declaration, processing, most = _declared(
        draft,
        faults,
        {},
        cardinality=Cardinality.MULTIPLE,
        base_type=BaseType.DIRECTED_PAIR,
        correct=correct,
    )
    return Part(
        interaction=MatchInteraction(
            response=declaration.identifier,
            sources=tuple(AssociableChoice(identifier=row.identifier) for row in sources),
            targets=tuple(AssociableChoice(identifier=row.identifier, match_max=0) for row in hidden(targets)),
            max_associations=max(1, len(sources)),
            shuffle=bool(draft.setting("shuffle")),
        ),
        declaration=declaration,
        processing=processing,
        max_score=most,
    )


def _gap_match(draft: Draft, faults: Faults) -> Part:
    rows = draft.group("choice")
    gaps = gaps_of(draft)
    if not gaps:
        faults.say(N_("Write a gap into the text, for example [[1]]."))
    filled = {row.target.strip(): row for row in rows if row.target.strip()}
    for number in gaps:
        if number not in filled:
            faults.say(N_("Say which words go into gap %(number)s."), number=number, code="key")
    for number, row in filled.items():
        if number not in gaps:
            faults.say(
                N_('"%(row)s" goes into gap %(number)s, which is not in the text.'),
                row=draft.called(row),
                number=number,
            )
    declaration, processing, most = _declared(
        draft,
        faults,
        {},
        cardinality=Cardinality.MULTIPLE,
        base_type=BaseType.DIRECTED_PAIR,
        correct=[f"{filled[number].identifier} G{number}" for number in gaps if number in filled],
    )
    return Part(
        interaction=GapMatchInteraction(
            response=declaration.identifier,
            choices=tuple(AssociableChoice(identifier=row.identifier) for row in hidden(rows)),
            gaps=tuple(Gap(identifier=f"G{number}") for number in gaps),
            max_associations=0,
            shuffle=bool(draft.setting("shuffle")),
        ),
        declaration=declaration,
        processing=processing,
        max_score=most,
    )


def gaps_of(draft: Draft) -> list[str]:
    """Return the numbers of the gaps in the first language that has any, in the order of its text."""
    for language in LANGUAGES:
        if found := list(dict.fromkeys(re.findall(GAP, draft.said("body", language)))):
            return found
    return []


def _hot_text(draft: Draft, faults: Faults) -> Part:
    count = max(len(re.findall(HOT, draft.said("body", language))) for language in LANGUAGES)
    if not count:
        faults.say(N_("Mark words that can be chosen, for example [[words]]."))
    named = [each for each in re.split(r"[,;\s]+", draft.setting("correct")) if each]
    for each in named:
        if not each.isascii() or not each.isdigit() or not 1 <= int(each) <= count:
            faults.say(
                N_("Expected numbers of marked words from 1 to %(most)s, got %(got)s."), most=count, got=each[:20]
            )
    right = [f"H{int(each)}" for each in named if each.isascii() and each.isdigit() and 1 <= int(each) <= count]
    limit = _limit(draft, faults)
    if limit and len(right) > limit:
        faults.say(N_("More words are correct than may be chosen."), code="key")
    declaration, processing, most = _declared(
        draft,
        faults,
        {},
        cardinality=Cardinality.SINGLE if limit == 1 else Cardinality.MULTIPLE,
        base_type=BaseType.IDENTIFIER,
        correct=list(dict.fromkeys(right)),
    )
    return Part(
        interaction=HotTextInteraction(
            response=declaration.identifier,
            choices=tuple(Choice(identifier=f"H{place}") for place in range(1, count + 1)),
            max_choices=limit,
        ),
        declaration=declaration,
        processing=processing,
        max_score=most,
    )


def _slider(draft: Draft, faults: Faults) -> Part:
    name = response_of(draft)
    lower = number_of(draft, "lower", faults, N_("Expected the least value as a number, got %(got)s."))
    upper = number_of(draft, "upper", faults, N_("Expected the greatest value as a number, got %(got)s."))
    step = number_of(draft, "step", faults, N_("Expected the step as a number, got %(got)s."), default="1")
    correct = number_of(draft, "correct", faults, N_("Expected the correct number, got %(got)s."))
    if lower is not None and upper is not None and correct is not None and not lower <= correct <= upper:
        faults.say(N_("The correct number lies outside of the slider."), code="key")
    points = marks_of(draft, faults)
    whole = all(value is None or value == value.to_integral_value() for value in (lower, upper, step, correct))
    mode = ToleranceMode.ABSOLUTE
    return Part(
        interaction=SliderInteraction(
            response=name,
            lower_bound=lower or Decimal(0),
            upper_bound=Decimal(100) if upper is None else upper,
            step=step or Decimal(1),
        ),
        declaration=ResponseDeclaration(
            identifier=name,
            cardinality=Cardinality.SINGLE,
            base_type=BaseType.INTEGER if whole else BaseType.FLOAT,
            correct=() if correct is None else (correct,),
        ),
        processing=NumericComparison(
            response=name,
            mode=mode,
            lower_tolerance=tolerance_of(draft, "below", mode, faults),
            upper_tolerance=tolerance_of(draft, "above", mode, faults),
            points=points,
            response_first=_kept(draft, "response_first"),
            include_lower=_kept(draft, "include_lower"),
            include_upper=_kept(draft, "include_upper"),
        ),
        max_score=points,
    )


def _extended_text(draft: Draft, faults: Faults) -> Part:
    name = response_of(draft)
    lines = whole_of(draft, "lines", least=1, most=60, default=0, faults=faults)
    return Part(
        interaction=ExtendedTextInteraction(response=name, expected_lines=lines or None),
        declaration=ResponseDeclaration(identifier=name, cardinality=Cardinality.SINGLE, base_type=BaseType.STRING),
        processing=HumanMarking(),
        max_score=marks_of(draft, faults),
    )


PARTS: Mapping[str, Callable[[Draft, Faults], Part]] = {
    "single_choice": _choice,
    "multiple_response": _choice,
    "inline_choice": _choice,
    "numeric_entry": _numeric,
    "text_entry": _text_entry,
    "order": _order,
    "match": _match,
    "gap_match": _gap_match,
    "hot_text": _hot_text,
    "slider": _slider,
    "extended_text": _extended_text,
}
