"""Setting a form's cut with a panel: who judges, what nobody sees too early, what stays, and the cut in force."""

import math
import re
from collections.abc import Sequence
from datetime import timedelta
from fractions import Fraction

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from assessment.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from assessment.domain.roles import Role
from assessment.exams import cut_studies
from assessment.exams.cut_study_queries import rederive_study, shown_study, studies_to_rederive, to_rate
from assessment.exams.tables import Form
from assessment.exams.tables_cut_studies import CutOutcome, CutRating
from assessment.web.actor import Actor
from tests.factories.accounts import NOW, make_actor, make_body
from tests.factories.exams import make_attempts, make_exam
from tests.factories.visitors import Visitor, signed_in, writing_on
from tests.fixtures.measuring import count_statements
from tests.fixtures.sites import Site

BODY = "las"
WORDS = "Mengenal alat dan bekerja menurut instruksi."


class Panel:
    """A form of three items (worth 1, 2 and 1 marks), three judges, and two who lead."""

    def __init__(self, session: Session) -> None:
        self.session = session
        make_body(session, BODY)
        self.exam = make_exam(session, BODY)
        self.judges = [
            make_actor(session, BODY, role, name=f"Hakim {number} Contoh", login=f"hakim{number}")
            for number, role in enumerate((Role.ASSESSOR, Role.ITEM_AUTHOR, Role.DECIDER), start=1)
        ]
        self.lead = make_actor(session, BODY, Role.QUALITY_MANAGER, name="Mutu Contoh", login="mutu")
        self.manager = make_actor(session, BODY, Role.SCHEME_MANAGER, name="Skema Contoh", login="skema")
        self.items = list(cut_studies.worth_of(session, BODY, self.exam.form_id))

    def begin(self, judges: Sequence[Actor] | None = None, words: str = WORDS) -> str:
        return cut_studies.begin(
            self.session,
            self.lead,
            self.exam.form_id,
            judges=[judge.person_id for judge in (self.judges if judges is None else judges)],
            candidate=words,
            now=NOW,
        ).id

    def rate(self, study_id: str, judge: Actor, *percents: int, number: int = 1) -> None:
        cut_studies.rate(
            self.session,
            judge,
            study_id,
            round_number=number,
            estimates=dict(zip(self.items, percents, strict=True)),
            now=NOW,
        )

    def rate_all(self, study_id: str, *, number: int = 1, lower: int = 0) -> None:
        for place, judge in enumerate(self.judges):
            self.rate(study_id, judge, 40 + 10 * place, 50 + 10 * place - lower, 60 + 10 * place, number=number)


def test_the_panel_sets_the_cut_in_two_rounds(session: Session) -> None:
    panel = Panel(session)
    worth = cut_studies.worth_of(session, BODY, panel.exam.form_id)
    assert sorted(worth.values()) == [1, 1, 2]
    study_id = panel.begin()
    panel.rate_all(study_id)
    cut_studies.open_next_round(session, panel.lead, study_id, discussed="Soal kedua dibahas.", now=NOW)
    panel.rate_all(study_id, number=2, lower=4)
    outcome = cut_studies.close(session, panel.lead, study_id, now=NOW)
    by_hand = [
        sum(worth[item] * percent for item, percent in zip(panel.items, given, strict=True)) / 4
        for given in ((40, 46, 60), (50, 56, 70), (60, 66, 80))
    ]
    assert outcome.cut == sum(by_hand, Fraction()) / 300
    assert (outcome.round, outcome.judges) == (2, 3)
    # The judges lie ten per cent apart throughout: their standard deviation is 0.1.
    assert outcome.standard_error == f"{0.1 / math.sqrt(3):.9f}"
    shown = shown_study(session, BODY, study_id)
    assert [each.said is not None for each in shown.rounds] == [True, True]
    assert list(studies_to_rederive(session)) == [(BODY, study_id)]
    assert list(rederive_study(session, BODY, study_id)) == []


def test_a_changed_outcome_is_found_again(session: Session) -> None:
    panel = Panel(session)
    study_id = panel.begin()
    panel.rate_all(study_id)
    outcome = cut_studies.close(session, panel.lead, study_id, now=NOW)
    session.expunge(outcome)
    stored = session.get_one(CutOutcome, (BODY, study_id))
    stored.cut = Fraction(1, 2)
    with session.no_autoflush:
        assert [problem.kind for problem in rederive_study(session, BODY, study_id)] == ["cut"]
    session.expunge(stored)


