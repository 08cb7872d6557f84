"""From evidence to units and schemes: nothing is averaged away, and everything missing is named."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment.domain.certification.evidence import Evidence, Source, from_exam, from_task
from assessment.domain.certification.unit_result import (
    Missing,
    Reason,
    SchemeRule,
    UnitResult,
    derive,
    scheme_result,
)
from assessment.domain.competency import Criterion, Element, Method, Outcome, Unit
from assessment.domain.exams.form import Cut
from assessment.domain.exams.result import ItemScore, exam_result
from assessment.domain.plan import Cell, ItemsCut, LevelAtLeast, Yes
from assessment.domain.practicals.aggregation import task_result
from assessment.domain.practicals.observation import Answer, Answered, Level, Observation
from assessment.domain.practicals.rubric import Rubric
from tests.domain.practicals.rubrics import checked, judged, measured

K, BK, MORE = Outcome.COMPETENT, Outcome.NOT_YET_COMPETENT, Outcome.NEEDS_MORE_EVIDENCE
EXAM = Source(kind="attempt", id="a1")
TASK = Source(kind="task", id="t1")


def unit(*criterion_ids: str, complete: bool = True) -> Unit:
    criteria = tuple(Criterion(id=each, number=each) for each in criterion_ids)
    elements = (Element(id="e1", number="1", criteria=criteria),) if criteria else ()
    return Unit(id="u1", code="C.25LAS01.029.1", elements=elements, complete=complete)


def written(criterion: str = "c1") -> Cell:
    return Cell(criterion_id=criterion, method=Method.WRITTEN, rule=ItemsCut(minimum_items=1, cut=Fraction(1, 2)))


def observed(criterion: str = "c1") -> Cell:
    return Cell(criterion_id=criterion, method=Method.OBSERVED, rule=Yes())


def evidence(
    sufficient: bool | None = True,
    method: Method = Method.WRITTEN,
    criterion: str = "c1",
    *,
    confirmed: bool = True,
    safety: bool = False,
) -> Evidence:
    return Evidence(
        criterion_id=criterion,
        method=method,
        source=EXAM,
        sufficient=sufficient,
        confirmed=confirmed,
        safety_critical=safety,
    )


def reasons(result: UnitResult) -> list[Reason]:
    return [gap.reason for gap in result.missing]


def test_a_unit_is_competent_when_every_cell_is_proved() -> None:
    found = derive(
        unit("c1", "c2"),
        [written(), observed(), observed("c2")],
        [evidence(), evidence(method=Method.OBSERVED), evidence(True, Method.OBSERVED, "c2")],
    )
    assert (found.outcome, found.missing) == (K, ())
    assert found.proved_by == (Method.OBSERVED, Method.WRITTEN)


def test_a_failure_names_unit_element_criterion_and_what_closes_it() -> None:
    found = derive(unit("c1"), [written()], [evidence(False)])
    assert found.outcome is BK
    assert found.missing == (
        Missing(
            unit_id="u1",
            element_id="e1",
            criterion_id="c1",
            reason=Reason.INSUFFICIENT,
            method=Method.WRITTEN,
            closes_with=(Method.WRITTEN, Method.ORAL),
        ),
    )


def test_a_unit_without_criteria_is_never_competent() -> None:
    found = derive(unit(), [], [])
    assert (found.outcome, reasons(found)) == (MORE, [Reason.UNIT_WITHOUT_CRITERIA])


def test_a_unit_that_is_not_complete_is_never_competent() -> None:
    found = derive(unit("c1", complete=False), [written()], [evidence()])
    assert (found.outcome, reasons(found)) == (MORE, [Reason.UNIT_NOT_COMPLETE])


def test_a_criterion_without_a_cell_is_never_proved() -> None:
    assert reasons(derive(unit("c1"), [], [evidence()])) == [Reason.NO_CELL]


def test_missing_evidence_leaves_a_unit_open() -> None:
    found = derive(unit("c1"), [written(), observed()], [evidence()])
    assert (found.outcome, reasons(found)) == (MORE, [Reason.NO_EVIDENCE])


def test_needs_more_evidence_leaves_a_unit_open_beside_a_failure() -> None:
    found = derive(unit("c1", "c2"), [written(), written("c2")], [evidence(False), evidence(None, criterion="c2")])
    assert found.outcome is MORE


def test_evidence_that_is_not_confirmed_proves_nothing_and_fails_nothing() -> None:
    for sufficient in (True, False, None):
        found = derive(unit("c1"), [written()], [evidence(sufficient, confirmed=False)])
        assert (found.outcome, reasons(found)) == (MORE, [Reason.NOT_CONFIRMED])


def test_an_oral_question_closes_what_was_missed_in_writing() -> None:
    found = derive(unit("c1"), [written()], [evidence(False), evidence(method=Method.ORAL)])
    assert (found.outcome, found.proved_by) == (K, (Method.ORAL,))
    assert found.criteria[0].cells[0].closed_by_oral


@pytest.mark.parametrize("oral", [False, None])
def test_an_oral_question_that_does_not_suffice_closes_nothing(oral: bool | None) -> None:
    found = derive(unit("c1"), [written()], [evidence(False), evidence(oral, Method.ORAL)])
    assert found.outcome is BK


def test_an_oral_question_does_not_replace_an_exam_that_was_not_sat() -> None:
    assert derive(unit("c1"), [written()], [evidence(method=Method.ORAL)]).outcome is MORE


def test_an_oral_question_does_not_close_a_safety_critical_failure() -> None:
    found = derive(unit("c1"), [written()], [evidence(False, safety=True), evidence(method=Method.ORAL)])
    assert (found.outcome, reasons(found)) == (BK, [Reason.SAFETY_CRITICAL])


def test_an_oral_question_does_not_close_an_observation() -> None:
    found = derive(unit("c1"), [observed()], [evidence(False, Method.OBSERVED), evidence(method=Method.ORAL)])
    assert found.outcome is BK


def test_all_sources_of_a_cell_must_suffice() -> None:
    both = [evidence(True, Method.OBSERVED), evidence(False, Method.OBSERVED)]
    assert derive(unit("c1"), [observed()], both).outcome is BK


def test_a_failed_safety_critical_criterion_ends_the_matter() -> None:
    failed = evidence(False, Method.OBSERVED, safety=True)
    found = derive(unit("c1", "c2"), [written(), observed("c2")], [evidence(), failed])
    assert found.outcome is BK
    assert set(reasons(found)) == {Reason.SAFETY_CRITICAL, Reason.NO_EVIDENCE}


def test_evidence_of_another_unit_is_ignored() -> None:
    assert derive(unit("c1"), [written()], [evidence(), evidence(False, criterion="c9")]).outcome is K


@given(
    st.lists(
        st.tuples(
            st.sampled_from([Method.WRITTEN, Method.OBSERVED, Method.ORAL]),
            st.sampled_from(["c1", "c2"]),
            st.sampled_from([True, False, None]),
            st.booleans(),
        ),
        min_size=1,
        max_size=8,
    ),
    st.data(),
)
def test_better_evidence_never_takes_competence_away(
    pieces: list[tuple[Method, str, bool | None, bool]], data: st.DataObject
) -> None:
    cells = [written(), observed(), written("c2")]
    raised = data.draw(st.integers(0, len(pieces) - 1))

    def outcome(better: bool) -> Outcome:
        found = [
            evidence(True if better and place == raised else sufficient, method, criterion, safety=safety)
            for place, (method, criterion, sufficient, safety) in enumerate(pieces)
        ]
        return derive(unit("c1", "c2"), cells, found).outcome

    if outcome(better=False) is K:
        assert outcome(better=True) is K


def test_an_exam_gives_evidence_for_each_written_cell_that_it_measured() -> None:
    cells = [written(), written("c2"), observed()]
    scores = [
        ItemScore(
            item_id="i",
            unit_id="u1",
            criterion_ids=frozenset({"c1"}),
            score=Fraction(1, 3),
            maximum=Fraction(1),
        )
    ]
    result = exam_result(scores, cells=cells, cut=Cut(fraction=Fraction(1, 2), method="provisional"))
    (piece,) = from_exam(result, cells=cells, source=EXAM, confirmed=True)
    assert (piece.criterion_id, piece.sufficient) == ("c1", False)
    assert piece.detail == {"items": 1, "score": "1/3", "maximum": "1", "cut": "1/2"}


def observation(name: str, value: Level | Answered) -> Observation:
    return Observation(assessor_id="p1", rubric_criterion_id=name, value=value)


def test_a_task_gives_evidence_by_method_and_the_worst_mark_decides() -> None:
    rubric = Rubric(
        criteria=(judged("j"), checked("k", safety=True), measured("m", confirmed=False), checked("l", criterion="c2"))
    )
    marks = [
        observation("j", Level(level=3)),
        observation("k", Answered(answer=Answer.NO)),
        observation("m", Answered(answer=Answer.NEEDS_MORE_EVIDENCE)),
    ]
    found = {
        (piece.criterion_id, piece.method): piece
        for piece in from_task(rubric, task_result(rubric, marks), source=TASK, confirmed=True)
    }
    observed_piece = found["c1", Method.OBSERVED]
    assert (observed_piece.sufficient, observed_piece.safety_critical) == (False, True)
    assert observed_piece.detail == {"j": "sufficient", "k": "insufficient"}
    assert found["c1", Method.PRODUCT].sufficient is None
    assert ("c2", Method.OBSERVED) not in found


def test_raising_a_level_never_turns_competent_into_not_yet() -> None:
    rubric = Rubric(criteria=(judged("a"), judged("b")))
    cell = Cell(criterion_id="c1", method=Method.OBSERVED, rule=LevelAtLeast(level=1))

    def outcome(a: int, b: int) -> Outcome:
        marks = [observation("a", Level(level=a)), observation("b", Level(level=b))]
        found = from_task(rubric, task_result(rubric, marks), source=TASK, confirmed=True)
        return derive(unit("c1"), [cell], found).outcome

    for a in range(4):
        for b in range(4):
            if outcome(a, b) is K:
                assert all(outcome(more, b) is K for more in range(a, 4))


def unit_result(outcome: Outcome, reason: Reason = Reason.INSUFFICIENT) -> UnitResult:
    gap = Missing(unit_id="u", element_id=None, criterion_id=None, reason=reason, method=None, closes_with=())
    return UnitResult(unit_id="u", outcome=outcome, criteria=(), missing=() if outcome is K else (gap,))


@pytest.mark.parametrize(
    ("outcomes", "wanted", "expected"),
    [
        ({"a": K, "b": K}, 0, K),
        ({"a": K, "b": BK}, 0, BK),
        ({"a": K}, 0, MORE),  # a core unit was not assessed
        ({"a": BK, "b": MORE}, 0, MORE),
        ({"a": K, "b": K, "x": K, "y": BK}, 1, K),
        ({"a": K, "b": K, "x": BK, "y": MORE}, 1, MORE),
        ({"a": K, "b": K, "x": BK, "y": MORE}, 2, BK),
        ({"a": K, "b": K}, 1, MORE),  # no elective chosen
        ({"a": K, "b": K, "x": MORE}, 0, K),
    ],
)
def test_all_core_units_and_enough_electives(outcomes: dict[str, Outcome], wanted: int, expected: Outcome) -> None:
    rule = SchemeRule(core=frozenset("ab"), electives=frozenset("xyz"), electives_wanted=wanted)
    found = scheme_result({name: unit_result(outcome) for name, outcome in outcomes.items()}, rule)
    assert found.outcome is expected
    assert found.competent == {name for name, outcome in outcomes.items() if outcome is K}


def test_a_safety_failure_decides_a_scheme_while_others_are_open() -> None:
    results = {"a": unit_result(BK, Reason.SAFETY_CRITICAL), "b": unit_result(MORE, Reason.NO_EVIDENCE)}
    assert scheme_result(results, SchemeRule(core=frozenset("ab"))).outcome is BK


def test_a_scheme_without_units_is_never_competent() -> None:
    assert scheme_result({}, SchemeRule(core=frozenset())).outcome is MORE
