"""What changed between two versions of an item, ready to be shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from assessment.domain.errors import N_, NotFound
from assessment.domain.items.authoring.difference import ChangedFact, ChangedText, compare_structures, compare_texts
from assessment.item_bank.queries import Measured, measured_by
from assessment.item_bank.tables import ItemText, ItemVersion


@dataclass(frozen=True, kw_only=True, slots=True)
class Differences:
    """What a newer version has and an older one has not: texts with their language, facts, and criteria."""

    texts: list[tuple[str, ChangedText]]
    facts: list[ChangedFact]
    added: list[Measured]
    taken_away: list[Measured]

    @property
    def none(self) -> bool:
        """Whether the two say the same."""
        return not (self.texts or self.facts or self.added or self.taken_away)


def differences_between(
    session: Session, body_id: str, item_id: str, *, old: int, new: int, language: str
) -> Differences:
    """Return what changed from one version of an item to another. Raises NotFound for a number it does not have."""
    rows = session.execute(
        select(ItemVersion.number, ItemVersion.id, ItemVersion.structure, ItemText.language, ItemText.content)
        .join(
            ItemText,
            and_(ItemText.body_id == ItemVersion.body_id, ItemText.item_version_id == ItemVersion.id),
            isouter=True,
        )
        .where(ItemVersion.body_id == body_id, ItemVersion.item_id == item_id, ItemVersion.number.in_([old, new]))
    ).all()
    ids = {row.number: row.id for row in rows}
    if old not in ids or new not in ids:
        raise NotFound(N_("There is no such version."))
    structures: dict[int, Mapping[str, Any]] = {row.number: row.structure for row in rows}
    said: dict[int, dict[str, Mapping[str, Any]]] = {old: {}, new: {}}
    for row in rows:
        if row.language is not None:
            said[row.number][row.language] = row.content
    languages = sorted(said[old].keys() | said[new].keys(), key=lambda code: (code != "id", code != "en", code))
    before = {one.id: one for one in measured_by(session, body_id, ids[old], language)}
    after = {one.id: one for one in measured_by(session, body_id, ids[new], language)}
    return Differences(
        texts=[
            (code, changed) for code in languages for changed in compare_texts(said[old].get(code), said[new].get(code))
        ],
        facts=compare_structures(structures[old], structures[new]),
        added=[one for id_, one in after.items() if id_ not in before],
        taken_away=[one for id_, one in before.items() if id_ not in after],
    )
