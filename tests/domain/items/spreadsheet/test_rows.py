"""One row an item: what each kind becomes, and what is said with the cell where something is wrong."""

from decimal import Decimal
from fractions import Fraction

import pytest

from assessment.domain.errors import Invalid
from assessment.domain.items.item import ItemKind, MapResponse, NumericComparison
from assessment.domain.items.qti.package import Alignment, ImportOutcome, PackageReport
from assessment.domain.items.spreadsheet.rows import COLUMNS, EXAMPLES, read_spreadsheet, write_template
from assessment.domain.items.spreadsheet.table import column_name
from tests.domain.items.spreadsheet.build import changed, csv_of, workbook_of


def draw(name: str) -> str:
    return "X" + name.encode().hex()[-6:]


def read(data: bytes) -> PackageReport:
    return read_spreadsheet(data, draw=draw)


def reasons(**cells: str) -> list[str]:
    (item,) = read(csv_of([changed(**cells)])).items
    assert item.outcome is ImportOutcome.REFUSED
    return [str(reason) for reason in item.reasons]


def place(column: str, row: int = 2) -> str:
    return f"{column_name(COLUMNS.index(column))}{row}"


def test_the_template_is_a_table_of_whole_items_in_both_forms() -> None:
    for data in (write_template(), csv_of(EXAMPLES), workbook_of(EXAMPLES)):
        items = read(data).items
        assert [item.outcome for item in items] == [ImportOutcome.IMPORTED] * 3
        assert [[text.language for text in item.texts] for item in items] == [["id", "en"]] * 3
        assert [item.item.kind for item in items if item.item] == [
            ItemKind.SINGLE_CHOICE,
            ItemKind.MULTIPLE_RESPONSE,
            ItemKind.NUMERIC_ENTRY,
        ]


def test_the_same_items_come_out_of_csv_and_workbook() -> None:
    one, other = read(csv_of(EXAMPLES)).items, read(workbook_of(EXAMPLES)).items
    assert [(each.item, each.texts) for each in one] == [(each.item, each.texts) for each in other]


def test_each_correct_option_may_earn_marks() -> None:
    item = read(csv_of([EXAMPLES[1]])).items[0].item
    assert item is not None
    assert isinstance(item.processing, MapResponse)
    assert item.max_score == Fraction(2)


def test_a_number_with_its_tolerance() -> None:
    item = read(csv_of([changed(kind="numeric_entry", key="0,4", tolerance="0,05")])).items[0].item
    assert item is not None
    assert isinstance(item.processing, NumericComparison)
    assert (item.responses[0].correct, item.processing.lower_tolerance) == ((Decimal("0.4"),), Fraction(1, 20))


def test_accepted_texts_and_an_order() -> None:
    text = read(csv_of([changed(kind="text_entry", key="SMAW | MMAW")])).items[0].item
    assert text is not None
    assert text.responses[0].mapping is not None
    assert [entry.key for entry in text.responses[0].mapping.entries] == ["MMAW", "SMAW"]
    order = read(csv_of([changed(kind="order", key="")])).items[0].item
    assert order is not None
    assert list(order.responses[0].correct) == [draw(f"CONTOH-1/{letter}") for letter in "ABC"]


def test_criteria_are_named_by_unit_and_number() -> None:
    (item,) = read(csv_of([changed(criteria="C.25/1.1, C.25/1.2")])).items
    assert item.criteria == (Alignment(label="C.25/1.1"), Alignment(label="C.25/1.2"))


@pytest.mark.parametrize(
    ("cells", "column", "sentence"),
    [
        ({"kind": "essay"}, "kind", "Expected a kind"),
        ({"key": "F"}, "key", 'The key names option "F"'),
        ({"key": "A, B"}, "key", "A single choice has one correct option; 2 are marked."),
        ({"key": ""}, "key", "Nothing is marked as correct yet."),
        ({"marks": "many"}, "marks", "Expected marks above 0"),
        ({"title_en": ""}, "title_en", "The title is missing in this language."),
        ({"question_id": ""}, "question_id", "The question is missing in this language."),
        ({"B_en": ""}, "B_en", '"B" has no words in this language.'),
        ({"question_id": "=1+1"}, "question_id", "The cell holds a formula."),
        ({"kind": "numeric_entry", "key": "half"}, "key", "Expected the correct number, got half."),
        ({"kind": "numeric_entry", "key": "1", "tolerance": "x"}, "tolerance", "Expected a tolerance"),
    ],
)
def test_what_is_wrong_is_said_with_its_cell(cells: dict[str, str], column: str, sentence: str) -> None:
    said = reasons(**cells)
    assert any(each.startswith(f"{place(column)}: {sentence}") for each in said), said


def test_an_identifier_twice_refuses_the_second_row() -> None:
    first, second = read(csv_of([changed(), changed()])).items
    assert first.outcome is ImportOutcome.IMPORTED
    assert str(second.reasons[0]) == f'{place("identifier", 3)}: The identifier "CONTOH-1" is used twice.'


def test_one_language_is_imported_and_said() -> None:
    english = {name: "" for name in COLUMNS if name.endswith("_en")}
    (item,) = read(csv_of([changed(**english)])).items
    assert item.outcome is ImportOutcome.IMPORTED
    assert [str(reason) for reason in item.reasons] == [f"{place('question_en')}: The item is not written in en yet."]


def test_a_strange_column_is_said_and_a_missing_one_refused() -> None:
    columns = [*COLUMNS, "colour"]
    report = read(csv_of([changed()], columns=columns))
    assert [reason.lost for reason in report.reasons] == [True]
    with pytest.raises(Invalid, match="key"):
        read(csv_of([changed()], columns=[name for name in COLUMNS if name != "key"]))
    with pytest.raises(Invalid):
        read(csv_of([]))


def test_columns_are_found_in_any_order() -> None:
    report = read(csv_of([changed()], columns=list(reversed(COLUMNS))))
    assert report.items[0].outcome is ImportOutcome.IMPORTED


def test_a_script_in_a_cell_does_not_act() -> None:
    (item,) = read(csv_of([changed(question_en="<script>alert(1)</script>Which?")])).items
    assert "script" not in str(item.texts)
