"""The register of measuring tools and what marks say of their tools: kept always, in doubt where nobody calibrated."""

from datetime import date, timedelta

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import DatabaseError, IntegrityError
from sqlalchemy.orm import Session

from assessment.accounts.ids import new_id
from assessment.certification.marks import marks_of
from assessment.domain.errors import Conflict, Invalid, NotFound
from assessment.domain.practicals.aggregation import Status
from assessment.domain.practicals.calibration import Calibration, Doubt
from assessment.domain.practicals.delivery import Unfit
from assessment.domain.practicals.observation import Measurement
from assessment.domain.roles import Role
from assessment.practicals.content import task_content
from assessment.practicals.island import variables_of
from assessment.practicals.marking import Reply, criteria_to_mark, record_observations
from assessment.practicals.observations import observations_of
from assessment.practicals.pieces import record_piece
from assessment.practicals.queries import practical_head
from assessment.practicals.record import Record, record_of
from assessment.practicals.rederive import rederive
from assessment.practicals.remarking import Again, ask_again, mark_again
from assessment.practicals.settling import newest_result
from assessment.practicals.sheet import sheet_of
from assessment.practicals.sheet_tools import tool_choices
from assessment.practicals.submitting import derive_sheet, submit
from assessment.practicals.tables import Observation
from assessment.practicals.tables_tools import MeasuringTool, ToolCalibration
from assessment.practicals.tool_queries import tool_of, tools_of_site, tools_on
from assessment.practicals.tools import calibrate_tool, register_tool, retire_tool
from tests.factories.accounts import NOW, make_actor, make_body, make_site
from tests.factories.practicals import MadePractical, a_criterion, a_document, entry, make_practical
from tests.factories.tools import TODAY, a_calibration, make_tool
from tests.practicals.test_pieces import TYPED

EXPIRED = a_calibration(TODAY - timedelta(days=800), TODAY - timedelta(days=1))
PIECE = {"joint": "butt", "t": "10", "s": "10", "b": "?"}


def sent(session: Session, practical: MadePractical, *entries: dict[str, object], late: int = 30) -> Reply:
    criteria = criteria_to_mark(session, practical.body_id, practical.id)
    return record_observations(
        session, practical.assessor, practical.id, entries, criteria=criteria, now=NOW + timedelta(minutes=late)
    )


def record(session: Session, practical: MadePractical, reader_id: str = "") -> Record:
    head = practical_head(session, practical.body_id, practical.id, reader_id)
    return record_of(session, practical.body_id, head, "en", reader_id)


def doubt_of(session: Session, practical: MadePractical, code: str = "M1") -> Doubt | None:
    row = next(row for row in record(session, practical).rows if row.criterion.code == code)
    used = row.assessors[0].used
    assert used is not None
    return used.doubt


# --- the register ---------------------------------------------------------------------------------------


def test_a_tool_comes_in_is_calibrated_again_and_goes_out_of_use(session: Session) -> None:
    body = make_body(session)
    site = make_site(session, body)
    quality = make_actor(session, body, Role.QUALITY_MANAGER)
    made = make_tool(session, body, site, kind="Welding gauge", serial_number="WG-1", calibration=EXPIRED)
    assert tool_of(session, body, made.id).doubt(NOW) is Doubt.EXPIRED
    calibrate_tool(session, quality, made.id, a_calibration(), certificate="KAL-2", now=NOW)
    tool = tool_of(session, body, made.id)
    assert tool.doubt(NOW) is None
    assert [(each.number, each.certificate) for each in tool.calibrations] == [(2, "KAL-2"), (1, "KAL-001")]
    assert [each.id for each in tools_of_site(session, body, site)] == [made.id]
    retire_tool(session, quality, made.id, reason="Patah ujungnya.", now=NOW)
    assert tools_of_site(session, body, site) == []
    lines, total = tools_on(session, body)
    assert ([each.retired for each in lines], total) == (["Patah ujungnya."], 1)
    for act in (
        lambda: calibrate_tool(session, quality, made.id, a_calibration(), certificate="KAL-3", now=NOW),
        lambda: retire_tool(session, quality, made.id, reason="Sekali lagi.", now=NOW),
    ):
        with pytest.raises(Conflict, match="out of use"):
            act()


