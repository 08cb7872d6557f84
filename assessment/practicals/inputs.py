"""What people type about tasks: shape only."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import DateField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from assessment.practicals.labels import REPORTS
from assessment.web.inputs import Input, choices


class NewTaskInput(Input):
    """What a new task is for, and what it begins with."""

    scheme = SelectField(_l("Scheme"))
    source = SelectField(_l("Begin with"), default="")
    package = FileField(_l("Or a rubric as a CASE file"), validators=[Optional()])


_SHORT = [InputRequired(), Length(max=80)]
_MAYBE = [Optional(), Length(max=80)]


class PieceInput(Input):
    """What is written down of a test piece."""

    stamp = StringField(_l("Stamp"), validators=[InputRequired(), Length(max=40)])
    welded_on = DateField(_l("Date welded"), validators=[InputRequired()])
    wps_number = StringField(_l("WPS number"), validators=_SHORT)
    wps_revision = StringField(_l("WPS revision"), validators=_SHORT)
    # WTForms has a method `process`, so that the field has another name inside.
    welding_process = StringField(
        _l("Process"), name="process", validators=_SHORT, description=_l("For example SMAW (111).")
    )
    joint = StringField(_l("Joint"), validators=_SHORT)
    parent_group = StringField(_l("Parent material group"), validators=_SHORT)
    heat_number = StringField(_l("Heat number"), validators=_MAYBE)
    thickness = StringField(_l("Thickness in mm"), validators=[InputRequired(), Length(max=17)])
    weld_thickness = StringField(
        _l("Thickness of the weld in mm"), validators=[Optional(), Length(max=17)], description=_l("s in limits.")
    )
    throat = StringField(_l("Throat in mm"), validators=[Optional(), Length(max=17)])
    cap_width = StringField(
        _l("Width of the cap in mm"), validators=[Optional(), Length(max=17)], description=_l("b in limits.")
    )
    weld_length = StringField(
        _l("Length of the weld in mm"),
        validators=[Optional(), Length(max=17)],
        description=_l("Says what a short imperfection is."),
    )
    diameter = StringField(_l("Diameter in mm"), validators=[Optional(), Length(max=17)])
    position = StringField(_l("Position"), validators=_SHORT, description=_l("For example 3G (PF)."))
    filler = StringField(_l("Filler"), validators=_MAYBE)
    filler_batch = StringField(_l("Batch of the filler"), validators=_MAYBE)
    examiner = StringField(_l("Examiner"), validators=_SHORT)
    reason = TextAreaField(_l("Reason of the correction"), validators=[Optional(), Length(max=2000)])


class CalibrationInput(Input):
    """A calibration of a measuring tool."""

    calibrated_on = DateField(_l("Calibrated on"), validators=[InputRequired()])
    valid_until = DateField(_l("Valid until"), validators=[InputRequired()])
    certificate = StringField(_l("Number of the calibration certificate"), validators=_SHORT)


class ToolInput(CalibrationInput):
    """A measuring tool with its newest calibration."""

    site = SelectField(_l("Site"))
    kind = StringField(
        _l("Kind of tool"), validators=_SHORT, description=_l("As rubrics call it, for example welding gauge.")
    )
    serial_number = StringField(_l("Serial number"), validators=_SHORT)


class RetirementInput(Input):
    """Why a measuring tool goes out of use."""

    reason = TextAreaField(_l("Why it goes out of use"), validators=[InputRequired(), Length(max=500)])


class ReportInput(Input):
    """A report of a laboratory with its file."""

    kind = SelectField(_l("Test"), choices=choices({kind.value: words for kind, words in REPORTS.items()}))
    reference = StringField(_l("Number of the report"), validators=_SHORT)
    laboratory = StringField(_l("Laboratory"), validators=_SHORT)
    accreditation = StringField(_l("Accreditation"), validators=_SHORT, description=_l("Its number, or: none."))
    operator = StringField(_l("Operator"), validators=_SHORT)
    tested_on = DateField(_l("Date of the test"), validators=[InputRequired()])
    accepted = RadioField(
        _l("Result"), choices=choices({"yes": _l("accepted"), "no": _l("not accepted")}), validators=[InputRequired()]
    )
    file = FileField(_l("The report as a file"), validators=[FileRequired()])
    remark = TextAreaField(_l("Remark"), validators=[Optional(), Length(max=2000)])
