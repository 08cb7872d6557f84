"""The numbers of a body by month, scheme and site; counts only, nothing of any person is selected."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import Any, assert_never
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, select, union_all
from sqlalchemy.orm import Session

from assessment.accounts.tables import Site
from assessment.certification.tables import Application, Choice, Decision
from assessment.credentials.standing import set_credentials
from assessment.credentials.tables import Credential, CredentialIntent, StatusPurpose
from assessment.domain.certification.application_states import ApplicationState
from assessment.domain.language import text_in
from assessment.exams.tables import Attempt, RosterEntry, Sitting
from assessment.practicals.tables import Practical
from assessment.schemes.tables import Scheme, SchemeText, SchemeVersion

MONTHS = tuple(range(1, 13))


class Measure(StrEnum):
    """What is counted."""

    APPLICATIONS = "applications"
    SAT = "sat"
    COMPETENT = "competent"
    NOT_YET = "not_yet"
    ISSUED = "issued"


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """What is counted of: one body, one year in its zone, and one scheme or site where it is named."""

    body_id: str
    zone: str
    year: int
    scheme_id: str = ""
    site_id: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Certificates:
    """How issued certificates stand now; each counts once, in the order revoked, suspended, expired, valid."""

    valid: int
    expired: int
    suspended: int
    revoked: int


def by_month(session: Session, scope: Scope) -> dict[Measure, list[int]]:
    """Return twelve counts of each measure, January first; one statement."""
    branches = []
    for measure in Measure:
        rows = _rows(measure, scope).subquery(f"rows_{measure.value}")
        months = []
        for month in MONTHS:
            first, last = _bounds(measure, scope, month, month)
            within = case((and_(rows.c.at >= first, rows.c.at < last), 1), else_=0)
            months.append(func.coalesce(func.sum(within), 0).label(f"m{month}"))
        branches.append(select(literal(measure.value).label("measure"), *months).select_from(rows))
    counts = {Measure(row.measure): [int(value) for value in row[1:]] for row in session.execute(union_all(*branches))}
    return {measure: counts[measure] for measure in Measure}


def by_scheme(session: Session, scope: Scope) -> dict[str, dict[Measure, int]]:
    """Return the year's count of each measure by scheme id; one statement."""
    return _grouped(session, scope, "scheme_id")


def by_site(session: Session, scope: Scope) -> dict[str, dict[Measure, int]]:
    """Return the year's count of each measure by site id; an application counts at each site where it was examined."""
    return _grouped(session, scope, "site_id")


def certificates_now(session: Session, scope: Scope, *, now: datetime) -> Certificates:
    """Return how the certificates ever issued in this scope stand now, whatever the year; one statement."""
    state = case(
        (CredentialIntent.id.in_(set_credentials(scope.body_id, StatusPurpose.REVOCATION)), "revoked"),
        (CredentialIntent.id.in_(set_credentials(scope.body_id, StatusPurpose.SUSPENSION)), "suspended"),
        (CredentialIntent.expires_at <= now, "expired"),
        else_="valid",
    ).label("state")
    rows = session.execute(
        select(state, func.count())
        .select_from(Credential)
        .join(
            CredentialIntent,
            and_(CredentialIntent.body_id == Credential.body_id, CredentialIntent.id == Credential.id),
        )
        .where(Credential.body_id == scope.body_id, CredentialIntent.application_id.in_(_applications(scope)))
        .group_by(state)
    )
    counts = {name: int(count) for name, count in rows}
    return Certificates(**{name: counts.get(name, 0) for name in ("valid", "expired", "suspended", "revoked")})


def schemes_of(session: Session, body_id: str, language: str) -> dict[str, str]:
    """Return the schemes of a body, id to title, by title; the newest version's title counts."""
    rows = session.execute(
        select(Scheme.id, Scheme.code, SchemeVersion.number, SchemeText.language, SchemeText.title)
        .join(SchemeVersion, and_(SchemeVersion.body_id == Scheme.body_id, SchemeVersion.scheme_id == Scheme.id))
        .join(
            SchemeText,
            and_(SchemeText.body_id == SchemeVersion.body_id, SchemeText.scheme_version_id == SchemeVersion.id),
            isouter=True,
        )
        .where(Scheme.body_id == body_id)
        .order_by(SchemeVersion.number)
    )
    titles: dict[str, dict[str, str]] = {}
    codes: dict[str, str] = {}
    for row in rows:
        codes[row.id] = row.code
        if row.language is not None:
            titles.setdefault(row.id, {})[row.language] = row.title
    found = {id_: text_in(titles.get(id_, {}), language) or code for id_, code in codes.items()}
    return dict(sorted(found.items(), key=lambda pair: pair[1]))


def sites_of(session: Session, body_id: str) -> dict[str, str]:
    """Return the sites of a body, id to name, by name."""
    rows = session.execute(select(Site.id, Site.name).where(Site.body_id == body_id).order_by(Site.name))
    return {row.id: row.name for row in rows}


