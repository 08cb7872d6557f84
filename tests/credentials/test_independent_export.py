"""What `teruji certificate export` writes is verified by software that this project did not write."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.credentials.office import LATER, open_office
from tests.domain.credentials.certificates import leaf_changes
from tests.fixtures import node
from tests.fixtures.sites import Site

FOLDER = Path(__file__).parents[1] / "vectors" / "independent"

pytestmark = pytest.mark.long_lock("the office is built in one go")


@pytest.mark.only_on("sqlite")  # a file knows of no database
def test_an_independent_verifier_agrees(signing_site: Site, tmp_path: Path) -> None:
    office = open_office(signing_site, full=True)
    documents: dict[str, Any] = {}
    for state, number in (("valid", 1), ("suspended", 2), ("revoked", 3), ("expired", 4)):
        file = tmp_path / f"{state}.json"
        finished = office.site.run(
            "certificate", "export", f"LAS-2026-{number:06}", "--format", "json", "-o", str(file)
        )
        assert finished.returncode == 0, finished.stderr
        documents[state] = json.loads(file.read_bytes())
    changes = leaf_changes(documents["valid"])
    client = office.site.client()
    lists = [json.loads(client.get(f"/status/las-{purpose}-0").data) for purpose in ("revocation", "suspension")]
    did = json.loads(client.get("/b/las/did.json").data)
    moment = (LATER + timedelta(minutes=1)).isoformat()
    asked = {
        "didDocuments": {did["id"]: did},
        "statusLists": {each["id"]: each for each in lists},
        "cases": [
            *({"name": state, "document": document, "now": moment} for state, document in documents.items()),
            *({"name": f"changed {path}", "document": document, "now": moment} for path, document in changes),
        ],
    }
    node.install(FOLDER)
    lines = node.node(FOLDER / "verify.mjs", at=FOLDER, text=json.dumps(asked)).rstrip("\n").split("\n")
    answers = {answer["name"]: answer for answer in map(json.loads, lines)}

    assert answers["valid"]["errors"] == []
    told = {state: (answers[state]["verified"], answers[state]["status"]) for state in documents}
    assert told["valid"] == (True, {"revocation": False, "suspension": False})
    assert told["suspended"] == (True, {"revocation": False, "suspension": True})
    assert told["revoked"] == (True, {"revocation": True, "suspension": False})
    assert told["expired"][0] is False
    assert len(changes) > 50
    assert {answers[f"changed {path}"]["verified"] for path, _ in changes} == {False}
