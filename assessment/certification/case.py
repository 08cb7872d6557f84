"""A case: an application before a decision meeting, with the scheme's rule for its meetings."""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.accounts.tables import CertificationBody, Party
from assessment.certification.tables import Application, Decision, Meeting, MeetingCase
from assessment.domain.certification.decision import Majority, MeetingRule
from assessment.domain.errors import N_, NotFound
from assessment.schemes.tables import Scheme, SchemeUnit, SchemeVersion


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """An application before a meeting, with the scheme's rule; `units`: unit id -> whether it is a core unit."""

    application: Application
    meeting: Meeting
    version: SchemeVersion
    scheme_code: str
    party: Party
    zone: ZoneInfo
    units: Mapping[str, bool]
    decided: Decision | None

    @property
    def rule(self) -> MeetingRule:
        """The scheme's rule for its meetings; under one roof (P1) one voter at least comes from outside."""
        return MeetingRule(
            quorum=self.version.quorum,
            majority=Majority.SIMPLE,
            look_back_days=self.version.look_back_days,
            outside_members=max(self.version.outside_members, 1 if self.party is Party.P1 else 0),
        )


def case_of(session: Session, body_id: str, meeting_id: str, application_id: str) -> Case:
    """Return a case of a meeting, in one statement. Raises NotFound when the meeting has no such case."""
    rows = session.execute(
        select(
            Application,
            Meeting,
            SchemeVersion,
            Scheme.code,
            CertificationBody.party,
            CertificationBody.zone,
            SchemeUnit.unit_id,
            SchemeUnit.core,
            Decision,
        )
        .join(
            MeetingCase,
            (MeetingCase.body_id == Application.body_id) & (MeetingCase.application_id == Application.id),
        )
        .join(Meeting, (Meeting.body_id == MeetingCase.body_id) & (Meeting.id == MeetingCase.meeting_id))
        .join(CertificationBody, CertificationBody.id == Application.body_id)
        .join(
            SchemeVersion,
            (SchemeVersion.body_id == Application.body_id) & (SchemeVersion.id == Application.scheme_version_id),
        )
        .join(Scheme, (Scheme.body_id == SchemeVersion.body_id) & (Scheme.id == SchemeVersion.scheme_id))
        .join(
            SchemeUnit,
            (SchemeUnit.body_id == SchemeVersion.body_id) & (SchemeUnit.scheme_version_id == SchemeVersion.id),
            isouter=True,
        )
        .join(
            Decision,
            (Decision.body_id == MeetingCase.body_id)
            & (Decision.meeting_id == MeetingCase.meeting_id)
            & (Decision.application_id == MeetingCase.application_id),
            isouter=True,
        )
        .where(Application.body_id == body_id, Application.id == application_id, MeetingCase.meeting_id == meeting_id)
        .order_by(SchemeUnit.position)
    ).all()
    if not rows:
        raise NotFound(N_("There is no such case."))
    first = rows[0]
    return Case(
        application=first.Application,
        meeting=first.Meeting,
        version=first.SchemeVersion,
        scheme_code=first.code,
        party=first.party,
        zone=ZoneInfo(first.zone),
        units={row.unit_id: row.core for row in rows if row.unit_id is not None},
        decided=first.Decision,
    )
