"""A scheme read from JSON: the demo's own files, and each mistake named by its path."""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from assessment.domain.competency import Method
from assessment.domain.errors import Invalid
from assessment.domain.plan import ItemsCut, Yes
from assessment.schemes.draft import SchemeDraft, draft_from_json
from assessment.schemes.tables import SchemeKind

DEMO = Path(__file__).parents[2] / "assessment" / "demo"


def document(**fields: Any) -> dict[str, Any]:
    """A whole scheme; a field that is None is left out."""
    whole = {
        "v": 1,
        "code": "CONTOH-1",
        "kind": "okupasi",
        "titles": {"id": "Juru las", "en": "Welder"},
        "core_units": ["C.25"],
        "validity_months": 36,
        "quorum": 3,
    } | fields
    return {name: value for name, value in whole.items() if value is not None}


def a_cell(criterion: str = "C.25/1.1", method: str = "written", **rule: Any) -> dict[str, Any]:
    rule = rule or {"kind": "items_cut", "minimum_items": 2, "cut": "1/2"}
    return {"criterion": criterion, "method": method, "rule": rule}


@pytest.mark.parametrize(("name", "cells", "units"), [("welder", 31, 1), ("kitchen", 34, 3)])
def test_the_demo_schemes_are_read(name: str, cells: int, units: int) -> None:
    draft = draft_from_json(json.loads((DEMO / name / "scheme.json").read_text()), sample=True)
    assert (len(draft.cells), len(draft.core_units), draft.sample) == (cells, units, True)
    assert (draft.quorum, draft.validity_months, draft.look_back_days) == (3, 36, 730)
    assert draft.titles["en"].startswith("Sample, not a BNSP scheme")


def test_notes_become_the_summary() -> None:
    draft = draft_from_json(
        document(
            scope={"process": ["SMAW (111)", "SMAW (111)"], "position": ["3G"]},
            scope_titles={"SMAW (111)": {"id": "Las busur"}, "3G": {"id": "Tegak"}},
            scope_note={"id": "Catatan", "en": "A note"},
            labels=[{"id": "Label", "en": "A label"}],
            units_left_out=[{"code": "C.26", "reason": {"id": "belum lengkap"}}],
        )
    )
    assert draft.scope == (("process", "SMAW (111)"), ("position", "3G"))
    assert draft.summaries == {
        "id": "Las busur; Tegak.\nCatatan\nLabel\nC.26: belum lengkap",
        "en": "A note\nA label",
    }


def test_the_label_of_a_prerequisite_stays_with_it() -> None:
    draft = draft_from_json(
        document(
            prerequisites=[
                {"id": "Lulus SD", "en": "Primary school", "label": {"en": "unconfirmed"}, "confirmed": False},
                {"id": "Sehat", "en": "Healthy"},
            ]
        )
    )
    assert draft.prerequisites == (
        {"id": "Lulus SD", "en": "Primary school\nunconfirmed"},
        {"id": "Sehat", "en": "Healthy"},
    )


def test_cells_and_defaults_are_read() -> None:
    draft = draft_from_json(document(plan=[a_cell(), a_cell(method="observed", kind="yes")]))
    assert [(cell.path, cell.method, cell.rule) for cell in draft.cells] == [
        ("C.25/1.1", Method.WRITTEN, ItemsCut(minimum_items=2, cut=Fraction(1, 2))),
        ("C.25/1.1", Method.OBSERVED, Yes()),
    ]
    assert (draft.kind, draft.sample, draft.outside_members, draft.electives_required) == (
        SchemeKind.OCCUPATION,
        False,
        0,
        0,
    )


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([], r"^\$: expected an object, got a list\.$"),
        (document(v=2), r"^\$\.v: expected format version 1, got 2\.$"),
        (document(v=True), r"^\$\.v: expected format version 1, got True\.$"),
        (document(code=None), r"^\$\.code: expected text, got nothing\.$"),
        (document(code="a b"), r"^Expected a code .* got a b\.$"),
        (document(kind="gelar"), r"^\$\.kind: expected kkni, okupasi or klaster, got 'gelar'\.$"),
        (document(titles={"id": "x"}), r"^\$\.titles\.en: expected text, got nothing\.$"),
        (document(titles={"id": "x", "en": " "}), r"^\$\.titles\.en: expected text, got ' '\.$"),
        (document(titles={"id": "x", "en": "y", "e!": "z"}), r"^\$\.titles: expected codes of languages"),
        (document(core_units="C.25"), r"^\$\.core_units: expected a list, got 'C\.25'\.$"),
        (document(core_units=["C.25", 7]), r"^\$\.core_units\[1\]: expected text, got 7\.$"),
        (document(core_units=[]), r"at least one unit of competency"),
        (document(core_units=["C.25", "C.25"]), r"each unit once, got C\.25 twice"),
        (document(elective_units=["C.25"]), r"each unit once, got C\.25 twice"),
        (document(electives_required=1), r"^electives_required: expected a whole number from 0 to 0, got 1\.$"),
        (document(validity_months="36"), r"^\$\.validity_months: expected a whole number, got '36'\.$"),
        (document(validity_months=True), r"^\$\.validity_months: expected a whole number, got True\.$"),
        (document(validity_months=0), r"^validity_months: expected a whole number from 1 to 240, got 0\.$"),
        (document(quorum=1), r"^quorum: expected a whole number from 2 to 20, got 1\.$"),
        (document(outside_members=4), r"^outside_members: expected a whole number from 0 to 3, got 4\.$"),
        (document(look_back_days=-1), r"^look_back_days: expected"),
        (document(sample="yes"), r"^\$\.sample: expected true or false, got 'yes'\.$"),
        (document(scope={"process": "SMAW"}), r"^\$\.scope\.process: expected a list, got 'SMAW'\.$"),
        (document(prerequisites=[{"id": "x"}]), r"^\$\.prerequisites\[0\]\.en: expected text, got nothing\.$"),
        (document(validty_months=3), r"unknown member validty_months"),
        (document(plan=[a_cell(), a_cell()]), r"^\$\.plan\[1\]: expected one cell .* 'C\.25/1\.1, written'"),
        (document(plan=[a_cell(method="guess")]), r"^\$\.plan\[0\]\.method: expected a method of the plan"),
        (document(plan=[a_cell(kind="within_limit")]), r"^\$\.plan\[0\]\.rule: Expected a sufficiency rule that fits"),
        (document(plan=[a_cell(kind="maybe")]), r"^\$\.plan\[0\]\.rule: Expected a sufficiency rule"),
        (document(plan=[{"method": "oral"}]), r"^\$\.plan\[0\]\.criterion: expected text, got nothing\.$"),
    ],
)
def test_a_mistake_is_named_by_its_path(value: object, message: str) -> None:
    with pytest.raises(Invalid, match=message):
        draft_from_json(value)


def test_a_draft_is_frozen() -> None:
    draft = draft_from_json(document())
    with pytest.raises(AttributeError):
        draft.quorum = 2  # type: ignore[misc]  # frozen: the write must fail
    assert isinstance(draft, SchemeDraft)
