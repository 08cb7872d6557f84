"""Items out of the bank as a QTI package, with their languages and the criteria they measure."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.domain.errors import N_, NotFound
from assessment.domain.items.item_json import from_json, text_from_json
from assessment.domain.items.qti.package import Alignment
from assessment.domain.items.qti.write import PackagedItem, QtiVersion, write_package
from assessment.item_bank.contents import alignments_of, newest_versions
from assessment.item_bank.tables import ItemText, ItemVersion
from assessment.storage import Storage

FindVersions = Callable[[Session, str, str], Sequence[str]]

_of_form: list[FindVersions] = []


def forms_hold(find: FindVersions) -> None:
    """Tell the bank how to find the item versions of an exam form: find(session, body_id, form_id)."""
    _of_form[:] = [find]


def items_for_export(
    session: Session, body_id: str, *, identifier: str | None = None, form_id: str | None = None
) -> list[PackagedItem]:
    """Return the newest version of each item in use, or of one item, or the versions that a form holds.

    Raises NotFound when there is none.
    """
    if form_id is not None:
        versions = [version for find in _of_form for version in find(session, body_id, form_id)]
        missing = NotFound(N_("There is no exam form %(form)s with items."), form=form_id[:80])
    elif identifier is not None:
        versions = newest_versions(session, body_id, identifier)
        missing = NotFound(N_("There is no item %(item)s."), item=identifier[:80])
    else:
        versions = newest_versions(session, body_id)
        missing = NotFound(N_("The item bank is empty."))
    if not versions:
        raise missing
    return _packaged(session, body_id, versions)


def with_files(items: Sequence[PackagedItem], storage: Storage) -> list[PackagedItem]:
    """Return the items with the bytes of their pictures and sounds. Raises NotFound for one that is not stored."""
    return [
        replace(
            packaged,
            contents={file.digest: storage.get(file.digest) for text in packaged.texts for file in text.files},
        )
        for packaged in items
    ]


def write_items(items: Sequence[PackagedItem], version: QtiVersion = QtiVersion.V3_0) -> bytes:
    """Return the package as bytes; `read_package` gives the same items back. Raises Invalid as `write_package`."""
    return write_package(items, version=version)


def _packaged(session: Session, body_id: str, version_ids: Sequence[str]) -> list[PackagedItem]:
    structures = {
        row.id: from_json(row.structure)
        for row in session.execute(
            select(ItemVersion.id, ItemVersion.structure).where(
                ItemVersion.body_id == body_id, ItemVersion.id.in_(version_ids)
            )
        )
    }
    texts: dict[str, list[object]] = {}
    for row in session.execute(
        select(ItemText.item_version_id, ItemText.content)
        .where(ItemText.body_id == body_id, ItemText.item_version_id.in_(version_ids))
        .order_by(ItemText.language)
    ):
        texts.setdefault(row.item_version_id, []).append(row.content)
    alignments = alignments_of(session, body_id, version_ids)
    return [
        PackagedItem(
            item=structures[id_],
            texts=tuple(text_from_json(structures[id_], content) for content in texts.get(id_, ())),
            criteria=tuple(
                Alignment(guid=guid, label=code, case_item_uri=uri or None)
                for guid, code, uri in alignments.get(id_, ())
            ),
        )
        for id_ in version_ids
    ]
