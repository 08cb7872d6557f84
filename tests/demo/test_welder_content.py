"""The plate welder sample: standard, items, scheme and task fit together, alike in both languages."""

import json
import re
import uuid
from collections import Counter
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from assessment.domain.case import read as case_reader
from assessment.domain.competency import Criterion, Element, Method, Unit
from assessment.domain.exams import assembly, form
from assessment.domain.items.best import best_score
from assessment.domain.items.qti import read as qti_reader
from assessment.domain.items.qti.archive import write_archive
from assessment.domain.items.qti.package import ImportOutcome, read_package
from assessment.domain.items.response import read_response
from assessment.domain.items.scoring import score
from assessment.domain.plan import Cell, Instrument, Kind, from_json, holes, kind_of, minimum_items
from assessment.domain.practicals import rubric
from assessment.domain.practicals.measurement import judge
from assessment.domain.practicals.task_document import read

FOLDER = Path(__file__).parents[2] / "assessment" / "demo" / "welder"
UNIT = "C.25LAS01.029.1"
LANGUAGES = ("id", "en")
CRITERIA = [f"{UNIT}/1.{n}" for n in range(1, 12)] + [f"{UNIT}/2.{n}" for n in range(1, 10)]
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://teruji.example/standards/welding")
Q = "{http://www.imsglobal.org/xsd/imsqtiasi_v3p0}"
P = "{http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1}"
CSM = "{http://www.imsglobal.org/xsd/qti/qtiv3p0/imscsmd_v1p1}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def load(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    return loaded


STANDARD = load("standard.json")
SCHEME = load("scheme.json")
TASK = load("task.json")
MEASURED = {each.code: each.marking for each in read(TASK).criteria if isinstance(each.marking, rubric.Measured)}
MANIFEST = etree.parse(FOLDER / "imsmanifest.xml").getroot()
CODES = sorted({path.name.split(".")[0] for path in (FOLDER / "items").glob("*.xml")})


def read_item(code: str, language: str) -> Any:
    return etree.parse(FOLDER / "items" / f"{code}.{language}.xml").getroot()


def named(code: str, language: str = "id") -> str:
    return str(uuid.uuid5(NAMESPACE, f"CFItem/{language}/{code}"))


def measured_by(code: str) -> list[str]:
    """The criteria that the manifest names for the Indonesian file of an item."""
    (resource,) = [r for r in MANIFEST.iter(f"{P}resource") if r.get("href") == f"items/{code}.id.xml"]
    return [label.text for label in resource.iter(f"{CSM}label")]


def cells() -> tuple[Cell, ...]:
    return from_json({"v": 1, "cells": SCHEME["plan"]})


def unit() -> Unit:
    def element(number: str) -> Element:
        own = [key for key in CRITERIA if key.split("/")[1].startswith(f"{number}.")]
        return Element(
            id=f"{UNIT}/{number}",
            number=number,
            criteria=tuple(Criterion(id=key, number=key.split("/")[1]) for key in own),
        )

    return Unit(id=UNIT, code=UNIT, elements=(element("1"), element("2")), complete=True)


def domain_rubric(language: str) -> rubric.Rubric:
    def marking(entry: dict[str, Any]) -> rubric.Marking:
        match entry["kind"]:
            case "judged":
                return rubric.Judged(
                    descriptors=tuple(level[language] for level in entry["levels"]),
                    minimum=entry["minimum_level"],
                    group=entry["group"],
                )
            case "measured":
                found = MEASURED[entry["code"]]
                return rubric.Measured(limits=found.limits, tool=entry["tool"][language], confirmed=found.confirmed)
            case _:
                return rubric.Checked()

    return rubric.Rubric(
        criteria=tuple(
            rubric.RubricCriterion(
                id=entry["code"],
                marking=marking(entry),
                alignments=tuple(
                    rubric.Alignment(criterion_id=criterion, method=Method(entry["method"]))
                    for criterion in entry["criteria"]
                ),
                safety_critical=entry["safety_critical"],
            )
            for entry in TASK["criteria"]
        )
    )


def pool() -> list[form.PoolItem]:
    return [form.PoolItem(id=code, unit_id=UNIT, criterion_ids=frozenset(measured_by(code))) for code in CODES]


