"""What people type about marking: shape only."""

from decimal import Decimal

from flask_babel import lazy_gettext as _l
from wtforms import DecimalField, FieldList, FormField, StringField, TextAreaField
from wtforms import Form as Fields
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from assessment.domain.exams.marking import MOST_CRITERIA, MarkingRubric, lines_of
from assessment.exams.marks import rule_of
from assessment.exams.tables import Form
from assessment.web.inputs import Input

SPARE_CRITERIA = 2
FEWEST_CRITERIA = 3


class CriterionInput(Fields):
    """One criterion of a rubric; left empty it is none."""

    title = StringField(_l("Criterion"), validators=[Optional(), Length(max=200)])
    levels = TextAreaField(
        _l("Levels"),
        validators=[Optional(), Length(max=4000)],
        description=_l("One a line, from 0 points up: the points, a colon, what they mean."),
    )


class RubricInput(Input):
    """A rubric of several criteria."""

    criteria = FieldList(FormField(CriterionInput), max_entries=MOST_CRITERIA)


class MarkingRuleInput(Input):
    """How far two markers may be apart."""

    points = DecimalField(_l("Points"), validators=[InputRequired(), NumberRange(0, 1000)], places=2)
    share = DecimalField(
        _l("Share of the item’s points"),
        validators=[InputRequired(), NumberRange(0, 100)],
        places=0,
        default=Decimal(20),
    )


def rule_input(form: Form) -> MarkingRuleInput:
    """Return the input with the rule that a form has now."""
    rule = rule_of(form)
    fields = MarkingRuleInput(formdata=None)
    fields.points.data = Decimal(rule.points.numerator) / rule.points.denominator
    fields.share.data = Decimal(rule.share.numerator * 100) / rule.share.denominator
    return fields


def rubric_input(rubric: MarkingRubric | None) -> RubricInput:
    """Return the input with a rubric in it, and room for more criteria."""
    form = RubricInput()
    if form.is_submitted():
        return form
    for criterion in rubric.criteria if rubric else ():
        form.criteria.append_entry({"title": criterion.title, "levels": lines_of(criterion)})
    wanted = max(FEWEST_CRITERIA, len(form.criteria) + SPARE_CRITERIA)
    while len(form.criteria) < min(wanted, MOST_CRITERIA):
        form.criteria.append_entry()
    return form