def _grouped(session: Session, scope: Scope, key: str) -> dict[str, dict[Measure, int]]:
    branches = []
    for measure in Measure:
        rows = _rows(measure, scope).subquery(f"rows_{measure.value}")
        group: ColumnElement[str]
        if key == "scheme_id":
            versions = SchemeVersion.__table__.alias(f"versions_{measure.value}")
            source = rows.join(
                versions, and_(versions.c.body_id == scope.body_id, versions.c.id == rows.c.scheme_version_id)
            )
            group = versions.c.scheme_id
        else:
            places = _places(scope).subquery(f"places_{measure.value}")
            source = rows.join(places, places.c.application_id == rows.c.application_id)
            group = places.c.site_id
        branches.append(
            select(
                literal(measure.value).label("measure"),
                group.label("group_id"),
                func.count(rows.c.record_id.distinct()).label("count"),
            )
            .select_from(source)
            .group_by(group)
        )
    found: dict[str, dict[Measure, int]] = {}
    for row in session.execute(union_all(*branches)):
        found.setdefault(row.group_id, dict.fromkeys(Measure, 0))[Measure(row.measure)] = int(row[2])
    return found


def _rows(measure: Measure, scope: Scope) -> Select[Any, Any, Any, Any]:
    """Select what a measure counts in the year: (record, application, scheme version, when)."""
    table, record, when, condition = _source(measure)
    query = select(
        record.label("record_id"),
        Application.id.label("application_id"),
        Application.scheme_version_id.label("scheme_version_id"),
        when.label("at"),
    )
    if table is not Application:
        query = query.join_from(
            table, Application, and_(table.body_id == Application.body_id, table.application_id == Application.id)
        )
    first, last = _bounds(measure, scope, MONTHS[0], MONTHS[-1])
    return query.where(
        Application.body_id == scope.body_id,
        Application.id.in_(_applications(scope)),
        condition,
        when >= first,
        when < last,
    )


def _source(measure: Measure) -> tuple[Any, Any, Any, ColumnElement[bool]]:
    """Return where a measure's records are, their id, the moment that dates them, and which of them count."""
    match measure:
        case Measure.APPLICATIONS:
            return Application, Application.id, Application.created_at, Application.state != ApplicationState.DRAFT
        case Measure.SAT:
            return Attempt, Attempt.id, Attempt.started_at, Attempt.started_at.is_not(None)
        case Measure.COMPETENT:
            return Decision, Decision.id, Decision.decided_on, Decision.outcome == Choice.COMPETENT
        case Measure.NOT_YET:
            return Decision, Decision.id, Decision.decided_on, Decision.outcome == Choice.NOT_YET_COMPETENT
        case Measure.ISSUED:
            return CredentialIntent, CredentialIntent.id, CredentialIntent.decided_on, _issued()
        case _:
            assert_never(measure)


def _issued() -> ColumnElement[bool]:
    return (
        select(Credential.id)
        .where(Credential.body_id == CredentialIntent.body_id, Credential.id == CredentialIntent.id)
        .exists()
    )


def _applications(scope: Scope) -> Select[str]:
    """Select the applications of the scope."""
    query = select(Application.id).where(Application.body_id == scope.body_id)
    if scope.scheme_id:
        query = query.where(
            Application.scheme_version_id.in_(
                select(SchemeVersion.id).where(
                    SchemeVersion.body_id == scope.body_id, SchemeVersion.scheme_id == scope.scheme_id
                )
            )
        )
    if scope.site_id:
        places = _places(scope).subquery()
        query = query.where(
            Application.id.in_(select(places.c.application_id).where(places.c.site_id == scope.site_id))
        )
    return query


def _places(scope: Scope) -> Select[str, str]:
    """Select where applications are examined: (application, site), each pair once."""
    sittings = (
        select(RosterEntry.application_id, Sitting.site_id)
        .join(Sitting, and_(Sitting.body_id == RosterEntry.body_id, Sitting.id == RosterEntry.sitting_id))
        .where(RosterEntry.body_id == scope.body_id)
    )
    practicals = select(Practical.application_id, Practical.site_id).where(Practical.body_id == scope.body_id)
    both = sittings.union(practicals).subquery()
    return select(both.c.application_id, both.c.site_id)


def _bounds(measure: Measure, scope: Scope, first: int, last: int) -> tuple[Any, Any]:
    """Return the first moment of one month and the first moment after another, as the measure's column holds it."""
    start = date(scope.year, first, 1)
    end = date(scope.year + last // 12, last % 12 + 1, 1)
    if measure in (Measure.COMPETENT, Measure.NOT_YET, Measure.ISSUED):
        return start, end
    zone = ZoneInfo(scope.zone)
    first_moment, last_moment = (datetime.combine(day, time(), zone).astimezone(UTC) for day in (start, end))
    return first_moment, last_moment
