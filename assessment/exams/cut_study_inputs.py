"""What people type about a study of a form's cut: shape only."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from wtforms import Field, HiddenField, IntegerField, SelectMultipleField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from assessment.web.inputs import Input


class StudyInput(Input):
    """A new study: who judges, and of whom they think."""

    candidate = TextAreaField(
        _l("Who is just good enough"),
        validators=[DataRequired(), Length(min=10, max=2000)],
        description=_l("What this candidate can do and cannot do yet. All judges think of the same one."),
    )
    judges = SelectMultipleField(_l("Judges"), validators=[DataRequired()])


class RoundInput(Input):
    """The next round: what was discussed after the last."""

    discussed = TextAreaField(
        _l("What was discussed"),
        validators=[DataRequired(), Length(min=10, max=2000)],
        description=_l("Which items, what speaks for a higher or a lower estimate. An auditor reads it."),
    )


class RatingInput(Input):
    """A judge's estimates; one for each item is added by `rating_input`."""

    round = HiddenField(validators=[DataRequired()])


def rating_input(items: Sequence[str], label: str, given: Sequence[int | None]) -> tuple[RatingInput, list[Field]]:
    """Return the input of a round and its fields in the form's order. `given`: what was estimated before."""
    fields = {
        f"estimate_{place}": IntegerField(label, validators=[InputRequired(), NumberRange(0, 100)], default=default)
        for place, (_, default) in enumerate(zip(items, given, strict=True), start=1)
    }
    made: RatingInput = type("RatingInputForItems", (RatingInput,), fields)()
    return made, [made[name] for name in fields]