def draw(seed: int) -> tuple[str, ...]:
    (drawn,) = assembly.draw(
        form.Blueprint.of_units(SCHEME["blueprint"]),
        pool(),
        seed=seed.to_bytes(16),
        minimum_per_criterion=minimum_items(cells()),
    )
    return drawn


def texts(value: object) -> list[dict[str, str]]:
    """Every {"id", "en"} pair inside a JSON value."""
    if isinstance(value, dict):
        here = [value] if {"id", "en"} <= value.keys() else []
        return here + [pair for inner in value.values() for pair in texts(inner)]
    return [pair for inner in value for pair in texts(inner)] if isinstance(value, list) else []


# The standard


def test_every_identifier_is_named_by_its_place_and_stands_once() -> None:
    items = STANDARD["CFItems"]
    identifiers = [entry["identifier"] for entry in (*items, *STANDARD["CFAssociations"])]
    assert len(set(identifiers)) == len(identifiers)
    assert STANDARD["CFDocument"]["identifier"] == str(uuid.uuid5(NAMESPACE, "CFDocument"))
    by_id = {entry["identifier"]: entry for entry in items}
    for key in CRITERIA:
        for language in LANGUAGES:
            entry = by_id[named(key, language)]
            assert entry["CFItemType"] == "KUK"
            assert entry["humanCodingScheme"] == key.split("/")[1]
            assert entry["language"] == language
    for association in STANDARD["CFAssociations"]:
        ends = [association[end]["identifier"] for end in ("originNodeURI", "destinationNodeURI")]
        name = f"CFAssociation/{association['associationType']}/{'/'.join(ends)}"
        assert association["identifier"] == str(uuid.uuid5(NAMESPACE, name))
        assert {*ends} <= {*by_id, STANDARD["CFDocument"]["identifier"]}


def test_addresses_are_on_the_reserved_host_and_the_date_is_fixed() -> None:
    everything = [STANDARD["CFDocument"], *STANDARD["CFItems"], *STANDARD["CFAssociations"]]
    everything += STANDARD["CFDefinitions"]["CFItemTypes"]
    for entry in everything:
        assert entry["uri"].startswith("https://teruji.example/")
        assert entry["uri"].endswith(entry["identifier"])
        assert entry["lastChangeDateTime"] == "2026-01-15T00:00:00+00:00"


def children(parent: str) -> list[str]:
    found = [
        (association["sequenceNumber"], association["originNodeURI"]["identifier"])
        for association in STANDARD["CFAssociations"]
        if association["associationType"] == "isChildOf" and association["destinationNodeURI"]["identifier"] == parent
    ]
    assert [number for number, _ in sorted(found)] == list(range(1, len(found) + 1))
    return [child for _, child in sorted(found)]


def test_one_unit_is_whole_and_the_others_are_titles_or_parts() -> None:
    by_id = {entry["identifier"]: entry for entry in STANDARD["CFItems"]}
    shape = {
        by_id[identifier]["humanCodingScheme"]: [len(children(element)) for element in children(identifier)]
        for identifier in children(STANDARD["CFDocument"]["identifier"])
        if identifier not in replaced()
    }
    assert shape == {
        "C.25LAS01.001.1": [2],
        "C.25LAS01.026.1": [],
        "C.25LAS01.028.1": [],
        "C.25LAS01.029.1": [11, 9],
        "C.25LAS01.030.1": [],
        "C.25LAS01.031.1": [],
    }


def test_every_indonesian_item_has_one_english_translation_that_is_no_node_of_the_tree() -> None:
    indonesian = {e["identifier"] for e in STANDARD["CFItems"] if e["language"] == "id"}
    english = {e["identifier"] for e in STANDARD["CFItems"] if e["language"] == "en"}
    links = by_type("isTranslationOf")
    assert Counter(link["originNodeURI"]["identifier"] for link in links) == Counter(english)
    assert Counter(link["destinationNodeURI"]["identifier"] for link in links) == Counter(indonesian - replaced())
    assert {link["originNodeURI"]["identifier"] for link in by_type("isChildOf")} == indonesian


def replaced() -> set[str]:
    return {link["originNodeURI"]["identifier"] for link in by_type("replacedBy")}


def by_type(kind: str) -> list[dict[str, Any]]:
    return [link for link in STANDARD["CFAssociations"] if link["associationType"] == kind]


