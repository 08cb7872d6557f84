"""Items of every kind, drawn at random but whole: what a round trip has to give back identical."""

import hashlib
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from io import BytesIO

from hypothesis import strategies as st
from PIL import Image

from assessment.domain.items.interactions import (
    AssociableChoice,
    AssociableHotspot,
    AssociateInteraction,
    Choice,
    ChoiceInteraction,
    ExtendedTextInteraction,
    Gap,
    GapMatchInteraction,
    GraphicAssociateInteraction,
    GraphicGapMatchInteraction,
    GraphicOrderInteraction,
    Hotspot,
    HotspotInteraction,
    HotTextInteraction,
    InlineChoiceInteraction,
    MatchInteraction,
    OrderInteraction,
    PositionObjectInteraction,
    SelectPointInteraction,
    SliderInteraction,
    TextEntryInteraction,
    TextFormat,
    UploadInteraction,
)
from assessment.domain.items.item import (
    Feedback,
    FeedbackPlace,
    HumanMarking,
    Item,
    ItemKind,
    MapResponse,
    MatchCorrect,
)
from assessment.domain.items.places import PlaceKind, place_tag
from assessment.domain.items.shapes import Area, ShapeKind
from assessment.domain.items.variables import (
    AreaMapEntry,
    AreaMapping,
    BaseType,
    Cardinality,
    MapEntry,
    Mapping,
    OutcomeDeclaration,
    RecordField,
    ResponseDeclaration,
    Scorer,
)
from assessment.domain.items.words import (
    AssociateText,
    ChoiceText,
    ChoiceWords,
    ExtendedTextText,
    FeedbackText,
    GapMatchText,
    GraphicGapMatchText,
    GraphicText,
    HotTextText,
    InlineChoiceText,
    ItemFile,
    ItemText,
    MatchText,
    OrderText,
    Picture,
    PositionObjectText,
    SliderText,
    TextEntryText,
    UploadText,
)


@dataclass(frozen=True)
class Part:
    """One interaction with its variable and words, and whether it stands inside a line."""

    interaction: object
    response: ResponseDeclaration
    words: object
    inline: bool = False


def picture_bytes(colour):
    held = BytesIO()
    Image.new("RGB", (40, 30), (colour, 90, 160)).save(held, "PNG")
    return held.getvalue()


WAVE = (
    b"RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x80\x3e\x00\x00\x02\x00\x10\x00data"
    + bytes(4)
)
FILES = {"plan.png": picture_bytes(10), "clamp.png": picture_bytes(200), "bell.wav": WAVE}
CONTENTS = {hashlib.sha256(data).hexdigest(): data for data in FILES.values()}
ITEM_FILES = {
    name: ItemFile(
        name=name,
        media_type="audio/wav" if name.endswith("wav") else "image/png",
        digest=hashlib.sha256(data).hexdigest(),
        size=len(data),
    )
    for name, data in FILES.items()
}

names = st.from_regex(r"[A-Za-z_][A-Za-z0-9_.-]{0,6}", fullmatch=True)
plain = st.text("abcXYZ äß漢字ع&<>\"'°", min_size=1, max_size=16).map(lambda text: " ".join(text.split()) or "x")
escaped = plain.map(lambda text: text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))
lines = st.one_of(
    escaped,
    escaped.map(lambda text: f"<strong>{text}</strong>"),
    escaped.map(lambda text: f'<bdi dir="rtl" lang="ar">{text}</bdi>'),
    escaped.map(lambda text: f"<ruby>漢<rt>{text}</rt></ruby>"),
    st.just("<math><mfrac><mi>a</mi><mn>2</mn></mfrac></math>"),
    st.just('<img alt="a &quot;clamp&quot; &amp; bolt" height="30" src="file:clamp.png" width="40"/>'),
)
blocks = st.one_of(
    lines.map(lambda line: f"<p>{line}</p>"),
    lines.map(lambda line: f'<table><tbody><tr><th scope="row">{line}</th><td colspan="2">1</td></tr></tbody></table>'),
    st.just('<p><audio aria-label="A &amp; B" controls="controls" src="file:bell.wav"></audio></p>'),
    lines.map(lambda line: f"<ul><li>{line}</li></ul>"),
)
fragments = st.lists(blocks, min_size=1, max_size=2).map("".join)
prompts = st.just("") | lines
marks = st.integers(-200, 400).map(lambda hundredths: Fraction(hundredths, 100))
flags = st.booleans()


