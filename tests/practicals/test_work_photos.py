"""Photos of the work: in pieces that go on where they stopped, plain afterwards, and hostile ones refused plainly."""

import base64
import hashlib
import io
import json
import struct
import zlib
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select
from werkzeug.test import TestResponse

from assessment.accounts.sealed_box import public_key, seal
from assessment.database import db
from assessment.domain.practicals.photo import LARGEST_PHOTO, LARGEST_PIECE
from assessment.domain.roles import Role
from assessment.jobs.service import work_once
from assessment.practicals.photos import picture as picture_of
from assessment.practicals.tables_photos import PhotoContent, PhotoPiece, WorkPhoto
from assessment.practicals.tables_sheets import SheetFile
from assessment.practicals.tokens import SheetToken, write_token
from tests.factories.accounts import NOW, make_actor
from tests.factories.practicals import MadePractical, entry
from tests.factories.visitors import Visitor, signed_in, writing_on
from tests.fixtures.sites import Site
from tests.practicals.test_requests import assessor_of, login_of, made_on


def a_photo(side: int = 400, *, exif: bool = True) -> bytes:
    """A JPEG that is hard to compress, with a position in its metadata."""
    image = Image.effect_noise((side, side), 80).convert("RGB")
    written = io.BytesIO()
    data = Image.Exif()
    data[0x010F] = "Kamera Misal"
    data.get_ifd(0x8825)[1] = "S"
    image.save(written, "JPEG", quality=92, **({"exif": data} if exif else {}))
    return written.getvalue()


def announcement(content: bytes, **members: Any) -> dict[str, Any]:
    return {
        "v": 1,
        "device": "tablet-7",
        "client": "tab.1",
        "seq": 1,
        "criterion": "M1",
        "kind": "root",
        "sha256": hashlib.sha256(content).hexdigest(),
        "size": len(content),
        "taken_at": "2026-03-12T02:30:00+00:00",
        **members,
    }


def announced(visitor: Visitor, practical: MadePractical, content: bytes, **members: Any) -> TestResponse:
    return visitor.client.post(
        f"/practicals/{practical.id}/photos",
        json=announcement(content, **members),
        headers={"X-CSRFToken": visitor.csrf},
    )


def send_piece(visitor: Visitor, practical: MadePractical, digest: str, offset: int, piece: bytes) -> TestResponse:
    return visitor.client.patch(
        f"/practicals/{practical.id}/photos/{digest}",
        data=piece,
        headers={"X-CSRFToken": visitor.csrf, "Upload-Offset": str(offset)},
    )


def send_whole(visitor: Visitor, practical: MadePractical, content: bytes) -> TestResponse:
    """Send a photo in pieces of the largest size; returns the last answer."""
    digest = hashlib.sha256(content).hexdigest()
    answer = None
    for offset in range(0, len(content), LARGEST_PIECE):
        answer = send_piece(visitor, practical, digest, offset, content[offset : offset + LARGEST_PIECE])
    assert answer is not None
    return answer


def kept(site: Site, practical: MadePractical) -> Image.Image:
    """The plain picture of the only photo."""
    with site.app.app_context():
        photo_id = db.session.scalars(select(WorkPhoto.id)).one()
        storage = site.app.extensions["storage"]
        _person, content = picture_of(db.session(), storage, practical.body_id, practical.id, photo_id)
    return Image.open(io.BytesIO(content))


