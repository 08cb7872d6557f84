"""What people type about schemes: shape only; the words for kinds, states and methods; drafts and rules read back."""

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, IntegerField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, Regexp

from assessment.domain.competency import Method
from assessment.domain.errors import N_, Invalid
from assessment.domain.plan import ItemsCut, Kind, LevelAtLeast, SufficiencyRule, WithinLimit, Yes
from assessment.schemes.draft import LOOK_BACK_DAYS, MOST_DAYS, MOST_MEMBERS, MOST_MONTHS, SchemeDraft
from assessment.schemes.queries import MemberUnit, SchemeFacts
from assessment.schemes.tables import SchemeKind
from assessment.web.inputs import Input, choices

KINDS = {
    "kkni": _l("KKNI: a whole level of qualification"),
    "okupasi": _l("Okupasi: an occupation"),
    "klaster": _l("Klaster: a cluster of units"),
}
STATES = {
    "draft": ("waiting", _l("Draft")),
    "published": ("done", _l("Published")),
    "retired": ("ended", _l("Retired")),
}
METHODS = {
    Method.OBSERVED: _l("Observed"),
    Method.PRODUCT: _l("Product"),
    Method.WRITTEN: _l("Written"),
    Method.ORAL: _l("Oral"),
    Method.PORTFOLIO: _l("Portfolio"),
    Method.THIRD_PARTY: _l("Third party"),
}
RULES = {
    Kind.ITEMS: _l("Items: enough questions, and enough of their marks"),
    Kind.LEVEL: _l("Level: judged at this level or higher"),
    Kind.YES: _l("Yes: the answer is yes"),
    Kind.LIMIT: _l("Limit: the measured value is inside its limit"),
}
SCOPES = {
    "process": _l("Process"),
    "position": _l("Position"),
    "product": _l("Product"),
    "material": _l("Material"),
    "work_place": _l("Place of work"),
    "cooking_method": _l("Cooking method"),
    "food_safety": _l("Food safety"),
}
ANSWERED = (Method.WRITTEN, Method.ORAL)

_CUT = re.compile(r"\s*(?:(\d{1,3}(?:[.,]\d{1,4})?)\s*%?|(\d{1,9})\s*/\s*([1-9]\d{0,8}))\s*")


class UploadInput(Input):
    """A scheme as a JSON file."""

    draft = FileField(_l("Scheme file"), validators=[FileRequired()])


class SchemeInput(Input):
    """What a draft says."""

    code = StringField(
        _l("Code"),
        validators=[DataRequired(), Length(max=60), Regexp(r"^[A-Za-z0-9][A-Za-z0-9._-]*$")],
        description=_l("Letters, figures, points and hyphens. It stays the same in every version."),
    )
    kind = RadioField(_l("Kind of scheme"), choices=choices(KINDS))
    title_id = StringField(_l("Title in Indonesian"), validators=[DataRequired(), Length(max=300)])
    title_en = StringField(_l("Title in English"), validators=[DataRequired(), Length(max=300)])
    summary_id = TextAreaField(_l("Summary in Indonesian"), validators=[Optional(), Length(max=8000)])
    summary_en = TextAreaField(_l("Summary in English"), validators=[Optional(), Length(max=8000)])
    core_units = SelectMultipleField(_l("Core units"), validators=[Optional()])
    elective_units = SelectMultipleField(_l("Elective units"), validators=[Optional()])
    electives_required = IntegerField(
        _l("Elective units that a candidate must pass"), validators=[InputRequired(), NumberRange(0, 100)], default=0
    )
    scope = TextAreaField(
        _l("Scope"),
        validators=[Optional(), Length(max=8000)],
        description=_l("One value a line, with its name: process: SMAW (111)"),
    )
    prerequisites_id = TextAreaField(
        _l("Prerequisites in Indonesian"), validators=[Optional(), Length(max=8000)], description=_l("One a line.")
    )
    prerequisites_en = TextAreaField(
        _l("Prerequisites in English"),
        validators=[Optional(), Length(max=8000)],
        description=_l("One a line, in the same order."),
    )
    validity_months = IntegerField(
        _l("Validity of the certificate"), validators=[InputRequired(), NumberRange(1, MOST_MONTHS)], default=36
    )
    quorum = IntegerField(
        _l("Members of a decision meeting, at least"),
        validators=[InputRequired(), NumberRange(2, MOST_MEMBERS)],
        default=3,
    )
    outside_members = IntegerField(
        _l("Of these, from outside"), validators=[InputRequired(), NumberRange(0, MOST_MEMBERS)], default=0
    )
    look_back_days = IntegerField(
        _l("Who trained or assessed a candidate does not decide for"),
        validators=[InputRequired(), NumberRange(0, MOST_DAYS)],
        default=LOOK_BACK_DAYS,
    )
    sample = BooleanField(_l("This is a sample: its certificates are stamped as such, and exposed items are allowed"))

    def offer_units(self, offered: Sequence[tuple[str, str]], members: Sequence[MemberUnit] = ()) -> "SchemeInput":
        """Name the units that can be picked, as (code, title); a draft's own units are always among them."""
        known = {member.code: member.code for member in members}
        known |= {code: f"{code} {title}"[:300] for code, title in offered}
        self.core_units.choices = choices(known)
        self.elective_units.choices = choices(known)
        return self


