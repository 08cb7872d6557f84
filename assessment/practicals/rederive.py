"""Deriving again: receipt and result of a practical from its observations, held against what is stored."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.domain.errors import Invalid
from assessment.domain.mismatch import Mismatch, differs, mismatch
from assessment.domain.practicals.delivery import digest, receipt, sheet_receipt
from assessment.domain.practicals.practical_states import SheetState
from assessment.practicals.carrying import carried_of, on_the_sheet
from assessment.practicals.content import CriterionContent, rubric_criteria
from assessment.practicals.observations import StoredObservation, observations_of
from assessment.practicals.photo_records import photos_sent
from assessment.practicals.piece_queries import criteria_on_piece, newest_piece
from assessment.practicals.settling import compare, result_to_json
from assessment.practicals.sheets import sheets_of
from assessment.practicals.submitting import FIRST_ROUND
from assessment.practicals.tables import Practical, PracticalState, TaskResult
from assessment.practicals.tables_sheets import Sheet, SheetSeal

FIRST_VERSION = 1


def practicals_to_rederive(session: Session, *, since: datetime | None = None) -> Iterator[tuple[str, str]]:
    """Yield (body id, practical id) of every practical, in key order; `since` keeps those opened from then on."""
    keys = select(Practical.body_id, Practical.id).order_by(Practical.body_id, Practical.id)
    if since is not None:
        keys = keys.where(Practical.opened_at >= since)
    for row in session.execute(keys.execution_options(yield_per=500)):
        yield row.body_id, row.id


def rederive(session: Session, body_id: str, practical_id: str) -> Iterator[Mismatch]:
    """Yield each stored value of a practical that differs from what its observations give; reads only.

    Held against the facts: the digest of each observation; of each submitted sheet the number of marks and the receipt
    of every round; every generation of the result, from the marks that counted when it was derived.
    """
    practical = session.get(Practical, (body_id, practical_id))
    if practical is None:
        return
    record = f"practical/{body_id}/{practical_id}"
    criteria = rubric_criteria(session, body_id, practical.rubric_id)
    try:
        stored = observations_of(session, body_id, practical_id, criteria)
    except Invalid as error:
        yield mismatch(record, "observation", "a mark of the rubric", error)
        return
    for each in stored:
        yield from differs(f"observation/{each.number}", "observation_digest", digest(each.sent), each.digest)
    to_mark = on_the_sheet(criteria, carried_of(session, body_id, practical_id))
    sheets = sheets_of(session, body_id, practical_id)
    seals: dict[str, list[SheetSeal]] = {}
    for seal in session.scalars(
        select(SheetSeal)
        .where(SheetSeal.body_id == body_id, SheetSeal.sheet_id.in_([sheet.id for sheet in sheets]))
        .order_by(SheetSeal.round)
    ):
        seals.setdefault(seal.sheet_id, []).append(seal)
    for sheet in sheets:
        yield from _sheet(session, sheet, to_mark, stored, seals.get(sheet.id, []))
    old = any(seal.v == FIRST_VERSION for each in seals.values() for seal in each)
    yield from _results(session, practical, criteria, sheets, as_they_came=old)


def _sheet(
    session: Session,
    sheet: Sheet,
    criteria: Sequence[CriterionContent],
    stored: Sequence[StoredObservation],
    seals: Sequence[SheetSeal],
) -> Iterator[Mismatch]:
    record = f"sheet/{sheet.body_id}/{sheet.id}"
    own = [each for each in stored if each.person_id == sheet.person_id and not each.held]
    submitted = sheet.state is SheetState.SUBMITTED
    if not submitted and not seals:
        return
    yield from differs(record, "seal", True, bool(seals))
    # A held mark that a second person took before the submission is a mark too, though the receipt does not seal it.
    then = stored
    if submitted and any(each.held for each in stored):
        then = observations_of(session, sheet.body_id, sheet.practical_id, criteria, until=sheet.submitted_at)
    marked = {each.sent.criterion for each in then if each.person_id == sheet.person_id and each.counts}
    yield from differs(record, "missing", [], [each.code for each in criteria if each.code not in marked])
    photos = photos_sent(session, sheet.body_id, sheet.practical_id, sheet.person_id, criteria)
    for seal in seals:
        of_round = [each.sent for each in own if each.round == seal.round]
        first = seal.round == FIRST_ROUND
        found = receipt(of_round) if seal.v == FIRST_VERSION else sheet_receipt(of_round, photos if first else ())
        yield from differs(record, "receipt", found.digest, seal.digest)
        yield from differs(record, "marks", found.marks, seal.marks)
        yield from differs(record, "observations", found.observations, seal.observations)
        yield from differs(record, "photos", found.photos, seal.photos)
        if first:
            yield from differs(record, "receipt", seal.digest, sheet.receipt)
            yield from differs(record, "marks", seal.marks, sheet.marks)


def _results(
    session: Session,
    practical: Practical,
    criteria: Sequence[CriterionContent],
    sheets: Sequence[Sheet],
    *,
    as_they_came: bool,
) -> Iterator[Mismatch]:
    results = session.scalars(
        select(TaskResult)
        .where(TaskResult.body_id == practical.body_id, TaskResult.practical_id == practical.id)
        .order_by(TaskResult.generation)
    ).all()
    name = f"task_result/{practical.body_id}/{practical.id}"
    if not results and practical.state is PracticalState.SUBMITTED:
        yield mismatch(name, "task_result", "a result", None)
    persons = [sheet.person_id for sheet in sheets]
    for row in results:
        stored = observations_of(session, practical.body_id, practical.id, criteria, until=row.derived_at)
        piece = newest_piece(session, practical.body_id, practical.id, until=row.derived_at)
        carried = carried_of(session, practical.body_id, practical.id, until=row.derived_at)
        on_piece = criteria_on_piece(criteria, piece)
        compared = compare(practical.id, on_piece, persons, stored, as_they_came=as_they_came, carried=carried)
        version = row.result.get("v", FIRST_VERSION)
        expected = result_to_json(compared, version=version if version in (1, 2) else 2)
        yield from differs(f"{name}/{row.generation}", "task_result", expected, row.result)
