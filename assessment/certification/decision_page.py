"""Everything on the decision page, in as many statements however many criteria there are."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from assessment.accounts.persons import ERASED_NAME, Name, names
from assessment.certification.appointments import Appointment, appointments
from assessment.certification.case import Case, case_of
from assessment.certification.evidence_table import EvidenceTable, ids_in, table_of
from assessment.certification.judging import Given, Judged, judge
from assessment.certification.texts import words_of
from assessment.certification.tool_doubts import InDoubt, measurements_in_doubt
from assessment.domain.certification.decision import Standing
from assessment.exams.exceptions import ExamException, people_in, what_to_know
from assessment.exams.remarks import Remark


@dataclass(frozen=True, kw_only=True, slots=True)
class Voter:
    """A member of the meeting on this case: their standing, what they said, and their name."""

    name: str
    standing: Standing
    given: Given


@dataclass(frozen=True, kw_only=True, slots=True)
class DecisionPage:
    """A case with its evidence, in the reader's language."""

    case: Case
    judged: Judged
    title: str
    table: EvidenceTable
    voters: tuple[Voter, ...]
    names: Mapping[str, Name]
    criteria: Mapping[str, str]
    places: tuple[Appointment, ...]
    exam_remarks: tuple[Remark, ...]
    exceptions: tuple[ExamException, ...]
    in_doubt: tuple[InDoubt, ...]

    def name(self, person_id: str) -> str:
        """A person's name; an erased or unknown one is a dash."""
        return self.names.get(person_id, ERASED_NAME).text


def decision_page(
    session: Session, body_id: str, meeting_id: str, application_id: str, *, language: str, now: datetime
) -> DecisionPage:
    """Return the decision page of a case. Raises NotFound when the meeting has no such case."""
    case = case_of(session, body_id, meeting_id, application_id)
    at = case.decided.decided_at if case.decided is not None else now
    judged = judge(session, case, at=at)
    follow_ups = {follow_up.criterion_id for follow_up in judged.follow_ups}
    competencies, rubric, oral = ids_in(judged.results.values())
    words = words_of(
        session,
        body_id,
        language,
        competencies=competencies | follow_ups,
        rubric_criteria=rubric,
        oral_answers=oral,
        scheme_versions=[case.version.id],
    )
    people = {given.member.person_id for given in judged.members} | {case.application.person_id}
    people |= {check_in.person_id for check_in in judged.check_ins}
    places = appointments(session, body_id, [application_id])
    remarks, exceptions = what_to_know(
        session,
        body_id,
        application_id,
        [place.record_id for place in places if place.kind == "exam" and place.record_id],
    )
    people |= people_in(exceptions)
    if judged.recommendation is not None:
        people.add(judged.recommendation.person_id)
    named = names(session, body_id, people)
    table = table_of(judged.results, judged.sums, words)
    given_by = {given.member.person_id: given for given in judged.members}
    return DecisionPage(
        case=case,
        judged=judged,
        title=words[case.version.id].text if case.version.id in words else case.scheme_code,
        table=table,
        in_doubt=measurements_in_doubt(session, body_id, table),
        voters=tuple(
            sorted(
                (
                    Voter(
                        name=named.get(standing.member.person_id, ERASED_NAME).text,
                        standing=standing,
                        given=given_by[standing.member.person_id],
                    )
                    for standing in judged.decision.standings
                ),
                key=lambda voter: voter.name,
            )
        ),
        names=named,
        criteria={id_: f"{word.more} {word.text}" for id_, word in words.items() if word.more},
        places=tuple(places),
        exceptions=tuple(exceptions),
        exam_remarks=tuple(remarks),
    )