def several(draw, least=2, most=4):
    return draw(st.lists(names, min_size=least, max_size=most, unique_by=str.lower))


def declare(identifier, cardinality, base_type, correct, **more):
    values = tuple(sorted(set(correct))) if cardinality is Cardinality.MULTIPLE else tuple(correct)
    return ResponseDeclaration(
        identifier=identifier, cardinality=cardinality, base_type=base_type, correct=values, **more
    )


def worded(draw, identifiers, html=lines):
    return tuple(ChoiceWords(identifier=each, html=draw(html)) for each in identifiers)


def chosen(draw, identifiers):
    """Cardinality, maximum, minimum and correct choices that go together."""
    if draw(flags):
        return Cardinality.SINGLE, 1, draw(st.integers(0, 1)), [draw(st.sampled_from(identifiers))]
    most = draw(st.integers(0, len(identifiers)))
    correct = draw(st.lists(st.sampled_from(identifiers), min_size=1, max_size=most or len(identifiers), unique=True))
    return Cardinality.MULTIPLE, most, draw(st.integers(0, most or len(identifiers))), correct


def associable(draw, identifiers, partners):
    return tuple(
        AssociableChoice(
            identifier=each,
            match_max=draw(st.integers(1, 3)),
            match_min=draw(st.integers(0, 1)),
            fixed=draw(flags),
            match_group=tuple(draw(st.just([]) | st.lists(st.sampled_from(partners), unique=True, max_size=2))),
        )
        for each in identifiers
    )


def pairs(draw, first, second, most, *, directed):
    made = draw(
        st.lists(
            st.tuples(st.sampled_from(first), st.sampled_from(second)), min_size=1, max_size=most or 3, unique=True
        )
    )
    return [" ".join(each if directed else sorted(each)) for each in made]


def area(draw):
    x, y = draw(st.integers(5, 30)), draw(st.integers(5, 20))
    kind = draw(st.sampled_from([ShapeKind.CIRCLE, ShapeKind.RECT, ShapeKind.ELLIPSE, ShapeKind.POLY]))
    coords = {
        ShapeKind.CIRCLE: (x, y, 4),
        ShapeKind.RECT: (x, y, x + 5, y + 5),
        ShapeKind.ELLIPSE: (x, y, 4, 3),
        ShapeKind.POLY: (x, y, x + 5, y, x, y + 5),
    }[kind]
    return Area(kind=kind, coords=coords)


def hotspots(draw, identifiers):
    return tuple(Hotspot(identifier=each, area=area(draw)) for each in identifiers)


def pair_hotspots(draw, identifiers, partners):
    return tuple(
        AssociableHotspot(
            identifier=each,
            area=area(draw),
            match_max=draw(st.integers(0, 3)),
            match_min=draw(st.integers(0, 0)),
            match_group=tuple(draw(st.just([]) | st.lists(st.sampled_from(partners), unique=True, max_size=2))),
        )
        for each in identifiers
    )


def labels(draw, identifiers):
    return tuple(draw(st.just("") | plain) for _ in identifiers)


def graphic(draw, response, identifiers):
    return GraphicText(
        response=response,
        prompt=draw(prompts),
        picture=Picture(file="plan.png", alt=draw(st.just("") | plain)),
        labels=labels(draw, identifiers),
    )


def limits(draw):
    least = draw(st.integers(0, 2))
    return least, draw(st.just(0) | st.integers(max(1, least), 4))


