"""Texts that are put together of packed pieces, and moments that are written outside of a request."""

import gzip
import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import g

from assessment.domain.language import PUBLIC_LANGUAGES
from assessment.web.compressing import Piece, join_pieces, padded, piece_of
from assessment.web.formatting import clock, clock_in, moment, moment_in
from tests.fixtures.sites import Site


def test_pieces_with_anything_between_them_are_one_packed_text() -> None:
    drawn = random.Random(5)
    for _ in range(200):
        parts: list[Piece | bytes] = []
        plain = b""
        for _ in range(drawn.randrange(7)):
            text = drawn.choice((b"<p>lulus</p>" * drawn.randrange(2000), drawn.randbytes(drawn.randrange(300)), b""))
            parts.append(piece_of(text) if drawn.random() < 0.5 or len(text) > 300 else text)
            plain += text
        assert gzip.decompress(padded(join_pieces(parts))) == plain
        assert b"".join(part.plain if isinstance(part, Piece) else part for part in parts) == plain


def test_a_part_that_is_too_long_is_refused() -> None:
    with pytest.raises(ValueError, match="at most 262144 bytes, got 262145"):
        piece_of(bytes(262_145))
    with pytest.raises(ValueError, match="at most 65535 bytes, got 65536"):
        join_pieces([bytes(65_536)])


@pytest.mark.parametrize("language", PUBLIC_LANGUAGES)
def test_moments_are_written_as_on_a_page(site: Site, language: str) -> None:
    for zone in ("Asia/Jakarta", "Asia/Jayapura", "UTC", "Europe/Berlin"):
        with site.app.test_request_context("/verify"):
            g.language, g.page_zone = language, zone
            for hours in range(0, 9000, 613):
                local = datetime(2026, 1, 31, 23, 5, tzinfo=UTC).astimezone(ZoneInfo(zone)) + timedelta(hours=hours)
                assert moment_in(local, language) == moment(local)
                assert clock_in(local) == clock(local)
