"""Items, a form, a sitting and an attempt, for tests of the exam room and of everything above it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from io import BytesIO

from PIL import Image
from sqlalchemy.orm import Session

from assessment.accounts.check_in import Comparison
from assessment.accounts.ids import new_id
from assessment.accounts.persons import documents_of
from assessment.accounts.photos import plain_photo
from assessment.domain.competency import Method
from assessment.domain.exams.form import Blueprint, Cut
from assessment.domain.items import item_json
from assessment.domain.items.item import (
    BaseType,
    Cardinality,
    Choice,
    ChoiceInteraction,
    ChoiceText,
    ChoiceWords,
    ExtendedTextInteraction,
    ExtendedTextText,
    Item,
    ItemText,
    MapEntry,
    Mapping,
    MapResponse,
    MatchCorrect,
    NumericComparison,
    NumericEntryInteraction,
    NumericEntryText,
    OutcomeDeclaration,
    ResponseDeclaration,
    ToleranceMode,
)
from assessment.exams.forms import NewForm, draw_form
from assessment.exams.invigilating import check_in, release
from assessment.exams.preparing import prepare
from assessment.exams.sittings import NewSitting, close_roster, create_sitting, register
from assessment.exams.tables import Attempt, Sitting
from assessment.item_bank.tables import Item as ItemRow
from assessment.item_bank.tables import ItemCriterion, ItemUse, ItemVersion
from assessment.item_bank.tables import ItemText as ItemTextRow
from assessment.storage import Storage
from assessment.web.actor import Actor
from tests.factories.accounts import NOW, make_site
from tests.factories.competency import MadeScheme, make_application, make_scheme, make_unit

RIGHT, WRONG = "B", "A"
ITEMS_RULE: dict[str, object] = {"v": 1, "kind": "items_cut", "minimum_items": 1, "cut": "1/2"}
SCORE = (OutcomeDeclaration(identifier="SCORE", base_type=BaseType.FLOAT),)


@dataclass(frozen=True, kw_only=True)
class MadeExam:
    """A sitting whose form holds one single choice, one multiple response and one number, in that bank order."""

    body_id: str
    scheme: MadeScheme
    form_id: str
    sitting_id: str
    site_id: str
    items: tuple[str, ...]


def single_choice(identifier: str = "S1") -> Item:
    """Four options, B is right; shuffled."""
    return Item(
        identifier=identifier,
        interactions=(
            ChoiceInteraction(
                response="RESPONSE",
                choices=tuple(Choice(identifier=each, fixed=each == "D") for each in "ABCD"),
                shuffle=True,
            ),
        ),
        responses=(
            ResponseDeclaration(
                identifier="RESPONSE",
                cardinality=Cardinality.SINGLE,
                base_type=BaseType.IDENTIFIER,
                correct=(RIGHT,),
            ),
        ),
        outcomes=SCORE,
        processing=MatchCorrect(),
        max_score=Fraction(1),
    )


def multiple_response(identifier: str = "M1") -> Item:
    """Four options; A and C are worth one mark each, the others take half a mark, never below 0."""
    return Item(
        identifier=identifier,
        interactions=(
            ChoiceInteraction(
                response="RESPONSE",
                choices=tuple(Choice(identifier=each) for each in "ABCD"),
                max_choices=3,
                shuffle=True,
            ),
        ),
        responses=(
            ResponseDeclaration(
                identifier="RESPONSE",
                cardinality=Cardinality.MULTIPLE,
                base_type=BaseType.IDENTIFIER,
                correct=("A", "C"),
                mapping=Mapping(
                    entries=(MapEntry(key="A", value=Fraction(1)), MapEntry(key="C", value=Fraction(1))),
                    default_value=Fraction(-1, 2),
                    lower_bound=Fraction(0),
                    upper_bound=Fraction(2),
                ),
            ),
        ),
        outcomes=SCORE,
        processing=MapResponse(),
        max_score=Fraction(2),
    )


def numeric_entry(identifier: str = "N1") -> Item:
    """A number: 12.5 ± 0.5 is right."""
    return Item(
        identifier=identifier,
        interactions=(NumericEntryInteraction(response="RESPONSE", expected_length=6),),
        responses=(
            ResponseDeclaration(
                identifier="RESPONSE",
                cardinality=Cardinality.SINGLE,
                base_type=BaseType.FLOAT,
                correct=(Decimal("12.5"),),
            ),
        ),
        outcomes=SCORE,
        processing=NumericComparison(
            mode=ToleranceMode.ABSOLUTE,
            lower_tolerance=Fraction(1, 2),
            upper_tolerance=Fraction(1, 2),
            response_first=False,
        ),
        max_score=Fraction(1),
    )


def words(item: Item, language: str, stem: str, options: Sequence[str] = ()) -> ItemText:
    """The words of an item in one language."""
    interactions: list[ChoiceText | NumericEntryText | ExtendedTextText] = []
    for interaction in item.interactions:
        match interaction:
            case ChoiceInteraction():
                shown = options or [f"Pilihan {each.identifier}" for each in interaction.choices]
                interactions.append(
                    ChoiceText(
                        response=interaction.response,
                        prompt="",
                        choices=tuple(
                            ChoiceWords(identifier=each.identifier, html=html)
                            for each, html in zip(interaction.choices, shown, strict=True)
                        ),
                    )
                )
            case NumericEntryInteraction():
                interactions.append(NumericEntryText(response=interaction.response, before="", unit="mm"))
            case ExtendedTextInteraction():
                interactions.append(ExtendedTextText(response=interaction.response))
    return ItemText(language=language, title=f"Kunci {item.identifier}", stem=stem, interactions=tuple(interactions))


def make_item(
    session: Session,
    body_id: str,
    item: Item,
    criteria: Sequence[str],
    *,
    stem: str = "",
    options: Sequence[str] = (),
    use: ItemUse = ItemUse.EXPOSED,
    languages: Sequence[str] = ("id", "en"),
    write: Callable[[Item, str], ItemText] | None = None,
) -> str:
    """Put an item into the bank, in these languages; returns the id of its version.

    `write(item, language)` gives its words; without it there are words for choices and numbers.
    """
    row = ItemRow(body_id=body_id, id=new_id(), identifier=item.identifier, use=use, retired_at=None)
    session.add(row)
    session.flush()
    version = ItemVersion(
        body_id=body_id,
        id=new_id(),
        item_id=row.id,
        number=1,
        kind=item.kind.value,
        structure=item_json.to_json(item),
        digest=item_json.digest(item),
        source="",
        imported_at=NOW,
        imported_by=None,
    )
    session.add(version)
    session.flush()
    asked = {"id": stem or f"Soal {item.identifier}?", "en": f"Question {item.identifier}?"}
    for language in languages:
        content = write(item, language) if write else words(item, language, asked[language], options)
        session.add(
            ItemTextRow(
                body_id=body_id,
                item_version_id=version.id,
                language=language,
                title=content.title,
                content=item_json.text_to_json(content),
            )
        )
    session.add_all(ItemCriterion(body_id=body_id, item_version_id=version.id, criterion_id=each) for each in criteria)
    session.flush()
    return version.id


def make_exam(
    session: Session,
    body_id: str,
    *,
    items: Sequence[Item] = (),
    starts_at: datetime = NOW,
    minutes: int = 60,
    open_for: timedelta = timedelta(minutes=30),
    stem: str = "",
    languages: Sequence[str] = ("id", "en"),
    write: Callable[[Item, str], ItemText] | None = None,
) -> MadeExam:
    """A form of every item given, one criterion each in turn, and a sitting that starts now."""
    items = items or (single_choice(), multiple_response(), numeric_entry())
    unit = make_unit(session, body_id, criteria=min(3, len(items)))
    scheme = make_scheme(session, body_id, unit, cells={Method.WRITTEN: ITEMS_RULE})
    versions = tuple(
        make_item(session, body_id, item, [unit.criteria[place % 3]], stem=stem, languages=languages, write=write)
        for place, item in enumerate(items)
    )
    form = draw_form(
        session,
        body_id,
        scheme.scheme_version_id,
        NewForm(
            code="F1",
            minutes=minutes,
            blueprint=Blueprint.of_units({unit.unit_id: len(items)}),
            cut=Cut(fraction=Fraction(7, 10), method="agreed"),
        ),
        now=starts_at - timedelta(days=20),
        created_by=None,
    )
    site_id = make_site(session, body_id)
    sitting = create_sitting(
        session,
        body_id,
        NewSitting(
            form_id=form.id,
            site_id=site_id,
            code=f"S-{new_id()[:4]}",
            starts_at=starts_at,
            closes_at=starts_at + open_for,
        ),
    )
    return MadeExam(
        body_id=body_id,
        scheme=scheme,
        form_id=form.id,
        sitting_id=sitting.id,
        site_id=site_id,
        items=versions,
    )


def put_on_roster(session: Session, exam: MadeExam, *person_ids: str, extra_seconds: int = 0) -> list[tuple[str, str]]:
    """Give persons an application each and put them on the roster; returns (application id, person id)."""
    found = []
    for wanted in person_ids:
        application_id, person_id = make_application(session, exam.body_id, exam.scheme, person_id=wanted)
        register(
            session,
            exam.body_id,
            exam.sitting_id,
            application_id,
            person_id,
            now=NOW - timedelta(days=2),
            added_by=None,
            extra_seconds=extra_seconds,
        )
        found.append((application_id, person_id))
    return found


def make_attempts(session: Session, exam: MadeExam, *person_ids: str, extra_seconds: int = 0) -> list[Attempt]:
    """Close the roster with these persons on it and prepare their attempts, in their order."""
    put_on_roster(session, exam, *person_ids, extra_seconds=extra_seconds)
    if session.get_one(Sitting, (exam.body_id, exam.sitting_id)).roster_closed_at is None:
        close_roster(session, exam.body_id, exam.sitting_id, now=NOW - timedelta(days=1), closed_by=None)
    made = {attempt.person_id: attempt for attempt in prepare(session, exam.body_id, exam.sitting_id)}
    return [made[person_id] for person_id in person_ids]


def let_start(session: Session, invigilator: Actor, storage: Storage, attempt: Attempt, *, now: datetime = NOW) -> None:
    """Check the candidate in with the first document and a photo, and release the attempt."""
    document = documents_of(session, attempt.body_id, attempt.person_id)[0]
    comparison = Comparison(document_id=document.id, photo=a_photo())
    check_in(session, invigilator, storage, attempt.id, comparison, now=now)
    release(session, invigilator, attempt.id, now=now)


def a_photo(colour: str = "#557766") -> bytes:
    """A plain picture of 64 by 48 pixels, as it would be stored."""
    return plain_photo(a_photo_file(colour))


def a_photo_file(colour: str = "#557766") -> bytes:
    """A picture file as a phone would send it."""
    written = BytesIO()
    Image.new("RGB", (64, 48), colour).save(written, "PNG")
    return written.getvalue()
