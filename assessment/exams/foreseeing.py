"""The preview of a regrade: every score that would change, and everything that would turn over. Reads only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assessment.domain.errors import N_, Conflict, Invalid, NotFound
from assessment.domain.exams.attempt_states import ENDED
from assessment.domain.exams.regrade import Change, ItemMarks, Remedy, check_same_answers, preview_digest
from assessment.exams.after_regrade import Touched, Turned, foresee_all
from assessment.exams.content import items_of
from assessment.exams.remedies import remedies_of
from assessment.exams.results import stored_of
from assessment.exams.scoring import ScoredItem, event_rows, facts_of, frame_of, result_in, score_item
from assessment.exams.tables import Attempt, ExamResult, FormItem, ItemScore, ResponseEvent, Standing
from assessment.exams.tables_marking import ResponseMark
from assessment.exams.tables_regrade import Regrade
from assessment.item_bank.tables import ItemVersion


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """What a regrade would do: a remedy for an item of a form, or one late answer that counts."""

    form_id: str
    item_version_id: str
    remedy: Remedy
    by_version_id: str | None = None
    attempt_id: str | None = None
    event_number: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """Everything that a proposal would change, as it stands now.

    `turned`: the attempts that change, those in which something flips first. `fresh`: attempt id -> the item's
    score that would be stored. `looked_at`: attempts with a result; `waiting`: ended ones that have none yet and
    will be scored by the remedy. `generation` and `basis` say what the preview rests on.
    """

    proposal: Proposal
    generation: int
    basis: tuple[int, ...]
    looked_at: int
    waiting: int
    turned: tuple[Turned, ...]
    fresh: Mapping[str, ScoredItem]
    touched: Mapping[str, Touched]
    digest: str

    @property
    def flipped(self) -> int:
        """How many of the attempts that change have something that turns over."""
        return sum(self.flips_in(each) for each in self.turned)

    def flips_in(self, turned: Turned) -> bool:
        """Whether anything turns over in this attempt, or above it."""
        touched = self.touched.get(turned.change.attempt_id)
        return bool(turned.change.flips) or (touched is not None and bool(touched.units))


def proposal_of(regrade: Regrade) -> Proposal:
    """Return what a stored regrade proposes."""
    return Proposal(
        form_id=regrade.form_id,
        item_version_id=regrade.item_version_id,
        remedy=regrade.remedy,
        by_version_id=regrade.by_version_id,
        attempt_id=regrade.attempt_id,
        event_number=regrade.event_number,
    )


def check_proposal(session: Session, body_id: str, proposal: Proposal) -> None:
    """Raise a refusal unless the proposal can be carried out at all; reads only.

    NotFound for an item that is not on the form or a version that is not one of the same item; Invalid where the
    versions do not ask for the same answers, or a late answer is not held; Conflict for an item that people mark.
    """
    on_form = session.scalar(
        select(ItemVersion.item_id)
        .join(
            FormItem,
            (FormItem.body_id == ItemVersion.body_id) & (FormItem.item_version_id == ItemVersion.id),
        )
        .where(
            FormItem.body_id == body_id,
            FormItem.form_id == proposal.form_id,
            FormItem.item_version_id == proposal.item_version_id,
        )
    )
    if on_form is None:
        raise NotFound(N_("There is no such item on this form."))
    if proposal.remedy is Remedy.NEW_KEY:
        _check_version(session, body_id, proposal, on_form)
    if proposal.remedy is Remedy.LATE_ANSWER:
        _check_late(session, body_id, proposal)


def preview(session: Session, body_id: str, proposal: Proposal) -> Preview:
    """Return everything that a proposal would change now; as many statements however many sat the exam."""
    present = remedies_of(session, body_id, proposal.form_id)
    frame = frame_of(session, body_id, proposal.form_id, present.and_then(_as_row(body_id, proposal)))
    attempts = _ended(session, body_id, proposal)
    stored = stored_of(session, body_id, attempts.keys())
    rows: dict[str, list[object]] = {}
    for row in event_rows(session, body_id, attempts, item=proposal.item_version_id):
        rows.setdefault(row.attempt_id, []).append(row)
    asked = frame.items.get(proposal.item_version_id)
    by_people = asked is not None and asked.human_marked
    points = _points(session, body_id, attempts, proposal.item_version_id) if by_people else {}
    turned: list[Turned] = []
    fresh: dict[str, ScoredItem] = {}
    for attempt_id, attempt in attempts.items():
        own = stored[attempt_id]
        before = own.items.get(proposal.item_version_id)
        if own.result is None or before is None:
            continue
        late = frame.remedies.late.get(attempt_id, frozenset())
        marked = {proposal.item_version_id: points.get(attempt_id, {})}
        facts = facts_of(attempt, rows.get(attempt_id, ()), late, marked)
        scored = score_item(
            frame,
            proposal.item_version_id,
            facts.answers.get(proposal.item_version_id),
            marked[proposal.item_version_id],
        )
        if scored is None:
            continue
        after = _as_reached(scored, before)
        if after == before:
            continue
        fresh[attempt_id] = after
        items = {**own.items, proposal.item_version_id: after}
        turned.append(
            Turned(
                application_id=attempt.application_id,
                person_id=attempt.person_id,
                change=Change(
                    attempt_id=attempt_id,
                    item_before=_marks(before),
                    item_after=_marks(after),
                    before=result_in(frame, own.items.values()),
                    after=result_in(frame, items.values()),
                ),
            )
        )
    touched = foresee_all(session, body_id, turned)
    found = Preview(
        proposal=proposal,
        generation=present.generation,
        basis=basis(session, body_id, proposal.form_id),
        looked_at=sum(each.result is not None for each in stored.values()),
        waiting=sum(each.result is None for each in stored.values()),
        turned=(),
        fresh=fresh,
        touched=touched,
        digest=preview_digest(
            (each.change for each in turned), further={key: each.seen for key, each in touched.items()}
        ),
    )
    return _sorted(found, turned)


def basis(session: Session, body_id: str, form_id: str) -> tuple[int, ...]:
    """Return counts that change whenever a preview of this form may: results and scores; one statement."""
    of_form = select(Attempt.id).where(Attempt.body_id == body_id, Attempt.form_id == form_id).scalar_subquery()
    row = session.execute(
        select(
            *(
                select(func.count())
                .select_from(table)
                .where(table.body_id == body_id, table.attempt_id.in_(of_form))
                .scalar_subquery()
                for table in (ExamResult, ItemScore)
            )
        )
    ).one()
    return tuple(row)


def _sorted(found: Preview, turned: Sequence[Turned]) -> Preview:
    return Preview(
        proposal=found.proposal,
        generation=found.generation,
        basis=found.basis,
        looked_at=found.looked_at,
        waiting=found.waiting,
        turned=tuple(sorted(turned, key=lambda each: (not found.flips_in(each), each.change.attempt_id))),
        fresh=found.fresh,
        touched=found.touched,
        digest=found.digest,
    )


def _ended(session: Session, body_id: str, proposal: Proposal) -> dict[str, Attempt]:
    wanted = select(Attempt).where(
        Attempt.body_id == body_id, Attempt.form_id == proposal.form_id, Attempt.state.in_(ENDED)
    )
    if proposal.attempt_id is not None:
        wanted = wanted.where(Attempt.id == proposal.attempt_id)
    return {attempt.id: attempt for attempt in session.scalars(wanted.order_by(Attempt.id))}


def _points(
    session: Session, body_id: str, attempts: Mapping[str, Attempt], version_id: str
) -> dict[str, dict[int, Fraction]]:
    found: dict[str, dict[int, Fraction]] = {}
    rows = session.execute(
        select(ResponseMark.attempt_id, ResponseMark.place, ResponseMark.total).where(
            ResponseMark.body_id == body_id,
            ResponseMark.item_version_id == version_id,
            ResponseMark.attempt_id.in_(list(attempts)),
        )
    )
    for row in rows:
        found.setdefault(row.attempt_id, {})[row.place] = row.total
    return found


def _as_reached(scored: ScoredItem, before: ScoredItem) -> ScoredItem:
    """An item that was come to stays so; an answer that counts now says that it was."""
    return ScoredItem(
        item_version_id=scored.item_version_id,
        answered=scored.answered,
        reached=scored.answered or before.reached,
        counts=scored.counts,
        score=scored.score,
        maximum=scored.maximum,
    )


def _marks(item: ScoredItem) -> ItemMarks:
    return ItemMarks(score=item.score, maximum=item.maximum, counts=item.counts)


def _as_row(body_id: str, proposal: Proposal) -> Regrade:
    """The proposal as the row that it would be; it is never added to a session."""
    return Regrade(
        body_id=body_id,
        form_id=proposal.form_id,
        item_version_id=proposal.item_version_id,
        remedy=proposal.remedy,
        by_version_id=proposal.by_version_id,
        attempt_id=proposal.attempt_id,
        event_number=proposal.event_number,
    )


def _check_version(session: Session, body_id: str, proposal: Proposal, item_id: str) -> None:
    by_version = proposal.by_version_id
    of_item = select(ItemVersion.id).where(
        ItemVersion.body_id == body_id, ItemVersion.item_id == item_id, ItemVersion.id == by_version
    )
    if by_version is None or session.scalar(of_item) is None:
        raise NotFound(N_("There is no such version of this item."))
    items = items_of(session, body_id, [proposal.item_version_id, by_version])
    check_same_answers(items[proposal.item_version_id], items[by_version])


def _check_late(session: Session, body_id: str, proposal: Proposal) -> None:
    held = session.scalar(
        select(ResponseEvent.number)
        .join(
            Attempt,
            (Attempt.body_id == ResponseEvent.body_id) & (Attempt.id == ResponseEvent.attempt_id),
        )
        .where(
            ResponseEvent.body_id == body_id,
            ResponseEvent.number == proposal.event_number,
            ResponseEvent.attempt_id == proposal.attempt_id,
            ResponseEvent.item == proposal.item_version_id,
            ResponseEvent.standing == Standing.HELD,
            Attempt.form_id == proposal.form_id,
            Attempt.state.in_(ENDED),
        )
    )
    if held is None:
        raise Invalid(N_("Expected an answer that is kept aside in an ended attempt, got another one."))
    if items_of(session, body_id, [proposal.item_version_id])[proposal.item_version_id].human_marked:
        raise Conflict(N_("People mark this item; an answer that came late cannot be added after the end."))
