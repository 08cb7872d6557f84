"""Measurements of a case that were made without a calibrated tool: told to the decision meeting, never dropped.

They are looked up when the page is read and stand in no stored result: a calibration may be written down later.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from assessment.certification.evidence_table import EvidenceTable, Mark
from assessment.domain.practicals.calibration import Doubt
from assessment.practicals.tool_queries import tools_named, used


@dataclass(frozen=True, kw_only=True, slots=True)
class InDoubt:
    """A measurement that counts; `practical_id` and `code` lead to it, `name` is the tool's, "" for none."""

    practical_id: str
    code: str
    title: str
    name: str
    doubt: Doubt


def measurements_in_doubt(session: Session, body_id: str, table: EvidenceTable) -> tuple[InDoubt, ...]:
    """Return the measurements of a table that are in doubt, each once; one statement, none where no tool was chosen."""
    measured = [mark for mark in _marks(table) if mark.said is not None and "value" in mark.said]
    tools = tools_named(session, body_id, [mark.said.get("tool") for mark in measured if mark.said])
    found: dict[tuple[str, str, str, Doubt], InDoubt] = {}
    for mark in measured:
        assert mark.said is not None  # it holds a value
        moment = datetime.fromisoformat(mark.said["observed_at"]) if "tool" in mark.said else datetime.min
        tool = used(tools, mark.said.get("tool", ""), moment)
        if tool.doubt is not None:
            found[mark.practical_id, mark.code, tool.name, tool.doubt] = InDoubt(
                practical_id=mark.practical_id, code=mark.code, title=mark.title, name=tool.name, doubt=tool.doubt
            )
    return tuple(found.values())


def _marks(table: EvidenceTable) -> list[Mark]:
    return [mark for row in table.rows for cell in row.cells if cell for line in cell.lines for mark in line.marks]
