"""What people type about forms, sittings and rooms: shape only."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    DateTimeLocalField,
    DecimalField,
    Field,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from assessment.web.inputs import Input, choices

CUT_METHODS = {
    "angoff": _l("Angoff: judges estimate each item"),
    "ebel": _l("Ebel: items by difficulty and relevance"),
    "agreed": _l("Agreed by the scheme committee"),
}
MOMENT = "%Y-%m-%dT%H:%M"


class FormInput(Input):
    """A new exam form; one number of items for each unit is added by `form_input`."""

    code = StringField(_l("Code of the form"), validators=[DataRequired(), Length(max=40)])
    minutes = IntegerField(_l("Time to answer"), validators=[InputRequired(), NumberRange(1, 600)], default=60)
    cut = DecimalField(_l("Cut"), validators=[InputRequired(), NumberRange(1, 100)], places=2, default=Decimal(70))
    cut_method = SelectField(_l("How the cut was found"), choices=choices(CUT_METHODS))
    provisional = BooleanField(_l("The cut is provisional: no panel of judges has set it yet"), default=True)
    cut_judges = IntegerField(_l("Number of judges"), validators=[Optional(), NumberRange(1, 100)])
    cut_on = DateField(_l("The judges met on"), validators=[Optional()])


def form_input(units: Sequence[tuple[str, str]]) -> tuple[FormInput, dict[str, Field]]:
    """Return the input of a new form, and by unit id its field for the number of items.

    `units`: (unit id, label).
    """
    names = {unit_id: f"items_{place}" for place, (unit_id, _) in enumerate(units)}
    fields = {
        names[unit_id]: IntegerField(label, validators=[InputRequired(), NumberRange(0, 200)], default=0)
        for unit_id, label in units
    }
    kind = type("FormInputForUnits", (FormInput,), fields)
    made: FormInput = kind()
    return made, {unit_id: made[name] for unit_id, name in names.items()}


class SittingInput(Input):
    """A new sitting, in the body's own time."""

    form_id = SelectField(_l("Exam form"))
    site_id = SelectField(_l("Site"))
    code = StringField(_l("Code of the sitting"), validators=[DataRequired(), Length(max=40)])
    starts_at = DateTimeLocalField(_l("First start"), format=MOMENT, validators=[InputRequired()])
    closes_at = DateTimeLocalField(
        _l("Last start"),
        format=MOMENT,
        validators=[InputRequired()],
        description=_l("Who has started by then keeps all of the time."),
    )


class RosterInput(Input):
    """A candidate for the roster."""

    application_id = SelectField(_l("Candidate"))
    extra_minutes = IntegerField(_l("Extra time"), validators=[InputRequired(), NumberRange(0, 1440)], default=0)
    late_reason = TextAreaField(_l("Why so late"), validators=[Optional(), Length(max=2000)])


class ExtraMinutesInput(Input):
    """Extra time of one candidate before the roster closes."""

    application_id = StringField(validators=[DataRequired(), Length(max=64)])
    minutes = IntegerField(_l("Extra time"), validators=[InputRequired(), NumberRange(0, 1440)])


class GiveTimeInput(Input):
    """Extra time for the chosen candidates."""

    minutes = IntegerField(_l("Extra time"), validators=[InputRequired(), NumberRange(1, 1440)])
    reason = StringField(_l("Reason"), validators=[DataRequired(), Length(min=5, max=2000)])


def in_zone(value: datetime, zone: str) -> datetime:
    """Return the instant of a wall-clock time in a zone."""
    return value.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
