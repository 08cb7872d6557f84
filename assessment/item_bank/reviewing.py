"""A draft goes to a second person, comes back with a comment or becomes an item version (DESIGN.md, duties).

Who wrote any part of a draft never reviews it; persons are compared, and the database refuses as well. What was
approved is what was seen: the approval names the revision that the reviewer had before them.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.accounts.ids import new_id
from assessment.audit.recording import because
from assessment.domain.errors import N_, Conflict, Invalid
from assessment.domain.items.authoring.building import Made, build
from assessment.domain.items.authoring.draft import Draft, draft_from_json
from assessment.domain.items.authoring.finding import Finding
from assessment.domain.items.authoring.rules import review
from assessment.domain.items.draft_states import DRAFT, DraftEvent, check_reviewer
from assessment.domain.items.qti.package import Alignment, ImportOutcome, ItemReport, PackageReport
from assessment.item_bank.drafting import authors_of, get_draft, keep_copy
from assessment.item_bank.service import Change, get_item, import_package
from assessment.item_bank.tables import Item, ItemDraft, ItemDraftEntry, ItemReview, ItemVersion, Talk
from assessment.standards.tables import Competency
from assessment.web.actor import Actor

SOURCE = "author"
LONGEST_REMARK = 4_000


def judged(draft: ItemDraft) -> tuple[Draft, Made, list[Finding]]:
    """Return what a draft says, the item that it makes, and what can be said about it without a person."""
    content = draft_from_json(draft.content)
    made = build(content)
    return content, made, review(content, made)


def submit(session: Session, actor: Actor, draft_id: str, *, remark: str, now: datetime) -> ItemDraft:
    """Give a draft to a second person. Raises Invalid while something must be mended first."""
    draft = get_draft(session, actor.body_id, draft_id)
    _, _, findings = judged(draft)
    faults = sum(finding.must for finding in findings)
    if faults:
        raise Invalid(N_("Before the review %(count)s things must be mended; they are listed below."), count=faults)
    _check_free(session, draft)
    keep_copy(session, draft)
    return _step(session, actor, draft, DraftEvent.SUBMIT, remark=remark, now=now)


def take_back(session: Session, actor: Actor, draft_id: str, *, now: datetime) -> ItemDraft:
    """Take a draft back from review to go on writing; its authors may."""
    draft = get_draft(session, actor.body_id, draft_id)
    if actor.person_id not in authors_of(session, draft):
        raise Conflict(N_("Only who wrote the draft takes it back. Send it back with a comment instead."))
    return _step(session, actor, draft, DraftEvent.TAKE_BACK, remark="", now=now)


def send_back(session: Session, actor: Actor, draft_id: str, *, remark: str, now: datetime) -> ItemDraft:
    """Send a draft back to its author. Raises Invalid without a comment, NotAllowed for an author of it."""
    draft = get_draft(session, actor.body_id, draft_id)
    check_reviewer(actor.person_id, authors_of(session, draft))
    if not remark.strip():
        raise Invalid(N_("Say what should change before the draft goes back."))
    return _step(session, actor, draft, DraftEvent.SEND_BACK, remark=remark, now=now)


def approve(session: Session, actor: Actor, draft_id: str, *, revision: int, remark: str, now: datetime) -> ItemDraft:
    """Make the item version of a draft, reviewed by this person, and end the draft.

    `revision` is the one that the reviewer saw. Raises NotAllowed for an author of the draft, Conflict when it
    changed meanwhile, when its item got another version, or when it changes nothing.
    """
    draft = get_draft(session, actor.body_id, draft_id)
    author = draft.changed_by
    check_reviewer(actor.person_id, authors_of(session, draft))
    if revision != draft.revision:
        raise Conflict(N_("The draft changed since you opened it. Look at it again before you approve it."))
    DRAFT.after(draft.state, DraftEvent.APPROVE)
    content, made, findings = judged(draft)
    if made.whole is None or any(finding.must for finding in findings):
        raise Conflict(N_("Something in the draft must be mended first; send it back."))
    _check_free(session, draft)
    version = _make_version(session, actor.body_id, draft, content, made, author=author, now=now)
    session.add(
        ItemReview(
            body_id=actor.body_id,
            id=new_id(),
            item_version_id=version.id,
            author_id=author,
            draft_id=draft.id,
            reviewed_by=actor.person_id,
            reviewed_at=now,
            remark=remark.strip()[:LONGEST_REMARK],
        )
    )
    draft.item_id = version.item_id
    draft.base = version.number
    return _step(session, actor, draft, DraftEvent.APPROVE, remark=remark, now=now)


def drop(session: Session, actor: Actor, draft_id: str, *, remark: str, now: datetime) -> ItemDraft:
    """End a draft without a version; it stays to be read. Raises Invalid without a reason."""
    draft = get_draft(session, actor.body_id, draft_id)
    if not remark.strip():
        raise Invalid(N_("Say why the draft is given up."))
    because(session, remark.strip())
    return _step(session, actor, draft, DraftEvent.DROP, remark=remark, now=now)


def comment(session: Session, actor: Actor, draft_id: str, *, remark: str, now: datetime) -> ItemDraft:
    """Add a comment to a draft. Raises Invalid for an empty one."""
    draft = get_draft(session, actor.body_id, draft_id)
    if not remark.strip():
        raise Invalid(N_("Write something before you send the comment."))
    _note(session, actor, draft, Talk.COMMENT, remark=remark, now=now)
    return draft


def confirm_version(session: Session, actor: Actor, item_id: str, *, remark: str, now: datetime) -> ItemReview:
    """Say that one has looked the newest version of an item through, which came in from elsewhere.

    Raises NotAllowed for who brought it in, Conflict when it is reviewed already.
    """
    item = get_item(session, actor.body_id, item_id)
    version = _newest(session, actor.body_id, item)
    check_reviewer(actor.person_id, {version.imported_by} if version.imported_by else set())
    reviewed = select(ItemReview.id).where(
        ItemReview.body_id == actor.body_id, ItemReview.item_version_id == version.id
    )
    if session.scalar(reviewed.limit(1)) is not None:
        raise Conflict(N_("This version is reviewed already."))
    found = ItemReview(
        body_id=actor.body_id,
        id=new_id(),
        item_version_id=version.id,
        author_id=version.imported_by,
        draft_id=None,
        reviewed_by=actor.person_id,
        reviewed_at=now,
        remark=remark.strip()[:LONGEST_REMARK],
    )
    session.add(found)
    session.flush()
    return found


def _check_free(session: Session, draft: ItemDraft) -> None:
    """Raise Conflict when the item of a draft, or its identifier, moved on without it."""
    there = session.scalar(select(Item).where(Item.body_id == draft.body_id, Item.identifier == draft.identifier))
    if draft.item_id is None and there is not None:
        raise Conflict(
            N_("There is an item %(item)s already. Give the draft another identifier."), item=draft.identifier
        )
    if draft.item_id is not None and there is not None:
        if there.retired_at is not None:
            raise Conflict(N_("This item is retired. What is retired cannot be brought back; write a new item."))
        if there.number != draft.base:
            raise Conflict(
                N_("Version %(new)s was made since this draft began with version %(old)s. Compare them first."),
                new=there.number,
                old=draft.base,
            )


def _make_version(
    session: Session, body_id: str, draft: ItemDraft, content: Draft, made: Made, *, author: str, now: datetime
) -> ItemVersion:
    report = ItemReport(
        files=(SOURCE,),
        identifier=made.item.identifier,
        title=draft.title,
        outcome=ImportOutcome.IMPORTED,
        reasons=(),
        item=made.item,
        texts=made.texts,
        criteria=_alignments(session, body_id, content.criteria),
    )
    (line,) = import_package(
        session, body_id, PackageReport(items=(report,)), use=draft.use, imported_by=author, now=now
    )
    if line.change in (Change.UNCHANGED, Change.NONE):
        raise Conflict(N_("The draft says the same as the newest version; there is nothing to approve."))
    if line.outcome is not ImportOutcome.IMPORTED:
        raise Conflict(N_("A criterion of the draft is in no published standard any more. Choose it again."))
    item = session.scalars(select(Item).where(Item.body_id == body_id, Item.identifier == made.item.identifier)).one()
    return _newest(session, body_id, item)


def _alignments(session: Session, body_id: str, criteria: Sequence[str]) -> tuple[Alignment, ...]:
    rows = session.execute(
        select(Competency.identifier, Competency.code)
        .where(Competency.body_id == body_id, Competency.id.in_(criteria))
        .order_by(Competency.position)
    )
    return tuple(Alignment(guid=row.identifier, label=row.code) for row in rows)


def _newest(session: Session, body_id: str, item: Item) -> ItemVersion:
    return session.scalars(
        select(ItemVersion).where(
            ItemVersion.body_id == body_id, ItemVersion.item_id == item.id, ItemVersion.number == item.number
        )
    ).one()


def _step(
    session: Session, actor: Actor, draft: ItemDraft, event: DraftEvent, *, remark: str, now: datetime
) -> ItemDraft:
    draft.state = DRAFT.after(draft.state, event)
    _note(session, actor, draft, Talk(event.value), remark=remark, now=now)
    return draft


def _note(session: Session, actor: Actor, draft: ItemDraft, what: Talk, *, remark: str, now: datetime) -> None:
    answers = what in (Talk.APPROVE, Talk.SEND_BACK)
    session.add(
        ItemDraftEntry(
            body_id=draft.body_id,
            id=new_id(),
            draft_id=draft.id,
            what=what,
            person_id=actor.person_id,
            author_id=draft.changed_by if answers else None,
            at=now,
            revision=draft.revision,
            remark=remark.strip()[:LONGEST_REMARK],
        )
    )
    session.flush()
