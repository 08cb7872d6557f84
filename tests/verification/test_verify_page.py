"""`/verify`: by number and birth date, by file, by the code's text."""

from dataclasses import replace

import pytest
from werkzeug.test import TestResponse

from assessment.domain.credentials.json_text import write_object
from tests.domain.credentials.certificates import code_text, signed
from tests.factories.verification import BIRTH_DATE, STATES, House, open_house
from tests.fixtures.measuring import count_statements
from tests.fixtures.sites import Site
from tests.fixtures.work import Work, differences, work_of


@pytest.fixture
def house(site: Site) -> House:
    return open_house(site)


def by_number(site: Site, number: str, born: str = BIRTH_DATE.isoformat()) -> TestResponse:
    data = {"way": "number", "number": number, "birth_date": born}
    return site.client().post("/verify?lang=en", data=data)


def by_file(site: Site, content: bytes, address: str = "127.0.0.1") -> TestResponse:
    # Written by hand: the test client would leave large uploads in open temporary files.
    edge = "--edge\r\nContent-Disposition: form-data; name="
    start = f'{edge}"way"\r\n\r\nfile\r\n{edge}"file"; filename="file"\r\n\r\n'.encode()
    body = start + content + b"\r\n--edge--\r\n"
    return site.client().post(
        "/verify?lang=en",
        data=body,
        content_type="multipart/form-data; boundary=edge",
        environ_base={"REMOTE_ADDR": address},
    )


def by_text(site: Site, text: str) -> TestResponse:
    return site.client().post("/verify?lang=en", data={"way": "text", "text": text})


def test_the_form_is_there_in_both_languages(site: Site, house: House) -> None:
    assert "Check a certificate" in site.client().get("/verify?lang=en").text
    assert "Periksa sertifikat" in site.client().get("/verify?lang=id").text


def test_number_and_birth_date_lead_to_the_certificate(site: Site, house: House) -> None:
    made = house.make()
    response = by_number(site, f" {made.number.lower()} ")
    assert (response.status_code, response.headers["Location"]) == (303, f"/v/{made.public_id}?lang=en")


def test_a_wrong_number_and_a_wrong_date_get_one_answer(site: Site, house: House) -> None:
    made = house.make()
    erased = house.make(erased=True)
    answers = [
        by_number(site, made.number, "1999-05-18"),
        by_number(site, "LAS-2026-999999"),
        by_number(site, erased.number),
    ]
    assert {answer.status_code for answer in answers} == {422}
    texts = {
        answer.text.replace(number, "")
        for answer, number in zip(answers, (made.number, "LAS-2026-999999", erased.number), strict=True)
    }
    assert len({text.replace("1999-05-18", "1999-05-17") for text in texts}) == 1
    assert "No certificate has this number together with this date of birth" in answers[0].text


def test_the_time_does_not_tell_which_was_wrong(site: Site, house: House) -> None:
    made, erased = house.make(), house.make(erased=True)
    unknown = made.number[:-1] + ("0" if made.number[-1] != "0" else "1")

    def work(number: str) -> Work:
        done = work_of(site, lambda: by_number(site, number, "1999-05-18"))
        rows = [each for each in done.statements if "credential_intent.number = " not in each[0]]
        assert len(rows) == len(done.statements) - 1
        return replace(done, statements=rows)  # but for the row itself, which an index finds

    for _ in range(2):  # what is compiled once, and the first try of each, does not differ afterwards
        wrong_date, *others = [work(number) for number in (made.number, unknown, erased.number)]
    assert wrong_date.status == 422
    assert len(wrong_date.statements) > 3
    assert [differences(wrong_date, each) for each in others] == [[], []]


def test_guessing_birth_dates_is_stopped(site: Site, house: House) -> None:
    made = house.make()
    for day in range(1, 11):
        assert by_number(site, made.number, f"1998-01-{day:02}").status_code == 422
    assert by_number(site, made.number).status_code == 429


def test_what_is_missing_is_named(site: Site, house: House) -> None:
    for data in ({"way": "number"}, {"way": "file"}, {"way": "text"}):
        response = site.client().post("/verify?lang=en", data=data)
        assert response.status_code == 422
        assert 'aria-invalid="true"' in response.text
    assert by_number(site, "LAS-2026-001000", "17 May").status_code == 422
    assert site.client().post("/verify").status_code == 422


