"""Content packages: one report an item, languages merged, criteria from the manifest."""

import io

import pytest
from PIL import Image

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


def png(width, height):
    """A white picture."""
    written = io.BytesIO()
    Image.new("RGB", (width, height), "white").save(written, "PNG")
    return written.getvalue()


def package(files, *, criteria=None, extra=""):
    return write_archive({"imsmanifest.xml": manifest_of(files, extra, criteria=criteria)} | files)


def manifest_of(files, extra, *, criteria=None):
    resources = "".join(
        f'<resource identifier="R{n}" type="imsqti_item_xmlv3p0" href="{path}">'
        f'{(criteria or {}).get(path, "")}<file href="{path}"/></resource>'
        for n, path in enumerate(files)
    )
    return (
        '<manifest xmlns="http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1" identifier="M">'
        f"<organizations/><resources>{resources}{extra}</resources></manifest>"
    ).encode()


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


def test_items_that_only_share_an_identifier_are_kept_apart_under_the_names_of_the_manifest():
    first, second = read_package(package(bilingual(language="id"))).items
    assert [first.identifier, second.identifier] == ["W01.R0", "W01.R1"]
    assert first.item is not None
    assert first.item.identifier == "W01.R0"
    assert {first.outcome, second.outcome} == {ImportOutcome.DEGRADED}
    assert 'called "W01"' in str(first.reasons[-1])


def test_one_bad_language_refuses_the_item_and_names_its_file():
    (item,) = read_package(package(bilingual(body="<p>x</p>"))).items
    assert item.outcome is ImportOutcome.REFUSED
    assert str(item.reasons[0]).startswith(f"{EN}: Expected an interaction")


def test_one_bad_item_leaves_the_others():
    files = {"a.xml": choice_xml(identifier="a"), "b.xml": b"<broken"}
    first, second = read_package(package(files)).items
    assert (first.outcome, second.outcome) == (ImportOutcome.IMPORTED, ImportOutcome.REFUSED)
    assert (second.identifier, second.files) == (None, ("b.xml",))


def test_what_is_lost_makes_an_item_degraded():
    (item,) = read_package(package(bilingual(head='<qti-stylesheet href="a.css" type="text/css"/>'))).items
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


TEST = b"""<qti-assessment-test xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="T1" title="A test">
<qti-time-limits max-time="600"/>
<qti-test-part identifier="P" navigation-mode="linear" submission-mode="individual">
<qti-assessment-section identifier="S" title="S" visible="true"><qti-selection select="1"/>
<qti-assessment-item-ref identifier="I1" href="items/W01.id.xml"><qti-weight identifier="W" value="2"/>
<qti-branch-rule target="EXIT_TEST"><qti-base-value base-type="boolean">true</qti-base-value></qti-branch-rule>
</qti-assessment-item-ref>
<qti-assessment-item-ref identifier="I2" href="only/in-the-test.xml"/>
<qti-assessment-item-ref identifier="I3" href="nowhere.xml"/>
<qti-assessment-section-ref identifier="S2" href="more.xml"/>
</qti-assessment-section></qti-test-part></qti-assessment-test>"""
SECTION = b"""<qti-assessment-section xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="S2" title="S2"
visible="true"><qti-assessment-item-ref identifier="I4" href="items/W01.id.xml"/></qti-assessment-section>"""


def test_the_items_of_a_test_come_in_and_what_the_test_asks_for_is_said():
    extra = '<resource identifier="T" type="imsqti_test_xmlv3p0" href="test.xml"/>'
    files = bilingual() | {"only/in-the-test.xml": choice_xml(identifier="W02"), "more.xml": SECTION, "test.xml": TEST}
    report = read_package(write_archive({"imsmanifest.xml": manifest_of(bilingual(), extra)} | files))
    assert [(each.identifier, each.outcome, each.test) for each in report.items] == [
        ("W01", ImportOutcome.IMPORTED, False),
        ("W02", ImportOutcome.IMPORTED, False),
        ("T1", ImportOutcome.DEGRADED, True),
    ]
    said = " ".join(str(each) for each in report.items[2].reasons)
    for part in (
        "parts: 1, sections: 2, items: 4",
        "weights: I1: 2",
        "max-time 600",
        "qti-branch-rule",
        "qti-selection",
        "nowhere.xml",
    ):
        assert part in said
    assert report.readable


def test_a_test_alone_is_no_import():
    extra = '<resource identifier="T" type="imsqti_test_xmlv3p0" href="test.xml"/>'
    report = read_package(write_archive({"imsmanifest.xml": manifest_of({}, extra), "test.xml": TEST}))
    assert not report.readable


def test_what_else_lies_in_a_package_is_said():
    extra = (
        '<resource identifier="L" type="imslti_xmlv1p0" href="lti.xml"/>'
        '<resource identifier="W" type="webcontent" href="page.html"/>'
    )
    files = bilingual() | {"lti.xml": b"<lti/>", "stray.xml": b"<stray/>"}
    report = read_package(write_archive({"imsmanifest.xml": manifest_of(bilingual(), extra)} | files))
    assert [str(each) for each in report.reasons] == [
        "The resource L of type imslti_xmlv1p0 was left out.",
        "The file stray.xml is not named as an item in the manifest.",
    ]


def test_an_item_outside_of_the_package_is_refused():
    extra = '<resource identifier="X" type="imsqti_item_xmlv3p0" href="https://example.org/x.xml"/>'
    item = read_package(package(bilingual(), extra=extra)).items[-1]
    assert item.outcome is ImportOutcome.REFUSED
    assert "outside of the package" in str(item.reasons[0])


def test_an_archive_of_one_folder_is_read_from_that_folder():
    files = {f"bank/{name}": content for name, content in bilingual().items()}
    archive = write_archive({"bank/imsmanifest.xml": manifest_of(bilingual(), "")} | files)
    report = read_package(archive)
    assert [each.outcome for each in report.items] == [ImportOutcome.IMPORTED]
    assert "folder bank" in str(report.reasons[0])


def test_pictures_are_taken_from_the_package_and_given_out_when_they_are_asked_for():
    picture = png(3, 2)
    look = b'<qti-item-body><p>Look: <img src="../media/A%20b.PNG" alt="x"/></p>'
    files = {"items/a.xml": choice_xml(identifier="a").replace(b"<qti-item-body>", look)}
    report = read_package(write_archive({"imsmanifest.xml": manifest_of(files, ""), "media/a b.png": picture} | files))
    (file,) = report.items[0].texts[0].files
    assert report.contents[file.digest] == picture
    assert list(report.contents) == [file.digest]


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
