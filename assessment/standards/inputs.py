"""What people type about standards: shape only; and the words for states and oddities."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import RadioField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional

from assessment.standards.completing import LONGEST_NOTE, LONGEST_SOURCE
from assessment.web.inputs import Input, choices

STATES = {
    "published": ("done", _l("Published")),
    "retired": ("ended", _l("Retired")),
}
KINDS = {
    "unit": _l("Unit"),
    "element": _l("Element"),
    "criterion": _l("Criterion"),
    "other": _l("Other entry"),
}
ODDITIES = {
    "duplicate_same": _l("Items that stand twice"),
    "duplicate_different": _l("Different items with one identifier"),
    "duplicate_association": _l("Associations with one identifier"),
    "no_parent": _l("Items without a parent"),
    "parent_outside": _l("Parents outside of the package"),
    "child_outside": _l("Children outside of the package"),
    "several_parents": _l("Items with several parents"),
    "cycle": _l("Items that are each other's parents"),
    "outside_of_unit": _l("Elements or criteria outside of any unit"),
    "end_outside": _l("Associations that lead out of the package"),
    "no_sequence": _l("Missing sequence numbers"),
    "same_sequence": _l("Equal sequence numbers"),
    "package_address": _l("Address of the package in another form"),
    "link_as_text": _l("Links that are only an address"),
    "member_missing": _l("Missing members"),
    "empty_statement": _l("Empty statements"),
    "long_statement": _l("Long statements"),
    "markup": _l("Statements with markup"),
    "unknown_type": _l("Unknown types of item"),
    "translation_outside": _l("Translations of something outside"),
    "translation_clash": _l("Two translations into one language"),
    "translation_cycle": _l("Translations of each other"),
    "alias_without_code": _l("Replaced items without a code"),
    "unknown_association": _l("Unknown types of association"),
}


class StandardInput(Input):
    """A CASE package."""

    package = FileField(_l("CASE package"), validators=[FileRequired()])


class CompletenessInput(Input):
    """What somebody found who compared a unit's criteria with its source."""

    complete = RadioField(
        _l("I compared the elements and criteria with the source, and they are"),
        choices=choices(
            {
                "yes": _l("complete: every criterion of the source stands here"),
                "no": _l("not complete: something is missing or differs"),
            }
        ),
    )
    source = StringField(
        _l("Source"),
        validators=[DataRequired(), Length(max=LONGEST_SOURCE)],
        description=_l("Title, number and year of the document, and where it is kept."),
    )
    note = TextAreaField(_l("Note"), validators=[Optional(), Length(max=LONGEST_NOTE)])