def test_what_cannot_be_entered_is_refused_and_says_why(session: Session) -> None:
    body = make_body(session)
    site = make_site(session, body)
    quality = make_actor(session, body, Role.QUALITY_MANAGER)
    tool = make_tool(session, body, site, kind="Welding gauge", serial_number="WG-1")
    stranger = make_actor(session, make_body(session, "lain"), Role.QUALITY_MANAGER)

    def enter(kind: str, number: str, calibration: Calibration, *, at: str = site, certificate: str = "K-1") -> None:
        register_tool(
            session,
            quality,
            at,
            kind=kind,
            serial_number=number,
            calibration=calibration,
            certificate=certificate,
            now=NOW,
        )

    with pytest.raises(Conflict, match="has a WELDING gauge with the serial number wg-1 already"):
        enter("WELDING gauge", "wg-1", a_calibration())
    with pytest.raises(Invalid, match="serial number of 1 to 80"):
        enter("Welding gauge", " ", a_calibration())
    with pytest.raises(Invalid, match="certificate of 1 to 80"):
        enter("Welding gauge", "WG-2", a_calibration(), certificate="")
    with pytest.raises(Invalid, match="lies ahead"):
        enter("Welding gauge", "WG-3", a_calibration(TODAY + timedelta(days=1), TODAY + timedelta(days=9)))
    with pytest.raises(NotFound, match="no such site"):
        enter("Welding gauge", "WG-4", a_calibration(), at="nowhere")
    with pytest.raises(NotFound, match="no such measuring tool"):
        calibrate_tool(session, stranger, tool.id, a_calibration(), certificate="K-2", now=NOW)
    with pytest.raises(NotFound, match="no such measuring tool"):
        tool_of(session, "lain", tool.id)
    with pytest.raises(Invalid, match="reason of 5 to"):
        retire_tool(session, quality, tool.id, reason=" ", now=NOW)


@pytest.mark.parametrize(
    "change",
    [
        update(MeasuringTool).values(serial_number="X"),
        delete(ToolCalibration),
        update(ToolCalibration).values(valid_until=date(2030, 1, 1)),
    ],
)
def test_the_database_keeps_the_register_as_it_was(session: Session, change: object) -> None:
    body = make_body(session)
    make_tool(session, body, make_site(session, body))
    with pytest.raises(DatabaseError, match="append-only"):
        session.execute(change)  # type: ignore[call-overload]  # one of three statements


def test_the_database_refuses_a_calibration_that_ends_before_it_begins(session: Session) -> None:
    body = make_body(session)
    tool = make_tool(session, body, make_site(session, body))
    row = {
        "body_id": body,
        "tool_id": tool.id,
        "number": 2,
        "calibrated_on": TODAY,
        "valid_until": TODAY - timedelta(days=1),
        "certificate": "K",
        "recorded_by": tool.registered_by,
        "recorded_at": NOW,
    }
    with pytest.raises(IntegrityError):
        session.execute(insert(ToolCalibration).values(row))


# --- marks and their tools ------------------------------------------------------------------------------


def test_a_value_says_its_tool_and_its_doubt_and_counts_all_the_same(session: Session) -> None:
    practical = make_practical(session)
    good = make_tool(session, practical.body_id, practical.site_id)
    expired = make_tool(session, practical.body_id, practical.site_id, calibration=EXPIRED)
    for seq, (tool, expected) in enumerate(
        [("", Doubt.NO_TOOL), (expired.id, Doubt.EXPIRED), (good.id, None)], start=1
    ):
        reply = sent(session, practical, entry("M1", seq=seq, value="0.4") | {"tool": tool})
        assert (len(reply.acknowledged), reply.refused) == (1, ())
        assert doubt_of(session, practical) is expected
        row = next(row for row in record(session, practical).rows if row.criterion.code == "M1")
        assert (row.finding.status, row.in_doubt) == (Status.SUFFICIENT, expected is not None)
    history = next(row for row in record(session, practical).rows if row.criterion.code == "M1").assessors[0].history
    assert [each.used.doubt if each.used else None for each in history] == [Doubt.NO_TOOL, Doubt.EXPIRED, None]


def test_a_calibration_that_is_written_down_later_takes_the_doubt_away(session: Session) -> None:
    practical = make_practical(session)
    tool = make_tool(session, practical.body_id, practical.site_id, calibration=EXPIRED)
    sent(session, practical, entry("M1", value="0.4") | {"tool": tool.id})
    assert doubt_of(session, practical) is Doubt.EXPIRED
    quality = make_actor(session, practical.body_id, Role.QUALITY_MANAGER)
    calibrate_tool(session, quality, tool.id, a_calibration(), certificate="KAL-9", now=NOW)
    assert doubt_of(session, practical) is None


def test_the_day_of_measuring_is_that_of_the_body(session: Session) -> None:
    practical = make_practical(session)
    last = date(2026, 3, 11)
    tool = make_tool(
        session, practical.body_id, practical.site_id, calibration=a_calibration(last - timedelta(days=9), last)
    )
    for seq, (at, expected) in enumerate(
        [("2026-03-11T16:59:59+00:00", None), ("2026-03-11T17:00:00+00:00", Doubt.EXPIRED)], start=1
    ):  # midnight in Jakarta
        sent(session, practical, entry("M1", seq=seq, value="0.4") | {"tool": tool.id, "observed_at": at})
        assert doubt_of(session, practical) is expected


