"""Notes, checkpoints and cosignatures against the examples of their specifications, and against what is not one."""

import base64
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from assessment.domain.errors import Invalid
from assessment.domain.log.checkpoint import Head, read_checkpoint, sign_head, trusted_head
from assessment.domain.log.cosignature import cosign, cosigned_at
from assessment.domain.log.note import LOG, WITNESS, Note, VerifierKey, is_signed, read_key, read_note

# https://c2sp.org/signed-note, "Example".
EXAMPLE_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
EXAMPLE = """This is an example message.

— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
"""
# The key of Go's checksum database, as published with cmd/go.
GO_SUMDB_KEY = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
# https://c2sp.org/tlog-checkpoint, its first example.
CHECKPOINT = """example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa \
Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
"""

SECRET = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEY = VerifierKey(name="log.example/las", kind=LOG, public=SECRET.public_key().public_bytes_raw())
WITNESS_KEY = VerifierKey(name="witness.example/w1", kind=WITNESS, public=SECRET.public_key().public_bytes_raw())
HEAD = Head(origin=KEY.name, size=3, root=bytes(32))


def test_the_specifications_note_holds_under_its_key() -> None:
    note, key = read_note(EXAMPLE), read_key(EXAMPLE_KEY)
    assert str(key) == EXAMPLE_KEY
    assert str(note) == EXAMPLE
    assert is_signed(note, key)
    assert not is_signed(Note(text=note.text.replace("an", "no"), signatures=note.signatures), key)


def test_the_key_of_gos_checksum_database_has_its_published_id() -> None:
    assert read_key(GO_SUMDB_KEY).id.hex() == "033de0ae"


def test_the_specifications_checkpoint_is_read() -> None:
    head, note = read_checkpoint(CHECKPOINT)
    assert (head.origin, head.size) == ("example.com/behind-the-sofa", 20852163)
    assert head.root == base64.b64decode("CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=")
    assert head.text == note.text


def test_a_signed_head_is_trusted_under_its_own_key_only() -> None:
    written = str(sign_head(HEAD, KEY, SECRET.sign))
    assert trusted_head(written, KEY)[0] == HEAD
    other = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key().public_bytes_raw()
    with pytest.raises(Invalid, match="not signed"):
        trusted_head(written, VerifierKey(name=KEY.name, kind=LOG, public=other))
    with pytest.raises(Invalid, match=r"one of log\.example"):
        trusted_head(written, VerifierKey(name="else.example", kind=LOG, public=KEY.public))
    with pytest.raises(Invalid, match="not signed"):
        trusted_head(written.replace("\n3\n", "\n4\n"), KEY)


def test_one_failing_signature_of_the_key_spoils_a_note() -> None:
    good = sign_head(HEAD, KEY, SECRET.sign)
    bad = sign_head(Head(origin=KEY.name, size=9, root=bytes(32)), KEY, SECRET.sign)
    assert not is_signed(Note(text=good.text, signatures=(*good.signatures, *bad.signatures)), KEY)


def test_a_cosignature_says_when_and_holds_for_its_checkpoint_only() -> None:
    """The message that is signed is the one of https://c2sp.org/tlog-cosignature, its example time included."""
    at = datetime.fromtimestamp(1679315147, UTC)
    messages: list[bytes] = []

    def sign(message: bytes) -> bytes:
        messages.append(message)
        return SECRET.sign(message)

    text = CHECKPOINT.partition("\n\n")[0] + "\n"
    signature = cosign(text, WITNESS_KEY, at, sign)
    assert messages == [b"cosignature/v1\ntime 1679315147\n" + text.encode()]
    assert cosigned_at(Note(text=text, signatures=(signature,)), WITNESS_KEY) == at
    assert cosigned_at(Note(text=text.replace("3\n", "4\n"), signatures=(signature,)), WITNESS_KEY) is None
    assert cosigned_at(Note(text=text, signatures=()), WITNESS_KEY) is None
    assert not is_signed(Note(text=text, signatures=(signature,)), KEY)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no signature\n",
        "text\n\n",
        "text\n\n— name\n",
        "text\n\n- name AAAAAAA=\n",
        "text\n\n— name AAAAAA\n",
        "text\n\n— na me AAAAAAA=\n",
        "text\n\n— name AAAAAAB=\n",
        "te\rxt\n\n— name AAAAAAA=\n",
        EXAMPLE[:-1],
        "text\n\n" + "— name AAAAAAA=\n" * 65,
        "x" * 70_000 + EXAMPLE,
    ],
)
def test_what_is_not_a_note_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        read_note(text)


@pytest.mark.parametrize(
    "changed",
    [
        CHECKPOINT.replace("20852163", "020852163"),
        CHECKPOINT.replace("20852163", "-1"),
        CHECKPOINT.replace("20852163", "٣"),
        CHECKPOINT.replace("CsUY", "sUY"),
        CHECKPOINT.replace("q2I=\n", "q2I=\nextension\n"),
        CHECKPOINT.replace("example.com/behind-the-sofa\n", "\n", 1),
    ],
)
def test_what_is_not_a_checkpoint_is_refused(changed: str) -> None:
    with pytest.raises(Invalid):
        read_checkpoint(changed)
    with pytest.raises(Invalid):
        read_checkpoint(b"\xff" + CHECKPOINT.encode())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a+b",
        EXAMPLE_KEY.replace("530d903a", "530d903b"),
        EXAMPLE_KEY.replace("+Aek", "+Bek"),
        EXAMPLE_KEY + "A",
        EXAMPLE_KEY.replace("example.com/foo", "example com"),
    ],
)
def test_what_is_not_a_key_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        read_key(text)
