"""What can be said about a draft without a person: faults that keep it from review, and hints to look at."""

from dataclasses import dataclass, field

from assessment.domain.errors import Refusal


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One sentence about a draft, translated where it is shown. `must`: it has to be mended before the review.

    `code` names the rule; `language` is set where the sentence is about the words of one language; `place` names the
    text, the setting or the row that it is about, where there is one.
    """

    code: str
    message: str
    values: dict[str, object] = field(default_factory=dict)
    language: str = ""
    place: str = ""
    must: bool = False

    @classmethod
    def of(cls, refusal: Refusal, *, code: str = "whole", language: str = "") -> "Finding":
        """Return the fault that a refusal names."""
        return cls(code=code, message=refusal.message, values=dict(refusal.values), language=language, must=True)


class Faults:
    """Collects what keeps a draft from being whole; the same sentence is kept once."""

    def __init__(self) -> None:
        self.found: list[Finding] = []

    def say(self, message: str, *, language: str = "", code: str = "whole", place: str = "", **values: object) -> None:
        """Note one fault."""
        finding = Finding(code=code, message=message, values=values, language=language, place=place, must=True)
        if finding not in self.found:
            self.found.append(finding)
