"""The holder's photo on the public page: shown by their choice alone, and gone with the choice, consent or person."""

import base64
import io
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select
from werkzeug.test import TestResponse

from assessment.accounts.persons import birth_date_of, erase_person
from assessment.certification.consents import consents_of, save_consents
from assessment.certification.tables import Purpose
from assessment.credentials.exporting import MEDIA_TYPES
from assessment.credentials.sharing import make_link
from assessment.credentials.tables import CredentialIntent, Shown
from assessment.domain.errors import Invalid, NotAllowed
from assessment.domain.roles import Role
from assessment.verification.asked import FORMS
from assessment.verification.own_choice import choose
from assessment.verification.own_photo import NoPhoto, PhotoOnRecord, photo_on_record
from assessment.verification.queries_photo import shows_photo
from assessment.verification.tables import PageChoice, PagePhoto
from tests.credentials.office import LATER, Office, hidden, open_office
from tests.factories.accounts import make_actor
from tests.factories.photos import drawn_face, photograph, show_on_page
from tests.factories.verification import NOW, STATES, House, Made, open_house
from tests.factories.visitors import writing_on
from tests.fixtures.measuring import count_statements
from tests.fixtures.sites import Site, signer_of
from tests.verification.test_show import text_of

PICTURE = re.compile(
    r'<img data-photo src="data:image/webp;base64,([^"]+)" width="(\d+)" height="(\d+)" alt="([^"]*)">'
)
CAPTION = "taken on 1 December 2026, when the person was compared with an identity document"


@pytest.fixture
def house(site: Site) -> House:
    return open_house(site)


@pytest.fixture
def office(site: Site) -> Iterator[Office]:
    with signer_of(site):
        yield open_office(site)


def take(house: House, made: Made, **options: Any) -> None:
    """Photograph the holder of a certificate at a check-in."""
    with writing_on(house.site, body_id=house.body_id) as session:
        photograph(session, house.site.app.extensions["storage"], made.public_id, **{"at": NOW, **options})


def found(house: House, made: Made) -> PhotoOnRecord | NoPhoto:
    with writing_on(house.site, body_id=house.body_id) as session:
        return photo_on_record(session, house.site.app.extensions["storage"], house.body_id, made.public_id)


def shown(site: Site, made: Made, address: str = "/v/") -> TestResponse:
    return site.client().get(f"{address}{made.public_id}?lang=en")


def has_face(page: TestResponse) -> bool:
    return "data:image/webp" in page.text or "data-photo" in page.text.replace('"[data-photo]"', "")


def test_no_photo_is_shown_until_the_holder_says_so(site: Site, house: House) -> None:
    made = house.make()
    take(house, made)
    before = shown(site, made)
    assert not has_face(before)
    assert "public" in before.headers["Cache-Control"]
    show_on_page(site, made)
    after = shown(site, made)
    [(picture, width, height, alt)] = PICTURE.findall(after.text)
    assert (alt, int(width), int(height)) == ("Photo of Siti Contoh", 120, 160)
    image = Image.open(io.BytesIO(base64.b64decode(picture)))
    assert (image.format, image.size) == ("WEBP", (240, 320))
    assert not image.getexif()
    assert re.search(rf"Compare with the person Name Siti Contoh From the records .*{CAPTION}", text_of(after.text))
    assert "Date of birth" not in text_of(after.text)
    assert after.headers["Cache-Control"] == "private, no-cache"
    show_on_page(site, made, birth_date=True, at=NOW + timedelta(minutes=1))
    assert re.search(r"Name Siti Contoh Date of birth 17 May 1999 From the records", text_of(shown(site, made).text))


def take_it_back(house: House, made: Made) -> None:
    show_on_page(house.site, made, photo=False, at=NOW + timedelta(seconds=5))


def withdraw_the_consent(house: House, made: Made) -> None:
    with writing_on(house.site, body_id=house.body_id) as session:
        holder = make_actor(session, house.body_id, Role.CANDIDATE, person_id=made.person_id)
        application_id = session.get_one(CredentialIntent, (house.body_id, made.public_id)).application_id
        given = {Purpose.PHOTO_ABROAD: False}
        later = NOW + timedelta(seconds=5)
        save_consents(session, holder, application_id, given, by_guardian=False, now=later)


ENDS: dict[str, Callable[[House, Made], None]] = {
    "taken back": take_it_back,
    "consent withdrawn": withdraw_the_consent,
    "erased": lambda house, made: house.erase(made),
    "revoked": lambda house, made: house.mark("revocation", made),
    "suspended": lambda house, made: house.mark("suspension", made),
}


@pytest.mark.parametrize("end", ENDS)
def test_what_ends_it_ends_it_for_the_next_reader(site: Site, house: House, end: str) -> None:
    made = house.make()
    take(house, made)
    show_on_page(site, made)
    assert [has_face(shown(site, made)) for _ in range(2)] == [True, True]
    with count_statements(site.engine) as taken:
        assert has_face(shown(site, made))
    assert taken == []  # told again from memory, which is what must not outlive the choice
    ENDS[end](house, made)
    assert not has_face(shown(site, made))


