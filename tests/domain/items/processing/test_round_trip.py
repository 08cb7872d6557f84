"""A tree of rules is the same after XML and after JSON."""

import json

import pytest

from assessment.domain.items.processing.forms import FORMS
from assessment.domain.items.processing.rules_json import rules_from_json, rules_to_json
from assessment.domain.items.qti.processing import read_processing
from assessment.domain.items.qti.rules_write import rules_xml
from assessment.domain.items.qti.xml import QTI, parse
from tests.domain.items.processing.test_rules import GRADED, put, when
from tests.domain.items.processing.written import base, number, operator, read, variable

LEAVES = {
    "variable": variable("NUMBER"),
    "default": '<qti-default identifier="WHOLE"/>',
    "correct": '<qti-correct identifier="NUMBER"/>',
    "map-response": '<qti-map-response identifier="CHOICE"/>',
    "map-response-point": '<qti-map-response-point identifier="POINTS"/>',
    "random-integer": '<qti-random-integer min="1" max="{WHOLE}" step="2"/>',
    "random-float": '<qti-random-float max="2.5"/>',
    "math-constant": '<qti-math-constant name="pi"/>',
    "null": "<qti-null/>",
}
ATTRIBUTES = {
    "any-n": {"min": "1", "max": "{WHOLE}"},
    "index": {"n": "2"},
    "field-value": {"field_identifier": "floatValue"},
    "substring": {"case_sensitive": "false"},
    "string-match": {"case_sensitive": "false", "substring": "true"},
    "pattern-match": {"pattern": ' [<&">]+'},
    "equal": {"tolerance_mode": "absolute", "tolerance": "0.1 {NUMBER}", "include_lower_bound": "false"},
    "equal-rounded": {"rounding_mode": "decimalPlaces", "figures": "3"},
    "round-to": {"figures": "2"},
    "inside": {"shape": "poly", "coords": "0,0,10,0,10,10"},
    "repeat": {"number_repeats": "3"},
    "math-operator": {"name": "atan2"},
    "stats-operator": {"name": "popSD"},
}


def written(element: str) -> str:
    """One example of every form."""
    if element in LEAVES:
        return LEAVES[element]
    form = FORMS[element]
    attributes = {
        key: value.replace("<", "&lt;").replace('&">', "&amp;&quot;>")
        for key, value in ATTRIBUTES.get(element, {}).items()
    }
    return operator(element, number("0.5") * (form.least or 2), **attributes)


RULES = [
    *(put("SCORE", written(element)) for element in FORMS),
    GRADED,
    "<qti-exit-response/>",
    f"<qti-response-processing-fragment>{put('SCORE', number(1))}</qti-response-processing-fragment>",
    f'<qti-lookup-outcome-value identifier="GRADE">{variable("NUMBER")}</qti-lookup-outcome-value>',
    *(
        put("SCORE", base(kind, value))
        for kind, value in {
            "boolean": "true",
            "directedPair": "B A",
            "duration": "1.5",
            "identifier": "A",
            "integer": "-3",
            "pair": "A B",
            "point": "1 2",
            "string": "a &lt; b",
            "uri": "urn:x",
        }.items()
    ),
]


@pytest.mark.parametrize("rules", RULES)
def test_rules_are_the_same_after_xml_and_after_json(rules: str) -> None:
    tree = read(rules)
    inside = rules_xml(tree).removeprefix("<qti-response-processing>").removesuffix("</qti-response-processing>")
    assert read(inside) == tree
    assert rules_from_json(json.loads(json.dumps(rules_to_json(tree)))) == tree


@pytest.mark.parametrize(
    "value",
    [
        {"v": 2, "outcome": "SCORE", "rules": []},
        {"v": 1, "outcome": "SCORE", "rules": [{"what": 1}]},
        {"v": 1, "outcome": "SCORE", "rules": [{"set": "SCORE", "to": {"op": "gates"}}]},
        {"v": 1, "outcome": "SCORE", "rules": [{"set": "SCORE", "to": {"op": "index", "n": "x y"}}]},
        {"v": 1, "outcome": "SCORE", "rules": [{"set": 1, "to": {"op": "null"}}]},
    ],
)
def test_stored_rules_of_another_shape_are_refused(value: object) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        rules_from_json(value)


def test_stored_rules_are_bounded_in_depth() -> None:
    deep: dict[str, object] = {"op": "null"}
    for _ in range(100):
        deep = {"op": "not", "of": [deep]}
    with pytest.raises(ValueError, match="deep"):
        rules_from_json({"v": 1, "outcome": "SCORE", "rules": [{"set": "SCORE", "to": deep}]})


@pytest.mark.parametrize(
    "version", ["question/qti_v2p0", "question/qti_v2p1", "question/qti_v2p2", "question/qti_v3p0"]
)
@pytest.mark.parametrize(
    ("template", "expected"),
    [("match_correct", "MatchCorrect"), ("map_response", "MapResponse"), ("map_response_point", "RuleProcessing")],
)
def test_the_standard_templates_of_every_version_are_known(version: str, template: str, expected: str) -> None:
    for host in ("http://www.imsglobal.org", "https://purl.imsglobal.org"):
        for end in ("", ".xml"):
            address = f"{host}/{version}/rptemplates/{template}{end}"
            element = parse(f'<qti-response-processing xmlns="{QTI}" template="{address}"/>'.encode())
            assert type(read_processing(element, {}, {})).__name__ == expected


def test_when_is_written_as_it_was_read() -> None:
    rules = f"<qti-response-condition>{when(base('boolean', 'true'))}</qti-response-condition>"
    assert rules_xml(read(rules)) == f"<qti-response-processing>{rules}</qti-response-processing>"
