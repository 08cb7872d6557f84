"""Rules and expressions as QTI writes them, read and run."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from assessment.domain.items.processing.check import check_rules
from assessment.domain.items.processing.evaluate import run_rules
from assessment.domain.items.processing.rules import RuleProcessing
from assessment.domain.items.processing.values import Atom, Value, lexical
from assessment.domain.items.qti.rules_read import read_rules
from assessment.domain.items.qti.xml import QTI, children, parse
from assessment.domain.items.variables import (
    BaseType,
    Cardinality,
    OutcomeDeclaration,
    ResponseDeclaration,
    Scalar,
)

SCORE = OutcomeDeclaration(identifier="SCORE", base_type=BaseType.FLOAT)


def response(
    identifier: str, kind: str, *, correct: tuple[Scalar, ...] = (), default: tuple[Scalar, ...] = ()
) -> ResponseDeclaration:
    """A response variable; `kind` is cardinality and base-type: "multiple identifier"."""
    cardinality, base_type = kind.split()
    return ResponseDeclaration(
        identifier=identifier,
        cardinality=Cardinality(cardinality),
        base_type=BaseType(base_type),
        correct=correct,
        default=default,
    )


RESPONSES = (
    response("CHOICE", "single identifier", correct=("B",)),
    response("CHOICES", "multiple identifier", correct=("A", "B")),
    response("ORDER", "ordered identifier", correct=("A", "B", "C")),
    response("NUMBER", "single float", correct=(Decimal("2.5"),)),
    response("WHOLE", "single integer", default=(Decimal(7),)),
    response("NUMBERS", "multiple float"),
    response("TEXT", "single string"),
    response("POINTS", "multiple point"),
    response("PAIRS", "multiple pair"),
    response("TYPED", "record string"),
    response("TRUTH", "single boolean"),
)


def read(rules: str, *, outcome: str = "SCORE") -> RuleProcessing:
    """Read rules from the inside of a `qti-response-processing` element."""
    root = parse(f'<qti-response-processing xmlns="{QTI}">{rules}</qti-response-processing>'.encode())
    return RuleProcessing(rules=read_rules(children(root)), outcome=outcome)


def run(
    rules: str,
    given: Mapping[str, tuple[Scalar, ...]] | None = None,
    *,
    outcomes: tuple[OutcomeDeclaration, ...] = (SCORE,),
    responses: tuple[ResponseDeclaration, ...] = RESPONSES,
    seed: bytes = b"",
) -> dict[str, Value | None]:
    """Return the outcomes of rules, once they have passed the check."""
    processing = check_rules(read(rules), responses, outcomes)
    return run_rules(processing, responses, outcomes, given or {}, seed=seed)


def result(expression: str, kind: str = "single float", *, seed: bytes = b"", **given: tuple[Scalar, ...]) -> object:
    """Return what an expression gives: a Fraction, a bool, a text, a tuple for a container, None for NULL."""
    cardinality, base_type = kind.split()
    outcome = OutcomeDeclaration(
        identifier="RESULT", base_type=BaseType(base_type), cardinality=Cardinality(cardinality)
    )
    rules = f'<qti-set-outcome-value identifier="RESULT">{expression}</qti-set-outcome-value>'
    value = run(rules, given, outcomes=(SCORE, outcome), seed=seed)["RESULT"]
    if value is None:
        return None
    plain = tuple(map(_plain, value.atoms))
    return plain[0] if value.cardinality is Cardinality.SINGLE else plain


def truth(expression: str, **given: tuple[Scalar, ...]) -> object:
    """Return what a test gives: True, False or None for NULL."""
    return result(expression, "single boolean", **given)


def base(kind: str, value: object) -> str:
    """Write a constant."""
    return f'<qti-base-value base-type="{kind}">{value}</qti-base-value>'


def number(value: object) -> str:
    """Write a float."""
    return base("float", value)


def numbers(text: str) -> str:
    """Write several floats."""
    return "".join(map(number, text.split()))


def variable(name: str) -> str:
    """Write a variable."""
    return f'<qti-variable identifier="{name}"/>'


def operator(name: str, /, *operands: str, **attributes: object) -> str:
    """Write an operator; `_` in the name of an attribute stands for `-`."""
    given = "".join(f' {key.replace("_", "-")}="{value}"' for key, value in attributes.items())
    return f"<qti-{name}{given}>{''.join(operands)}</qti-{name}>"


NULL = "<qti-null/>"
TRUE, FALSE = base("boolean", "true"), base("boolean", "false")


def _plain(atom: Atom) -> object:
    if isinstance(atom, bool):
        return atom
    value = getattr(atom, "value", None)
    return value if isinstance(value, Fraction) else lexical(atom)