@pytest.mark.parametrize("state", ["revoked", "suspended", "forged", "erased", "not_yet_valid", "cannot_check"])
def test_of_what_does_not_stand_no_face_is_shown(site: Site, house: House, state: str) -> None:
    made = house.make(**{name: value for name, value in STATES[state].items() if name != "erased"})
    take(house, made)
    show_on_page(site, made)
    if state == "erased":
        house.erase(made)
    assert not has_face(shown(site, made))


def test_a_certificate_that_has_run_out_still_shows_whose_it_was(site: Site, house: House) -> None:
    made = house.make(**STATES["expired"])
    take(house, made)
    show_on_page(site, made)
    assert has_face(shown(site, made))


def test_the_newest_photo_without_a_remark_is_the_one(site: Site, house: House) -> None:
    made = house.make()
    assert found(house, made) is NoPhoto.NONE_ON_RECORD
    take(house, made, exception="Foto di paspor sudah lama.")
    assert found(house, made) is NoPhoto.NONE_ON_RECORD
    take(house, made, at=NOW - timedelta(days=200))
    take(house, made, at=NOW - timedelta(days=100), content=drawn_face(400, 300))
    take(house, made, exception="Wajah tidak terlihat jelas.")
    offered = found(house, made)
    assert isinstance(offered, PhotoOnRecord)
    assert offered.photo.taken_on == date(2026, 8, 23)
    assert (offered.photo.width, offered.photo.height) == (240, 180)


def test_somebody_elses_photo_is_never_offered(site: Site, house: House) -> None:
    made, other = house.make(), house.make(name="Orang Lain")
    take(house, made)
    assert isinstance(found(house, made), PhotoOnRecord)
    assert found(house, other) is NoPhoto.NONE_ON_RECORD
    show_on_page(site, made)
    assert not has_face(shown(site, other))
    with writing_on(site, body_id="las") as session:
        offered = photo_on_record(session, site.app.extensions["storage"], "las", made.public_id)
        assert isinstance(offered, PhotoOnRecord)
        stranger = make_actor(session, "las", Role.CANDIDATE, person_id=other.person_id)
        with pytest.raises(NotAllowed):
            choose(session, stranger, made.public_id, birth_date=False, photo=offered, now=NOW)
        assert (
            photo_on_record(session, site.app.extensions["storage"], "lain", made.public_id) is NoPhoto.NONE_ON_RECORD
        )


def test_taken_under_18_it_is_not_offered(site: Site, house: House) -> None:
    made = house.make()
    with writing_on(site, body_id="las") as session:
        born = birth_date_of(session, "las", made.person_id)
        application_id = session.get_one(CredentialIntent, ("las", made.public_id)).application_id
        holder = make_actor(session, "las", Role.CANDIDATE, person_id=made.person_id)
    last_day = NOW.replace(year=born.year + 18, month=born.month, day=born.day) - timedelta(days=1)
    with writing_on(site, body_id="las") as session:
        given = {Purpose.EVIDENCE: True}
        save_consents(session, holder, application_id, given, by_guardian=True, now=last_day)
    take(house, made, at=last_day)
    assert found(house, made) is NoPhoto.UNDER_AGE
    take(house, made, at=last_day + timedelta(days=1))
    offered = found(house, made)
    assert isinstance(offered, PhotoOnRecord)
    with writing_on(site, body_id="las") as session, pytest.raises(Invalid, match="Under 18"):
        choose(session, holder, made.public_id, birth_date=False, photo=offered, now=last_day)


def test_an_erased_persons_photo_cannot_be_opened(site: Site, house: House) -> None:
    made = house.make()
    take(house, made)
    show_on_page(site, made)
    with writing_on(site, body_id="las") as session:
        sealed = session.scalars(select(PagePhoto.sealed)).one()
        erase_person(session, "las", made.person_id, now=NOW)
    assert b"image" not in sealed
    assert found(house, made) is NoPhoto.NONE_ON_RECORD
    assert "was erased" in shown(site, made).text


def test_a_photo_that_was_exchanged_is_not_shown(site: Site, house: House) -> None:
    """One that is sealed for another person opens for nobody."""
    made, other = house.make(), house.make(name="Orang Lain")
    for each in (made, other):
        take(house, each)
    show_on_page(site, other)
    with writing_on(site, body_id="las") as session:
        foreign = session.scalars(select(PagePhoto)).one()
        session.add(
            choice := PageChoice(
                body_id="las",
                id="swapped",
                credential_intent_id=made.public_id,
                person_id=made.person_id,
                birth_date=False,
                chosen_at=NOW,
            )
        )
        holder = make_actor(session, "las", Role.CANDIDATE, person_id=made.person_id)
        application_id = session.get_one(CredentialIntent, ("las", made.public_id)).application_id
        given = {Purpose.PHOTO_ABROAD: True}
        save_consents(session, holder, application_id, given, by_guardian=False, now=NOW)
        session.add(
            PagePhoto(body_id="las", page_choice_id=choice.id, check_in_id=foreign.check_in_id, sealed=foreign.sealed)
        )
    page = shown(site, made)
    assert page.status_code == 200
    assert "Siti Contoh" in page.text
    assert not has_face(page)


