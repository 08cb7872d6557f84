"""Quality of marking, for the quality manager: agreement, severity, and questions worth asking."""

from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext

from assessment.database import db
from assessment.domain.psychometrics.agreement import LEAST_CASES
from assessment.domain.psychometrics.pairs import People
from assessment.domain.psychometrics.severity import LEAST_PRACTICALS
from assessment.domain.psychometrics.signals import FAR_ERRORS, FASTEST, LATE_AFTER, LEAST_ALIKE
from assessment.practicals.content import task_content
from assessment.practicals.quality import (
    MOST_PRACTICALS,
    LastMark,
    PairLine,
    Scope,
    criterion_lines,
    given_of,
    last_marks,
    pair_lines,
    rubrics_in_use,
    severity_lines,
    signal_lines,
    submitted_in,
)
from assessment.practicals.quality_inputs import PERIODS, QualityInput
from assessment.web.actor import me
from assessment.web.inputs import choices
from assessment.web.language import language
from assessment.web.requests import now

quality = Blueprint("quality", __name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What a page was asked for: its filled-in filter, the marks, and how many practicals there are and were read."""

    form: QualityInput
    marks: list[LastMark]
    practicals: int

    @property
    def rubric_id(self) -> str:
        """The chosen rubric; empty where no practical was submitted yet."""
        return self.form.rubric.data or ""

    @property
    def read(self) -> int:
        """How many practicals the figures rest on."""
        return min(self.practicals, MOST_PRACTICALS)

    def address(self, endpoint: str, pair: str | None = None) -> str:
        """The address of a page with the same filter."""
        return url_for(endpoint, rubric=self.rubric_id, period=self.form.period.data, pair=pair)


@quality.get("/quality")
def index() -> str:
    session, body_id = db.session(), me().body_id
    asked = _asked()
    given = given_of(asked.marks)
    pairs = pair_lines(session, body_id, given)
    asked.form.pair.choices = choices(
        {"": gettext("All pairs together"), **{pair.key: f"{pair.first}, {pair.second}" for pair in pairs}}
    )
    chosen = next((pair for pair in pairs if pair.key == asked.form.pair.data), None)
    if chosen is None:
        asked.form.pair.data = ""
    people: People | None = chosen.together.people if chosen else None
    content = task_content(session, body_id, asked.rubric_id, language()) if asked.rubric_id else None
    words = _words(asked.form)
    return render_template(
        "practicals/quality.html",
        asked=asked,
        form=asked.form,
        chosen=chosen,
        pairs=[pair for pair in pairs if _fits(words, pair.first, pair.second)],
        all_pairs=len(pairs),
        lines=[
            line
            for line in (criterion_lines(given, content.criteria, people) if content else [])
            if _fits(words, line.criterion.code, line.criterion.title) or (words and _about(words, pairs))
        ],
        least=LEAST_CASES,
    )


@quality.get("/quality/severity")
def severity() -> str:
    asked = _asked()
    words = _words(asked.form)
    return render_template(
        "practicals/quality_severity.html",
        asked=asked,
        form=asked.form,
        lines=[line for line in severity_lines(db.session(), me().body_id, asked.marks) if _fits(words, line.name)],
        least=LEAST_PRACTICALS,
    )


@quality.get("/quality/signals")
def questions() -> str:
    asked = _asked()
    words = _words(asked.form)
    return render_template(
        "practicals/quality_signals.html",
        asked=asked,
        form=asked.form,
        lines=[line for line in signal_lines(db.session(), me().body_id, asked.marks) if _fits(words, line.name)],
        fastest=FASTEST.total_seconds(),
        alike=LEAST_ALIKE,
        errors=FAR_ERRORS,
        hours=int(LATE_AFTER.total_seconds() // 3600),
    )


def _asked() -> Asked:
    session, body_id = db.session(), me().body_id
    form = QualityInput(request.args)
    rubrics = rubrics_in_use(session, body_id, language())
    form.rubric.choices = choices(
        {each.id: gettext("%(title)s, version %(number)s", title=each.title, number=each.number) for each in rubrics}
    )
    if form.rubric.data not in {each.id for each in rubrics}:
        form.rubric.data = rubrics[0].id if rubrics else ""
    if form.period.data not in PERIODS:
        form.period.data = "365"
    if not form.rubric.data:
        return Asked(form=form, marks=[], practicals=0)
    end = now()
    scope = Scope(
        body_id=body_id,
        rubric_id=form.rubric.data,
        first=end - timedelta(days=int(form.period.data)),
        end=end + timedelta(seconds=1),
    )
    return Asked(form=form, marks=last_marks(session, scope), practicals=submitted_in(session, scope))


def _words(form: QualityInput) -> str:
    return (form.q.data or "").strip().casefold()[:100]


def _fits(words: str, *texts: str) -> bool:
    return not words or any(words in text.casefold() for text in texts)


def _about(words: str, pairs: list[PairLine]) -> bool:
    """Whether the words look for an assessor; the criteria then stay."""
    return any(_fits(words, pair.first, pair.second) for pair in pairs)
