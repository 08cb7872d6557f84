"""What people type about certificates: shape only."""

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional

from assessment.domain.certification.qualification import Basis
from assessment.web.inputs import Input, choices

STEP_TEXTS = {
    "suspend": _l("Suspend: it does not hold until it is reinstated"),
    "reinstate": _l("Reinstate: it holds again"),
    "revoke": _l("Revoke: it never holds again"),
}


class ProposalInput(Input):
    """A proposed change of a certificate's status."""

    step = RadioField(_l("What shall change"), choices=choices(STEP_TEXTS), validators=[DataRequired()])
    reason = TextAreaField(
        _l("Reason"),
        validators=[DataRequired(), Length(min=5, max=2000)],
        description=_l("It is kept with your name and the time. No personal data of others."),
    )


class AnswerInput(Input):
    """A second person's answer to a proposal."""

    answer = RadioField(
        _l("Your answer"),
        choices=choices({"confirm": _l("Confirm: it takes effect at once"), "refuse": _l("Turn down")}),
        validators=[DataRequired()],
    )
    note = TextAreaField(_l("Note"), validators=[Optional(), Length(max=2000)])


SHOWN_TEXTS = {
    "whole": _l("Everything: my name, what was proved, and whether it stands"),
    "result": _l("The result only: what was proved and whether it stands, without my name"),
    "yes_or_no": _l("Yes or no: whether I hold a valid certificate of this scheme"),
}


class LinkInput(Input):
    """What a holder's link shows."""

    shows = RadioField(_l("Who has the link sees"), choices=choices(SHOWN_TEXTS), validators=[DataRequired()])


BASES = {
    Basis.RETEST.value: _l("9.3 a: a new test every three years"),
    Basis.REVALIDATION.value: _l("9.3 b: two welds looked at every two years (manual review)"),
    Basis.CONFIRMATION.value: _l("9.3 c: as long as it is confirmed (manual review)"),
}


class QualificationInput(Input):
    """By which test piece, and for how long."""

    piece = RadioField(_l("Test piece"), validators=[DataRequired()])
    basis = RadioField(_l("How long it holds"), choices=choices(BASES), validators=[DataRequired()])


class EndInput(Input):
    """Why a qualification ends."""

    reason = TextAreaField(
        _l("Reason"),
        validators=[DataRequired(), Length(min=5, max=2000)],
        description=_l("It is kept with your name and the time. No personal data of others."),
    )
