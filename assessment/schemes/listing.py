"""Selects for the pages on schemes: the list with every version, and the drafts that wait."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assessment.schemes.tables import Scheme, SchemeKind, SchemeState, SchemeText, SchemeVersion

PAGE = 25
MOST_DRAFTS = 5


@dataclass(slots=True)
class VersionLine:
    """A version in a list; `titles` by language."""

    id: str
    number: int
    state: SchemeState
    sample: bool
    titles: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class SchemeLine:
    """A scheme with its versions, the newest first."""

    code: str
    kind: SchemeKind
    versions: list[VersionLine] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True, slots=True)
class WaitingDraft:
    """A draft that is not published yet."""

    id: str
    code: str
    number: int
    created_at: datetime


def list_schemes(session: Session, body_id: str, *, words: str, page: int) -> tuple[list[SchemeLine], int]:
    """Return one page of schemes by code with all their versions, and how many schemes there are.

    `words` are looked for in code and titles. Three statements.
    """
    chosen = [Scheme.body_id == body_id]
    if words:
        titled = (
            select(SchemeVersion.scheme_id)
            .join(
                SchemeText,
                (SchemeText.body_id == SchemeVersion.body_id) & (SchemeText.scheme_version_id == SchemeVersion.id),
            )
            .where(SchemeVersion.body_id == body_id, SchemeText.title.icontains(words, autoescape=True))
        )
        chosen.append(Scheme.code.icontains(words, autoescape=True) | Scheme.id.in_(titled))
    count = session.scalar(select(func.count()).select_from(Scheme).where(*chosen)) or 0
    schemes = session.execute(
        select(Scheme.id, Scheme.code, Scheme.kind)
        .where(*chosen)
        .order_by(Scheme.code)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    ).all()
    lines = {row.id: SchemeLine(code=row.code, kind=row.kind) for row in schemes}
    rows = session.execute(
        select(SchemeVersion, SchemeText.language, SchemeText.title)
        .join(
            SchemeText,
            (SchemeText.body_id == SchemeVersion.body_id) & (SchemeText.scheme_version_id == SchemeVersion.id),
            isouter=True,
        )
        .where(SchemeVersion.body_id == body_id, SchemeVersion.scheme_id.in_(lines))
        .order_by(SchemeVersion.number.desc())
    )
    known: dict[str, VersionLine] = {}
    for version, language, title in rows:
        if version.id not in known:
            known[version.id] = VersionLine(
                id=version.id, number=version.number, state=version.state, sample=version.sample
            )
            lines[version.scheme_id].versions.append(known[version.id])
        if language:
            known[version.id].titles[language] = title
    return list(lines.values()), count


def waiting_drafts(session: Session, body_id: str) -> tuple[int, list[WaitingDraft]]:
    """Return how many drafts wait to be completed and published, and the oldest five; one statement."""
    rows = session.execute(
        select(
            func.count().over().label("drafts"),
            SchemeVersion.id,
            Scheme.code,
            SchemeVersion.number,
            SchemeVersion.created_at,
        )
        .join(Scheme, (Scheme.body_id == SchemeVersion.body_id) & (Scheme.id == SchemeVersion.scheme_id))
        .where(SchemeVersion.body_id == body_id, SchemeVersion.state == SchemeState.DRAFT)
        .order_by(SchemeVersion.created_at, SchemeVersion.id)
        .limit(MOST_DRAFTS)
    ).all()
    drafts = [WaitingDraft(id=row.id, code=row.code, number=row.number, created_at=row.created_at) for row in rows]
    return (rows[0].drafts if rows else 0), drafts
