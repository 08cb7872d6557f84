"""One candidate's way: what is known of it so far, and which acts the stage to be reached asks for."""

from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from assessment.demo import texts
from assessment.demo.cast import Candidate, Ensemble
from assessment.demo.content import Content
from assessment.domain.roles import Role
from assessment.web.actor import Actor

NOT_YET = frozenset({"decided_bk", "appealed"})
MARKED_BY_TWO = frozenset({"practical_submitted", "practical_open"})


@dataclass(kw_only=True, slots=True)
class Story:
    """A candidate between the acts; ids are filled in as records come to be."""

    ensemble: Ensemble
    content: Content
    candidate: Candidate
    application_id: str = ""
    document_id: str = ""
    attempt_id: str = ""
    practical_id: str = ""
    credential_id: str = ""
    decision_id: str = ""
    gaps: tuple[str, ...] = field(default=())
    undecided: str | None = None

    @property
    def actor(self) -> Actor:
        """The candidate, acting."""
        return self.candidate.actor

    @property
    def weak(self) -> bool:
        """Whether the meeting will find: not yet competent."""
        return self.candidate.stage in NOT_YET

    @property
    def assessor(self) -> Actor:
        """The assessor of this candidate."""
        return self.ensemble.one(Role.ASSESSOR, self.candidate.place)

    @property
    def second_assessor(self) -> Actor | None:
        """Who marks this candidate's practical beside the assessor, apart from them; nobody for most."""
        if self.candidate.stage not in MARKED_BY_TWO:
            return None
        return self.ensemble.one(Role.ASSESSOR, self.candidate.place + 1)

    @property
    def invigilator(self) -> Actor:
        """The invigilator at this candidate's site."""
        return self.ensemble.one(Role.INVIGILATOR, sorted(self.ensemble.sites.values()).index(self.candidate.site_id))

    @property
    def manager(self) -> Actor:
        """Who runs the office."""
        return self.ensemble.one(Role.SCHEME_MANAGER)

    def chance(self, of: str) -> Random:
        """Return a source of chance that is the same at every building."""
        return Random(f"{self.candidate.key}/{of}")

    def reaches(self, day: str) -> bool:
        """Whether this happens in the story."""
        return day in self.candidate.days

    @property
    def form_id(self) -> str:
        """The form that this candidate sits."""
        if self.content.text_form_id is not None and self.candidate.days.get("exam") == texts.EXAM_DAYS_AGO:
            return self.content.text_form_id
        return self.content.form_id

    def at(self, day: str, hour: int, minute: int = 0) -> datetime:
        """Return an hour of the day on which something happens."""
        return self.ensemble.calendar.at(self.candidate.days[day], hour, minute)