def test_a_file_and_a_code_are_judged_like_the_address(site: Site, house: House) -> None:
    for state, wanted in STATES.items():
        if state == "erased":
            continue
        made = house.make(**wanted)
        page = site.client().get(f"/v/{made.public_id}?lang=en").text
        heading = page[page.index("<h1>") : page.index("</h1>")]
        assert heading in by_file(site, made.content).text, state
        if state != "forged":  # there the code on the paper is still genuine
            assert heading in by_text(site, made.code).text, state


def test_the_file_of_an_erased_holder_can_still_be_checked(site: Site, house: House) -> None:
    made = house.make(erased=True)
    text = by_file(site, made.content).text
    assert "<h1>Valid</h1>" in text
    assert "Siti Contoh" in text


def test_a_file_is_shown_with_no_more_than_it_holds(site: Site, house: House) -> None:
    html = by_file(site, house.make().content).text
    assert "Exam and practical in Jakarta." in html
    assert "CONTOH-LSP-001" not in html
    assert "data-code-facts" not in html
    assert "/document" not in html


def test_a_changed_file_is_forged_and_shows_nothing(site: Site, house: House) -> None:
    made = house.make()
    html = by_file(site, made.content.replace(b"Siti Contoh", b"Dewi Palsu!")).text
    assert "<h1>Forged</h1>" in html
    assert "Dewi" not in html


def test_a_strangers_certificate_is_unknown(site: Site, house: House) -> None:
    for response in (by_file(site, write_object(signed())), by_text(site, code_text())):
        assert response.status_code == 200
        assert "<h1>Not issued here</h1>" in response.text
        assert "It may be genuine elsewhere" in response.text
        assert "Siti" not in response.text


def test_an_address_of_ours_is_opened(site: Site, house: House) -> None:
    made = house.make()
    response = by_text(site, made.code.partition("#")[0])
    assert response.headers["Location"] == f"/v/{made.public_id}?lang=en"


@pytest.mark.parametrize("content", [b"", b"   ", b"%PDF-1.7 not really", b"\x89PNG\r\n\x1a\nnot really"])
def test_a_file_that_cannot_be_read_is_refused_with_a_reason(site: Site, house: House, content: bytes) -> None:
    response = by_file(site, content)
    assert response.status_code == 422
    assert 'role="alert"' in response.text


def test_a_file_that_is_something_else_cannot_be_checked(site: Site, house: House) -> None:
    own = house.did.encode()
    unusual = [b'{"issuer":"%s","id":"x/%s"}' % (own, name) for name in (b"\\u0000", b"\\ud800", b"x" * 5_000)]
    unusual += [b'{"issuer":"%s","x":%s}' % (own, value) for value in (b"1e999", b"[" * 940 + b"]" * 940)]
    unusual += [b'{"issuer":"\\ud800"}', b'{"issuer":"%s","id":"x/\\u0000","proof":{}}' % own]
    for content in (b"hello", b"{}", b"[1]", b'{"issuer": 3}', b"\xff\xfe\x00", *unusual):
        response = by_file(site, content)
        told = "<h1>Cannot be checked now</h1>" in response.text or "<h1>Forged</h1>" in response.text
        assert (response.status_code, told) == (200, True), content


def test_files_are_limited(site: Site, house: House) -> None:
    too_large = by_file(site, b"{" + b" " * (2 * 1024 * 1024))
    assert too_large.status_code == 422
    assert "Expected a file of at most 2 MB, got 3 MB." in too_large.text
    assert by_file(site, b"%PDF-1.7\n" + b" " * (10 * 1024 * 1024)).status_code == 422
    assert by_file(site, b"x" * (17 * 1024 * 1024)).status_code == 413


def test_nothing_of_a_file_is_stored(site: Site, house: House) -> None:
    made = house.make()
    before = sorted(path for path in site.settings.home.rglob("*") if path.is_file())
    with count_statements(site.engine) as statements:
        by_file(site, made.content)
    assert sorted(path for path in site.settings.home.rglob("*") if path.is_file()) == before
    assert [each for each in statements if each.startswith(("INSERT", "UPDATE"))] == [
        each for each in statements if "guess_count" in each
    ]
    assert len(statements) <= 12
