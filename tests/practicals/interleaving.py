"""Tablets of two assessors that reach the server in any order, lose requests and replies, and repeat themselves.

A tablet keeps what it has marked until the server has acknowledged or held it, as the page does. The network decides
by a seed which tablet speaks next, how much of its outbox it sends, in which order, and whether the request or the
reply is lost. The services are the real ones, in the transaction of the test.

What must be so at the end is calculated from what the tablets marked, with no regard to the order of arrival: every
mark stored once, the same marks in force, the same receipts, every photo whole.
"""

import hashlib
import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache, reduce
from random import Random
from typing import Any

from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.domain.practicals.delivery import Sent, in_order, read, sheet_receipt
from assessment.domain.practicals.observation import to_json
from assessment.domain.practicals.photo import Progress, read_announcement
from assessment.practicals.content import CriterionContent
from assessment.practicals.marking import criteria_to_mark, record_observations
from assessment.practicals.observations import in_force, observations_of
from assessment.practicals.photo_records import photos_of, photos_sent
from assessment.practicals.photos import AnotherPlace, announce, keep, receive
from assessment.practicals.tables import Observation
from assessment.practicals.tables_photos import WorkPhoto
from assessment.storage import Storage
from assessment.web.actor import Actor
from tests.factories.accounts import NOW
from tests.factories.practicals import MadePractical

LATER = NOW + timedelta(hours=9)


@dataclass(kw_only=True)
class Tablet:
    """One device: what it has marked, what of it is not known to be on the server, and its photos."""

    actor: Actor
    name: str
    outbox: list[dict[str, Any]]
    photos: list[tuple[dict[str, Any], bytes]]
    announced: set[int] = field(default_factory=set)
    whole: set[int] = field(default_factory=set)

    @property
    def done(self) -> bool:
        """Whether the server has said of everything that it is there."""
        return not self.outbox and len(self.whole) == len(self.photos)


@dataclass(frozen=True, kw_only=True)
class Summary:
    """What a run of cases saw; all figures are counts."""

    cases: int
    marks: int
    photos: int
    requests: int
    lost: int
    doubled: int