def choice_part(draw, response):
    ids = several(draw)
    cardinality, most, least, correct = chosen(draw, ids)
    interaction = ChoiceInteraction(
        response=response,
        choices=tuple(Choice(identifier=each, fixed=draw(flags)) for each in ids),
        max_choices=most,
        min_choices=least,
        shuffle=draw(flags),
    )
    words = ChoiceText(response=response, prompt=draw(prompts), choices=worded(draw, ids))
    return Part(interaction, declare(response, cardinality, BaseType.IDENTIFIER, correct), words)


def part_of_order(draw, ids):
    if draw(flags):
        return 0, 0, draw(st.permutations(ids))
    most = draw(st.integers(1, len(ids) - 1))
    return most, draw(st.integers(0, most)), draw(st.permutations(ids))[:most]


def order_part(draw, response):
    ids = several(draw)
    most, least, correct = part_of_order(draw, ids)
    interaction = OrderInteraction(
        response=response,
        choices=tuple(Choice(identifier=each, fixed=draw(flags)) for each in ids),
        max_choices=most,
        min_choices=least,
        shuffle=draw(flags),
    )
    words = OrderText(response=response, prompt=draw(prompts), choices=worded(draw, ids))
    return Part(interaction, declare(response, Cardinality.ORDERED, BaseType.IDENTIFIER, correct), words)


def associate_part(draw, response):
    ids = several(draw)
    least, most = limits(draw)
    interaction = AssociateInteraction(
        response=response,
        choices=associable(draw, ids, ids),
        max_associations=most,
        min_associations=least,
        shuffle=draw(flags),
    )
    words = AssociateText(response=response, prompt=draw(prompts), choices=worded(draw, ids))
    correct = pairs(draw, ids, ids, most, directed=False)
    return Part(interaction, declare(response, Cardinality.MULTIPLE, BaseType.PAIR, correct), words)


def match_part(draw, response):
    first, second = several(draw), several(draw)
    least, most = limits(draw)
    interaction = MatchInteraction(
        response=response,
        sources=associable(draw, first, second),
        targets=associable(draw, second, first),
        max_associations=most,
        min_associations=least,
        shuffle=draw(flags),
    )
    words = MatchText(
        response=response, prompt=draw(prompts), sources=worded(draw, first), targets=worded(draw, second)
    )
    correct = pairs(draw, first, second, most, directed=True)
    return Part(interaction, declare(response, Cardinality.MULTIPLE, BaseType.DIRECTED_PAIR, correct), words)


def gap_match_part(draw, response):
    ids, gaps = several(draw), several(draw, 1, 3)
    least, most = limits(draw)
    interaction = GapMatchInteraction(
        response=response,
        choices=associable(draw, ids, gaps),
        gaps=tuple(
            Gap(identifier=each, required=draw(flags), match_group=draw(st.just(()) | st.just(tuple(ids[:1]))))
            for each in gaps
        ),
        max_associations=most,
        min_associations=least,
        shuffle=draw(flags),
    )
    body = "".join(f"<p>{draw(lines)} {place_tag(PlaceKind.GAP, each)}.</p>" for each in gaps)
    words = GapMatchText(response=response, prompt=draw(prompts), choices=worded(draw, ids), body=body)
    correct = pairs(draw, ids, gaps, most, directed=True)
    return Part(interaction, declare(response, Cardinality.MULTIPLE, BaseType.DIRECTED_PAIR, correct), words)


def inline_choice_part(draw, response):
    ids = several(draw)
    interaction = InlineChoiceInteraction(
        response=response,
        choices=tuple(Choice(identifier=each, fixed=draw(flags)) for each in ids),
        shuffle=draw(flags),
        required=draw(flags),
    )
    words = InlineChoiceText(response=response, choices=worded(draw, ids, escaped))
    declared = declare(response, Cardinality.SINGLE, BaseType.IDENTIFIER, [draw(st.sampled_from(ids))])
    return Part(interaction, declared, words, inline=True)


