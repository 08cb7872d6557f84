"""Item-writing rules that can be computed: hints for author and reviewer, questions and never verdicts.

After Haladyna, Downing and Rodriguez, "A review of multiple-choice item-writing guidelines for classroom
assessment", Applied Measurement in Education 15(3), 2002: guidelines 9 (avoid trick wording and negatives), 20
(options independent, not overlapping), 24 (length of options about equal), 25 and 26 (none and all of the above).
Each rule reads the words of one language; what they mean is left to people.
"""

import re
from collections.abc import Callable, Iterator
from decimal import Decimal

from assessment.domain.errors import N_
from assessment.domain.items.authoring.building import Made
from assessment.domain.items.authoring.draft import LANGUAGES, Draft, Row
from assessment.domain.items.authoring.finding import Finding
from assessment.domain.items.authoring.markup import to_html, visible
from assessment.domain.items.authoring.typed import read_number

LONGER = 1.4
"""How many times as long as the next longest option the key may be."""

SHORTEST = 15
"""Characters under which the length of an option gives nothing away."""

_ALL_OR_NONE = re.compile(
    r"\b(?:(?:all|none|both|neither) of (?:the|these)|all (?:answers|options) (?:above|are)"
    r"|semua(?: jawaban)?(?: di)? ?(?:atas|benar|salah)|semua jawaban|tidak ada (?:jawaban )?yang benar"
    r"|bukan salah satu|(?:a|b|c) (?:and|dan) (?:b|c|d))\b",
    re.IGNORECASE,
)
_NEGATIVE = {
    "en": re.compile(r"\b(?:not|except|never|incorrect|wrong|least)\b", re.IGNORECASE),
    "id": re.compile(r"\b(?:bukan|kecuali|tidak (?:benar|tepat|sesuai|termasuk|boleh)|salah)\b", re.IGNORECASE),
}
_RANGE = re.compile(
    r"^\D*?(-?[0-9]+(?:[.,][0-9]+)?)\s*(?:-|–|—|to|sampai|hingga|s\.?d\.?)\s*(-?[0-9]+(?:[.,][0-9]+)?)\D*$"
)
_NUMBER = re.compile(r"[0-9]+(?:[.,][0-9]+)*")


def review(draft: Draft, made: Made) -> list[Finding]:
    """Return everything that can be said about a draft without a person: faults first, then hints."""
    hints = [finding for language in LANGUAGES for rule in _RULES for finding in rule(draft, language)]
    hints += _between_languages(draft)
    if not draft.criteria:
        hints.insert(
            0,
            Finding(
                code="criteria", message=N_("No criterion is chosen yet, so no exam form can draw the item."), must=True
            ),
        )
    return [*made.faults, *(each for each in hints if each.must), *(each for each in hints if not each.must)]


def _options(draft: Draft, language: str) -> list[tuple[Row, str]]:
    if draft.kind not in ("single_choice", "multiple_response", "inline_choice"):
        return []
    told = [(row, visible(to_html(row.words.get(language, "")))) for row in draft.group("option")]
    return [(row, text) for row, text in told if text]


def _longest_is_key(draft: Draft, language: str) -> Iterator[Finding]:
    options = _options(draft, language)
    if draft.kind == "multiple_response" or len(options) < 3:
        return
    lengths = sorted(((len(text), row) for row, text in options), key=lambda each: -each[0])
    (longest, row), (second, _) = lengths[0], lengths[1]
    if row.correct and longest >= SHORTEST and longest > LONGER * second:
        yield Finding(
            code="longest",
            message=N_("The correct option %(option)s is much longer than the others; that gives it away."),
            values={"option": row.identifier},
            language=language,
        )


def _all_of_the_above(draft: Draft, language: str) -> Iterator[Finding]:
    for row, text in _options(draft, language):
        if _ALL_OR_NONE.search(text):
            yield Finding(
                code="all_of_above",
                message=N_('Option %(option)s is of the kind "all of the above" or "none of the above".'),
                values={"option": row.identifier},
                language=language,
            )


