"""Editing the plan of a draft, cell by cell; a published version refuses every change (rule 1)."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.domain.competency import Method
from assessment.domain.errors import N_, Conflict, NotFound
from assessment.domain.plan import FORMAT_VERSION, Cell, SufficiencyRule, rule_to_json
from assessment.schemes.queries import scheme_units
from assessment.schemes.tables import PlanCell, SchemeState, SchemeVersion
from assessment.standards.queries import units


def set_cell(
    session: Session,
    body_id: str,
    scheme_version_id: str,
    criterion_id: str,
    method: Method,
    rule: SufficiencyRule,
) -> None:
    """Use a cell of the plan, or give a used one another rule.

    Raises NotFound when the criterion is in no unit of the scheme, Invalid when the rule does not fit the
    method, and Conflict when the version is no draft.
    """
    cell = Cell(criterion_id=criterion_id, method=method, rule=rule)
    require_draft(session, body_id, scheme_version_id)
    members = scheme_units(session, body_id, scheme_version_id)
    known = units(session, body_id, [member.unit_id for member in members])
    if not any(criterion.id == criterion_id for unit in known for criterion in unit.criteria):
        raise NotFound(N_("There is no such criterion in the units of this scheme."))
    value = {"v": FORMAT_VERSION, **rule_to_json(cell.rule)}
    held = session.get(PlanCell, (body_id, scheme_version_id, criterion_id, method))
    if held is None:
        session.add(
            PlanCell(
                body_id=body_id,
                scheme_version_id=scheme_version_id,
                criterion_id=criterion_id,
                method=method,
                rule=value,
            )
        )
    else:
        held.rule = value
    session.flush()


def clear_cell(session: Session, body_id: str, scheme_version_id: str, criterion_id: str, method: Method) -> None:
    """Leave a cell of the plan unused; one that is unused already stays so.

    Raises NotFound for an unknown version and Conflict when the version is no draft.
    """
    require_draft(session, body_id, scheme_version_id)
    held = session.get(PlanCell, (body_id, scheme_version_id, criterion_id, method))
    if held is not None:
        session.delete(held)
        session.flush()


def require_draft(session: Session, body_id: str, scheme_version_id: str) -> SchemeVersion:
    """Return a version that may still be edited, locked until the end of the transaction.

    Raises NotFound when there is none, and Conflict when it is published or retired.
    """
    version = session.scalar(
        select(SchemeVersion)
        .where(SchemeVersion.body_id == body_id, SchemeVersion.id == scheme_version_id)
        .with_for_update()
    )
    if version is None:
        raise NotFound(N_("There is no such scheme version."))
    if version.state is not SchemeState.DRAFT:
        raise Conflict(
            N_("A version that was published is never edited. Make a new version of the scheme to change it.")
        )
    return version
