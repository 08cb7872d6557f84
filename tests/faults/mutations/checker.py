"""A process that checks changed documents one after the other, each in a child of its own, as the real verifier does.

    python -m tests.faults.mutations.checker FOLDER TIME        settings from the environment

FOLDER holds the genuine documents and, under `site`, the published files. A line on standard input is JSON:
`{"kind", "way", "file", "place", "number"}`; the line that answers is JSON too: `verdicts` by entry, `accepted` (the
entries that took the document for a valid one though it is not the genuine one), `same`, `crashed` (what went wrong, or
null), and what the child and its children took: `seconds` of processor time, `megabytes` at most.

Each document goes through every entry that a stranger has for its kind: the command `teruji verify`, the upload page,
and the VC-API. A child that hangs is killed after a minute, and counts as crashed.
"""

import gc
import json
import os
import resource
import select
import shutil
import sys
import traceback
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from click.testing import CliRunner
from flask import Flask

from assessment.app import create_app
from assessment.database import db
from assessment.domain.credentials.verdict import Verification
from assessment.domain.credentials.verify import verify as check
from assessment.settings import Settings
from assessment.verification.arriving import read_file
from assessment.verification.commands import verify
from assessment.verification.published import folder as files_in
from assessment.verification.published import sources_from
from tests.faults.mutations import codes, jsons, lists, pdfs, presentations, proofs, tokens
from tests.faults.mutations.genuine import CHALLENGE, DOMAIN
from tests.faults.mutations.judging import genuine_file, reads_the_same, says_the_same

LONGEST = 60  # seconds by the wall; no check comes near
MOST_CPU = 20  # seconds; what takes longer is ended by the system

Answer = dict[str, Any]


class Checker:
    """The verifier's entries, over one site's records and its published files."""

    def __init__(self, app: Flask, folder: Path, moment: str) -> None:
        self._app, self._folder, self._moment = app, folder, moment
        self._site = folder / "site"
        now = datetime.fromisoformat(moment)
        app.extensions["clock"] = lambda: now

    def check(self, given: Answer) -> Answer:
        """Put one document through its entries; returns verdicts, what was accepted, and if it is still genuine."""
        kind, way, place = given["kind"], given["way"], given["place"]
        content = Path(given["file"]).read_bytes()
        verdicts = dict(self._entries(kind, content, place, given))
        taken = [name for name, verdict in verdicts.items() if verdict == "valid"]
        genuine = genuine_file(kind, self._folder, place)
        same = bool(taken) and says_the_same(kind, way, content, genuine)
        if same and taken != ["VC-API"]:  # which answers yes or no, and reads nothing out
            same = self._read_alike(kind, content, genuine)
        if taken and kind == codes.PICTURE:
            same = read_file(content) == read_file(genuine)
        return {"verdicts": verdicts, "accepted": [] if same else taken, "same": same}

    def _entries(self, kind: str, content: bytes, place: str, given: Answer) -> Iterator[tuple[str, str]]:
        if kind == lists.KIND:
            yield from self._beside_lists(content, place)
        elif kind == proofs.KIND:
            said = self._command(self._folder / "json", "--proof", given["file"])
            proved = [each["ok"] for each in said["checks"] if each["name"] == "tlog_proof"]
            yield "command", "valid" if True in proved else said["verdict"] + " without the log"
        elif kind == presentations.KIND:
            options = json.dumps({"challenge": CHALLENGE, "domain": DOMAIN}).encode()
            body = b'{"verifiablePresentation":' + content + b',"options":' + options + b"}"
            yield "VC-API", self._vc_api("/presentations/verify", body, given["number"])
        elif kind == codes.TEXT:
            text = _typed(content)
            if "\0" not in text and len(text) < 100_000:  # no shell hands these over
                yield "command", self._command(text.encode(errors="replace").decode())["verdict"]
            yield "text", self._posted(given["number"], {"way": "text", "text": text.encode(errors="replace").decode()})
            yield "file", self._upload(content, given["number"])
        else:
            yield "command", self._command(given["file"])["verdict"]
            yield "file", self._upload(content, given["number"])
            if kind == jsons.KIND:
                body = b'{"verifiableCredential":' + content + b"}"
                yield "VC-API", self._vc_api("/credentials/verify", body, given["number"])

    def _beside_lists(self, content: bytes, place: str) -> Iterator[tuple[str, str]]:
        """Check a valid and a revoked certificate against a site in which one list was exchanged."""
        site = Path.cwd() / "other-site"
        if not site.exists():
            shutil.copytree(self._site, site)
        for file in (self._site / "status").iterdir():
            (site / "status" / file.name).write_bytes(content if file.name == place else file.read_bytes())
        for name in ("json", "jwt", "code", "revoked"):
            yield name, self._command(self._folder / name, site=site)["verdict"]

    def _command(self, subject: object, *more: str, site: Path | None = None) -> Answer:
        arguments = [str(subject), "--site", str(site or self._site), "--at", self._moment, "--json", *more]
        result = CliRunner().invoke(verify, [*arguments[1:], "--", arguments[0]])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        if result.exit_code == 2:
            return {"verdict": "usage", "checks": []}
        answer: Answer = json.loads(result.stdout)
        if (result.exit_code == 0) is not (answer["verdict"] == "valid"):
            raise AssertionError(f"Exit status {result.exit_code} for {answer['verdict']}.")
        return answer

    def _upload(self, content: bytes, number: int) -> str:
        edge = "--edge\r\nContent-Disposition: form-data; name="
        start = f'{edge}"way"\r\n\r\nfile\r\n{edge}"file"; filename="file"\r\n\r\n'.encode()
        return self._posted(number, start + content + b"\r\n--edge--\r\n")

    def _posted(self, number: int, body: Any) -> str:
        kind = "multipart/form-data; boundary=edge" if isinstance(body, bytes) else None
        answer = self._app.test_client().post(
            "/verify?lang=en", data=body, content_type=kind, environ_base={"REMOTE_ADDR": _address(number)}
        )
        if answer.status_code >= 500 or answer.status_code == 429:
            raise AssertionError(f"The page answered {answer.status_code}.")
        if answer.status_code != 200:
            return f"answered {answer.status_code}"
        text = answer.text
        if "<h1>Valid</h1>" not in text:
            return "not valid"
        return "valid, not as it was issued" if "This PDF is not as it was issued" in text else "valid"

    def _vc_api(self, path: str, body: bytes, number: int) -> str:
        answer = self._app.test_client().post(
            path, data=body, content_type="application/json", environ_base={"REMOTE_ADDR": _address(number)}
        )
        if answer.status_code >= 500 or answer.status_code == 429:
            raise AssertionError(f"{path} answered {answer.status_code}.")
        if answer.status_code != 200:
            return f"answered {answer.status_code}"
        told = answer.get_json()
        if told["verified"] is not True:
            return "not verified"
        return "valid" if not told["warnings"] else f"valid, but {told['warnings']}"

    def _read_alike(self, kind: str, content: bytes, genuine: bytes) -> bool:
        if kind in (lists.KIND, proofs.KIND, presentations.KIND, pdfs.KIND):
            return True
        return reads_the_same(self._read(kind, content), self._read(kind, genuine))

    def _read(self, kind: str, content: bytes) -> Verification:
        said = read_file(content) if kind == codes.PICTURE else content
        fetch = files_in(self._site)
        return check(said, now=datetime.fromisoformat(self._moment), sources=sources_from(fetch, said))


