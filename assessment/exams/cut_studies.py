"""Setting a form's cut by modified Angoff: naming the panel, rounds of estimates, closing, using the outcome.

Ratings are only ever added. Nobody sees an estimate of another judge before every judge has handed in the round; the
next round opens with the spread of the last one and what was discussed about it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.accounts.ids import new_id
from assessment.accounts.tables import Account, CertificationBody, RoleGrant
from assessment.domain.errors import N_, Conflict, Invalid, NotAllowed, NotFound
from assessment.domain.psychometrics.standard_setting import LEAST_JUDGES, AngoffRound, angoff
from assessment.domain.roles import Role
from assessment.exams.content import items_of
from assessment.exams.results import lock_form
from assessment.exams.tables import Attempt, Form, FormItem
from assessment.exams.tables_cut_studies import JUDGE_ROLES, CutJudge, CutOutcome, CutRating, CutRound, CutStudy
from assessment.web.actor import Actor

METHOD = "angoff"
MOST_ROUNDS = 3
MOST_JUDGES = 30
SHORTEST_WORDS = 10
LONGEST_WORDS = 2_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """How a study stands: its judges, the rounds with each judge's last estimates, and its outcome.

    `ratings`: round -> judge -> item version -> percent.
    """

    study: CutStudy
    judges: tuple[str, ...]
    rounds: tuple[CutRound, ...]
    ratings: Mapping[int, Mapping[str, Mapping[str, int]]]
    outcome: CutOutcome | None

    @property
    def round(self) -> int:
        """The number of the round that is open, or was the last."""
        return self.rounds[-1].number

    @property
    def whole(self) -> bool:
        """Whether every judge has handed in the last round."""
        return self.has_all(self.round)

    def has_all(self, number: int) -> bool:
        """Whether every judge has handed in a round: only then does anybody see its estimates."""
        return set(self.judges) == set(self.ratings.get(number, {}))


def begin(
    session: Session, actor: Actor, form_id: str, *, judges: Collection[str], candidate: str, now: datetime
) -> CutStudy:
    """Name the panel of a form's study and open its first round.

    Raises NotFound, Invalid for too few or unfit judges or words that say nothing, and Conflict while a study of this
    form is open.
    """
    lock_form(session, actor.body_id, form_id)
    words = _words(candidate)
    if not LEAST_JUDGES <= len(set(judges)) <= MOST_JUDGES:
        raise Invalid(
            N_("Expected %(least)s to %(most)s judges, got %(got)s."),
            least=LEAST_JUDGES,
            most=MOST_JUDGES,
            got=len(set(judges)),
        )
    if not set(judges) <= {person_id for person_id, _ in eligible_judges(session, actor.body_id, now)}:
        raise Invalid(N_("Expected judges who hold a role in this body that knows the work."))
    if open_study(session, actor.body_id, form_id) is not None:
        raise Conflict(N_("A study of this form is open already."))
    study = CutStudy(
        body_id=actor.body_id,
        id=new_id(),
        form_id=form_id,
        candidate=words,
        asked_by=actor.person_id,
        asked_at=now,
    )
    session.add(study)
    session.flush()
    session.add_all(
        CutJudge(body_id=actor.body_id, cut_study_id=study.id, person_id=person_id, named_at=now)
        for person_id in sorted(set(judges))
    )
    _open_round(session, actor, study, 1, "", now)
    return study


def eligible_judges(session: Session, body_id: str, now: datetime) -> list[tuple[str, Role]]:
    """Return who may be named as a judge, (person, role) for each of their roles; one statement."""
    rows = session.execute(
        select(Account.person_id, RoleGrant.role)
        .join(RoleGrant, (RoleGrant.body_id == Account.body_id) & (RoleGrant.account_id == Account.id))
        .where(
            Account.body_id == body_id,
            RoleGrant.role.in_(JUDGE_ROLES),
            RoleGrant.granted_at <= now,
            RoleGrant.ended_at.is_(None) | (RoleGrant.ended_at > now),
        )
        .distinct()
    )
    return [(row.person_id, row.role) for row in rows]


def open_study(session: Session, body_id: str, form_id: str) -> str | None:
    """Return the id of a form's study that is not closed, or None."""
    return session.scalar(
        select(CutStudy.id)
        .join(
            CutOutcome,
            (CutOutcome.body_id == CutStudy.body_id) & (CutOutcome.cut_study_id == CutStudy.id),
            isouter=True,
        )
        .where(CutStudy.body_id == body_id, CutStudy.form_id == form_id, CutOutcome.cut_study_id.is_(None))
        .limit(1)
    )


