"""The pictures and sounds of the items of a form, by digest: only what stands in the form's own items is found.

A form never changes and a digest names its bytes, so what was found once is remembered, and a browser may keep it.
"""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.domain.errors import N_, NotFound
from assessment.exams.tables import Attempt, FormItem
from assessment.item_bank.files import media_types
from assessment.item_bank.tables import ItemText
from assessment.storage import Storage

MOST_FORMS_KEPT = 500

_known: dict[tuple[str, str], dict[str, str]] = {}


def file_of_attempt(
    session: Session, storage: Storage, body_id: str, attempt_id: str, digest: str
) -> tuple[str, bytes]:
    """Return media type and bytes of a file of the attempt's form. Raises NotFound."""
    form_id = session.scalar(select(Attempt.form_id).where(Attempt.body_id == body_id, Attempt.id == attempt_id))
    return file_of_form(session, storage, body_id, form_id or "", digest)


def file_of_form(session: Session, storage: Storage, body_id: str, form_id: str, digest: str) -> tuple[str, bytes]:
    """Return media type and bytes of a file of a form's items. Raises NotFound."""
    place = (body_id, form_id)
    if digest not in _known.get(place, {}):
        if len(_known) >= MOST_FORMS_KEPT:
            _known.clear()
        _known[place] = media_types(_texts(session, body_id, form_id))
    if digest not in _known[place]:
        raise NotFound(N_("There is no such file."))
    return _known[place][digest], storage.get(digest)


def _texts(session: Session, body_id: str, form_id: str) -> Iterable[object]:
    return session.scalars(
        select(ItemText.content)
        .join(
            FormItem,
            (FormItem.body_id == ItemText.body_id) & (FormItem.item_version_id == ItemText.item_version_id),
        )
        .where(FormItem.body_id == body_id, FormItem.form_id == form_id)
    )
