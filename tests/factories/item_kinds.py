"""One item of every kind with its words in Indonesian and English, its pictures, and what is right."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from io import BytesIO

from PIL import Image, ImageDraw

from assessment.domain.items.item import (
    AreaMapEntry,
    AreaMapping,
    AssociableChoice,
    AssociableHotspot,
    AssociateInteraction,
    AssociateText,
    BaseType,
    Cardinality,
    Choice,
    ChoiceInteraction,
    ChoiceText,
    ChoiceWords,
    ExtendedTextInteraction,
    ExtendedTextText,
    Gap,
    GapMatchInteraction,
    GapMatchText,
    GraphicAssociateInteraction,
    GraphicGapMatchInteraction,
    GraphicGapMatchText,
    GraphicOrderInteraction,
    GraphicText,
    Hotspot,
    HotspotInteraction,
    HotTextInteraction,
    HotTextText,
    HumanMarking,
    InlineChoiceInteraction,
    InlineChoiceText,
    Interaction,
    InteractionText,
    Item,
    ItemFile,
    ItemText,
    MatchCorrect,
    MatchInteraction,
    MatchText,
    NumericEntryInteraction,
    NumericEntryText,
    OrderInteraction,
    OrderText,
    OutcomeDeclaration,
    Picture,
    PositionObjectInteraction,
    PositionObjectText,
    Processing,
    ResponseDeclaration,
    SelectPointInteraction,
    SliderInteraction,
    SliderText,
    TextEntryInteraction,
    TextEntryText,
    UploadInteraction,
    UploadText,
)
from assessment.domain.items.places import PlaceKind, place_tag
from assessment.domain.items.processing.rules import MappedPoint, RuleProcessing, SetOutcomeValue
from assessment.domain.items.shapes import Area, ShapeKind

RESPONSE = "RESPONSE"
SCORE = (OutcomeDeclaration(identifier="SCORE", base_type=BaseType.FLOAT),)
WIDTH, HEIGHT = 640, 400
PDF = b"%PDF-1.4\n% an answer\n"


def drawing() -> bytes:
    """A butt joint in section with four marked places, as PNG."""
    image = Image.new("RGB", (WIDTH, HEIGHT), "#FBFAF7")
    pen = ImageDraw.Draw(image)
    pen.polygon([(30, 150), (280, 150), (235, 260), (30, 260)], fill="#CFD6DE", outline="#16213A", width=4)
    pen.polygon([(610, 150), (360, 150), (405, 260), (610, 260)], fill="#CFD6DE", outline="#16213A", width=4)
    pen.polygon([(270, 140), (370, 140), (405, 250), (235, 250)], fill="#D9B38C", outline="#855000", width=4)
    pen.line([(60, 330), (580, 330)], fill="#16213A", width=3)
    return _png(image)


def electrode() -> bytes:
    """A small drawing of an electrode, as PNG."""
    image = Image.new("RGB", (60, 60), "#FFFFFF")
    ImageDraw.Draw(image).rectangle([24, 2, 36, 58], fill="#855000", outline="#16213A", width=2)
    return _png(image)


def _png(image: Image.Image) -> bytes:
    written = BytesIO()
    image.save(written, "PNG")
    return written.getvalue()


DRAWING, ELECTRODE = drawing(), electrode()


def item_file(name: str, content: bytes) -> ItemFile:
    """An item's file, whose bytes a test puts into the store."""
    return ItemFile(name=name, media_type="image/png", digest=hashlib.sha256(content).hexdigest(), size=len(content))


FILES = (item_file("joint.png", DRAWING), item_file("electrode.png", ELECTRODE))
CONTENTS = (DRAWING, ELECTRODE)
JOINT = Picture(file="joint.png", alt="Sambungan tumpul dalam potongan")
AREAS = {
    "H1": Area(kind=ShapeKind.CIRCLE, coords=(320, 190, 60)),
    "H2": Area(kind=ShapeKind.RECT, coords=(40, 160, 200, 250)),
    "H3": Area(kind=ShapeKind.POLY, coords=(440, 160, 600, 160, 600, 250, 440, 250)),
    "H4": Area(kind=ShapeKind.ELLIPSE, coords=(320, 330, 120, 30)),
}
LABELS = ("Las", "Pelat kiri", "Pelat kanan", "Garis ukur")


