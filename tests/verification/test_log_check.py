"""`teruji log check` on the public files of the demo: it passes, and each kind of forgery is found."""

import json
import shutil
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import select

from assessment.credentials.cosigning import ask_witness
from assessment.credentials.exporting import Format, export
from assessment.credentials.log_heads import LOG_CODE
from assessment.credentials.publishing import publish
from assessment.credentials.signer_client import SignerClient, running_signer
from assessment.credentials.tables import Credential
from assessment.database import reading
from assessment.domain.credentials.verdict import CheckName
from assessment.domain.credentials.verify import verify
from assessment.domain.log.checkpoint import Head, read_checkpoint, sign_head
from assessment.domain.log.entry import Kind, read_entry
from assessment.domain.log.merkle import leaf_hash, new_nodes, tree_root
from assessment.domain.log.note import VerifierKey, read_key
from assessment.domain.log.proof import read_proof
from assessment.domain.log.tiles import HEIGHT, WIDTH, read_bundle, tiles_of, width_in, write_bundle
from assessment.domain.log.witnessing import Submission
from assessment.verification.log_checking import Checked, check_log
from assessment.verification.published import folder as read_from
from assessment.verification.published import log_key_in, sources_from
from assessment.verification.witness import Witness, serve
from tests.fixtures.sites import Site

pytestmark = pytest.mark.only_on("sqlite")  # the demo's public files are the same on both, and building it takes long


def published(site: Site, folder: Path) -> Path:
    with site.app.app_context(), running_signer(site.settings):
        publish(folder, datetime.now(UTC))
    return folder


def problems(folder: Path, older: Iterable[Head] = (), witnesses: Iterable[VerifierKey] = ()) -> set[str]:
    """The kinds of what does not fit in a folder of public files."""
    key = log_key_in((folder / "issuers.json").read_bytes())
    assert key is not None
    now = datetime.now(UTC)
    found = check_log(read_from(folder), key, Checked(), older=older, witnesses=witnesses, now=now)
    return {problem.kind for problem in found}


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


def forgeries(entries: list[bytes]) -> dict[str, tuple[list[bytes], set[str]]]:
    """Other histories that somebody with the log's key could publish, and how each is found by who kept a head."""
    place = next(index for index, entry in enumerate(entries) if read_entry(entry).kind is Kind.ISSUE)
    one = read_entry(entries[place])
    early = replace(one, logged_at=one.logged_at - timedelta(days=90), commitment=bytes(32)).content
    exchanged = replace(one, commitment=bytes(32)).content
    return {
        "a fork": ([*entries[:place], exchanged, *entries[place + 1 :]], {"fork"}),
        "a rollback": (entries[:-3], {"rollback"}),
        "a removed certificate": ([*entries[:place], *entries[place + 1 :], entries[-1]], {"fork"}),
        "a back-dated certificate": ([*entries[:place], early, *entries[place:]], {"fork", "back-dated"}),
        "a back-dated certificate at the end": ([*entries, early], {"back-dated"}),
        "what is no entry": ([*entries, b"{}"], {"entry"}),
    }


def test_the_demos_log_passes_and_each_forgery_is_found(demo_site: Site, tmp_path: Path) -> None:
    folder, kept = published(demo_site, tmp_path / "public"), tmp_path / "kept"
    finished = demo_site.run("log", "check", str(folder), "--remember", str(kept), "--json")
    said = json.loads(finished.stdout)
    assert (finished.returncode, said["problems"]) == (0, []), finished.stderr
    assert set(said["entries"]) == {kind.value for kind in Kind}
    assert kept.read_bytes() == (folder / "log/checkpoint").read_bytes()
    head = read_checkpoint(kept.read_bytes())[0]
    proved = a_certificate_is_proved(demo_site, folder)
    for name, (entries, expected) in forgeries(entries_of(folder)).items():
        forged = tmp_path / name.replace(" ", "-")
        shutil.copytree(folder, forged)
        rewrite(demo_site, forged, entries)
        assert problems(forged, [head]) == expected, name
        assert problems(forged, [proved]) == expected, f"{name}, by the head in a certificate's proof"
    finished = demo_site.run("log", "check", str(tmp_path / "a-fork"), "--remember", str(kept))
    assert (finished.returncode, ": fork: " in finished.stdout) == (1, True)
    assert kept.read_bytes() == (folder / "log/checkpoint").read_bytes()
    damaged_files_are_found(folder, tmp_path)
    a_witness_on_its_own_refuses_the_fork(demo_site, folder, tmp_path)


def a_certificate_is_proved(site: Site, folder: Path) -> Head:
    """A certificate's proof holds against the published files alone; returns the head that it names."""
    with site.app.app_context(), reading() as session:
        row = session.scalars(select(Credential).order_by(Credential.issued_at.desc())).first()
        assert row is not None
        content = export(session, row.body_id, row.id, Format.JSON)
        proof = export(session, row.body_id, row.id, Format.TLOG_PROOF)
    sources = sources_from(read_from(folder), content)
    for given, expected in ((proof, True), (None, None), (proof.replace(b"index ", b"index 1"), False)):
        verification = verify(content, now=datetime.now(UTC), sources=replace(sources, log_proof=given))
        (check,) = [each for each in verification.checks if each.name is CheckName.TLOG_PROOF]
        assert check.ok is expected, check.reason
    return read_checkpoint(read_proof(proof).checkpoint)[0]


def damaged_files_are_found(folder: Path, tmp_path: Path) -> None:
    size = read_checkpoint((folder / "log/checkpoint").read_bytes())[0].size
    for name, kind in ((f"tile/0/000.p/{size}", "tile"), (f"tile/entries/000.p/{size}", "entries")):
        damaged = tmp_path / f"damaged-{kind}"
        shutil.copytree(folder, damaged)
        file = damaged / "log" / name
        file.write_bytes(file.read_bytes()[:-1])
        assert kind in problems(damaged)
        file.unlink()
        assert kind in problems(damaged)
    unsigned = tmp_path / "unsigned"
    shutil.copytree(folder, unsigned)
    checkpoint = unsigned / "log/checkpoint"
    checkpoint.write_text(checkpoint.read_text().replace(f"\n{size}\n", f"\n{size - 1}\n"))
    assert problems(unsigned) == {"signature"}
    checkpoint.unlink()
    assert problems(unsigned) == {"missing"}


def a_witness_on_its_own_refuses_the_fork(site: Site, folder: Path, tmp_path: Path) -> None:
    """The log has its head cosigned over HTTP; a forged head finds no witness, and the check misses the cosignature."""
    key = log_key_in((folder / "issuers.json").read_bytes())
    assert key is not None
    witness = Witness(tmp_path / "w1", "witness.example/w1", [key], lambda: datetime.now(UTC))
    server = serve(witness, "127.0.0.1", 0)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        with site.app.app_context():
            for _ in range(2):  # the second time it is told that this was seen already
                ask_witness(address, witness.key, datetime.now(UTC))
        assert problems(published(site, folder), witnesses=[witness.key]) == set()
        forged = tmp_path / "a-fork"
        assert problems(forged, witnesses=[witness.key]) == {"cosignature"}
        head, note = read_checkpoint((forged / "log/checkpoint").read_bytes())
        again = Submission(old=head.size, path=(), head=head, note=note)
        assert witness.add_checkpoint(str(again).encode()).status == 422
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
