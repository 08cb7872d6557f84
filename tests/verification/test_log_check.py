"""`teruji log check` on the public files of the demo: it passes, and each kind of forgery is found."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from assessment.credentials.log_heads import LOG_CODE
from assessment.credentials.signer_client import SignerClient, running_signer
from assessment.domain.log.checkpoint import Head, read_checkpoint, sign_head
from assessment.domain.log.entry import Entry, Kind, read_entry
from assessment.domain.log.merkle import leaf_hash, new_nodes, tree_root
from assessment.domain.log.note import read_key
from assessment.domain.log.tiles import HEIGHT, WIDTH, read_bundle, tiles_of, width_in, write_bundle
from tests.fixtures.sites import Site

pytestmark = pytest.mark.only_on("sqlite")  # the demo's public files are the same on both, and building it takes long


def published(site: Site, folder: Path) -> Path:
    finished = site.run("publish", "-o", str(folder))
    assert finished.returncode == 0, finished.stderr
    return folder


def check(site: Site, folder: Path, *options: str) -> tuple[int, dict[str, object]]:
    finished = site.run("log", "check", str(folder), "--json", *options)
    assert finished.stderr == ""
    return finished.returncode, json.loads(finished.stdout)


def kinds(found: dict[str, object]) -> set[str]:
    return {problem["kind"] for problem in found["problems"]}  # type: ignore[attr-defined]  # JSON of any shape


def entries_of(folder: Path) -> list[bytes]:
    size = read_checkpoint((folder / "log/checkpoint").read_bytes())[0].size
    entries: list[bytes] = []
    for number in range(-(-size // WIDTH)):
        width = width_in(size, None, number)
        part = "" if width == WIDTH else f".p/{width}"
        entries += read_bundle((folder / f"log/tile/entries/{number:03d}{part}").read_bytes(), width)
    return entries


def rewrite(site: Site, folder: Path, entries: list[bytes]) -> None:
    """Publish another history as somebody would who has the database and the log's key: every hash fits."""
    key = read_key(json.loads((folder / "issuers.json").read_text())["log"])
    table: dict[tuple[int, int], bytes] = {}
    for index, entry in enumerate(entries):
        for level, place, value in new_nodes(index, leaf_hash(entry), lambda *node: table[node]):
            table[level, place] = value
    shutil.rmtree(folder / "log")
    for tile in tiles_of(len(entries)):
        file = folder / "log" / tile.path
        file.parent.mkdir(parents=True, exist_ok=True)
        end = tile.start + tile.width
        if tile.level is None:
            file.write_bytes(write_bundle(entries[tile.start : end]))
        else:
            file.write_bytes(b"".join(table[tile.level * HEIGHT, place] for place in range(tile.start, end)))
    root = tree_root(len(entries), lambda level, place: table[level, place])
    with running_signer(site.settings), site.app.app_context():
        from_signer = SignerClient(site.settings.signer_socket).signing_as(LOG_CODE, log_year(site))
        note = sign_head(Head(origin=key.name, size=len(entries), root=root), key, from_signer)
    (folder / "log/checkpoint").write_text(str(note))


def log_year(site: Site) -> str:
    (file,) = (site.settings.home / "keys" / LOG_CODE).glob("*.key")
    return file.stem