def test_a_photo_comes_in_pieces_and_leaves_its_metadata_behind(site: Site) -> None:
    practical = made_on(site)
    visitor = assessor_of(site, practical)
    content = a_photo(900)
    assert len(content) > LARGEST_PIECE
    digest = hashlib.sha256(content).hexdigest()
    assert announced(visitor, practical, content).get_json() == {"offset": 0, "complete": False}
    assert announced(visitor, practical, content).get_json() == {"offset": 0, "complete": False}
    half = send_piece(visitor, practical, digest, 0, content[:1000])
    assert half.get_json() == {"offset": 1000, "complete": False}
    lost_reply = send_piece(visitor, practical, digest, 0, content[:1000])
    assert (lost_reply.status_code, lost_reply.get_json()) == (409, {"offset": 1000, "complete": False})
    assert visitor.get(f"/practicals/{practical.id}/photos/{digest}").get_json() == {"offset": 1000, "complete": False}
    rest = content[1000:]
    for start in range(0, len(rest), LARGEST_PIECE):
        answer = send_piece(visitor, practical, digest, 1000 + start, rest[start : start + LARGEST_PIECE])
    assert answer.get_json() == {"offset": len(content), "complete": True}
    assert send_piece(visitor, practical, digest, 0, content[:10]).get_json()["complete"] is True
    image = kept(site, practical)
    assert (image.format, image.size, dict(image.getexif())) == ("JPEG", (900, 900), {})
    with site.app.app_context():
        assert db.session.scalars(select(WorkPhoto.digest)).all() == [digest]
        assert db.session.scalars(select(PhotoPiece)).all() == []
    files = sum(1 for path in (site.settings.home / "files").rglob("*") if path.is_file())
    with site.app.app_context():
        while work_once(lambda: NOW + timedelta(minutes=6)):
            pass
    left = sum(1 for path in (site.settings.home / "files").rglob("*") if path.is_file())
    assert files - left >= 2


