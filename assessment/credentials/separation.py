"""Keys apart: started as root, the signer runs as one user, web and worker as another, and files follow.

    home/                 web 0711     only the names that somebody knows can be reached by others
    home/keys/**          signer 0700, files 0600: the keys, and the secret that they are sealed under
    home/signer.sock      signer, for the web's group 0660
    home/files/, metrics/ web 0750     home/secret web 0600, the database web 0640
    home/backups/         root 0700

Whether it is so is not believed but tried (`found`): by asking who answers at the socket, and by reading.
"""

import os
import socket
import struct
from pathlib import Path

from sqlalchemy.engine import make_url

from assessment.settings import Separation, Settings, SettingsError
from assessment.turns import SUFFIX
from assessment.users import ROOT, User, closed_to, give, give_all

WEB_UMASK = 0o027
OF_WEB = ("files", "metrics", "pages")
_PEER = struct.Struct("3i")  # pid, uid, gid: struct ucred, unix(7)


def why_not(settings: Settings) -> str:
    """Return why the processes cannot run as different users here, empty when they can.

    Raises SettingsError when they cannot although TERUJI_KEY_SEPARATION says `required`.
    """
    reason = _why_not(settings)
    if reason and settings.separation is Separation.REQUIRED:
        raise SettingsError(f"TERUJI_KEY_SEPARATION: keys cannot be kept apart: {reason}.")
    return reason


def _why_not(settings: Settings) -> str:
    if settings.separation is Separation.OFF:
        return "turned off by TERUJI_KEY_SEPARATION"
    if os.geteuid() != ROOT:
        return "not started as root"
    web, signer = settings.web_user, settings.signer_user
    if web.uid == signer.uid or web.gid == signer.gid:
        return "TERUJI_WEB_USER and TERUJI_SIGNER_USER share a user or a group"
    for user in (web, signer):
        closed = closed_to(user, settings.home.parents)
        if closed is not None:
            return f"the user {user.uid} cannot enter {closed}"
    outside = [file.parent for file in database_files(settings) if file.parent != settings.home]
    if outside and outside[0].stat().st_uid != web.uid:
        return f"the database's folder {outside[0]} is not the user's {web.uid}"
    return ""


def hand_over(settings: Settings) -> None:
    """Give each user what is theirs; called by root, again at every start.

    Raises SettingsError when somebody has put a folder of their own in the place of the keys.
    """
    web, signer, home = settings.web_user, settings.signer_user, settings.home
    keys = settings.keys
    if keys.exists() and home.stat().st_uid == web.uid and keys.lstat().st_uid == web.uid:
        raise SettingsError(
            f"{keys} belongs to the user {web.uid} of the web processes, who could have put it there. "
            f"Make sure that it holds your keys, then give it to the user {signer.uid}."
        )
    keys.mkdir(exist_ok=True, mode=0o700)
    give_all(keys, signer, folders=0o700, files=0o600)
    give(settings.signer_secret, signer, 0o600)
    give(home / "backups", User(uid=ROOT, gid=ROOT), 0o700)
    give(home / "secret", web, 0o600)
    give(settings.log_head, web, 0o600)
    for file in database_files(settings):
        give(file, web, 0o640)
    for name in OF_WEB:
        folder = home / name
        folder.mkdir(exist_ok=True)
        if folder.stat().st_uid != web.uid:
            give_all(folder, web, folders=0o750, files=0o640)
    give(home, web, 0o711)


def database_files(settings: Settings) -> tuple[Path, ...]:
    """Return the files of an SQLite database, there or not; none on PostgreSQL."""
    url = make_url(settings.database_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        return ()
    return tuple(Path(f"{url.database}{suffix}").resolve() for suffix in ("", "-wal", "-shm", SUFFIX))


def found(settings: Settings) -> str:
    """Try from this process whether the keys are out of its reach: "on" or "off"."""
    mine = os.geteuid()
    if mine == ROOT or _signer_uid(settings.signer_socket) in (None, mine):
        return "off"
    return "off" if _readable(settings.keys) or _readable(settings.signer_secret) else "on"


def _signer_uid(path: Path) -> int | None:
    """Return the user who listens at the socket, as the system knows it; None when nobody does."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        try:
            connection.connect(str(path))
        except OSError:
            return None
        peer = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size)
    uid: int = _PEER.unpack(peer)[1]
    return uid


def _readable(path: Path) -> bool:
    """Say whether this process can open it. What is not there is no proof of anything, and counts as readable."""
    try:
        os.close(os.open(path, os.O_RDONLY | os.O_CLOEXEC))
    except PermissionError:
        return False
    except OSError:
        return True
    return True
