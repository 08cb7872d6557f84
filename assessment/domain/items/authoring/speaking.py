"""The words of a draft in one language as the words of an item."""

import re
from dataclasses import dataclass

from assessment.domain.errors import N_, Invalid
from assessment.domain.items.authoring.draft import BLANK, GAP, HOT, LANGUAGES, Draft, Row
from assessment.domain.items.authoring.finding import Faults
from assessment.domain.items.authoring.markup import picture_names, to_html, to_line
from assessment.domain.items.authoring.parts import gaps_of, hidden, response_of
from assessment.domain.items.item import (
    ChoiceText,
    ChoiceWords,
    ExtendedTextText,
    GapMatchText,
    HotTextText,
    InlineChoiceText,
    InteractionText,
    ItemFile,
    ItemText,
    MatchText,
    NumericEntryText,
    OrderText,
    SliderText,
    TextEntryText,
)
from assessment.domain.items.places import PlaceKind, place_tag


def says_something(draft: Draft, language: str) -> bool:
    """Whether anything was typed in a language."""
    texts = [words.get(language, "") for words in (*draft.words.values(), *(row.words for row in draft.rows))]
    return any(text.strip() for text in texts)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Speaker:
    """Reads the texts of a draft in one language and says which of them are missing."""

    draft: Draft
    language: str
    faults: Faults
    name: str

    @property
    def pictures(self) -> dict[str, str]:
        return {each.name: each.alt.get(self.language, "").strip() for each in self.draft.pictures}

    def block(self, name: str, *, missing: str = "") -> str:
        source = self.draft.said(name, self.language)
        if missing and not source.strip():
            self.faults.say(missing, language=self.language, code="language", place=name)
        return to_html(self._known(source), self.pictures)

    def line(self, name: str) -> str:
        return to_line(self._known(self.draft.said(name, self.language)), self.pictures)

    def row(self, row: Row) -> ChoiceWords:
        html = to_line(self._known(row.words.get(self.language, "")), self.pictures)
        if not html:
            self.faults.say(
                N_('"%(row)s" has no words in this language.'),
                row=self.draft.called(row),
                language=self.language,
                code="language",
                place=row.identifier,
            )
        return ChoiceWords(identifier=row.identifier, html=html)

    def _known(self, source: str) -> str:
        for name in picture_names(source):
            if name not in self.pictures:
                self.faults.say(
                    N_('The text names the picture "%(name)s", which was not uploaded.'),
                    name=name,
                    language=self.language,
                )
        return source


def write_text(draft: Draft, language: str, faults: Faults) -> ItemText:
    """Return the words of an item in one language; what is missing is said in `faults`."""
    name = response_of(draft)
    speaker = _Speaker(draft=draft, language=language, faults=faults, name=name)
    title = " ".join(draft.said("title", language).split())
    if not title:
        faults.say(N_("The title is missing in this language."), language=language, code="language", place="title")
    stem = speaker.block("stem", missing=_stem_needed(draft))
    if draft.kind in ("text_entry", "inline_choice"):
        stem = _with_place(stem, name, speaker)
    used = _pictures_used(draft, language)
    for each in draft.pictures:
        if each.name in used and not speaker.pictures[each.name]:
            faults.say(
                N_('The picture "%(name)s" needs words for who cannot see it.'),
                name=each.name,
                language=language,
                code="picture",
            )
    return ItemText(
        language=language,
        title=title,
        stem=stem,
        interactions=(_words(speaker),),
        rubric=speaker.block("rubric") if draft.kind == "extended_text" else "",
        files=tuple(
            ItemFile(name=each.name, media_type=each.media_type, digest=each.digest, size=each.size)
            for each in sorted(draft.pictures, key=lambda each: each.name)
            if each.name in used
        ),
    )


def _stem_needed(draft: Draft) -> str:
    """The question may stand in the prompt alone, where a kind has one."""
    prompted = any(text.strip() for text in draft.words.get("prompt", {}).values())
    return "" if prompted else N_("The question is missing in this language.")


def _pictures_used(draft: Draft, language: str) -> set[str]:
    texts = [words.get(language, "") for words in (*draft.words.values(), *(row.words for row in draft.rows))]
    return {name for text in texts for name in picture_names(text)}


def _with_place(stem: str, name: str, speaker: _Speaker) -> str:
    """Put the field where the author wrote a blank, or at the end of the question."""
    place = place_tag(PlaceKind.INTERACTION, name)
    if stem.count(BLANK) > 1:
        speaker.faults.say(
            N_("Write the blank %(blank)s once: there is one field."), blank=BLANK, language=speaker.language
        )
    if BLANK in stem:
        return re.sub(r"_{3,}", place, stem, count=1)
    return f"{stem}<p>{place}</p>"


def _words(speaker: _Speaker) -> InteractionText:
    draft, name = speaker.draft, speaker.name
    match draft.kind:
        case "single_choice" | "multiple_response":
            return ChoiceText(
                response=name,
                prompt=speaker.line("prompt"),
                choices=tuple(speaker.row(row) for row in draft.group("option")),
            )
        case "inline_choice":
            return InlineChoiceText(response=name, choices=tuple(speaker.row(row) for row in draft.group("option")))
        case "numeric_entry":
            return NumericEntryText(response=name, before=speaker.line("before"), unit=speaker.line("unit"))
        case "text_entry":
            return TextEntryText(response=name)
        case "order":
            return OrderText(
                response=name,
                prompt=speaker.line("prompt"),
                choices=tuple(speaker.row(row) for row in hidden(draft.group("step"))),
            )
        case "match":
            return MatchText(
                response=name,
                prompt=speaker.line("prompt"),
                sources=tuple(speaker.row(row) for row in draft.group("source")),
                targets=tuple(speaker.row(row) for row in hidden(draft.group("target"))),
            )
        case "gap_match":
            return GapMatchText(
                response=name,
                prompt=speaker.line("prompt"),
                choices=tuple(speaker.row(row) for row in hidden(draft.group("choice"))),
                body=_with_gaps(speaker),
            )
        case "hot_text":
            return HotTextText(response=name, prompt=speaker.line("prompt"), body=_with_hot_words(speaker))
        case "slider":
            return SliderText(response=name, prompt=speaker.line("prompt"))
        case "extended_text":
            return ExtendedTextText(response=name, prompt=speaker.line("prompt"))
        case other:
            raise Invalid(N_("Expected a kind of item that can be written here, got %(got)s."), got=other)


def _with_gaps(speaker: _Speaker) -> str:
    body = speaker.block("body", missing=N_("The text with the gaps is missing in this language."))
    numbers = re.findall(GAP, body)
    if sorted(numbers) != sorted(gaps_of(speaker.draft)):
        speaker.faults.say(
            N_("Every gap must stand once in the text of each language; here stand %(got)s."),
            got=", ".join(numbers) or "–",
            language=speaker.language,
        )
    return re.sub(GAP, lambda found: place_tag(PlaceKind.GAP, f"G{found[1]}"), body)


def _with_hot_words(speaker: _Speaker) -> str:
    body = speaker.block("body", missing=N_("The text with the marked words is missing in this language."))
    count = 0

    def mark(found: re.Match[str]) -> str:
        nonlocal count
        count += 1
        return place_tag(PlaceKind.HOT_TEXT, f"H{count}", html=found[1])

    marked = re.sub(HOT, mark, body)
    counts = {len(re.findall(HOT, speaker.draft.said("body", code))) for code in LANGUAGES} - {0}
    if len(counts) > 1:
        speaker.faults.say(N_("As many words must be marked in each language."), language=speaker.language)
    return marked
