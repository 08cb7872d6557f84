"""Packages that mean harm: archives that lie, leave their folder or grow, and pictures that are not what they seem."""

import io
import stat
import struct
import unicodedata
import warnings
import zipfile
import zlib
from collections.abc import Iterator

from assessment.domain.items.qti.xml import PACKAGE
from tests.domain.items.build import choice_xml
from tests.domain.items.qti.hostile.documents import QTI, SVG, Files

ITEM = choice_xml(identifier="A")
NAMES = (
    "../evil.xml",
    "../../../../../../etc/cron.d/evil",
    "items/../../evil.xml",
    "/etc/passwd",
    "//server/share/evil",
    "C:/evil.xml",
    "C:evil.xml",
    "..\\evil.xml",
    "items\\..\\..\\evil.xml",
    "\\\\server\\evil",
    "./evil.xml",
    "items//evil.xml",
    "items/./evil.xml",
    "items/..",
    "..",
    ".",
    "evil\x00.xml",
    "evil\n.xml",
    "\x1b[31mevil",
    "a" * 300,
    "a/" * 140 + "a",
)


def names() -> Files:
    """Names that lead out of the package, or hide something."""
    for number, name in enumerate(NAMES):
        yield f"name-{number}", package({name: b"EVIL"})
    for first, second in (
        ("a.xml", "a.xml"),
        ("a.xml", "A.XML"),
        ("ä.xml", unicodedata.normalize("NFD", "ä.xml")),
        ("imsmanifest.xml", "IMSMANIFEST.XML"),
        ("a", "a/"),
    ):
        yield f"twice-{first}-{len(second)}", package([(first, ITEM), (second, b"EVIL")])
    yield "two-manifests", _zip([("imsmanifest.xml", manifest()), ("a.xml", ITEM), ("imsmanifest.xml", manifest())])
    kinds = {
        "link": stat.S_IFLNK,
        "pipe": stat.S_IFIFO,
        "socket": stat.S_IFSOCK,
        "disk": stat.S_IFBLK,
        "tty": stat.S_IFCHR,
    }
    for name, kind in kinds.items():
        info = zipfile.ZipInfo("secret.xml")
        info.create_system = 3
        info.external_attr = (kind | 0o777) << 16
        yield f"kind-{name}", _zip([("imsmanifest.xml", manifest()), ("a.xml", ITEM), (info, b"/etc/passwd")])
    yield "names-in-no-encoding", package({"é.xml": b"x"}).replace("é".encode(), b"\xff\xfe")


def growing() -> Files:
    """Archives that would fill a disk."""
    for megabytes in (10, 100, 1_000):
        yield f"zeros-{megabytes}", _claimed("zeros.bin", megabytes * 1024 * 1024, b"\0" * 1024 * 1024)
    million = b"\0" * 1_000_000
    yield "many-millions", package({f"m{number}.bin": million for number in range(250)})
    inner = _zip([("a", million)])
    for _ in range(6):
        inner = _zip([(f"{number}.zip", inner) for number in range(6)])
    yield "nested", package({"inner.zip": inner, "b.xml": inner})
    yield "members-100000", _empty_members(100_000)
    yield "members-65535", _empty_members(65_535)
    yield "members-6000", package({f"m{number}.xml": b"" for number in range(6_000)})
    yield "item-of-zeros", _zip([("imsmanifest.xml", manifest()), ("a.xml", b" " * 50_000_000)])
    yield "manifest-of-zeros", _zip([("imsmanifest.xml", b" " * 50_000_000), ("a.xml", ITEM)])
    yield "overlapping", _overlapping()


