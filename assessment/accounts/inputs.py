"""What people type about accounts and persons: shape only."""

from flask_babel import lazy_gettext as _l
from wtforms import PasswordField, StringField
from wtforms.validators import DataRequired, Length

from assessment.web.inputs import Input


class SignInInput(Input):
    """Login and password."""

    login = StringField(_l("Login"), validators=[DataRequired(), Length(max=120)])
    password = PasswordField(_l("Password"), validators=[DataRequired(), Length(max=200)])
