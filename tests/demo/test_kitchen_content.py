"""The kitchen helper's demo content: counts, coverage, both languages alike, a plan without holes."""

import json
from collections import Counter
from decimal import Decimal
from fractions import Fraction
from functools import cache
from io import BytesIO
from itertools import combinations
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from lxml import etree

from assessment.domain import plan as assessment_plan
from assessment.domain.case.read import read as read_package
from assessment.domain.competency import Criterion, Element, Method, Unit
from assessment.domain.exams.assembly import draw
from assessment.domain.exams.form import Blueprint, PoolItem
from assessment.domain.exams.form import coverage as form_coverage
from assessment.domain.items.qti.package import ImportOutcome
from assessment.domain.items.qti.package import read_package as read_qti_package
from assessment.domain.items.qti.read import read_item
from assessment.domain.items.response import Response
from assessment.domain.items.scoring import score
from assessment.domain.practicals import rubric as rubrics
from assessment.domain.practicals.measurement import Limits

FOLDER = Path(__file__).parents[2] / "assessment" / "demo" / "kitchen"
UNITS = {"I.55HDR00.041.3": (2, 3, 2), "I.55HDR00.046.3": (5, 2, 3), "I.55HDR00.068.3": (4, 2, 4, 2)}
LANGUAGES = ("id", "en")
QTI = "{http://www.imsglobal.org/xsd/imsqtiasi_v3p0}"
PACKAGE = "{http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1}"
CURRICULUM = "{http://www.imsglobal.org/xsd/qti/qtiv3p0/imscsmd_v1p1}"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
TEXTS = {QTI + name for name in ("qti-prompt", "qti-simple-choice")} | {QTI + "p"}


@cache
def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


@cache
def _item(name: str) -> etree._Element:
    return etree.parse(FOLDER / "items" / name).getroot()


def _codes() -> list[str]:
    return sorted({path.name.split(".")[0] for path in (FOLDER / "items").iterdir()})


def _words(element: etree._Element) -> str:
    return " ".join("".join(element.itertext()).split())


@cache
def _standard() -> tuple[dict[str, Any], dict[str, str], dict[str, str]]:
    """Return the items by identifier, child -> parent, and translation -> original."""
    package = _json(FOLDER / "standard.json")
    items = {item["identifier"]: item for item in package["CFItems"]}
    ends: dict[str, dict[str, str]] = {"isChildOf": {}, "isTranslationOf": {}}
    for association in package["CFAssociations"]:
        origin = association["originNodeURI"]["identifier"]
        ends[association["associationType"]][origin] = association["destinationNodeURI"]["identifier"]
    return items, ends["isChildOf"], ends["isTranslationOf"]


@cache
def _criteria() -> dict[str, str]:
    """Return identifier -> "unit code/criterion number" of every criterion in Indonesian."""
    items, parent, _ = _standard()
    return {
        identifier: f"{items[parent[parent[identifier]]]['humanCodingScheme']}/{item['humanCodingScheme']}"
        for identifier, item in items.items()
        if item["CFItemType"] == "KUK" and item["language"] == "id"
    }


@cache
def _measured() -> dict[str, tuple[str, ...]]:
    """Return "code.language" -> the criteria that the manifest says the item measures."""
    root = etree.parse(FOLDER / "imsmanifest.xml").getroot()
    found = {}
    for resource in root.iter(PACKAGE + "resource"):
        guids = [element.text for element in resource.iter(CURRICULUM + "GUID")]
        labels = [element.text for element in resource.iter(CURRICULUM + "label")]
        assert [_criteria()[guid] for guid in guids] == labels
        found[Path(resource.get("href")).stem] = tuple(labels)
    return found


def _units() -> tuple[Unit, ...]:
    return tuple(
        Unit(
            id=code,
            code=code,
            complete=True,
            elements=tuple(
                Element(
                    id=f"{code}/{number}",
                    number=str(number),
                    criteria=tuple(
                        Criterion(id=f"{code}/{number}.{place}", number=f"{number}.{place}")
                        for place in range(1, count + 1)
                    ),
                )
                for number, count in enumerate(counts, start=1)
            ),
        )
        for code, counts in UNITS.items()
    )


def _cells() -> tuple[assessment_plan.Cell, ...]:
    return assessment_plan.from_json({"v": 1, "cells": _json(FOLDER / "scheme.json")["plan"]})


