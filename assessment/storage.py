"""Files by digest in a local folder: written once, never changed, checked when read, forgotten only on purpose.

A file's name is the SHA-256 of its bytes. Personal files are sealed under their person's key before they
come here, so that destroying the key erases them.
"""

import hashlib
import os
import tempfile
from pathlib import Path

from assessment.domain.errors import N_, NotFound
from assessment.users import keep_owner


class Storage:
    """A folder of immutable files, spread over subfolders by the first two digits of their digest."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, content: bytes) -> str:
        """Keep the bytes durably and return their digest (64 hexadecimal digits)."""
        digest = hashlib.sha256(content).hexdigest()
        place = self._place(digest)
        if place.exists():
            return digest
        place.parent.mkdir(parents=True, exist_ok=True)
        keep_owner(place.parent, self.folder)
        handle, temporary = tempfile.mkstemp(dir=place.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        keep_owner(Path(temporary), self.folder)
        os.replace(temporary, place)
        _sync_folder(place.parent)
        return digest

    def get(self, digest: str) -> bytes:
        """Return the bytes of a digest.

        Raises NotFound when they are not here or no longer match their digest.
        """
        place = self._place(digest)
        if not place.is_file():
            raise NotFound(N_("The file %(digest)s is not in the store."), digest=digest)
        content = place.read_bytes()
        if hashlib.sha256(content).hexdigest() != digest:
            raise NotFound(N_("The file %(digest)s was changed in the store."), digest=digest)
        return content

    def forget(self, digest: str) -> None:
        """Remove the bytes of a digest that nothing names any more; what is not there is forgotten already."""
        self._place(digest).unlink(missing_ok=True)

    def _place(self, digest: str) -> Path:
        if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
            raise NotFound(N_("Expected a digest of 64 hexadecimal digits, got %(digest)s."), digest=digest[:80])
        return self.folder / digest[:2] / digest


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
