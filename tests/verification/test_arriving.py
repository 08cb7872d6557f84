"""Files from strangers: PDF, pictures, JSON, and what they do to be believed or to do harm."""

import io
import json
import zlib

import pikepdf
import pytest
import qrcode
from PIL import Image
from qrcode.util import MODE_NUMBER, QRData

from assessment.domain.errors import Invalid
from assessment.verification.arriving import read_file
from tests.domain.credentials.certificates import code_text, signed


def pdf_with(**attached: bytes) -> bytes:
    document = pikepdf.new()
    document.add_blank_page()
    for name, content in attached.items():
        document.attachments[f"{name}.json"] = pikepdf.AttachedFileSpec(document, content, filename=f"{name}.json")
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def picture_of(text: str, kind: str = "PNG", size: int = 4) -> bytes:
    address, _, digits = text.partition("#")
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_L, box_size=size)
    code.add_data(QRData(f"{address}#" if digits else address), optimize=0)
    if digits:
        code.add_data(QRData(digits, mode=MODE_NUMBER), optimize=0)
    written = io.BytesIO()
    code.make_image().get_image().convert("RGB").save(written, kind)
    return written.getvalue()


def test_the_certificate_is_taken_out_of_the_pdf() -> None:
    content = json.dumps(signed()).encode()
    assert read_file(pdf_with(certificate=content)) == content


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_the_code_is_read_from_a_picture(kind: str) -> None:
    assert read_file(picture_of(code_text(), kind)) == code_text()


def test_the_large_code_goes_before_the_small_one() -> None:
    large = Image.open(io.BytesIO(picture_of(code_text())))
    small = Image.open(io.BytesIO(picture_of(code_text().partition("#")[0])))
    page = Image.new("RGB", (large.width + small.width + 40, large.height), "white")
    page.paste(small, (0, 0))
    page.paste(large, (small.width + 40, 0))
    written = io.BytesIO()
    page.save(written, "PNG")
    assert read_file(written.getvalue()) == code_text()


def test_json_and_text_pass_as_they_are() -> None:
    assert read_file(b'{"a": 1}') == b'{"a": 1}'
    assert read_file(code_text().encode()) == code_text().encode()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"%PDF-1.7 broken", "cannot be read"),
        (pdf_with(), "no signed certificate"),
        (pdf_with(one=b"{}", two=b'{"a":1}'), "more than one certificate"),
        (pdf_with(latin=b"\xff\xfe{"), "cannot be read"),
        (b"\x89PNG\r\n\x1a\nbroken", "cannot be read"),
        (b"\xff\xd8\xffbroken", "cannot be read"),
        (picture_of("https://example.org/menu"), "No certificate's code"),
        (b" " * (2 * 1024 * 1024) + b"{}", "at most 2 MB"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_reason(content: bytes, reason: str) -> None:
    with pytest.raises(Invalid) as refusal:
        read_file(content)
    assert reason in str(refusal.value)


def test_an_encrypted_pdf_is_refused() -> None:
    document = pikepdf.new()
    document.add_blank_page()
    written = io.BytesIO()
    document.save(written, encryption=pikepdf.Encryption(owner="o", user="u"))
    with pytest.raises(Invalid, match="encrypted"):
        read_file(written.getvalue())


def test_an_attachment_that_unpacks_to_far_more_is_refused() -> None:
    document = pikepdf.new()
    document.add_blank_page()
    packer = zlib.compressobj(9)
    block = b"\0" * (1 << 20)
    packed = b"".join([*(packer.compress(block) for _ in range(100)), packer.flush()])
    packed_stream = pikepdf.Stream(document, packed, Filter=pikepdf.Name.FlateDecode, Type=pikepdf.Name.EmbeddedFile)
    names = pikepdf.Dictionary(
        EmbeddedFiles=pikepdf.Dictionary(
            Names=pikepdf.Array(
                [
                    pikepdf.String("a.json"),
                    document.make_indirect(
                        pikepdf.Dictionary(
                            Type=pikepdf.Name.Filespec,
                            F=pikepdf.String("a.json"),
                            UF=pikepdf.String("a.json"),
                            EF=pikepdf.Dictionary(F=document.make_indirect(packed_stream)),
                        )
                    ),
                ]
            )
        )
    )
    document.Root.Names = document.make_indirect(names)
    written = io.BytesIO()
    document.save(written)
    assert len(written.getvalue()) < 10 * 1024 * 1024
    with pytest.raises(Invalid):
        read_file(written.getvalue())


def test_a_picture_of_billions_of_points_is_refused() -> None:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return len(content).to_bytes(4) + kind + content + zlib.crc32(kind + content).to_bytes(4)

    header = (60_000).to_bytes(4) * 2 + bytes([8, 2, 0, 0, 0])
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    with pytest.raises(Invalid, match="more than can be read"):
        read_file(bomb)


def test_codes_of_two_certificates_in_one_picture_are_refused() -> None:
    one = Image.open(io.BytesIO(picture_of("http://localhost:8000/v/0123456789abcdef")))
    other = Image.open(io.BytesIO(picture_of("http://localhost:8000/v/fedcba9876543210")))
    page = Image.new("RGB", (one.width + other.width, one.height), "white")
    page.paste(one, (0, 0))
    page.paste(other, (one.width, 0))
    written = io.BytesIO()
    page.save(written, "PNG")
    with pytest.raises(Invalid, match="several certificates"):
        read_file(written.getvalue())
