"""The files of a package's items, given out when they are asked for, so that a large package needs little memory."""

import hashlib
from collections.abc import Iterator, Mapping

from assessment.domain.errors import N_, Invalid
from assessment.domain.items.qti.archive import Member, read_member
from assessment.domain.items.qti.media import MAX_FILE

MAX_HELD = 32 * 1024 * 1024


class Files(Mapping[str, bytes]):
    """Bytes by SHA-256: those that lie in the archive as they are stay there, others are held.

    A drawing that was cut down and a picture that stood inside the XML are held, 32 MB of them in a package.
    """

    def __init__(self, data: bytes = b"") -> None:
        self._data = data
        self._members: dict[str, Member] = {}
        self._held: dict[str, bytes] = {}
        self._size = 0

    def note(self, member: Member, content: bytes) -> None:
        """Remember that a member of the archive has this content."""
        self._members.setdefault(hashlib.sha256(content).hexdigest(), member)

    def keep(self, contents: Mapping[str, bytes]) -> None:
        """Take in what an item uses. Raises Invalid when too much would have to be held."""
        for digest, content in contents.items():
            if digest in self._members or digest in self._held:
                continue
            self._size += len(content)
            if self._size > MAX_HELD:
                raise Invalid(N_("The drawings and pictures inside items are larger than %(max)s bytes."), max=MAX_HELD)
            self._held[digest] = content

    def __getitem__(self, digest: str) -> bytes:
        if digest in self._held:
            return self._held[digest]
        return read_member(self._data, self._members[digest], max_bytes=MAX_FILE)

    def __iter__(self) -> Iterator[str]:
        yield from dict.fromkeys((*self._members, *self._held))

    def __len__(self) -> int:
        return len(self._members.keys() | self._held.keys())