def _typed(content: bytes) -> str:
    """Return bytes as a text that a scanner hands over; half of a surrogate pair may be among it."""
    try:
        return content.decode(errors="surrogatepass")
    except UnicodeDecodeError:
        return content.decode(errors="replace")


def _address(number: int) -> str:
    """Return an address of its own for each document: guessing is limited by address."""
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


def in_a_child(checker: Checker, given: Answer) -> Answer:
    """Check one document in a child; its answer, and what it took."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(ours)
        os.close(1)
        resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU, MOST_CPU + 1))
        try:
            answer = json.dumps(checker.check(given)).encode()
        except BaseException:
            answer = json.dumps({"crashed": traceback.format_exc()[-3_000:]}).encode()
        while answer:
            answer = answer[os.write(theirs, answer) :]
        os._exit(0)
    os.close(theirs)
    answered = b""
    while select.select([ours], [], [], LONGEST)[0]:
        chunk = os.read(ours, 1 << 16)
        if not chunk:
            break
        answered += chunk
    else:
        os.kill(child, 9)
    os.close(ours)
    _, status, used = os.wait4(child, 0)
    ended = {"crashed": None if answered and status == 0 else f"ended with status {status}"}
    found: Answer = {
        "verdicts": {},
        "accepted": [],
        "same": False,
        **ended,
        **(json.loads(answered) if answered else {}),
    }
    return found | {"seconds": used.ru_utime + used.ru_stime, "megabytes": used.ru_maxrss / 1024}


def main() -> None:
    """Answer line by line."""
    folder, moment = Path(sys.argv[1]), sys.argv[2]
    app = create_app(Settings.from_environment(dict(os.environ)))
    app.testing = True
    checker = Checker(app, folder, moment)
    for kind, name in ((jsons.KIND, "json"), (codes.TEXT, "code"), (tokens.SD_JWT, "sd_jwt")):
        # Templates and catalogues are read once, as in a server that has been running.
        checker.check({"kind": kind, "way": "", "file": str(folder / name), "place": "", "number": 0})
    with app.app_context():
        db.engine.dispose()
    gc.freeze()
    for line in sys.stdin:
        print(json.dumps(in_a_child(checker, json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
