"""The life of an application, as a table, from the draft to the end of the certificate's life (rule 13).

The application is the root: no attempt and no practical without it. Reassessment, appeal, surveillance and
recognition of current competency lead back into the same assessment and the same decision. The verdict on
a certificate at an instant is computed from its clocks and status lists, not read from here.
"""

from enum import StrEnum

from assessment.domain.state_table import StateTable


class ApplicationState(StrEnum):
    """Where an application stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    AGREED = "agreed"
    SCHEDULED = "scheduled"
    IN_ASSESSMENT = "in_assessment"
    ASSESSED = "assessed"
    RECOMMENDED = "recommended"
    DECIDED_COMPETENT = "decided_k"
    DECIDED_NOT_YET = "decided_bk"
    CERTIFIED = "certified"
    APPEALED = "appealed"
    REASSESSMENT = "reassessment"
    SURVEILLANCE_DUE = "surveillance_due"
    RECOGNITION = "recognition"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    EXPIRED = "expired"
    CLOSED = "closed"


class ApplicationEvent(StrEnum):
    """What happens to an application."""

    SUBMIT = "submit"
    RETURN = "return"
    ACCEPT = "accept"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    AGREE = "agree"
    SCHEDULE = "schedule"
    START_ASSESSMENT = "start_assessment"
    FINISH_ASSESSMENT = "finish_assessment"
    ASK_MORE_EVIDENCE = "ask_more_evidence"
    RECOMMEND = "recommend"
    DECIDE_COMPETENT = "decide_k"
    DECIDE_NOT_YET = "decide_bk"
    RELEASE = "release"
    REFUSE_RELEASE = "refuse_release"
    APPEAL = "appeal"
    UPHOLD_APPEAL = "uphold_appeal"
    DISMISS_APPEAL = "dismiss_appeal"
    REASSESS = "reassess"
    SURVEILLANCE_FALLS_DUE = "surveillance_falls_due"
    CONFIRM_SURVEILLANCE = "confirm_surveillance"
    APPLY_FOR_RECOGNITION = "apply_for_recognition"
    SUSPEND = "suspend"
    REINSTATE = "reinstate"
    REVOKE = "revoke"
    EXPIRE = "expire"
    CLOSE = "close"


_S, _E = ApplicationState, ApplicationEvent

APPLICATION = StateTable(
    name="application",
    initial=_S.DRAFT,
    arrows={
        (_S.DRAFT, _E.SUBMIT): _S.SUBMITTED,
        (_S.DRAFT, _E.WITHDRAW): _S.WITHDRAWN,
        (_S.SUBMITTED, _E.ACCEPT): _S.ACCEPTED,
        (_S.SUBMITTED, _E.RETURN): _S.DRAFT,
        (_S.SUBMITTED, _E.REJECT): _S.REJECTED,
        (_S.SUBMITTED, _E.WITHDRAW): _S.WITHDRAWN,
        (_S.ACCEPTED, _E.AGREE): _S.AGREED,
        (_S.ACCEPTED, _E.WITHDRAW): _S.WITHDRAWN,
        (_S.AGREED, _E.SCHEDULE): _S.SCHEDULED,
        (_S.AGREED, _E.WITHDRAW): _S.WITHDRAWN,
        (_S.SCHEDULED, _E.START_ASSESSMENT): _S.IN_ASSESSMENT,
        (_S.SCHEDULED, _E.WITHDRAW): _S.WITHDRAWN,
        (_S.IN_ASSESSMENT, _E.FINISH_ASSESSMENT): _S.ASSESSED,
        (_S.IN_ASSESSMENT, _E.WITHDRAW): _S.WITHDRAWN,
        (_S.ASSESSED, _E.RECOMMEND): _S.RECOMMENDED,
        (_S.ASSESSED, _E.ASK_MORE_EVIDENCE): _S.IN_ASSESSMENT,
        (_S.RECOMMENDED, _E.DECIDE_COMPETENT): _S.DECIDED_COMPETENT,
        (_S.RECOMMENDED, _E.DECIDE_NOT_YET): _S.DECIDED_NOT_YET,
        (_S.RECOMMENDED, _E.ASK_MORE_EVIDENCE): _S.IN_ASSESSMENT,
        (_S.DECIDED_COMPETENT, _E.RELEASE): _S.CERTIFIED,
        (_S.DECIDED_COMPETENT, _E.REFUSE_RELEASE): _S.RECOMMENDED,
        (_S.DECIDED_NOT_YET, _E.APPEAL): _S.APPEALED,
        (_S.DECIDED_NOT_YET, _E.REASSESS): _S.REASSESSMENT,
        (_S.DECIDED_NOT_YET, _E.CLOSE): _S.CLOSED,
        (_S.APPEALED, _E.UPHOLD_APPEAL): _S.REASSESSMENT,
        (_S.APPEALED, _E.DISMISS_APPEAL): _S.DECIDED_NOT_YET,
        (_S.REASSESSMENT, _E.SCHEDULE): _S.SCHEDULED,
        (_S.REASSESSMENT, _E.CLOSE): _S.CLOSED,
        (_S.CERTIFIED, _E.SURVEILLANCE_FALLS_DUE): _S.SURVEILLANCE_DUE,
        (_S.CERTIFIED, _E.APPLY_FOR_RECOGNITION): _S.RECOGNITION,
        (_S.CERTIFIED, _E.SUSPEND): _S.SUSPENDED,
        (_S.CERTIFIED, _E.REVOKE): _S.REVOKED,
        (_S.CERTIFIED, _E.EXPIRE): _S.EXPIRED,
        (_S.SURVEILLANCE_DUE, _E.CONFIRM_SURVEILLANCE): _S.CERTIFIED,
        (_S.SURVEILLANCE_DUE, _E.SUSPEND): _S.SUSPENDED,
        (_S.SURVEILLANCE_DUE, _E.REVOKE): _S.REVOKED,
        (_S.SURVEILLANCE_DUE, _E.EXPIRE): _S.EXPIRED,
        (_S.SUSPENDED, _E.REINSTATE): _S.CERTIFIED,
        (_S.SUSPENDED, _E.REVOKE): _S.REVOKED,
        (_S.SUSPENDED, _E.EXPIRE): _S.EXPIRED,
        (_S.EXPIRED, _E.APPLY_FOR_RECOGNITION): _S.RECOGNITION,
        (_S.EXPIRED, _E.CLOSE): _S.CLOSED,
        # Recognition goes through assessment (portfolio, interview) and a decision like everything else.
        (_S.RECOGNITION, _E.SCHEDULE): _S.SCHEDULED,
        (_S.RECOGNITION, _E.SUSPEND): _S.SUSPENDED,
        (_S.RECOGNITION, _E.REVOKE): _S.REVOKED,
        (_S.RECOGNITION, _E.EXPIRE): _S.EXPIRED,
        (_S.REVOKED, _E.CLOSE): _S.CLOSED,
        (_S.REJECTED, _E.CLOSE): _S.CLOSED,
        (_S.WITHDRAWN, _E.CLOSE): _S.CLOSED,
    },
)

# From here on instruments may run for the candidate (rule 13).
ASSESSABLE = frozenset({_S.SCHEDULED, _S.IN_ASSESSMENT})


def diagram() -> str:
    """Return the table as the text of a Mermaid state diagram."""
    return APPLICATION.diagram()
