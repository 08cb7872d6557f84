"""Zip archives: ordinary ones are read, dangerous ones are refused before anything is unpacked."""

import contextlib
import io
import stat
import struct
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment.domain.errors import Invalid
from assessment.domain.items.qti.archive import read_archive, read_member, write_archive

LIMIT = 2 * 1024 * 1024


def zipped(*files, method=zipfile.ZIP_DEFLATED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return buffer.getvalue()


def read_all(data):
    return {name: read_member(data, each, max_bytes=LIMIT) for name, each in read_archive(data).items()}


def refused(data, message):
    with pytest.raises(Invalid, match=message):
        read_all(data)


@given(
    st.dictionaries(st.text("abcXYZ0123é", min_size=1, max_size=8), st.binary(max_size=200), max_size=5).filter(
        lambda files: len({name.casefold() for name in files}) == len(files)
    )
)
def test_what_python_writes_is_read_and_what_we_write_python_reads(files):
    for data in (zipped(*files.items()), write_archive(files)):
        assert read_all(data) == files
    with zipfile.ZipFile(io.BytesIO(write_archive(files))) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == files


def test_directories_and_nested_archives_are_only_names():
    data = zipped(("items/", b""), ("items/a.xml", b"<a/>"), ("inner.zip", zipped(("b", b"b"))))
    assert sorted(read_archive(data)) == ["inner.zip", "items/a.xml"]


@pytest.mark.parametrize(
    "name", ["../evil.xml", "a/../../evil.xml", "/etc/passwd", "C:/evil", "a//b", "./a", "a\x01b", "a/.."]
)
def test_a_name_that_leaves_the_package_is_refused(name):
    refused(zipped((name, b"x")), "unsafe file name")


def test_a_backslash_in_a_name_is_refused():
    refused(zipped(("a-b", b"x")).replace(b"a-b", b"a\\b"), "unsafe file name")


def test_a_link_is_refused():
    link = zipfile.ZipInfo("link")
    link.create_system = 3
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    refused(zipped((link, b"/etc/passwd")), "is a link or a device")


def test_a_name_twice_is_refused_also_in_another_case():
    refused(zipped(("a.xml", b"1"), ("A.xml", b"2")), "twice")


def test_a_bomb_is_refused_by_its_ratio():
    refused(zipped(("bomb.xml", b"\0" * (2 * 1024 * 1024))), "not credible")


def test_a_member_above_the_limit_is_refused():
    refused(zipped(("big.xml", b"ab" * LIMIT), method=zipfile.ZIP_STORED), "Expected at most 2097152 bytes")


def test_more_than_the_total_is_refused_by_the_directory_alone():
    data = bytearray(zipped(*((f"{n}", bytes([n]) * 500_000) for n in range(3))))
    position = data.find(b"PK\1\2")
    while position >= 0:
        struct.pack_into("<2L", data, position + 20, 1_000_000, 150_000_000)
        position = data.find(b"PK\1\2", position + 4)
    refused(bytes(data), "bytes unpacked|whole zip archive")


@pytest.mark.parametrize("claimed", [10, 1000])
def test_a_lying_size_is_refused(claimed):
    data = bytearray(zipped(("a.xml", b"x" * 500)))
    struct.pack_into("<L", data, data.find(b"PK\1\2") + 24, claimed)
    refused(bytes(data), "not what its directory says")


def test_another_name_in_the_local_header_is_refused():
    data = zipped(("a.xml", b"x"))
    refused(data.replace(b"a.xml", b"b.xml", 1), "whole zip archive")


def test_an_encrypted_member_is_refused():
    data = bytearray(zipped(("a.xml", b"x")))
    data[data.find(b"PK\1\2") + 8] |= 1
    refused(bytes(data), "encrypted")


def test_an_unusual_packing_is_refused():
    refused(zipped(("a.xml", b"x" * 100), method=zipfile.ZIP_LZMA), "packed in an unusual way")


def test_overlapping_members_are_refused():
    data = bytearray(zipped(("a.xml", b"x" * 30), ("b.xml", b"y" * 30), method=zipfile.ZIP_STORED))
    first = data.find(b"PK\1\2")
    second = data.find(b"PK\1\2", first + 4)
    # Both entries point at the first file, under one name in the local header.
    data[second + 46 : second + 51] = b"a.xml"
    struct.pack_into("<L", data, second + 42, 0)
    refused(bytes(data), "twice|overlap")


def test_too_many_members_are_refused():
    data = zipped(*((f"{n}", b"") for n in range(5_001)), method=zipfile.ZIP_STORED)
    refused(data, "Expected at most 5000 files")


@pytest.mark.parametrize("cut", [1, 22, 60])
def test_a_cut_archive_is_refused(cut):
    refused(zipped(("a.xml", b"x" * 100))[:-cut], "whole zip archive")


@given(st.data())
def test_a_damaged_archive_is_read_or_refused(data):
    archive = bytearray(zipped(("imsmanifest.xml", b"<a/>" * 20), ("b.xml", b"<b/>" * 20)))
    for _ in range(data.draw(st.integers(1, 4))):
        archive[data.draw(st.integers(0, len(archive) - 1))] = data.draw(st.integers(0, 255))
    # Anything but a refusal would come out of here.
    with contextlib.suppress(Invalid):
        read_all(bytes(archive))
