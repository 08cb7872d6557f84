"""The witness over HTTP: it cosigns what only adds, refuses a fork and a rollback, and never rolls itself back."""

import hashlib
import stat
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from assessment.domain.log.checkpoint import Head, read_checkpoint, sign_head
from assessment.domain.log.cosignature import cosigned_at
from assessment.domain.log.merkle import Node, consistency_path, leaf_hash, new_nodes, tree_root
from assessment.domain.log.note import LOG, Note, VerifierKey, read_signature
from assessment.domain.log.witnessing import Submission
from assessment.verification.witness import Witness, serve

SECRET = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
LOG_KEY = VerifierKey(name="log.example/log", kind=LOG, public=SECRET.public_key().public_bytes_raw())
NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)


def tree(entries: list[str]) -> Node:
    table: dict[tuple[int, int], bytes] = {}
    for index, entry in enumerate(entries):
        for level, place, value in new_nodes(index, leaf_hash(entry.encode()), lambda *node: table[node]):
            table[level, place] = value
    return lambda level, place: table[level, place]


ENTRIES = [f"entry {number}" for number in range(40)]
HONEST = tree(ENTRIES)
FORKED = tree([*ENTRIES[:3], "another", *ENTRIES[4:]])


def submission(old: int, new: int, node: Node = HONEST) -> bytes:
    head = Head(origin=LOG_KEY.name, size=new, root=tree_root(new, node))
    note = sign_head(head, LOG_KEY, SECRET.sign)
    return str(Submission(old=old, path=tuple(consistency_path(old, new, node)), head=head, note=note)).encode()


@pytest.fixture
def witness(tmp_path: Path) -> Witness:
    return Witness(tmp_path / "witness", "witness.example/w1", [LOG_KEY], lambda: NOW)


@pytest.fixture
def address(witness: Witness) -> Iterator[str]:
    server = serve(witness, "127.0.0.1", 0)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def ask(address: str, path: str, content: bytes | None = None) -> tuple[int, str, str]:
    try:
        with urllib.request.urlopen(urllib.request.Request(f"{address}/{path}", data=content), timeout=10) as answer:
            return answer.status, answer.headers["Content-Type"], answer.read().decode()
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.headers["Content-Type"], refusal.read().decode()


def cosigned(witness: Witness, content: bytes, line: str) -> datetime | None:
    _, note = read_checkpoint(content.decode().partition("\n\n")[2])
    return cosigned_at(Note(text=note.text, signatures=(read_signature(line.strip()),)), witness.key)


def test_it_cosigns_what_only_adds_and_shows_the_last_head(witness: Witness, address: str) -> None:
    origin_hash = hashlib.sha256(LOG_KEY.name.encode()).hexdigest()
    assert ask(address, f"{origin_hash}/checkpoint")[0] == 404
    for old, new in ((0, 3), (3, 17), (17, 17), (17, 40)):
        status, kind, line = ask(address, "add-checkpoint", submission(old, new))
        assert (status, kind) == (200, "text/plain; charset=utf-8")
        assert cosigned(witness, submission(old, new), line) == NOW
    status, _, text = ask(address, f"{origin_hash}/checkpoint")
    head, note = read_checkpoint(text)
    assert (status, head.size, len(note.signatures)) == (200, 40, 2)
    assert cosigned_at(note, witness.key) == NOW


def test_a_fork_is_refused_with_and_without_growth(address: str) -> None:
    assert ask(address, "add-checkpoint", submission(0, 17))[0] == 200
    assert ask(address, "add-checkpoint", submission(17, 17, FORKED))[0] == 422
    assert ask(address, "add-checkpoint", submission(17, 40, FORKED))[0] == 422
    assert ask(address, "add-checkpoint", submission(17, 40))[0] == 200


def test_a_rollback_is_refused_and_told_how_much_was_seen(address: str) -> None:
    assert ask(address, "add-checkpoint", submission(0, 17))[0] == 200
    for old in (0, 3):
        assert ask(address, "add-checkpoint", submission(old, 5)) == (409, "text/x.tlog.size", "17\n")


def test_what_it_has_seen_outlives_it(witness: Witness, tmp_path: Path) -> None:
    assert witness.add_checkpoint(submission(0, 17)).status == 200
    again = Witness(tmp_path / "witness", "witness.example/w1", [LOG_KEY], lambda: NOW)
    assert again.key == witness.key
    assert again.add_checkpoint(submission(0, 5)).status == 409
    assert again.add_checkpoint(submission(17, 20)).status == 200
    assert stat.S_IMODE((tmp_path / "witness" / "key").stat().st_mode) == 0o600


def test_judging_and_keeping_are_one_step(witness: Witness) -> None:
    """Many at once from the same old size: exactly one is cosigned, and that one is what is kept."""
    assert witness.add_checkpoint(submission(0, 2)).status == 200
    sizes = list(range(3, 19))
    start = threading.Barrier(len(sizes))

    def submit(size: int) -> int:
        content = submission(2, size)
        start.wait(10)
        return witness.add_checkpoint(content).status

    with ThreadPoolExecutor(len(sizes)) as pool:
        answers = list(pool.map(submit, sizes))
    assert sorted(answers) == [200] + [409] * (len(sizes) - 1)
    origin_hash = hashlib.sha256(LOG_KEY.name.encode()).hexdigest()
    assert read_checkpoint(witness.checkpoint(origin_hash).content)[0].size == sizes[answers.index(200)]


def test_strangers_nonsense_and_long_requests_are_refused(address: str) -> None:
    other = Ed25519PrivateKey.from_private_bytes(bytes(32))
    key = VerifierKey(name="other.example/log", kind=LOG, public=other.public_key().public_bytes_raw())
    head = Head(origin=key.name, size=1, root=bytes(32))
    stranger = Submission(old=0, path=(), head=head, note=sign_head(head, key, other.sign))
    assert ask(address, "add-checkpoint", str(stranger).encode())[0] == 404
    head = Head(origin=LOG_KEY.name, size=1, root=bytes(32))
    forged = Submission(old=0, path=(), head=head, note=sign_head(head, LOG_KEY, other.sign))
    assert ask(address, "add-checkpoint", str(forged).encode())[0] == 403
    assert ask(address, "add-checkpoint", b"old 0\n")[0] == 400
    assert ask(address, "sign-subtree", submission(0, 1))[0] == 404
    assert ask(address, "../heads.sqlite")[0] == 404
    assert ask(address, "add-checkpoint", b"x" * 200_000)[0] == 400
