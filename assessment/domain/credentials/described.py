"""What can be proved and what was: Open Badges result descriptions of a scheme, and one person's results.

Under an achievement's address every description has a place of its own, so that order never carries meaning:

    #UNIT                          the unit, RubricCriterionLevel with its levels
    #UNIT/level/LEVEL              a level of it
    #UNIT/observed                 a way of proof, Status
    #UNIT/theory                   the written questions on the unit, Percent from 0 to 100
    #practical/RUBRIC/CODE         a line of an assessor's sheet, RubricCriterionLevel with its levels

Specification: https://www.imsglobal.org/spec/ob/v3p0 (ResultDescription, Result, Alignment).
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import lru_cache
from urllib.parse import quote

from assessment.domain.competency import Method
from assessment.domain.credentials.achievement import (
    Achievement,
    AlignedCode,
    Level,
    PracticalCriterion,
    PracticalResult,
    UnitOffered,
    UnitProof,
)
from assessment.domain.errors import N_, Invalid

PRACTICAL = "practical"
THEORY = "theory"
PERCENT = "Percent"
LEVELS = "RubricCriterionLevel"
STATUS = "Status"
COMPLETED = "Completed"
CREDENTIAL_TARGET = "ceterms:Credential"

METHOD_NAMES = {
    Method.OBSERVED: "Observed at work",
    Method.PRODUCT: "Product examined",
    Method.WRITTEN: "Written questions",
    Method.ORAL: "Oral questions",
    Method.PORTFOLIO: "Portfolio examined",
    Method.THIRD_PARTY: "Statement by a third party",
}
THEORY_NAME = "Marks in the written questions, in percent"

Node = dict[str, object]


@lru_cache(maxsize=1024)
def unit_id(achievement: str, code: str) -> str:
    """Return the address of a unit inside an achievement."""
    return f"{achievement}#{quote(code, safe='')}"


@lru_cache(maxsize=4096)
def criterion_id(achievement: str, rubric: str, code: str) -> str:
    """Return the address of a line of an assessor's sheet."""
    return f"{achievement}#{PRACTICAL}/{quote(rubric, safe='')}/{quote(code, safe='')}"


@lru_cache(maxsize=16384)
def level_id(described: str, level: str) -> str:
    """Return the address of a level of what is described under an address."""
    return f"{described}/level/{quote(level, safe='')}"


def describe(achievement: Achievement) -> Node:
    """Return an achievement with the description of everything that can be proved of it."""
    descriptions: list[Node] = []
    for unit in sorted(achievement.units, key=lambda unit: unit.code):
        descriptions.append(_unit(achievement.id, unit))
        descriptions += [_method(achievement.id, unit, method) for method in sorted(unit.methods)]
        if Method.WRITTEN in unit.methods:
            descriptions.append(_theory(achievement.id, unit))
    for criterion in sorted(achievement.practical, key=lambda each: (each.rubric, each.code)):
        descriptions.append(_criterion(achievement.id, criterion))
    own = AlignedCode(
        code=achievement.code,
        name=achievement.source_name,
        framework=achievement.framework,
        url=achievement.url,
        kind=CREDENTIAL_TARGET,
    )
    return {
        "id": achievement.id,
        "type": ["Achievement"],
        "achievementType": achievement.kind,
        "humanCode": achievement.code,
        "version": achievement.version,
        "inLanguage": "en",
        "name": achievement.name,
        "description": achievement.description,
        "criteria": {"narrative": achievement.criteria},
        "alignment": _alignments([own, *achievement.codes]),
        "resultDescription": descriptions,
    }


def state_results(
    achievement: Achievement, proofs: Sequence[UnitProof], practical: Iterable[PracticalResult]
) -> list[Node]:
    """Return one person's results, each held against its description.

    Raises Invalid when a result names what the achievement does not describe, stands twice, or when no unit is proved.
    """
    offered = {unit.code: unit for unit in achievement.units}
    if not proofs or len({proof.code for proof in proofs}) != len(proofs):
        raise Invalid(N_("Expected at least one unit, and none twice."))
    results: list[Node] = []
    for proof in sorted(proofs, key=lambda proof: proof.code):
        unit = offered.get(proof.code)
        if unit is None:
            raise Invalid(N_("The scheme does not offer the unit %(code)s."), code=proof.code)
        results += _proved(achievement.id, unit, proof)
    return results + _practical_results(achievement, practical)