@dataclass(frozen=True, kw_only=True)
class Sample:
    """An item, its words, what is right in lexical form (None where a person marks it), and what is wrong."""

    item: Item
    write: Callable[[str], ItemText]
    right: str | list[str] | None
    wrong: str | list[str] | None


def samples() -> dict[str, Sample]:
    """One of every kind by the name of its kind."""
    return {sample.item.kind.value: sample for sample in _samples()}


def written(item: Item, language: str) -> ItemText:
    """The words of a sample; what `make_item` takes as `write`."""
    return samples()[item.identifier.lower()].write(language)


def _sample(
    interaction: Interaction,
    words: InteractionText,
    stem: str,
    base_type: BaseType,
    *,
    many: bool | None,
    right: str | list[str] | None,
    wrong: str | list[str] | None = None,
    processing: Processing | None = None,
    areas: AreaMapping | None = None,
) -> Sample:
    cardinality = {None: Cardinality.ORDERED, True: Cardinality.MULTIPLE, False: Cardinality.SINGLE}[many]
    values = right if isinstance(right, list) else [right] if right is not None else []
    number = base_type.numeric
    correct = tuple(Decimal(value) if number else value for value in values)
    item = Item(
        identifier="X",
        interactions=(interaction,),
        responses=(
            ResponseDeclaration(
                identifier=RESPONSE,
                cardinality=cardinality,
                base_type=base_type,
                correct=tuple(sorted(correct)) if cardinality is Cardinality.MULTIPLE else correct,
                area_mapping=areas,
            ),
        ),
        outcomes=SCORE,
        processing=processing or MatchCorrect(),
        max_score=Fraction(1),
    )
    named = Item(**{**{name: getattr(item, name) for name in Item.__slots__}, "identifier": item.kind.value.upper()})

    def write(language: str) -> ItemText:
        return ItemText(
            language=language,
            title=f"Kunci {named.identifier}",
            stem=stem if language == "id" else stem.replace("Soal", "Question"),
            interactions=(words,),
            files=FILES,
        )

    return Sample(item=named, write=write, right=right, wrong=wrong)


def _words(**texts: str) -> tuple[ChoiceWords, ...]:
    return tuple(ChoiceWords(identifier=name, html=text) for name, text in texts.items())


def _plain(names: str) -> tuple[Choice, ...]:
    return tuple(Choice(identifier=name) for name in names.split())


def _pairable(names: str) -> tuple[AssociableChoice, ...]:
    return tuple(AssociableChoice(identifier=name) for name in names.split())


def _spots(*names: str) -> tuple[Hotspot, ...]:
    return tuple(Hotspot(identifier=name, area=AREAS[name]) for name in names or AREAS)


def _pair_spots() -> tuple[AssociableHotspot, ...]:
    return tuple(AssociableHotspot(identifier=name, area=area) for name, area in AREAS.items())


def _points() -> tuple[RuleProcessing, AreaMapping]:
    mapped = SetOutcomeValue(identifier="SCORE", value=MappedPoint(identifier=RESPONSE))
    weld = AreaMapEntry(area=AREAS["H1"], value=Fraction(1))
    return RuleProcessing(rules=(mapped,)), AreaMapping(entries=(weld,))