def test_old_codes_are_replaced_by_the_new_ones() -> None:
    codes = {entry["identifier"]: entry["humanCodingScheme"] for entry in STANDARD["CFItems"]}
    pairs = {
        codes[link["originNodeURI"]["identifier"]]: codes[link["destinationNodeURI"]["identifier"]]
        for link in by_type("replacedBy")
    }
    assert pairs == {f"C.24LAS01.{n}.1": f"C.25LAS01.{n}.1" for n in ("001", "026", "028", "029", "030")}


def test_each_criterion_is_labelled_as_a_paraphrase_and_each_part_as_not_assessable() -> None:
    for entry in STANDARD["CFItems"]:
        if entry["CFItemType"] == "KUK":
            label = {"id": "bukan teks keputusan menteri", "en": "not the decree's text"}[entry["language"]]
            assert label in entry["notes"]
        if entry["CFItemType"] == "Unit" and not entry["humanCodingScheme"].startswith("C.24"):
            label = {"id": "tidak dapat dinilai", "en": "cannot be assessed"}[entry["language"]]
            assert (label in entry["notes"]) == (entry["humanCodingScheme"] != UNIT)


def test_the_reader_finds_nothing_odd_and_merges_translations_and_old_codes() -> None:
    content = (FOLDER / "standard.json").read_bytes()
    package = case_reader.read(content)
    assert [oddity.text for oddity in package.oddities] == []
    codes = {node.key: node.code for node in package.nodes}
    assert all({*node.texts} == {*LANGUAGES} for node in package.nodes)
    assert Counter(node.kind for node in package.nodes) == {"unit": 6, "element": 3, "criterion": 22}
    assert {alias.code: codes[alias.key] for alias in package.aliases} == {
        f"C.24LAS01.{n}.1": f"C.25LAS01.{n}.1" for n in ("001", "026", "028", "029", "030")
    }
    written = case_reader.write(
        document=package.document,
        items={node.key: node.raw for node in package.nodes},
        associations=[association.raw for association in package.associations],
        rest=package.rest,
    )
    assert written == STANDARD


# The items


def structure(item: Any) -> list[tuple[str, tuple[tuple[str, str], ...], str]]:
    """Everything of an item but its words: elements, attributes, and the values that scoring reads."""
    spoken = {f"{Q}{name}" for name in ("qti-prompt", "qti-simple-choice")}
    found = []
    for element in item.iter(f"{Q}*"):
        attributes = tuple(sorted((k, v) for k, v in element.attrib.items() if k not in (LANG, "title")))
        silent = element.tag.startswith(f"{Q}qti-") and element.tag not in spoken
        found.append((element.tag, attributes, (element.text or "").strip() if silent else ""))
    return found


def kind(item: Any) -> str:
    if item.find(f".//{Q}qti-text-entry-interaction") is not None:
        return "numeric"
    return item.find(f"{Q}qti-response-declaration").get("cardinality")  # type: ignore[no-any-return]  # lxml has no types


def test_there_are_items_of_three_kinds_in_both_languages() -> None:
    assert len(CODES) == len(list((FOLDER / "items").glob("*.xml"))) / 2
    kinds = Counter(kind(read_item(code, "id")) for code in CODES)
    assert kinds == {"single": 24, "multiple": 8, "numeric": 7}


@pytest.mark.parametrize("code", CODES)
def test_both_languages_of_an_item_have_the_same_structure_and_other_words(code: str) -> None:
    indonesian, english = (read_item(code, language) for language in LANGUAGES)
    assert structure(indonesian) == structure(english)
    assert [indonesian.get(LANG), english.get(LANG)] == [*LANGUAGES]
    assert indonesian.get("identifier") == english.get("identifier") == code
    assert indonesian.get("title") != english.get("title")
    for one, other in zip(indonesian.iter(), english.iter(), strict=True):
        if one.tag in (f"{Q}qti-prompt", f"{Q}qti-simple-choice", f"{Q}p"):
            assert (one.text or "").strip()
            assert one.text != other.text