def test_no_link_and_no_answer_for_programs_shows_it(site: Site, house: House) -> None:
    made = house.make()
    take(house, made)
    show_on_page(site, made)
    [(picture, *_)] = PICTURE.findall(shown(site, made).text)
    with writing_on(site, body_id="las") as session:
        holder = make_actor(session, "las", Role.CANDIDATE, person_id=made.person_id)
        links = [make_link(session, holder, made.public_id, each, now=NOW) for each in Shown]
    answers = [site.client().get(f"/l/{link}?lang=en") for link in links]
    answers.append(site.client().get(f"/v/{made.public_id}", headers={"Accept": "application/json"}))
    for answer in answers:
        assert answer.status_code == 200
        assert picture[:200] not in answer.text
        assert "data:image" not in answer.text.replace('"data:,"', "")


def test_it_costs_no_statement(site: Site, house: House) -> None:
    made = house.make()
    take(house, made)
    shown(site, made)  # what a process reads once only
    counts = []
    for photo in (False, True):
        show_on_page(site, made, photo=photo, at=NOW + timedelta(seconds=int(photo)))
        with count_statements(site.engine) as taken:
            assert has_face(shown(site, made)) is photo
        counts.append(len(taken))
    assert counts[0] == counts[1] <= 12


# --- the holder's page ----------------------------------------------------------------------------------


def pick(office: Office, choice: str, *, minutes: int = 0) -> TestResponse:
    office.site.app.extensions["clock"] = lambda: LATER + timedelta(minutes=minutes)
    client = office.signed_in(office.world.candidate)
    address = f"/certificates/{office.valid}/public-page"
    page = client.get(address)
    data = {"csrf_token": hidden(page, "csrf_token"), "once": hidden(page, "once"), "shown": choice}
    return client.post(address, data=data)


def own_text(office: Office) -> str:
    return office.signed_in(office.world.candidate).get(f"/certificates/{office.valid}/public-page?lang=en").text


def public_page(office: Office) -> TestResponse:
    return office.site.client().get(f"/v/{office.valid}?lang=en")


@pytest.mark.long_lock("the office is built in one go")
def test_the_holder_is_told_where_a_photo_comes_from(office: Office) -> None:
    page = own_text(office)
    assert "There is no photo to show" in page
    assert 'value="photo"' not in page
    assert pick(office, "photo").status_code == 422
    assert not has_face(public_page(office))


@pytest.mark.long_lock("the office is built in one go")
def test_the_holder_sees_it_first_chooses_it_and_takes_it_back(office: Office) -> None:
    with office.writing() as session:
        photograph(session, office.site.app.extensions["storage"], office.valid, at=LATER)
    page = own_text(office)
    previews = re.findall(r'data-seen="(\w+)"', page)
    assert previews == ["neither", "birth_date", "photo", "both"]
    assert len(PICTURE.findall(page)) == 2
    assert 'value="neither" checked' in page
    assert "you agree that it is shown" in page
    assert not has_face(public_page(office))

    assert pick(office, "both").status_code == 303
    assert 'value="both" checked' in own_text(office)
    public = public_page(office)
    assert PICTURE.findall(public.text)[0][0] == PICTURE.findall(page)[0][0]  # what was seen before is what is shown
    assert "Date of birth" in public.text
    for form in FORMS:
        answer = office.site.client().get(f"/v/{office.valid}", headers={"Accept": MEDIA_TYPES[form]})
        assert answer.mimetype == MEDIA_TYPES[form]
        assert "webp" not in answer.text
        assert PICTURE.findall(page)[0][0][:200] not in answer.text

    assert pick(office, "birth_date", minutes=1).status_code == 303
    assert not has_face(public_page(office))
    assert "Date of birth" in public_page(office).text
    with office.writing() as session:
        assert len(session.scalars(select(PageChoice)).all()) == 2
        assert len(session.scalars(select(PagePhoto)).all()) == 1
        application_id = session.get_one(CredentialIntent, ("las", office.valid)).application_id
        assert consents_of(session, "las", application_id)[Purpose.PHOTO_ABROAD].given
        assert not shows_photo(session, "las", office.valid)


@pytest.mark.long_lock("the office is built in one go")
def test_the_holders_page_takes_few_statements(office: Office) -> None:
    with office.writing() as session:
        photograph(session, office.site.app.extensions["storage"], office.valid, at=LATER)
    own_text(office)
    with count_statements(office.site.engine) as taken:
        assert "data:image/webp" in own_text(office)
    assert len(taken) <= 12, taken


@pytest.mark.long_lock("the office is built in one go")
def test_nobody_else_sees_or_chooses_it(office: Office) -> None:
    with office.writing() as session:
        photograph(session, office.site.app.extensions["storage"], office.valid, at=LATER)
    address = f"/certificates/{office.valid}/public-page"
    for actor in (office.world.quality, office.stranger):
        client = office.signed_in(actor)
        page = client.get(address)
        assert page.status_code in (403, 404)
        assert not has_face(page)
    assert office.site.client().get(address).status_code in (302, 303, 401, 403)