def _samples() -> Iterator[Sample]:
    yield _sample(
        ChoiceInteraction(response=RESPONSE, choices=_plain("A B C D")),
        ChoiceText(
            response=RESPONSE,
            prompt="",
            choices=_words(
                A="Warna cat akhir benda kerja",
                B="Simbol las dan ukuran sambungan",
                C="Nama pemasok elektroda",
                D="Berat total benda kerja",
            ),
        ),
        "<p>Soal: sebelum mulai mengelas, apa yang <b>pertama</b> Anda periksa pada gambar kerja?</p>",
        BaseType.IDENTIFIER,
        many=False,
        right="B",
        wrong="A",
    )
    yield _sample(
        ChoiceInteraction(response=RESPONSE, choices=_plain("A B C D"), max_choices=2, min_choices=1),
        ChoiceText(
            response=RESPONSE,
            prompt="<p>Pilih alat pelindung diri.</p>",
            choices=_words(A="Helm las", B="Payung", C="Sarung tangan kulit", D="Sandal"),
        ),
        "<p>Soal: apa yang dipakai juru las?</p>",
        BaseType.IDENTIFIER,
        many=True,
        right=["A", "C"],
        wrong=["A", "B"],
    )
    yield _sample(
        NumericEntryInteraction(response=RESPONSE, expected_length=6),
        NumericEntryText(response=RESPONSE, before="Lebar celah akar", unit="mm"),
        "<p>Soal: berapa lebar celah akar pada gambar?</p>",
        BaseType.FLOAT,
        many=False,
        right="2.5",
        wrong="4",
    )
    yield _sample(
        OrderInteraction(response=RESPONSE, choices=_plain("A B C D")),
        OrderText(
            response=RESPONSE,
            prompt="",
            choices=_words(
                A="Bersihkan pelat dari karat dan minyak",
                B="Pasang las titik",
                C="Atur arus pada mesin",
                D="Kelas akar",
            ),
        ),
        "<p>Soal: bagaimana urutan pekerjaannya?</p>",
        BaseType.IDENTIFIER,
        many=None,
        right=["C", "A", "B", "D"],
        wrong=["A", "B", "C", "D"],
    )
    yield _sample(
        AssociateInteraction(response=RESPONSE, choices=_pairable("A B C D E"), max_associations=2),
        AssociateText(
            response=RESPONSE,
            prompt="",
            choices=_words(A="SMAW", B="Elektroda terbungkus", C="GTAW", D="Elektroda tungsten", E="Sapu"),
        ),
        "<p>Soal: pasangkan proses dengan elektrodanya.</p>",
        BaseType.PAIR,
        many=True,
        right=["A B", "C D"],
        wrong=["A D"],
    )
    yield _sample(
        MatchInteraction(
            response=RESPONSE,
            sources=_pairable("A B C"),
            targets=(
                AssociableChoice(identifier="X", match_max=0),
                AssociableChoice(identifier="Y", match_max=0),
                AssociableChoice(identifier="Z", match_max=1),
            ),
            max_associations=0,
        ),
        MatchText(
            response=RESPONSE,
            prompt="",
            sources=_words(A="Retak", B="Porositas", C="Undercut"),
            targets=_words(X="cacat permukaan", Y="cacat dalam", Z="bukan cacat"),
        ),
        "<p>Soal: kelompokkan cacat las.</p>",
        BaseType.DIRECTED_PAIR,
        many=True,
        right=["A X", "B Y", "C X"],
        wrong=["A Y"],
    )
    yield _sample(
        GapMatchInteraction(
            response=RESPONSE,
            choices=_pairable("A B C"),
            gaps=(Gap(identifier="G1"), Gap(identifier="G2")),
        ),
        GapMatchText(
            response=RESPONSE,
            prompt="",
            choices=_words(A="arus", B="tegangan", C="panjang busur"),
            body="<p>Penetrasi dalam diatur dengan "
            + place_tag(PlaceKind.GAP, "G1")
            + ", lebar manik dengan "
            + place_tag(PlaceKind.GAP, "G2")
            + ".</p>",
        ),
        "<p>Soal: isi bagian yang kosong.</p>",
        BaseType.DIRECTED_PAIR,
        many=True,
        right=["A G1", "B G2"],
        wrong=["C G1"],
    )
    yield _sample(
        InlineChoiceInteraction(response=RESPONSE, choices=_plain("A B C")),
        InlineChoiceText(response=RESPONSE, choices=_words(A="datar", B="tegak", C="di atas kepala")),
        "<p>Soal: pada posisi 3G pelat berdiri " + place_tag(PlaceKind.INTERACTION, RESPONSE) + ".</p>",
        BaseType.IDENTIFIER,
        many=False,
        right="B",
        wrong="A",
    )
    yield _sample(
        TextEntryInteraction(response=RESPONSE, expected_length=12),
        TextEntryText(response=RESPONSE, placeholder=""),
        "<p>Soal: gas pelindung pada GTAW biasanya " + place_tag(PlaceKind.INTERACTION, RESPONSE) + ".</p>",
        BaseType.STRING,
        many=False,
        right="argon",
        wrong="udara",
    )
    yield _sample(
        ExtendedTextInteraction(response=RESPONSE, expected_length=600),
        ExtendedTextText(response=RESPONSE, prompt="<p>Tulis dengan kata-kata Anda sendiri.</p>", placeholder=""),
        "<p>Soal: jelaskan cara mencegah retak dingin.</p>",
        BaseType.STRING,
        many=False,
        right=None,
        processing=HumanMarking(),
    )
    yield _sample(
        HotTextInteraction(response=RESPONSE, choices=_plain("A B C"), max_choices=1),
        HotTextText(
            response=RESPONSE,
            prompt="<p>Tandai kata yang salah.</p>",
            body="<p>Arus "
            + place_tag(PlaceKind.HOT_TEXT, "A", html="searah")
            + " mengalir bolak-balik, "
            + place_tag(PlaceKind.HOT_TEXT, "B", html="elektroda")
            + " meleleh dan menjadi "
            + place_tag(PlaceKind.HOT_TEXT, "C", html="logam las")
            + ".</p>",
        ),
        "<p>Soal: baca kalimat ini.</p>",
        BaseType.IDENTIFIER,
        many=False,
        right="A",
        wrong="B",
    )
    yield _sample(
        HotspotInteraction(response=RESPONSE, hotspots=_spots(), width=WIDTH, height=HEIGHT),
        GraphicText(response=RESPONSE, prompt="", picture=JOINT, labels=LABELS),
        "<p>Soal: di mana logam las?</p>",
        BaseType.IDENTIFIER,
        many=False,
        right="H1",
        wrong="H2",
    )
    yield _sample(
        GraphicOrderInteraction(response=RESPONSE, hotspots=_spots("H1", "H2", "H3"), width=WIDTH, height=HEIGHT),
        GraphicText(response=RESPONSE, prompt="", picture=JOINT, labels=LABELS[:3]),
        "<p>Soal: urutkan bagian dari kiri ke kanan.</p>",
        BaseType.IDENTIFIER,
        many=None,
        right=["H2", "H1", "H3"],
        wrong=["H1", "H2", "H3"],
    )
    yield _sample(
        GraphicAssociateInteraction(
            response=RESPONSE, hotspots=_pair_spots(), width=WIDTH, height=HEIGHT, max_associations=2
        ),
        GraphicText(response=RESPONSE, prompt="", picture=JOINT, labels=LABELS),
        "<p>Soal: hubungkan kedua pelat.</p>",
        BaseType.PAIR,
        many=True,
        right=["H2 H3"],
        wrong=["H1 H4"],
    )
    yield _sample(
        GraphicGapMatchInteraction(
            response=RESPONSE,
            choices=_pairable("A B"),
            hotspots=_pair_spots(),
            width=WIDTH,
            height=HEIGHT,
        ),
        GraphicGapMatchText(
            response=RESPONSE,
            prompt="",
            picture=JOINT,
            labels=LABELS,
            choices=_words(A="logam las", B="logam induk"),
        ),
        "<p>Soal: beri nama bagian-bagian ini.</p>",
        BaseType.DIRECTED_PAIR,
        many=True,
        right=["A H1", "B H2"],
        wrong=["B H1"],
    )
    processing, areas = _points()
    yield _sample(
        SelectPointInteraction(response=RESPONSE, width=WIDTH, height=HEIGHT, max_choices=1),
        GraphicText(response=RESPONSE, prompt="", picture=JOINT),
        "<p>Soal: tunjuk tengah las.</p>",
        BaseType.POINT,
        many=False,
        right="320 200",
        wrong="20 20",
        processing=processing,
        areas=areas,
    )
    yield _sample(
        PositionObjectInteraction(
            response=RESPONSE, width=WIDTH, height=HEIGHT, object_width=60, object_height=60, max_choices=1
        ),
        PositionObjectText(
            response=RESPONSE, prompt="", picture=JOINT, object=Picture(file="electrode.png", alt="Elektroda")
        ),
        "<p>Soal: letakkan elektroda pada las.</p>",
        BaseType.POINT,
        many=False,
        right="320 180",
        wrong="20 20",
        processing=processing,
        areas=areas,
    )
    yield _sample(
        SliderInteraction(
            response=RESPONSE, lower_bound=Decimal(60), upper_bound=Decimal(200), step=Decimal(5), step_label=True
        ),
        SliderText(response=RESPONSE, prompt=""),
        "<p>Soal: atur arus untuk elektroda 3,2 mm.</p>",
        BaseType.INTEGER,
        many=False,
        right="110",
        wrong="60",
    )
    yield _sample(
        UploadInteraction(response=RESPONSE, media_types=("application/pdf", "image/jpeg")),
        UploadText(response=RESPONSE, prompt="<p>Foto atau PDF.</p>"),
        "<p>Soal: serahkan lembar hitung Anda.</p>",
        BaseType.FILE,
        many=False,
        right=None,
        processing=HumanMarking(),
    )