@cache
def picture(tone: int) -> bytes:
    """A small photo; every tone is another file."""
    written = io.BytesIO()
    Image.new("RGB", (8, 6), (tone % 256, tone // 256 % 256, 90)).save(written, "JPEG")
    return written.getvalue()


def tablets_for(chance: Random, practical: MadePractical, criteria: list[CriterionContent]) -> list[Tablet]:
    """One or two tablets for each of two assessors, their clocks wrong by up to a day."""
    found = []
    for place, actor in enumerate((practical.assessor, practical.others[0])):
        for number in range(chance.choice((1, 1, 2))):
            name = f"tablet.{place}.{number}"
            clock = NOW + timedelta(minutes=chance.randrange(-1440, 1440))
            outbox = []
            for seq in range(chance.randrange(1, 6)):
                clock += timedelta(seconds=chance.randrange(-600, 600))
                outbox.append(_event(chance, name, seq, chance.choice(criteria), clock))
            photos = [
                (_announcement(chance, name, seq, chance.choice(criteria).code, content, clock), content)
                for seq in range(chance.choice((0, 0, 0, 1)))
                for content in [picture(chance.randrange(40))]
            ]
            found.append(Tablet(actor=actor, name=name, outbox=outbox, photos=photos))
    return found


def run_cases(session: Session, storage: Storage, practical: MadePractical, seeds: Iterable[int]) -> Summary:
    """Run one case for each seed; raises AssertionError, naming the seed, where the end is another."""
    criteria = criteria_to_mark(session, practical.body_id, practical.id)
    return reduce(add, (_case(session, storage, practical, criteria, seed) for seed in seeds))


def _case(
    session: Session, storage: Storage, practical: MadePractical, criteria: list[CriterionContent], seed: int
) -> Summary:
    """Run one case in a savepoint that is rolled back."""
    with _undone(session):
        chance = Random(seed)
        tablets = tablets_for(chance, practical, criteria)
        marked = {tablet.name: list(tablet.outbox) for tablet in tablets}
        requests = 0
        moment = LATER
        while waiting := [tablet for tablet in tablets if not tablet.done]:
            moment += timedelta(seconds=1)
            _speak(session, storage, practical, criteria, chance, chance.choice(waiting), moment)
            requests += 1
            assert requests < 2_000, "the tablets never came to an end"
        # What was acknowledged may be sent once more, by a page that was restored from an old copy.
        for tablet in chance.sample(tablets, chance.randrange(len(tablets) + 1)):
            _send(session, practical, criteria, tablet, marked[tablet.name], moment)
            requests += 1
        return _judge(session, practical, criteria, tablets, marked, requests, seed)


def _speak(
    session: Session,
    storage: Storage,
    practical: MadePractical,
    criteria: list[CriterionContent],
    chance: Random,
    tablet: Tablet,
    moment: datetime,
) -> None:
    """One request of a tablet; one in five is lost, and of one in five the reply."""
    fate = chance.random()
    photos = [place for place in range(len(tablet.photos)) if place not in tablet.whole]
    if tablet.outbox and (not photos or chance.random() < 0.6):
        batch = chance.sample(tablet.outbox, chance.randrange(1, len(tablet.outbox) + 1))
        if fate < 0.2:
            return
        settled = _send(session, practical, criteria, tablet, batch, moment)
        if fate < 0.4:
            return
        tablet.outbox = [event for event in tablet.outbox if (event["client"], event["seq"]) not in settled]
    elif fate >= 0.2:
        come = _send_photo(session, storage, practical, criteria, chance, tablet, chance.choice(photos), moment)
        if come is not None and fate >= 0.4 and come[1].complete:
            tablet.whole.add(come[0])


def _send(
    session: Session,
    practical: MadePractical,
    criteria: list[CriterionContent],
    tablet: Tablet,
    batch: list[dict[str, Any]],
    moment: datetime,
) -> set[tuple[str, int]]:
    reply = record_observations(
        session, tablet.actor, practical.id, batch, criteria=criteria, now=moment, device=tablet.name
    )
    assert reply.refused == ()
    assert {*reply.acknowledged, *reply.held} == {(event["client"], event["seq"]) for event in batch}
    return {*reply.acknowledged, *reply.held}


def _send_photo(
    session: Session,
    storage: Storage,
    practical: MadePractical,
    criteria: list[CriterionContent],
    chance: Random,
    tablet: Tablet,
    place: int,
    moment: datetime,
) -> tuple[int, Progress] | None:
    announcement, content = tablet.photos[place]
    if place not in tablet.announced:
        photo = read_announcement(announcement, {each.code for each in criteria})
        come = announce(session, tablet.actor, practical.id, photo, criteria=criteria, now=moment)
        if chance.random() < 0.8:
            tablet.announced.add(place)
        return place, come
    # A tablet that lost a reply sends from where it thinks it is; the server says where that is.
    offset = chance.choice((0, len(content) // 3, len(content) // 2))
    for _ in range(2):
        piece = content[offset : offset + chance.choice((len(content) // 3 + 1, len(content)))]
        try:
            received = receive(
                session, storage, tablet.actor, practical.id, announcement["sha256"], offset=offset, piece=piece
            )
        except AnotherPlace as error:
            offset = error.progress.offset
            continue
        if isinstance(received, Progress):
            return place, received
        return place, keep(session, tablet.actor, practical.id, received, now=moment)
    return None


def _judge(
    session: Session,
    practical: MadePractical,
    criteria: list[CriterionContent],
    tablets: list[Tablet],
    marked: dict[str, list[dict[str, Any]]],
    requests: int,
    seed: int,
) -> Summary:
    markings = {criterion.code: criterion.marking for criterion in criteria}
    lost = doubled = marks = pictures = 0
    for actor in (practical.assessor, practical.others[0]):
        own = [tablet for tablet in tablets if tablet.actor is actor]
        expected: list[Sent] = []
        for tablet in own:
            expected += read(marked[tablet.name], markings, device=tablet.name).sent
        stored = observations_of(session, practical.body_id, practical.id, criteria, person_id=actor.person_id)
        keys = [each.sent.key for each in stored]
        lost += len({sent.key for sent in expected} - set(keys))
        doubled += len(keys) - len(set(keys)) + len(set(keys) - {sent.key for sent in expected})
        marks += len(expected)
        wanted = {sent.criterion: to_json(sent.value) for sent in in_order(expected)}
        assert {each.sent.criterion: to_json(each.sent.value) for each in in_force(stored)} == wanted, seed
        photos = [read_announcement(announcement, markings) for tablet in own for announcement, _ in tablet.photos]
        kept = photos_of(session, practical.body_id, practical.id, criteria, person_id=actor.person_id)
        lost += len(photos) - sum(photo.kept for photo in kept)
        doubled += max(0, len(kept) - len(photos))
        pictures += len(photos)
        sent = photos_sent(session, practical.body_id, practical.id, actor.person_id, criteria)
        assert sheet_receipt([each.sent for each in stored], sent) == sheet_receipt(expected, photos), seed
    assert (lost, doubled) == (0, 0), seed
    return Summary(cases=1, marks=marks, photos=pictures, requests=requests, lost=lost, doubled=doubled)


def rows_of(session: Session) -> tuple[int, int]:
    """How many observations and photos there are: none is left over by a case."""
    return len(session.scalars(select(Observation.number)).all()), len(session.scalars(select(WorkPhoto.id)).all())


def add(one: Summary, other: Summary) -> Summary:
    """Two summaries as one."""
    return Summary(**{name: getattr(one, name) + getattr(other, name) for name in Summary.__dataclass_fields__})


@contextmanager
def _undone(session: Session) -> Iterator[None]:
    savepoint = session.begin_nested()
    try:
        yield
    finally:
        savepoint.rollback()
        session.expunge_all()


def _event(chance: Random, client: str, seq: int, criterion: CriterionContent, clock: datetime) -> dict[str, Any]:
    marks: dict[str, list[dict[str, Any]]] = {
        "judged": [{"level": level} for level in range(4)],
        "measured": [{"value": text} for text in ("0.1", "0,4", "0.50", "0.7")],
        "checked": [{"answer": "yes"}, {"answer": "no"}],
    }
    mark = chance.choice([*marks[criterion.kind], {"answer": "needs_more_evidence"}])
    event = {
        "client": client,
        "seq": seq,
        "criterion": criterion.code,
        "mark": mark,
        "note": chance.choice(("", "tepi kiri")),
        "observed_at": clock.isoformat(),
    }
    return event | {"reason": "salah lihat"} if chance.random() < 0.3 else event


def _announcement(
    chance: Random, client: str, seq: int, criterion: str, content: bytes, clock: datetime
) -> dict[str, Any]:
    return {
        "v": 1,
        "device": client,
        "client": client,
        "seq": seq,
        "criterion": criterion,
        "kind": chance.choice(("fit_up", "root", "cap")),
        "sha256": hashlib.sha256(content).hexdigest(),
        "size": len(content),
        "taken_at": clock.isoformat(),
    }
