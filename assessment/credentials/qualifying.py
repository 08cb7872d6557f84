"""Giving and ending a welder's qualification: one person proposes, a second one answers (four eyes, rule 10).

It rests on a test piece with its examiner, on the accepted reports that the edition asks for, and on a certificate that
was issued; its ranges are derived whenever they are read (`domain.certification.qualification`). Nothing is taken back:
an end is a proposal of its own.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.accounts.duties import take_side
from assessment.accounts.ids import new_id
from assessment.certification.states import said
from assessment.credentials.queries import credential_of
from assessment.credentials.tables import CredentialIntent
from assessment.credentials.tables_qualification import Qualification, QualificationAnswer
from assessment.credentials.told import DRAW
from assessment.domain.certification.duties import Side
from assessment.domain.certification.qualification import (
    RULES,
    Basis,
    Edition,
    TestedWeld,
    missing_tests,
    weld_in,
)
from assessment.domain.errors import N_, Conflict, Invalid, NotAllowed, NotFound
from assessment.domain.practicals.task_document import ReportKind
from assessment.jobs.service import ask_for
from assessment.practicals.tables_pieces import TestPiece, TestReport
from assessment.web.actor import Actor

LONGEST_NOTE = 2_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Tested:
    """A test piece of the application behind a certificate, with the newest report of each kind on it.

    `weld` is None where the piece does not say what a range needs; `missing`: tests that the edition needs still.
    """

    piece: TestPiece
    weld: TestedWeld | None
    reports: tuple[TestReport, ...]
    missing: tuple[tuple[ReportKind, ...], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """A proposed qualification with its answer, if any."""

    row: Qualification
    answer: QualificationAnswer | None


def tested_pieces(session: Session, body_id: str, application_id: str) -> list[Tested]:
    """Return the test pieces of an application, the newest entry of each practical; two statements."""
    pieces: dict[str, TestPiece] = {}
    for piece in session.scalars(
        select(TestPiece)
        .where(TestPiece.body_id == body_id, TestPiece.application_id == application_id)
        .order_by(TestPiece.number)
    ):
        pieces[piece.practical_id] = piece
    reports: dict[str, dict[ReportKind, TestReport]] = {}
    for report in session.scalars(
        select(TestReport)
        .where(TestReport.body_id == body_id, TestReport.application_id == application_id)
        .order_by(TestReport.received_at, TestReport.id)
    ):
        reports.setdefault(report.practical_id, {})[report.kind] = report
    return [_tested(piece, reports.get(practical_id, {})) for practical_id, piece in pieces.items()]


def _tested(piece: TestPiece, reports: dict[ReportKind, TestReport]) -> Tested:
    accepted = tuple(report for report in reports.values() if report.accepted)
    try:
        weld = weld_in(piece.facts)
    except Invalid:
        return Tested(piece=piece, weld=None, reports=accepted, missing=())
    return Tested(
        piece=piece, weld=weld, reports=accepted, missing=missing_tests(weld.weld, (each.kind for each in accepted))
    )


def proposals_of(session: Session, body_id: str, credential_id: str) -> list[Proposal]:
    """Return every proposal on the qualification beside a certificate, the newest first; one statement."""
    rows = session.execute(
        select(Qualification, QualificationAnswer)
        .join(
            QualificationAnswer,
            (QualificationAnswer.body_id == Qualification.body_id)
            & (QualificationAnswer.qualification_id == Qualification.id),
            isouter=True,
        )
        .where(Qualification.body_id == body_id, Qualification.credential_id == credential_id)
        .order_by(Qualification.proposed_at.desc(), Qualification.id.desc())
    )
    return [Proposal(row=row, answer=answer) for row, answer in rows]


def standing_one(proposals: list[Proposal]) -> Qualification | None:
    """Return the qualification that stands: the one confirmed last, unless that was an end."""
    confirmed = [each for each in proposals if each.answer is not None and each.answer.confirmed]
    if not confirmed:
        return None
    last = max(confirmed, key=_answered_at)
    return last.row if last.row.granted else None


def _answered_at(proposal: Proposal) -> datetime:
    return proposal.row.proposed_at if proposal.answer is None else proposal.answer.answered_at


def propose_qualification(
    session: Session, actor: Actor, credential_id: str, test_piece_id: str, basis: Basis, *, now: datetime
) -> Qualification:
    """Propose the qualification by a test piece; nothing is shown before a second person confirms.

    Raises NotFound for an unknown certificate or piece, Conflict while a proposal waits, while a test of the edition is
    missing and for whoever stands on another side of the application, NotAllowed to the holder, Invalid for a piece
    that does not say what was welded.
    """
    intent, waiting, _ = _ready(session, actor, credential_id)
    if waiting:
        raise Conflict(N_("A proposal waits for a second person already."))
    found = [
        each for each in tested_pieces(session, actor.body_id, intent.application_id) if each.piece.id == test_piece_id
    ]
    if not found:
        raise NotFound(N_("There is no such test piece."))
    [tested] = found
    if tested.weld is None:
        weld_in(tested.piece.facts)  # says why
    if tested.missing:
        raise Conflict(N_("A test that the edition needs is not in, or was not accepted."))
    return _propose(
        session,
        actor,
        intent,
        Qualification(
            granted=True,
            test_piece_id=tested.piece.id,
            edition=Edition.ISO_2012,
            basis=basis,
            rules=RULES,
            tests=sorted(report.id for report in tested.reports),
            reason="",
        ),
        now=now,
    )


def propose_end(session: Session, actor: Actor, credential_id: str, *, reason: str, now: datetime) -> Qualification:
    """Propose that a qualification ends; it stands until a second person confirms.

    Raises NotFound for an unknown certificate, Conflict where none stands or a proposal waits and for whoever stands on
    another side, Invalid for a reason that says nothing, NotAllowed to the holder.
    """
    intent, waiting, standing = _ready(session, actor, credential_id)
    if waiting:
        raise Conflict(N_("A proposal waits for a second person already."))
    if standing is None:
        raise Conflict(N_("There is no qualification that could end."))
    ending = Qualification(
        granted=False,
        test_piece_id=standing.test_piece_id,
        edition=standing.edition,
        basis=standing.basis,
        rules=standing.rules,
        tests=standing.tests,
        reason=said(reason),
    )
    return _propose(session, actor, intent, ending, now=now)


def answer_qualification(
    session: Session,
    actor: Actor,
    credential_id: str,
    qualification_id: str,
    *,
    confirmed: bool,
    note: str,
    now: datetime,
) -> QualificationAnswer:
    """Confirm a proposal, which takes effect at once, or turn it down.

    Raises NotFound for an unknown proposal, NotAllowed to whoever proposed it and to the holder, Conflict when it has
    its answer and for whoever stands on another side of the application.
    """
    intent, _, _ = _ready(session, actor, credential_id)
    row = session.get(Qualification, (actor.body_id, qualification_id), with_for_update=True)
    if row is None or row.credential_id != credential_id:
        raise NotFound(N_("There is no such proposal."))
    if actor.person_id == row.person_id:
        raise NotAllowed(N_("Expected a second person to answer, got the one who proposed."))
    if session.get(QualificationAnswer, (actor.body_id, qualification_id)) is not None:
        raise Conflict(N_("This proposal has its answer."))
    take_side(session, actor.body_id, intent.application_id, actor.person_id, Side.RELEASER, now=now)
    answer = QualificationAnswer(
        body_id=actor.body_id,
        qualification_id=qualification_id,
        proposed_by=row.person_id,
        application_id=row.application_id,
        person_id=actor.person_id,
        confirmed=confirmed,
        note=note.strip()[:LONGEST_NOTE],
        answered_at=now,
    )
    session.add(answer)
    session.flush()
    ask_for(session, actor.body_id, DRAW, {"credential": credential_id}, now=now)
    return answer


def _ready(session: Session, actor: Actor, credential_id: str) -> tuple[CredentialIntent, bool, Qualification | None]:
    """Return an issued certificate, whether a proposal waits, and the qualification that stands beside it."""
    found = credential_of(session, actor.body_id, credential_id)
    if found is None:
        raise NotFound(N_("There is no such certificate."))
    intent = found[0]
    if intent.person_id == actor.person_id:
        raise NotAllowed(N_("Nobody qualifies themselves."))
    proposals = proposals_of(session, actor.body_id, credential_id)
    return intent, any(each.answer is None for each in proposals), standing_one(proposals)


def _propose(
    session: Session, actor: Actor, intent: CredentialIntent, row: Qualification, *, now: datetime
) -> Qualification:
    take_side(session, actor.body_id, intent.application_id, actor.person_id, Side.RELEASER, now=now)
    row.body_id, row.id = actor.body_id, new_id()
    row.credential_id, row.application_id = intent.id, intent.application_id
    row.person_id, row.proposed_at = actor.person_id, now
    session.add(row)
    session.flush()
    return row
