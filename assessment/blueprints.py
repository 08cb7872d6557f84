"""The one list of blueprints, commands and everything else that a feature brings along."""

from flask import Blueprint

import assessment.credentials.issuing  # noqa: F401 - does the job that a release asks for
from assessment.accounts.views_body import administration
from assessment.accounts.views_me import accounts
from assessment.certification.views_appeal import appeals
from assessment.certification.views_assessor import evidence
from assessment.certification.views_candidate import applications
from assessment.certification.views_decision import decisions
from assessment.certification.views_meeting import meetings
from assessment.certification.views_office import office
from assessment.certification.views_places import places
from assessment.credentials.views import certificates
from assessment.credentials.views_public import public_files
from assessment.credentials.views_releasing import releases
from assessment.exams.answers import answers
from assessment.exams.views import exams
from assessment.exams.views_forms import exam_forms
from assessment.exams.views_rooms import rooms
from assessment.exams.views_sittings import sittings
from assessment.item_bank.views import item_bank
from assessment.practicals.views_sheet import practicals
from assessment.practicals.views_tasks import tasks
from assessment.reports.views import reports
from assessment.schemes.views_editing import schemes
from assessment.standards.views import standards
from assessment.verification.views import verification
from assessment.web.home import health, home

BLUEPRINTS: tuple[Blueprint, ...] = (
    home,
    health,
    accounts,
    administration,
    standards,
    schemes,
    item_bank,
    exam_forms,
    sittings,
    rooms,
    exams,
    answers,
    practicals,
    tasks,
    verification,
    applications,
    office,
    places,
    evidence,
    meetings,
    decisions,
    appeals,
    releases,
    certificates,
    public_files,
    reports,
)
