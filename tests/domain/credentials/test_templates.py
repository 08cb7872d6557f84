"""What a template is filled with is, byte for byte, what the full path writes; and whoever cannot have one takes it."""

import random
from copy import deepcopy
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest

from assessment.domain.credentials.achievement import (
    Achievement,
    EvidencePiece,
    Level,
    PracticalCriterion,
    PracticalResult,
    Recipient,
    StatusEntry,
    Terms,
    UnitProof,
    validity_of_days,
)
from assessment.domain.credentials.canonical import UndefinedTerm, canonical_bytes
from assessment.domain.credentials.described import describe
from assessment.domain.credentials.proof import add_proof
from assessment.domain.credentials.shape import MARK
from assessment.domain.credentials.status_list import StatusPurpose
from assessment.domain.credentials.templates import Templates
from assessment.domain.errors import Invalid
from tests.domain.credentials.certificates import (
    DID,
    FIRST_DAY,
    JAKARTA,
    KEY_ID,
    LAST_DAY,
    NOW,
    ORIGIN,
    PRIVATE_KEY,
    SCHEME,
    signed,
    unsigned,
)
from tests.domain.credentials.test_canonical import minimal
from tests.domain.credentials.test_independent import ORDINARY, every_term

ODD = [
    "Siti Aminah O'Neil",
    'a "quoted" \\ name',
    "tab\tline\nreturn\r",
    "漢字 カナ 한국어",
    "أمينة",
    "🙂\u2028\u2029\ufeff",
    "Z\u0308a\u0300",
    "\ud7ff\ue000\ufffd\U0001f600\U0010fffd",
    "<http://x> . _:c14n1 ^^",
    "%s {} \\u0041 \\",
    " ",
    "é",
    "e\u0301",
    "~",
    "_:z",
]


def scheme(number: int, lines: int) -> Achievement:
    """Make a version of the scheme whose sheet has so many lines, so that labels pass from one to three digits."""
    levels = tuple(Level(code=str(place), name=f"Level {place}", description="") for place in range(4))
    return replace(
        SCHEME,
        id=f"{ORIGIN}/schemes/las-smaw/{number}",
        description=ODD[number % len(ODD)],
        practical=tuple(
            PracticalCriterion(
                rubric=f"r {place % 3}",
                code=f"line/{place}",
                name=f"Line {place}",
                levels=levels,
                required_level="1" if place % 2 else None,
                codes=SCHEME.practical[0].codes if place % 4 == 0 else (),
            )
            for place in range(lines)
        ),
    )


def drawn(draw: random.Random, achievement: Achievement) -> dict[str, Any]:
    """Draw a certificate: odd and equal texts, members that are left out, results of every kind."""

    def text() -> str:
        return draw.choice(ODD) + draw.choice(["", "", str(draw.randrange(3)), draw.choice(ODD)])

    def number() -> int:
        return draw.choice([0, 9, 10, 131_071, 131_072, draw.randrange(400_000)])

    first = FIRST_DAY + timedelta(days=draw.randrange(3))
    offered = {unit.code: sorted(unit.methods) for unit in achievement.units}
    units = draw.sample(sorted(offered), draw.randint(1, len(offered)))
    return unsigned(
        id=f"{ORIGIN}/v/{draw.choice(['0', 'a', 'z'])}{draw.randrange(20)}",
        number=text(),
        title=text(),
        description=text(),
        issuer_name=text(),
        achievement=achievement,
        recipient=Recipient(name=text()),
        proofs=tuple(
            UnitProof(
                code=code,
                level=draw.choice(["competent", "not-yet-competent"]),
                methods=frozenset(draw.sample(offered[code], draw.randint(1, len(offered[code])))),
                written=draw.choice([None, (Fraction(draw.randrange(41)), Fraction(40))]),
            )
            for code in units
        ),
        validity=validity_of_days(first, draw.choice([None, LAST_DAY]), JAKARTA),
        statuses=[StatusEntry(purpose=purpose, index=number()) for purpose in StatusPurpose],
        not_iso_9606=draw.choice([True, False]),
        active=draw.choice([None, (first, first), (date(2026, 1, 1), first)]),
        practical=tuple(
            PracticalResult(
                rubric=line.rubric,
                code=line.code,
                level=draw.choice("0123"),
                value=draw.choice(["", "0.3 mm", "0.3 mm", text()]),
            )
            for line in achievement.practical
            if achievement.practical[0] is line or draw.random() < 0.95
        ),
        evidence=tuple(
            EvidencePiece(name=text(), genre="photo", sha256=bytes([draw.randrange(3)]) * 32)
            for _ in range(draw.choice([0, 0, 1, 2]))
        ),
        terms=draw.choice([None, Terms(url=f"{achievement.id}#terms", text=text())]),
    )


