"""A question for the candidate's page, with the addresses where this attempt's files come from and go to."""

from collections.abc import Mapping

from flask import url_for

from assessment.domain.exams.events import Value
from assessment.domain.items.item import ItemFile
from assessment.domain.items.view import CandidateView
from assessment.item_bank.fragments import safe_html
from assessment.item_bank.showing import shown as shown_question
from assessment.item_bank.shown import ShownQuestion

__all__ = ["item_file_url", "safe_html", "shown", "shown_on_form"]


def shown(view: CandidateView, response: Mapping[str, Value] | None = None, *, attempt_id: str) -> ShownQuestion:
    """Return a question of an attempt with its current answer in its fields."""
    return shown_question(
        view,
        response,
        address=lambda file: item_file_url(attempt_id, file),
        uploads=url_for("exam_files.upload", attempt_id=attempt_id),
    )


def item_file_url(attempt_id: str, file: ItemFile) -> str:
    """Return the address of a file of an item for those who may see the attempt."""
    return url_for("exam_files.item_file", attempt_id=attempt_id, digest=file.digest)


def shown_on_form(view: CandidateView, *, form_id: str) -> ShownQuestion:
    """Return a question of an exam form as it is read without an attempt."""
    return shown_question(
        view, address=lambda file: url_for("exam_files.form_file", form_id=form_id, digest=file.digest)
    )
