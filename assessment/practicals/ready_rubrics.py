"""Rubrics that come with the program, as task documents that a person copies and makes their own."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from assessment.domain.errors import N_, NotFound
from assessment.domain.language import text_in
from assessment.domain.practicals.iso5817 import Level

FOLDER = Path(__file__).parent / "ready"


@dataclass(frozen=True, kw_only=True, slots=True)
class Ready:
    """A rubric that is ready: its key, its file, and the quality level that it is set to, where it has one."""

    key: str
    file: str
    level: Level | None = None

    def title(self, language: str) -> str:
        """Return its name in the reader's language."""
        said = text_in(_load(self.file)["title"], language)
        return f"{said} · {self.level.value}" if self.level else said

    @property
    def criteria(self) -> int:
        """How many criteria it has."""
        return len(_load(self.file)["criteria"])


READY: Mapping[str, Ready] = {
    each.key: each
    for each in (
        *(
            Ready(key=f"{file}_{level.value.lower()}", file=file, level=level)
            for file in ("weld_visual_butt", "weld_visual_fillet")
            for level in Level
        ),
        Ready(key="worldskills", file="worldskills"),
        Ready(key="osce", file="osce"),
    )
}


def ready_document(key: str) -> dict[str, Any]:
    """Return a ready rubric as a task document of its own. Raises NotFound."""
    found = READY.get(key)
    if found is None:
        raise NotFound(N_("There is no such ready rubric."))
    document: dict[str, Any] = json.loads(json.dumps(_load(found.file)))
    if found.level is not None:
        document["acceptance"] = {"level": found.level.value}
        document["code"] = f"{document['code']}-{found.level.value}"
    return document


@cache
def _load(file: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((FOLDER / f"{file}.json").read_text(encoding="utf-8"))
    return document