def _marking(entry: dict[str, Any], language: str) -> rubrics.Marking:
    match entry["kind"]:
        case "judged":
            descriptors = tuple(level[language] for level in entry["levels"])
            return rubrics.Judged(descriptors=descriptors, minimum=entry["minimum_level"], group=entry["group"])
        case "measured":
            lower, upper = (None if entry[end] is None else Decimal(entry[end]) for end in ("lower", "upper"))
            limits = Limits(unit=entry["unit"], lower=lower, upper=upper)
            return rubrics.Measured(limits=limits, tool=entry["tool"][language], confirmed=entry["confirmed"])
        case _:
            return rubrics.Checked()


def _rubric(language: str) -> rubrics.Rubric:
    return rubrics.Rubric(
        criteria=tuple(
            rubrics.RubricCriterion(
                id=entry["code"],
                marking=_marking(entry, language),
                alignments=tuple(
                    rubrics.Alignment(criterion_id=criterion, method=Method(entry["method"]))
                    for criterion in entry["criteria"]
                ),
                safety_critical=entry["safety_critical"],
            )
            for entry in _json(FOLDER / "task.json")["criteria"]
        )
    )


def _pool() -> dict[str, PoolItem]:
    measured = {code: _measured()[f"{code}.id"] for code in _codes()}
    return {
        code: PoolItem(id=code, unit_id=labels[0].split("/")[0], criterion_ids=frozenset(labels))
        for code, labels in measured.items()
    }


def _form(seed: bytes) -> tuple[str, ...]:
    (form,) = draw(
        Blueprint.of_units(_json(FOLDER / "scheme.json")["blueprint"]),
        _pool().values(),
        seed=seed,
        minimum_per_criterion=assessment_plan.minimum_items(_cells()),
    )
    return form


def _translated(value: object, place: str = "") -> list[tuple[str, dict[str, Any]]]:
    """Return every text that stands in languages, with its place."""
    if isinstance(value, dict):
        if set(value) & set(LANGUAGES):
            return [(place, value)]
        return [found for key, inner in value.items() for found in _translated(inner, f"{place}/{key}")]
    if isinstance(value, list):
        return [found for n, inner in enumerate(value) for found in _translated(inner, f"{place}/{n}")]
    return []


def test_the_standard_holds_the_three_units_whole_and_others_as_titles() -> None:
    items, parent, _ = _standard()
    assert set(_criteria().values()) == {criterion.id for unit in _units() for criterion in unit.criteria}
    units = {
        item["humanCodingScheme"]: identifier
        for identifier, item in items.items()
        if item["CFItemType"] == "Unit" and item["language"] == "id"
    }
    childless = {code for code, identifier in units.items() if identifier not in parent.values()}
    assert set(units) - childless == set(UNITS)
    assert len(childless) >= 3


def test_the_reader_finds_nothing_odd_in_the_standard() -> None:
    package = read_package((FOLDER / "standard.json").read_bytes())
    assert package.oddities == ()
    assert Counter(node.kind.value for node in package.nodes) == {"unit": 8, "element": 10, "criterion": 29}
    assert all(set(node.texts) == set(LANGUAGES) for node in package.nodes)


def test_every_item_of_the_standard_has_its_english_translation() -> None:
    items, _, translation = _standard()
    originals = {identifier for identifier, item in items.items() if item["language"] == "id"}
    assert set(translation.values()) == originals
    assert {items[identifier]["language"] for identifier in translation} == {"en"}
    assert len(items) == 2 * len(originals)


def test_every_criterion_is_called_a_paraphrase() -> None:
    items, _, _ = _standard()
    word = {"id": "bukan teks keputusan", "en": "not the decree's text"}
    for item in items.values():
        if item["CFItemType"] == "KUK":
            assert word[item["language"]] in item["notes"]


def test_identifiers_of_the_standard_stand_once_and_every_address_is_an_example() -> None:
    package = _json(FOLDER / "standard.json")
    rows = [package["CFDocument"], *package["CFItems"], *package["CFAssociations"]]
    rows += package["CFDefinitions"]["CFItemTypes"]
    identifiers = [row["identifier"] for row in rows]
    assert len(identifiers) == len(set(identifiers))
    assert all(row["uri"].startswith("https://teruji.example/") for row in rows)


