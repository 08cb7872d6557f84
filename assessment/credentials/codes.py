"""Drawing codes: the large one with address and digits, the small one with the address alone.

Level L with a quiet zone of four modules; the address is a byte segment, the digits a numeric one, and neither
is split further, so that the frozen payload gives one code (docs/qr-payload.md).

Specification: ISO/IEC 18004.
"""

import io
from dataclasses import dataclass

from PIL import Image
from qrcode.constants import ERROR_CORRECT_L
from qrcode.main import QRCode
from qrcode.util import MODE_8BIT_BYTE, MODE_NUMBER, QRData

QUIET_MODULES = 4
PIXELS_A_MODULE = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawing:
    """The modules of a code, row by row, its quiet zone included; True is dark."""

    rows: tuple[tuple[bool, ...], ...]

    def svg(self) -> str:
        """Return the code as an SVG of one path, a unit a module."""
        size = len(self.rows)
        path = "".join(
            f"M{start} {y}h{end - start}v1h{start - end}z"
            for y, row in enumerate(self.rows)
            for start, end in _runs(row)
        )
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" shape-rendering="crispEdges">'
            f'<path fill="#fff" d="M0 0h{size}v{size}h-{size}z"/><path d="{path}"/></svg>'
        )

    def png(self) -> bytes:
        """Return the code as a PNG in black and white, eight pixels a module."""
        size = len(self.rows)
        image = Image.new("1", (size, size), 1)
        image.putdata([0 if dark else 1 for row in self.rows for dark in row])
        written = io.BytesIO()
        image.resize((size * PIXELS_A_MODULE, size * PIXELS_A_MODULE), Image.Resampling.NEAREST).save(
            written, "PNG", optimize=True
        )
        return written.getvalue()


def full_code(address: str, digits: str) -> Drawing:
    """Draw the code of a certificate from its two segments: `https://HOST/v/ID#`, and the digits."""
    return _draw(QRData(address.encode(), mode=MODE_8BIT_BYTE), QRData(digits.encode(), mode=MODE_NUMBER))


def address_code(address: str) -> Drawing:
    """Draw the small code: the address alone, for a camera that cannot read the large one."""
    return _draw(QRData(address.encode(), mode=MODE_8BIT_BYTE))


def _draw(*segments: QRData) -> Drawing:
    code = QRCode(error_correction=ERROR_CORRECT_L, border=QUIET_MODULES)
    for segment in segments:
        code.add_data(segment, optimize=0)
    code.make(fit=True)
    return Drawing(rows=tuple(tuple(bool(module) for module in row) for row in code.get_matrix()))


def _runs(row: tuple[bool, ...]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    start: int | None = None
    for x, dark in enumerate((*row, False)):
        if dark and start is None:
            start = x
        elif not dark and start is not None:
            runs.append((start, x))
            start = None
    return runs
