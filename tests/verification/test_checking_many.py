"""`teruji verify` of many: a line each, whatever they are, and each public file is read once."""

import json
from pathlib import Path
from typing import Any

from assessment.domain.credentials.json_text import write_object
from assessment.domain.credentials.status_list import StatusPurpose
from assessment.verification.arriving import LARGEST_JSON
from assessment.verification.checking_many import remembered, subjects_in
from tests.domain.credentials.certificates import OTHER_KEY, code_text, sign, signed, unsigned
from tests.verification.test_command import AT, published, run


def told(*arguments: str) -> tuple[int, list[dict[str, Any]]]:
    result = run(*arguments, "--at", AT, "--json")
    return result.exit_code, [json.loads(line) for line in result.stdout.splitlines()]


def test_a_folder_is_checked_file_by_file(tmp_path: Path) -> None:
    site, folder = published(tmp_path / "site"), tmp_path / "certificates"
    (folder / "below").mkdir(parents=True)
    (folder / "1.json").write_bytes(write_object(signed()))
    (folder / "2.json").write_bytes(write_object(sign(unsigned(), key=OTHER_KEY)))
    (folder / "3.txt").write_text("no certificate")
    (folder / "1.tlog-proof").write_text("belongs to the first")
    (folder / "below" / "4.txt").write_text(code_text())
    status, lines = told(str(folder), "--site", str(site))
    assert status == 1
    names = [str(folder / name) for name in ("1.json", "2.json", "3.txt", "below/4.txt")]
    assert [line["subject"] for line in lines] == names
    assert all(line.keys() == {"subject", "verdict", "checks", "clocks"} for line in lines)
    assert [line["verdict"] for line in lines][1:] == ["forged", "cannot_check", "valid"]
    proofs = {check["name"]: check["ok"] for check in lines[0]["checks"]}
    assert proofs["tlog_proof"] is None or proofs["tlog_proof"] is False


def test_all_valid_is_a_success_and_reads_well(tmp_path: Path) -> None:
    site = published(tmp_path / "site")
    for name in ("a.json", "b.json"):
        (tmp_path / name).write_bytes(write_object(signed()))
    result = run(str(tmp_path / "a.json"), str(tmp_path / "b.json"), "--site", str(site), "--at", AT)
    assert (result.exit_code, result.stdout) == (0, f"valid  {tmp_path / 'a.json'}\nvalid  {tmp_path / 'b.json'}\n")


def test_a_file_of_lines_is_checked_line_by_line(tmp_path: Path) -> None:
    site, file = published(tmp_path / "site", marked=StatusPurpose.REVOCATION), tmp_path / "many.jsonl"
    long = b"[" + b"0," * LARGEST_JSON + b"0]"
    file.write_bytes(b"\n".join([write_object(signed()), b"", code_text().encode(), long, b"{", b"\xff\xfe", b""]))
    status, lines = told(str(file), "--site", str(site))
    assert status == 1
    assert [line["subject"].rpartition(":")[2] for line in lines] == ["1", "3", "4", "5", "6"]
    verdicts = [line["verdict"] for line in lines]
    assert verdicts == ["revoked", "revoked", "cannot_check", "cannot_check", "cannot_check"]
    assert "at most 2 MB, got 5 MB" in lines[2]["checks"][0]["reason"]


def test_a_proof_belongs_to_one(tmp_path: Path) -> None:
    assert run(str(tmp_path), "--proof", __file__).exit_code == 2


def test_nothing_to_check_is_no_success_of_anything(tmp_path: Path) -> None:
    assert run().exit_code == 2


def test_a_public_file_is_fetched_once() -> None:
    asked = []

    def fetch(path: str) -> bytes | None:
        asked.append(path)
        return None if path == "absent" else path.encode()

    once = remembered(fetch)
    assert [once(path) for path in ("a", "absent", "a", "absent", "b")] == [b"a", None, b"a", None, b"b"]
    assert asked == ["a", "absent", "b"]


def test_places_come_one_after_another(tmp_path: Path) -> None:
    (tmp_path / "1").write_text("first")
    found = subjects_in([str(tmp_path), str(tmp_path / "none"), "\0"])
    assert next(found).content == b"first"
    (tmp_path / "1").unlink()
    assert [subject.name for subject in found] == [str(tmp_path / "none"), "\0"]
