"""What people type about agencies: shape only."""

from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from assessment.web.inputs import Input


class AgencyInput(Input):
    """The agency's name."""

    name = StringField(
        _l("Name of the agency"),
        validators=[DataRequired(), Length(max=120)],
        description=_l("The office, not a person."),
    )


class EndInput(Input):
    """Why something ends."""

    reason = StringField(_l("Reason"), validators=[DataRequired(), Length(min=5, max=500)])
