"""Where an application stands on its way, as the five steps that a candidate knows."""

from collections.abc import Iterable

from assessment.certification.appointments import Appointment
from assessment.domain.certification.application_states import ApplicationState as S

_BEFORE_ASSESSMENT = frozenset({S.DRAFT, S.SUBMITTED, S.ACCEPTED})
_NO_FURTHER = frozenset({S.REJECTED, S.WITHDRAWN})
_DECIDING = frozenset({S.ASSESSED, S.RECOMMENDED, S.APPEALED})
_DECIDED = frozenset(
    {
        S.DECIDED_COMPETENT,
        S.DECIDED_NOT_YET,
        S.CERTIFIED,
        S.SURVEILLANCE_DUE,
        S.SUSPENDED,
        S.REVOKED,
        S.EXPIRED,
    }
)
_CERTIFICATE = {
    S.DECIDED_COMPETENT: "current",
    S.CERTIFIED: "done",
    S.SURVEILLANCE_DUE: "current",
    S.SUSPENDED: "blocked",
    S.REVOKED: "blocked",
    S.EXPIRED: "blocked",
}


def way(state: S, appointments: Iterable[Appointment]) -> dict[str, str]:
    """Return step -> done, current, todo or blocked; steps are application, exam, practical, decision, certificate."""
    places = list(appointments)
    if state in _BEFORE_ASSESSMENT | _NO_FURTHER:
        application = "blocked" if state in _NO_FURTHER else "current"
    else:
        application = "done"
    assessed = state in _DECIDING | _DECIDED
    return {
        "application": application,
        "exam": _placed("exam", places, assessed),
        "practical": _placed("practical", places, assessed),
        "decision": "current" if state in _DECIDING else ("done" if state in _DECIDED else "todo"),
        "certificate": _CERTIFICATE.get(state, "todo"),
    }


def _placed(kind: str, places: list[Appointment], assessed: bool) -> str:
    own = [place for place in places if place.kind == kind]
    if own and all(place.done for place in own):
        return "done"
    if assessed:
        return "done"
    return "current" if own else "todo"