def percent(score: Fraction, maximum: Fraction) -> str:
    """Write marks in percent with at most two decimals, rounded down: no rounding lifts a result over its cut.

    Raises Invalid when the marks are not from 0 to the maximum.
    """
    part, whole = score.numerator * maximum.denominator, score.denominator * maximum.numerator
    if not 0 <= part <= whole or whole == 0:
        raise Invalid(N_("Expected marks from 0 to %(maximum)s, got %(got)s."), maximum=maximum, got=score)
    percents, hundredths = divmod(part * 10_000 // whole, 100)
    return f"{percents}.{hundredths:02}".rstrip("0").rstrip(".")


def _unit(achievement: str, unit: UnitOffered) -> Node:
    address = unit_id(achievement, unit.code)
    own = AlignedCode(code=unit.code, name=unit.source_name, framework=unit.framework, url=unit.url)
    return {
        "id": address,
        "type": ["ResultDescription"],
        "name": unit.name,
        "resultType": LEVELS,
        "requiredLevel": level_id(address, unit.required_level),
        "rubricCriterionLevel": _levels(address, unit.levels),
        "alignment": _alignments([own, *unit.codes]),
    }


def _method(achievement: str, unit: UnitOffered, method: Method) -> Node:
    return {
        "id": f"{unit_id(achievement, unit.code)}/{method}",
        "type": ["ResultDescription"],
        "name": METHOD_NAMES[method],
        "resultType": STATUS,
    }


def _theory(achievement: str, unit: UnitOffered) -> Node:
    described: Node = {
        "id": f"{unit_id(achievement, unit.code)}/{THEORY}",
        "type": ["ResultDescription"],
        "name": THEORY_NAME,
        "resultType": PERCENT,
        "valueMin": "0",
        "valueMax": "100",
    }
    if unit.cut is not None:
        described["requiredValue"] = percent(unit.cut, Fraction(1))
    return described


def _criterion(achievement: str, criterion: PracticalCriterion) -> Node:
    address = criterion_id(achievement, criterion.rubric, criterion.code)
    described: Node = {
        "id": address,
        "type": ["ResultDescription"],
        "name": criterion.name,
        "resultType": LEVELS,
        "rubricCriterionLevel": _levels(address, criterion.levels),
    }
    if criterion.required_level is not None:
        described["requiredLevel"] = level_id(address, criterion.required_level)
    if criterion.codes:
        described["alignment"] = _alignments(criterion.codes)
    return described


def _levels(address: str, levels: Iterable[Level]) -> list[Node]:
    return [
        {
            "id": level_id(address, level.code),
            "type": ["RubricCriterionLevel"],
            "level": level.code,
            "name": level.name,
            **({"description": level.description} if level.description else {}),
        }
        for level in levels
    ]


def _alignments(codes: Iterable[AlignedCode]) -> list[Node]:
    distinct = dict.fromkeys(codes)
    return [
        {
            "type": ["Alignment"],
            "targetType": each.kind,
            "targetCode": each.code,
            "targetName": each.name,
            "targetFramework": each.framework,
            "targetUrl": each.url,
        }
        for each in sorted(distinct, key=lambda each: (each.framework, each.code))
    ]


def _proved(achievement: str, unit: UnitOffered, proof: UnitProof) -> list[Node]:
    address = unit_id(achievement, proof.code)
    if proof.level not in {level.code for level in unit.levels}:
        raise Invalid(N_("The unit %(code)s has no level %(level)s."), code=proof.code, level=proof.level)
    if not proof.methods or not proof.methods <= unit.methods:
        raise Invalid(N_("The unit %(code)s was proved in a way that the scheme does not use for it."), code=proof.code)
    found = [{"resultDescription": address, "achievedLevel": level_id(address, proof.level)}]
    found += [{"resultDescription": f"{address}/{method}", "status": COMPLETED} for method in sorted(proof.methods)]
    if proof.written is not None and Method.WRITTEN in unit.methods:
        found.append({"resultDescription": f"{address}/{THEORY}", "value": percent(*proof.written)})
    return [{"type": ["Result"], **each} for each in found]


def _practical_results(achievement: Achievement, results: Iterable[PracticalResult]) -> list[Node]:
    described = {(each.rubric, each.code): each for each in achievement.practical}
    found: dict[str, Node] = {}
    for result in results:
        criterion = described.get((result.rubric, result.code))
        address = criterion_id(achievement.id, result.rubric, result.code)
        if criterion is None or result.level not in {level.code for level in criterion.levels} or address in found:
            raise Invalid(N_("The sheet has no line %(code)s with the level %(level)s."), **_place(result))
        found[address] = {
            "type": ["Result"],
            "resultDescription": address,
            "achievedLevel": level_id(address, result.level),
            **({"value": result.value} if result.value else {}),
        }
    return [found[address] for address in sorted(found)]


def _place(result: PracticalResult) -> dict[str, object]:
    return {"code": result.code, "level": result.level}
