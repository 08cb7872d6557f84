"""Users of the operating system: who a process is, whose a file is. No knowledge of what they are for.

Only root can hand files over and become somebody else; for everybody else these functions are not called.
"""

import os
import pwd
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_NUMBERS = re.compile(r"(?P<uid>[0-9]{1,9})(:(?P<gid>[0-9]{1,9}))?")
ROOT = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class User:
    """A user and their group, by number; neither needs an entry in the system's list."""

    uid: int
    gid: int


def read_user(text: str) -> User:
    """Read `UID`, `UID:GID` or the name of a user that the system knows.

    Raises ValueError for an unknown name, and for root.
    """
    numbers = _NUMBERS.fullmatch(text)
    if numbers:
        user = User(uid=int(numbers["uid"]), gid=int(numbers["gid"] or numbers["uid"]))
    else:
        try:
            entry = pwd.getpwnam(text)
        except KeyError:
            raise ValueError(f"the system knows no user {text}") from None
        user = User(uid=entry.pw_uid, gid=entry.pw_gid)
    if ROOT in (user.uid, user.gid):
        raise ValueError("root is kept apart from nobody")
    return user


def become(user: User) -> None:
    """Make this process the user's for good, without any other group."""
    os.setgroups([])
    os.setgid(user.gid)
    os.setuid(user.uid)


def give(path: Path, user: User, mode: int) -> None:
    """Make a file or folder the user's, with this mode; what is not there is left out, a link is never followed."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        os.fchown(descriptor, user.uid, user.gid)
        os.fchmod(descriptor, mode)
    finally:
        os.close(descriptor)


def give_all(folder: Path, user: User, *, folders: int, files: int) -> None:
    """Make a folder and everything in it the user's, with these modes."""
    give(folder, user, folders)
    for place, names, entries in os.walk(folder, followlinks=False):
        for name in names:
            give(Path(place, name), user, folders)
        for name in entries:
            give(Path(place, name), user, files)


def keep_owner(path: Path, like: Path) -> None:
    """Make what root has just made belong to whom `like` belongs to; nothing happens for anybody but root."""
    if os.geteuid() == ROOT:
        owner = like.stat()
        os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)


def closed_to(user: User, folders: Iterable[Path]) -> Path | None:
    """Return the first of these folders that the user cannot enter, None when each is open."""
    for folder in folders:
        found = folder.stat()
        shift = 6 if found.st_uid == user.uid else 3 if found.st_gid == user.gid else 0
        if not found.st_mode >> shift & 1:
            return folder
    return None