def test_there_are_enough_items_of_each_kind_and_unit() -> None:
    kinds: Counter[tuple[str, str]] = Counter()
    for code in _codes():
        declaration = _item(f"{code}.id.xml").find(QTI + "qti-response-declaration")
        kinds[declaration.get("cardinality"), declaration.get("base-type")] += 1
    assert kinds["single", "identifier"] >= 17
    assert kinds["multiple", "identifier"] >= 8
    assert kinds["single", "float"] >= 5
    units = Counter(_measured()[f"{code}.id"][0].split("/")[0] for code in _codes())
    assert set(units) == set(UNITS)
    assert min(units.values()) >= 6


def test_every_criterion_is_asked_by_an_item() -> None:
    assert {label for labels in _measured().values() for label in labels} == set(_criteria().values())


def test_the_manifest_lists_every_file_once_with_the_same_criteria_in_both_languages() -> None:
    files = {path.stem for path in (FOLDER / "items").iterdir()}
    assert set(_measured()) == files == {f"{code}.{lang}" for code in _codes() for lang in LANGUAGES}
    for code in _codes():
        assert _measured()[f"{code}.id"] == _measured()[f"{code}.en"] != ()


@pytest.mark.parametrize("code", _codes())
def test_both_languages_of_an_item_have_one_structure(code: str) -> None:
    first, second = _item(f"{code}.id.xml"), _item(f"{code}.en.xml")
    assert first.get("identifier") == second.get("identifier") == code
    assert [first.get(XML_LANG), second.get(XML_LANG)] == list(LANGUAGES)
    shapes = []
    for root in (first, second):
        shapes.append(
            [
                (
                    element.tag,
                    {name: value for name, value in element.attrib.items() if name not in (XML_LANG, "title")},
                    None if element.tag in TEXTS else (element.text or "").strip(),
                )
                for element in root.iter()
            ]
        )
    assert shapes[0] == shapes[1]
    words = [[_words(element) for element in root.iter() if element.tag in TEXTS] for root in (first, second)]
    assert all(text for texts in words for text in texts)
    assert first.get("title") != second.get("title")
    assert words[0][0] != words[1][0]


@pytest.mark.parametrize("name", [f"{code}.{lang}" for code in _codes() for lang in LANGUAGES])
def test_choices_differ_and_the_key_names_them(name: str) -> None:
    root = _item(f"{name}.xml")
    choices = {element.get("identifier"): _words(element) for element in root.iter(QTI + "qti-simple-choice")}
    correct = root.find(QTI + "qti-response-declaration").find(QTI + "qti-correct-response")
    key = {_words(element) for element in correct.iter(QTI + "qti-value")}
    if not choices:
        assert len(key) == 1
        return
    assert len(set(choices.values())) == len(choices) >= 4
    assert key < set(choices)
    interaction = next(root.iter(QTI + "qti-choice-interaction"))
    assert int(interaction.get("max-choices")) == len(key)


@pytest.mark.parametrize("code", _codes())
def test_the_reader_takes_every_file_without_a_remark_and_the_key_gives_full_marks(code: str) -> None:
    first, second = (read_item((FOLDER / "items" / f"{code}.{lang}.xml").read_bytes()) for lang in LANGUAGES)
    assert first.reasons == second.reasons == ()
    assert first.item == second.item
    assert first.item.max_score == 1
    (declaration,) = first.item.responses
    whole = score(first.item, Response(identifier="RESPONSE", values=declaration.correct))
    blank = score(first.item, None)
    assert whole.score == whole.max_score
    assert whole.answered
    assert blank.score == 0
    assert not blank.answered


def test_the_package_is_imported_whole_in_both_languages() -> None:
    content = BytesIO()
    with ZipFile(content, "w") as archive:
        for path in [FOLDER / "imsmanifest.xml", *sorted((FOLDER / "items").iterdir())]:
            archive.write(path, path.relative_to(FOLDER).as_posix())
    report = read_qti_package(content.getvalue(), name="kitchen.zip")
    assert report.reasons == ()
    assert [item.identifier for item in report.items] == _codes()
    for item in report.items:
        assert (item.outcome, item.reasons) == (ImportOutcome.IMPORTED, ())
        assert [text.language for text in item.texts] == ["en", "id"]
        assert tuple(criterion.label for criterion in item.criteria) == _measured()[f"{item.identifier}.id"]
        assert {criterion.guid for criterion in item.criteria} <= set(_criteria())


