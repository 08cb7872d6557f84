"""Why an item came in changed, or not at all: a sentence that is translated where it is shown."""

from dataclasses import dataclass, field

from assessment.domain.errors import N_, Refusal

MAX_REASONS = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    """One sentence with its values. `lost` says that something of the source is not in the item.

    `file` is set where several files make one item, and is said before the sentence.
    """

    message: str
    values: dict[str, object] = field(default_factory=dict)
    lost: bool = False
    file: str = ""

    def __str__(self) -> str:
        sentence = self.message % self.values if self.values else self.message
        return f"{self.file}: {sentence}" if self.file else sentence

    @classmethod
    def of(cls, refusal: Refusal) -> "Reason":
        """Return the reason that a refusal gives."""
        return cls(message=refusal.message, values=dict(refusal.values))


class Reasons:
    """Collects reasons while one file is read; the same sentence is kept once."""

    def __init__(self) -> None:
        self._found: dict[str, Reason] = {}

    def note(self, message: str, **values: object) -> None:
        """Say something the importer should know, with nothing left out."""
        self._add(Reason(message=message, values=values))

    def lost(self, message: str, **values: object) -> None:
        """Say that something of the source was left out."""
        self._add(Reason(message=message, values=values, lost=True))

    def refused(self, file: str, refusal: Refusal) -> None:
        """Say that a file was left out, and why."""
        self.lost(N_('The file "%(name)s" was left out.'), name=file)
        self._add(Reason(message=refusal.message, values=dict(refusal.values), lost=True, file=file))

    def _add(self, reason: Reason) -> None:
        if len(self._found) < MAX_REASONS:
            self._found.setdefault(str(reason), reason)
        else:
            self._found.setdefault(
                "", Reason(message=N_("There is more of this kind; not all of it is named."), lost=True)
            )

    @property
    def all(self) -> tuple[Reason, ...]:
        """Every reason in the order found."""
        return tuple(self._found.values())
