"""Files of items: known by what they are, limited before they are decoded, drawings without what acts or loads."""

import base64
import io
import struct
import subprocess
import sys
import zlib

import pytest
from PIL import Image

from assessment.domain.errors import Invalid
from assessment.domain.items.qti.drawing import clean_drawing, drawing_size
from assessment.domain.items.qti.media import recognise
from assessment.domain.items.qti.read import read_item
from tests.domain.items.build import choice_xml
from tests.domain.items.kinds import WAVE, picture_bytes

SVG = 'xmlns="http://www.w3.org/2000/svg"'
USE = "<use href='#a'/>"
PNG = picture_bytes(7)


def png(width, height, rows=b""):
    """A PNG that claims a size, with as many rows of data as one likes."""

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def saved(kind, **options):
    held = io.BytesIO()
    Image.new("RGB", (12, 9), (1, 2, 3)).save(held, kind, **options)
    return held.getvalue()


@pytest.mark.parametrize(
    ("data", "media_type", "size"),
    [
        (PNG, "image/png", (40, 30)),
        (saved("JPEG"), "image/jpeg", (12, 9)),
        (saved("GIF"), "image/gif", (12, 9)),
        (saved("WEBP"), "image/webp", (12, 9)),
        (f'<svg {SVG} viewBox="0 0 100 50"><rect width="5" height="5"/></svg>'.encode(), "image/svg+xml", (100, 50)),
        (WAVE, "audio/wav", (0, 0)),
        (b"ID3\x04\x00\x00" + bytes(64), "audio/mpeg", (0, 0)),
        (b"\x00\x00\x00\x18ftypmp42" + bytes(64), "video/mp4", (0, 0)),
        (b"OggS" + bytes(24) + b"OpusHead", "audio/ogg", (0, 0)),
        (b"\x1aE\xdf\xa3" + bytes(20) + b"webm", "video/webm", (0, 0)),
    ],
)
def test_a_file_is_known_by_its_bytes_and_kept_as_it_is(data, media_type, size):
    known = recognise(data)
    assert (known.media_type, known.width, known.height, known.content, known.lost) == (media_type, *size, data, False)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (png(30_000, 30_000), "Expected a picture of at most"),
        (png(2**31 - 1, 2**31 - 1), "Expected a picture"),
        (png(4000, 4000, b"\0" * 100), "cannot be decoded"),
        (png(0, 5), "Expected a"),
        (PNG[:60], "cannot be decoded"),
        (b"GIF89a" + struct.pack("<HH", 60_000, 60_000) + bytes(20), "Expected a"),
        (b"%PDF-1.7", "Expected a picture, sound or film"),
        (b"MZ\x90\x00", "Expected a picture, sound or film"),
        (b"<html><script>alert(1)</script></html>", "Expected a picture, sound or film"),
        (b"", "Expected a picture, sound or film"),
        (saved("TIFF"), "Expected a picture, sound or film"),
        (b"\0" * (20 * 1024 * 1024 + 1), "Expected at most"),
        (f"<svg {SVG}><rect></svg>".encode(), "well-formed"),
        (b'<!DOCTYPE svg [<!ENTITY a "b">]><svg xmlns="http://www.w3.org/2000/svg">&a;</svg>', "DOCTYPE"),
        (f"<svg {SVG}>{USE * 31}</svg>".encode(), "repeats its parts at most 30"),
        (f"<svg {SVG}>{'<g>' * 120}{'</g>' * 120}</svg>".encode(), "deep"),
    ],
)
def test_a_file_that_is_none_of_them_or_too_much_is_refused(data, message):
    with pytest.raises(Invalid, match=message):
        recognise(data)


LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (256 * 1024 * 1024, 256 * 1024 * 1024))
from assessment.domain.errors import Invalid
from assessment.domain.items.qti.media import recognise
data = sys.stdin.buffer.read()
try:
    recognise(data)
except Invalid as refusal:
    print(refusal)
