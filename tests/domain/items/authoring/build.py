"""Whole drafts of every kind to start from."""

import itertools
from collections.abc import Callable
from dataclasses import replace

from assessment.domain.items.authoring.draft import Draft, Row, new_draft


def drawing() -> Callable[[], str]:
    """Return what stands for chance: X9, X8, X7 and so on, so that the order drawn is never the order typed."""
    numbers = itertools.count(99, -1)
    return lambda: f"X{next(numbers)}"


def both(text: str) -> dict[str, str]:
    return {"id": f"{text} (id)", "en": f"{text} (en)"}


def filled(kind: str) -> Draft:
    """Return a whole draft of a kind in both languages."""
    draft = new_draft(kind, drawing())
    words = {name: both(name) for name in ("title", "stem")}
    rows = tuple(replace(row, words=both(f"words {place}")) for place, row in enumerate(draft.rows))
    settings = dict(draft.settings)
    match kind:
        case "single_choice" | "multiple_response" | "inline_choice":
            rows = tuple(replace(row, correct=row.identifier == "B") for row in rows)
        case "numeric_entry":
            settings |= {"correct": "0,5"}
            words["unit"] = {"id": "mm", "en": "mm"}
        case "text_entry":
            rows = tuple(
                replace(row, words={}, target=answer) for row, answer in zip(rows, ("SMAW", "MMAW"), strict=True)
            )
        case "match":
            targets = [row.identifier for row in rows if row.group == "target"]
            rows = tuple(
                replace(row, target=targets[place]) if row.group == "source" else row for place, row in enumerate(rows)
            )
        case "gap_match":
            words["body"] = both("from [[1]] to [[2]]")
            rows = tuple(replace(row, target=gap) for row, gap in zip(rows, ("2", "", "1"), strict=True))
        case "hot_text":
            words["body"] = both("a [[first]] and a [[second]] word")
            settings["correct"] = "2"
        case "slider":
            settings["correct"] = "40"
    return replace(draft, identifier="W41", words=words, settings=settings, rows=rows, criteria=("criterion",))


def with_words(draft: Draft, name: str, **said: str) -> Draft:
    """Return the draft with another text of a name."""
    return replace(draft, words={**draft.words, name: {**draft.words.get(name, {}), **said}})


def with_row(draft: Draft, identifier: str, **changes: object) -> Draft:
    """Return the draft with one row changed."""
    rows: list[Row] = [replace(row, **changes) if row.identifier == identifier else row for row in draft.rows]  # type: ignore[arg-type]  # fields of a row by name
    return replace(draft, rows=tuple(rows))
