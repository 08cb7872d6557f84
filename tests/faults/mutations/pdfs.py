"""PDF files changed: updates after the signature, overlays, exchanged attachments, stripped signatures, bombs."""

import io
import re
import warnings
import zlib
from collections.abc import Callable, Iterator
from random import Random

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from tests.faults.mutations.bytewise import any_byte
from tests.faults.mutations.genuine import Genuine, Mutated
from tests.verification import test_doctored
from tests.verification.test_doctored import note, overlay, picture, without_words

KIND = "PDF"
NAME = "DEWI PALSU"
Named = Iterator[tuple[str, bytes]]


def special(genuine: Genuine) -> Iterator[Mutated]:
    """Each known attack once."""
    for make in (updates, overlays, stripped, attachments, bombs, wrecks):
        for way, content in make(genuine):
            yield Mutated(kind=KIND, way=way, content=content)


def drawn(genuine: Genuine, rng: Random) -> Iterator[Mutated]:
    """Bytes at random: half of them in the file's structure and signature, half anywhere; without an end."""
    plain = [
        found.span() for found in re.finditer(rb"endstream.{0,400}?(?:stream|startxref|$)", genuine.pdf, re.DOTALL)
    ]
    while True:
        yield Mutated(kind=KIND, way="any byte", content=any_byte(genuine.pdf, rng))
        start, end = rng.choice(plain)
        inside = any_byte(genuine.pdf[start:end], rng)
        yield Mutated(kind=KIND, way="any byte", content=genuine.pdf[:start] + inside + genuine.pdf[end:])


def updates(genuine: Genuine) -> Named:
    """What is appended after the signature: a catalogue, a page, a note, another signature, or nothing but noise."""

    def updated(change: Callable[[IncrementalPdfFileWriter], None]) -> bytes:
        writer = IncrementalPdfFileWriter(io.BytesIO(genuine.pdf))
        change(writer)
        written = io.BytesIO()
        writer.write(written)
        return written.getvalue()

    def page(writer: IncrementalPdfFileWriter) -> generic.DictionaryObject:
        reference, _ = writer.find_page_for_modification(0)
        found = reference.get_object()
        assert isinstance(found, generic.DictionaryObject)
        writer.update_container(found)
        return found

    def language(writer: IncrementalPdfFileWriter) -> None:
        writer.root["/Lang"] = generic.TextStringObject("xx")
        writer.update_root()

    def drawing(writer: IncrementalPdfFileWriter) -> None:
        drawn_ = generic.StreamObject(stream_data=f"BT /F0 20 Tf 80 610 Td ({NAME}) Tj ET".encode())
        page(writer)["/Contents"] = writer.add_object(drawn_)

    def annotation(writer: IncrementalPdfFileWriter) -> None:
        added = generic.DictionaryObject(
            {
                generic.pdf_name("/Type"): generic.pdf_name("/Annot"),
                generic.pdf_name("/Subtype"): generic.pdf_name("/FreeText"),
                generic.pdf_name("/Contents"): generic.TextStringObject(NAME),
                generic.pdf_name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (80, 600, 280, 640))),
            }
        )
        page(writer)["/Annots"] = generic.ArrayObject([writer.add_object(added)])

    def attachment(writer: IncrementalPdfFileWriter) -> None:
        content = generic.StreamObject(stream_data=genuine.other)
        writer.root["/X"] = writer.add_object(content)
        writer.update_root()

    def form(writer: IncrementalPdfFileWriter) -> None:
        writer.root["/AcroForm"] = generic.DictionaryObject()
        writer.update_root()

    def security(writer: IncrementalPdfFileWriter) -> None:
        writer.root["/DSS"] = writer.add_object(generic.DictionaryObject())
        writer.update_root()

    for change in (language, drawing, annotation, attachment, form, security):
        yield "incremental update", updated(change)
    for tail in (
        b"\n",
        b" ",
        b"%%EOF\n",
        b"\0" * 1_000,
        b"\n%comment\n%%EOF",
        genuine.other_pdf,
        genuine.json,
        b"startxref\n0\n%%EOF",
    ):
        yield "appended", genuine.pdf + tail
    for head in (b"\n", b"\0\r\n ", b"%PDF-1.4\n", b"x" * 1_000, genuine.other_pdf):
        yield "prepended", head + genuine.pdf
    start = genuine.pdf.rfind(b"startxref")
    catalogue = re.search(rb"/Root (\d+) 0 R", genuine.pdf)
    for body in (b"<</Type/Catalog/Pages<</Type/Pages/Kids[]/Count 0>>>>", b"null", b"<<>>", b"[]", b"1 0 R"):
        number = catalogue[1] if catalogue else b"1"
        at = len(genuine.pdf)
        added = number + b" 0 obj\n" + body + b"\nendobj\n"
        table = b"xref\n%s 1\n%010d 00000 n \ntrailer<</Size 9999/Root %s 0 R/Prev %s>>\nstartxref\n%d\n%%%%EOF\n" % (
            number,
            at,
            number,
            genuine.pdf[start + 9 :].split()[0],
            at + len(added),
        )
        yield "incremental update", genuine.pdf + added + table


