"""The one list of blueprints, commands and everything else that a feature brings along."""

from flask import Blueprint

from assessment.accounts.views import accounts
from assessment.exams.answers import answers
from assessment.exams.views import exams
from assessment.exams.views_forms import exam_forms
from assessment.exams.views_rooms import rooms
from assessment.exams.views_sittings import sittings
from assessment.item_bank.views import item_bank
from assessment.practicals.views_sheet import practicals
from assessment.practicals.views_tasks import tasks
from assessment.web.home import health, home

BLUEPRINTS: tuple[Blueprint, ...] = (
    home,
    health,
    accounts,
    item_bank,
    exam_forms,
    sittings,
    rooms,
    exams,
    answers,
    practicals,
    tasks,
)
