"""The words of certificates on the pages: ways of proof, changes of status."""

from flask_babel import lazy_gettext as _l

from assessment.credentials.tables import StatusPurpose
from assessment.domain.competency import Method

METHODS = {
    Method.OBSERVED: _l("observed at work"),
    Method.PRODUCT: _l("product examined"),
    Method.WRITTEN: _l("written questions"),
    Method.ORAL: _l("oral questions"),
    Method.PORTFOLIO: _l("portfolio examined"),
    Method.THIRD_PARTY: _l("statement by a third party"),
}

# What a change of status does, as a noun: (purpose, value) -> word.
CHANGES = {
    (StatusPurpose.REVOCATION, True): _l("Revocation"),
    (StatusPurpose.SUSPENSION, True): _l("Suspension"),
    (StatusPurpose.SUSPENSION, False): _l("Reinstatement"),
}

STEPS = {
    "revoke": (StatusPurpose.REVOCATION, True),
    "suspend": (StatusPurpose.SUSPENSION, True),
    "reinstate": (StatusPurpose.SUSPENSION, False),
}
