"""Tables for tests: a CSV or a workbook with the columns of the template."""

import csv
import io
from collections.abc import Mapping, Sequence

from assessment.domain.items.spreadsheet.rows import COLUMNS, EXAMPLES
from assessment.domain.items.spreadsheet.table import write_workbook

ROW: Mapping[str, str] = EXAMPLES[0]


def changed(**cells: str) -> dict[str, str]:
    """Return the first example with other cells."""
    return {**ROW, **cells}


def csv_of(rows: Sequence[Mapping[str, str]], *, columns: Sequence[str] = COLUMNS, delimiter: str = ",") -> bytes:
    """Return rows as a CSV file."""
    written = io.StringIO()
    writer = csv.writer(written, delimiter=delimiter)
    writer.writerow(columns)
    writer.writerows([row.get(name, "") for name in columns] for row in rows)
    return written.getvalue().encode()


def workbook_of(rows: Sequence[Mapping[str, str]], *, columns: Sequence[str] = COLUMNS) -> bytes:
    """Return rows as a workbook."""
    table = [list(columns), *([row.get(name, "") for name in columns] for row in rows)]
    return write_workbook([("items", table, [12] * len(columns))])
