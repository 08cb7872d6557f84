"""The witness's judgement, each status of https://c2sp.org/tlog-witness for its reason."""

import pytest

from assessment.domain.errors import Invalid
from assessment.domain.log.checkpoint import Head, sign_head
from assessment.domain.log.merkle import EMPTY_ROOT, consistency_path, tree_root
from assessment.domain.log.witnessing import Submission, judge, known_log, read_submission
from tests.domain.log.test_merkle import LEAVES, grown
from tests.domain.log.test_note import KEY, SECRET

NODE = grown(LEAVES)
FORKED = grown([*LEAVES[:2], b"another", *LEAVES[3:]])


def head(size: int, node=NODE) -> Head:  # type: ignore[no-untyped-def]  # a tree of this file
    return Head(origin=KEY.name, size=size, root=tree_root(size, node))


def submission(old: int, new: int, node=NODE) -> Submission:  # type: ignore[no-untyped-def]  # a tree of this file
    path = tuple(consistency_path(old, new, node)) if old <= new else ()
    return Submission(old=old, path=path, head=head(new, node), note=sign_head(head(new, node), KEY, SECRET.sign))


def test_a_submission_is_read_as_it_was_written() -> None:
    for each in (submission(0, 3), submission(3, 7), submission(4, 4)):
        assert read_submission(str(each).encode()) == each


def test_the_first_checkpoint_and_each_that_adds_to_the_last_is_taken() -> None:
    assert judge(submission(0, 3), None).status == 200
    assert judge(submission(3, 8), head(3)).status == 200
    assert judge(submission(8, 8), head(8)).status == 200
    empty = Head(origin=KEY.name, size=0, root=EMPTY_ROOT)
    assert judge(Submission(old=0, path=(), head=empty, note=sign_head(empty, KEY, SECRET.sign)), None).status == 200


def test_a_fork_is_refused() -> None:
    assert judge(submission(3, 8, FORKED), head(3)).status == 422
    assert judge(submission(8, 8, FORKED), head(8)).status == 422


def test_a_rollback_is_refused() -> None:
    found = judge(submission(3, 5), head(8))
    assert (found.status, found.size) == (409, 8)
    assert judge(submission(8, 5), head(8)).status == 400


def test_a_proof_where_none_belongs_is_refused() -> None:
    first = submission(0, 3)
    assert judge(Submission(old=0, path=(bytes(32),), head=first.head, note=first.note), None).status == 422
    wrong = Head(origin=KEY.name, size=0, root=bytes(32))
    assert judge(Submission(old=0, path=(), head=wrong, note=first.note), None).status == 422


def test_strangers_and_forged_signatures_are_refused() -> None:
    assert known_log(submission(0, 3), {}).status == 404
    assert known_log(submission(0, 3), {KEY.name: KEY}).status == 200
    forged = Submission(old=0, path=(), head=head(5), note=submission(0, 3).note)
    assert known_log(read_submission(str(forged).encode()), {KEY.name: KEY}).status == 200
    unsigned = str(submission(0, 3)).replace("\n3\n", "\n5\n")
    assert known_log(read_submission(unsigned.encode()), {KEY.name: KEY}).status == 403


CHECKPOINT = str(submission(0, 3)).partition("\n\n")[2].encode()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b"old 0\n",
        b"old x\n\n",
        b"old 00\n\n" + CHECKPOINT,
        b"old 0\nAAAA\n\n" + CHECKPOINT,
        b"old 0\n" + b"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n" * 64 + b"\n" + CHECKPOINT,
    ],
)
def test_what_is_not_a_submission_is_refused(content: bytes) -> None:
    with pytest.raises(Invalid):
        read_submission(content)
