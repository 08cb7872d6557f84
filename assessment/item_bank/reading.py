"""An uploaded file into items, whatever it is: a QTI package, one QTI item, or a table with one row an item."""

import hmac
from hashlib import sha256

from flask import current_app

from assessment.accounts.sealing import derive
from assessment.domain.errors import Invalid
from assessment.domain.items.qti.archive import read_archive
from assessment.domain.items.qti.package import PackageReport, read_package
from assessment.domain.items.spreadsheet.rows import read_spreadsheet
from assessment.item_bank.shelf import Package
from assessment.storage import Storage


def read_upload(package: Package) -> PackageReport:
    """Return what is in an uploaded file. Raises Invalid when it is none of the three, or unsafe."""
    if _is_table(package):
        return read_spreadsheet(package.content, draw=_draw)
    return read_package(package.content, name=package.name)


def keep_files(storage: Storage, report: PackageReport) -> None:
    """Store the pictures and sounds that the items of a report name."""
    for item in report.items:
        for file in {file.digest: file for text in item.texts for file in text.files}.values():
            storage.put(report.contents[file.digest])


def _is_table(package: Package) -> bool:
    """Tell a table by what is in it, not by its name; a CSV has no mark, so it is what is no archive and no XML."""
    if package.content.startswith(b"PK"):
        try:
            return "xl/workbook.xml" in read_archive(package.content)
        except Invalid:
            return package.name.lower().endswith(".xlsx")
    return not package.content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def _draw(name: str) -> str:
    """Return an identifier for a step of an order: the same for the same table, and nobody can tell its place."""
    key = derive(current_app.extensions["settings"].secret, "rows of tables")
    return "X" + hmac.digest(key, name.encode(), sha256).hex()[:8]
