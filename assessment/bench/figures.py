"""What a measurement says: one record a figure, as JSON or as a line of a table."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """One figure: ours against a floor measured in the same run; what does not apply is None.

    `ratio` is ours divided by floor. `cpu_ms` is processor time of server and database together for one request,
    `statements` how many a request sends to the database.
    """

    name: str
    database: str
    ours: float
    unit: str
    floor: float | None = None
    p50_ms: float | None = None
    p95_ms: float | None = None
    p99_ms: float | None = None
    cpu_ms: float | None = None
    statements: int | None = None
    acknowledged: int | None = None
    lost: int | None = None

    @property
    def ratio(self) -> float | None:
        """Ours divided by the floor."""
        return self.ours / self.floor if self.floor else None

    def to_json(self) -> dict[str, Any]:
        """Return the record that `--json` prints."""
        rounded = {name: _rounded(value) for name, value in asdict(self).items()}
        order = ("name", "database", "ours", "floor", "unit")
        rest = ("p50_ms", "p95_ms", "p99_ms", "cpu_ms", "statements", "acknowledged", "lost")
        return {
            **{name: rounded[name] for name in order},
            "ratio": _rounded(self.ratio),
            **{name: rounded[name] for name in rest},
        }


def percentile(seconds: Sequence[float], share: int) -> float | None:
    """Return a percentile in milliseconds; None where nothing was measured."""
    ordered = sorted(seconds)
    return 1000 * ordered[min(len(ordered) - 1, len(ordered) * share // 100)] if ordered else None


def table(figures: Sequence[Figure]) -> str:
    """Return the figures as lines for a person."""
    head = (
        "",
        "database",
        "ours",
        "floor",
        "unit",
        "ratio",
        "p50 ms",
        "p95 ms",
        "p99 ms",
        "cpu ms",
        "stmts",
        "ack.",
        "lost",
    )
    lines: list[tuple[str, ...]] = [head]
    for figure in figures:
        lines.append(tuple(_said(value) for value in figure.to_json().values()))
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    left = (0, 1, 4)
    return "\n".join(
        "  ".join(
            text.ljust(width) if column in left else text.rjust(width)
            for column, (text, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def _rounded(value: Any) -> Any:
    return round(value, 3) if isinstance(value, float) else value


def _said(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