def test_a_tool_of_nobody_and_of_another_body_is_refused_by_name(session: Session) -> None:
    practical = make_practical(session)
    other = make_body(session, "lain")
    strange = make_tool(session, other, make_site(session, other))
    good = make_tool(session, practical.body_id, practical.site_id)
    reply = sent(
        session,
        practical,
        entry("M1", seq=1, value="0.4") | {"tool": strange.id},
        entry("M1", seq=2, value="0.4") | {"tool": "no-such-tool"},
        entry("M1", seq=3, value="0.4") | {"tool": good.id},
    )
    assert [each.reason for each in reply.refused] == [Unfit.TOOL, Unfit.TOOL]
    assert reply.acknowledged == (("tab.1", 3),)


def test_the_same_value_with_another_tool_is_another_observation(session: Session) -> None:
    practical = make_practical(session)
    tool = make_tool(session, practical.body_id, practical.site_id)
    first = entry("M1", seq=1, value="0.4")
    sent(session, practical, first)
    assert sent(session, practical, first).acknowledged == (("tab.1", 1),)
    sent(session, practical, first | {"tool": tool.id})
    criteria = criteria_to_mark(session, practical.body_id, practical.id)
    stored = observations_of(session, practical.body_id, practical.id, criteria)
    assert [each.sent.tool for each in stored] == ["", tool.id]


def test_the_sheet_offers_the_tools_of_its_site_by_kind_and_keeps_the_choice(session: Session) -> None:
    document = a_document(
        a_criterion("M1", "measured"),
        a_criterion("M2", "measured", tool={"id": "Mistar", "en": "Ruler"}),
        a_criterion("M3", "measured"),
        a_criterion("C1", "checked"),
    )
    practical = make_practical(session, document=document)
    ruler = make_tool(session, practical.body_id, practical.site_id, kind="Ruler", serial_number="A-1")
    gauge = make_tool(session, practical.body_id, practical.site_id, serial_number="G-1")
    make_tool(session, practical.body_id, make_site(session, practical.body_id, "TUK lain"), serial_number="G-2")

    def choices(**wished: str) -> list[tuple[str, tuple[str, ...], list[str], str]]:
        head = practical_head(session, practical.body_id, practical.id, practical.assessor.person_id)
        sheet = sheet_of(session, practical.body_id, head, "en", practical.assessor.person_id)
        found = tool_choices(
            session,
            practical.body_id,
            practical.site_id,
            sheet.task.criteria,
            sheet.counting,
            wished=wished,
            now=NOW,
        )
        return [(each.key, each.criteria, [tool.id for tool in each.offered], each.chosen) for each in found]

    assert choices() == [
        ("M1", ("M1", "M3"), [gauge.id, ruler.id], ""),
        ("M2", ("M2",), [ruler.id, gauge.id], ""),
    ]
    assert [each[3] for each in choices(M1=gauge.id, M2="no-such-tool")] == [gauge.id, ""]
    sent(session, practical, entry("M3", value="0.4") | {"tool": gauge.id})
    assert [each[3] for each in choices()] == [gauge.id, ""]


# --- limits of the recorded piece -----------------------------------------------------------------------


def write_piece(
    session: Session, practical: MadePractical, *, reason: str = "", minutes: int = 1, **typed: str
) -> None:
    record_piece(
        session,
        practical.invigilator,
        practical.id,
        stamp="A-17",
        welded_on=TODAY,
        typed={**TYPED, **typed},
        reason=reason,
        now=NOW + timedelta(minutes=minutes),
    )


def a_weld() -> dict[str, object]:
    """A task whose cap is measured in the workshop."""
    members = {"unit": "mm", "imperfection": "1.9"}
    criterion = {**a_criterion("M1", "measured"), **members}
    for name in ("lower", "upper", "confirmed", "limit_source"):
        criterion.pop(name)
    return a_document(criterion, a_criterion("C1", "checked"), test_piece=PIECE, acceptance={"level": "B"})


def results(session: Session, practical: MadePractical) -> tuple[str, int]:
    newest = newest_result(session, practical.body_id, practical.id)
    assert newest is not None
    return newest.result["rubric"]["M1"]["status"], newest.generation


def test_sheet_and_result_use_the_dimensions_of_the_recorded_piece(session: Session) -> None:
    practical = make_practical(session, document=a_weld())
    head = practical_head(session, practical.body_id, practical.id, practical.assessor.person_id)
    sheet = sheet_of(session, practical.body_id, head, "en", practical.assessor.person_id)
    assert variables_of(sheet) == {"t": "10"}
    assert sheet.cards[0].measured is not None
    assert sheet.cards[0].measured.limits.missing == ("b",)
    write_piece(session, practical, cap_width="12", thickness="8")
    head = practical_head(session, practical.body_id, practical.id, practical.assessor.person_id)
    sheet = sheet_of(session, practical.body_id, head, "en", practical.assessor.person_id)
    assert variables_of(sheet) == {"b": "12", "t": "8"}
    assert sheet.cards[0].measured is not None
    assert str(sheet.cards[0].measured.limits.upper) == "2.2"


