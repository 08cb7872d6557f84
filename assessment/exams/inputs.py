"""What people type about forms, sittings and rooms: shape only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from assessment.domain.exams.form import MOST_FORMS, MOST_SECTIONS, Difficulty
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
    shown_at_most = IntegerField(
        _l("Leave out what was shown to so many candidates"), validators=[Optional(), NumberRange(1, 1_000_000)]
    )
    forms = IntegerField(_l("Parallel forms"), validators=[InputRequired(), NumberRange(1, MOST_FORMS)], default=1)
    common_at_most = IntegerField(
        _l("Items that two of them may share"), validators=[InputRequired(), NumberRange(0, 200)], default=0
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class BlueprintFields:
    """The fields of a form's blueprint: by unit id (items, section), by kind and by difficulty (least, most)."""

    units: Mapping[str, tuple[Field, Field]]
    kinds: Mapping[str, tuple[Field, Field]]
    difficulty: Mapping[Difficulty, tuple[Field, Field]]


def form_input(units: Sequence[tuple[str, str]], kinds: Sequence[tuple[str, str]]) -> tuple[FormInput, BlueprintFields]:
    """Return the input of a new form and the fields of its blueprint.

    `units`: (unit id, label); `kinds`: (item kind, label) of the kinds that the pool has.
    """
    unit_names = {unit_id: (f"items_{place}", f"section_{place}") for place, (unit_id, _) in enumerate(units)}
    fields: dict[str, Field] = {}
    for unit_id, label in units:
        items, section = unit_names[unit_id]
        fields[items] = IntegerField(label, validators=[InputRequired(), NumberRange(0, 200)], default=0)
        fields[section] = IntegerField(
            _l("Section"), validators=[InputRequired(), NumberRange(1, MOST_SECTIONS)], default=1
        )
    ranges = [*((f"kind_{name}", label) for name, label in kinds), *((f"band_{band}", band) for band in Difficulty)]
    for name, label in ranges:
        fields[f"{name}_least"] = IntegerField(label, validators=[Optional(), NumberRange(0, 200)])
        fields[f"{name}_most"] = IntegerField(label, validators=[Optional(), NumberRange(0, 200)])
    made: FormInput = type("FormInputForUnits", (FormInput,), fields)()

    def limits(name: str) -> tuple[Field, Field]:
        return made[f"{name}_least"], made[f"{name}_most"]

    return made, BlueprintFields(
        units={unit_id: (made[items], made[section]) for unit_id, (items, section) in unit_names.items()},
        kinds={name: limits(f"kind_{name}") for name, _ in kinds},
        difficulty={band: limits(f"band_{band}") for band in Difficulty},
    )


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


class ReasonInput(Input):
    """Why something is done in the room: one of the usual reasons, or one's own words."""

    reason = StringField(_l("Reason"), validators=[Optional(), Length(max=2000)])
    own_reason = StringField(_l("Another reason"), validators=[Optional(), Length(max=2000)])

    def said(self) -> str:
        """The reason that was given: one's own words come first."""
        return (self.own_reason.data or "").strip() or (self.reason.data or "")


class GiveTimeInput(ReasonInput):
    """Extra time for the chosen candidates: the number of the button that was pressed, or the one typed."""

    minutes = IntegerField(_l("Extra time"), validators=[InputRequired(), NumberRange(0, 1440)])
    other_minutes = IntegerField(_l("Another number"), validators=[Optional(), NumberRange(1, 1440)])

    def given(self) -> int:
        """The minutes to give; 0 where no number was said."""
        return self.minutes.data or self.other_minutes.data or 0


class CodeInput(Input):
    """A booking code, as it was typed."""

    code = StringField(_l("Booking code"), validators=[DataRequired(), Length(max=40)])


class NoteInput(Input):
    """An incident note, or the correction of one."""

    text = TextAreaField(_l("What happened"), validators=[DataRequired(), Length(min=5, max=2000)])
    corrects = StringField(validators=[Optional(), Length(max=64)])


class HeldInput(Input):
    """Whether held answers count, and why."""

    counts = RadioField(
        _l("What becomes of them"),
        choices=choices({"yes": _l("They count"), "no": _l("They do not count")}),
    )
    reason = TextAreaField(_l("Reason"), validators=[DataRequired(), Length(min=5, max=2000)])


def in_zone(value: datetime, zone: str) -> datetime:
    """Return the instant of a wall-clock time in a zone."""
    return value.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
