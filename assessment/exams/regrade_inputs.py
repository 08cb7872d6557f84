"""What people type about regrades: shape only."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, SelectField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional

from assessment.domain.exams.regrade import Remedy
from assessment.web.inputs import Input, choices

REMEDIES = {
    Remedy.NEW_KEY: _l("Score by a corrected key"),
    Remedy.FULL_MARKS: _l("Give everybody full marks"),
    Remedy.TAKE_OUT: _l("Take the item out of the count"),
    Remedy.LATE_ANSWER: _l("Let a late answer count"),
}
CHOSEN = {
    Remedy.NEW_KEY.value: _l("Score by a corrected key: the question is right, its key was wrong"),
    Remedy.FULL_MARKS.value: _l("Give everybody full marks: the question cannot be answered fairly"),
    Remedy.TAKE_OUT.value: _l("Take the item out of the count: it measures nothing; marks and maximum shrink"),
}


class RemedyInput(Input):
    """Which remedy, and by which version; asked in the address, because it only looks."""

    class Meta(Input.Meta):
        """A page that only shows needs no proof of where it came from."""

        csrf = False

    remedy = RadioField(_l("What shall be done"), choices=choices(CHOSEN), validators=[DataRequired()])
    by = SelectField(
        _l("The version whose key counts"),
        choices=[],
        validators=[Optional()],
        validate_choice=False,
        description=_l("Authors make it in the item bank. It asks the same question with the same options."),
    )


class ProposeInput(Input):
    """The proposal, with the digest of what was seen."""

    remedy = HiddenField(validators=[DataRequired()])
    by = HiddenField()
    seen = HiddenField(validators=[DataRequired(), Length(max=64)])
    reason = TextAreaField(
        _l("Reason"),
        validators=[DataRequired(), Length(min=5, max=2000)],
        description=_l("It stands in the ledger with your name and the time. No personal data of others."),
    )


class AnswerInput(Input):
    """A second person's answer, with the digest of what was seen."""

    seen = HiddenField(validators=[DataRequired(), Length(max=64)])
    answer = RadioField(
        _l("Your answer"),
        choices=choices({"confirm": _l("Confirm: the new marks count at once"), "refuse": _l("Turn down")}),
        validators=[DataRequired()],
    )
    reason = TextAreaField(_l("Reason"), validators=[DataRequired(), Length(min=5, max=2000)])