def test_a_mapping_gives_full_marks_only_for_the_whole_key() -> None:
    for code in _codes():
        root = _item(f"{code}.id.xml")
        mapping = next(root.iter(QTI + "qti-mapping"), None)
        if mapping is None:
            continue
        worth = {entry.get("map-key"): Fraction(entry.get("mapped-value")) for entry in mapping}
        key = {_words(value) for value in next(root.iter(QTI + "qti-correct-response"))}
        assert sum(worth[choice] for choice in key) == 1
        assert all((value > 0) == (choice in key) for choice, value in worth.items())
        chosen = [set(some) for size in range(len(worth) + 1) for some in combinations(worth, size)]
        assert [some for some in chosen if sum(worth[choice] for choice in some) >= 1] == [key]
        assert (mapping.get("lower-bound"), mapping.get("upper-bound")) == ("0", "1")


@pytest.mark.parametrize("file", ["scheme.json", "task.json"])
def test_every_text_stands_in_both_languages(file: str) -> None:
    texts = _translated(_json(FOLDER / file))
    assert texts
    for place, text in texts:
        assert set(text) == set(LANGUAGES), place
        assert all(value.strip() for value in text.values()), place
        assert text["id"] != text["en"], place


def test_no_text_shouts() -> None:
    shouting = [path.name for path in FOLDER.rglob("*.json") if "!" in path.read_text(encoding="utf-8")]
    shouting += [
        f"{code}.{lang}"
        for code in _codes()
        for lang in LANGUAGES
        if "!" in _words(_item(f"{code}.{lang}.xml").find(QTI + "qti-item-body"))
    ]
    assert shouting == []


def test_the_titles_say_that_this_is_a_sample() -> None:
    titles = _json(FOLDER / "scheme.json")["titles"]
    assert titles["id"].startswith("Contoh, bukan skema BNSP")
    assert titles["en"].startswith("Sample, not a BNSP scheme")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_rubric_is_sound(language: str) -> None:
    known = set(_criteria().values())
    rubric = _rubric(language)
    assert 22 <= len(rubric.criteria) <= 30
    assert rubrics.check(rubric, known_criteria=known) == ()


def test_the_task_has_five_steps_and_guards_what_is_dangerous() -> None:
    task = _json(FOLDER / "task.json")
    steps = [step["key"] for step in task["steps"]]
    assert len(steps) == 5
    assert list(dict.fromkeys(entry["step"] for entry in task["criteria"])) == steps
    assert {entry["group"] for entry in task["criteria"]} - {None} == set(task["groups"])
    kinds = {entry["kind"] for entry in task["criteria"]}
    assert kinds == {"judged", "measured", "checked"}
    safety = {criterion for entry in task["criteria"] if entry["safety_critical"] for criterion in entry["criteria"]}
    assert {"I.55HDR00.046.3/3.3", "I.55HDR00.068.3/3.1", "I.55HDR00.068.3/3.2"} <= safety


def test_a_criterion_gets_one_kind_of_mark_by_one_method_so_that_its_rule_can_be_met() -> None:
    marks: dict[str, set[tuple[str, str]]] = {}
    for covered in rubrics.coverage(_rubric("id")):
        marks.setdefault(covered.criterion_id, set()).add((covered.method.value, covered.kind.value))
    asked = {
        cell.criterion_id: {(cell.method.value, assessment_plan.kind_of(cell.rule).value)}
        for cell in _cells()
        if cell.method is not Method.WRITTEN
    }
    assert asked == marks


def test_every_seed_gives_a_form_that_fits_the_blueprint_and_the_plan() -> None:
    needed = assessment_plan.minimum_items(_cells())
    forms = {_form(bytes([number])) for number in range(20)}
    assert len(forms) > 10
    for form in forms:
        assert len(form) == len(set(form)) == sum(_json(FOLDER / "scheme.json")["blueprint"].values())
        held = Counter(label for code in form for label in _measured()[f"{code}.id"])
        assert all(held[criterion] >= count for criterion, count in needed.items())


def test_the_plan_has_no_hole() -> None:
    covers = form_coverage(_pool()[code] for code in _form(b"plan"))
    form = assessment_plan.Instrument(reference="form", covers=covers)
    rubric = assessment_plan.Instrument(reference="rubric", covers=rubrics.coverage(_rubric("id")))
    assert assessment_plan.holes(_units(), _cells(), (form, rubric)) == ()
