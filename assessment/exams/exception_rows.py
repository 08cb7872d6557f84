"""The columns in which everything unusual about an exam is read together, so that it is one statement."""

from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, Text, cast, literal, null, type_coerce

from assessment.database import Instant

Rows = Select[*tuple[Any, ...]]


def columns_of(
    kind: str | ColumnElement[str],
    attempt_id: Any,
    *,
    at: Any = None,
    person_id: Any = None,
    text: Any = None,
    number: Any = None,
    key: Any = None,
    corrects: Any = None,
) -> list[ColumnElement[Any]]:
    """Return the columns kind, attempt_id, at, person_id, text, number, key, corrects; what is not given is NULL."""
    nothing = cast(null(), Text)
    return [
        (literal(kind, Text) if isinstance(kind, str) else kind).label("kind"),
        attempt_id.label("attempt_id"),
        (cast(null(), Instant) if at is None else type_coerce(at, Instant)).label("at"),
        (nothing if person_id is None else person_id).label("person_id"),
        (nothing if text is None else text).label("text"),
        (cast(null(), Integer) if number is None else number).label("number"),
        (nothing if key is None else key).label("key"),
        (nothing if corrects is None else corrects).label("corrects"),
    ]
