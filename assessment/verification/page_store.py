"""Drawn pages on disk, one file for each certificate and language, sealed by whoever keeps them.

    DIR/<first two characters of the public id>/<public id>.<language>

A file is written beside its place and moved there. All of them may be taken away at any time: they are drawn again.
"""

import contextlib
import os
import tempfile
from pathlib import Path

from assessment.users import keep_owner

LARGEST = 256 * 1024


class PageStore:
    """The folder; public ids and languages come from lists of ours, never from what somebody typed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, public_id: str, language: str) -> bytes | None:
        """Return what was put here, None where there is nothing that can be read."""
        try:
            file = os.open(self._place(public_id, language), os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return None
        try:
            content = os.read(file, LARGEST + 1)
        except OSError:
            return None
        finally:
            os.close(file)
        return content if len(content) <= LARGEST else None

    def put(self, public_id: str, language: str, content: bytes) -> None:
        """Keep a page; a disk that is full or cannot be written to keeps none."""
        place = Path(self._place(public_id, language))
        with contextlib.suppress(OSError):
            for folder in (self._folder, place.parent):
                if not folder.exists():
                    folder.mkdir(exist_ok=True)
                    keep_owner(folder, self._folder.parent)
            handle, temporary = tempfile.mkstemp(dir=place.parent)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(content)
                keep_owner(Path(temporary), self._folder.parent)
                os.replace(temporary, place)
            except OSError:
                Path(temporary).unlink(missing_ok=True)
                raise

    def forget(self, public_id: str, language: str) -> None:
        """Take a page away."""
        with contextlib.suppress(OSError):
            os.unlink(self._place(public_id, language))

    def _place(self, public_id: str, language: str) -> str:
        return f"{self._folder}/{public_id[:2]}/{public_id}.{language}"
