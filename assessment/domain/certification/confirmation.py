"""The regular confirmation that a welder works in the scope of a certificate, as an employer states it.

ISO 9606-1, clause 9.2: every six months the employer, or somebody responsible for it, confirms that the welder has
worked within the range; six months was seen in a public engine as well. Nobody here checks such a statement.
"""

from datetime import date

from assessment.domain.certification.clocks import add_months
from assessment.domain.errors import N_, Invalid

MONTHS = 6


def check_period(first: date, last: date, *, begins: date, today: date) -> None:
    """Refuse a period that cannot be stated today of a certificate that begins on a day.

    Raises Invalid unless the certificate begins ≤ first ≤ last ≤ today and the last day lies in the six months to
    today.
    """
    if last < first:
        raise Invalid(N_("The last day lies before the first day."))
    if first < begins:
        raise Invalid(N_("The first day lies before the certificate begins."))
    if last > today:
        raise Invalid(N_("The last day lies in the future."))
    if last < add_months(today, -MONTHS):
        raise Invalid(N_("The last day lies more than six months back."))


def holds_until(last: date) -> date:
    """Return the last day on which a statement about a period until a day is recent enough."""
    return add_months(last, MONTHS)
