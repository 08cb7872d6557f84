"""What a checker types or chooses: shape only. No session and no cookie, so no key against forgery either."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, DateField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from assessment.domain.credentials.qr_payload import MAX_TEXT
from assessment.web.inputs import Input

_TOO_LONG = _l("This is too long.")


class _Open(Input):
    """A form that anybody may send from anywhere: it reads and gives nothing that its sender could not ask for."""

    class Meta(Input.Meta):
        """Takes the key of a session away."""

        csrf = False


class NumberInput(_Open):
    """The number printed on the certificate and its holder's date of birth."""

    number = StringField(
        _l("Certificate number"),
        [DataRequired(), Length(max=60, message=_TOO_LONG)],
        description=_l("As printed on the certificate, for example LAS-2026-000001."),
    )
    birth_date = DateField(
        _l("Holder's date of birth"), [DataRequired()], description=_l("As in the holder's passport.")
    )


class FileInput(_Open):
    """The certificate as a file, or a picture of its code."""

    file = FileField(
        _l("File"),
        [FileRequired()],
        description=_l(
            "The PDF or JSON file of the certificate, or a photo (PNG, JPEG) of its large code. At most 10 MB."
        ),
    )


class TextInput(_Open):
    """The text that a scanner returned."""

    text = TextAreaField(
        _l("Text of the code"),
        [DataRequired(), Length(max=MAX_TEXT, message=_TOO_LONG)],
        description=_l("As a scanner shows it: an address, then # and digits."),
    )


class ConfirmationInput(_Open):
    """What an employer states about a holder."""

    name = StringField(
        _l("Your name"), [DataRequired(), Length(max=80, message=_TOO_LONG)], description=_l("It stands on the page.")
    )
    function = StringField(
        _l("Your function"),
        [DataRequired(), Length(max=80, message=_TOO_LONG)],
        description=_l("For example welding supervisor."),
    )
    company = StringField(_l("Company"), [DataRequired(), Length(max=80, message=_TOO_LONG)])
    first_day = DateField(_l("First day of the period"), [DataRequired()])
    last_day = DateField(
        _l("Last day of the period"), [DataRequired()], description=_l("Today, or a day in the last six months.")
    )
    worked = BooleanField(
        _l("I am responsible for this person's work, and they worked in the scope of this certificate in this period."),
        [DataRequired()],
    )
