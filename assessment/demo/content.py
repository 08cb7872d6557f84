"""The content of the demo: standard, items, scheme, task and exam form, through the doors that a body uses."""

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

from sqlalchemy import select

from assessment.database import Act
from assessment.demo import texts
from assessment.demo.acting import acting
from assessment.demo.cast import FOLDER, FOUNDED_DAYS_AGO, Ensemble
from assessment.domain.case.read import read
from assessment.domain.errors import N_, Conflict
from assessment.domain.exams.form import Blueprint, Cut
from assessment.domain.items.qti.package import ImportOutcome, read_package
from assessment.domain.roles import Role
from assessment.exams.forms import NewForm, draw_form
from assessment.item_bank.service import import_package
from assessment.item_bank.tables import ItemUse
from assessment.practicals.tasks import create_task
from assessment.schemes.creating import create_scheme_version
from assessment.schemes.draft import draft_from_json
from assessment.schemes.publishing import publish
from assessment.schemes.tables import Prerequisite
from assessment.standards.completing import mark_complete
from assessment.standards.importing import import_standard
from assessment.standards.queries import criteria_by_path, units_by_code

FOLDERS = {"las": FOLDER / "welder", "dapur": FOLDER / "kitchen"}
FORM_CODE = "CONTOH-A"
# Drawn once, so that every building of the demo has the same exam.
FORM_SEED = bytes.fromhex("7465727563692064656d6f206578616d20666f726d20737461626c6520736565")
SOURCE = "Dokumen SKKNI contoh dalam paket peragaan"


@dataclass(frozen=True, kw_only=True, slots=True)
class Content:
    """What a body examines with; `prerequisites` are those of the scheme version, in order.

    `text_form_id`: a form with a text to write, for the exam of one day; None where the body has none.
    """

    scheme_version_id: str
    form_id: str
    text_form_id: str | None
    task_id: str
    prerequisites: tuple[str, ...]


def load_content(ensemble: Ensemble) -> Content:
    """Bring a body's content in and publish its scheme."""
    folder, calendar = FOLDERS[ensemble.code], ensemble.calendar
    scheme = _json(folder / "scheme.json")
    manager = ensemble.one(Role.SCHEME_MANAGER)
    now = calendar.at(FOUNDED_DAYS_AGO, 10)
    package = read((folder / "standard.json").read_bytes())
    import_standard(
        ensemble.code,
        package,
        act=Act(
            body_id=ensemble.code,
            account_id=manager.account_id,
            person_id=manager.person_id,
            at=now,
            name="demo.standard",
        ),
    )
    unit_codes = [*scheme["core_units"], *scheme["elective_units"]]
    quality = ensemble.one(Role.QUALITY_MANAGER)
    now = calendar.at(FOUNDED_DAYS_AGO - 1, 9)
    with acting(quality, now, "completeness") as session:
        for unit in units_by_code(session, ensemble.code, unit_codes).values():
            mark_complete(session, quality, unit.id, True, SOURCE, "", now)
    _import_items(ensemble, folder, calendar.at(FOUNDED_DAYS_AGO - 1, 11))
    return _publish_scheme(ensemble, folder, scheme, unit_codes)


def _import_items(ensemble: Ensemble, folder: Path, now: datetime) -> None:
    author = ensemble.one(Role.ITEM_AUTHOR)
    report = read_package(package_of(folder), name=f"{folder.name}.zip")
    with acting(author, now, "items") as session:
        lines = import_package(
            session, ensemble.code, report, use=ItemUse.EXPOSED, imported_by=author.person_id, now=now
        )
    refused = [line.identifier for line in lines if line.outcome is not ImportOutcome.IMPORTED]
    if refused:
        raise Conflict(N_("The demo's items %(items)s were not imported whole."), items=refused)


def package_of(folder: Path) -> bytes:
    """Return a folder of items with its manifest as a QTI package."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(folder / "imsmanifest.xml", "imsmanifest.xml")
        for file in sorted((folder / "items").iterdir()):
            archive.write(file, f"items/{file.name}")
    return written.getvalue()


def _publish_scheme(ensemble: Ensemble, folder: Path, scheme: Mapping[str, Any], unit_codes: list[str]) -> Content:
    code, manager = ensemble.code, ensemble.one(Role.SCHEME_MANAGER)
    now = ensemble.calendar.at(FOUNDED_DAYS_AGO - 2, 9)
    with acting(manager, now, "scheme") as session:
        version_id = create_scheme_version(session, code, draft_from_json(scheme, sample=True), now)
    with acting(manager, now, "task") as session:
        paths = criteria_by_path(session, code, unit_codes)
        task_id = create_task(session, code, version_id, _json(folder / "task.json"), paths, now).id
    now = ensemble.calendar.at(FOUNDED_DAYS_AGO - 2, 10)
    with acting(manager, now, "form") as session:
        units = units_by_code(session, code, unit_codes)
        new = NewForm(
            code=FORM_CODE,
            minutes=scheme["form"]["duration_minutes"],
            blueprint=Blueprint.of_units({units[unit].id: items for unit, items in scheme["blueprint"].items()}),
            cut=Cut(fraction=Fraction(scheme["form"]["cut"]), method="agreed"),
        )
        form_id = draw_form(session, code, version_id, new, now=now, created_by=manager.person_id, seed=FORM_SEED).id
    now = ensemble.calendar.at(FOUNDED_DAYS_AGO - 3, 9)
    with acting(manager, now, "publish") as session:
        publish(session, code, version_id, now, published_by=manager.person_id)
        prerequisites = session.scalars(
            select(Prerequisite.id)
            .where(Prerequisite.body_id == code, Prerequisite.scheme_version_id == version_id)
            .order_by(Prerequisite.position)
        ).all()
    text_form_id = None
    if code == texts.BODY:
        text_form_id = texts.load_text_form(ensemble, version_id, new.blueprint, new.cut, new.minutes)
    return Content(
        scheme_version_id=version_id,
        form_id=form_id,
        text_form_id=text_form_id,
        task_id=task_id,
        prerequisites=tuple(prerequisites),
    )


def _json(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))