def overlays(genuine: Genuine) -> Named:
    """Drawn over, and saved anew, with the genuine certificate still inside."""
    for change in (overlay, note, picture, without_words, _twin, _hidden, _form_field, _lying_letters, _half_letters):
        yield "overlay", changed(genuine.pdf, change)
    yield "saved anew", changed(genuine.pdf, lambda _document: None)
    document = pikepdf.open(io.BytesIO(genuine.pdf))
    written = io.BytesIO()
    document.save(written, linearize=True)
    yield "saved anew", written.getvalue()
    for pages in (0, 1):
        yield "overlay", changed(genuine.pdf, lambda document, number=pages: document.pages.__delitem__(number))
    yield "overlay", changed(genuine.pdf, _turn_round)


def changed(content: bytes, change: Callable[[Pdf], object]) -> bytes:
    """Save a PDF with a change; that its form has lost its fields is meant to be so."""
    with warnings.catch_warnings(action="ignore", category=UserWarning):
        return test_doctored.changed(content, change)


def _twin(document: Pdf) -> None:
    """Put a page of another certificate before the own one."""
    document.add_blank_page()
    document.pages[-1].obj.Contents = Stream(document, f"BT /F 12 Tf 50 50 Td ({NAME}) Tj ET".encode())
    _turn_round(document)


def _turn_round(document: Pdf) -> None:
    """Put the last page first."""
    document.Root.Pages.Kids = Array(list(document.Root.Pages.Kids)[::-1])


def _hidden(document: Pdf) -> None:
    document.pages[0].contents_add(Stream(document, b"q 1 g 0 0 2000 2000 re f Q"))


def _form_field(document: Pdf) -> None:
    field = Dictionary(FT=Name.Tx, T="a", V=NAME, Subtype=Name.Widget, Type=Name.Annot, Rect=[80, 600, 280, 640])
    placed = document.make_indirect(field)
    document.pages[0].obj.Annots = Array([placed])
    document.Root.AcroForm.Fields.append(placed)


def _letters(document: Pdf, table: bytes) -> None:
    for font in document.pages[0].obj.Resources.Font.values():
        font.ToUnicode = document.make_indirect(Stream(document, table))


def _lying_letters(document: Pdf) -> None:
    _letters(document, b"1 beginbfrange <0000> <ffff> <0041> endbfrange")


def _half_letters(document: Pdf) -> None:
    """Letters that are half of a pair: no text can hold them."""
    _letters(document, b"1 beginbfrange <0000> <ffff> <d7f0> endbfrange 1 beginbfchar <0001> <d800> endbfchar")


