"""The report of an import as a file to keep: one line an item, as a table or as JSON."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

from assessment.web.spreadsheets import plain_cell

COLUMNS = ("file", "identifier", "title", "outcome", "reasons")


def report_csv(lines: Sequence[Mapping[str, Any]]) -> bytes:
    """Return the lines of `teruji qti import` as CSV (RFC 4180), UTF-8 with a byte order mark."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(COLUMNS)
    for line in lines:
        cells = [" ".join(line[name]) if name == "reasons" else line[name] for name in COLUMNS]
        writer.writerow([plain_cell(cell) for cell in cells])
    return ("\ufeff" + written.getvalue()).encode()


def report_json(lines: Sequence[Mapping[str, Any]]) -> bytes:
    """Return the lines of `teruji qti import` as one JSON array."""
    return (json.dumps([dict(line) for line in lines], ensure_ascii=False, indent=1) + "\n").encode()
