"""What people type about accounts and persons: shape only."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import DateField, PasswordField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, EqualTo, Length, Optional

from assessment.domain.language import LANGUAGES
from assessment.domain.roles import Role
from assessment.web.inputs import Input, choices

DOCUMENTS = {"passport": _l("Passport"), "ktp": _l("Identity card (KTP)")}
ROLES = {
    Role.ADMINISTRATOR: _l("Administrator"),
    Role.SCHEME_MANAGER: _l("Scheme manager"),
    Role.ITEM_AUTHOR: _l("Item author"),
    Role.INVIGILATOR: _l("Invigilator"),
    Role.ASSESSOR: _l("Assessor"),
    Role.DECIDER: _l("Decision meeting"),
    Role.RELEASER: _l("Releaser"),
    Role.QUALITY_MANAGER: _l("Quality manager"),
    Role.OFFICIAL: _l("Official"),
    Role.CANDIDATE: _l("Candidate"),
}
SITE_KINDS = {
    "sewaktu": _l("for the occasion"),
    "tempat_kerja": _l("workplace"),
    "mandiri": _l("independent"),
}


class SignInInput(Input):
    """Login and password."""

    login = StringField(_l("Login"), validators=[DataRequired(), Length(max=120)])
    password = PasswordField(_l("Password"), validators=[DataRequired(), Length(max=200)])


class DocumentInput(Input):
    """An identity document."""

    kind = SelectField(_l("Document"), choices=choices(DOCUMENTS))
    number = StringField(_l("Number"), validators=[DataRequired(), Length(max=40)])
    valid_until = DateField(
        _l("Valid until"), validators=[Optional()], description=_l("Left empty when it does not expire.")
    )


class CheckInInput(Input):
    """The comparison of a candidate with a document, at an exam or a practical."""

    document_id = RadioField(_l("Document that was shown"), validators=[DataRequired()])
    photo = FileField(_l("Photo of the candidate"))
    exception = TextAreaField(
        _l("Anything that does not fit"),
        validators=[Optional(), Length(max=2000)],
        description=_l("It is shown to those who decide. Leave it empty when everything fits."),
    )


class PersonInput(Input):
    """A person as their document says."""

    name = StringField(
        _l("Name as in the document"),
        validators=[DataRequired(), Length(max=120)],
        description=_l("The whole name in one line, in the order of the document. One word is enough."),
    )
    reading = StringField(_l("How the holder writes it in kana or hangul"), validators=[Optional(), Length(max=120)])
    birth_date = DateField(_l("Date of birth"), validators=[DataRequired()])
    phone = StringField(_l("Telephone"), validators=[Optional(), Length(max=40)])
    kind = SelectField(_l("Document"), choices=choices(DOCUMENTS))
    number = StringField(_l("Number"), validators=[DataRequired(), Length(max=40)])
    valid_until = DateField(
        _l("Valid until"), validators=[Optional()], description=_l("Left empty when it does not expire.")
    )


class NameInput(Input):
    """A corrected name."""

    name = StringField(_l("Name as in the document"), validators=[DataRequired(), Length(max=120)])
    reading = StringField(_l("How the holder writes it in kana or hangul"), validators=[Optional(), Length(max=120)])
    reason = StringField(_l("Reason for the correction"), validators=[DataRequired(), Length(min=5, max=500)])


class AccountInput(Input):
    """A login and the language its pages begin in."""

    login = StringField(
        _l("Login"),
        validators=[DataRequired(), Length(min=3, max=60)],
        description=_l("3 to 60 small letters, figures, points and hyphens."),
    )
    locale = RadioField(_l("Language"), choices=choices(LANGUAGES), default="id")


class GrantInput(Input):
    """A role, where, and from when to when."""

    role = SelectField(_l("Role"), choices=choices({role.value: text for role, text in ROLES.items()}))
    site = SelectField(_l("Where"), default="")
    since = DateField(_l("From"), validators=[Optional()], description=_l("Left empty: from now on."))
    until = DateField(_l("To"), validators=[Optional()], description=_l("The last day. Left empty: until it is ended."))


class LicenceInput(Input):
    """A licence of the body."""

    number = StringField(_l("Number of the licence"), validators=[DataRequired(), Length(max=80)])
    authority = StringField(_l("Given by"), validators=[DataRequired(), Length(max=120)])
    authority_number = StringField(
        _l("Number with the national authority"),
        validators=[Optional(), Length(max=80)],
        description=_l("Without it, certificates are titled Record of assessment."),
    )
    schemes = StringField(
        _l("Codes of the schemes"),
        validators=[Optional(), Length(max=1000)],
        description=_l("Separated by commas. Left empty: every scheme."),
    )
    valid_from = DateField(_l("Valid from"), validators=[DataRequired()])
    valid_until = DateField(_l("Valid until"), validators=[DataRequired()])


class SiteInput(Input):
    """A test site with its verification."""

    name = StringField(_l("Name of the site"), validators=[DataRequired(), Length(max=120)])
    city = StringField(_l("City"), validators=[DataRequired(), Length(max=80)])
    kind = SelectField(_l("Kind of site"), choices=choices(SITE_KINDS))
    verified_from = DateField(_l("Verified from"), validators=[DataRequired()])
    verified_until = DateField(_l("Verified until"), validators=[DataRequired()])


class VerificationInput(Input):
    """The dates of a site's newest verification."""

    site = SelectField(_l("Site"))
    verified_from = DateField(_l("Verified from"), validators=[DataRequired()])
    verified_until = DateField(_l("Verified until"), validators=[DataRequired()])


class RegistrationInput(Input):
    """An assessor's registration."""

    number = StringField(_l("Registration number"), validators=[DataRequired(), Length(max=80)])
    valid_from = DateField(_l("Valid from"), validators=[DataRequired()])
    valid_until = DateField(_l("Valid until"), validators=[DataRequired()])


class PasswordInput(Input):
    """One's own new password."""

    current = PasswordField(_l("Password now"), validators=[DataRequired(), Length(max=200)])
    new = PasswordField(
        _l("New password"),
        validators=[DataRequired(), Length(max=200)],
        description=_l("At least 10 characters. Three or four words that only you would put together are good."),
    )
    again = PasswordField(
        _l("New password again"), validators=[EqualTo("new", message=_l("The two new passwords differ."))]
    )
