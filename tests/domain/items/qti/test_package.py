"""Content packages: one report an item, languages merged, criteria from the manifest."""

import pytest

from assessment.domain.errors import Invalid
from assessment.domain.items.qti.archive import write_archive
from assessment.domain.items.qti.package import Alignment, ImportOutcome, read_package
from tests.domain.items.build import choice_xml

CRITERION = Alignment(
    guid="5691acdc-4ce1-5832-bb95-344dc057bbf6",
    label="I.55HDR00.041.3/1.1",
    case_item_uri="https://example.org/ims/case/v1p1/CFItems/5691acdc-4ce1-5832-bb95-344dc057bbf6",
)


def metadata(*criteria, namespace="http://www.imsglobal.org/xsd/qti/qtiv3p0/imscsmd_v1p1"):
    labelled = "".join(
        f"<labelledGUID><label>{each.label}</label><caseItemURI>{each.case_item_uri}</caseItemURI>"
        f"<GUID>{each.guid}</GUID></labelledGUID>"
        for each in criteria
    )
    return (
        f'<metadata><curriculumStandardsMetadataSet xmlns="{namespace}"><curriculumStandardsMetadata>'
        f"<setOfGUIDs>{labelled}</setOfGUIDs></curriculumStandardsMetadata></curriculumStandardsMetadataSet>"
        "</metadata>"
    )


def package(files, *, criteria=None, extra=""):
    resources = "".join(
        f'<resource identifier="R{n}" type="imsqti_item_xmlv3p0" href="{path}">'
        f'{(criteria or {}).get(path, "")}<file href="{path}"/></resource>'
        for n, path in enumerate(files)
    )
    manifest = (
        '<manifest xmlns="http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1" identifier="M">'
        f"<organizations/><resources>{resources}{extra}</resources></manifest>"
    )
    return write_archive({"imsmanifest.xml": manifest.encode()} | files)


ID, EN = "items/W01.id.xml", "items/W01.en.xml"


def bilingual(**changes):
    return {ID: choice_xml(identifier="W01", language="id"), EN: choice_xml(identifier="W01", **changes)}


def test_two_languages_of_one_identifier_are_one_item():
    report = read_package(package(bilingual()))
    (item,) = report.items
    assert item.outcome is ImportOutcome.IMPORTED
    assert [text.language for text in item.texts] == ["en", "id"]
    assert item.files == (ID, EN)
    assert item.to_json() == {
        "file": f"{ID}, {EN}",
        "identifier": "W01",
        "title": "Unattended Luggage",
        "outcome": "imported",
        "reasons": [],
    }


def test_languages_that_differ_in_structure_are_refused_with_the_place():
    declaration = "<qti-correct-response><qti-value>ChoiceB</qti-value></qti-correct-response>"
    (item,) = read_package(package(bilingual(declaration=declaration))).items
    assert item.outcome is ImportOutcome.REFUSED
    assert item.item is None
    assert [str(each) for each in item.reasons] == [
        f"The languages differ in item.responses[0].correct[0]: ChoiceA in {ID}, ChoiceB in {EN}."
    ]


def test_the_same_language_twice_is_refused():
    (item,) = read_package(package(bilingual(language="id"))).items
    assert item.outcome is ImportOutcome.REFUSED
    assert "same identifier and language id" in str(item.reasons[0])


def test_one_bad_language_refuses_the_item_and_names_its_file():
    (item,) = read_package(package(bilingual(body="<p>x</p>"))).items
    assert item.outcome is ImportOutcome.REFUSED
    assert str(item.reasons[0]).startswith(f"{EN}: Expected one interaction")


def test_one_bad_item_leaves_the_others():
    files = {"a.xml": choice_xml(identifier="a"), "b.xml": b"<broken"}
    first, second = read_package(package(files)).items
    assert (first.outcome, second.outcome) == (ImportOutcome.IMPORTED, ImportOutcome.REFUSED)
    assert (second.identifier, second.files) == (None, ("b.xml",))


def test_what_is_lost_makes_an_item_degraded():
    (item,) = read_package(package(bilingual(after="<p>Note</p>"))).items
    assert item.outcome is ImportOutcome.DEGRADED
    assert item.item is not None


@pytest.mark.parametrize(
    "namespace",
    ["http://www.imsglobal.org/xsd/qti/qtiv3p0/imscsmd_v1p1", "http://www.imsglobal.org/xsd/imscsmetadata_v1p0"],
)
def test_criteria_come_from_the_curriculum_standards_metadata(namespace):
    named = metadata(CRITERION, namespace=namespace)
    (item,) = read_package(package(bilingual(), criteria={ID: named, EN: named})).items
    assert item.criteria == (CRITERION,)
    assert item.reasons == ()


def test_criteria_of_one_language_count_for_the_item_and_the_difference_is_said():
    (item,) = read_package(package(bilingual(), criteria={EN: metadata(CRITERION)})).items
    assert item.criteria == (CRITERION,)
    assert item.outcome is ImportOutcome.IMPORTED
    assert "different criteria" in str(item.reasons[0])


def test_a_bare_item_file_is_a_package_of_one():
    report = read_package(choice_xml(identifier="W01"), name="W01.xml")
    assert [(each.files, each.outcome) for each in report.items] == [(("W01.xml",), ImportOutcome.IMPORTED)]


def test_a_file_that_is_missing_is_a_refused_item():
    extra = '<resource identifier="X" type="imsqti_item_xmlv3p0" href="no.xml"/>'
    report = read_package(package(bilingual(), extra=extra))
    assert report.items[1].outcome is ImportOutcome.REFUSED
    assert "no.xml, which is not in the package" in str(report.items[1].reasons[0])


def test_tests_and_unnamed_files_are_said():
    extra = '<resource identifier="T" type="imsqti_test_xmlv3p0" href="test.xml"/>'
    report = read_package(package(bilingual(), extra=extra))
    assert "The resource T of type imsqti_test_xmlv3p0 was left out." in [str(each) for each in report.reasons]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (write_archive({"a.xml": b"<a/>"}), "Expected imsmanifest.xml at the root"),
        (write_archive({"imsmanifest.xml": b"<a/>"}), "Expected a manifest"),
        (write_archive({"imsmanifest.xml": b"<manifest/>"}), "names no item"),
        (write_archive({"imsmanifest.xml": b"<!DOCTYPE x []><manifest/>"}), "DOCTYPE"),
        (b"PK\3\4 and nothing more", "whole zip archive"),
    ],
)
def test_a_package_that_is_not_whole_is_refused(data, message):
    with pytest.raises(Invalid, match=message):
        read_package(data)


def test_neither_zip_nor_xml_is_one_refused_line():
    (item,) = read_package(b"hello", name="hello.txt").items
    assert item.outcome is ImportOutcome.REFUSED