def standing_of(session: Session, body_id: str, study_id: str) -> Standing:
    """Return how a study stands; five statements. Raises NotFound."""
    study = session.get(CutStudy, (body_id, study_id))
    if study is None:
        raise NotFound(N_("There is no such study."))
    ratings: dict[int, dict[str, Mapping[str, int]]] = {}
    for row in session.execute(
        select(CutRating.round, CutRating.person_id, CutRating.estimates)
        .where(CutRating.body_id == body_id, CutRating.cut_study_id == study_id)
        .order_by(CutRating.round, CutRating.person_id, CutRating.turn)
    ):
        ratings.setdefault(row.round, {})[row.person_id] = row.estimates
    return Standing(
        study=study,
        judges=tuple(
            session.scalars(
                select(CutJudge.person_id)
                .where(CutJudge.body_id == body_id, CutJudge.cut_study_id == study_id)
                .order_by(CutJudge.person_id)
            )
        ),
        rounds=tuple(
            session.scalars(
                select(CutRound)
                .where(CutRound.body_id == body_id, CutRound.cut_study_id == study_id)
                .order_by(CutRound.number)
            )
        ),
        ratings=ratings,
        outcome=session.get(CutOutcome, (body_id, study_id)),
    )


def rate(
    session: Session, actor: Actor, study_id: str, *, round_number: int, estimates: Mapping[str, int], now: datetime
) -> None:
    """Keep a judge's estimates of all items in the open round, in percent; what was handed in before stays beside them.

    Raises NotFound for who is no judge, Conflict when the round is over, Invalid unless every item has 0 to 100.
    """
    standing = _locked(session, actor, study_id)
    if actor.person_id not in standing.judges:
        raise NotFound(N_("There is no such study."))
    _refuse_closed(standing)
    if round_number != standing.round:
        raise Conflict(N_("This round is over. Look at the study again."))
    if estimates.keys() != worth_of(session, actor.body_id, standing.study.form_id).keys():
        raise Invalid(N_("Expected an estimate of every item by every judge."))
    if not all(0 <= each <= 100 for each in estimates.values()):
        raise Invalid(N_("Expected estimates from 0 to 100 %."))
    turn = len(
        session.scalars(
            select(CutRating.turn).where(
                CutRating.body_id == actor.body_id,
                CutRating.cut_study_id == study_id,
                CutRating.round == round_number,
                CutRating.person_id == actor.person_id,
            )
        ).all()
    )
    # Once the last one has handed in, everybody may see the spread: from then on nobody changes this round.
    if turn and standing.whole:
        raise Conflict(N_("Every judge has handed in this round; its estimates stay as they are."))
    session.add(
        CutRating(
            body_id=actor.body_id,
            cut_study_id=study_id,
            round=round_number,
            person_id=actor.person_id,
            turn=turn + 1,
            estimates=dict(estimates),
            rated_at=now,
        )
    )
    session.flush()


def open_next_round(session: Session, actor: Actor, study_id: str, *, discussed: str, now: datetime) -> None:
    """Open the next round, in which everybody sees the spread of the last one.

    Raises Conflict when a judge is missing, the study is closed or there were rounds enough, and Invalid without
    words on what was discussed.
    """
    standing = _locked(session, actor, study_id)
    _refuse_closed(standing)
    _require_whole(standing)
    if standing.round >= MOST_ROUNDS:
        raise Conflict(N_("A study has at most %(most)s rounds."), most=MOST_ROUNDS)
    _open_round(session, actor, standing.study, standing.round + 1, _words(discussed), now)


def close(session: Session, actor: Actor, study_id: str, *, now: datetime) -> CutOutcome:
    """Close a study with the cut of its last round. Raises Conflict when a judge is missing or it is closed."""
    standing = _locked(session, actor, study_id)
    _refuse_closed(standing)
    _require_whole(standing)
    found = round_of(standing, standing.round, worth_of(session, actor.body_id, standing.study.form_id))
    outcome = CutOutcome(
        body_id=actor.body_id,
        cut_study_id=study_id,
        round=standing.round,
        judges=len(standing.judges),
        cut=found.cut.mean,
        standard_error=error_text(found),
        closed_by=actor.person_id,
        closed_at=now,
    )
    session.add(outcome)
    session.flush()
    return outcome


