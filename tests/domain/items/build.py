"""Valid items to start from, and QTI 3.0 files as other systems write them."""

from decimal import Decimal
from fractions import Fraction

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
    Processing,
    ResponseDeclaration,
)

SCORE = OutcomeDeclaration(identifier="SCORE", base_type=BaseType.FLOAT)
MATCH_CORRECT = "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/match_correct.xml"
MAP_RESPONSE = "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/map_response.xml"


def mapping(
    entries: dict[str, str], *, default: str = "0", lower: str | None = None, upper: str | None = None
) -> Mapping:
    return Mapping(
        entries=tuple(MapEntry(key=key, value=Fraction(entries[key])) for key in sorted(entries)),
        default_value=Fraction(default),
        lower_bound=None if lower is None else Fraction(lower),
        upper_bound=None if upper is None else Fraction(upper),
    )


def choice_item(
    choices: str = "ABCD",
    *,
    correct: tuple[str, ...] = ("B",),
    multiple: bool = False,
    max_choices: int = 1,
    shuffle: bool = False,
    fixed: str = "",
    marks: Mapping | None = None,
    max_score: str = "1",
) -> Item:
    processing: Processing = MatchCorrect() if marks is None else MapResponse()
    return Item(
        identifier="W01",
        interactions=(
            ChoiceInteraction(
                response="RESPONSE",
                choices=tuple(Choice(identifier=each, fixed=each in fixed) for each in choices),
                max_choices=max_choices,
                shuffle=shuffle,
            ),
        ),
        responses=(
            ResponseDeclaration(
                identifier="RESPONSE",
                cardinality=Cardinality.MULTIPLE if multiple else Cardinality.SINGLE,
                base_type=BaseType.IDENTIFIER,
                correct=correct,
                mapping=marks,
            ),
        ),
        outcomes=(SCORE,),
        processing=processing,
        max_score=Fraction(max_score),
    )


def choice_text(item: Item, language: str = "en") -> ItemText:
    interaction = item.interactions[0]
    assert isinstance(interaction, ChoiceInteraction)
    return ItemText(
        language=language,
        title="Undercut",
        stem="<p>Look at the weld.</p>",
        interactions=(
            ChoiceText(
                response="RESPONSE",
                prompt="Which one?",
                choices=tuple(
                    ChoiceWords(identifier=each.identifier, html=f"Choice {each.identifier}")
                    for each in interaction.choices
                ),
            ),
        ),
    )


def numeric_item(
    correct: str = "0.4", *, base_type: BaseType = BaseType.FLOAT, comparison: NumericComparison | None = None
) -> Item:
    return Item(
        identifier="W20",
        interactions=(NumericEntryInteraction(response="RESPONSE", expected_length=6),),
        responses=(
            ResponseDeclaration(
                identifier="RESPONSE",
                cardinality=Cardinality.SINGLE,
                base_type=base_type,
                correct=(Decimal(correct),),
            ),
        ),
        outcomes=(SCORE,),
        processing=comparison or NumericComparison(),
        max_score=Fraction(1),
    )


def numeric_text(language: str = "en") -> ItemText:
    return ItemText(
        language=language,
        title="Depth of undercut",
        stem="<p>The plate is 8 mm thick.</p>",
        interactions=(NumericEntryText(response="RESPONSE", before="Depth:", unit="mm"),),
    )


def choice_xml(
    *,
    identifier: str = "choice",
    language: str | None = "en",
    cardinality: str = "single",
    declaration: str = "<qti-correct-response><qti-value>ChoiceA</qti-value></qti-correct-response>",
    score: str = '<qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float"/>',
    body: str | None = None,
    interaction: str = 'shuffle="false" max-choices="1"',
    choices: str = (
        '<qti-simple-choice identifier="ChoiceA">You must stay with your luggage at all times.</qti-simple-choice>'
        '<qti-simple-choice identifier="ChoiceB">Do not let someone else look after it.</qti-simple-choice>'
    ),
    before: str = "<p>Look at the text in the picture.</p>",
    after: str = "",
    processing: str = f'<qti-response-processing template="{MATCH_CORRECT}"/>',
    root: str = "",
    head: str = "",
) -> bytes:
    """An item after the example "Unattended Luggage" of the QTI 3.0 implementation guide."""
    if body is None:
        body = (
            f'{before}<qti-choice-interaction response-identifier="RESPONSE" {interaction}>'
            f"<qti-prompt>What does it say?</qti-prompt>{choices}</qti-choice-interaction>{after}"
        )
    xml_lang = "" if language is None else f'xml:lang="{language}"'
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="{identifier}"
    title="Unattended Luggage" adaptive="false" time-dependent="false" {xml_lang} {root}>
  {head}<qti-response-declaration identifier="RESPONSE" cardinality="{cardinality}" base-type="identifier">
    {declaration}
  </qti-response-declaration>
  {score}
  <qti-item-body>{body}</qti-item-body>
  {processing}
</qti-assessment-item>""".encode()


WATER = """
    <qti-correct-response><qti-value>H</qti-value><qti-value>O</qti-value></qti-correct-response>
    <qti-mapping lower-bound="0" upper-bound="2" default-value="-2">
      <qti-map-entry map-key="H" mapped-value="1"/>
      <qti-map-entry map-key="O" mapped-value="1"/>
      <qti-map-entry map-key="Cl" mapped-value="-1"/>
    </qti-mapping>"""


def water_xml(**changes: str) -> bytes:
    """The specification's example "Composition of Water": multiple response with a mapping."""
    names = ("H", "He", "C", "O", "N", "Cl")
    return choice_xml(
        **{
            "identifier": "choice-multiple",
            "cardinality": "multiple",
            "declaration": WATER,
            "interaction": 'shuffle="true" max-choices="0"',
            "before": "",
            "choices": "".join(
                f'<qti-simple-choice identifier="{name}" fixed="false">{name}</qti-simple-choice>' for name in names
            ),
            "processing": f'<qti-response-processing template="{MAP_RESPONSE}"/>',
        }
        | changes
    )


def equal_xml(
    test: str = '<qti-equal tolerance-mode="absolute" tolerance="0.5"><qti-variable identifier="RESPONSE"/>'
    '<qti-correct identifier="RESPONSE"/></qti-equal>',
    *,
    correct: str = "37.5",
    line: str = '<p>Answer: <qti-text-entry-interaction response-identifier="RESPONSE" expected-length="6"/> mm</p>',
    base_type: str = "float",
    rules: str | None = None,
) -> bytes:
    """A numeric entry with an inline comparison, as authors write tolerance in QTI 3.0."""
    if rules is None:
        rules = f"""<qti-response-condition>
      <qti-response-if>{test}<qti-set-outcome-value identifier="SCORE">
        <qti-base-value base-type="float">1</qti-base-value></qti-set-outcome-value></qti-response-if>
      <qti-response-else><qti-set-outcome-value identifier="SCORE">
        <qti-base-value base-type="float">0</qti-base-value></qti-set-outcome-value></qti-response-else>
    </qti-response-condition>"""
    return choice_xml(
        identifier="numeric",
        declaration=f"<qti-correct-response><qti-value>{correct}</qti-value></qti-correct-response>",
        body=f"<p>How long is it?</p>{line}",
        processing=f"<qti-response-processing>{rules}</qti-response-processing>",
    ).replace(b'base-type="identifier"', f'base-type="{base_type}"'.encode())
