"""The one list of blueprints, commands and everything else that a feature brings along."""

from flask import Blueprint

import assessment.credentials.changing_keys
import assessment.credentials.issuing
import assessment.credentials.views_open_qualifications
import assessment.credentials.views_qualifying
import assessment.credentials.views_sharing
import assessment.exams.exposure
import assessment.exams.revoking
import assessment.exams.views_take_in
import assessment.item_bank.views_apart
import assessment.practicals.views_compare
import assessment.practicals.views_device
import assessment.practicals.views_ending
import assessment.practicals.views_photos
import assessment.verification.drawing_ahead
import assessment.verification.own_checks
import assessment.verification.own_confirmations_views
import assessment.verification.views_confirming
import assessment.verification.views_links
import assessment.verification.views_worker  # noqa: F401 - these add pages to blueprints of others
from assessment.accounts.views_body import administration
from assessment.accounts.views_me import accounts
from assessment.agencies.views import agency_office
from assessment.agencies.views_api import agency_api
from assessment.certification.views_again import places
from assessment.certification.views_appeal import appeals
from assessment.certification.views_assessor import evidence
from assessment.certification.views_decision import decisions
from assessment.certification.views_meeting import meetings
from assessment.certification.views_naming import applications
from assessment.certification.views_office import office
from assessment.certification.views_regrade import regrade_cases
from assessment.credentials.views import certificates
from assessment.credentials.views_bulk_releasing import bulk_releases
from assessment.credentials.views_keys import keys
from assessment.credentials.views_public import public_files
from assessment.credentials.views_releasing import releases
from assessment.exams.answers import answers
from assessment.exams.views import exams
from assessment.exams.views_booking import booking, rooms
from assessment.exams.views_cut_studies import studies_of_cuts
from assessment.exams.views_files import exam_files
from assessment.exams.views_forms import exam_forms
from assessment.exams.views_marking import marking
from assessment.exams.views_practice import practice
from assessment.exams.views_regrade import regrades
from assessment.exams.views_sittings import sittings
from assessment.item_bank.views import item_bank
from assessment.item_bank.views_drafts import drafts
from assessment.item_bank.views_files import item_files
from assessment.item_bank.views_reviews import reviews
from assessment.practicals.views_borderline import borderline
from assessment.practicals.views_pieces import pieces
from assessment.practicals.views_quality import quality
from assessment.practicals.views_sheet import practicals
from assessment.practicals.views_task_drafts import task_drafts
from assessment.practicals.views_task_forms import task_forms
from assessment.practicals.views_task_reviews import task_reviews
from assessment.practicals.views_tasks import tasks
from assessment.practicals.views_tools import tools
from assessment.reports.views import reports
from assessment.schemes.views_editing import schemes
from assessment.standards.views import standards
from assessment.verification.own_views import own_page
from assessment.verification.views import verification
from assessment.verification.views_vc_api import vc_api
from assessment.web.home import health, home

BLUEPRINTS: tuple[Blueprint, ...] = (
    home,
    health,
    accounts,
    administration,
    standards,
    schemes,
    item_bank,
    drafts,
    reviews,
    item_files,
    exam_forms,
    studies_of_cuts,
    sittings,
    rooms,
    booking,
    exams,
    exam_files,
    practice,
    answers,
    marking,
    regrades,
    practicals,
    pieces,
    tasks,
    tools,
    quality,
    borderline,
    task_drafts,
    task_forms,
    task_reviews,
    verification,
    own_page,
    vc_api,
    agency_api,
    agency_office,
    applications,
    office,
    places,
    evidence,
    meetings,
    decisions,
    appeals,
    regrade_cases,
    releases,
    bulk_releases,
    certificates,
    keys,
    public_files,
    reports,
)
