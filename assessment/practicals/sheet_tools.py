"""The measuring tools that a sheet offers: one choice for each kind of tool that its criteria name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from assessment.domain.practicals.calibration import Doubt
from assessment.domain.practicals.observation import Measurement
from assessment.practicals.content import CriterionContent
from assessment.practicals.observations import StoredObservation
from assessment.practicals.tool_queries import Tool, tools_of_site


@dataclass(frozen=True, kw_only=True, slots=True)
class Offered:
    """A tool as it is offered; `doubt` today."""

    id: str
    name: str
    valid_until: date | None
    doubt: Doubt | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ToolChoice:
    """One kind of tool of a sheet: the criteria that are measured with it, what is offered, what is chosen ("": none).

    `key` is the code of the first of its criteria. Tools of the same name come first.
    """

    key: str
    kind: str
    criteria: tuple[str, ...]
    offered: tuple[Offered, ...]
    chosen: str

    @property
    def chosen_tool(self) -> Offered | None:
        """The tool that is chosen, if it is still offered."""
        return next((each for each in self.offered if each.id == self.chosen), None)


def tool_choices(
    session: Session,
    body_id: str,
    site_id: str,
    criteria: Sequence[CriterionContent],
    counting: Mapping[str, StoredObservation],
    *,
    wished: Mapping[str, str],
    now: datetime,
) -> tuple[ToolChoice, ...]:
    """Return what a sheet offers; one statement, none where nothing is measured.

    `wished`: key of a kind -> id of a tool, as the page asks; else the one that was used last on this sheet counts.
    """
    kinds: dict[str, list[CriterionContent]] = {}
    for criterion in criteria:
        if criterion.kind == "measured":
            kinds.setdefault(criterion.tool.casefold(), []).append(criterion)
    tools = tools_of_site(session, body_id, site_id) if kinds else []
    return tuple(_choice(own, tools, counting, wished, now) for own in kinds.values())


def _choice(
    criteria: Sequence[CriterionContent],
    tools: Sequence[Tool],
    counting: Mapping[str, StoredObservation],
    wished: Mapping[str, str],
    now: datetime,
) -> ToolChoice:
    kind = criteria[0].tool
    used = [
        counting[each.code]
        for each in criteria
        if each.code in counting and isinstance(counting[each.code].sent.value, Measurement)
    ]
    last = max((each for each in used if each.sent.tool), key=lambda each: each.number, default=None)
    chosen = wished.get(criteria[0].code, "" if last is None else last.sent.tool)
    first = sorted(tools, key=lambda tool: tool.kind.casefold() != kind.casefold())
    offered = tuple(
        Offered(id=tool.id, name=tool.name, valid_until=tool.valid_until, doubt=tool.doubt(now)) for tool in first
    )
    return ToolChoice(
        key=criteria[0].code,
        kind=kind,
        criteria=tuple(each.code for each in criteria),
        offered=offered,
        chosen=chosen if chosen in {each.id for each in offered} else "",
    )
