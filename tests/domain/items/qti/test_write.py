"""Export: what is written reads back as the same values, and the same values give the same bytes."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment.domain.errors import Invalid
from assessment.domain.items.best import best_score
from assessment.domain.items.exact import canonical, finite_text
from assessment.domain.items.item import (
    BaseType,
    Cardinality,
    Choice,
    ChoiceInteraction,
    ChoiceText,
    ChoiceWords,
    Item,
    ItemText,
    MapEntry,
    Mapping,
    MapResponse,
    MatchCorrect,
    NumericComparison,
    NumericEntryInteraction,
    NumericEntryText,
    OutcomeDeclaration,
    ResponseDeclaration,
    ToleranceMode,
)
from assessment.domain.items.qti.package import Alignment, ImportOutcome, read_package
from assessment.domain.items.qti.read import read_item
from assessment.domain.items.qti.write import PackagedItem, write_item, write_package
from tests.domain.items.build import choice_item, choice_text, mapping, numeric_item, numeric_text

identifiers = st.from_regex(r"[A-Za-z_][A-Za-z0-9_.-]{0,8}", fullmatch=True)
marks = st.integers(-400, 400).map(lambda hundredths: Fraction(hundredths, 100))
points = st.integers(1, 400).map(lambda hundredths: Fraction(hundredths, 100))
numbers = st.integers(0, 10**6).map(lambda thousandths: canonical(Decimal(thousandths) / 1000))
words = st.text("abcXYZ äß漢字&<>\"'°", min_size=1, max_size=20).map(lambda text: " ".join(text.split()) or "x")
escaped = words.map(lambda text: text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))
lines = escaped | escaped.map(lambda text: f"<strong>{text}</strong>")
stems = st.lists(lines.map(lambda line: f"<p>{line}</p>"), min_size=1, max_size=3).map("".join)
outcomes = st.sampled_from(["SCORE", "MARKS"])
responses = st.sampled_from(["RESPONSE", "R1"])
languages = st.sampled_from(["id", "en", "zh-Hans", "en-GB"])


@st.composite
def choices(draw):
    names = draw(st.lists(identifiers, min_size=1, max_size=6, unique=True))
    multiple = draw(st.booleans())
    most = draw(st.integers(0, len(names))) if multiple else 1
    response, outcome = draw(responses), draw(outcomes)
    correct = draw(st.lists(st.sampled_from(names), min_size=1, max_size=most or len(names), unique=True))
    table = None
    if draw(st.booleans()):
        lower, upper = draw(st.none() | marks), draw(st.none() | marks)
        if lower is not None and upper is not None and lower > upper:
            lower, upper = upper, lower
        entries = draw(st.dictionaries(st.sampled_from(names), marks, min_size=1))
        table = Mapping(
            entries=tuple(MapEntry(key=key, value=entries[key]) for key in sorted(entries)),
            default_value=draw(marks),
            lower_bound=lower,
            upper_bound=upper,
        )
    processing = (
        MatchCorrect(response=response, outcome=outcome, points=draw(points))
        if table is None
        else MapResponse(response=response, outcome=outcome)
    )
    item = Item(
        identifier=draw(identifiers),
        interactions=(
            ChoiceInteraction(
                response=response,
                choices=tuple(Choice(identifier=name, fixed=draw(st.booleans())) for name in names),
                max_choices=most,
                min_choices=draw(st.integers(0, most or len(names))),
                shuffle=draw(st.booleans()),
            ),
        ),
        responses=(
            ResponseDeclaration(
                identifier=response,
                cardinality=Cardinality.MULTIPLE if multiple else Cardinality.SINGLE,
                base_type=BaseType.IDENTIFIER,
                correct=tuple(sorted(correct)),
                mapping=table,
            ),
        ),
        outcomes=(OutcomeDeclaration(identifier=outcome, base_type=BaseType.FLOAT),),
        processing=processing,
        max_score=Fraction(0),
    )
    text = ItemText(
        language=draw(languages),
        title=draw(words),
        stem=draw(stems),
        interactions=(
            ChoiceText(
                response=response,
                prompt=draw(st.just("") | lines),
                choices=tuple(ChoiceWords(identifier=name, html=draw(lines)) for name in names),
            ),
        ),
    )
    return replace(item, max_score=best_score(item)), text


@st.composite
def numeric_entries(draw):
    response, outcome = draw(responses), draw(outcomes)
    mode = draw(st.sampled_from(ToleranceMode))
    exact = mode is ToleranceMode.EXACT
    comparison = NumericComparison(
        response=response,
        outcome=outcome,
        mode=mode,
        lower_tolerance=Fraction(0) if exact else draw(points),
        upper_tolerance=Fraction(0) if exact else draw(points),
        include_lower=exact or draw(st.booleans()),
        include_upper=exact or draw(st.booleans()),
        response_first=draw(st.booleans()),
        reference=draw(st.none() | numbers),
        points=draw(points),
    )
    item = Item(
        identifier=draw(identifiers),
        interactions=(
            NumericEntryInteraction(response=response, expected_length=draw(st.none() | st.integers(1, 20))),
        ),
        responses=(
            ResponseDeclaration(
                identifier=response,
                cardinality=Cardinality.SINGLE,
                base_type=BaseType.FLOAT,
                correct=(draw(numbers),),
            ),
        ),
        outcomes=(
            OutcomeDeclaration(identifier=outcome, base_type=BaseType.FLOAT, default=Fraction(0)),
            OutcomeDeclaration(identifier="MAXSCORE", base_type=BaseType.FLOAT, default=comparison.points),
        ),
        processing=comparison,
        max_score=comparison.points,
    )
    text = ItemText(
        language=draw(languages),
        title=draw(words),
        stem=draw(stems),
        interactions=(
            NumericEntryText(response=response, before=draw(st.just("") | lines), unit=draw(st.just("") | lines)),
        ),
    )
    return item, text


@given(choices() | numeric_entries())
def test_what_is_written_reads_back_the_same(made):
    item, text = made
    read = read_item(write_item(item, text))
    assert (read.item, read.text) == (item, text)
    assert not any(reason.lost for reason in read.reasons)


@given(marks)
def test_marks_of_two_places_are_written_exactly(value):
    assert Fraction(finite_text(value)) == value


CRITERIA = (Alignment(guid="g-1", label="C.25LAS01.029.1/1.1"), Alignment(guid="g-2", case_item_uri="urn:x"))


def test_a_package_reads_back_with_languages_and_criteria():
    item = choice_item()
    packaged = [
        PackagedItem(item=item, texts=(choice_text(item, "en"), choice_text(item, "id")), criteria=CRITERIA),
        PackagedItem(item=numeric_item(), texts=(numeric_text("id"),)),
    ]
    report = read_package(write_package(packaged))
    assert [(each.outcome, each.item, each.texts, each.criteria) for each in report.items] == [
        (ImportOutcome.IMPORTED, each.item, each.texts, each.criteria) for each in packaged
    ]
    assert report.reasons == ()
    assert write_package(packaged) == write_package(packaged)


def test_a_third_cannot_be_written():
    item = choice_item(marks=mapping({"B": "1/3"}), max_score="1/3")
    with pytest.raises(Invalid, match="cannot say 1/3 exactly"):
        write_item(item, choice_text(item))


def test_a_maximum_that_no_declaration_carries_cannot_be_written():
    item = choice_item(max_score="5")
    with pytest.raises(Invalid, match="carries its maximum 5"):
        write_item(item, choice_text(item))


def test_an_item_twice_in_a_package_is_refused():
    item = choice_item()
    packaged = PackagedItem(item=item, texts=(choice_text(item),))
    with pytest.raises(Invalid, match="used twice"):
        write_package([packaged, packaged])