@pytest.mark.parametrize("code", CODES)
def test_the_correct_response_is_worth_one_mark_and_guessing_everything_less(code: str) -> None:
    item = read_item(code, "id")
    declaration = item.find(f"{Q}qti-response-declaration")
    correct = [value.text for value in declaration.findall(f"{Q}qti-correct-response/{Q}qti-value")]
    choices = [choice.get("identifier") for choice in item.iter(f"{Q}qti-simple-choice")]
    outcomes = {
        outcome.get("identifier"): outcome.findtext(f"{Q}qti-default-value/{Q}qti-value")
        for outcome in item.findall(f"{Q}qti-outcome-declaration")
    }
    assert outcomes == {"SCORE": "0", "MAXSCORE": "1"}
    template = item.find(f"{Q}qti-response-processing").get("template", "").rpartition("/")[2]
    match kind(item):
        case "single":
            assert len(choices) == len(set(choices)) == 4
            assert len(correct) == 1
            assert correct[0] in choices
            assert template == "match_correct.xml"
        case "multiple":
            entries = declaration.findall(f"{Q}qti-mapping/{Q}qti-map-entry")
            points = {entry.get("map-key"): Fraction(entry.get("mapped-value")) for entry in entries}
            assert [*points] == choices
            assert {key for key, value in points.items() if value > 0} == {*correct}
            assert sum(points[key] for key in correct) == 1
            assert sum(points.values()) < 1
            assert item.find(f".//{Q}qti-choice-interaction").get("max-choices") == str(len(correct))
            assert template == "map_response.xml"
        case _:
            assert Decimal(correct[0]).is_finite()
            lower, upper = item.find(f".//{Q}qti-equal").get("tolerance").split()
            assert Decimal(lower) == Decimal(upper) >= 0


def marks(code: str, language: str, value: object) -> Fraction:
    item = qti_reader.read_item((FOLDER / "items" / f"{code}.{language}.xml").read_bytes()).item
    return score(item, read_response(item, value)).score


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", CODES)
def test_the_reader_takes_each_item_whole_and_scores_it(code: str, language: str) -> None:
    read = qti_reader.read_item((FOLDER / "items" / f"{code}.{language}.xml").read_bytes())
    assert read.reasons == ()
    assert (read.item.identifier, read.text.language) == (code, language)
    item = read.item
    (declaration,) = item.responses
    right = [str(value) for value in declaration.correct]
    assert score(item, None).score == 0
    assert item.max_score == best_score(item) == 1
    if kind(read_item(code, language)) == "multiple":
        assert score(item, read_response(item, right)).score == 1
        assert score(item, read_response(item, right[:-1])).score == Fraction(len(right) - 1, len(right))
        points = {entry.key: entry.value for entry in declaration.mapping.entries} if declaration.mapping else {}
        wrong = [key for key, value in points.items() if value < 0]
        assert score(item, read_response(item, [*right[:-1], wrong[0]])).score == Fraction(
            len(right) - 1, len(right)
        ) - Fraction(1, 4)
        assert score(item, read_response(item, wrong[: len(right)])).score == 0
    else:
        assert score(item, read_response(item, right[0])).score == 1
        other = "123456" if item.responses[0].base_type.numeric else {"A": "B"}.get(right[0], "A")
        assert score(item, read_response(item, other)).score == 0


def test_numeric_answers_are_taken_with_comma_and_within_their_tolerance() -> None:
    assert [marks("W20", "id", typed) for typed in ("1,5", "1.50", "1,51", "1,52", "15")] == [1, 1, 1, 0, 0]
    assert [marks("W38", "en", typed) for typed in ("0.4", ".4", "0.5", "0.8")] == [1, 1, 0, 0]
    assert [marks("W15", "id", typed) for typed in ("45", "45,0", "44", "195")] == [1, 1, 0, 0]


# The answers of the numeric items, computed again from the figures in their stems.
COMPUTED = {
    "W10": Fraction(60, 100) * 10,
    "W15": 4 * 60 - ((11 * 60 + 30) - (8 * 60 + 15)),
    "W17": sum(
        not (2 <= gap <= 3 and 1 <= face <= 2)
        for gap, face in [(2.5, 1.5), (3.2, 1.5), (2.0, 1.0), (2.8, 2.4), (3.0, 2.0), (1.8, 1.2)]
    ),
    "W20": Fraction(8, 10) * 25 * 100 * 60 / (1000 * 80),
    "W21": 300 / Fraction(5, 2),
    "W34": Fraction(310 - 250, 20),
    "W38": min(Fraction(5, 100) * 8, Fraction(1, 2)),
}


