"""The decision meeting (rapat pleno): who may decide, what blocks a decision, and what was decided.

Assessors recommend, the meeting decides (rule 11). A member votes when they are present, have declared no
conflict, hold no other side of the application and had no part in the candidate's training or assessment.
Everything that stands against a decision is named at once; nothing is decided while anything does.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from assessment.domain.certification.duties import Involvement, Side, involvement
from assessment.domain.competency import Outcome


class Majority(StrEnum):
    """How many of those who may vote must agree."""

    SIMPLE = "simple"
    TWO_THIRDS = "two_thirds"
    UNANIMOUS = "unanimous"


@dataclass(frozen=True, kw_only=True, slots=True)
class MeetingRule:
    """The scheme's rule: members who vote at least, the majority, and how far back involvement counts.

    `outside_members`: how many voters must come from outside the body; at least one where candidates are trained
    and certified under one roof (P1).
    """

    quorum: int
    majority: Majority
    look_back_days: int
    outside_members: int


class Declaration(StrEnum):
    """What a member declared about the application."""

    NOT_GIVEN = "not_given"
    NO_CONFLICT = "no_conflict"
    CONFLICT = "conflict"


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """A member of the meeting. `held`: their side of this application, if any."""

    person_id: str
    present: bool
    declaration: Declaration
    outside: bool = False
    held: Side | None = None


class Bar(StrEnum):
    """Why a member does not vote."""

    ABSENT = "absent"
    CONFLICT_DECLARED = "conflict_declared"
    OTHER_SIDE = "other_side"
    INVOLVED = "involved"


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """Whether a member may vote, with every reason why not; `past`: the involvement, where that is one."""

    member: Member
    bars: tuple[Bar, ...]
    past: Involvement | None = None

    @property
    def may_decide(self) -> bool:
        """Whether the member may vote."""
        return not self.bars


def who_may_decide(
    members: Iterable[Member],
    *,
    candidate_id: str,
    involvements: Iterable[Involvement],
    rule: MeetingRule,
    today: date,
) -> tuple[Standing, ...]:
    """Return each member's standing, in the order given. A member without a declaration may vote only after
    giving one: `decide` names that as a block.
    """
    past_involvements = tuple(involvements)
    found: list[Standing] = []
    for member in members:
        past = involvement(
            past_involvements,
            person_id=member.person_id,
            candidate_id=candidate_id,
            look_back_days=rule.look_back_days,
            today=today,
        )
        bars = {
            Bar.ABSENT: not member.present,
            Bar.CONFLICT_DECLARED: member.declaration is Declaration.CONFLICT,
            Bar.OTHER_SIDE: member.held not in (None, Side.DECIDER),
            Bar.INVOLVED: past is not None,
        }
        found.append(Standing(member=member, bars=tuple(bar for bar, applies in bars.items() if applies), past=past))
    return tuple(found)


class Vote(StrEnum):
    """A vote; abstaining is one and counts against any majority."""

    COMPETENT = "K"
    NOT_YET_COMPETENT = "BK"
    ABSTAIN = "abstain"


class Block(StrEnum):
    """What stands against a decision."""

    NO_RECOMMENDATION = "no_recommendation"
    NEEDS_MORE_EVIDENCE = "needs_more_evidence"
    NO_MINUTES_NUMBER = "no_minutes_number"
    DECLARATION_MISSING = "declaration_missing"
    QUORUM_NOT_MET = "quorum_not_met"
    TOO_FEW_OUTSIDE_MEMBERS = "too_few_outside_members"
    NO_RIGHT_TO_VOTE = "no_right_to_vote"
    VOTE_MISSING = "vote_missing"
    NO_MAJORITY = "no_majority"
    NOT_PROVED = "not_proved"


@dataclass(frozen=True, kw_only=True, slots=True)
class Blocked:
    """One block. `persons`: whom it concerns; `wanted` and `found` where it counts."""

    reason: Block
    persons: tuple[str, ...] = ()
    wanted: int | None = None
    found: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """What the meeting decided: `outcome` is None exactly when something blocks."""

    outcome: Outcome | None
    blocked: tuple[Blocked, ...]
    standings: tuple[Standing, ...]
    tally: Mapping[Vote, int]


def decide(
    standings: Iterable[Standing],
    *,
    votes: Mapping[str, Vote],
    derived: Outcome,
    recommended: Outcome | None,
    minutes_number: str,
    rule: MeetingRule,
) -> Decision:
    """Return the decision, or everything that blocks it.

    `votes`: person id -> vote; `derived`: the outcome of `scheme_result`. Every present member who may vote
    must have voted. The meeting may find a candidate not yet competent although the evidence is sufficient;
    it can never find one competent against the evidence.
    """
    all_standings = tuple(standings)
    entitled = [standing.member for standing in all_standings if standing.may_decide]
    entitled_ids = {member.person_id for member in entitled}
    blocked: list[Blocked] = []
    if recommended is None:
        blocked.append(Blocked(reason=Block.NO_RECOMMENDATION))
    if Outcome.NEEDS_MORE_EVIDENCE in (derived, recommended):
        blocked.append(Blocked(reason=Block.NEEDS_MORE_EVIDENCE))
    if not minutes_number.strip():
        blocked.append(Blocked(reason=Block.NO_MINUTES_NUMBER))
    undeclared = tuple(
        standing.member.person_id
        for standing in all_standings
        if standing.member.present and standing.member.declaration is Declaration.NOT_GIVEN
    )
    if undeclared:
        blocked.append(Blocked(reason=Block.DECLARATION_MISSING, persons=undeclared))
    if len(entitled) < max(1, rule.quorum):
        blocked.append(Blocked(reason=Block.QUORUM_NOT_MET, wanted=max(1, rule.quorum), found=len(entitled)))
    outside = sum(member.outside for member in entitled)
    if outside < rule.outside_members:
        blocked.append(Blocked(reason=Block.TOO_FEW_OUTSIDE_MEMBERS, wanted=rule.outside_members, found=outside))
    without_right = tuple(sorted(votes.keys() - entitled_ids))
    if without_right:
        blocked.append(Blocked(reason=Block.NO_RIGHT_TO_VOTE, persons=without_right))
    silent = tuple(member.person_id for member in entitled if member.person_id not in votes)
    if silent:
        blocked.append(Blocked(reason=Block.VOTE_MISSING, persons=silent))

    counted = [votes[member.person_id] for member in entitled if member.person_id in votes]
    tally = {vote: counted.count(vote) for vote in Vote}
    outcome: Outcome | None = None
    if not silent and entitled:
        if _carries(tally[Vote.COMPETENT], len(entitled), rule.majority):
            outcome = Outcome.COMPETENT
        elif _carries(tally[Vote.NOT_YET_COMPETENT], len(entitled), rule.majority):
            outcome = Outcome.NOT_YET_COMPETENT
        else:
            blocked.append(Blocked(reason=Block.NO_MAJORITY))
    if outcome is Outcome.COMPETENT and derived is Outcome.NOT_YET_COMPETENT:
        blocked.append(Blocked(reason=Block.NOT_PROVED))
    return Decision(
        outcome=None if blocked else outcome,
        blocked=tuple(blocked),
        standings=all_standings,
        tally=tally,
    )


_SHARE = {Majority.TWO_THIRDS: Fraction(2, 3), Majority.UNANIMOUS: Fraction(1)}


def _carries(votes: int, entitled: int, majority: Majority) -> bool:
    if majority is Majority.SIMPLE:
        return 2 * votes > entitled
    return votes >= _SHARE[majority] * entitled
