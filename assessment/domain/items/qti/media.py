"""Pictures, sounds and films of an item, taken in from bytes: known by what they are, never by their name.

Nothing is fetched from a network. A picture is decoded once by Pillow within a limit of pixels that is read from
its head first, so that a file of few bytes cannot fill the memory; a drawing (SVG) is cut down to shapes and text.
The bytes of the others are kept as they came: a certificate of an exam rests on what was shown.
"""

import base64
import binascii
import hashlib
import posixpath
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO
from urllib.parse import unquote, unquote_to_bytes

from PIL import Image, UnidentifiedImageError

from assessment.domain.errors import N_, Invalid
from assessment.domain.items.qti.drawing import clean_drawing, drawing_size
from assessment.domain.items.qti.reason import Reasons
from assessment.domain.items.words import ItemFile

MAX_FILE = 20 * 1024 * 1024
MAX_PIXELS = 24_000_000
MAX_FILES = 100
SVG = "image/svg+xml"

Fetch = Callable[[str], bytes | None]
"""The bytes of a file by its address as the item names it (relative to the item's own file), None when missing."""

_PICTURES = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif", "WEBP": "image/webp"}
_SOUNDS = (
    (re.compile(rb"ID3|\xff[\xe2\xe3\xf2\xf3\xfa\xfb]"), "audio/mpeg"),
    (re.compile(rb"OggS.{24,26}(OpusHead|.vorbis)", re.DOTALL), "audio/ogg"),
    (re.compile(rb"OggS.{24,26}.theora", re.DOTALL), "video/ogg"),
    (re.compile(rb"RIFF....WAVE", re.DOTALL), "audio/wav"),
    (re.compile(rb"fLaC"), "audio/flac"),
    (re.compile(rb"....ftypM4[AB]", re.DOTALL), "audio/mp4"),
    (re.compile(rb"....ftyp(isom|iso[2-6]|mp4[12]|avc1|dash|M4V)", re.DOTALL), "video/mp4"),
    (re.compile(rb"\x1aE\xdf\xa3.{0,60}webm", re.DOTALL), "video/webm"),
)
_DATA = re.compile(r"data:([a-z]+/[A-Za-z0-9.+\-]+)?(?:;charset=[\w\-]+)?(;base64)?,(.*)", re.DOTALL)
_UNSAFE = re.compile(r"[^\w.\-]+")
_EXTENSIONS = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/gif": "gif",
    "image/webp": "webp",
    SVG: "svg",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What a file is; sizes in pixels, 0 for what is no picture. `lost` says that a drawing was cut down."""

    content: bytes
    media_type: str
    width: int = 0
    height: int = 0
    lost: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """A file as it is named in the item. `file` is None when its bytes are not at hand; sizes in pixels, 0 unknown."""

    name: str
    file: ItemFile | None = None
    width: int = 0
    height: int = 0

    @property
    def kind(self) -> str:
        """What it is: "image", "audio", "video", or "" when that is not known."""
        return self.file.media_type.partition("/")[0] if self.file is not None else ""


@dataclass(kw_only=True, slots=True)
class Intake:
    """The files of one item as they are met; `fetch` None means that an item came without its package.

    `folder` is that of the file being read, as seen from the item's own.
    """

    reasons: Reasons
    fetch: Fetch | None = None
    files: dict[str, ItemFile] = field(default_factory=dict)
    contents: dict[str, bytes] = field(default_factory=dict)
    folder: str = ""

    def take(self, address: str) -> Taken | None:
        """Return the file at an address, or None, with the reason noted, when it cannot be had.

        Without a package the file is named and nothing more, and that is noted.
        """
        found = _DATA.fullmatch(address.strip())
        if found is not None:
            return self._take_data(found)
        if re.match(r"[A-Za-z][A-Za-z0-9+.\-]*:|//", address.strip()):
            self.reasons.lost(N_('The file "%(name)s" lies elsewhere and was left out.'), name=address[:120])
            return None
        name = _name(address)
        if self.fetch is None:
            self.reasons.lost(N_('The file "%(name)s" is not at hand: only its name was kept.'), name=name)
            return Taken(name=name)
        place = address.strip()
        data = self.fetch(posixpath.normpath(posixpath.join(self.folder, place)) if self.folder else place)
        if data is None:
            self.reasons.lost(N_('The file "%(name)s" is not in the package and was left out.'), name=address[:120])
            return None
        return self.add(name, data)

    def add(self, name: str, data: bytes) -> Taken | None:
        """Return the file that some bytes are, under a name that no other file of the item has."""
        try:
            known = recognise(data)
        except Invalid as refusal:
            self.reasons.refused(name, refusal)
            return None
        if known.lost:
            self.reasons.lost(N_('The drawing "%(name)s" was cut down to shapes and text.'), name=name)
        digest = hashlib.sha256(known.content).hexdigest()
        name = self._free(name, digest)
        if name not in self.files and len(self.files) >= MAX_FILES:
            raise Invalid(N_("Expected at most %(max)s files in an item, got more."), max=MAX_FILES)
        file = ItemFile(name=name, media_type=known.media_type, digest=digest, size=len(known.content))
        self.files[name], self.contents[digest] = file, known.content
        return Taken(name=name, file=file, width=known.width, height=known.height)

    def _take_data(self, found: re.Match[str]) -> Taken | None:
        try:
            data = base64.b64decode(found[3], validate=False) if found[2] else unquote_to_bytes(found[3])
        except (binascii.Error, ValueError):
            data = b""
        stem = f"inline-{len(self.files) + 1}"
        extension = _EXTENSIONS.get(found[1] or "", "bin")
        return self.add(f"{stem}.{extension}", data)

    def _free(self, name: str, digest: str) -> str:
        stem, dot, extension = name.rpartition(".")
        stem, extension = (stem, dot + extension) if dot else (name, "")
        wanted, number = name, 1
        while wanted in self.files and self.files[wanted].digest != digest:
            number += 1
            wanted = f"{stem}-{number}{extension}"
        return wanted


def recognise(data: bytes) -> Known:
    """Return what a file is: its bytes as they are kept, its media type, and a picture's size.

    Raises Invalid for a file that is too large, of no kind that a browser shows safely, or not what it seems.
    """
    if len(data) > MAX_FILE:
        raise Invalid(N_("Expected at most %(max)s bytes, got %(got)s."), max=MAX_FILE, got=len(data))
    for pattern, media_type in _SOUNDS:
        if pattern.match(data):
            return Known(content=data, media_type=media_type)
    start = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"<") and b"<svg" in start:
        content, lost = clean_drawing(data)
        width, height = drawing_size(content)
        return Known(content=content, media_type=SVG, width=width, height=height, lost=lost)
    media_type, width, height = _picture(data)
    return Known(content=data, media_type=media_type, width=width, height=height)


def _picture(data: bytes) -> tuple[str, int, int]:
    try:
        with warnings.catch_warnings():
            # Pillow warns from its own limit on; ours is below it and is checked before anything is decoded.
            warnings.simplefilter("ignore")
            with Image.open(BytesIO(data), formats=tuple(_PICTURES)) as picture:
                width, height = picture.size
                if width * height > MAX_PIXELS:
                    raise _too_large()
                media_type = _PICTURES[picture.format or ""]
                picture.load()
    except Image.DecompressionBombError as error:
        raise _too_large() from error
    except UnidentifiedImageError as error:
        raise Invalid(N_("Expected a picture, sound or film of a kind that browsers show.")) from error
    except (OSError, SyntaxError, ValueError, EOFError, MemoryError) as error:
        raise Invalid(N_("Expected a whole picture; it cannot be decoded.")) from error
    return media_type, width, height


def _too_large() -> Invalid:
    return Invalid(N_("Expected a picture of at most %(max)s pixels, got more."), max=MAX_PIXELS)


def _name(address: str) -> str:
    """Return the name of a file from its address: the last part, of letters, figures, points and dashes."""
    last = posixpath.basename(unquote(address.strip().split("#")[0].split("?")[0]))
    return _UNSAFE.sub("-", last).strip(".-")[-80:] or "file"
