"""`/v/<id>`: every verdict as a page and as JSON, without a cookie, in both languages."""

import json
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest

from assessment.accounts.tables import Party
from tests.factories.verification import STATES, House, open_house
from tests.fixtures.measuring import count_statements
from tests.fixtures.sites import Site

WORDS = {
    "valid": ("Valid", "Berlaku"),
    "expired": ("Expired", "Kedaluwarsa"),
    "suspended": ("Suspended", "Dibekukan sementara"),
    "revoked": ("Revoked", "Dicabut"),
    "superseded": ("Replaced by a newer one", "Diganti yang lebih baru"),
    "not_yet_valid": ("Not yet valid", "Belum berlaku"),
    "cannot_check": ("Cannot be checked now", "Belum dapat diperiksa"),
    "forged": ("Forged", "Palsu"),
    "erased": ("Erased", "Dihapus"),
}
SENTENCES = {
    "valid": "Siti Contoh passed Plate welder SMAW on 14 March 2026.",
    "expired": "Siti Contoh passed Plate welder SMAW on 14 March 2023. The certificate has run out since.",
    "suspended": "The certificate of Siti Contoh for Plate welder SMAW is on hold.",
    "revoked": "The certificate of Siti Contoh for Plate welder SMAW was withdrawn.",
    "superseded": "A newer certificate has taken the place of this one of Siti Contoh for Plate welder SMAW.",
    "not_yet_valid": "The certificate of Siti Contoh for Plate welder SMAW begins on 5 January 2027.",
    "cannot_check": "Whether the certificate of Siti Contoh for Plate welder SMAW still holds cannot be said",
    "forged": "This is not what the issuer signed.",
    "erased": "The holder's data was erased; nothing can be shown.",
}