def test_a_result_waits_for_a_missing_dimension_and_follows_from_it(session: Session) -> None:
    practical = make_practical(session, document=a_weld())
    sent(session, practical, entry("M1", seq=1, value="2.2"), entry("C1", seq=2, answer="yes"))
    submit(session, practical.assessor, practical.id, now=NOW + timedelta(minutes=40))
    assert results(session, practical) == ("needs_more_evidence", 0)
    (marked,) = marks_of(session, practical.body_id, practical.application_id)
    said = next(each["mark"] for piece in marked.evidence for each in piece.detail["marks"] if each["code"] == "M1")
    assert (said["missing"], said["inside"], said["upper"]) == (["b"], False, None)
    write_piece(session, practical, minutes=50, cap_width="12")
    assert results(session, practical) == ("sufficient", 1)
    write_piece(session, practical, minutes=60, cap_width="11", reason="Diukur ulang.")
    assert results(session, practical) == ("insufficient", 2)  # at most 2.1 mm
    write_piece(session, practical, minutes=70, cap_width="11", heat_number="H-2", reason="Nomor lain.")
    assert results(session, practical) == ("insufficient", 2)
    assert list(rederive(session, practical.body_id, practical.id)) == []
    earlier = marks_of(session, practical.body_id, practical.application_id, until=NOW + timedelta(minutes=55))
    said = next(each["mark"] for piece in earlier[0].evidence for each in piece.detail["marks"] if each["code"] == "M1")
    assert (said["upper"], said["inside"]) == ("2.2", True)


def test_a_piece_that_is_recorded_while_the_last_sheet_is_handed_in_counts(session: Session) -> None:
    practical = make_practical(session, document=a_weld())
    sent(session, practical, entry("M1", seq=1, value="2.2"), entry("C1", seq=2, answer="yes"))
    derived = derive_sheet(session, practical.body_id, practical.id, practical.assessor.person_id)
    write_piece(session, practical, cap_width="12")
    submit(session, practical.assessor, practical.id, now=NOW + timedelta(minutes=40), derived=derived)
    assert results(session, practical) == ("sufficient", 0)


def test_the_piece_and_its_reports_stand_on_the_record(session: Session) -> None:
    practical = make_practical(session)
    assert record(session, practical).piece is None
    write_piece(session, practical)
    piece = record(session, practical).piece
    assert piece is not None
    assert piece.stamp == "A-17"


def test_marking_again_keeps_the_tool(session: Session) -> None:
    practical = make_practical(session, document=a_document(a_criterion("M1", "measured")), others=1)
    tool = make_tool(session, practical.body_id, practical.site_id)
    criteria = criteria_to_mark(session, practical.body_id, practical.id)
    for assessor, value in ((practical.assessor, "0.4"), (practical.others[0], "0.9")):
        mark = entry("M1", value=value) | {"tool": tool.id}
        record_observations(session, assessor, practical.id, [mark], criteria=criteria, now=NOW)
        submit(session, assessor, practical.id, now=NOW + timedelta(minutes=1))
    ask_again(session, practical.assessor, practical.id, reason="Ukur sekali lagi.", now=NOW + timedelta(minutes=2))
    again = {"M1": Again(mark={"value": "0.5"}, reason="Diukur lagi.")}
    mark_again(session, practical.assessor, practical.id, again, now=NOW + timedelta(minutes=3))
    stored = observations_of(session, practical.body_id, practical.id, criteria)
    assert [(each.round, each.sent.tool) for each in stored if isinstance(each.sent.value, Measurement)][-1] == (
        2,
        tool.id,
    )


def test_the_database_refuses_a_mark_with_a_tool_that_is_not_there(session: Session) -> None:
    practical = make_practical(session)
    sent(session, practical, entry("M1", value="0.4"))
    row = {
        column.name: getattr(session.scalars(select(Observation)).one(), column.name)
        for column in Observation.__table__.columns
        if column.name != "number"
    }
    with pytest.raises(IntegrityError):
        session.execute(insert(Observation).values({**row, "seq": 9, "tool_id": new_id()}))


def test_a_task_keeps_which_photos_are_asked_for(session: Session) -> None:
    practical = make_practical(session, document=a_document(a_criterion("C1", "checked", photos=["root", "cap"])))
    head = practical_head(session, practical.body_id, practical.id, "")
    (criterion,) = task_content(session, practical.body_id, head.rubric_id, "en").criteria
    assert criterion.photos == ("root", "cap")
