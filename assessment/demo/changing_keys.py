"""Two people disagree about a new signing key: one proposes it, another turns it down."""

from datetime import datetime, timedelta

from assessment.credentials.changing_keys import answer, key_lines, propose
from assessment.credentials.tables_keys import KeyChangeKind
from assessment.database import reading
from assessment.demo.acting import acting
from assessment.demo.calendar import Agenda
from assessment.demo.cast import Ensemble
from assessment.domain.roles import Role

WISH = "Latihan pergantian kunci (contoh)."
LATER = "Kunci tahun ini masih baik; latihan ditunda (contoh)."


def plan_key_change(ensemble: Ensemble, agenda: Agenda) -> None:
    """Put the proposal and its answer on yesterday's agenda."""

    def consider(now: datetime) -> None:
        proposer, other = ensemble.one(Role.QUALITY_MANAGER), ensemble.one(Role.ADMINISTRATOR)
        with reading() as session:
            current = [line.id for line in key_lines(session, ensemble.code) if line.retired_at is None]
        for key_id in current:
            with acting(proposer, now, "propose_key_change") as session:
                change_id = propose(session, proposer, key_id, KeyChangeKind.ROTATION, reason=WISH, now=now).id
            at = now + timedelta(hours=1)
            with acting(other, at, "answer_key_change") as session:
                answer(session, other, change_id, confirmed=False, note=LATER, now=at)

    agenda.add(ensemble.calendar.at(1, 15), consider)
