"""A draft as its author and its reviewer see it: the question in each language, and what can be said about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext

from assessment.domain.errors import Invalid, Refusal
from assessment.domain.items.authoring.building import Made
from assessment.domain.items.authoring.finding import Finding
from assessment.domain.items.item import ItemText
from assessment.domain.items.view import candidate_view
from assessment.domain.language import LANGUAGES
from assessment.item_bank.showing import shown
from assessment.item_bank.shown import ShownQuestion
from assessment.web.refusals import say


@dataclass(frozen=True, kw_only=True, slots=True)
class SeenWords:
    """A draft in one language; `question` is None where it cannot be shown yet."""

    language: str
    title: str
    question: ShownQuestion | None


def draft_preview(draft_id: str, made: Made, findings: list[Finding]) -> Mapping[str, Any]:
    """Return what `item_bank/draft_preview.html` draws."""
    return {
        "seen": [_seen(draft_id, made, text) for text in made.texts],
        "language_names": LANGUAGES,
        "musts": [(finding, say_finding(finding)) for finding in findings if finding.must],
        "hints": [(finding, say_finding(finding)) for finding in findings if not finding.must],
    }


def say_finding(finding: Finding) -> str:
    """Return a finding's sentence in the reader's language, with the language that it is about."""
    sentence = say(Refusal(finding.message, **finding.values))
    name = LANGUAGES.get(finding.language)
    return gettext("%(language)s: %(sentence)s", language=name, sentence=sentence) if name else sentence


def _seen(draft_id: str, made: Made, text: ItemText) -> SeenWords:
    try:
        view = candidate_view(made.item, text)
    except Invalid:
        return SeenWords(language=text.language, title=text.title, question=None)
    question = shown(view, address=lambda file: url_for("drafts.file", draft_id=draft_id, file_digest=file.digest))
    return SeenWords(language=text.language, title=text.title, question=question)