def scheme_values(facts: SchemeFacts, members: Sequence[MemberUnit]) -> dict[str, object]:
    """Return what a draft says as the values of `SchemeInput`."""
    return {
        "code": facts.code,
        "kind": facts.kind.value,
        "title_id": facts.titles.get("id", ""),
        "title_en": facts.titles.get("en", ""),
        "summary_id": facts.summaries.get("id", ""),
        "summary_en": facts.summaries.get("en", ""),
        "core_units": [member.code for member in members if member.core],
        "elective_units": [member.code for member in members if not member.core],
        "electives_required": facts.electives_required,
        "scope": "\n".join(f"{name}: {value}" for name, value in facts.scope),
        "prerequisites_id": _as_lines(facts, "id"),
        "prerequisites_en": _as_lines(facts, "en"),
        "validity_months": facts.validity_months,
        "quorum": facts.quorum,
        "outside_members": facts.outside_members,
        "look_back_days": facts.look_back_days,
        "sample": facts.sample,
    }


def draft_of(form: SchemeInput) -> SchemeDraft:
    """Read the input as a draft without cells. Raises Invalid for lines that do not fit each other."""
    indonesian, english = _lines(form.prerequisites_id.data), _lines(form.prerequisites_en.data)
    if len(indonesian) != len(english):
        raise Invalid(
            N_("Expected as many prerequisites in English as in Indonesian, got %(english)s and %(indonesian)s."),
            english=len(english),
            indonesian=len(indonesian),
        )
    summaries = {"id": form.summary_id.data or "", "en": form.summary_en.data or ""}
    return SchemeDraft(
        code=form.code.data or "",
        kind=SchemeKind(form.kind.data),
        titles={"id": (form.title_id.data or "").strip(), "en": (form.title_en.data or "").strip()},
        summaries={language: text.strip() for language, text in summaries.items() if text.strip()},
        core_units=tuple(form.core_units.data or ()),
        elective_units=tuple(form.elective_units.data or ()),
        electives_required=form.electives_required.data or 0,
        scope=tuple(dict.fromkeys(_scope_value(line) for line in _lines(form.scope.data))),
        prerequisites=tuple({"id": one, "en": other} for one, other in zip(indonesian, english, strict=True)),
        validity_months=form.validity_months.data or 0,
        quorum=form.quorum.data or 0,
        outside_members=form.outside_members.data or 0,
        look_back_days=form.look_back_days.data or 0,
        sample=bool(form.sample.data),
    )


