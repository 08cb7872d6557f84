"""Reports: numbers without personal data for the official, the audit record for the quality manager."""

from datetime import date
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, render_template, request, url_for
from flask_babel import format_date, gettext

from assessment.accounts.persons import names
from assessment.database import db
from assessment.reports.disclosure import Figure, shown, total_of
from assessment.reports.inputs import MEASURES, NumbersInput, RecordInput
from assessment.reports.kinds import KINDS
from assessment.reports.numbers import (
    MONTHS,
    Measure,
    Scope,
    by_month,
    by_scheme,
    by_site,
    certificates_now,
    schemes_of,
    sites_of,
)
from assessment.reports.record import chain_state, last_entries
from assessment.web.actor import me
from assessment.web.inputs import choices
from assessment.web.language import language
from assessment.web.requests import now
from assessment.web.spreadsheets import csv_response

FIRST_YEAR = 2024

reports = Blueprint("reports", __name__)


@reports.get("/reports/numbers")
def numbers() -> str | Response:
    session, actor = db.session(), me()
    schemes, sites = schemes_of(session, actor.body_id, language()), sites_of(session, actor.body_id)
    this_year = now().astimezone(ZoneInfo(actor.zone)).year
    form = NumbersInput(request.args)
    form.year.choices = choices({str(year): str(year) for year in range(this_year, FIRST_YEAR - 1, -1)})
    form.scheme.choices = choices({"": gettext("All schemes"), **schemes})
    form.site.choices = choices({"": gettext("All sites"), **sites})
    if not form.year.data or not form.validate():
        form.year.data = str(this_year)
        form.scheme.data = form.site.data = ""
    scope = Scope(
        body_id=actor.body_id,
        zone=actor.zone,
        year=int(form.year.data),
        scheme_id=form.scheme.data,
        site_id=form.site.data,
    )
    months = by_month(session, scope)
    if request.args.get("download") == "csv":
        return _csv(scope, months)
    status = certificates_now(session, scope, now=now())
    return render_template(
        "reports/numbers.html",
        form=form,
        measures=MEASURES,
        totals=[(total_of(counts), MEASURES[measure]) for measure, counts in months.items()],
        months=[(_month(scope.year, month), _figures(months, month)) for month in MONTHS],
        most=max((count for counts in months.values() for count in counts), default=0),
        status=[
            (shown(status.valid), gettext("Valid")),
            (shown(status.expired), gettext("Expired")),
            (shown(status.suspended), gettext("Suspended")),
            (shown(status.revoked), gettext("Revoked")),
        ],
        by_scheme=_breakdown(by_scheme(session, scope), schemes),
        by_site=_breakdown(by_site(session, scope), sites),
        csv=url_for("reports.numbers", year=scope.year, scheme=scope.scheme_id, site=scope.site_id, download="csv"),
    )


@reports.get("/reports/record")
def record() -> str:
    session, actor = db.session(), me()
    form = RecordInput(request.args)
    valid = form.validate()
    table, key = (form.table.data or "", (form.key.data or "").strip()) if valid else ("", "")
    lines, older = last_entries(
        session, actor.body_id, table=table, key=key, before=form.before.data if valid else None
    )
    people = names(session, actor.body_id, {line.entry.person_id for line in lines if line.entry.person_id})
    return render_template(
        "reports/record.html",
        form=form,
        lines=lines,
        kinds=KINDS,
        older=url_for("reports.record", before=older, table=table, key=key) if older else None,
        newest=url_for("reports.record", table=table, key=key) if form.before.data else None,
        names={person_id: name.text for person_id, name in people.items()},
        state=chain_state(session),
    )


def _figures(months: dict[Measure, list[int]], month: int) -> list[Figure]:
    return [shown(counts[month - 1]) for counts in months.values()]


def _breakdown(counts: dict[str, dict[Measure, int]], titles: dict[str, str]) -> list[tuple[str, list[Figure]]]:
    return [
        (title, [shown(counts[id_][measure]) for measure in Measure]) for id_, title in titles.items() if id_ in counts
    ]


def _month(year: int, month: int) -> str:
    return str(format_date(date(year, month, 1), "MMMM"))


def _csv(scope: Scope, months: dict[Measure, list[int]]) -> Response:
    fewer = gettext("fewer than 10")
    rows = [
        [f"{scope.year}-{month:02}", *(figure.value if figure.value is not None else fewer for figure in figures)]
        for month in MONTHS
        if (figures := _figures(months, month))
    ]
    return csv_response(f"numbers-{scope.year}.csv", ["month", *(measure.value for measure in Measure)], rows)
