"""What people type about applications, evidence, meetings and appeals: shape only."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    DateTimeLocalField,
    Field,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from assessment.certification.tables import Choice, Purpose
from assessment.certification.wording import PURPOSES
from assessment.domain.practicals.reassessment import LONGEST
from assessment.practicals.tables_assigning import Closeness, NamedBy
from assessment.web.inputs import Input, choices

MOMENT = "%Y-%m-%dT%H:%M"
LONG = Length(max=2_000)
OUTCOMES = {
    Choice.COMPETENT.value: _l("Competent (K)"),
    Choice.NOT_YET_COMPETENT.value: _l("Not yet competent (BK)"),
}
YES_NO = {"yes": _l("Yes"), "no": _l("No")}


class ProgrammeInput(Input):
    """Training or programme with who trained, who pays, what help is needed."""

    programme = TextAreaField(
        _l("Training or programme"),
        description=_l("Its name, where it was, and who trained you. Nobody who trained you decides about you."),
        validators=[DataRequired(), LONG],
    )
    payer = StringField(
        _l("Who pays"),
        description=_l("For example: I pay myself, my employer, a programme."),
        validators=[DataRequired(), LONG],
    )
    adjustment = TextAreaField(
        _l("What you need to be tested fairly"),
        description=_l(
            "For example: more time, larger letters, an interpreter. It is arranged and does not lower the mark."
        ),
        validators=[Optional(), LONG],
    )


def claims_input(prerequisites: Sequence[tuple[str, str]]) -> tuple[Input, dict[str, Field]]:
    """Return the input of the prerequisites, and by prerequisite id its field; `prerequisites`: (id, statement)."""
    names = {id_: f"claim_{place}" for place, (id_, _) in enumerate(prerequisites)}
    fields = {
        names[id_]: TextAreaField(statement, validators=[DataRequired(), LONG]) for id_, statement in prerequisites
    }
    kind = type("ClaimsInput", (Input,), fields)
    made: Input = kind()
    return made, {id_: made[name] for id_, name in names.items()}


def self_assessment_input(elements: Sequence[tuple[str, str]]) -> tuple[Input, dict[str, tuple[Field, Field]]]:
    """Return the input of the self-assessment, and by element id its two fields; `elements`: (id, text)."""
    fields: dict[str, Field] = {}
    names = {id_: (f"able_{place}", f"evidence_{place}") for place, (id_, _) in enumerate(elements)}
    for id_, text in elements:
        able, evidence = names[id_]
        fields[able] = RadioField(
            text,
            choices=choices({"yes": _l("I can do this"), "no": _l("Not yet")}),
            validators=[InputRequired(_l("Choose one of the two."))],
        )
        fields[evidence] = TextAreaField(
            _l("What shows it"),
            validators=[Optional(), LONG],
        )
    kind = type("SelfAssessmentInput", (Input,), fields)
    made: Input = kind()
    return made, {id_: (made[able], made[evidence]) for id_, (able, evidence) in names.items()}


def consents_input(purposes: Iterable[Purpose], *, minor: bool) -> tuple[Input, Mapping[Purpose, Field]]:
    """Return the input of the consents, and by purpose its field; under 18 it asks for the guardian."""
    fields: dict[str, Field] = {
        purpose.value: RadioField(
            PURPOSES[purpose], choices=choices(YES_NO), validators=[InputRequired(_l("Choose one of the two."))]
        )
        for purpose in purposes
    }
    if minor:
        fields["by_guardian"] = BooleanField(
            _l("I am the parent or guardian, I have read this with the candidate, and these answers are mine."),
        )
    kind = type("ConsentsInput", (Input,), fields)
    made: Input = kind()
    return made, {purpose: made[purpose.value] for purpose in purposes}


class ReasonInput(Input):
    """Why something is done."""

    reason = TextAreaField(_l("Reason"), validators=[DataRequired(), Length(min=5, max=2_000)])


class CheckInput(Input):
    """The proof of a prerequisite was seen, or not accepted."""

    prerequisite_id = HiddenField(validators=[DataRequired()])
    accepted = RadioField(
        _l("The proof"),
        choices=choices({"yes": _l("Seen and accepted"), "no": _l("Not accepted")}),
        validators=[InputRequired()],
    )
    note = StringField(_l("What was seen, or why it is not accepted"), validators=[Optional(), LONG])


class DocumentInput(Input):
    """An identity document that the officer holds in their hands."""

    kind = SelectField(_l("Document"), choices=choices({"passport": _l("Passport"), "ktp": _l("Identity card (KTP)")}))
    number = StringField(_l("Number"), validators=[DataRequired(), Length(max=40)])
    valid_until = DateField(_l("Valid until"), validators=[Optional()])


class PersonInput(Input):
    """One person, chosen from a list."""

    person_id = SelectField(_l("Person"), validators=[DataRequired()])


class RosterPlaceInput(Input):
    """A place on the roster of a sitting."""

    sitting_id = SelectField(_l("Sitting"), validators=[DataRequired()])
    extra_minutes = IntegerField(_l("Extra time"), validators=[InputRequired(), NumberRange(0, 1440)], default=0)
    late_reason = StringField(_l("Reason, if the roster is closed"), validators=[Optional(), LONG])


class AgainInput(Input):
    """A re-assessment: site, one to three assessors and time; what is marked again follows from the earlier results."""

    site_id = SelectField(_l("Site"), validators=[DataRequired()])
    assessor_id = SelectField(_l("Assessor"), validators=[DataRequired()])
    second_id = SelectField(_l("Second assessor"), validators=[Optional()])
    third_id = SelectField(_l("Third assessor"), validators=[Optional()])
    starts_at = DateTimeLocalField(_l("Starts at"), format=MOMENT, validators=[InputRequired()])
    over_limit = StringField(
        _l("Why above the day's limit"),
        description=_l("Only where an assessor has more practicals that day than the scheme allows."),
        validators=[Optional(), Length(max=500)],
    )


class PracticalPlaceInput(AgainInput):
    """A practical: beside where, by whom and when, its task."""

    task_id = SelectField(_l("Task"), validators=[DataRequired()])


class CarryOverInput(Input):
    """For how many days a scheme lets marks be carried over."""

    days = IntegerField(
        _l("Days"),
        description=_l("0: nothing is carried over, and everything is marked again."),
        validators=[InputRequired(), NumberRange(0, LONGEST)],
    )


CLOSENESS = {
    Closeness.FAMILY.value: _l("Family"),
    Closeness.TRAINED.value: _l("Trained the candidate"),
    Closeness.EMPLOYER.value: _l("Employer or superior"),
    Closeness.OTHER.value: _l("Something else"),
}


OWN_CLOSENESS = {
    Closeness.FAMILY.value: _l("Family"),
    Closeness.TRAINED.value: _l("Trained me"),
    Closeness.EMPLOYER.value: _l("My employer or superior"),
    Closeness.OTHER.value: _l("Something else"),
}


class NameInput(Input):
    """Whom the candidate finds too close, and how."""

    person_id = HiddenField(validators=[DataRequired()])
    closeness = RadioField(
        _l("How close is this person to you?"),
        choices=choices(OWN_CLOSENESS),
        validators=[DataRequired()],
    )
    words = StringField(
        _l("In your own words"),
        description=_l("Needed for something else, from 5 characters on."),
        validators=[Optional(), Length(max=500)],
    )


class TooCloseInput(Input):
    """Who must not mark on an application, on whose word, and why."""

    person_id = SelectField(_l("Person"), validators=[DataRequired()])
    named_by = RadioField(
        _l("Named by"),
        choices=choices({NamedBy.CANDIDATE: _l("The candidate"), NamedBy.SCHEME: _l("The scheme")}),
        validators=[DataRequired()],
    )
    closeness = SelectField(_l("How close"), choices=choices(CLOSENESS), default=Closeness.OTHER.value)
    too_close_reason = StringField(
        _l("What makes them too close"),
        description=_l("For example: relative, employer, trained them before."),
        validators=[DataRequired(), Length(min=5, max=500)],
    )


class WhoCanInput(Input):
    """For which task and time assessors are looked for."""

    class Meta(Input.Meta):
        """The page only looks; nothing is changed."""

        csrf = False

    task_id = SelectField(_l("Task"), validators=[DataRequired()])
    starts_at = DateTimeLocalField(_l("Starts at"), format=MOMENT, validators=[InputRequired()])


class DayLimitInput(Input):
    """How many practicals of a scheme an assessor may mark a day."""

    practicals = IntegerField(_l("Practicals a day"), validators=[InputRequired(), NumberRange(1, 50)])


class ConfirmInput(Input):
    """The four rules of evidence, for one unit and method."""

    unit_id = HiddenField(validators=[DataRequired()])
    method = HiddenField(validators=[DataRequired()])
    valid = BooleanField(_l("Valid: it measures this unit"))
    authentic = BooleanField(_l("Authentic: the candidate's own work"))
    current = BooleanField(_l("Current: as the work is done now"))
    sufficient = BooleanField(_l("Sufficient: enough to judge by"))


class OralInput(Input):
    """An oral question with its answer."""

    criterion_id = SelectField(_l("Criterion"), validators=[DataRequired()])
    question = TextAreaField(_l("Question"), validators=[DataRequired(), Length(max=4_000)])
    answer = TextAreaField(_l("Answer in the candidate's words"), validators=[DataRequired(), Length(max=4_000)])
    sufficient = RadioField(
        _l("The answer"),
        choices=choices({"yes": _l("Suffices"), "no": _l("Does not suffice")}),
        validators=[InputRequired()],
    )


class FollowUpInput(Input):
    """More evidence is needed: of what, why, until when."""

    criterion_id = SelectField(_l("Criterion"), validators=[DataRequired()])
    reason = TextAreaField(_l("What is needed and why"), validators=[DataRequired(), Length(min=5, max=2_000)])
    due_on = DateField(_l("Until"), validators=[InputRequired()])


class RecommendationInput(Input):
    """K or BK, with a note."""

    outcome = RadioField(
        _l("Recommendation"),
        choices=choices(OUTCOMES),
        validators=[InputRequired()],
    )
    note = TextAreaField(_l("Note for the meeting"), validators=[Optional(), LONG])


class MeetingInput(Input):
    """A new meeting."""

    number = StringField(
        _l("Minutes number"),
        description=_l("As it will stand in the minutes, for example PLENO/2026/07."),
        validators=[DataRequired(), Length(max=60)],
    )


class MemberInput(Input):
    """A member is invited."""

    person_id = SelectField(_l("Member"), validators=[DataRequired()])
    outside = BooleanField(_l("From outside: belongs neither to this body nor to its parent"))


class CasesInput(Input):
    """Applications put before a meeting."""

    application_ids = SelectMultipleField(_l("Cases"), validators=[DataRequired()])


class DeclarationInput(Input):
    """A conflict of interest, or none."""

    conflict = RadioField(
        _l("Conflict of interest"),
        choices=choices({"no": _l("I have none on this case"), "yes": _l("I have one and do not vote")}),
        validators=[InputRequired()],
    )
    detail = StringField(_l("What it is, if there is one"), validators=[Optional(), LONG])


class VoteInput(Input):
    """K or BK, with a reason."""

    choice = RadioField(
        _l("Your vote"),
        choices=choices(OUTCOMES),
        validators=[InputRequired()],
    )
    reason = TextAreaField(_l("Reason"), description=_l("Needed for BK."), validators=[Optional(), LONG])


class AppealInput(Input):
    """The appeal with its three questions (FR.AK.04)."""

    process_explained = RadioField(
        _l("Was the way to appeal explained to you?"), choices=choices(YES_NO), validators=[InputRequired()]
    )
    discussed_with_assessor = RadioField(
        _l("Did you talk about it with the assessor?"), choices=choices(YES_NO), validators=[InputRequired()]
    )
    wants_help = RadioField(
        _l("Do you want somebody to help you with the appeal?"), choices=choices(YES_NO), validators=[InputRequired()]
    )
    grounds = TextAreaField(
        _l("Why you appeal"),
        description=_l("Say in your own words what you think was not right."),
        validators=[DataRequired(), Length(min=10, max=4_000)],
    )


class AppealAnswerInput(Input):
    """Upheld or dismissed, with the reason that the candidate reads."""

    upheld = RadioField(
        _l("Answer"),
        choices=choices(
            {"yes": _l("Upheld: the candidate is assessed again"), "no": _l("Dismissed: the decision stays")}
        ),
        validators=[InputRequired()],
    )
    reason = TextAreaField(_l("Reason"), validators=[DataRequired(), Length(min=5, max=2_000)])


class CaseInput(Input):
    """What was done about a decision that a regrade touched."""

    note = TextAreaField(
        _l("What was done, or why nothing is needed"), validators=[DataRequired(), Length(min=5, max=2_000)]
    )


def yes(field: Field) -> bool:
    """Whether a yes-or-no field says yes."""
    return bool(field.data == "yes")


def in_zone(value: datetime, zone: str) -> datetime:
    """The moment that a person meant who typed a time of day in the body's zone."""
    return value.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
