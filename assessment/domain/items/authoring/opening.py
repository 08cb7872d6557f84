"""An item opened as a draft, so that its author can go on writing; only where nothing would be lost.

The proof is the way back: the draft is built again and must give the same item and the same words. What the form
cannot hold (several interactions, areas of a picture, rules of its own) is refused and stays as it is.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from assessment.domain.errors import N_, Invalid
from assessment.domain.items.authoring.building import build
from assessment.domain.items.authoring.draft import FORMS, LANGUAGES, Draft, Picture, Row
from assessment.domain.items.authoring.markup import alternatives, to_source
from assessment.domain.items.exact import write_exact
from assessment.domain.items.item import (
    BaseType,
    ChoiceInteraction,
    ChoiceText,
    ChoiceWords,
    ExtendedTextInteraction,
    ExtendedTextText,
    GapMatchInteraction,
    GapMatchText,
    HotTextInteraction,
    HotTextText,
    InlineChoiceInteraction,
    InlineChoiceText,
    Interaction,
    Item,
    ItemText,
    MapResponse,
    MatchCorrect,
    MatchInteraction,
    MatchText,
    NumericComparison,
    NumericEntryInteraction,
    NumericEntryText,
    OrderInteraction,
    OrderText,
    ResponseDeclaration,
    SliderInteraction,
    SliderText,
    TextEntryInteraction,
)
from assessment.domain.items.item_json import to_json

_PLACE = re.compile(r'<span data-interaction="[^"]*"></span>')
_GAP = re.compile(r'<span data-gap="G([0-9]{1,2})"></span>')
_HOT = re.compile(r'<span data-hottext="H[0-9]+">(.*?)</span>')

Texts = Mapping[str, ItemText]


def open_item(item: Item, texts: Sequence[ItemText], criteria: Sequence[str]) -> Draft:
    """Return an item as the draft that gives it back. Raises Invalid when the form cannot hold all of it.

    Words in other languages than the form's stay with the item and are not part of the draft.
    """
    own = {text.language: text for text in texts if text.language in LANGUAGES}
    kind = item.kind.value
    if kind not in FORMS or len(item.interactions) != 1:
        raise _cannot()
    declaration = item.find_response(item.interactions[0].response)
    if declaration is None:
        raise _cannot()
    draft = _draft(kind, item, declaration, own)
    draft = replace(draft, criteria=tuple(criteria), pictures=_pictures(own))
    made = build(draft)
    if made.item != item or {text.language: text for text in made.texts} != own:
        raise _cannot()
    return draft


def _cannot() -> Invalid:
    return Invalid(
        N_(
            "This item holds parts that the form here cannot show, and they would be lost. "
            "Change it where it was made and import it again."
        )
    )


def _draft(kind: str, item: Item, declaration: ResponseDeclaration, texts: Texts) -> Draft:
    settings = dict(FORMS[kind].settings)
    kept: dict[str, object] = {"outcomes": to_json(item)["outcomes"], "response": declaration.identifier}
    _open_processing(item, declaration, settings, kept)
    words = {
        "title": {language: text.title for language, text in texts.items()},
        "stem": {language: to_source(_stem(text.stem)) for language, text in texts.items()},
    }
    for name in FORMS[kind].words[2:]:
        words[name] = {language: _part(name, text) for language, text in texts.items() if _part(name, text)}
    rows = _rows(item.interactions[0], declaration, item, texts, settings)
    return Draft(kind=kind, identifier=item.identifier, words=words, settings=settings, rows=tuple(rows), kept=kept)


def _stem(stem: str) -> str:
    """Put the blank where the field stands; a field in a paragraph of its own at the end needs none."""
    at_end = re.fullmatch(rf"(.*)<p>{_PLACE.pattern}</p>", stem, re.DOTALL)
    return at_end[1] if at_end else _PLACE.sub("___", stem)


def _part(name: str, text: ItemText) -> str:
    if name == "rubric":
        return to_source(text.rubric)
    (said,) = text.interactions
    found = getattr(said, name, "")
    if name == "body":
        return to_source(_HOT.sub(r"[[\1]]", _GAP.sub(r"[[\1]]", found)))
    return to_source(found, line=True)


def _open_processing(
    item: Item, declaration: ResponseDeclaration, settings: dict[str, str], kept: dict[str, object]
) -> None:
    processing, mapping = item.processing, declaration.mapping
    settings["marks"] = write_exact(item.max_score)
    if isinstance(processing, MatchCorrect):
        settings["marks"] = write_exact(processing.points)
        settings |= {"scoring": "all"} if "scoring" in settings else {}
    elif isinstance(processing, MapResponse) and mapping is not None and "scoring" in settings:
        settings["scoring"] = "each"
        if "floor" in settings:
            settings["floor"] = "" if mapping.lower_bound is None else write_exact(mapping.lower_bound)
            settings["ceiling"] = "" if mapping.upper_bound is None else write_exact(mapping.upper_bound)
        if declaration.base_type is BaseType.DIRECTED_PAIR:
            settings["marks"] = write_exact(mapping.entries[0].value)
    elif isinstance(processing, NumericComparison):
        settings["marks"] = write_exact(processing.points)
        settings["below"] = _shown(processing.lower_tolerance)
        settings["above"] = _shown(processing.upper_tolerance)
        settings["correct"] = str(declaration.correct[0]) if declaration.correct else ""
        if "tolerance" in settings:
            settings["tolerance"] = processing.mode.value
        if declaration.base_type is BaseType.INTEGER and "tolerance" in settings:
            settings["whole"] = "yes"
        kept["comparison"] = {
            "response_first": processing.response_first,
            "include_lower": processing.include_lower,
            "include_upper": processing.include_upper,
        }


def _shown(value: Fraction) -> str:
    return write_exact(value) if value else ""


def _rows(
    interaction: Interaction,
    declaration: ResponseDeclaration,
    item: Item,
    texts: Texts,
    settings: dict[str, str],
) -> list[Row]:
    """Return the rows of a draft, and say in `settings` what the interaction itself holds."""
    said = {language: text.interactions[0] for language, text in texts.items()}
    correct = [str(value) for value in declaration.correct]
    entries = declaration.mapping.entries if declaration.mapping else ()
    marks = {str(entry.key): write_exact(entry.value) for entry in entries}
    match interaction:
        case ChoiceInteraction() | InlineChoiceInteraction():
            settings["shuffle"] = "yes" if interaction.shuffle else ""
            if isinstance(interaction, ChoiceInteraction) and "limit" in settings:
                settings["limit"] = str(interaction.max_choices)
            spoken = _spoken(
                {code: each.choices for code, each in said.items() if isinstance(each, ChoiceText | InlineChoiceText)}
            )
            return [
                Row(
                    identifier=each.identifier,
                    group="option",
                    words=spoken.get(each.identifier, {}),
                    correct=each.identifier in correct,
                    marks=marks.get(each.identifier, ""),
                    fixed=each.fixed,
                )
                for each in interaction.choices
            ]
        case NumericEntryInteraction() | TextEntryInteraction():
            settings["width"] = str(interaction.expected_length or "")
            if isinstance(interaction, NumericEntryInteraction):
                return []
            settings["case"] = "yes" if any(entry.case_sensitive for entry in entries) else ""
            first = sorted(entries, key=lambda entry: (str(entry.key) not in correct, -entry.value))
            return [
                Row(identifier=f"N{place}", group="answer", target=str(entry.key), marks=write_exact(entry.value))
                for place, entry in enumerate(first, start=1)
            ]
        case OrderInteraction():
            spoken = _spoken({code: each.choices for code, each in said.items() if isinstance(each, OrderText)})
            return [Row(identifier=each, group="step", words=spoken.get(each, {})) for each in correct]
        case MatchInteraction():
            settings["shuffle"] = "yes" if interaction.shuffle else ""
            pairs = dict(pair.split(" ") for pair in correct)
            matched = {code: each for code, each in said.items() if isinstance(each, MatchText)}
            sources = _spoken({code: each.sources for code, each in matched.items()})
            targets = _spoken({code: each.targets for code, each in matched.items()})
            return [
                Row(
                    identifier=each.identifier,
                    group="source",
                    words=sources.get(each.identifier, {}),
                    target=pairs.get(each.identifier, ""),
                )
                for each in interaction.sources
            ] + [
                Row(identifier=each.identifier, group="target", words=targets.get(each.identifier, {}))
                for each in interaction.targets
            ]
        case GapMatchInteraction():
            settings["shuffle"] = "yes" if interaction.shuffle else ""
            places = {pair.split(" ")[0]: pair.split(" ")[1].removeprefix("G") for pair in correct}
            spoken = _spoken({code: each.choices for code, each in said.items() if isinstance(each, GapMatchText)})
            return [
                Row(
                    identifier=each.identifier,
                    group="choice",
                    words=spoken.get(each.identifier, {}),
                    target=places.get(each.identifier, ""),
                )
                for each in interaction.choices
            ]
        case HotTextInteraction():
            settings["limit"] = str(interaction.max_choices)
            settings["correct"] = ", ".join(each.removeprefix("H") for each in correct)
            return []
        case SliderInteraction():
            settings |= {
                "lower": str(interaction.lower_bound),
                "upper": str(interaction.upper_bound),
                "step": "" if interaction.step is None else str(interaction.step),
            }
            return []
        case ExtendedTextInteraction():
            settings["lines"] = str(interaction.expected_lines or "")
            return []
        case _:
            raise _cannot()


def _spoken(said: Mapping[str, Sequence[ChoiceWords]]) -> dict[str, dict[str, str]]:
    """Return identifier -> language -> what was written."""
    found: dict[str, dict[str, str]] = {}
    for language, choices in said.items():
        for each in choices:
            found.setdefault(each.identifier, {})[language] = to_source(each.html, line=True)
    return found


def _pictures(texts: Texts) -> tuple[Picture, ...]:
    found: dict[str, Picture] = {}
    for language, text in texts.items():
        alt: dict[str, str] = {}
        for fragment in (text.stem, text.rubric, *_fragments(text)):
            alt |= alternatives(fragment)
        for file in text.files:
            before = found.get(file.name)
            words = {**(before.alt if before else {}), language: alt.get(file.name, "")}
            found[file.name] = Picture(
                name=file.name, media_type=file.media_type, digest=file.digest, size=file.size, alt=words
            )
    return tuple(found[name] for name in sorted(found))


def _fragments(text: ItemText) -> list[str]:
    (said,) = text.interactions
    match said:
        case ChoiceText() | OrderText():
            return [said.prompt, *(each.html for each in said.choices)]
        case InlineChoiceText():
            return [each.html for each in said.choices]
        case MatchText():
            return [said.prompt, *(each.html for each in (*said.sources, *said.targets))]
        case GapMatchText():
            return [said.prompt, said.body, *(each.html for each in said.choices)]
        case HotTextText():
            return [said.prompt, said.body]
        case NumericEntryText():
            return [said.before, said.unit]
        case SliderText() | ExtendedTextText():
            return [said.prompt]
        case _:
            return []