def text_of(html: str) -> str:
    """What a reader sees of a page, in one line."""
    body = re.sub(r"<(script|style)\b.*?</\1>", "", html, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", "", re.sub(r"</(p|h1|h2|h3|li|dd|dt|div)>", " ", body))).split())


@pytest.fixture
def house(site: Site) -> House:
    return open_house(site)


def test_each_verdict_has_its_page_in_both_languages(site: Site, house: House) -> None:
    client = site.client()
    for state, wanted in STATES.items():
        made = house.make(**wanted)
        english = client.get(f"/v/{made.public_id}?lang=en")
        indonesian = client.get(f"/v/{made.public_id}?lang=id")
        assert (english.status_code, indonesian.status_code) == (200, 200)
        assert f"<h1>{WORDS[state][0]}</h1>" in english.text
        assert f"<h1>{WORDS[state][1]}</h1>" in indonesian.text
        assert SENTENCES[state] in text_of(english.text)
        assert SENTENCES[state] not in text_of(indonesian.text)
        assert '<html lang="en"' in english.text
        assert '<html lang="id"' in indonesian.text


def test_each_verdict_is_told_to_programs(site: Site, house: House) -> None:
    for state, wanted in STATES.items():
        made = house.make(**wanted)
        response = site.client().get(f"/v/{made.public_id}", headers={"Accept": "application/json"})
        answer = json.loads(response.data)
        assert response.mimetype == "application/json"
        assert (answer["v"], answer["id"], answer["verdict"]) == (1, made.public_id, state)
        assert answer["as_of"] == "2026-12-01T10:00:00+07:00"
        shown = state not in ("forged", "erased")
        assert answer["credential"] == (made.document if shown else None)
        assert answer["number"] == (made.number if shown else None)
        assert bool(answer["clocks"]) == shown
        if state != "erased":
            names = {check["name"]: check for check in answer["checks"]}
            assert names["tlog_proof"] == {"name": "tlog_proof", "ok": None, "reason": "not present"}
            assert all(check["reason"] for check in answer["checks"])


def test_the_page_says_what_was_proved_how_and_by_whom(site: Site, house: House) -> None:
    text = text_of(site.client().get(f"/v/{house.make().public_id}?lang=en").text)
    assert "Weld plate to plate, groove" in text
    assert "C.25LAS01.029.1 · observed at work, product examined" in text
    assert "Process SMAW (111)" in text
    assert "Issuer LSP Contoh las, Jakarta" in text
    assert "valid on the day of the decision: Otoritas Contoh, number CONTOH-LSP-001" in text
    assert "by 3 members, 1 of them from outside; none of them trained, watched or assessed the holder" in text
    assert "a welder's qualification by ISO 9606-1" in text
    assert "EPS-TOPIK" in text
    assert "10:00 WIB (UTC+7)" in text
    assert f"Check that the address is {site.settings.host}." in text
    assert "never asks for a login, a payment or an e‑mail address" in text


def test_a_failed_signature_shows_no_content(site: Site, house: House) -> None:
    made = house.make(forged=True)
    html = site.client().get(f"/v/{made.public_id}").text
    assert not any(secret in html for secret in ("Siti", "LAS-SMAW", made.number, "welder"))


def test_no_cookie_is_set_nor_asked_for(site: Site, house: House) -> None:
    made = house.make()
    client = site.client()
    client.set_cookie("session", "nonsense")
    client.set_cookie("lang", "id")
    for address in (f"/v/{made.public_id}?lang=en", "/verify?lang=en", "/v/0000000000000000?lang=en"):
        response = client.get(address)
        assert "Set-Cookie" not in response.headers, address
        assert "cookie" not in response.headers["Vary"].lower(), address
    answered = client.post(f"/v/{made.public_id}/document", data={"last_four": "4567"})
    assert "Set-Cookie" not in answered.headers
    assert "cookie" not in answered.headers["Vary"].lower()


def test_caches_may_keep_it_for_a_minute(site: Site, house: House) -> None:
    response = site.client().get(f"/v/{house.make().public_id}")
    assert response.headers["Cache-Control"] == "public, max-age=60"
    assert {"Accept", "Accept-Language"} <= {part.strip() for part in response.headers["Vary"].split(",")}
    assert "no-store" in site.client().get("/v/0000000000000000").headers["Cache-Control"]


def test_the_language_is_the_browsers_and_english_for_the_rest(site: Site, house: House) -> None:
    made = house.make()
    wished = {
        "id-ID,id;q=0.9": "id",
        "en-GB": "en",
        "ja-JP": "ja",
        "ko;q=0.9, id;q=0.5": "ko",
        "fr, sw": "en",
        "": "en",
    }
    for header, got in wished.items():
        response = site.client().get(f"/v/{made.public_id}", headers={"Accept-Language": header})
        assert f'<html lang="{got}"' in response.text, header


def test_the_switch_shows_each_language_in_itself(site: Site, house: House) -> None:
    made = house.make()
    html = site.client().get(f"/v/{made.public_id}?lang=en").text
    assert f'<a href="/v/{made.public_id}?lang=id" lang="id" hreflang="id">Bahasa Indonesia</a>' in html
    assert '<b lang="en" aria-current="true">English</b>' in html


def test_an_unknown_address_is_not_a_forgery(site: Site, house: House) -> None:
    response = site.client().get("/v/0000000000000000?lang=en")
    assert response.status_code == 404
    text = text_of(response.text)
    assert "No certificate has this address." in text
    assert "That alone does not make a paper a forgery" in text
    answer = site.client().get("/v/0000000000000000", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json["verdict"]) == (404, "unknown")


def test_an_impossible_address_is_not_found(site: Site, house: House) -> None:
    for address in ("short", "0" * 17, "../etc/passwd", "%00" * 16, "u" * 16, "é" * 16):
        assert site.client().get(f"/v/{address}").status_code == 404, address


def test_an_address_typed_from_paper_is_understood(site: Site, house: House) -> None:
    made = house.make()
    typed = made.public_id.upper().replace("0", "O").replace("1", "I")
    response = site.client().get(f"/v/{typed}?lang=en")
    assert (response.status_code, response.headers["Location"]) == (302, f"/v/{made.public_id}?lang=en")


def test_looking_for_addresses_is_slowed_down(site: Site, house: House) -> None:
    client = site.client()
    statuses = {client.get(f"/v/{number:016}").status_code for number in range(61)}
    assert statuses == {404, 429}
    assert client.get(f"/v/{house.make().public_id}").status_code == 200


def test_a_page_takes_few_statements(site: Site, house: House) -> None:
    for state in ("valid", "revoked", "erased"):
        made = house.make(**STATES[state])
        with count_statements(site.engine) as taken:
            assert site.client().get(f"/v/{made.public_id}").status_code == 200
        assert len(taken) <= 12, taken


def test_head_answers_without_a_body(site: Site, house: House) -> None:
    response = site.client().head(f"/v/{house.make().public_id}")
    assert (response.status_code, response.data) == (200, b"")


def named(name: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """A document in which the holder's name was replaced before it was signed."""

    def change(document: dict[str, Any]) -> dict[str, Any]:
        document["credentialSubject"]["identifier"][0]["identityHash"] = name
        return document

    return change


def test_a_hostile_name_is_only_text(site: Site, house: House) -> None:
    made = house.make(document=named("<script>alert(1)</script> %(name)s {{ 7*7 }}"))
    html = site.client().get(f"/v/{made.public_id}?lang=en").text
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; %(name)s {{ 7*7 }}" in html


def test_a_turning_mark_in_a_name_is_made_visible(site: Site, house: House) -> None:
    made = house.make(document=named("Siti \u202egnoC\u200b"))
    html = site.client().get(f"/v/{made.public_id}?lang=en").text
    assert "<bdi>Siti \ufffdgnoC\ufffd</bdi>" in html
    assert "\u202e" not in html


def test_the_policy_allows_exactly_what_stands_in_the_page(site: Site, house: House) -> None:
    response = site.client().get(f"/v/{house.make().public_id}")
    policy = response.headers["Content-Security-Policy"]
    assert policy.count("'sha256-") == response.text.count("<style>") + response.text.count('<script type="module">')
    assert "unsafe" not in policy
    assert "script-src 'sha256-" in policy
    assert "style-src 'sha256-" in policy
    assert "connect-src" not in policy
    assert policy.startswith("default-src 'none'")
    assert not re.search(r"\son[a-z]+=|style=", response.text)
    assert not re.search(r'(src|href)="(https?:)?//(?!localhost)', response.text)


def test_a_sample_is_marked(site: Site, house: House) -> None:
    assert "Sample, not a BNSP scheme" in site.client().get(f"/v/{house.make().public_id}?lang=en").text


def test_the_page_tells_no_birth_year(site: Site, house: House) -> None:
    assert "1999" not in site.client().get(f"/v/{house.make().public_id}?lang=en").text


def test_the_end_of_the_passport_is_compared(site: Site, house: House) -> None:
    made = house.make()
    for typed, answer in {"4567": "Yes", "4568": "No", "x123": "No", "": "No", "12345": "No"}.items():
        response = site.client().post(f"/v/{made.public_id}/document?lang=en", data={"last_four": typed})
        assert response.status_code == 200
        assert f"{answer}, the passport" in response.text, typed
        assert response.headers["Cache-Control"] == "no-store"


def test_guessing_the_passport_is_stopped(site: Site, house: House) -> None:
    made = house.make()
    client = site.client()
    for _ in range(5):
        client.post(f"/v/{made.public_id}/document?lang=en", data={"last_four": "0000"})
    response = client.post(f"/v/{made.public_id}/document?lang=en", data={"last_four": "4567"})
    assert response.status_code == 429
    assert "Too many tries" in response.text
    assert "Yes, the passport" not in response.text


def test_no_passport_is_compared_where_nothing_is_shown(site: Site, house: House) -> None:
    for state in ("erased", "forged"):
        made = house.make(**STATES[state])
        response = site.client().post(f"/v/{made.public_id}/document", data={"last_four": "4567"})
        assert response.status_code == 303
    assert site.client().post("/v/0000000000000000/document", data={}).status_code == 404


def test_a_body_that_trained_the_holder_says_so(site: Site) -> None:
    house = open_house(site, party=Party.P1)
    assert "first party" not in site.client().get(f"/v/{house.make().public_id}?lang=en").text
    assert "first party" in site.client().get(f"/v/{house.make(trained=True).public_id}?lang=en").text