def test_nobody_sees_a_round_before_the_last_judge_has_handed_in(session: Session) -> None:
    panel = Panel(session)
    study_id = panel.begin()
    for judge in panel.judges[:2]:
        panel.rate(study_id, judge, 40, 50, 60)
        assert shown_study(session, BODY, study_id).rounds[0].said is None
    with pytest.raises(Conflict, match="not handed in"):
        cut_studies.open_next_round(session, panel.lead, study_id, discussed="Soal kedua dibahas.", now=NOW)
    with pytest.raises(Conflict, match="not handed in"):
        cut_studies.close(session, panel.lead, study_id, now=NOW)
    panel.rate(study_id, panel.judges[2], 40, 50, 60)
    assert shown_study(session, BODY, study_id).rounds[0].said is not None


def test_a_judge_may_change_the_mind_until_the_last_one_has_handed_in_and_nothing_is_lost(session: Session) -> None:
    panel = Panel(session)
    study_id = panel.begin()
    first = panel.judges[0]
    panel.rate(study_id, first, 10, 10, 10)
    panel.rate(study_id, first, 20, 20, 20)
    assert set(cut_studies.standing_of(session, BODY, study_id).ratings[1][first.person_id].values()) == {20}
    assert session.scalar(select(func.count()).select_from(CutRating)) == 2
    for judge in panel.judges[1:]:
        panel.rate(study_id, judge, 30, 30, 30)
    with pytest.raises(Conflict, match="stay as they are"):
        panel.rate(study_id, first, 0, 0, 0)


def test_what_is_no_estimate_is_refused(session: Session) -> None:
    panel = Panel(session)
    study_id = panel.begin()
    judge = panel.judges[0]
    with pytest.raises(Invalid):
        panel.rate(study_id, judge, 40, 50, 101)
    with pytest.raises(Invalid):
        cut_studies.rate(session, judge, study_id, round_number=1, estimates={panel.items[0]: 50}, now=NOW)
    with pytest.raises(Conflict):
        panel.rate(study_id, judge, 40, 50, 60, number=2)
    with pytest.raises(NotFound):
        panel.rate(study_id, panel.lead, 40, 50, 60)
    panel.rate_all(study_id)
    cut_studies.close(session, panel.lead, study_id, now=NOW)
    with pytest.raises(Conflict, match="closed"):
        panel.rate(study_id, judge, 40, 50, 60)
    with pytest.raises(Conflict, match="closed"):
        cut_studies.close(session, panel.lead, study_id, now=NOW)


def test_a_panel_needs_three_people_who_know_the_work_and_words(session: Session) -> None:
    panel = Panel(session)
    stranger = make_actor(session, BODY, Role.INVIGILATOR)
    for judges, words in (
        (panel.judges[:2], WORDS),
        ([*panel.judges[:2], panel.judges[0]], WORDS),
        ([*panel.judges[:2], stranger], WORDS),
        (panel.judges, "pendek"),
    ):
        with pytest.raises(Invalid):
            panel.begin(judges, words)
    panel.begin()
    with pytest.raises(Conflict, match="open already"):
        panel.begin()


def test_three_rounds_are_the_most(session: Session) -> None:
    panel = Panel(session)
    study_id = panel.begin()
    for number in range(1, cut_studies.MOST_ROUNDS + 1):
        panel.rate_all(study_id, number=number)
        if number < cut_studies.MOST_ROUNDS:
            cut_studies.open_next_round(session, panel.lead, study_id, discussed="Semua soal dibahas.", now=NOW)
    with pytest.raises(Conflict, match="at most 3 rounds"):
        cut_studies.open_next_round(session, panel.lead, study_id, discussed="Semua soal dibahas.", now=NOW)


def test_the_cut_comes_into_force_by_a_second_person_and_only_before_anybody_has_the_form(session: Session) -> None:
    panel = Panel(session)
    study_id = panel.begin()
    panel.rate_all(study_id)
    with pytest.raises(Conflict, match="still open"):
        cut_studies.use(session, panel.manager, study_id, now=NOW)
    outcome = cut_studies.close(session, panel.lead, study_id, now=NOW)
    with pytest.raises(NotAllowed):
        cut_studies.use(session, panel.lead, study_id, now=NOW)
    form = cut_studies.use(session, panel.manager, study_id, now=NOW + timedelta(days=3))
    assert (form.cut, form.cut_method, form.cut_judges, form.provisional) == (outcome.cut, "angoff", 3, False)
    assert form.cut_on is not None
    assert form.cut_on.isoformat() == "2026-03-12"
    make_attempts(session, panel.exam, make_actor(session, BODY, Role.CANDIDATE).person_id)
    with pytest.raises(Conflict, match="Candidates have this form already"):
        cut_studies.use(session, panel.manager, study_id, now=NOW)


