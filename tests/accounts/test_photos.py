"""Photographs: made small and plain; bombs and other files are refused."""

import io
import struct
import zlib

import pytest
from PIL import Image

from assessment.accounts.photos import LARGEST_FILE, LONGEST_SIDE, SMALL_BYTES, plain_photo, small_photo
from assessment.domain.errors import Invalid


def picture(width: int = 1600, height: int = 1200, kind: str = "JPEG", exif: Image.Exif | None = None) -> bytes:
    file = io.BytesIO()
    options = {"exif": exif.tobytes()} if exif is not None else {}
    Image.new("RGB", (width, height), "#0F6B66").save(file, kind, **options)
    return file.getvalue()


def reopened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_becomes_a_small_jpeg(kind: str) -> None:
    image = reopened(plain_photo(picture(kind=kind)))
    assert image.format == "JPEG"
    assert image.size == (LONGEST_SIDE, LONGEST_SIDE * 3 // 4)


def test_position_and_device_are_gone() -> None:
    exif = Image.Exif()
    exif[0x010F] = "Camera maker"
    exif[0x8825] = {1: "S", 2: (6.0, 12.0, 0.0)}
    content = picture(exif=exif)
    assert b"Camera maker" in content
    plain = plain_photo(content)
    assert b"Camera maker" not in plain
    assert not reopened(plain).getexif()


def test_a_photo_that_lies_on_its_side_is_turned_before_the_note_is_dropped() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    image = reopened(plain_photo(picture(800, 400, exif=exif)))
    assert image.size == (400, 800)


def bomb(width: int, height: int) -> bytes:
    """A PNG whose head claims more pixels than its few bytes hold."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 1_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(7_800, 7_800), (20_000, 20_000), (60_000, 60_000)])
def test_a_bomb_is_refused_before_it_is_unpacked(size: tuple[int, int]) -> None:
    with pytest.raises(Invalid):
        plain_photo(bomb(*size))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a" + bytes(100),
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.7",
        b"\xff\xd8\xff" + bytes(50),
        b"\x89PNG\r\n\x1a\n",
        picture()[:400],
    ],
)
def test_what_is_no_photo_is_refused(content: bytes) -> None:
    with pytest.raises(Invalid):
        plain_photo(content)


def test_a_file_that_is_too_large_is_refused_unread() -> None:
    with pytest.raises(Invalid, match="up to 12 MB"):
        plain_photo(bytes(LARGEST_FILE + 1))


@pytest.mark.parametrize(
    ("sides", "small"),
    [((720, 960), (240, 320)), ((960, 720), (240, 180)), ((100, 100), (100, 100)), ((960, 1), (240, 1))],
)
def test_a_small_photo_keeps_its_shape(sides: tuple[int, int], small: tuple[int, int]) -> None:
    made = small_photo(plain_photo(picture(*sides)))
    image = reopened(made.content)
    assert (image.format, image.size) == ("WEBP", small)
    assert (made.width, made.height) == small
    assert not image.getexif()


@pytest.mark.parametrize("sides", [(720, 960), (240, 320), (90, 120)])
def test_a_small_photo_is_small_whatever_is_on_it(sides: tuple[int, int]) -> None:
    noise = io.BytesIO()
    Image.merge("RGB", [Image.effect_noise(sides, 200) for _ in range(3)]).save(noise, "JPEG", quality=95)
    made = small_photo(plain_photo(noise.getvalue()))
    assert 0 < len(made.content) <= SMALL_BYTES


@pytest.mark.parametrize("content", [b"", b"no picture", picture()[:300], b"GIF89a" + b"\0" * 40])
def test_what_is_no_picture_becomes_no_small_one(content: bytes) -> None:
    with pytest.raises(Invalid, match="something else"):
        small_photo(content)