def text_entry_part(draw, response):
    correct = draw(plain)
    entries = tuple(
        MapEntry(key=key, value=draw(marks), case_sensitive=draw(flags))
        for key in sorted({correct, *draw(st.lists(plain, max_size=2))})
    )
    interaction = TextEntryInteraction(
        response=response,
        expected_length=draw(st.none() | st.integers(1, 40)),
        pattern_mask=draw(st.none() | st.just("[A-Z]{2} ?[0-9]+")),
    )
    words = TextEntryText(response=response, placeholder=draw(st.just("") | plain))
    mapping = draw(st.none() | st.just(Mapping(entries=entries, default_value=Fraction(0))))
    declared = declare(response, Cardinality.SINGLE, BaseType.STRING, [correct], mapping=mapping)
    return Part(interaction, declared, words, inline=True)


def record_entry_part(draw, response):
    fields = (
        RecordField(name="stringValue", base_type=BaseType.STRING, value="1.20"),
        RecordField(name="ndp", base_type=BaseType.INTEGER, value=Decimal(2)),
    )
    declared = ResponseDeclaration(
        identifier=response, cardinality=Cardinality.RECORD, base_type=BaseType.STRING, fields=fields
    )
    return Part(TextEntryInteraction(response=response), declared, TextEntryText(response=response), inline=True)


def extended_text_part(draw, response):
    many = draw(flags)
    least, most = limits(draw) if many else (draw(st.integers(0, 1)), 1)
    interaction = ExtendedTextInteraction(
        response=response,
        expected_length=draw(st.none() | st.integers(1, 900)),
        expected_lines=draw(st.none() | st.integers(1, 20)),
        min_strings=least,
        max_strings=most,
        format=draw(st.sampled_from(TextFormat)),
    )
    words = ExtendedTextText(response=response, prompt=draw(prompts), placeholder=draw(st.just("") | plain))
    cardinality = draw(st.sampled_from([Cardinality.ORDERED, Cardinality.MULTIPLE])) if many else Cardinality.SINGLE
    return Part(interaction, declare(response, cardinality, BaseType.STRING, []), words)


def hot_text_part(draw, response):
    ids = several(draw)
    cardinality, most, least, correct = chosen(draw, ids)
    interaction = HotTextInteraction(
        response=response,
        choices=tuple(Choice(identifier=each) for each in ids),
        max_choices=most,
        min_choices=least,
    )
    body = "".join(f"<p>{place_tag(PlaceKind.HOT_TEXT, each, html=draw(lines))} and</p>" for each in ids)
    words = HotTextText(response=response, prompt=draw(prompts), body=body)
    return Part(interaction, declare(response, cardinality, BaseType.IDENTIFIER, correct), words)


def hotspot_part(draw, response):
    ids = several(draw)
    cardinality, most, least, correct = chosen(draw, ids)
    interaction = HotspotInteraction(
        response=response,
        hotspots=hotspots(draw, ids),
        width=40,
        height=30,
        max_choices=most,
        min_choices=least,
    )
    declared = declare(response, cardinality, BaseType.IDENTIFIER, correct)
    return Part(interaction, declared, graphic(draw, response, ids))


def graphic_order_part(draw, response):
    ids = several(draw)
    most, least, correct = part_of_order(draw, ids)
    interaction = GraphicOrderInteraction(
        response=response, hotspots=hotspots(draw, ids), width=40, height=30, max_choices=most, min_choices=least
    )
    declared = declare(response, Cardinality.ORDERED, BaseType.IDENTIFIER, correct)
    return Part(interaction, declared, graphic(draw, response, ids))


def graphic_associate_part(draw, response):
    ids = several(draw)
    least, most = limits(draw)
    interaction = GraphicAssociateInteraction(
        response=response,
        hotspots=pair_hotspots(draw, ids, ids),
        width=40,
        height=30,
        max_associations=most,
        min_associations=least,
    )
    declared = declare(response, Cardinality.MULTIPLE, BaseType.PAIR, pairs(draw, ids, ids, most, directed=False))
    return Part(interaction, declared, graphic(draw, response, ids))