@pytest.mark.parametrize("lines", [1, 3, 40])
def test_hundreds_of_certificates_are_filled_in_as_the_full_path_writes_them(lines: int) -> None:
    draw = random.Random(lines)  # drawn to be the same in each run
    templates = Templates()
    schemes = [scheme(1, lines), scheme(2, lines)]
    known = 0
    for _ in range(50):
        shape = drawn(draw, draw.choice(schemes))
        for _ in range(5):
            document = redrawn(draw, shape)
            known += templates.knows(document)
            assert templates.canonical(document) == canonical_bytes(document)
    assert known >= 180  # of 250; the first of each shape has no template yet


def redrawn(draw: random.Random, document: dict[str, Any]) -> dict[str, Any]:
    """Return a document of the same shape with other texts, some of them equal, and other levels."""
    other = deepcopy(document)
    subject = other["credentialSubject"]
    other |= {name: draw.choice(ODD) for name in ("name", "description")}
    other["id"] = f"{ORIGIN}/{draw.choice(['a', 'schemes/z', 'v/1', 'zz'])}/{draw.randrange(99)}"
    subject["licenseNumber"] = other["issuer"]["name"] = draw.choice(ODD)
    subject["identifier"][0]["identityHash"] = draw.choice(ODD)
    for result in subject["result"]:
        for name in ("achievedLevel", "value"):
            if name in result:
                result[name] = draw.choice([result[name], result[name] + "1", draw.choice(ODD)])
    return other


def test_any_other_document_is_canonicalised_alike_the_first_time_and_again() -> None:
    templates = Templates()
    documents: list[dict[str, Any]] = [document for _, document in every_term() if "proof" not in document]
    documents = [document for document in documents if "verifiableCredential" not in document]
    documents += [signed(), ORDINARY, unsigned(), minimal(), minimal(name=["A", "B", "A"]), minimal(name=True)]
    known = 0
    for document in documents:
        for _ in range(3):
            assert templates.canonical(document) == canonical_bytes(document)
        known += templates.knows(document)
    assert known > 300


def test_a_document_with_a_proof_inside_takes_the_full_path() -> None:
    templates = Templates()
    for _ in range(2):
        assert templates.canonical(signed()) == canonical_bytes(signed())
    assert not templates.knows(signed())


def evidence(*names: str) -> list[dict[str, Any]]:
    return [{"type": ["Evidence"], "name": name, "genre": "photo"} for name in names]


SCHEME_ID = SCHEME.id


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"name": ["A", "B"]}, {"name": ["A", "A"]}),
        ({"id": f"{ORIGIN}/v/1"}, {"id": SCHEME_ID}),
        ({"id": f"{ORIGIN}/v/1"}, {"id": f"{SCHEME_ID}#C.25LAS01.001.1"}),
        ({"id": f"{ORIGIN}/v/1"}, {"id": DID}),
        ({"name": "A"}, {"name": MARK + "1"}),
        ({"name": "A"}, {"name": f"<{MARK}0>"}),
    ],
)
def test_texts_that_make_parts_alike_give_what_the_full_path_gives(
    before: dict[str, Any], after: dict[str, Any]
) -> None:
    templates = Templates()
    templates.canonical(unsigned() | before)
    assert templates.knows(unsigned() | after)
    assert templates.canonical(unsigned() | after) == canonical_bytes(unsigned() | after)