def stripped(genuine: Genuine) -> Named:
    """The file's own signature taken away, emptied, exchanged, or made to cover less."""
    pdf = genuine.pdf

    def without(document: Pdf) -> None:
        del document.Root.AcroForm

    def without_words_(document: Pdf) -> None:
        for name in ("/AcroForm", "/Perms", "/DSS"):
            if name in document.Root:
                del document.Root[name]

    yield "signature stripped", changed(pdf, without_words_)
    yield "signature stripped", changed(pdf, without)
    for change in (overlay, note, picture, without_words):
        yield "signature stripped", changed(changed(pdf, without_words_), change)
    found = re.search(rb"/ByteRange ?\[[^\]]*\]", pdf)
    contents = re.search(rb"/Contents ?<([0-9a-fA-F]{2000,})>", pdf)
    assert found is not None
    assert contents is not None
    start, end = contents.span(1)
    for filling in (b"0" * (end - start), b"f" * (end - start), pdf[start:end][::-1]):
        yield "signature stripped", pdf[:start] + filling + pdf[end:]
    other = re.search(rb"/Contents ?<([0-9a-fA-F]{2000,})>", genuine.other_pdf)
    assert other is not None
    if len(other[1]) == end - start:
        yield "parts of another certificate", pdf[:start] + other[1] + pdf[end:]
    numbers = [int(number) for number in re.findall(rb"\d+", found[0])]
    for at, change_ in ((0, 1), (1, -1), (1, 1), (2, 1), (2, -1), (3, -1), (3, 1), (3, -5_000), (1, -5_000)):
        moved = [number + (change_ if place == at else 0) for place, number in enumerate(numbers)]
        text = b"/ByteRange [" + b" ".join(b"%d" % number for number in moved) + b"]"
        yield "signature covers less", pdf[: found.start()] + text.ljust(len(found[0])) + pdf[found.end() :]
    for one, two in (
        (b"/DocMDP", b"/DocXXX"),
        (b"/P 1", b"/P 3"),
        (b"adbe", b"evil"),
        (b"ETSI", b"EVIL"),
        (b"/Sig", b"/Gis"),
    ):
        if one in pdf:
            yield "signature stripped", pdf.replace(one, two)


def attachments(genuine: Genuine) -> Named:
    """The certificate of another holder in this file, a changed one, none, several, and proofs of other entries."""

    def attached(files: dict[str, bytes], *, keep: bool = False) -> bytes:
        def change(document: Pdf) -> None:
            if not keep:
                for name in list(document.attachments):
                    del document.attachments[name]
            for name, content in files.items():
                document.attachments[name] = pikepdf.AttachedFileSpec(document, content, filename=name)

        return changed(genuine.pdf, change)

    text = genuine.json
    yield "exchanged attachment", attached({"certificate.json": genuine.other})
    yield "exchanged attachment", attached({"certificate.json": text.replace(b"Contoh", b"Palsu ")})
    yield "exchanged attachment", attached({"certificate.json": text, "x.json": genuine.other})
    yield "exchanged attachment", attached({"a.json": genuine.other}, keep=True)
    yield "exchanged attachment", attached({})
    yield "exchanged attachment", attached({"certificate.json": text, "a.tlog-proof": genuine.other_proof})
    yield "exchanged attachment", attached({"certificate.JSON": text, "a.json\0": genuine.other})
    yield "exchanged attachment", attached({f"{number}.json": text for number in range(19)})
    yield "exchanged attachment", attached({f"{number}.json": text for number in range(40)})
    yield "exchanged attachment", attached({"certificate.json": b"[" * 100_000})
    yield "exchanged attachment", attached({"certificate.json": b'{"issuer":"\\ud800","x":1e999}'})
    yield "exchanged attachment", attached({"certificate.json": text, "a.tlog-proof": b"\xff" * 1_000})
    yield "exchanged attachment", attached({"certificate.json": text, "a.tlog-proof": b"x\n" * 500_000})


