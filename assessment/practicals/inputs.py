"""What people type about tasks: shape only."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import SelectField
from wtforms.validators import Optional

from assessment.web.inputs import Input


class NewTaskInput(Input):
    """What a new task is for, and what it begins with."""

    scheme = SelectField(_l("Scheme"))
    source = SelectField(_l("Begin with"), default="")
    package = FileField(_l("Or a rubric as a CASE file"), validators=[Optional()])
