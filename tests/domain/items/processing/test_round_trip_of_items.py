"""Items with rules, areas, tables and outcomes of every shape come back identical from packages of 3.0 and 2.1."""

import pytest

from assessment.domain.items.item_json import from_json, to_json
from assessment.domain.items.processing.rules import RuleProcessing
from assessment.domain.items.qti.package import ImportOutcome, read_package
from assessment.domain.items.qti.read import read_item
from assessment.domain.items.qti.write import PackagedItem, QtiVersion, write_package
from tests.domain.items.build import choice_xml
from tests.domain.items.processing.test_round_trip import RULES, written
from tests.domain.items.processing.test_rules import GRADED, put
from tests.domain.items.processing.written import number, operator, variable

HEAD = """
<qti-outcome-declaration identifier="MAXSCORE" cardinality="single" base-type="float"><qti-default-value>
<qti-value>9</qti-value></qti-default-value></qti-outcome-declaration>
<qti-outcome-declaration identifier="GRADE" cardinality="single" base-type="identifier">
<qti-interpolation-table default-value="F"><qti-interpolation-table-entry source-value="0.5" target-value="A"/>
<qti-interpolation-table-entry source-value="0.25" include-boundary="false" target-value="B"/>
</qti-interpolation-table></qti-outcome-declaration>
<qti-outcome-declaration identifier="LEVEL" cardinality="single" base-type="float">
<qti-match-table default-value="0"><qti-match-table-entry source-value="1" target-value="10.5"/></qti-match-table>
</qti-outcome-declaration>
<qti-outcome-declaration identifier="SEEN" cardinality="multiple" base-type="identifier"><qti-default-value>
<qti-value>a</qti-value><qti-value>b</qti-value></qti-default-value></qti-outcome-declaration>
"""
PROCESSINGS = [
    GRADED.replace("CHOICE", "RESPONSE"),
    f'<qti-lookup-outcome-value identifier="GRADE">{variable("SCORE")}</qti-lookup-outcome-value>',
    f'<qti-lookup-outcome-value identifier="LEVEL">{number(1)}</qti-lookup-outcome-value>',
    put("SEEN", operator("multiple", variable("SEEN"), variable("RESPONSE"))),
    put("SCORE", operator("round-to", written("math-constant"), rounding_mode="decimalPlaces", figures=2)),
    put("SCORE", operator("sum", variable("SCORE"), written("random-float"))),
    "<qti-exit-response/>",
]


def read(rules: str) -> "PackagedItem":
    """An item with rules as it is packaged."""
    processing = f"<qti-response-processing>{rules}</qti-response-processing>"
    found = read_item(choice_xml(identifier="W01", head=HEAD, processing=processing))
    return PackagedItem(item=found.item, texts=(found.text,))


@pytest.mark.parametrize("version", QtiVersion)
@pytest.mark.parametrize("rules", PROCESSINGS)
def test_an_item_with_rules_comes_back_identical(rules: str, version: QtiVersion) -> None:
    packaged = read(rules)
    assert isinstance(packaged.item.processing, RuleProcessing)
    (report,) = read_package(write_package([packaged], version=version)).items
    assert report.item == packaged.item
    assert report.texts == packaged.texts
    assert report.outcome is not ImportOutcome.REFUSED


@pytest.mark.parametrize("rules", PROCESSINGS)
def test_an_item_with_rules_is_stored_and_read_again(rules: str) -> None:
    item = read(rules).item
    assert from_json(to_json(item)) == item


def test_every_form_of_expression_has_an_example() -> None:
    assert len(RULES) > 50
