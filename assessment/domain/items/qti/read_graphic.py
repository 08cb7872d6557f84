"""Interactions on a picture, from QTI 3.0: areas, points and objects with the size that their numbers mean."""

from dataclasses import dataclass

from assessment.domain.errors import N_, Invalid
from assessment.domain.items.interactions import (
    AssociableHotspot,
    GraphicAssociateInteraction,
    GraphicGapMatchInteraction,
    GraphicOrderInteraction,
    Hotspot,
    HotspotInteraction,
    PositionObjectInteraction,
    SelectPointInteraction,
)
from assessment.domain.items.lexical import read_point
from assessment.domain.items.qti.fragment import pixels
from assessment.domain.items.qti.read_parts import (
    PICTURES,
    Around,
    Read,
    associable,
    expect_attributes,
    expect_children,
    gap_words,
    most_choices,
    most_pairs,
    most_points,
    prompt_of,
    refuse_template,
    unsupported,
)
from assessment.domain.items.qti.xml import Element, children, local, required, whole
from assessment.domain.items.shapes import Area, read_area
from assessment.domain.items.variables import ResponseDeclaration
from assessment.domain.items.words import GraphicGapMatchText, GraphicText, Picture, PositionObjectText


@dataclass(frozen=True, kw_only=True, slots=True)
class _Sized:
    """A picture of an interaction with its size in pixels, 0 where nothing says it."""

    picture: Picture
    width: int
    height: int


def read_stage(element: Element, around: Around) -> list[Read]:
    """Return the interactions of a `qti-position-object-stage`, each with the stage's picture."""
    stage = _picture(element, around)
    found: list[Read] = []
    for child in children(element):
        if local(child) == "qti-position-object-interaction":
            found.append(_read_position_object(child, stage, around))
        elif local(child) not in PICTURES:
            raise unsupported(local(child))
    return found


def read_hotspot(element: Element, around: Around) -> Read:
    """Return an interaction with areas to choose. Raises Invalid for what cannot be read faithfully."""
    expect_attributes(element, around, "max-choices", "min-choices")
    expect_children(element, "qti-prompt", "qti-hotspot-choice", *PICTURES)
    hotspots, labels = _hotspots(element, around)
    sized = _sized(element, around, [each.area for each in hotspots])
    interaction = HotspotInteraction(
        response=required(element, "response-identifier"),
        hotspots=hotspots,
        width=sized.width,
        height=sized.height,
        max_choices=most_choices(element, around, default=1),
        min_choices=whole(element, "min-choices", default=0),
    )
    return interaction, _graphic_words(element, sized, around, labels)


def read_graphic_order(element: Element, around: Around) -> Read:
    """Return an interaction with areas to put in order. Raises Invalid for what cannot be read faithfully."""
    expect_attributes(element, around, "max-choices", "min-choices")
    expect_children(element, "qti-prompt", "qti-hotspot-choice", *PICTURES)
    hotspots, labels = _hotspots(element, around)
    sized = _sized(element, around, [each.area for each in hotspots])
    interaction = GraphicOrderInteraction(
        response=required(element, "response-identifier"),
        hotspots=hotspots,
        width=sized.width,
        height=sized.height,
        max_choices=whole(element, "max-choices", default=0),
        min_choices=whole(element, "min-choices", default=0),
    )
    return interaction, _graphic_words(element, sized, around, labels)


def read_graphic_associate(element: Element, around: Around) -> Read:
    """Return an interaction with areas to pair. Raises Invalid for what cannot be read faithfully."""
    expect_attributes(element, around, "max-associations", "min-associations")
    expect_children(element, "qti-prompt", "qti-associable-hotspot", *PICTURES)
    hotspots, labels = _associable_hotspots(element, around)
    sized = _sized(element, around, [each.area for each in hotspots])
    interaction = GraphicAssociateInteraction(
        response=required(element, "response-identifier"),
        hotspots=hotspots,
        width=sized.width,
        height=sized.height,
        max_associations=most_pairs(element, around, default=1),
        min_associations=whole(element, "min-associations", default=0),
    )
    return interaction, _graphic_words(element, sized, around, labels)


def read_graphic_gap_match(element: Element, around: Around) -> Read:
    """Return an interaction with choices to put on areas. Raises Invalid for what cannot be read faithfully."""
    expect_attributes(element, around, "max-associations", "min-associations")
    expect_children(element, "qti-prompt", "qti-associable-hotspot", "qti-gap-img", "qti-gap-text", *PICTURES)
    hotspots, labels = _associable_hotspots(element, around)
    sized = _sized(element, around, [each.area for each in hotspots])
    choices = [each for each in children(element) if local(each) in ("qti-gap-img", "qti-gap-text")]
    interaction = GraphicGapMatchInteraction(
        response=required(element, "response-identifier"),
        choices=tuple(associable(each, around) for each in choices),
        hotspots=hotspots,
        width=sized.width,
        height=sized.height,
        max_associations=whole(element, "max-associations", default=0),
        min_associations=whole(element, "min-associations", default=0),
    )
    words = GraphicGapMatchText(
        response=interaction.response,
        prompt=prompt_of(element, around),
        picture=sized.picture,
        labels=labels,
        choices=tuple(gap_words(each, around) for each in choices),
    )
    return interaction, words


