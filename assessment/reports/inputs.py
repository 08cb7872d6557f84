"""What people ask of the reports: shape only; and the words for what is counted."""

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, SelectField, StringField
from wtforms.validators import Length, NumberRange, Optional

from assessment.reports.kinds import KINDS
from assessment.reports.numbers import Measure
from assessment.web.inputs import Input, choices

MEASURES = {
    Measure.APPLICATIONS: _l("Applications"),
    Measure.SAT: _l("Sat the exam"),
    Measure.COMPETENT: _l("Competent"),
    Measure.NOT_YET: _l("Not yet competent"),
    Measure.ISSUED: _l("Certificates"),
}


class NumbersInput(Input):
    """Which numbers: a year, and one scheme or site."""

    class Meta(Input.Meta):
        """Numbers are read by address; nothing is changed."""

        csrf = False

    year = SelectField(_l("Year"))
    scheme = SelectField(_l("Scheme"), default="")
    site = SelectField(_l("Site"), default="")


class RecordInput(Input):
    """Which entries: a kind of record, its key, and the entry before which the page begins."""

    class Meta(Input.Meta):
        """The record is read by address; nothing is changed."""

        csrf = False

    table = SelectField(
        _l("Kind of record"),
        choices=choices({"": _l("All kinds"), **KINDS}),
        default="",
    )
    key = StringField(_l("Key of the record"), validators=[Length(max=200)])
    before = IntegerField(_l("Before entry"), validators=[Optional(), NumberRange(min=1)])