def use(session: Session, actor: Actor, study_id: str, *, now: datetime) -> Form:
    """Make the outcome of a study the cut of its form, with method, judges and date (rule 8).

    Raises Conflict for an open study, a cut of nothing, or a form that somebody sits or sat: what was used is never
    edited. Raises NotAllowed to who closed the study: two people stand behind a cut.
    """
    standing = _locked(session, actor, study_id)
    outcome = standing.outcome
    if outcome is None:
        raise Conflict(N_("The study is still open: close it first."))
    if outcome.closed_by == actor.person_id:
        raise NotAllowed(N_("Somebody else than who closed the study puts its cut into force."))
    if not 0 < outcome.cut <= 1:
        raise Conflict(N_("Expected a cut above 0 % and at most 100 %."))
    form = session.get_one(Form, (actor.body_id, standing.study.form_id))
    if is_used(session, actor.body_id, form.id):
        raise Conflict(N_("Candidates have this form already, and its cut stays. Draw a new form for the new cut."))
    zone = session.get_one(CertificationBody, actor.body_id).zone
    form.cut, form.cut_method, form.cut_judges = outcome.cut, METHOD, outcome.judges
    form.cut_on, form.provisional = outcome.closed_at.astimezone(ZoneInfo(zone)).date(), False
    session.flush()
    return form


def is_used(session: Session, body_id: str, form_id: str) -> bool:
    """Whether an attempt was prepared from a form."""
    return (
        session.scalar(select(Attempt.id).where(Attempt.body_id == body_id, Attempt.form_id == form_id).limit(1))
        is not None
    )


def worth_of(session: Session, body_id: str, form_id: str) -> dict[str, Fraction]:
    """Return the marks of each item of a form, in its order; two statements."""
    versions = session.scalars(
        select(FormItem.item_version_id)
        .where(FormItem.body_id == body_id, FormItem.form_id == form_id)
        .order_by(FormItem.position)
    ).all()
    items = items_of(session, body_id, versions)
    return {version: items[version].max_score for version in versions}


def round_of(standing: Standing, number: int, worth: Mapping[str, Fraction]) -> AngoffRound:
    """Return what a whole round says; reads nothing."""
    return angoff(
        {
            judge: {item: Fraction(percent, 100) for item, percent in own.items()}
            for judge, own in standing.ratings[number].items()
        },
        worth,
    )


def error_text(found: AngoffRound) -> str:
    """Return the standard error as it is kept: nine decimals, the same on every machine."""
    return f"{found.standard_error:.9f}"


def _open_round(session: Session, actor: Actor, study: CutStudy, number: int, discussed: str, now: datetime) -> None:
    session.add(
        CutRound(
            body_id=actor.body_id,
            cut_study_id=study.id,
            number=number,
            discussed=discussed,
            opened_by=actor.person_id,
            opened_at=now,
        )
    )
    session.flush()


def _locked(session: Session, actor: Actor, study_id: str) -> Standing:
    """Return the standing of a study, with its form locked so that steps do not pass each other. Raises NotFound."""
    study = session.get(CutStudy, (actor.body_id, study_id))
    if study is None:
        raise NotFound(N_("There is no such study."))
    lock_form(session, actor.body_id, study.form_id)
    return standing_of(session, actor.body_id, study_id)


def _refuse_closed(standing: Standing) -> None:
    if standing.outcome is not None:
        raise Conflict(N_("This study is closed; its estimates stay as they are."))


def _require_whole(standing: Standing) -> None:
    missing = len(set(standing.judges) - set(standing.ratings.get(standing.round, {})))
    if missing:
        raise Conflict(N_("Judges who have not handed in this round yet: %(missing)s."), missing=missing)


def _words(text: str) -> str:
    words = text.strip()
    if not SHORTEST_WORDS <= len(words) <= LONGEST_WORDS:
        raise Invalid(
            N_("Expected a text of %(least)s to %(most)s characters, got %(got)s."),
            least=SHORTEST_WORDS,
            most=LONGEST_WORDS,
            got=len(words),
        )
    return words
