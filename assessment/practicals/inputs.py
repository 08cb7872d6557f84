"""What people type about practicals: shape only."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import RadioField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional

from assessment.web.inputs import Input


class CheckInInput(Input):
    """The comparison of a candidate with a document."""

    document_id = RadioField(_l("Document that was shown"), validators=[DataRequired()])
    photo = FileField(_l("Photo of the candidate"))
    exception = TextAreaField(
        _l("Anything that does not fit"),
        validators=[Optional(), Length(max=2000)],
        description=_l("It is shown to those who decide. Leave it empty when everything fits."),
    )
