"""The invented people of the demo: two bodies, everybody's role, candidates in every stage."""

import json
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

from assessment.domain.roles import Role

STAGES = {
    "draft",
    "submitted",
    "accepted",
    "agreed",
    "rostered",
    "checked_in",
    "running",
    "submitted_exam",
    "practical_open",
    "practical_submitted",
    "needs_more_evidence",
    "recommended",
    "decided_bk",
    "decided_k",
    "certified_valid",
    "certified_expired",
    "certified_suspended",
    "certified_revoked",
    "appealed",
}
ORDER = (
    "applied",
    "submitted",
    "accepted",
    "agreed",
    "rostered",
    "exam",
    "practical",
    "recommended",
    "decided",
    "released",
)


@cache
def _people() -> dict[str, Any]:
    path = Path(__file__).parents[2] / "assessment" / "demo" / "people.json"
    people: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return people


def test_two_bodies_three_sites_and_forty_candidates() -> None:
    people = _people()
    assert [body["key"] for body in people["bodies"]] == ["las", "dapur"]
    assert Counter(site["body"] for site in people["sites"]) == {"las": 2, "dapur": 1}
    assert Counter(person["body"] for person in people["candidates"]) == {"las": 20, "dapur": 20}


def test_every_stage_occurs_and_each_body_has_certificates_of_every_status() -> None:
    people = _people()
    assert {person["stage"] for person in people["candidates"]} == STAGES
    for body in ("las", "dapur"):
        stages = Counter(person["stage"] for person in people["candidates"] if person["body"] == body)
        assert stages["certified_valid"] >= 4
        assert all(stages[f"certified_{status}"] == 1 for status in ("expired", "suspended", "revoked"))


def test_each_body_has_people_for_every_role() -> None:
    least = {role.value: 1 for role in Role if role is not Role.CANDIDATE}
    least |= {"invigilator": 2, "assessor": 2, "decider": 3, "releaser": 2}
    for body in ("las", "dapur"):
        members = [member for member in _people()["staff"] if member["body"] == body]
        roles = Counter(member["role"] for member in members if not member["external"])
        assert set(roles) == set(least)
        assert all(roles[role] >= number for role, number in least.items())


def test_the_body_that_trains_has_a_member_of_the_meeting_from_outside() -> None:
    outside = [(member["body"], member["role"]) for member in _people()["staff"] if member["external"]]
    assert outside == [("dapur", "decider")]


def test_logins_keys_names_and_documents_stand_once() -> None:
    people = _people()
    everybody = people["staff"] + people["candidates"]
    for field in ("key", "login"):
        values = [person[field] for person in everybody]
        assert len(values) == len(set(values))
    names = [person["name"] for person in everybody + people["trainers"]]
    assert len(names) == len(set(names))
    numbers = [person["document"]["number"] for person in people["candidates"]]
    assert numbers == [f"X{number:07d}" for number in range(1, 41)]


def test_names_are_one_string_of_very_different_length() -> None:
    names = [person["name"] for person in _people()["candidates"]]
    assert any(" " not in name for name in names)
    assert max(len(name) for name in names) > 39


def test_readings_are_written_in_the_script_they_name() -> None:
    scripts = {"kana": re.compile(r"[\u30a0-\u30ff ]+"), "hangul": re.compile(r"[\uac00-\ud7a3 ]+")}
    readings = [person["reading"] for person in _people()["candidates"] if person["reading"]]
    assert {reading["script"] for reading in readings} == set(scripts)
    assert all(scripts[reading["script"]].fullmatch(reading["text"]) for reading in readings)


def test_one_candidate_is_seventeen_and_has_a_guardian() -> None:
    minors = [person for person in _people()["candidates"] if person["born_days_ago"] < 18 * 365.25]
    assert len(minors) == 1
    assert minors[0]["born_days_ago"] > 17 * 365.25
    assert minors[0]["guardian"]["name"]


def test_dates_run_in_the_order_of_the_chain_inside_the_authority_of_the_body() -> None:
    people = _people()
    licences = {body["key"]: body["licence"]["valid_from_days_ago"] for body in people["bodies"]}
    for person in people["candidates"]:
        days = [person["days_ago"][name] for name in ORDER if name in person["days_ago"]]
        assert days == sorted(days, reverse=True), person["key"]
        assert all(isinstance(day, int) and day >= 0 for day in person["days_ago"].values())
        assert days[0] < licences[person["body"]]
        assert person["site"] in {site["key"] for site in people["sites"] if site["body"] == person["body"]}
