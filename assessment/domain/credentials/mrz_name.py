"""A holder's name in at most 39 letters of A to Z, as the machine-readable zone of a passport writes it.

Source: ICAO Doc 9303 part 3 (8th edition), section 4.6 (names) and section 6 A (transliteration of national
characters). A name stays one text in its own order, because the product never splits names; where the zone
writes a filler (<) a space stands here.
"""

import re
import unicodedata

from assessment.domain.errors import N_, Invalid

MAX_LENGTH = 39

_TRANSLITERATION = {
    "Ä": "AE",
    "Å": "AA",
    "Æ": "AE",
    "Ð": "D",
    "Đ": "D",
    "Ħ": "H",
    "ı": "I",
    "Ĳ": "IJ",
    "Ł": "L",
    "Ŀ": "L",
    "Ŋ": "N",
    "ŉ": "N",
    "Ñ": "N",
    "Ö": "OE",
    "Ø": "OE",
    "Œ": "OE",
    "ß": "SS",
    "ẞ": "SS",
    "Ŧ": "T",
    "Þ": "TH",
    "Ü": "UE",
    "ĸ": "K",
}
_DROPPED = frozenset("'’‘ʼ`´.\u02bb")
_SPACES = re.compile(r"[\s,/<\-\u2010-\u2015]+")


def mrz_name(name: str, *, limit: int = MAX_LENGTH) -> str:
    """Write a name with A to Z and single spaces, at most `limit` characters.

    Apostrophes and points vanish, hyphens and commas become spaces, national letters follow ICAO's table or
    lose their accent. What is too long is cut so that the last character is a letter, which is how the zone
    shows that something may be missing. Raises Invalid when nothing is left or a character has no letters.
    """
    letters = _SPACES.sub(" ", "".join(_letters(character) for character in unicodedata.normalize("NFC", name)))
    whole = letters.strip()
    if not whole:
        raise Invalid(N_("Expected a name in Latin letters as in the passport, got %(got)s."), got=ascii(name)[:60])
    if len(whole) <= limit:
        return whole
    cut = whole[:limit]
    if cut[-1] == " " and cut[-3] != " ":
        return f"{cut[:-2]} {whole[limit]}"
    return cut.rstrip()


def _letters(character: str) -> str:
    if character in _DROPPED:
        return ""
    if _SPACES.fullmatch(character):
        return " "
    known = _TRANSLITERATION.get(character) or _TRANSLITERATION.get(character.upper())
    if known is not None:
        return known
    base = "".join(part for part in unicodedata.normalize("NFD", character) if not unicodedata.combining(part))
    upper = base.upper()
    if base and not (upper.isascii() and upper.isalpha()):
        raise Invalid(N_("The character %(got)s has no letters of A to Z in a passport."), got=ascii(character))
    return upper