def _negative_without_emphasis(draft: Draft, language: str) -> Iterator[Finding]:
    html = to_html(draft.said("prompt", language)) or to_html(draft.said("stem", language))
    sentences = re.split(r"(?<=[.?!:])\s+", re.sub(r"<(?!/?strong)[^>]*>", " ", html).strip())
    question = next((each for each in reversed(sentences) if "?" in each), sentences[-1] if sentences else "")
    plain = re.sub(r"<strong>.*?</strong>", " ", question, flags=re.DOTALL)
    if found := _NEGATIVE[language].search(plain):
        yield Finding(
            code="negative",
            message=N_('The question is negative ("%(word)s"). Ask positively, or write the word in bold.'),
            values={"word": found[0]},
            language=language,
        )


def _overlap(draft: Draft, language: str) -> Iterator[Finding]:
    options = _options(draft, language)
    ranges = [(row, _range(text)) for row, text in options]
    for place, (row, text) in enumerate(options):
        for other, said in options[place + 1 :]:
            if text.casefold() == said.casefold():
                yield Finding(
                    code="same",
                    message=N_("The options %(one)s and %(other)s say the same."),
                    values={"one": row.identifier, "other": other.identifier},
                    language=language,
                    must=True,
                )
    known = [(row, found) for row, found in ranges if found is not None]
    for place, (row, (low, high)) in enumerate(known):
        for other, (least, most) in known[place + 1 :]:
            if low <= most and least <= high:
                yield Finding(
                    code="overlap",
                    message=N_("The ranges of the options %(one)s and %(other)s overlap."),
                    values={"one": row.identifier, "other": other.identifier},
                    language=language,
                )


def _range(text: str) -> tuple[Decimal, Decimal] | None:
    found = _RANGE.fullmatch(text.strip())
    if found is None:
        return None
    low, high = read_number(found[1]), read_number(found[2])
    return None if low is None or high is None or low > high else (low, high)


def _few_options(draft: Draft, language: str) -> Iterator[Finding]:
    if language == LANGUAGES[0] and draft.kind == "single_choice" and len(draft.group("option")) < 3:
        yield Finding(code="few", message=N_("With two options half of the guesses are right. Write three or more."))


_RULES: tuple[Callable[[Draft, str], Iterator[Finding]], ...] = (
    _longest_is_key,
    _all_of_the_above,
    _negative_without_emphasis,
    _overlap,
    _few_options,
)


# --- between the languages ------------------------------------------------------------------------------


def _between_languages(draft: Draft) -> list[Finding]:
    """Say what one language has and the other has not: words, numbers, the unit."""
    spoken = {code: _all_words(draft, code) for code in LANGUAGES}
    missing = [code for code in LANGUAGES if not spoken[code].strip()]
    if missing:
        return [
            Finding(code="language", message=N_("The item is not written in this language yet."), language=code)
            for code in missing
        ]
    found = []
    first, second = ({_plain(each) for each in _NUMBER.findall(spoken[code])} for code in LANGUAGES)
    if first != second:
        found.append(
            Finding(
                code="numbers",
                message=N_("These numbers stand in one language only: %(numbers)s."),
                values={"numbers": ", ".join(sorted(first ^ second))},
            )
        )
    units = {visible(to_html(draft.said("unit", code))).casefold() for code in LANGUAGES}
    if len(units) > 1:
        found.append(
            Finding(
                code="unit",
                message=N_("The unit differs: %(units)s."),
                values={"units": " / ".join(draft.said("unit", code) or "–" for code in LANGUAGES)},
            )
        )
    return found


def _all_words(draft: Draft, language: str) -> str:
    texts = [words.get(language, "") for name, words in draft.words.items() if name != "title"]
    texts += [row.words.get(language, "") for row in draft.rows]
    return " ".join(visible(to_html(text)) for text in texts)


def _plain(number: str) -> str:
    """Return a number in one spelling: Indonesian writes 0,5 and 1.000 where English writes 0.5 and 1,000."""
    whole = re.fullmatch(r"[0-9]{1,3}([.,][0-9]{3})+", number)
    return re.sub(r"[.,]", "", number) if whole else number.replace(",", ".")
