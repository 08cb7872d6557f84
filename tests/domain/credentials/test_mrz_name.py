"""ICAO Doc 9303 part 3: transliteration (section 6 A), truncation (section 4.6.3)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment.domain.credentials.mrz_name import MAX_LENGTH, mrz_name
from assessment.domain.errors import Invalid


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Siti Aminah", "SITI AMINAH"),
        ("Suharto", "SUHARTO"),
        ("  Nur   'Aini, binti\tM. Yusuf ", "NUR AINI BINTI M YUSUF"),
        ("Anne-Marie O’Neil", "ANNE MARIE ONEIL"),
        ("Jürgen Größe", "JUERGEN GROESSE"),
        ("Åse Ærø Ñandú", "AASE AEROE NANDU"),
        ("Łukasz Đorđe Þór", "LUKASZ DORDE THOR"),
        ("José Ção", "JOSE CAO"),
        ("Jose\u0301", "JOSE"),
        ("İpek Işık", "IPEK ISIK"),
    ],
)
def test_a_name_is_written_in_letters_of_the_zone(name: str, written: str) -> None:
    assert mrz_name(name) == written


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("A" * 39, "A" * 39),
        ("A" * 40, "A" * 39),
        ("NILAVADHANANANDA CHAYAPA DEJTHAMRONG KRASUANG", "NILAVADHANANANDA CHAYAPA DEJTHAMRONG KR"),
        ("A" * 38 + " BUDI", "A" * 37 + " B"),
        ("A" * 36 + " X BUDI", "A" * 36 + " X"),
    ],
)
def test_a_long_name_is_cut_so_that_it_ends_in_a_letter(name: str, written: str) -> None:
    assert mrz_name(name) == written


@pytest.mark.parametrize("name", ["", "   ", "...", "佐藤", "김", "Иван", "Siti 2", "Siti\x00", "Siti 🙂"])
def test_a_name_without_latin_letters_is_refused(name: str) -> None:
    with pytest.raises(Invalid):
        mrz_name(name)


@given(st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=0x24F), max_size=120), st.integers(24, 39))
def test_what_is_written_is_short_plain_and_stays_as_it_is(name: str, limit: int) -> None:
    try:
        written = mrz_name(name, limit=limit)
    except Invalid:
        return
    assert 1 <= len(written) <= limit <= MAX_LENGTH
    assert set(written) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ ")
    assert written == " ".join(written.split())
    assert mrz_name(written, limit=limit) == written