def read_select_point(element: Element, around: Around) -> Read:
    """Return an interaction with points to mark. Raises Invalid for what cannot be read faithfully."""
    expect_attributes(element, around, "max-choices", "min-choices")
    expect_children(element, "qti-prompt", *PICTURES)
    sized = _sized(element, around, [])
    interaction = SelectPointInteraction(
        response=required(element, "response-identifier"),
        width=sized.width,
        height=sized.height,
        max_choices=most_points(element, around),
        min_choices=whole(element, "min-choices", default=0),
    )
    return interaction, _graphic_words(element, sized, around, ())


def _read_position_object(element: Element, stage: _Sized, around: Around) -> Read:
    expect_attributes(element, around, "max-choices", "min-choices", "center-point")
    expect_children(element, *PICTURES)
    moved = _picture(element, around)
    declared = around.declared(element)
    width, height = _known_size(stage, [], declared)
    center = element.get("center-point", "").strip()
    interaction = PositionObjectInteraction(
        response=required(element, "response-identifier"),
        width=width,
        height=height,
        object_width=moved.width or 1,
        object_height=moved.height or 1,
        center=read_point(center) if center else None,
        max_choices=most_points(element, around),
        min_choices=whole(element, "min-choices", default=0),
    )
    words = PositionObjectText(response=interaction.response, prompt="", picture=stage.picture, object=moved.picture)
    return interaction, words


def _hotspots(element: Element, around: Around) -> tuple[tuple[Hotspot, ...], tuple[str, ...]]:
    found = children(element, "qti-hotspot-choice")
    for each in found:
        refuse_template(each)
        expect_attributes(each, around, "identifier", "shape", "coords", "hotspot-label", "show-hide", "fixed")
    hotspots = tuple(Hotspot(identifier=required(each, "identifier"), area=_area(each)) for each in found)
    return hotspots, tuple(map(_label, found))


def _associable_hotspots(element: Element, around: Around) -> tuple[tuple[AssociableHotspot, ...], tuple[str, ...]]:
    found = children(element, "qti-associable-hotspot")
    names = ("identifier", "shape", "coords", "hotspot-label", "match-max", "match-min", "match-group", "show-hide")
    for each in found:
        refuse_template(each)
        expect_attributes(each, around, *names, "fixed")
    hotspots = tuple(
        AssociableHotspot(
            identifier=required(each, "identifier"),
            area=_area(each),
            match_max=whole(each, "match-max", default=1),
            match_min=whole(each, "match-min", default=0),
            match_group=tuple(each.get("match-group", "").split()),
        )
        for each in found
    )
    return hotspots, tuple(map(_label, found))


def _area(element: Element) -> Area:
    return read_area(required(element, "shape"), element.get("coords", ""))


def _label(element: Element) -> str:
    return " ".join((element.get("hotspot-label", "") or element.get("aria-label", "")).split())[:200]


def _picture(element: Element, around: Around) -> _Sized:
    found = [child for child in children(element) if local(child) in PICTURES]
    if len(found) != 1:
        raise Invalid(N_("Expected one picture in %(element)s, got %(got)s."), element=local(element), got=len(found))
    picture = found[0]
    if local(picture) == "picture":
        picture = next((child for child in picture if local(child) == "img"), picture)
    address = picture.get("data" if local(picture) == "object" else "src", "").strip()
    taken = around.intake.take(address) if address else None
    if taken is None or taken.kind not in ("image", ""):
        raise Invalid(
            N_('The picture "%(name)s", which %(element)s needs, cannot be used.'),
            name=address[:120],
            element=local(element),
        )
    words = picture.get("alt", "") or " ".join("".join(picture.itertext()).split()) or picture.get("aria-label", "")
    return _Sized(
        picture=Picture(file=taken.name, alt=" ".join(words.split())[:1000]),
        width=pixels(picture, "width") or taken.width,
        height=pixels(picture, "height") or taken.height,
    )


def _sized(element: Element, around: Around, areas: list[Area]) -> _Sized:
    picture = _picture(element, around)
    width, height = _known_size(picture, areas, around.declared(element))
    return _Sized(picture=picture.picture, width=width, height=height)


def _known_size(picture: _Sized, areas: list[Area], declared: ResponseDeclaration | None) -> tuple[int, int]:
    """Return the size of a picture; where neither the item nor a file says it, the size that its areas need."""
    if picture.width and picture.height:
        return picture.width, picture.height
    if declared is not None and declared.area_mapping is not None:
        areas = [*areas, *(entry.area for entry in declared.area_mapping.entries)]
    corners = [(coord, place % 2) for area in areas for place, coord in enumerate(area.coords)]
    points = [point for value in (declared.correct if declared else ()) if (point := read_point(str(value)))]
    wide = max([each for each, side in corners if side == 0] + [x for x, _ in points], default=0)
    high = max([each for each, side in corners if side == 1] + [y for _, y in points], default=0)
    return picture.width or max(1, wide), picture.height or max(1, high)


def _graphic_words(element: Element, sized: _Sized, around: Around, labels: tuple[str, ...]) -> GraphicText:
    return GraphicText(
        response=required(element, "response-identifier"),
        prompt=prompt_of(element, around),
        picture=sized.picture,
        labels=labels,
    )
