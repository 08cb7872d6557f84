"""An item in one language as a QTI file, 3.0 or 2.1, and items as a package: what `read` and `package` read back.

The same values give the same bytes on every machine. Follows the XML binding of QTI 3.0 and its packaging; 2.1 is
the same document under its older names (`v2`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from xml.sax.saxutils import escape, quoteattr

from assessment.domain.errors import N_, Invalid
from assessment.domain.items.best import best_score
from assessment.domain.items.check import check_item, check_text
from assessment.domain.items.item import FeedbackPlace, HumanMarking, Item, ItemFile, ItemText
from assessment.domain.items.places import PlaceKind, places
from assessment.domain.items.qti.archive import write_archive
from assessment.domain.items.qti.package import MANIFEST, Alignment
from assessment.domain.items.qti.read_body import STIMULUS
from assessment.domain.items.qti.v2 import to_v2p1
from assessment.domain.items.qti.write_declarations import outcome_xml, processing_xml, response_xml
from assessment.domain.items.qti.write_interactions import interaction_xml
from assessment.domain.items.qti.write_words import Address, QtiVersion, Words
from assessment.domain.items.qti.xml import CURRICULUM, CURRICULUM_V2, PACKAGE, PACKAGE_V2, QTI

__all__ = [
    "PackagedItem",
    "QtiVersion",
    "file_address",
    "stimulus_address",
    "write_item",
    "write_package",
    "write_stimulus",
]

_HEADER = '<?xml version="1.0" encoding="UTF-8"?>\n'
_RESOURCES = {QtiVersion.V3_0: "xmlv3p0", QtiVersion.V2_1: "xmlv2p1"}
_SCHEMAS = {QtiVersion.V3_0: ("QTI Package", "3.0.0"), QtiVersion.V2_1: ("QTIv2.1 Package", "1.0.0")}


@dataclass(frozen=True, kw_only=True, slots=True)
class PackagedItem:
    """An item with its languages and the criteria it measures, as it goes into a package.

    `contents` are the bytes of its files, by SHA-256.
    """

    item: Item
    texts: tuple[ItemText, ...]
    criteria: tuple[Alignment, ...] = ()
    contents: Mapping[str, bytes] = field(default_factory=dict)


def file_address(file: ItemFile) -> str:
    """Return where a file stands in a package, seen from the folder of the items."""
    return f"../media/{file.digest[:16]}/{file.name}"


def stimulus_address(item: Item, text: ItemText) -> str:
    """Return where the shared text of an item stands in a package, seen from the folder of the items."""
    return f"../stimuli/{item.stimulus}.{text.language}.xml"


def write_item(
    item: Item, text: ItemText, version: QtiVersion = QtiVersion.V3_0, *, address: Address = file_address
) -> bytes:
    """Return the item in one language as QTI XML; `read_item` gives the same values back.

    Files and the shared text are named by their place in a package; QTI 2.1 has no shared texts, there it stands in
    the item. The maximum score is said by MAXSCORE or normal-maximum where the item declares one, and follows from
    the mapping otherwise. Raises Invalid for marks such as 1/3 that a QTI file cannot say exactly, and for a maximum
    that no declaration carries.
    """
    check_text(check_item(item), text)
    _check_maximum(item)
    words = _words(item, text, version, address)
    in_place = set(places(text.stem, PlaceKind.INTERACTION))
    following = "".join(words.block(each.response) for each in item.interactions if each.response not in in_place)
    modal = "".join(words.feedback_element(each.name) for each in item.feedback if each.place is FeedbackPlace.MODAL)
    shared = item.stimulus is not None and version is QtiVersion.V3_0
    lines = [
        f"<qti-assessment-item xmlns={quoteattr(QTI)} identifier={quoteattr(item.identifier)}"
        f" title={quoteattr(text.title)} xml:lang={quoteattr(text.language)}"
        ' adaptive="false" time-dependent="false">',
        *(response_xml(each) for each in item.responses),
        *(outcome_xml(each) for each in item.outcomes),
        f"<qti-assessment-stimulus-ref identifier={quoteattr(item.stimulus or '')}"
        f" href={quoteattr(stimulus_address(item, text))}/>"
        if shared
        else "",
        f"<qti-item-body>{_rubrics(item, text, words)}{words.fragment(text.stem)}{following}</qti-item-body>",
        processing_xml(item),
        modal,
        "</qti-assessment-item>",
    ]
    written = (_HEADER + "\n".join(line for line in lines if line) + "\n").encode()
    return written if version is QtiVersion.V3_0 else to_v2p1(written)


def write_stimulus(item: Item, text: ItemText, *, address: Address = file_address) -> bytes:
    """Return the shared text of an item as a QTI 3.0 stimulus file."""
    words = _words(item, text, QtiVersion.V3_0, address)
    name = quoteattr(item.stimulus or "")
    return (
        f"{_HEADER}<qti-assessment-stimulus xmlns={quoteattr(QTI)} identifier={name} title={name}"
        f" xml:lang={quoteattr(text.language)}>\n<qti-stimulus-body>{words.fragment(text.stimulus)}"
        "</qti-stimulus-body>\n</qti-assessment-stimulus>\n"
    ).encode()


def write_package(
    items: Sequence[PackagedItem], *, identifier: str = "TERUJI", version: QtiVersion = QtiVersion.V3_0
) -> bytes:
    """Return a content package: one file an item and language, its pictures and shared texts, and the manifest.

    Raises Invalid as `write_item` does, for an identifier that comes twice, for a file whose bytes are not given,
    and for a shared text that says two things under one identifier and language.
    """
    files: dict[str, bytes] = {}
    resources: list[str] = []
    for packaged in items:
        for text in packaged.texts:
            path = f"items/{packaged.item.identifier}.{text.language}.xml"
            if path in files:
                raise Invalid(N_('The identifier "%(got)s" is used twice.'), got=packaged.item.identifier)
            files[path] = write_item(packaged.item, text, version)
            hrefs = [path, *_media(packaged, text, files)]
            resources.append(_resource("item", path, hrefs, version, _metadata(packaged.criteria, version)))
            if packaged.item.stimulus is not None and version is QtiVersion.V3_0:
                resources += _stimulus(packaged.item, text, files)
    schema, schema_version = _SCHEMAS[version]
    package, curriculum = _namespaces(version)
    numbered = (
        each.replace("<resource ", f'<resource identifier="R{number:04}" ', 1)
        for number, each in enumerate(resources, 1)
    )
    files[MANIFEST] = (
        _HEADER
        + f"<manifest xmlns={quoteattr(package)} xmlns:csm={quoteattr(curriculum)}"
        + f" identifier={quoteattr(identifier)}>\n"
        + f"<metadata><schema>{schema}</schema><schemaversion>{schema_version}</schemaversion></metadata>\n"
        + "<organizations/>\n<resources>\n"
        + "\n".join(numbered)
        + "\n</resources>\n</manifest>\n"
    ).encode()
    return write_archive(files)


def _words(item: Item, text: ItemText, version: QtiVersion, address: Address) -> Words:
    written = dict(zip((each.response for each in item.interactions), text.interactions, strict=True))

    def block(response: str) -> str:
        interaction = item.find_interaction(response)
        if interaction is None:
            raise Invalid(N_("The stem has a place for what is no interaction of the item, or has one twice."))
        return interaction_xml(interaction, written[response], words)

    words = Words(
        version=version,
        address=address,
        files={file.name: file for file in text.files},
        feedback={each.name: (each, said) for each, said in zip(item.feedback, text.feedback, strict=True)},
        block=block,
    )
    return words


def _rubrics(item: Item, text: ItemText, words: Words) -> str:
    written = ""
    if item.stimulus is not None and words.version is QtiVersion.V2_1:
        written += (
            f'<qti-rubric-block view="candidate" use="{STIMULUS}" label={quoteattr(item.stimulus)}>'
            f"{words.content(text.stimulus)}</qti-rubric-block>"
        )
    if text.rubric:
        written += f'<qti-rubric-block view="scorer" use="scoring">{words.content(text.rubric)}</qti-rubric-block>'
    return written


def _check_maximum(item: Item) -> None:
    stated = item.find_outcome("MAXSCORE")
    outcome = item.find_outcome(item.processing.outcome)
    carried = stated.default if stated is not None else None
    if not isinstance(carried, Fraction):
        carried = outcome.normal_maximum if outcome is not None else None
    best = Fraction(0) if isinstance(item.processing, HumanMarking) else best_score(item)
    if item.max_score != max(best, carried or Fraction(0)):
        raise Invalid(N_("No declaration of the item carries its maximum %(got)s."), got=item.max_score)


def _media(packaged: PackagedItem, text: ItemText, files: dict[str, bytes]) -> list[str]:
    paths = []
    for file in text.files:
        if file.digest not in packaged.contents:
            raise Invalid(N_('The bytes of the file "%(name)s" are missing.'), name=file.name)
        path = file_address(file).removeprefix("../")
        files[path] = packaged.contents[file.digest]
        paths.append(path)
    return paths


def _stimulus(item: Item, text: ItemText, files: dict[str, bytes]) -> list[str]:
    path = stimulus_address(item, text).removeprefix("../")
    written = write_stimulus(item, text)
    if files.get(path) == written:
        return []
    if path in files:
        raise Invalid(N_('Two shared texts have the identifier "%(got)s".'), got=item.stimulus)
    files[path] = written
    return [_resource("stimulus", path, [path], QtiVersion.V3_0, "")]


def _resource(kind: str, path: str, hrefs: Sequence[str], version: QtiVersion, metadata: str) -> str:
    listed = "".join(f"<file href={quoteattr(href)}/>" for href in hrefs)
    name = f"imsqti_{kind}_{_RESOURCES[version]}"
    return f'<resource type="{name}" href={quoteattr(path)}>{metadata}{listed}</resource>'


def _namespaces(version: QtiVersion) -> tuple[str, str]:
    return (PACKAGE, CURRICULUM) if version is QtiVersion.V3_0 else (PACKAGE_V2, CURRICULUM_V2)


def _metadata(criteria: Sequence[Alignment], version: QtiVersion) -> str:
    if not criteria:
        return ""
    labelled = "".join(
        "<csm:labelledGUID>"
        + "".join(
            f"<csm:{name}>{escape(value)}</csm:{name}>"
            for name, value in (
                ("label", each.label),
                ("caseItemURI", each.case_item_uri),
                ("GUID", each.guid),
            )
            if value is not None
        )
        + "</csm:labelledGUID>"
        for each in criteria
    )
    return (
        "<metadata><csm:curriculumStandardsMetadataSet><csm:curriculumStandardsMetadata><csm:setOfGUIDs>"
        f"{labelled}</csm:setOfGUIDs></csm:curriculumStandardsMetadata></csm:curriculumStandardsMetadataSet>"
        "</metadata>"
    )