def test_each_numeric_answer_follows_from_its_stem() -> None:
    stated = {
        code: Fraction(read_item(code, "id").findtext(f".//{Q}qti-correct-response/{Q}qti-value"))
        for code in CODES
        if kind(read_item(code, "id")) == "numeric"
    }
    assert stated == COMPUTED


def test_figures_are_the_same_in_both_languages() -> None:
    for code in CODES:
        figures = []
        for language in LANGUAGES:
            words = " ".join(read_item(code, language).find(f"{Q}qti-item-body").itertext())
            if language == "id":
                # Indonesian writes 2,5 mm and 08.15.
                words = re.sub(r"(?<=\d)([.,])(?=\d)", lambda mark: {",": ".", ".": ":"}[mark[1]], words)
            figures.append(Counter(re.findall(r"\d+(?:[.:]\d+)?", words)))
        assert figures[0] == figures[1], code


def test_the_right_choice_is_not_betrayed_by_its_place_or_length() -> None:
    places: Counter[str] = Counter()
    longest: Counter[str] = Counter()
    for code in CODES:
        if kind(read_item(code, "id")) != "single":
            continue
        for language in LANGUAGES:
            item = read_item(code, language)
            right = item.findtext(f".//{Q}qti-correct-response/{Q}qti-value")
            lengths = {c.get("identifier"): len(c.text) for c in item.iter(f"{Q}qti-simple-choice")}
            places[right] += 1
            longest[language] += lengths.pop(right) > max(lengths.values())
    assert max(places.values()) <= 2 * min(places.values())
    assert all(count <= 24 * 0.45 for count in longest.values())


# The package


def test_the_manifest_lists_each_file_once_and_both_languages_measure_the_same_criteria() -> None:
    resources = {resource.get("href"): resource for resource in MANIFEST.iter(f"{P}resource")}
    assert {*resources} == {f"items/{code}.{language}.xml" for code in CODES for language in LANGUAGES}
    assert len(resources) == len(list(MANIFEST.iter(f"{P}resource")))
    for href, resource in resources.items():
        assert resource.get("type") == "imsqti_item_xmlv3p0"
        assert [file.get("href") for file in resource.iter(f"{P}file")] == [href]
        labels = [label.text for label in resource.iter(f"{CSM}label")]
        guids = [guid.text for guid in resource.iter(f"{CSM}GUID")]
        assert labels
        assert guids == [named(label) for label in labels]
    for code in CODES:
        english = [label.text for label in resources[f"items/{code}.en.xml"].iter(f"{CSM}label")]
        assert english == measured_by(code)


def test_every_criterion_has_an_item() -> None:
    counted = Counter(criterion for code in CODES for criterion in measured_by(code))
    assert {*counted} == {*CRITERIA}
    # More items than a form asks for, so that forms differ.
    assert all(counted[criterion] > items for criterion, items in minimum_items(cells()).items())


def test_the_package_reader_imports_every_item_in_both_languages() -> None:
    files = {"imsmanifest.xml": (FOLDER / "imsmanifest.xml").read_bytes()}
    files |= {f"items/{path.name}": path.read_bytes() for path in (FOLDER / "items").glob("*.xml")}
    report = read_package(write_archive(files), name="welder.zip")
    assert [item.identifier for item in report.items] == CODES
    for item in report.items:
        assert (item.outcome, item.reasons) == (ImportOutcome.IMPORTED, ())
        assert [text.language for text in item.texts] == sorted(LANGUAGES)
        assert [criterion.label for criterion in item.criteria] == measured_by(item.identifier or "")


# The scheme


def test_the_scheme_says_that_it_is_a_sample_and_uses_only_the_whole_unit() -> None:
    assert SCHEME["titles"]["id"].startswith("Contoh, bukan skema BNSP")
    assert SCHEME["titles"]["en"].startswith("Sample, not a BNSP scheme")
    assert SCHEME["core_units"] == [UNIT]
    assert SCHEME["elective_units"] == []
    assert SCHEME["form"]["provisional"]
    assert (SCHEME["validity_months"], SCHEME["quorum"], SCHEME["look_back_days"]) == (36, 3, 730)


def test_the_plan_has_no_hole() -> None:
    assert form.Blueprint.of_units(SCHEME["blueprint"]).length == 20
    drawn = [item for item in pool() if item.id in draw(1)]
    exam = rubric_and_form(drawn)
    assert holes([unit()], cells(), exam) == ()


