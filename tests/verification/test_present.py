"""What the page shows, from values alone."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from assessment.credentials.certificate import CRITERIA as ISSUED_CRITERIA
from assessment.domain.credentials.json_text import write_object
from assessment.domain.credentials.verdict import Verdict
from assessment.domain.credentials.verify import verify
from assessment.verification.on_device import name_forms
from assessment.verification.page import Language, Page, Registry
from assessment.verification.present import present, present_absence, visible
from assessment.verification.sentences import CHECKS, CRITERIA, SAID, CheckState, State
from tests.domain.credentials.certificates import NOW, PUBLIC_KEY, SCHEME, code_text, signed, sources

ENGLISH = Language(
    code="en",
    say=str,
    day=lambda day: f"{day:%d %B %Y}",
    moment=lambda at: f"{at:%d %B %Y}",
    clock=lambda at: f"{at:%H:%M}",
)
REGISTRY = Registry(
    issuer_city="Jakarta",
    licence=("Authority", "7"),
    licensed=True,
    decided_on=date(2026, 11, 24),
    deciders=3,
    outside_deciders=0,
    one_roof=False,
    sample=False,
)


def page_of(content: bytes | str | None = None, registry: Registry | None = None, **options: Any) -> Page:
    verification = verify(content or write_object(signed()), now=NOW, sources=sources())
    arguments: dict[str, Any] = {"now": NOW, "host": "teruji.example", "language": ENGLISH}
    return present(verification, registry, **(arguments | options))


def test_every_state_has_its_texts_and_every_check_its_label() -> None:
    assert SAID.keys() == set(State)
    assert set(Verdict) <= {State(state) for state in Verdict}
    verification = verify(write_object(signed()), now=NOW, sources=sources())
    assert {check.name for check in verification.checks} <= CHECKS.keys()


def test_units_say_their_level_and_how_they_were_proved() -> None:
    assert [(unit.code, unit.level, unit.methods) for unit in page_of().units] == [
        ("C.25LAS01.001.1", "Competent", "written test"),
        ("C.25LAS01.029.1", "Competent", "observed at work, product examined"),
    ]


def test_the_readers_language_decides_which_title_is_shown() -> None:
    indonesian = page_of(language=replace(ENGLISH, code="id"))
    assert "Juru las pelat SMAW" in indonesian.sentence
    assert indonesian.units[0].name == "Menyiapkan tempat kerja"
    assert indonesian.title == "Rekaman Uji"
    assert page_of().title == "Record of assessment"


def test_the_label_of_a_sample_leaves_the_sentence_and_stands_by_itself() -> None:
    scheme = replace(
        SCHEME, name="Sample, not a BNSP scheme: Plate welder", source_name="Contoh, bukan skema BNSP: Juru las"
    )
    page = page_of(write_object(signed(achievement=scheme)))
    assert "<bdi>Plate welder</bdi>" in page.sentence
    assert page.sample == "Sample, not a BNSP scheme"


def test_a_code_says_what_it_holds() -> None:
    page = page_of(code_text())
    assert "SITI AMINAH ONEIL" in page.sentence
    assert ("Born in", "1999") in page.dates
    assert (page.units, page.on_device) == ((), None)


@pytest.mark.parametrize(
    ("registry", "said"),
    [
        (REGISTRY, "valid on the day of the decision: Authority, number 7"),
        (replace(REGISTRY, licensed=False), "not of the national authority"),
        (replace(REGISTRY, licence=None), "no licence for this scheme is on record"),
    ],
)
def test_the_licence_is_that_of_the_day(registry: Registry, said: str) -> None:
    assert said in dict(page_of(registry=registry).behind)["Licence"]


def test_the_number_of_deciders_and_those_from_outside_are_said() -> None:
    assert "by 3 members; none of them" in dict(page_of(registry=REGISTRY).behind)["Decision"]
    outside = replace(REGISTRY, outside_deciders=1)
    assert "by 3 members, 1 of them from outside" in dict(page_of(registry=outside).behind)["Decision"]
    assert page_of(registry=replace(REGISTRY, one_roof=True)).one_roof


def test_the_moment_bears_its_zone() -> None:
    zones = {
        UTC: "03:00 (UTC)",
        timezone(timedelta(hours=7)): "10:00 (UTC+7)",
        timezone(timedelta(hours=-3, minutes=-30)): "23:30 (UTC-3:30)",
    }
    for zone, said in zones.items():
        assert said in page_of(now=NOW.astimezone(zone)).checked


def test_what_may_be_absent_is_not_a_gap() -> None:
    page = page_of()
    assert [check.state for check in page.checks if check.state is not CheckState.PASSED] == [CheckState.ABSENT]
    assert page.checks_summary == "Technical checks: 12 passed, 1 not applicable"


def test_the_device_gets_what_the_code_must_say_and_no_more() -> None:
    data = page_of(keys={"did:web:localhost%3A8000:b:las#2026": PUBLIC_KEY}).on_device
    assert data is not None
    assert data.as_json().keys() == {
        "v", "issuer", "id", "keys", "names", "scheme", "first_day", "last_day", "digest",
    }  # fmt: skip
    assert (data.keys.keys(), data.last_day) == ({"2026"}, (date(2029, 11, 23) - date(1970, 1, 1)).days)


def test_a_name_has_every_form_that_a_code_may_give_it() -> None:
    assert name_forms("Siti Contoh") == ["SITI CONTOH"]
    forms = name_forms("Muhammad Rahmatullah Bin Abdurrahman Contoh")
    assert (len(forms[0]), len(forms[-1])) == (39, 24)


def test_absence_shows_no_certificate() -> None:
    for state in (State.ERASED, State.MISSING):
        page = present_absence(state, now=datetime(2026, 1, 1, tzinfo=UTC), host="h", language=ENGLISH)
        assert (page.units, page.behind, page.checks, page.dates) == ((), (), (), ())


@pytest.mark.parametrize(
    ("text", "seen"),
    [("Siti", "Siti"), ("a\u202eb", "a\ufffdb"), ("a\nb", "a b"), ("a\x1b[0m", "a\ufffd[0m"), ("Ñ 王", "Ñ 王")],
)
def test_invisible_characters_are_made_visible(text: str, seen: str) -> None:
    assert visible(text) == seen


def test_the_criteria_of_our_certificates_are_translated() -> None:
    assert CRITERIA == ISSUED_CRITERIA
