"""States, reasons and blocks in words, for pages and notes of what waits."""

from flask_babel import lazy_gettext as _l

from assessment.certification.applying import Part
from assessment.certification.tables import Purpose
from assessment.domain.certification.application_states import ApplicationState as S
from assessment.domain.certification.decision import Bar
from assessment.domain.certification.duties import Side
from assessment.domain.certification.unit_result import Reason
from assessment.domain.competency import Method

# The tag's kind (its shape) and the word of each state.
STATES = {
    S.DRAFT: ("quiet", _l("Draft")),
    S.SUBMITTED: ("waiting", _l("Submitted")),
    S.ACCEPTED: ("waiting", _l("Accepted, agreement missing")),
    S.REJECTED: ("refusal", _l("Rejected")),
    S.WITHDRAWN: ("ended", _l("Withdrawn")),
    S.AGREED: ("waiting", _l("Agreed, not scheduled")),
    S.SCHEDULED: ("waiting", _l("Scheduled")),
    S.IN_ASSESSMENT: ("waiting", _l("In assessment")),
    S.ASSESSED: ("waiting", _l("Assessed")),
    S.RECOMMENDED: ("waiting", _l("Waits for the decision")),
    S.DECIDED_COMPETENT: ("done", _l("Competent")),
    S.DECIDED_NOT_YET: ("gap", _l("Not yet competent")),
    S.CERTIFIED: ("done", _l("Certified")),
    S.APPEALED: ("attention", _l("Appealed")),
    S.REASSESSMENT: ("waiting", _l("To be assessed again")),
    S.SURVEILLANCE_DUE: ("attention", _l("Surveillance due")),
    S.RECOGNITION: ("waiting", _l("Recognition")),
    S.SUSPENDED: ("attention", _l("Suspended")),
    S.REVOKED: ("refusal", _l("Revoked")),
    S.EXPIRED: ("ended", _l("Expired")),
    S.CLOSED: ("ended", _l("Closed")),
}

# What happened, as a line of the history.
EVENTS = {
    "apply": _l("Application begun"),
    "submit": _l("Submitted"),
    "return": _l("Given back to be completed"),
    "accept": _l("Accepted"),
    "reject": _l("Rejected"),
    "withdraw": _l("Withdrawn by the candidate"),
    "agree": _l("Assessment agreed to"),
    "schedule": _l("Exam or practical scheduled"),
    "start_assessment": _l("Assessment begun"),
    "finish_assessment": _l("Assessment finished"),
    "ask_more_evidence": _l("More evidence asked for"),
    "recommend": _l("Recommended to the meeting"),
    "decide_k": _l("Found competent"),
    "decide_bk": _l("Found not yet competent"),
    "release": _l("Certificate released"),
    "refuse_release": _l("Release refused"),
    "appeal": _l("Appeal filed"),
    "uphold_appeal": _l("Appeal upheld"),
    "dismiss_appeal": _l("Appeal dismissed"),
    "reassess": _l("To be assessed again"),
    "surveillance_falls_due": _l("Surveillance due"),
    "confirm_surveillance": _l("Surveillance confirmed"),
    "apply_for_recognition": _l("Recognition asked for"),
    "suspend": _l("Suspended"),
    "reinstate": _l("Reinstated"),
    "revoke": _l("Revoked"),
    "expire": _l("Expired"),
    "close": _l("Closed"),
}

METHODS = {
    Method.WRITTEN: _l("Written"),
    Method.OBSERVED: _l("Observed"),
    Method.PRODUCT: _l("Product"),
    Method.ORAL: _l("Oral"),
    Method.PORTFOLIO: _l("Portfolio"),
    Method.THIRD_PARTY: _l("Third party"),
}

# How a candidate closes a gap: what they do, by method.
CLOSES = {
    Method.WRITTEN: _l("answer the written questions on it again"),
    Method.OBSERVED: _l("show it at a practical"),
    Method.PRODUCT: _l("make the piece again"),
    Method.ORAL: _l("answer questions on it orally"),
    Method.PORTFOLIO: _l("hand in a portfolio"),
    Method.THIRD_PARTY: _l("bring a statement of somebody who saw your work"),
}

REASONS = {
    Reason.UNIT_NOT_COMPLETE: _l("The criteria of this unit are not marked as whole."),
    Reason.UNIT_WITHOUT_CRITERIA: _l("This unit has no criteria."),
    Reason.NO_CELL: _l("The plan has no way to prove this criterion."),
    Reason.NO_EVIDENCE: _l("There is no evidence yet."),
    Reason.NEEDS_MORE_EVIDENCE: _l("More evidence is needed."),
    Reason.NOT_CONFIRMED: _l("The assessor has not confirmed the evidence."),
    Reason.INSUFFICIENT: _l("The evidence does not suffice."),
    Reason.SAFETY_CRITICAL: _l("A safety-critical point was missed."),
}

BARS = {
    Bar.ABSENT: _l("not marked as present"),
    Bar.CONFLICT_DECLARED: _l("declared a conflict of interest"),
    Bar.OTHER_SIDE: _l("stands on another side of this application"),
    Bar.INVOLVED: _l("had a part in this candidate's training or assessment"),
}

SIDES = {
    Side.CANDIDATE: _l("Candidate"),
    Side.TRAINER: _l("Trainer"),
    Side.ASSESSOR: _l("Assessor"),
    Side.INVIGILATOR: _l("Invigilator"),
    Side.DECIDER: _l("Member of the decision meeting"),
    Side.RELEASER: _l("Releaser"),
}

PARTS = {
    Part.PREREQUISITES: _l("Prerequisites"),
    Part.PROGRAMME: _l("Training and needs"),
    Part.SELF_ASSESSMENT: _l("Self-assessment"),
    Part.CONSENTS: _l("Consents"),
}

PURPOSES = {
    Purpose.PHOTO_ABROAD: _l("My photo may be shown to those who check my certificate abroad."),
    Purpose.EVIDENCE: _l("Photos and recordings of my work may be kept as evidence."),
    Purpose.SHARING: _l("My result may be shared with the programme or employer named here."),
}

PURPOSE_NAMES = {
    Purpose.PHOTO_ABROAD: _l("Photo shown abroad"),
    Purpose.EVIDENCE: _l("Photos and recordings as evidence"),
    Purpose.SHARING: _l("Result shared with programme or employer"),
}
