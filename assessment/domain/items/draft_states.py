"""The life of a draft, as a table: written, submitted, reviewed by a second person.

Only a draft that is being written can be changed. Who submits gives the draft out of hand until the reviewer has
answered or the author takes it back. Approval makes the item version and ends the draft; the next change of the
item begins with a new one.
"""

from collections.abc import Collection
from enum import StrEnum

from assessment.domain.errors import N_, NotAllowed
from assessment.domain.state_table import StateTable


class DraftState(StrEnum):
    """Where a draft stands."""

    WRITING = "writing"
    IN_REVIEW = "in_review"
    SENT_BACK = "sent_back"
    APPROVED = "approved"
    DROPPED = "dropped"


class DraftEvent(StrEnum):
    """What happens to a draft."""

    SUBMIT = "submit"
    TAKE_BACK = "take_back"
    SEND_BACK = "send_back"
    APPROVE = "approve"
    DROP = "drop"


_S, _E = DraftState, DraftEvent

DRAFT = StateTable(
    name="draft",
    initial=_S.WRITING,
    arrows={
        (_S.WRITING, _E.SUBMIT): _S.IN_REVIEW,
        (_S.WRITING, _E.DROP): _S.DROPPED,
        (_S.IN_REVIEW, _E.APPROVE): _S.APPROVED,
        (_S.IN_REVIEW, _E.SEND_BACK): _S.SENT_BACK,
        (_S.IN_REVIEW, _E.TAKE_BACK): _S.WRITING,
        (_S.SENT_BACK, _E.SUBMIT): _S.IN_REVIEW,
        (_S.SENT_BACK, _E.DROP): _S.DROPPED,
    },
)

OPEN = frozenset({_S.WRITING, _S.IN_REVIEW, _S.SENT_BACK})
"""States in which there is still something to do."""

EDITABLE = frozenset({_S.WRITING, _S.SENT_BACK})
"""States in which the draft can be changed."""


def check_reviewer(reviewer: str, authors: Collection[str]) -> None:
    """Raise NotAllowed when the reviewer wrote any part of the draft; persons are compared, not accounts."""
    if reviewer in authors:
        raise NotAllowed(N_("You wrote a part of this draft. A second person reviews it."))


def diagram() -> str:
    """Return the table as the text of a Mermaid state diagram."""
    return DRAFT.diagram()