def test_a_mark_in_the_first_document_leaves_its_shape_without_a_template() -> None:
    templates = Templates()
    for name in (f"{MARK}3", "A"):
        document = unsigned(achievement=replace(SCHEME, name=f"{MARK}3"), title=name)
        assert templates.canonical(document) == canonical_bytes(document)
        assert not templates.knows(document)


@pytest.mark.parametrize(
    "members",
    [
        {"name": "\x00"},
        {"name": "\ud800"},
        {"name": "\ufffe"},
        {"id": "relative"},
        {"id": "_:b0"},
        {"id": "urn:<x>"},
        {"validFrom": "\x1f"},
        {"evidence": evidence("A", "A")},
        {"credentialStatus": [{"id": "x"}]},
    ],
)
def test_what_the_full_path_refuses_is_refused_with_the_same_words(members: dict[str, Any]) -> None:
    templates = Templates()
    templates.canonical(unsigned())
    templates.canonical(unsigned() | {"evidence": evidence("A", "B")})
    with pytest.raises(Invalid) as full:
        canonical_bytes(unsigned() | members)
    for _ in range(2):
        with pytest.raises(Invalid) as ours:
            templates.canonical(unsigned() | members)
        assert str(ours.value) == str(full.value)


def test_a_term_that_is_not_defined_is_refused_in_a_known_certificate() -> None:
    templates = Templates()
    templates.canonical(unsigned())
    for place in ("grade", "@id"):
        with pytest.raises(UndefinedTerm):
            templates.canonical(unsigned() | {place: "A"})


def test_nesting_has_a_limit() -> None:
    node: dict[str, Any] = {"type": "Profile", "name": "A"}
    for _ in range(5000):
        node = {"type": "Profile", "parentOrg": node}
    with pytest.raises(Invalid, match="levels"):
        Templates().canonical(minimal(issuer=node))


def test_one_and_true_are_told_apart_wherever_they_stand() -> None:
    templates = Templates()
    for credits in (1, True, 1.0, 2.5, "1"):
        for achievement in ({"id": "urn:x:1", "type": "Achievement", "version": credits},):
            document = minimal(credentialSubject={"type": "AchievementSubject", "achievement": achievement})
            assert templates.canonical(document) == canonical_bytes(document)
        plain = minimal(name=credits)
        assert templates.canonical(plain) == canonical_bytes(plain)


def test_a_changed_achievement_is_seen() -> None:
    templates = Templates()
    document = unsigned()
    templates.canonical(document)
    document["credentialSubject"]["achievement"]["name"] = "Another"
    assert templates.canonical(document) == canonical_bytes(document)


def test_an_achievement_that_is_vouched_for_gives_the_same() -> None:
    templates = Templates()
    described = describe(SCHEME)
    templates.vouch(described)
    for name in ODD:
        document = unsigned(described=described, recipient=Recipient(name=name))
        assert templates.canonical(document) == canonical_bytes(document)
    assert templates.knows(unsigned(recipient=Recipient(name="One more")))


def test_more_shapes_and_schemes_than_are_kept_change_nothing() -> None:
    templates = Templates()
    for number in range(140):
        document = unsigned(achievement=scheme(number, 1), practical=())
        for _ in range(2):
            assert templates.canonical(document) == canonical_bytes(document)


def test_a_proof_made_with_templates_is_the_same_proof() -> None:
    templates = Templates()
    for name in ODD:
        document = unsigned(recipient=Recipient(name=name))
        ours, full = (
            add_proof(document, verification_method=KEY_ID, created=NOW, sign=PRIVATE_KEY.sign, **way)  # type: ignore[arg-type]  # the way goes through by name
            for way in ({"canonical": templates.canonical}, {})
        )
        assert ours == full