def test_the_demos_log_passes_holds_every_kind_and_each_forgery_is_found(demo_site: Site, tmp_path: Path) -> None:
    folder, kept = published(demo_site, tmp_path / "public"), tmp_path / "kept"
    status, found = check(demo_site, folder, "--remember", str(kept))
    assert (status, found["problems"], found["ok"]) == (0, [], True)
    assert set(found["entries"]) == {kind.value for kind in Kind}  # type: ignore[call-overload]  # JSON of any shape
    assert kept.read_bytes() == (folder / "log/checkpoint").read_bytes()
    assert check(demo_site, folder, "--remember", str(kept))[0] == 0
    number = json.loads(demo_site.run("certificate", "list", "--json").stdout)[0]["number"]
    proof, document = tmp_path / "one.tlog-proof", tmp_path / "one.json"
    for form, file in (("tlog-proof", proof), ("json", document)):
        assert demo_site.run("certificate", "export", number, "--format", form, "-o", str(file)).returncode == 0
    verified = json.loads(demo_site.run("verify", str(document), "--site", str(folder), "--json").stdout)
    (said,) = [check for check in verified["checks"] if check["name"] == "tlog_proof"]
    assert said["ok"] is True, said

    entries = entries_of(folder)
    place = next(index for index, entry in enumerate(entries) if read_entry(entry).kind is Kind.ISSUE)
    one = read_entry(entries[place])
    early = Entry(
        kind=Kind.ISSUE, body_id=one.body_id, logged_at=one.logged_at - timedelta(days=90), commitment=bytes(32)
    ).content

    def fork() -> list[bytes]:
        exchanged = Entry(kind=one.kind, body_id=one.body_id, logged_at=one.logged_at, commitment=bytes(32)).content
        return [*entries[:place], exchanged, *entries[place + 1 :]]

    forgeries: dict[str, tuple[Callable[[], list[bytes]], set[str]]] = {
        "a fork": (fork, {"fork"}),
        "a rollback": (lambda: entries[:-3], {"rollback"}),
        "a removed certificate": (lambda: [*entries[:place], *entries[place + 1 :], entries[-1]], {"fork"}),
        "a back-dated certificate put in": (
            lambda: [*entries[:place], early, *entries[place:]],
            {"fork", "back-dated"},
        ),
        "a back-dated certificate at the end": (lambda: [*entries, early], {"back-dated"}),
        "what is no entry": (lambda: [*entries, b"{}"], {"entry"}),
    }
    for name, (forge, expected) in forgeries.items():
        forged = tmp_path / name.replace(" ", "-")
        shutil.copytree(folder, forged)
        rewrite(demo_site, forged, forge())
        status, found = check(demo_site, forged, "--remember", str(kept))
        assert (status, kinds(found)) == (1, expected), name
        status, found = check(demo_site, forged, "--proof", str(proof))
        assert kinds(found) == expected, f"{name}, by a certificate's proof"
    assert kept.read_bytes() == (folder / "log/checkpoint").read_bytes()
    damaged_files_are_found(demo_site, folder, tmp_path)
    a_witness_on_its_own_refuses_the_fork(demo_site, folder, tmp_path, fork())


def damaged_files_are_found(site: Site, folder: Path, tmp_path: Path) -> None:
    size = read_checkpoint((folder / "log/checkpoint").read_bytes())[0].size
    for name, kind in ((f"tile/0/000.p/{size}", "tile"), (f"tile/entries/000.p/{size}", "entries")):
        damaged = tmp_path / f"damaged-{kind}"
        shutil.copytree(folder, damaged)
        file = damaged / "log" / name
        content = file.read_bytes()
        file.write_bytes(content[:-1])
        assert kind in kinds(check(site, damaged)[1])
        file.unlink()
        assert kind in kinds(check(site, damaged)[1])
    unsigned = tmp_path / "unsigned"
    shutil.copytree(folder, unsigned)
    text = (unsigned / "log/checkpoint").read_text()
    (unsigned / "log/checkpoint").write_text(text.replace(f"\n{size}\n", f"\n{size - 1}\n"))
    assert kinds(check(site, unsigned)[1]) == {"signature"}
    (unsigned / "log/checkpoint").unlink()
    assert kinds(check(site, unsigned)[1]) == {"missing"}
    assert site.run("log", "check", str(tmp_path / "nowhere")).returncode == 1
    assert site.run("log", "check", str(folder), "--key", "nonsense").returncode == 2


def a_witness_on_its_own_refuses_the_fork(site: Site, folder: Path, tmp_path: Path, forked: list[bytes]) -> None:
    """The witness runs as the command that its operator would start; the log's command has its head cosigned."""
    key = json.loads((folder / "issuers.json").read_text())["log"]
    arguments = ["log", "witness", "--name", "witness.example/w1", "--folder", str(tmp_path / "w1"), "--log", key]
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "assessment.cli", *arguments, "--port", "0"],
        env=site.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stderr is not None
            witness_key = process.stdout.readline().strip()
            address = process.stderr.readline().strip().removesuffix("/add-checkpoint")
            assert site.run("log", "cosign", address, witness_key).returncode == 0
            published(site, folder)
            status, found = check(site, folder, "--witness", witness_key)
            assert (status, list(found["witnessed"])) == (0, ["witness.example/w1"])  # type: ignore[call-overload]  # JSON of any shape
            assert site.run("log", "cosign", address, witness_key).returncode == 0
            forged = tmp_path / "witnessed-fork"
            shutil.copytree(folder, forged)
            rewrite(site, forged, forked)
            assert kinds(check(site, forged, "--witness", witness_key)[1]) == {"cosignature"}
        finally:
            process.terminate()