def graphic_gap_match_part(draw, response):
    ids, spots = several(draw), several(draw)
    least, most = limits(draw)
    interaction = GraphicGapMatchInteraction(
        response=response,
        choices=associable(draw, ids, spots),
        hotspots=pair_hotspots(draw, spots, ids),
        width=40,
        height=30,
        max_associations=most,
        min_associations=least,
    )
    words = GraphicGapMatchText(
        response=response,
        prompt=draw(prompts),
        picture=Picture(file="plan.png", alt=draw(plain)),
        labels=labels(draw, spots),
        choices=worded(draw, ids),
    )
    correct = pairs(draw, ids, spots, most, directed=True)
    return Part(interaction, declare(response, Cardinality.MULTIPLE, BaseType.DIRECTED_PAIR, correct), words)


def pointed(draw, response, most):
    cardinality = Cardinality.SINGLE if most == 1 else Cardinality.MULTIPLE
    points = draw(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 30)), min_size=1, max_size=1))
    areas = AreaMapping(
        entries=tuple(AreaMapEntry(area=area(draw), value=draw(marks)) for _ in range(2)),
        default_value=draw(marks),
        lower_bound=draw(st.none() | st.just(Fraction(0))),
    )
    return declare(
        response,
        cardinality,
        BaseType.POINT,
        [f"{x} {y}" for x, y in points],
        area_mapping=draw(st.none() | st.just(areas)),
    )


def select_point_part(draw, response):
    most = draw(st.integers(0, 3))
    interaction = SelectPointInteraction(
        response=response, width=40, height=30, max_choices=most, min_choices=draw(st.integers(0, most))
    )
    return Part(interaction, pointed(draw, response, most), graphic(draw, response, ()))


def position_object_part(draw, response):
    most = draw(st.integers(0, 3))
    interaction = PositionObjectInteraction(
        response=response,
        width=40,
        height=30,
        object_width=20,
        object_height=15,
        center=draw(st.none() | st.just((5, 6))),
        max_choices=most,
        min_choices=draw(st.integers(0, most)),
    )
    words = PositionObjectText(
        response=response,
        prompt="",
        picture=Picture(file="plan.png", alt=draw(plain)),
        object=Picture(file="clamp.png", alt=draw(plain)),
    )
    return Part(interaction, pointed(draw, response, most), words)


def slider_part(draw, response):
    step = draw(st.sampled_from([Decimal(1), Decimal(5), Decimal("0.5")]))
    whole = step == step.to_integral_value()
    interaction = SliderInteraction(
        response=response,
        lower_bound=Decimal(-10),
        upper_bound=Decimal(20),
        step=step if whole else draw(st.none() | st.just(step)),
        step_label=draw(flags),
        reverse=draw(flags),
    )
    base_type = BaseType.INTEGER if whole else BaseType.FLOAT
    declared = declare(
        response, Cardinality.SINGLE, base_type, [Decimal(5)], default=draw(st.just(()) | st.just((Decimal(0),)))
    )
    return Part(interaction, declared, SliderText(response=response, prompt=draw(prompts)))


def upload_part(draw, response):
    kinds = draw(st.just(()) | st.just(("image/*", "application/pdf")))
    declared = declare(response, Cardinality.SINGLE, BaseType.FILE, [])
    interaction = UploadInteraction(response=response, media_types=kinds)
    return Part(interaction, declared, UploadText(response=response, prompt=draw(prompts)))


