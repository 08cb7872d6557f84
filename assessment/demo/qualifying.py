"""A welder of the demo has a qualification beside the certificate: proposed by one person, confirmed by another."""

from datetime import datetime, timedelta

from assessment.credentials.qualifying import answer_qualification, propose_qualification, tested_pieces
from assessment.database import reading
from assessment.demo.acting import acting
from assessment.demo.calendar import Agenda
from assessment.demo.story import Story
from assessment.domain.certification.qualification import Basis
from assessment.domain.roles import Role

QUALIFIED = ("las", "certified_valid")  # body and stage
SEEN = "Laporan laboratorium dan benda uji cocok (contoh)."


def is_qualified(story: Story) -> bool:
    """Whether this candidate's test piece has every report that a qualification needs."""
    return (story.ensemble.code, story.candidate.stage) == QUALIFIED and story.candidate.place == 0


def plan_qualification(story: Story, agenda: Agenda) -> None:
    """Put the qualification on the agenda, an hour after the certificate was released."""
    if is_qualified(story):
        agenda.add(story.at("released", 11), lambda now: _qualify(story, now))


def _qualify(story: Story, now: datetime) -> None:
    proposer, second = (
        story.ensemble.one(Role.QUALITY_MANAGER),
        story.ensemble.one(Role.RELEASER, story.candidate.place),
    )
    with reading() as session:
        [tested] = tested_pieces(session, story.ensemble.code, story.application_id)
        piece_id = tested.piece.id
    with acting(proposer, now, "propose_qualification") as session:
        row = propose_qualification(session, proposer, story.credential_id, piece_id, Basis.RETEST, now=now)
        qualification_id = row.id
    at = now + timedelta(minutes=20)
    with acting(second, at, "answer_qualification") as session:
        answer_qualification(session, second, story.credential_id, qualification_id, confirmed=True, note=SEEN, now=at)
