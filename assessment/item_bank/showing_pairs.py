"""Orders and pairs turned into what a template draws: associate, match and gap match, with and without a picture."""

from collections.abc import Mapping, Sequence

from markupsafe import Markup, escape

from assessment.domain.items.fields import part_name
from assessment.domain.items.places import split_places
from assessment.domain.items.qti.fragment import clean_fragment
from assessment.domain.items.view import (
    AssociateView,
    GapMatchView,
    GapView,
    GraphicAssociateView,
    GraphicGapMatchView,
    MatchView,
    PairChoiceView,
    PairHotspotView,
)
from assessment.item_bank.fragments import markup_of, options_of, safe_html
from assessment.item_bank.pictures import picture_of
from assessment.item_bank.shown import (
    ShownGap,
    ShownGapMatch,
    ShownMatch,
    ShownOption,
    ShownPairs,
    ShownPlaced,
    ShownSource,
)


def placed_of(identifier: str, html: Markup, field: str, values: tuple[str, ...]) -> ShownPlaced:
    """Return one option of an order with its place."""
    return ShownPlaced(
        value=identifier,
        name=part_name(field, identifier),
        html=html,
        place=values.index(identifier) + 1 if identifier in values else None,
    )


def rows_of(values: tuple[str, ...], *, least: int, most: int, choices: int) -> tuple[tuple[str, str], ...]:
    """Return the filled rows and the empty ones after them: as many as there may be, one more without a limit."""
    filled = [(parts[0], parts[1]) for each in values if len(parts := each.split()) == 2]
    wanted = most or max(len(filled) + 1, least, choices)
    return tuple(filled[:wanted] if most else filled) + (("", ""),) * (wanted - len(filled))


def pairs_of(
    view: AssociateView | GraphicAssociateView, field: str, values: tuple[str, ...], files: Mapping[str, str]
) -> ShownPairs:
    """Return pairs to make, with those that are made."""
    choices: Sequence[PairChoiceView | PairHotspotView]
    if isinstance(view, AssociateView):
        choices, picture = view.choices, None
        options = options_of(((each.identifier, each.html) for each in view.choices), (), files)
    else:
        choices, picture = view.hotspots, picture_of(view.picture, view.width, view.height, files, view.hotspots)
        options = tuple(ShownOption(value=each.identifier, html=escape(each.label)) for each in view.hotspots)
    return ShownPairs(
        response=view.response,
        field=field,
        many=view.max_associations != 1 or len(values) > 1,
        prompt=safe_html(view.prompt, files),
        first=part_name(field, "first"),
        second=part_name(field, "second"),
        options=options,
        uses={each.identifier: each.match_max for each in choices},
        rows=rows_of(
            values, least=view.min_associations, most=view.max_associations, choices=max(1, len(choices) // 2)
        ),
        least=view.min_associations,
        most=view.max_associations,
        picture=picture,
    )


def _fit(one: PairChoiceView | PairHotspotView, other_id: str, other_group: tuple[str, ...]) -> bool:
    """Whether two options may be paired: a match group names the only ones that its option pairs with."""
    return (not one.match_group or other_id in one.match_group) and (not other_group or one.identifier in other_group)


def match_of(view: MatchView, field: str, values: tuple[str, ...], files: Mapping[str, str]) -> ShownMatch:
    """Return two lists and their pairs."""
    sources = []
    for source in view.sources:
        pairs = [
            (f"{source.identifier} {target.identifier}", target.html)
            for target in view.targets
            if _fit(source, target.identifier, target.match_group)
        ]
        sources.append(
            ShownSource(
                value=source.identifier,
                name=part_name(field, source.identifier),
                html=safe_html(source.html, files),
                one=source.match_max == 1,
                most=source.match_max,
                cells=options_of(pairs, values, files),
            )
        )
    return ShownMatch(
        response=view.response,
        field=field,
        many=True,
        prompt=safe_html(view.prompt, files),
        sources=tuple(sources),
        targets=options_of(((each.identifier, each.html) for each in view.targets), (), files),
        uses={each.identifier: each.match_max for each in view.targets},
        least=view.min_associations,
        most=view.max_associations,
    )


def gap_match_of(
    view: GapMatchView | GraphicGapMatchView, field: str, values: tuple[str, ...], files: Mapping[str, str]
) -> ShownGapMatch:
    """Return options and gaps, with what is in them."""
    taken = [tuple(each.split()) for each in values]
    gaps: list[ShownGap] = []
    picture = None
    places: Sequence[GapView | PairHotspotView] = view.gaps if isinstance(view, GapMatchView) else view.hotspots
    for number, gap in enumerate(places, start=1):
        most = gap.match_max if isinstance(gap, PairHotspotView) else 1
        inside = [pair for pair in taken if len(pair) == 2 and pair[1] == gap.identifier]
        fitting = [
            (f"{each.identifier} {gap.identifier}", each.html)
            for each in view.choices
            if _fit(each, gap.identifier, gap.match_group)
        ]
        slots = [" ".join(pair) for pair in inside]
        wanted = most or max(1, len(fitting))
        gaps.append(
            ShownGap(
                identifier=gap.identifier,
                number=number,
                name=part_name(field, gap.identifier),
                label=gap.label if isinstance(gap, PairHotspotView) else "",
                options=options_of(fitting, (), files),
                slots=tuple(slots + [""] * (wanted - len(slots))),
            )
        )
    pieces: list[Markup | ShownGap] = []
    if isinstance(view, GapMatchView):
        by_name = {each.identifier: each for each in gaps}
        for part in split_places(clean_fragment(view.body)):
            if isinstance(part, str):
                pieces.append(markup_of(part, files))
            elif part.identifier in by_name:
                pieces.append(by_name[part.identifier])
    else:
        picture = picture_of(view.picture, view.width, view.height, files, view.hotspots)
    return ShownGapMatch(
        response=view.response,
        field=field,
        many=True,
        prompt=safe_html(view.prompt, files),
        options=options_of(((each.identifier, each.html) for each in view.choices), (), files),
        uses={each.identifier: each.match_max for each in view.choices},
        pieces=tuple(pieces),
        gaps=tuple(gaps),
        picture=picture,
    )
