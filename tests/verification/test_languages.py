"""Nine languages: page, dates and verdicts in each, chosen by the browser or by `?lang=`, without a cookie."""

from datetime import date

import pytest
from sqlalchemy import select

from assessment.domain.language import PUBLIC_LANGUAGES, chosen_language
from assessment.schemes.tables import SchemeText, SchemeUnit
from assessment.standards.tables import CompetencyText
from tests.factories.verification import DRAWN_ANEW, STATES, House, open_house
from tests.factories.visitors import writing_on
from tests.fixtures.measuring import count_statements
from tests.fixtures.sites import Site
from tests.verification.test_show import text_of

DATES = {
    "id": "14 Maret 2026",
    "en": "14 March 2026",
    "ja": "2026年3月14日",
    "ko": "2026년 3월 14일",
    "zh-Hans": "2026年3月14日",
    "zh-Hant": "2026年3月14日",
    "de": "14. März 2026",
    "ar": "14 مارس 2026",
    "ms": "14 Mac 2026",
}
VERDICTS = {
    "valid": ("有効", "유효", "有效", "有效", "Gültig", "صالحة", "Sah"),
    "revoked": ("取消", "취소", "已撤销", "已撤銷", "Widerrufen", "ملغاة", "Dibatalkan"),
    "forged": ("偽造", "위조", "伪造", "偽造", "Gefälscht", "مزوّرة", "Palsu"),
}
OTHERS = ("ja", "ko", "zh-Hans", "zh-Hant", "de", "ar", "ms")


@pytest.fixture
def house(site: Site) -> House:
    return open_house(site)


@pytest.mark.parametrize(
    ("accepted", "chosen"),
    [
        (["ja-JP", "en"], "ja"),
        (["zh-CN"], "zh-Hans"),
        (["zh"], "zh-Hans"),
        (["zh-TW"], "zh-Hant"),
        (["zh-HK"], "zh-Hant"),
        (["zh-Hant-CN"], "zh-Hant"),
        (["zh-Hans-TW"], "zh-Hans"),
        (["fr", "de-AT"], "de"),
        (["ar-EG"], "ar"),
        (["ms-MY"], "ms"),
        (["in"], "id"),
        (["EN_us"], "en"),
        (["fr", "sw"], None),
        (["", "-", "*"], None),
        ([], None),
    ],
)
def test_a_browser_gets_the_first_language_that_it_accepts(accepted: list[str], chosen: str | None) -> None:
    assert chosen_language(accepted, PUBLIC_LANGUAGES) == chosen


def test_every_language_has_its_words_and_its_dates(site: Site, house: House) -> None:
    client = site.client()
    for state, words in VERDICTS.items():
        made = house.make(**STATES[state])
        for code, word in zip(OTHERS, words, strict=True):
            response = client.get(f"/v/{made.public_id}?lang={code}")
            assert f'<html lang="{code}" dir="{"rtl" if code == "ar" else "ltr"}"' in response.text
            assert f"<h1>{word}</h1>" in response.text, (state, code)
            assert "Set-Cookie" not in response.headers
    made = house.make(decided=date(2026, 3, 14))
    for code, written in DATES.items():
        assert written in client.get(f"/v/{made.public_id}?lang={code}").text, code


def test_the_browser_chooses_and_the_address_overrules(site: Site, house: House) -> None:
    made = house.make()
    for wished, got in {"zh-TW,zh;q=0.9": "zh-Hant", "ar;q=0.8,fr": "ar", "de;q=0, ms": "ms"}.items():
        response = site.client().get(f"/v/{made.public_id}", headers={"Accept-Language": wished})
        assert f'<html lang="{got}"' in response.text, wished
        response = site.client().get(f"/v/{made.public_id}?lang=ko", headers={"Accept-Language": wished})
        assert '<html lang="ko"' in response.text
        assert "Accept-Language" in response.headers["Vary"]


def test_a_translation_that_nobody_has_reviewed_says_so(site: Site, house: House) -> None:
    made = house.make()
    for address in (f"/v/{made.public_id}", "/verify"):
        assert "noch nicht von einem Muttersprachler geprüft" in site.client().get(f"{address}?lang=de").text
        for code in ("en", "id"):
            text = site.client().get(f"{address}?lang={code}").text
            assert "native speaker" not in text
            assert "penutur asli" not in text


def test_names_and_numbers_keep_their_direction_in_arabic(site: Site, house: House) -> None:
    made = house.make()
    html = site.client().get(f"/v/{made.public_id}?lang=ar").text
    assert "<b><bdi>Siti Contoh</bdi></b>" in html
    assert f"<bdi>{made.number}</bdi>" in html
    assert "\u2068CONTOH-LSP-001\u2069" in html
    assert "\u2068" not in site.client().get(f"/v/{made.public_id}?lang=en").text


def test_what_has_no_words_in_a_language_is_told_in_marked_english(site: Site, house: House) -> None:
    data = {"way": "text", "text": "{}"}
    german = site.client().post("/verify?lang=de", data=data).text
    assert "In technischem Englisch:" in german
    assert '<bdi lang="en" dir="ltr">' in german
    english = site.client().post("/verify?lang=en", data=data).text
    assert "In technical English" not in english


def test_a_title_that_we_translated_is_labelled_so(site: Site, house: House) -> None:
    made = house.make()
    client = site.client()
    assert "当方の訳" not in client.get(f"/v/{made.public_id}?lang=ja", headers=DRAWN_ANEW).text
    with writing_on(site, body_id=house.body_id) as session:
        version = house.scheme.scheme_version_id
        session.add(
            SchemeText(body_id="las", scheme_version_id=version, language="ja", title="板溶接工 SMAW", summary="")
        )
        unit_id = session.scalar(select(SchemeUnit.unit_id).where(SchemeUnit.scheme_version_id == version))
        session.add(CompetencyText(body_id="las", competency_id=unit_id, language="ja", statement="板と板の溶接"))
    text = text_of(client.get(f"/v/{made.public_id}?lang=ja").text)
    assert "Plate welder SMAW 板溶接工 SMAW (当方の訳)" in text
    assert "板溶接工" not in client.get(f"/v/{made.public_id}?lang=ko").text
    assert "板溶接工" not in client.get(f"/v/{made.public_id}?lang=en").text
    with count_statements(site.engine) as statements:
        client.get(f"/v/{made.public_id}?lang=ja", headers=DRAWN_ANEW)
    assert 0 < len(statements) <= 12, statements


def test_a_refusal_speaks_the_readers_language(site: Site, house: House) -> None:
    body = b"way=text&text=" + b"x" * (17 * 1024 * 1024)
    response = site.client().post("/verify?lang=ko", data=body, content_type="application/x-www-form-urlencoded")
    assert response.status_code == 413
    assert "너무 큽니다" in text_of(response.text)
    for _ in range(11):
        data = {"way": "number", "number": "LAS-1", "birth_date": "1999-01-01"}
        response = site.client().post("/verify?lang=ja", data=data)
    assert response.status_code == 429
    assert "15分待ってから" in text_of(response.text)