"""


@pytest.mark.parametrize("kind", ["PNG", "GIF"])
def test_a_picture_of_900_megapixels_is_refused_with_256_mb_of_memory(kind):
    # Whole pictures of one colour: a megabyte or less that would unpack to 900.
    if kind == "PNG":
        row = zlib.compressobj(9)
        packed = b"".join(row.compress(b"\0" * 30_001) for _ in range(30_000)) + row.flush()
        head = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 0, 0, 0, 0)
        data = b"\x89PNG\r\n\x1a\n"
        for name, part in ((b"IHDR", head), (b"IDAT", packed), (b"IEND", b"")):
            data += struct.pack(">I", len(part)) + name + part + struct.pack(">I", zlib.crc32(name + part))
    else:
        data = b"GIF89a" + struct.pack("<HHBBB", 30_000, 30_000, 0x80, 0, 0) + bytes(6) + b"\x2c"
        data += struct.pack("<HHHHB", 0, 0, 30_000, 30_000, 0) + b"\x02\x02\x4c\x01\x00\x3b"
    done = subprocess.run([sys.executable, "-c", LIMITED], input=data, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()[-400:]
    assert b"Expected a picture of at most" in done.stdout


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        "<g onclick='alert(1)'><rect/></g>",
        "<a href='javascript:alert(1)'><text>x</text></a>",
        "<image href='https://example.org/a.png'/>",
        "<use href='https://example.org/a.svg#b'/>",
        "<style>@import url(https://example.org/a.css);</style>",
        "<style>rect { fill: url('https://example.org/a.svg') }</style>",
        "<rect style='fill:url(https://example.org/a)'/>",
        "<rect fill='url(//example.org/a)'/>",
        "<foreignObject><iframe xmlns='http://www.w3.org/1999/xhtml' src='https://example.org'/></foreignObject>",
        "<animate attributeName='href' to='javascript:alert(1)'/>",
        "<set attributeName='onload' to='alert(1)'/>",
        "<feImage href='https://example.org/a.png'/>",
        "<x:script xmlns:x='http://www.w3.org/1999/xhtml'>alert(1)</x:script>",
    ],
)
def test_nothing_in_a_drawing_acts_or_loads(attack):
    content, lost = clean_drawing(f"<svg {SVG}>{attack}<circle r='3'/></svg>".encode())
    text = content.decode().lower()
    for sign in ("alert", "example.org", "javascript", "onclick", "iframe", "@import"):
        assert sign not in text
    assert "<circle" in text
    assert lost


def test_what_drawing_programs_keep_for_themselves_is_no_loss():
    inner = (
        "<metadata>made by a program</metadata><p:view xmlns:p='urn:program' p:zoom='2'/>"
        "<style>.a { fill: url(#b); stroke: #fff }</style><rect class='a'/>"
    )
    content, lost = clean_drawing(f"<svg {SVG}>{inner}</svg>".encode())
    assert not lost
    assert b"made by" not in content
    assert b"fill: url(#b)" in content


def test_a_style_sheet_named_by_a_processing_instruction_is_gone():
    data = f'<?xml-stylesheet href="https://example.org/a.css"?><svg {SVG}><rect/></svg>'.encode()
    assert b"example.org" not in clean_drawing(data)[0]


@pytest.mark.parametrize(
    ("attributes", "size"),
    [
        ('width="30" height="20px"', (30, 20)),
        ('viewBox="0 0 64.6 32"', (65, 32)),
        ("", (0, 0)),
        ('width="5cm"', (0, 0)),
    ],
)
def test_a_drawing_says_its_size(attributes, size):
    assert drawing_size(f"<svg {SVG} {attributes}/>".encode()) == size


def read(before, files=None):
    return read_item(choice_xml(before=before), files=(files or {}).get)


def test_pictures_and_sounds_of_an_item_are_taken_in_under_safe_names():
    held = {"img/Plan%20A.png": PNG, "b/Plan%20A.png": picture_bytes(99), "a.wav": WAVE}
    found = read(
        "<p><img src='img/Plan%20A.png' alt='A plan' width='20' onerror='x'/><img src='b/Plan%20A.png' alt=''/>"
        "<audio><source src='a.wav' type='audio/wav'/>old</audio></p>",
        held,
    )
    assert found.text.stem == (
        '<p><img alt="A plan" src="file:Plan-A.png" width="20"/><img alt="" src="file:Plan-A-2.png"/>'
        '<audio controls="controls" src="file:a.wav"></audio></p>'
    )
    assert {file.name: found.contents[file.digest] for file in found.text.files} == {
        "Plan-A.png": PNG,
        "Plan-A-2.png": held["b/Plan%20A.png"],
        "a.wav": WAVE,
    }


def test_an_object_is_what_its_bytes_are_and_the_next_one_where_it_cannot_be_had():
    inner = "<object data='b.png' type='image/png'>Plan</object>"
    outer = f"<object data='a.eps' type='application/postscript'>{inner}</object>"
    found = read(
        f"<p>{outer}</p><p><object data='c.wav' type='audio/x-wav'>A bell</object></p>", {"b.png": PNG, "c.wav": WAVE}
    )
    assert found.text.stem == (
        '<p><img alt="Plan" src="file:b.png"/></p>'
        '<p><audio aria-label="A bell" controls="controls" src="file:c.wav"></audio></p>'
    )


def test_a_picture_inside_an_address_becomes_a_file():
    address = "data:image/png;base64," + base64.b64encode(PNG).decode()
    found = read(f"<p>Look: <img src='{address}' alt='x'/></p>")
    assert found.text.stem == '<p>Look: <img alt="x" src="file:inline-1.png"/></p>'
    assert list(found.contents.values()) == [PNG]


def test_a_drawing_inside_the_words_becomes_a_file_without_its_script():
    drawing = f"<svg {SVG} width='30' height='20'><title>A weld</title><script>alert(1)</script><rect/></svg>"
    found = read(f"<p>Look: {drawing} here.</p>")
    assert found.text.stem == ('<p>Look: <img alt="A weld" height="20" src="file:drawing-1.svg" width="30"/> here.</p>')
    assert all(b"alert" not in data for data in found.contents.values())
    assert any("was cut down" in str(reason) for reason in found.reasons)


@pytest.mark.parametrize(
    ("markup", "reason"),
    [
        ("<img src='../../etc/passwd' alt='a sign'/>", "is not in the package and was left out"),
        ("<img src='https://example.org/a.png' alt='a sign'/>", "lies elsewhere and was left out"),
        ("<img src='//example.org/a.png' alt='a sign'/>", "lies elsewhere and was left out"),
        ("<img src='bad.png' alt='a sign'/>", "bad.png: Expected a picture, sound or film"),
        ("<img src='data:text/html,&lt;script&gt;' alt='a sign'/>", "inline-1.bin: Expected a picture"),
    ],
)
def test_a_file_that_cannot_be_had_leaves_its_words_and_a_reason(markup, reason):
    found = read(f"<p>Look: {markup}</p>", {"bad.png": b"no picture"})
    assert found.text.stem == "<p>Look: a sign</p>"
    assert any(reason in str(each) and each.lost for each in found.reasons)


def test_a_formula_is_kept_and_what_is_no_part_of_one_is_not():
    formula = (
        "<m:math xmlns:m='http://www.w3.org/1998/Math/MathML' display='block' onclick='x'><m:semantics><m:mrow>"
        "<m:mi mathvariant='bold'>U</m:mi><m:mo>=</m:mo><m:msup><m:mn>10</m:mn><m:mn>2</m:mn></m:msup></m:mrow>"
        "<m:annotation encoding='application/x-tex'>U</m:annotation></m:semantics></m:math>"
    )
    found = read(f"<p>Given {formula} volts.</p>")
    assert found.text.stem == (
        '<p>Given <math display="block"><semantics><mrow><mi mathvariant="bold">U</mi><mo>=</mo>'
        "<msup><mn>10</mn><mn>2</mn></msup></mrow></semantics></math> volts.</p>"
    )


def test_files_of_a_shared_text_are_looked_for_beside_it():
    shared = (
        '<qti-assessment-stimulus xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="S" title="S">'
        "<qti-stimulus-body><p>The report <img src='img/a.png' alt='x'/></p></qti-stimulus-body>"
        "</qti-assessment-stimulus>"
    )
    held = {"texts/s.xml": shared.encode(), "texts/img/a.png": PNG}
    head = "<qti-assessment-stimulus-ref identifier='S' href='texts/s.xml'/>"
    found = read_item(choice_xml(head=head), files=held.get)
    assert (found.item.stimulus, found.text.stimulus) == ("S", '<p>The report <img alt="x" src="file:a.png"/></p>')
    assert not any(reason.lost for reason in found.reasons)
