"""The files that stand beside an item's words: pictures, sounds and films, by the digest of their bytes."""

from collections.abc import Iterable

from flask import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.domain.errors import N_, NotFound
from assessment.item_bank.tables import ItemText, ItemVersion
from assessment.storage import Storage

SHOWN = ("image/", "audio/", "video/")
"""Kinds of media that a page shows; anything else is handed out as a plain download."""


def media_types(contents: Iterable[object]) -> dict[str, str]:
    """Return digest -> media type of every file that stored words name."""
    found: dict[str, str] = {}
    for content in contents:
        files = content.get("files", []) if isinstance(content, dict) else []
        found.update({file["digest"]: file["media_type"] for file in files})
    return found


def file_of_item(session: Session, storage: Storage, body_id: str, item_id: str, digest: str) -> tuple[str, bytes]:
    """Return media type and bytes of a file of any version of an item. Raises NotFound."""
    contents = session.scalars(
        select(ItemText.content)
        .join(ItemVersion, (ItemVersion.body_id == ItemText.body_id) & (ItemVersion.id == ItemText.item_version_id))
        .where(ItemVersion.body_id == body_id, ItemVersion.item_id == item_id)
    )
    known = media_types(contents)
    if digest not in known:
        raise NotFound(N_("There is no such file."))
    return known[digest], storage.get(digest)


def lasting_file(media_type: str, content: bytes) -> Response:
    """Answer with a file that never changes: a browser may keep it for a year, and nothing in it can act.

    The policy is a sandbox without scripts, so that an SVG opened by its address is a picture and no more.
    """
    shown = media_type.startswith(SHOWN)
    response = Response(content, mimetype=media_type if shown else "application/octet-stream")
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Content-Disposition"] = "inline" if shown else "attachment"
    return response