def rubric_and_form(drawn: list[form.PoolItem]) -> list[Instrument]:
    return [
        Instrument(reference="form", covers=form.coverage(drawn)),
        Instrument(reference="rubric", covers=rubric.coverage(domain_rubric("id"))),
    ]


def test_every_criterion_is_shown_in_the_practical_and_ten_in_writing_too() -> None:
    methods: dict[str, set[Method]] = {}
    for cell in cells():
        methods.setdefault(cell.criterion_id, set()).add(cell.method)
    assert {*methods} == {*CRITERIA}
    assert all(used & {Method.OBSERVED, Method.PRODUCT} for used in methods.values())
    assert sum(Method.WRITTEN in used for used in methods.values()) == 10


def test_forms_cover_enough_criteria_and_differ_by_seed() -> None:
    criteria = {item.id: item.criterion_ids for item in pool()}
    forms = [draw(seed) for seed in range(40)]
    assert len({frozenset(drawn) for drawn in forms}) == 40
    for drawn in forms:
        assert len(drawn) == 20
        assert len(frozenset().union(*(criteria[code] for code in drawn))) >= 12


# The task


def test_the_rubric_is_sound_in_both_languages() -> None:
    for language in LANGUAGES:
        rubric.require_sound(domain_rubric(language), known_criteria=CRITERIA)


def test_the_rubric_has_thirty_criteria_in_five_steps_of_all_kinds() -> None:
    criteria = TASK["criteria"]
    assert len(criteria) == 30
    assert len({entry["code"] for entry in criteria}) == 30
    steps = [step["key"] for step in TASK["steps"]]
    assert [*dict.fromkeys(entry["step"] for entry in criteria)] == steps
    assert len(steps) == 5
    assert Counter(entry["kind"] for entry in criteria) == {"judged": 10, "measured": 11, "checked": 9}
    assert {entry["group"] for entry in criteria} - {None} == {*TASK["groups"]}
    assert [entry["code"] for entry in criteria if entry["safety_critical"]] == ["S1-01", "S1-02", "S4-08"]


def test_a_performance_criterion_has_one_practical_method_for_each_kind_of_evidence() -> None:
    methods: dict[tuple[str, Kind], set[Method]] = {}
    for cell in cells():
        methods.setdefault((cell.criterion_id, kind_of(cell.rule)), set()).add(cell.method)
    assert all(len(used) == 1 for used in methods.values())


def test_each_measured_limit_names_its_source_and_the_unconfirmed_one_proves_nothing() -> None:
    sources = [each.limit_source for each in read(TASK).criteria if each.code in MEASURED]
    assert all(source.startswith(("WPS", "ISO 5817, older edition")) for source in sources)
    assert [code for code, marking in MEASURED.items() if not marking.confirmed] == ["S5-07"]
    # ISO 5817, level B, t > 3 mm: h <= 0.05 t, at most 0.5 mm; here t = 10 mm.
    undercut = MEASURED["S5-04"].limits
    assert undercut.upper == min(Decimal("0.05") * 10, Decimal("0.5"))
    assert judge(Decimal("0.5"), undercut).inside
    assert not judge(Decimal("0.6"), undercut).inside
    assert MEASURED["S5-06"].limits.upper == 0


def test_the_limits_of_the_rubric_stand_in_the_sample_wps() -> None:
    for language, comma in (("id", ","), ("en", ".")):
        wps = TASK["wps"][language]
        for entry in TASK["criteria"]:
            if entry.get("limit_source") == "WPS":
                for end in (entry["lower"], entry["upper"]):
                    assert end is None or end.removesuffix(".0").replace(".", comma) in wps, entry["code"]


# Both


@pytest.mark.parametrize("value", [SCHEME, TASK], ids=["scheme", "task"])
def test_every_text_stands_in_both_languages(value: dict[str, Any]) -> None:
    pairs = texts(value)
    assert pairs
    for pair in pairs:
        assert pair["id"].strip()
        assert pair["en"].strip()
        assert "!" not in pair["id"] + pair["en"]


def test_titles_and_descriptors_are_really_translated() -> None:
    for entry in TASK["criteria"]:
        for pair in (entry["help"], *entry.get("levels", [])):
            assert pair["id"] != pair["en"]
