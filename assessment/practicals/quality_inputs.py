"""What the quality manager asks of the marks: shape only."""

from flask_babel import lazy_gettext as _l
from wtforms import DateField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from assessment.domain.plan import LEVELS
from assessment.web.inputs import Input, choices

PERIODS = {"90": _l("The last 90 days"), "365": _l("The last 12 months"), "1095": _l("The last three years")}


class QualityInput(Input):
    """Which marks: of one rubric and period, of one pair of assessors, and words to look for."""

    class Meta(Input.Meta):
        """The pages are read by address; nothing is changed."""

        csrf = False

    rubric = SelectField(_l("Task and rubric"))
    period = SelectField(_l("Period"), choices=choices(PERIODS), default="365")
    pair = SelectField(_l("Assessors"), default="")
    q = StringField(_l("Search criterion or assessor"), validators=[Optional(), Length(max=100)])


class BorderlineInput(Input):
    """A borderline regression: which criterion is the global grade, where the borderline lies, and which practicals."""

    criterion = SelectField(_l("The criterion that is the global grade"))
    borderline = SelectField(
        _l("The grade of who is just good enough"), choices=choices({str(level): str(level) for level in LEVELS})
    )
    first = DateField(_l("Submitted from"), validators=[InputRequired()])
    last = DateField(_l("Submitted until"), validators=[InputRequired()])
