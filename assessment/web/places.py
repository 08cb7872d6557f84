"""Where a role finds its pages: the starting points, in the order of the chain, each with its name.

A place is shown to the roles whose rule in the matrix opens it; rights are written down there alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from flask import current_app

from assessment.domain.errors import N_
from assessment.domain.roles import Role
from assessment.web.rights import MATRIX


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A page that takes no record in its address; `title` is translated where it is shown."""

    endpoint: str
    title: str


PLACES = (
    Place(endpoint="standards.index", title=N_("Competency standards")),
    Place(endpoint="schemes.index", title=N_("Certification schemes")),
    Place(endpoint="item_bank.index", title=N_("Item bank")),
    Place(endpoint="exam_forms.index", title=N_("Exam forms")),
    Place(endpoint="cut_studies.index", title=N_("Studies of cuts")),
    Place(endpoint="tasks.index", title=N_("Practical tasks")),
    Place(endpoint="applications.index", title=N_("My applications")),
    Place(endpoint="office.index", title=N_("Applications")),
    Place(endpoint="sittings.index", title=N_("Sittings")),
    Place(endpoint="rooms.index", title=N_("Exam rooms")),
    Place(endpoint="practicals.index", title=N_("Practicals")),
    Place(endpoint="tools.index", title=N_("Measuring tools")),
    Place(endpoint="quality.index", title=N_("Quality of marking")),
    Place(endpoint="borderline.index", title=N_("Borderline regressions")),
    Place(endpoint="exams.index", title=N_("My exams")),
    Place(endpoint="marking.index", title=N_("Answers to mark")),
    Place(endpoint="evidence.index", title=N_("Evidence")),
    Place(endpoint="meetings.index", title=N_("Decision meetings")),
    Place(endpoint="releases.index", title=N_("Decisions to release")),
    Place(endpoint="certificates.index", title=N_("Certificates")),
    Place(endpoint="certificates.proposals", title=N_("Status changes for a second person")),
    Place(endpoint="certificates.own", title=N_("My certificates")),
    Place(endpoint="appeals.index", title=N_("Appeals")),
    Place(endpoint="regrades.index", title=N_("Regrades")),
    Place(endpoint="regrade_cases.index", title=N_("Decisions that a regrade touched")),
    Place(endpoint="administration.persons", title=N_("Persons")),
    Place(endpoint="administration.accounts", title=N_("Accounts and roles")),
    Place(endpoint="administration.body", title=N_("Certification body")),
    Place(endpoint="keys.index", title=N_("Signing keys")),
    Place(endpoint="agencies.index", title=N_("Agencies")),
    Place(endpoint="reports.numbers", title=N_("Numbers")),
    Place(endpoint="reports.record", title=N_("Audit record")),
)


def places_by_role(roles: Iterable[Role]) -> dict[Role, list[Place]]:
    """Return the starting points of each role."""
    return {
        role: [
            place
            for place in PLACES
            if place.endpoint in current_app.view_functions and role in MATRIX[place.endpoint].cells
        ]
        for role in roles
    }