def _as_lines(facts: SchemeFacts, language: str) -> str:
    return "\n".join(" ".join(each.texts.get(language, "").split()) for each in facts.prerequisites)


def _lines(text: str | None) -> list[str]:
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def _scope_value(line: str) -> tuple[str, str]:
    name, colon, value = (part.strip() for part in line.partition(":"))
    if not (name and colon and value):
        raise Invalid(N_("Scope: expected a name and a value, such as process: SMAW (111), got %(line)s."), line=line)
    return name, value


class CellInput(Input):
    """The sufficiency rule of one cell."""

    kind = RadioField(_l("The evidence suffices by"))
    minimum_items = IntegerField(
        _l("Items, at least"), validators=[Optional(), NumberRange(1, 100)], description=_l("For the rule on items.")
    )
    cut = StringField(
        _l("Part of their marks, at least"),
        validators=[Optional(), Length(max=24), Regexp(f"^{_CUT.pattern}$")],
        description=_l("For the rule on items: 50 % or 1/2."),
    )
    level = SelectField(
        _l("Level"),
        choices=choices({"1": "1", "2": "2", "3": "3"}),
        description=_l("For the rule on levels, on the scale from 0 to 3."),
    )

    def offer_rules(self, method: Method) -> "CellInput":
        """Offer the rules that fit a method."""
        fitting = (Kind.ITEMS, Kind.LEVEL, Kind.YES) if method in ANSWERED else (Kind.LEVEL, Kind.YES, Kind.LIMIT)
        self.kind.choices = choices({kind.value: RULES[kind] for kind in fitting})
        return self


def cell_values(rule: SufficiencyRule | None) -> Mapping[str, object]:
    """Return a rule as the values of `CellInput`."""
    match rule:
        case None:
            return {"minimum_items": 2, "cut": "50 %", "level": "1"}
        case ItemsCut(minimum_items=minimum_items, cut=cut):
            return {
                "kind": Kind.ITEMS.value,
                "minimum_items": minimum_items,
                "cut": written_cut(cut).replace("\N{NO-BREAK SPACE}", " "),
                "level": "1",
            }
        case LevelAtLeast(level=level):
            return {"kind": Kind.LEVEL.value, "level": str(level), "minimum_items": 2, "cut": "50 %"}
        case Yes():
            return {"kind": Kind.YES.value, "minimum_items": 2, "cut": "50 %", "level": "1"}
        case WithinLimit():
            return {"kind": Kind.LIMIT.value, "minimum_items": 2, "cut": "50 %", "level": "1"}


def written_cut(cut: Fraction) -> str:
    """Return a fraction as a percentage where it is a whole one, else as it is."""
    percent = cut * 100
    return f"{percent.numerator}\N{NO-BREAK SPACE}%" if percent.denominator == 1 else f"{cut}"


def rule_of(form: CellInput) -> SufficiencyRule:
    """Read the input as a rule. Raises Invalid when a number that the rule needs is missing or out of range."""
    match Kind(form.kind.data):
        case Kind.ITEMS:
            if form.minimum_items.data is None or not form.cut.data:
                raise Invalid(N_("The rule on items needs a number of items and a part of their marks."))
            return ItemsCut(minimum_items=form.minimum_items.data, cut=_cut(form.cut.data))
        case Kind.LEVEL:
            return LevelAtLeast(level=int(form.level.data))
        case Kind.YES:
            return Yes()
        case Kind.LIMIT:
            return WithinLimit()


def _cut(text: str) -> Fraction:
    found = _CUT.fullmatch(text)
    if found is None:
        raise Invalid(N_("Expected a part such as 50 %% or 1/2, got %(got)s."), got=text)
    percent, numerator, denominator = found.groups()
    return Fraction(percent.replace(",", ".")) / 100 if percent else Fraction(int(numerator), int(denominator))