def lying() -> Files:
    """Archives whose directory says something else than what is there."""
    data = package({})
    start = data.rfind(b"PK\1\2")
    fields = {"flags": (8, 1), "method": (10, 99), "checksum": (16, 5), "compressed": (20, 9), "size": (24, 7)}
    for name, (offset, change) in fields.items():
        for each in (1, change, 255):
            yield f"directory-{name}-{each}", _flipped(data, start + offset, each)
    local = data.rfind(b"PK\3\4", 0, start)
    for name, (offset, change) in {
        "signature": (0, 1),
        "name-length": (26, 3),
        "extra": (28, 9),
        "name": (30, 2),
    }.items():
        yield f"local-{name}", _flipped(data, local + offset, change)
    end = data.rfind(b"PK\5\6")
    for offset in (4, 6, 8, 10, 12, 16, 20):
        yield f"end-{offset}", _flipped(data, end + offset, 1)
    for size in (4, 10, 30, 100, len(data) // 2, len(data) - 1):
        yield f"cut-{size}", data[:size]
    yield "before", b"PKX" + data
    yield "behind", data + b"EVIL"
    yield "comment", data[:-2] + struct.pack("<H", 22) + data[-22:]
    yield "program-in-front", b"PK" + b"\x90" * 1000 + data
    for method in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        yield f"method-{method}", _zip([("imsmanifest.xml", manifest()), ("a.xml", ITEM)], method)
    yield (
        "damaged",
        data[: local + 60] + bytes(255 - each for each in data[local + 60 : local + 90]) + data[local + 90 :],
    )


def manifests() -> Files:
    """Manifests and tests that lead outside, in a circle, or nowhere."""
    for number, href in enumerate(
        (
            "../../etc/passwd",
            "/etc/passwd",
            "file:///etc/passwd",
            "http://127.0.0.1/",
            "..%2f..%2fetc/passwd",
            "%2e%2e/x.xml",
        )
    ):
        yield f"href-{number}", package({}, resources=_resource("X", href))
    dtd = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    yield "manifest-type", _zip([("imsmanifest.xml", dtd + manifest()), ("a.xml", ITEM)])
    yield "resources", package({}, resources="".join(_resource(f"R{n}", f"r{n}.xml") for n in range(60_000)))
    labels = "<labelledGUID><GUID>x</GUID></labelledGUID>" * 100_000
    yield (
        "labels",
        package(
            {},
            resources=_resource("X", "b.xml").replace("/>", f"><metadata>{labels}</metadata></resource>"),
        ),
    )
    section = (
        f'<qti-assessment-section xmlns="{QTI}" identifier="S" title="S" visible="true">{{}}</qti-assessment-section>'
    )
    refer = '<qti-assessment-section-ref identifier="R{0}" href="s{0}.xml"/>'
    circle = {f"s{n}.xml": section.format(refer.format((n + 1) % 3) * 50).encode() for n in range(3)}
    test = '<resource identifier="T" type="imsqti_test_xmlv3p0" href="{}"/>'
    yield "sections-in-a-circle", package(circle, resources=test.format("s0.xml"))
    chain = {f"s{n}.xml": section.format(refer.format(n + 1)).encode() for n in range(1_500)}
    yield "sections-in-a-chain", package(chain, resources=test.format("s0.xml"))
    items = '<qti-assessment-item-ref identifier="I" href="a.xml"/>' * 30_000
    yield "test-of-30000", package({"t.xml": section.format(items).encode()}, resources=test.format("t.xml"))
    for number, href in enumerate(("../../etc/passwd", "file:///etc/passwd", "http://127.0.0.1/")):
        stimulus = f'<qti-assessment-stimulus-ref identifier="s" href="{href}"/>'
        yield (
            f"stimulus-{number}",
            package({"b.xml": choice_xml(identifier="B", head=stimulus)}, resources=_resource("B", "b.xml")),
        )
    own = '<qti-assessment-stimulus-ref identifier="s" href="b.xml"/>'
    yield "stimulus-itself", package({"b.xml": choice_xml(identifier="B", head=own)}, resources=_resource("B", "b.xml"))


def pictures() -> Files:
    """Pictures that are larger than they look, or no pictures."""
    for width, height in ((30_000, 30_000), (65_500, 65_500), (2_000_000_000, 2), (100_000, 9_000)):
        yield f"png-{width}", _pictured("x.png", _png(width, height))
        small = min(width, 65_500).to_bytes(2), min(height, 65_500).to_bytes(2)
        yield f"gif-{width}", _pictured("x.gif", b"GIF89a" + small[0][::-1] + small[1][::-1] + b"\x80\0\0" + b"\0" * 50)
        head = b"\xff\xd8\xff\xc0\0\x11\x08" + small[1] + small[0] + b"\3\1\x22\0\2\x11\1\3\x11\1"
        yield f"jpeg-{width}", _pictured("x.jpg", head + b"\xff\xda" + b"\0" * 100)
    yield (
        "png-profile",
        _pictured("x.png", _png(10, 10, extra=_chunk(b"iCCP", b"x\0\0" + zlib.compress(b"\0" * 100_000_000)))),
    )
    yield (
        "png-text",
        _pictured("x.png", _png(10, 10, extra=_chunk(b"zTXt", b"x\0\0" + zlib.compress(b"\0" * 100_000_000)))),
    )
    webp = b"RIFF" + (30).to_bytes(4, "little") + b"WEBPVP8X" + (10).to_bytes(4, "little") + b"\0\0\0\0" + b"\xff" * 6
    yield "webp", _pictured("x.webp", webp + b"\0" * 20)
    for number, content in enumerate(
        (b"<html><script>alert(1)</script></html>", b"MZ" + b"\0" * 100, b"%PDF-1.7 x", b"")
    ):
        yield f"no-picture-{number}", _pictured("x.png", content)
    svg = f'<svg xmlns="{SVG}" xmlns:xlink="http://www.w3.org/1999/xlink" width="9" height="9" {{}}>{{}}</svg>'
    for number, (attributes, inside) in enumerate(
        (
            ('onload="alert(1)"', '<rect width="1" height="1"/>'),
            ("", "<script>alert(1)</script>"),
            ("", '<script xlink:href="https://evil.example/x.js"/>'),
            ("", "<foreignObject><body xmlns='http://www.w3.org/1999/xhtml' onload='alert(1)'/></foreignObject>"),
            ("", '<a xlink:href="javascript:alert(1)"><text>x</text></a>'),
            ("", '<image xlink:href="https://evil.example/x.png" width="9" height="9"/>'),
            ("", '<use xlink:href="https://evil.example/x.svg#a"/>'),
            ("", '<set attributeName="onmouseover" to="alert(1)"/>'),
            ("", '<animate attributeName="href" values="javascript:alert(1)"/>'),
            ("", "<style>@import 'https://evil.example/x.css';</style>"),
            ('style="background:url(https://evil.example/)"', ""),
            ("", '<rect width="1" height="1" fill="url(https://evil.example/#a)"/>'),
            ("", "<g>" * 300 + "</g>" * 300),
        )
    ):
        yield f"svg-{number}", _pictured("x.svg", svg.format(attributes, inside).encode())
    laughs = '<!DOCTYPE svg [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>' + svg.format("", "<text>&b;</text>")
    yield "svg-entities", _pictured("x.svg", laughs.encode())


def manifest(resources: str = "") -> bytes:
    """A manifest that names a.xml, and what else is given."""
    return (
        f'<manifest xmlns="{PACKAGE}" identifier="M"><organizations/><resources>'
        f"{_resource('A', 'a.xml')}{resources}</resources></manifest>"
    ).encode()


def package(files: "dict[str, bytes] | list[tuple[str, bytes]]", *, resources: str = "") -> bytes:
    """A package with one good item and more files."""
    more = list(files.items()) if isinstance(files, dict) else files
    own = [("imsmanifest.xml", manifest(resources)), ("a.xml", ITEM)]
    return _zip([each for each in own if each[0] not in dict(more)] + more)


def _resource(identifier: str, href: str) -> str:
    return f'<resource identifier="{identifier}" type="imsqti_item_xmlv3p0" href="{href}"/>'


def _zip(
    files: "list[tuple[str, bytes]] | list[tuple[str | zipfile.ZipInfo, bytes]]", method: int = zipfile.ZIP_DEFLATED
) -> bytes:
    """Write an archive without asking whether its names are sound."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", method) as archive:
        for name, content in files:
            info = name if isinstance(name, zipfile.ZipInfo) else zipfile.ZipInfo("x")
            if not isinstance(name, zipfile.ZipInfo):
                info.filename = name
            info.compress_type = method
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # a name that comes twice is meant
                archive.writestr(info, content)
    return written.getvalue()


def _claimed(name: str, size: int, part: bytes) -> bytes:
    """An archive with one member of so many bytes, packed without holding it."""
    packer = zlib.compressobj(9, wbits=-15)
    packed, checksum = bytearray(), 0
    for _ in range(size // len(part)):
        packed += packer.compress(part)
        checksum = zlib.crc32(part, checksum)
    packed += packer.flush()
    data = package({name: b"x"})
    return _replaced(data, name, bytes(packed), checksum, size)


def _replaced(data: bytes, name: str, packed: bytes, checksum: int, size: int) -> bytes:
    """Give the last member of an archive other content, in its own header and in the directory."""
    encoded = name.encode()
    local, start = data.rfind(b"PK\3\4"), data.rfind(b"PK\1\2")
    sizes = struct.pack("<LLL", checksum, len(packed), size)
    body = data[:local] + data[local : local + 14] + sizes + data[local + 26 : local + 30] + encoded + packed
    first = data.find(b"PK\1\2")
    directory = data[first:start] + data[start : start + 16] + sizes + data[start + 28 : data.rfind(b"PK\5\6")]
    end = data[data.rfind(b"PK\5\6") :]
    return body + directory + end[:12] + struct.pack("<LL", len(directory), len(body)) + end[20:]


def _empty_members(count: int) -> bytes:
    local = b"".join(
        struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 0, 0, 33, 0, 0, 0, 6, 0) + b"%06d" % number
        for number in range(count)
    )
    directory = b"".join(
        struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 0, 0, 33, 0, 0, 0, 6, 0, 0, 0, 0, 0, 36 * number)
        + b"%06d" % number
        for number in range(count)
    )
    counted = min(count, 65_535)
    return local + directory + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, counted, counted, len(directory), len(local), 0)


def _overlapping() -> bytes:
    """Many members that all lie in the same bytes."""
    data = package({"bomb.bin": b"\0" * 1_000_000})
    first, start, end = data.find(b"PK\1\2"), data.rfind(b"PK\1\2"), data.rfind(b"PK\5\6")
    directory = data[first:end]
    for number in range(1_000):
        directory += data[start:end].replace(b"bomb.bin", b"b%07d" % number)
    count = 1_003
    return data[:first] + directory + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, len(directory), first, 0)


def _flipped(data: bytes, place: int, change: int) -> bytes:
    return data[:place] + bytes([data[place] ^ change]) + data[place + 1 :]


def _pictured(name: str, content: bytes) -> bytes:
    item = choice_xml(identifier="B", before=f'<p>Look.</p><p><img src="{name}" alt="x" width="9" height="9"/></p>')
    return package({"b.xml": item, name: content}, resources=_resource("B", "b.xml"))


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">L", len(content)) + kind + content + struct.pack(">L", zlib.crc32(kind + content))


def _png(width: int, height: int, *, extra: bytes = b"") -> bytes:
    head = _chunk(b"IHDR", struct.pack(">LLBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + extra + _chunk(b"IDAT", zlib.compress(b"\0" * 1_000)) + _chunk(b"IEND", b"")


ARCHIVES = {"names": names, "growing": growing, "lying": lying, "manifests": manifests, "pictures": pictures}


def every_archive() -> Iterator[tuple[str, bytes]]:
    """Yield every package with its name."""
    for family, make in ARCHIVES.items():
        for name, data in make():
            yield f"{family}-{name}", data
