"""What people type about items: shape only; and the words for kinds, uses and outcomes."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import RadioField, SelectField, StringField
from wtforms.validators import Length

from assessment.domain.items.authoring.draft import FORMS
from assessment.domain.language import LANGUAGES
from assessment.web.inputs import Input, choices

KINDS = {
    "single_choice": _l("Single choice"),
    "multiple_response": _l("Multiple response"),
    "numeric_entry": _l("Numeric entry"),
    "text_entry": _l("Text entry"),
    "inline_choice": _l("Inline choice"),
    "order": _l("Order"),
    "match": _l("Match"),
    "gap_match": _l("Gap match"),
    "hot_text": _l("Hot text"),
    "slider": _l("Slider"),
    "extended_text": _l("Extended text"),
    "associate": _l("Associate"),
    "hotspot": _l("Hotspot"),
    "graphic_order": _l("Graphic order"),
    "graphic_associate": _l("Graphic associate"),
    "graphic_gap_match": _l("Graphic gap match"),
    "select_point": _l("Select point"),
    "position_object": _l("Position object"),
    "upload": _l("Upload"),
    "composite": _l("Several interactions"),
}
USES = {
    "operational": _l("Operational"),
    "pretest": _l("Pretest"),
    "exposed": _l("Exposed"),
}
OUTCOMES = {
    "imported": _l("Whole"),
    "degraded": _l("With losses"),
    "refused": _l("Refused"),
}
CHANGES = {
    "new": _l("New item"),
    "version": _l("New version"),
    "language": _l("New language"),
    "unchanged": _l("Nothing new"),
    "none": _l("Nothing stored"),
}


class UploadInput(Input):
    """A QTI file and what its new items are for."""

    package = FileField(_l("QTI file or table"), validators=[FileRequired()])
    use = RadioField(
        _l("New items are"),
        choices=choices(
            {
                "operational": _l("operational: secret, counted in exams"),
                "pretest": _l("pretest: secret, tried out without counting"),
                "exposed": _l("exposed: public, for samples only; this cannot be taken back"),
            }
        ),
    )


class NewDraftInput(Input):
    """What a new item is to be."""

    kind = RadioField(
        _l("What does the candidate do?"),
        choices=choices({kind: KINDS[kind] for kind in FORMS}),
        default="single_choice",
    )
    use = RadioField(
        _l("What is the item for?"),
        choices=choices(
            {
                "operational": _l("operational: secret, counted in exams"),
                "pretest": _l("pretest: secret, tried out without counting"),
                "exposed": _l("exposed: public, for samples only; this cannot be taken back"),
            }
        ),
        default="operational",
    )


class FilterInput(Input):
    """What a list of items is narrowed to."""

    class Meta(Input.Meta):
        """A list is read by address; nothing is changed."""

        csrf = False

    q = StringField(_l("Identifier, words or criterion"), validators=[Length(max=120)])
    unit = SelectField(_l("Unit"), default="")
    kind = SelectField(_l("Kind"), choices=choices({"": _l("All kinds"), **KINDS}), default="")
    use = SelectField(
        _l("Use"),
        choices=choices({"": _l("All in use"), **USES, "retired": _l("Retired")}),
        default="",
    )
    missing = SelectField(
        _l("Language missing"),
        choices=choices({"": _l("Does not matter"), **LANGUAGES}),
        default="",
    )

    state = SelectField(
        _l("State"),
        choices=choices(
            {
                "": _l("Does not matter"),
                "draft": _l("Being changed"),
                "reviewed": _l("Reviewed here"),
                "unreviewed": _l("Not reviewed here"),
                "unused": _l("Never shown"),
                "no_criterion": _l("Without a criterion"),
            }
        ),
        default="",
    )
    sort = SelectField(
        _l("Order"),
        choices=choices(
            {
                "identifier": _l("By identifier"),
                "newest": _l("Changed last first"),
                "shown": _l("Shown most first"),
                "last": _l("Used last first"),
            }
        ),
        default="identifier",
    )

    def offer_units(self, units: Sequence[tuple[str, str]]) -> "FilterInput":
        """Name the units that can be chosen, as (id, text)."""
        self.unit.choices = choices({"": _l("All units"), **dict(units)})
        return self
