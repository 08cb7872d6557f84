"""A draft turned into an item and its words; whatever is missing is said, and the rest is made as far as it goes.

The item that comes out is shown beside the form while it is written. It is whole only when there are no faults:
then it has passed `check_item` and `check_text` like every other item.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from assessment.domain.errors import N_, Invalid
from assessment.domain.items.authoring.draft import LANGUAGES, Draft, form_of
from assessment.domain.items.authoring.finding import Faults, Finding
from assessment.domain.items.authoring.parts import PARTS, Part
from assessment.domain.items.authoring.speaking import says_something, write_text
from assessment.domain.items.check import check_item, check_text
from assessment.domain.items.item import BaseType, HumanMarking, Item, ItemText, OutcomeDeclaration, Scorer
from assessment.domain.items.item_json import from_json, to_json
from assessment.domain.items.lexical import is_identifier


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """What a draft makes. `whole` is the item that can go to review, None while there are faults."""

    item: Item
    texts: tuple[ItemText, ...]
    faults: tuple[Finding, ...]

    @property
    def whole(self) -> Item | None:
        """The item, where nothing is missing."""
        return None if self.faults else self.item


def build(draft: Draft) -> Made:
    """Return the item and the words that a draft makes, and what is missing. Raises Invalid for an unknown kind."""
    form_of(draft.kind)
    faults = Faults()
    part = PARTS[draft.kind](draft, faults)
    item = Item(
        identifier=draft.identifier.strip(),
        interactions=(part.interaction,),
        responses=(part.declaration,),
        outcomes=(_score(part),),
        processing=part.processing,
        max_score=part.max_score,
    )
    if not is_identifier(item.identifier):
        faults.say(N_("Give the item an identifier: letters, digits, - and . without spaces."))
    if not faults.found:
        try:
            item = check_item(_with_kept(item, draft.kept))
        except Invalid as refusal:
            faults.found.append(Finding.of(refusal))
    texts = []
    for language in LANGUAGES:
        if says_something(draft, language):
            text = write_text(draft, language, faults)
            try:
                check_text(item, text)
            except Invalid as refusal:
                faults.found.append(Finding.of(refusal, language=language))
            texts.append(text)
    if not texts:
        faults.say(N_("The item has no words yet."))
    return Made(item=item, texts=tuple(texts), faults=tuple(faults.found))


def _score(part: Part) -> OutcomeDeclaration:
    if isinstance(part.processing, HumanMarking):
        return OutcomeDeclaration(
            identifier="SCORE",
            base_type=BaseType.FLOAT,
            normal_maximum=part.max_score,
            external_scored=Scorer.HUMAN,
        )
    return OutcomeDeclaration(identifier="SCORE", base_type=BaseType.FLOAT)


def _with_kept(item: Item, kept: Mapping[str, object]) -> Item:
    """Put back what an opened item says beside the draft: its outcomes, with the maximum as it is now."""
    outcomes = kept.get("outcomes")
    if not isinstance(outcomes, list):
        return item
    written = to_json(item)
    most = written["max_score"]
    written["outcomes"] = [
        each
        | ({"default": most} if each["identifier"] == "MAXSCORE" else {})
        | ({"normal_maximum": most} if each.get("normal_maximum") is not None else {})
        for each in outcomes
    ]
    return from_json(written)