def test_what_waits_for_a_judge(session: Session) -> None:
    panel = Panel(session)
    study_id = panel.begin()
    judge = panel.judges[0]
    assert [each[0] for each in to_rate(session, BODY, judge.person_id)] == [study_id]
    assert to_rate(session, BODY, panel.lead.person_id) == []
    panel.rate_all(study_id)
    assert to_rate(session, BODY, judge.person_id) == []
    cut_studies.open_next_round(session, panel.lead, study_id, discussed="Semua soal dibahas.", now=NOW)
    assert [each[0] for each in to_rate(session, BODY, judge.person_id)] == [study_id]


def hand_in(site: Site, login: str, address: str, *percents: int) -> Visitor:
    visitor = signed_in(site, login)
    page = visitor.get(f"{address}?lang=en").get_data(as_text=True)
    number = re.search(r'name="round"[^>]*value="(\d)"', page)
    assert number is not None
    fields = {f"estimate_{place}": str(each) for place, each in enumerate(percents, start=1)}
    assert visitor.post(address, {"round": number[1], **fields}).status_code == 303
    return visitor


@pytest.mark.long_lock("the form is made in one go")
def test_the_whole_study_on_its_pages(site: Site) -> None:
    site.app.extensions["clock"] = lambda: NOW + timedelta(minutes=5)
    with writing_on(site) as session:
        panel = Panel(session)
        session.execute(update(Form).values(provisional=True, cut_judges=None, cut_on=None))
    lead = signed_in(site, "mutu")
    new = f"/exam-forms/{panel.exam.form_id}/cut-study"
    assert "Hakim 1 Contoh" in lead.get(f"{new}?lang=en").get_data(as_text=True)
    judges = [judge.person_id for judge in panel.judges]
    assert lead.post(new, {"candidate": WORDS, "judges": judges[:2]}).status_code == 422
    study = lead.post(new, {"candidate": WORDS, "judges": judges}).location
    assert lead.get("/cut-studies").status_code == 200
    address = f"{study}/estimates"
    for place in (1, 2):
        hand_in(site, f"hakim{place}", address, 40, 50, 60)
        assert "45" not in lead.get(f"{study}?lang=en").get_data(as_text=True).partition("<main")[2]
    judge = signed_in(site, "hakim3")
    assert "Items to estimate" in judge.get("/today?lang=en").get_data(as_text=True)
    assert judge.post(address, {"round": "1", "estimate_1": "x"}).status_code == 422
    hand_in(site, "hakim3", address, 70, 80, 90)
    assert "This round is over." in judge.get(f"{address}?lang=en").get_data(as_text=True)
    assert "Last round" not in judge.get(f"{address}?lang=en").get_data(as_text=True)
    assert lead.post(f"{study}/round", {"discussed": "x"}).status_code == 422
    assert lead.post(f"{study}/round", {"discussed": "Soal pertama dibahas bersama."}).status_code == 303
    with count_statements(site.engine) as statements:
        page = judge.get(f"{address}?lang=en").get_data(as_text=True)
    assert len(statements) <= 12, "\n".join(statements)
    assert "Last round: lowest 40, mean 50, highest 70; yours 70." in page
    for place in (1, 2, 3):
        hand_in(site, f"hakim{place}", address, 50, 60, 70)
    assert lead.post(f"{study}/close").status_code == 303
    with count_statements(site.engine) as statements:
        page = lead.get(f"{study}?lang=en").get_data(as_text=True)
    assert len(statements) <= 12, "\n".join(statements)
    assert "Soal pertama dibahas bersama." in page
    assert "Standard error at the cut" in page
    assert "Put this cut into force" not in page
    manager = signed_in(site, "skema")
    assert "Put this cut into force" in manager.get(f"{study}?lang=en").get_data(as_text=True)
    assert manager.post(f"{study}/use").location == f"/exam-forms/{panel.exam.form_id}"
    assert "Cut set" in manager.get(f"/exam-forms/{panel.exam.form_id}?lang=en").get_data(as_text=True)
    assert signed_in(site, "hakim1").get(study).status_code == 404
