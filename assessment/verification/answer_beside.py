"""What stands beside a certificate, for programs: its qualification and its confirmation as values. Pure.

Names are those of the domain, days are ISO 8601, lengths are millimetres. Each is null where the page says nothing.
"""

from datetime import date
from decimal import Decimal

from assessment.domain.certification.confirmation import holds_until
from assessment.domain.certification.qualification import Range, TestedWeld, last_day, qualified_ranges
from assessment.domain.credentials.verdict import Verification
from assessment.verification.answer import Json
from assessment.verification.beside import Beside, Qualified, Stated
from assessment.verification.present_beside import may_stand_beside, wants_confirmation


def beside_answer(verification: Verification, beside: Beside | None, *, today: date) -> Json:
    """Return {"qualification", "confirmation"} of a certificate; `today` in the issuer's zone."""
    facts = verification.facts
    if beside is None or facts is None or not may_stand_beside(verification):
        return {"qualification": None, "confirmation": None}
    begins = verification.clocks[0].start.date()
    return {
        "qualification": None if beside.qualified is None else _qualification(beside.qualified, today),
        "confirmation": _confirmation(beside.stated, begins, today) if wants_confirmation(facts, beside) else None,
    }


def _qualification(qualified: Qualified, today: date) -> Json:
    last, confirmed = last_day(qualified.welded_on, qualified.basis)
    return {
        "edition": qualified.edition,
        "rules": qualified.rules,
        "basis": qualified.basis.value,
        "welded_on": qualified.welded_on.isoformat(),
        "last_day": None if last is None else last.isoformat(),
        "last_day_confirmed": confirmed,
        "ended": last is not None and last < today,
        "tested": _tested(qualified.weld),
        "ranges": [_range(each) for each in qualified_ranges(qualified.weld)],
    }


def _tested(weld: TestedWeld) -> Json:
    return {
        "process": weld.process,
        "product": weld.product.value,
        "weld": weld.weld.value,
        "position": weld.position,
        "thickness": _millimetres(weld.thickness),
        "weld_thickness": _millimetres(weld.weld_thickness),
        "diameter": _millimetres(weld.diameter),
        "unit": "mm",
    }


def _range(found: Range) -> Json:
    return {
        "quantity": found.quantity.value,
        "codes": list(found.codes),
        "lower": _millimetres(found.lower),
        "upper": _millimetres(found.upper),
        "unit": None if found.codes else "mm",
        "rule": found.rule,
        "confirmed": found.confirmed,
    }


def _millimetres(value: Decimal | None) -> int | float | None:
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def _confirmation(stated: Stated | None, begins: date, today: date) -> Json:
    """Without a statement nothing is confirmed since the certificate begins."""
    since = begins if stated is None else stated.statement.last_day
    return {
        "lapsed": stated is None or today > holds_until(since),
        "since": since.isoformat(),
        "holds_until": None if stated is None else holds_until(since).isoformat(),
        "stated": None if stated is None else _stated(stated),
    }


def _stated(stated: Stated) -> Json:
    said = stated.statement
    return {
        "name": said.name,
        "function": said.function,
        "company": said.company,
        "first_day": said.first_day.isoformat(),
        "last_day": said.last_day.isoformat(),
        "stated_on": stated.stated_on.isoformat(),
        "checked": False,
    }
