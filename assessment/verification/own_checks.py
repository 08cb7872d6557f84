"""The holder's page of how often the certificate was checked."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from babel import Locale
from babel.dates import format_skeleton
from flask import current_app, render_template
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assessment.credentials.queries import certificate_line
from assessment.database import db
from assessment.domain.errors import N_, NotFound
from assessment.settings import Settings
from assessment.verification.own_views import own_page
from assessment.verification.tables_checks import CheckCount
from assessment.web.actor import me
from assessment.web.language import language
from assessment.web.requests import now

DAYS = 30
MONTHS = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class Checks:
    """How often a certificate was checked: in all, by month (its first day), by day, by country; the newest first."""

    total: int
    months: tuple[tuple[date, int], ...]
    days: tuple[tuple[date, int], ...]
    countries: tuple[tuple[str, int], ...]


def checks_of(session: Session, body_id: str, credential_id: str, *, today: date) -> Checks:
    """Return the counts of a certificate; two statements, of which none returns more than the days of a year."""
    of_it = (CheckCount.body_id == body_id, CheckCount.credential_id == credential_id)
    by_country: Mapping[str, int] = {
        row.country: int(row.number)
        for row in session.execute(
            select(CheckCount.country, func.sum(CheckCount.number).label("number"))
            .where(*of_it)
            .group_by(CheckCount.country)
        )
    }
    by_day: Mapping[date, int] = {
        row.day: int(row.number)
        for row in session.execute(
            select(CheckCount.day, func.sum(CheckCount.number).label("number"))
            .where(*of_it, CheckCount.day > today - timedelta(days=366))
            .group_by(CheckCount.day)
            .order_by(CheckCount.day.desc())
        )
    }
    months: Counter[date] = Counter()
    for day, number in by_day.items():
        months[day.replace(day=1)] += number
    return Checks(
        total=sum(by_country.values()),
        months=tuple(sorted(months.items(), reverse=True)[:MONTHS]),
        days=tuple((day, number) for day, number in by_day.items() if day > today - timedelta(days=DAYS)),
        countries=tuple(sorted(((code, number) for code, number in by_country.items()), key=_most_first)),
    )


def _most_first(counted: tuple[str, int]) -> tuple[int, str]:
    return -counted[1], counted[0]


@own_page.get("/certificates/<credential_id>/checks")
def checks(credential_id: str) -> str:
    line = certificate_line(db.session(), me().body_id, credential_id, now=now())
    if line is None:
        raise NotFound(N_("There is no such certificate."))
    settings: Settings = current_app.extensions["settings"]
    names = Locale.parse(language()).territories
    found = checks_of(db.session(), me().body_id, credential_id, today=now().date())
    return render_template(
        "verification/own_checks.html",
        line=line,
        checks=found,
        months=[(format_skeleton("yMMMM", first, locale=language()), number) for first, number in found.months],
        countries=[(names.get(code, code) if code else "", number) for code, number in found.countries],
        knows_countries=settings.country_header is not None,
    )