def bombs(genuine: Genuine) -> Named:
    """Little that unpacks to much, drawings that draw others again and again, and files that are mazes."""

    def packed(size: int, block: bytes = b"\0") -> bytes:
        packer = zlib.compressobj(9)
        whole = (block * (1 << 20))[: 1 << 20]
        return b"".join([*(packer.compress(whole) for _ in range(size)), packer.flush()])

    def flate(document: Pdf, content: bytes) -> Stream:
        return Stream(document, content, Filter=Name.FlateDecode)

    for size, block in ((9, b"BT ET "), (100, b"\0"), (400, b"q Q "), (300, b"0 0 0 rg ")):
        yield (
            "bomb",
            changed(
                genuine.pdf,
                lambda document, size=size, block=block: setattr(
                    document.pages[0].obj, "Contents", flate(document, packed(size, block))
                ),
            ),
        )
    for size in (10, 100):
        table = packed(size, b"1 beginbfrange <0000> <ffff> <0041> endbfrange ")
        yield (
            "bomb",
            changed(
                genuine.pdf,
                lambda document, table=table: [
                    setattr(font, "ToUnicode", document.make_indirect(flate(document, table)))
                    for font in document.pages[0].obj.Resources.Font.values()
                ],
            ),
        )
        yield (
            "bomb",
            changed(
                genuine.pdf,
                lambda document, size=size: document.attachments.__setitem__(
                    "b.json", pikepdf.AttachedFileSpec(document, bytes(size << 20), filename="b.json")
                ),
            ),
        )
    for width in (50, 1_000):
        yield "bomb", changed(genuine.pdf, lambda document, width=width: _fan(document, width))
    for text in (
        b"[" * 100_000,
        b"<<" * 100_000,
        b"(" * 500_000,
        b"q " * 400_000,
        b"/F0 12 Tf (a) Tj " * 60_000,
        b"1 " * 900_000,
    ):
        yield (
            "bomb",
            changed(
                genuine.pdf,
                lambda document, text=text: setattr(document.pages[0].obj, "Contents", Stream(document, text)),
            ),
        )
    yield "bomb", changed(genuine.pdf, lambda document: [document.add_blank_page() for _ in range(500)])
    nested = b"%PDF-1.7\n1 0 obj\n" + b"[" * 200_000 + b"]" * 200_000 + b"\nendobj\ntrailer<</Root 1 0 R>>"
    yield "bomb", nested
    yield (
        "bomb",
        b"%PDF-1.7\n"
        + b"".join(b"%d 0 obj<</Type/Pages/Kids[%d 0 R]>>endobj\n" % (n, n + 1) for n in range(1, 90_000)),
    )
    circle = b"1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[2 0 R]/Count 1>>endobj\n"
    yield "bomb", b"%PDF-1.7\n" + circle + b"trailer<</Root 1 0 R>>\n%%EOF"
    yield "bomb", b"%PDF-1.7\nxref\n0 2147483647\ntrailer<</Size 2147483647/Root 1 0 R/Prev 9>>\nstartxref\n9\n%%EOF"
    yield "bomb", b"%PDF-1.7\n" + b"xref " * 1_900_000
    yield "bomb", b"%PDF-1.7\n" + b"obj<<>>" * 1_300_000


def _fan(document: Pdf, width: int) -> None:
    """Let each of five drawings draw the next one many times."""
    inner = document.make_indirect(Stream(document, b"BT /F0 1 Tf (a) Tj ET " * 20))
    inner.Subtype = Name.Form
    for _ in range(5):
        outer = document.make_indirect(Stream(document, b"/X Do " * width))
        outer.Subtype, outer.Resources = Name.Form, Dictionary(XObject=Dictionary(X=inner))
        inner = outer
    document.pages[0].obj.Resources.XObject = Dictionary(X=inner)
    document.pages[0].obj.Contents = Stream(document, b"/X Do")


def wrecks(genuine: Genuine) -> Named:
    """Files that are hardly any, and encrypted ones."""
    document = pikepdf.open(io.BytesIO(genuine.pdf))
    for permissions in (pikepdf.Encryption(owner="o", user="u"), pikepdf.Encryption(owner="o", user="")):
        written = io.BytesIO()
        document.save(written, encryption=permissions)
        yield "encrypted", written.getvalue()
    for content in (
        b"%PDF-",
        b"%PDF-1.7",
        b"%PDF-1.7\n%%EOF",
        b"%PDF-9.9\n" + bytes(5_000_000),
        genuine.pdf[: len(genuine.pdf) // 2],
    ):
        yield "cut off", content
    for share in (0.1, 0.3, 0.6, 0.9, 0.99, 0.999):
        yield "cut off", genuine.pdf[: int(len(genuine.pdf) * share)]
    yield "same: whole file", genuine.pdf