PARTS = {
    ItemKind.SINGLE_CHOICE: choice_part,
    ItemKind.ORDER: order_part,
    ItemKind.ASSOCIATE: associate_part,
    ItemKind.MATCH: match_part,
    ItemKind.GAP_MATCH: gap_match_part,
    ItemKind.INLINE_CHOICE: inline_choice_part,
    ItemKind.TEXT_ENTRY: text_entry_part,
    ItemKind.EXTENDED_TEXT: extended_text_part,
    ItemKind.HOT_TEXT: hot_text_part,
    ItemKind.HOTSPOT: hotspot_part,
    ItemKind.GRAPHIC_ORDER: graphic_order_part,
    ItemKind.GRAPHIC_ASSOCIATE: graphic_associate_part,
    ItemKind.GRAPHIC_GAP_MATCH: graphic_gap_match_part,
    ItemKind.SELECT_POINT: select_point_part,
    ItemKind.POSITION_OBJECT: position_object_part,
    ItemKind.SLIDER: slider_part,
    ItemKind.UPLOAD: upload_part,
}
EVERY_PART = (*PARTS.values(), record_entry_part)


def processing_for(parts):
    """A form of scoring that the declarations carry; a person marks what no rule can."""
    declared = parts[0].response
    if any(not (part.response.correct or part.response.fields) for part in parts):
        return HumanMarking()
    if declared.mapping is not None:
        return MapResponse(response=declared.identifier)
    return MatchCorrect(response=declared.identifier)


@st.composite
def items_of(draw, parts_drawn):
    """An item of the given parts with its words, feedback and rubric, and the files it names."""
    parts = [part(draw, "RESPONSE" if number == 0 else f"R{number}") for number, part in enumerate(parts_drawn)]
    processing = processing_for(parts)
    human = isinstance(processing, HumanMarking)
    outcomes = [
        OutcomeDeclaration(
            identifier="SCORE",
            base_type=BaseType.FLOAT,
            normal_maximum=Fraction(50),
            external_scored=Scorer.HUMAN if human else None,
        ),
        OutcomeDeclaration(identifier="FEEDBACK", base_type=BaseType.IDENTIFIER),
    ]
    stem = draw(fragments)
    feedback, said = [], []

    def tell(place, title=""):
        name = f"F{len(feedback) + 1}"
        feedback.append(Feedback(name=name, place=place, outcome="FEEDBACK", identifier=draw(names), show=draw(flags)))
        html = draw(lines if place is FeedbackPlace.INLINE else fragments)
        said.append(FeedbackText(name=name, html=html, title=title))
        return name

    if draw(flags):
        stem += f"<p>Well{place_tag(PlaceKind.FEEDBACK, tell(FeedbackPlace.INLINE))}.</p>"
    if draw(flags):
        stem += place_tag(PlaceKind.FEEDBACK, tell(FeedbackPlace.BLOCK), block=True)
    following = draw(flags)
    for part in parts:
        place = place_tag(PlaceKind.INTERACTION, part.interaction.response, block=not part.inline)
        if part.inline:
            stem += f"<p>{draw(escaped)} {place} {draw(escaped)}</p>"
        elif not following or any(each.inline for each in parts):
            stem += place + "<p>.</p>"
    if draw(flags):
        tell(FeedbackPlace.MODAL, draw(st.just("") | plain))
    stimulus = draw(st.none() | names)
    text = ItemText(
        language=draw(st.sampled_from(["id", "en", "ar", "zh-Hans"])),
        title=draw(plain),
        stem=stem,
        interactions=tuple(part.words for part in parts),
        stimulus="" if stimulus is None else draw(fragments),
        feedback=tuple(said),
        rubric=draw(st.just("") | fragments),
    )
    named = [name for name in sorted(ITEM_FILES) if f"file:{name}" in str(text) or f"file='{name}'" in str(text)]
    text = replace(text, files=tuple(ITEM_FILES[name] for name in named))
    item = Item(
        identifier=draw(names),
        interactions=tuple(part.interaction for part in parts),
        responses=tuple(part.response for part in parts),
        outcomes=tuple(outcomes),
        processing=processing,
        max_score=Fraction(50),
        stimulus=stimulus,
        feedback=tuple(feedback),
    )
    return item, text


simple_items = st.sampled_from(EVERY_PART).flatmap(lambda part: items_of([part]))
composite_items = st.lists(st.sampled_from(EVERY_PART), min_size=2, max_size=4).flatmap(items_of)
