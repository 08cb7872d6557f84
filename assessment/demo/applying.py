"""From the application to the agreement."""

from datetime import datetime

from assessment.certification.applying import (
    Said,
    agree,
    apply,
    elements_of,
    save_claims,
    save_programme,
    save_self_assessment,
    submit,
)
from assessment.certification.consents import save_consents
from assessment.certification.receiving import accept, check_prerequisite, register_trainer, see_document
from assessment.certification.tables import Purpose
from assessment.demo.acting import acting
from assessment.demo.calendar import Agenda
from assessment.demo.story import Story

CLAIM = "Ada; salinan ijazah dan surat keterangan kerja dibawa."
EVIDENCE = "Saya kerjakan sehari-hari; ada catatan kerja."
NEEDS_TIME = "Perlu waktu tambahan karena sulit membaca."


def needs_time(story: Story) -> bool:
    """Whether this candidate asked for extra time."""
    return story.candidate.place % 7 == 6


def plan_application(story: Story, agenda: Agenda) -> None:
    """Put the candidate's application on the agenda, as far as the story goes."""
    agenda.add(story.at("applied", 9), lambda now: _apply(story, now))
    if story.reaches("submitted"):
        agenda.add(story.at("submitted", 9), lambda now: _submit(story, now))
    if story.reaches("accepted"):
        agenda.add(story.at("accepted", 9), lambda now: _accept(story, now))
    if story.reaches("agreed"):
        agenda.add(story.at("agreed", 9), lambda now: _agree(story, now))


def _apply(story: Story, now: datetime) -> None:
    with acting(story.actor, now, "apply") as session:
        application = apply(session, story.actor, story.content.scheme_version_id, now=now)
        story.application_id = application.id
        save_programme(
            session,
            story.actor,
            application.id,
            programme=story.candidate.training,
            payer=story.candidate.payer,
            adjustment=NEEDS_TIME if needs_time(story) else "",
        )


def _submit(story: Story, now: datetime) -> None:
    with acting(story.actor, now, "submit") as session:
        save_claims(session, story.actor, story.application_id, dict.fromkeys(story.content.prerequisites, CLAIM))
        elements = elements_of(session, story.ensemble.code, story.content.scheme_version_id)
        save_self_assessment(
            session,
            story.actor,
            story.application_id,
            {element: Said(able=True, evidence=EVIDENCE) for element in elements},
        )
        minor, place = story.candidate.guardian, story.candidate.place
        save_consents(
            session,
            story.actor,
            story.application_id,
            {
                Purpose.PHOTO_ABROAD: not minor and place % 2 == 0,
                Purpose.EVIDENCE: True,
                Purpose.SHARING: place % 3 > 0,
            },
            by_guardian=minor,
            now=now,
        )
        submit(session, story.actor, story.application_id, now=now)


def _accept(story: Story, now: datetime) -> None:
    candidate, manager = story.candidate, story.manager
    with acting(manager, now, "accept") as session:
        for prerequisite_id in story.content.prerequisites:
            check_prerequisite(
                session, manager, story.application_id, prerequisite_id, accepted=True, note="Asli dilihat.", now=now
            )
        story.document_id = see_document(
            session,
            manager,
            story.application_id,
            kind=candidate.document["kind"],
            number=candidate.document["number"],
            valid_until=candidate.document["valid_until"],
            now=now,
        )
        if candidate.trainer_id is not None:
            register_trainer(session, manager, story.application_id, candidate.trainer_id, now=now)
        accept(session, manager, story.application_id, now=now)


def _agree(story: Story, now: datetime) -> None:
    with acting(story.actor, now, "agree") as session:
        agree(session, story.actor, story.application_id, now=now)
