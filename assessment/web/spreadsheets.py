"""Tables as CSV files (RFC 4180) that office programs open without acting on what is in them."""

import csv
import io
from collections.abc import Iterable, Sequence

from flask import Response

# A cell that begins like this is a formula for a spreadsheet program.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_response(name: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """Return a download called `name` with a heading row; UTF-8 with a byte order mark."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(columns)
    writer.writerows([plain_cell(cell) for cell in row] for row in rows)
    response = Response("\ufeff" + written.getvalue(), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def plain_cell(cell: object) -> object:
    """Return what a cell holds, nothing as "" and what looks like a formula marked as text."""
    if cell is None:
        return ""
    if isinstance(cell, str) and cell.startswith(_FORMULA):
        return f"'{cell}"
    return cell