def a_bomb() -> bytes:
    """A PNG of a few hundred bytes that says it has 30,000 × 30,000 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 99)) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"<script>alert(1)</script>", "not_a_picture"),
        (b"%PDF-1.7 ...", "not_a_picture"),
        (b"GIF89a" + b"\0" * 40, "not_a_picture"),
        (a_bomb(), "too_many_pixels"),
    ],
    ids=["script", "pdf", "gif", "bomb"],
)
def test_what_is_no_picture_is_refused_for_good_with_its_reason(site: Site, content: bytes, reason: str) -> None:
    practical = made_on(site)
    visitor = assessor_of(site, practical)
    announced(visitor, practical, content)
    answer = send_whole(visitor, practical, content)
    assert (answer.status_code, answer.get_json()["refused"]) == (422, reason)
    assert answer.get_json()["complete"] is False
    assert answer.get_json()["detail"]
    assert announced(visitor, practical, content).get_json()["refused"] == reason
    with site.app.app_context():
        assert db.session.scalars(select(PhotoContent.reason)).all() == [reason]


def test_a_photo_that_is_cut_off_inside_is_no_picture(site: Site) -> None:
    practical = made_on(site)
    visitor = assessor_of(site, practical)
    content = a_photo()[:9000]
    announced(visitor, practical, content)
    assert send_whole(visitor, practical, content).get_json()["refused"] == "not_a_picture"


def test_other_bytes_than_announced_start_again(site: Site) -> None:
    practical = made_on(site)
    visitor = assessor_of(site, practical)
    content = a_photo()
    announced(visitor, practical, content)
    digest = hashlib.sha256(content).hexdigest()
    send_piece(visitor, practical, digest, 0, content[:100])
    wrong = send_piece(visitor, practical, digest, 100, bytes(len(content) - 100))
    assert (wrong.status_code, wrong.get_json()["offset"], wrong.get_json()["reason"]) == (422, 0, "digest")
    assert send_whole(visitor, practical, content).get_json()["complete"] is True


def test_a_size_that_lies_is_refused_and_may_be_put_right(site: Site) -> None:
    practical = made_on(site)
    visitor = assessor_of(site, practical)
    content = a_photo()
    digest = hashlib.sha256(content).hexdigest()
    announced(visitor, practical, content, size=len(content) - 5)
    assert send_whole(visitor, practical, content).status_code == 422
    announced(visitor, practical, content, size=len(content) + 5, seq=2)
    assert send_whole(visitor, practical, content).get_json() == {"offset": len(content), "complete": False}
    announced(visitor, practical, content, seq=3)
    assert visitor.get(f"/practicals/{practical.id}/photos/{digest}").get_json()["offset"] == 0
    assert send_whole(visitor, practical, content).get_json()["complete"] is True


@pytest.mark.parametrize(
    "members",
    [
        {"size": LARGEST_PHOTO + 1},
        {"size": 0},
        {"size": True},
        {"sha256": "0" * 63},
        {"sha256": "G" * 64},
        {"kind": "selfie"},
        {"criterion": "ZZ"},
        {"client": "a b"},
        {"seq": -1},
        {"taken_at": "gestern"},
        {"v": 9},
        {"device": "x\0"},
    ],
)
def test_an_announcement_of_another_shape_is_refused(site: Site, members: dict[str, Any]) -> None:
    practical = made_on(site)
    visitor = assessor_of(site, practical)
    answer = announced(visitor, practical, b"x", **members)
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"


def test_a_piece_too_large_or_of_nothing_announced_is_refused(site: Site) -> None:
    practical = made_on(site)
    visitor = assessor_of(site, practical)
    content = a_photo(900)
    digest = hashlib.sha256(content).hexdigest()
    assert send_piece(visitor, practical, digest, 0, b"x").status_code == 404
    announced(visitor, practical, content)
    assert send_piece(visitor, practical, digest, 0, content[: LARGEST_PIECE + 1]).status_code in (413, 422)
    assert send_piece(visitor, practical, digest, 0, b"").status_code == 422
    path = f"/practicals/{practical.id}/photos/{digest}"
    bare = visitor.client.patch(path, data=b"x", headers={"X-CSRFToken": visitor.csrf})
    assert bare.status_code == 422
    assert visitor.get(path).get_json() == {"offset": 0, "complete": False}


def test_a_sealed_file_brings_marks_and_photos_once(site: Site) -> None:
    practical = made_on(site)
    secret = site.settings.secret
    content = a_photo()
    token = SheetToken(body_id=practical.body_id, practical_id=practical.id, person_id=practical.assessor.person_id)
    inside = {
        "v": 1,
        "token": write_token(secret, token),
        "device": "tablet-7",
        "events": [entry("J1", level=2), entry("M1", seq=2, value="viel")],
        "photos": [
            announcement(content) | {"bytes": _base64(content)},
            announcement(b"nothing", seq=2) | {"bytes": _base64(b"nothing")},
            {"broken": True},
        ],
    }
    box = seal(public_key(secret), json.dumps(inside).encode())
    with writing_on(site) as session:
        manager = make_actor(session, practical.body_id, Role.SCHEME_MANAGER, name="Pengelola Misal")
    visitor = signed_in(site, login_of(site, manager.account_id))
    visitor.get("/practicals/take-in")
    assert take_in(visitor.client, visitor.csrf, box[:-1]).status_code == 422
    answer = take_in(visitor.client, visitor.csrf, box)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    with site.app.app_context():
        file = db.session.scalars(select(SheetFile)).one()
        assert (file.observations, file.photos, file.accepted, file.held, file.refused) == (2, 3, 1, 0, 2)
        assert len(db.session.scalars(select(PhotoContent)).all()) == 2
    assert kept_sizes(site) == [(400, 400)]
    assert take_in(visitor.client, visitor.csrf, box).status_code == 409
    page = visitor.get(answer.headers["Location"]).get_data(as_text=True)
    assert "Berkas sudah diambil" in page


def kept_sizes(site: Site) -> list[tuple[int, int]]:
    with site.app.app_context():
        rows = db.session.execute(select(PhotoContent.width, PhotoContent.height)).all()
    return [(row.width, row.height) for row in rows if row.width is not None]


def take_in(client: FlaskClient, csrf: str, box: bytes) -> TestResponse:
    return client.post(
        "/practicals/take-in",
        data={"file": (io.BytesIO(box), "tablet.teruji"), "csrf_token": csrf},
        content_type="multipart/form-data",
    )


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()
