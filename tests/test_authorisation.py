"""The authorisation matrix, tried: every route, every role, in and out of its relation, and another body's people.

Allowed: the gate lets pass, and a page that is asked for is drawn. Refused: 404 where the address names a
record, 403 where it names none, a stranger is asked to sign in; and after all refusals together no row of any
table has changed.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from hashlib import sha256

import pytest
from flask import Flask
from sqlalchemy import Table, select
from werkzeug.routing import Rule as Route

from assessment.accounts.ids import new_id
from assessment.accounts.tables import Account
from assessment.agencies.tables import Agency
from assessment.audit.covered import EXEMPT
from assessment.certification.tables import Decision, MeetingCase, RegradeCase
from assessment.credentials.changing_keys import propose as propose_key_change
from assessment.credentials.keys import current_key
from assessment.credentials.releasing import release
from assessment.credentials.signer_client import running_signer
from assessment.credentials.tables import BulkRelease, CredentialLink, Shown, StatusChange, StatusPurpose
from assessment.credentials.tables_keys import KeyChangeKind
from assessment.database import Base, db
from assessment.domain.errors import NotAllowed, NotFound
from assessment.domain.exams.regrade import Remedy
from assessment.domain.roles import Role
from assessment.exams.tables import Attempt, FormItem, Sitting
from assessment.exams.tables_cut_studies import JUDGE_ROLES, CutJudge, CutRound, CutStudy
from assessment.exams.tables_regrade import Regrade
from assessment.exams.tokens import read_token, write_token, writer_key
from assessment.item_bank.tables import Item
from assessment.jobs.service import work_all
from assessment.practicals.tables import Practical, RubricCriterion
from assessment.practicals.tables_borderline import BorderlineStudy
from assessment.schemes.tables import Scheme, SchemeVersion
from assessment.standards.tables import Competency
from assessment.web import gate
from assessment.web.actor import Actor
from assessment.web.gate import SignInNeeded, check
from assessment.web.places import PLACES
from assessment.web.rights import ANY, MATRIX, Rule
from tests.exams.room import open_room
from tests.factories.accounts import NOW, make_actor, make_body, make_site
from tests.factories.certification import make_world
from tests.factories.credentials import make_decided, make_releaser
from tests.factories.drafts import make_draft
from tests.factories.task_drafts import make_task_draft
from tests.factories.tools import make_tool
from tests.factories.visitors import Visitor, signed_in, writing_on
from tests.fixtures.sites import Site

# What an address may name besides records: the view itself finds it within the record or the actor's own body.
PLAIN = {
    "criterion_id": "found within the scheme version or the application",
    "unit_id": "found within the standard or the application",
    "method": "one of the methods",
    "number": "the place of a question",
    "version": "the number of a standard's version",
    "item": "an item within the attempt",
    "form": "the form of a download",
    "file_digest": "a picture within the draft, a file within the report",
    "package_digest": "an uploaded file that says whose it is",
    "report_digest": "a report that says whose it is",
    "digest": "a file within the item, the form or the attempt",
    "photo_id": "a photo within the practical",
    "named_id": "a name within the application",
    "sheet_id": "a sheet within the application",
    "earlier_id": "a practical within the application",
    "code": "a body's public code",
    "criterion_code": "a criterion within the draft",
    "name": "the name of a public file",
    "public_id": "a certificate's public id",
    "confirmation_id": "a link within the certificate",
    "qualification_id": "a proposal within the certificate",
    "link_id": "a link within the certificate, or its public id",
    "scheme_code": "a scheme's public code",
    "key_id": "a key within the agency",
    "webhook_id": "a webhook within the agency",
    "filename": "a static file",
}

# What the world below has not got or has left behind: photos, rubrics in words, a draft, an open appeal.
# These pages may answer 404 or 409 to somebody whom the gate lets pass; every other page is drawn.
NOT_IN_THIS_WORLD = {
    "appeals.page",
    "applications.check",
    "applications.prerequisites",
    "applications.programme",
    "applications.self_assessment",
    "borderline.new",
    "borderline.page",
    "decisions.photo",
    "drafts.file",
    "exam_files.form_file",
    "exam_files.item_file",
    "exam_files.uploaded",
    "exams.answer_detail",
    "exams.form",
    "item_bank.check",
    "item_bank.export",
    "item_bank.imported",
    "item_bank.template",
    "item_files.page",
    "marking.answer",
    "marking.file",
    "marking.rubric",
    "practicals.compare",
    "pieces.file",
    "practicals.finish",
    "places.again",
    "practicals.held",
    "practicals.held_photo",
    "practicals.photo",
    "practicals.photo_progress",
    "practicals.record",
    "practicals.signature",
    "practicals.task",
    "practicals.work_photo",
    "quality.index",
    "regrades.new",
    "reviews.copy",
    "rooms.photo",
    "schemes.cell",
    "schemes.change",
    "task_reviews.copy",
    "tasks.export",
    "tasks.page",
    "tools.new",
    "tools.page",
    "vc_api.status",
}


# What stands in front of Flask, so that the gate does not guard it: what does instead.
OUTSIDE_FLASK = {"answers.take": "the writer's token, tried below"}


@dataclass(kw_only=True)
class Somebody:
    """One person at a browser, and what the matrix should make of them."""

    label: str
    visitor: Visitor
    actor: Actor | None
    near: bool


@dataclass(kw_only=True)
class People:
    """One record of every kind in one body, and people in and out of relation to them."""

    values: dict[str, str | int]
    near: dict[Role, Actor] = field(default_factory=dict)
    far: dict[Role, Actor] = field(default_factory=dict)
    other: dict[Role, Actor] = field(default_factory=dict)
    nobody: Actor


def build(site: Site) -> People:
    """Make the world: a body with a chain up to a released decision, and a second body."""
    with writing_on(site) as session:
        world = make_world(session)
        decision_id = make_decided(session, world)
        releaser = make_releaser(session, world)
        credential_id = release(session, releaser, decision_id, now=NOW).id
    with site.app.app_context(), running_signer(site.settings):
        assert work_all(lambda: NOW) == 2  # the certificate, and its pages
    with writing_on(site) as session:
        decision = session.get_one(Decision, ("las", decision_id))
        application_id = decision.application_id
        attempt = session.scalars(select(Attempt).where(Attempt.application_id == application_id)).one()
        practical = session.scalars(select(Practical).where(Practical.application_id == application_id)).one()
        change = StatusChange(
            body_id="las",
            id=new_id(),
            credential_id=credential_id,
            purpose=StatusPurpose.REVOCATION,
            value=True,
            reason="Alasan contoh.",
            proposed_by=releaser.person_id,
            proposed_at=NOW,
        )
        regrade = Regrade(
            body_id="las",
            id=new_id(),
            form_id=attempt.form_id,
            item_version_id=session.scalars(
                select(FormItem.item_version_id).where(FormItem.form_id == attempt.form_id).limit(1)
            ).one(),
            remedy=Remedy.FULL_MARKS,
            reason="Alasan contoh.",
            digest="",
            proposed_by=releaser.person_id,
            proposed_at=NOW,
        )
        case = RegradeCase(
            body_id="las",
            id=new_id(),
            regrade_id=regrade.id,
            attempt_id=attempt.id,
            application_id=application_id,
            decision_id=decision_id,
            certificate_number=None,
            flipped={"v": 1, "marks": [["1", "3"], ["2", "3"]], "exam": [False, True], "criteria": [], "units": []},
            opened_at=NOW,
        )
        study = CutStudy(
            body_id="las",
            id=new_id(),
            form_id=attempt.form_id,
            candidate="Contoh asesi yang cukup mampu.",
            asked_by=releaser.person_id,
            asked_at=NOW,
        )
        regression = BorderlineStudy(
            body_id="las",
            id=new_id(),
            rubric_id=practical.rubric_id,
            rubric_criterion_id=session.scalars(
                select(RubricCriterion.id).where(RubricCriterion.rubric_id == practical.rubric_id).limit(1)
            ).one(),
            borderline=1,
            first=NOW,
            end=NOW,
            candidates=3,
            cut=Fraction(1, 2),
            result={"v": 1, "points": [["0", "0"], ["1", "1/2"], ["2", "1"]]},
            asked_by=releaser.person_id,
            asked_at=NOW,
        )
        bulk = BulkRelease(body_id="las", id=new_id(), account_id=releaser.account_id, asked_at=NOW)
        link = CredentialLink(
            body_id="las",
            id="0" * 32,
            credential_id=credential_id,
            person_id=world.candidate.person_id,
            shows=Shown.RESULT,
            made_at=NOW,
        )
        agency = Agency(
            body_id="las", id=new_id(), name="Kantor Contoh", registered_by=releaser.person_id, registered_at=NOW
        )
        session.add_all((regrade, study, regression, bulk, link, agency))
        session.flush()
        session.add(case)
        scheme_version_id = world.scheme.scheme_version_id
        version = session.get_one(SchemeVersion, ("las", scheme_version_id))
        unit = world.scheme.units[0]
        values: dict[str, str | int] = {
            "application_id": application_id,
            "attempt_id": attempt.id,
            "sitting_id": attempt.sitting_id,
            "form_id": attempt.form_id,
            "practical_id": practical.id,
            "task_id": practical.task_id,
            "meeting_id": session.scalars(
                select(MeetingCase.meeting_id).where(MeetingCase.application_id == application_id)
            ).one(),
            "decision_id": decision_id,
            "bulk_release_id": bulk.id,
            "credential_id": credential_id,
            "status_change_id": change.id,
            "key_change_id": propose_key_change(
                session, releaser, current_key(session, "las", NOW).id, KeyChangeKind.ROTATION, reason="Coba.", now=NOW
            ).id,
            "link_id": link.id,
            "agency_id": agency.id,
            "key_id": "no-such-key",
            "webhook_id": "no-such-webhook",
            "qualification_id": "no-such-proposal",
            "confirmation_id": "no-such-link",
            "regrade_id": regrade.id,
            "cut_study_id": study.id,
            "borderline_study_id": regression.id,
            "regrade_case_id": case.id,
            "item_id": session.scalars(select(Item.id).limit(1)).one(),
            "draft_id": make_draft(session, make_actor(session, "las", Role.ITEM_AUTHOR)).id,
            "task_draft_id": make_task_draft(session, "las").draft.id,
            "standard_id": session.get_one(Competency, ("las", unit.unit_id)).standard_id,
            "scheme_version_id": scheme_version_id,
            "tool_id": make_tool(session, "las", practical.site_id).id,
            "criterion_id": unit.criteria[0],
            "unit_id": unit.unit_id,
            "method": "written",
            "person_id": world.candidate.person_id,
            "account_id": world.candidate.account_id,
            "number": 1,
            "version": 1,
            "item": "1",
            "form": "json",
            "file_digest": "0" * 64,
            "package_digest": "0" * 64,
            "report_digest": "0" * 64,
            "digest": "0" * 64,
            "photo_id": "no-such-photo",
            "named_id": "no-such-name",
            "sheet_id": "no-such-sheet",
            "earlier_id": practical.id,
            "code": "las",
            "criterion_code": "J1",
            "name": "nothing",
            "public_id": credential_id,
            "scheme_code": session.get_one(Scheme, ("las", version.scheme_id)).code,
            "filename": "css/base.css",
        }
        session.add(change)
        session.flush()
        own_site = session.get_one(Sitting, ("las", attempt.sitting_id)).site_id
        other_site = make_site(session, "las", "TUK lain")
        make_body(session, "tata")
        people = People(values=values, nobody=make_actor(session, "las"))
        people.near = {
            role: make_actor(session, "las", role, site_id=own_site if role is Role.INVIGILATOR else None)
            for role in Role
        } | {
            Role.CANDIDATE: world.candidate,
            Role.ASSESSOR: world.assessor,
            Role.DECIDER: world.deciders[0],
        }
        session.add(
            CutRound(
                body_id="las",
                cut_study_id=study.id,
                number=1,
                discussed="",
                opened_by=releaser.person_id,
                opened_at=NOW,
            )
        )
        session.add_all(
            CutJudge(body_id="las", cut_study_id=study.id, person_id=people.near[role].person_id, named_at=NOW)
            for role in JUDGE_ROLES
        )
        people.far = {role: make_actor(session, "las", role, site_id=other_site) for role in Role}
        people.other = {role: make_actor(session, "tata", role) for role in Role}
    return people


def logins(site: Site) -> dict[str, str]:
    with site.app.app_context():
        return {row.id: row.login for row in db.session.execute(select(Account.id, Account.login))}


def routes(app: Flask) -> list[Route]:
    return sorted(app.url_map.iter_rules(), key=lambda route: (route.endpoint, route.rule))


def address(app: Flask, route: Route, people: People) -> str:
    values = {name: people.values[name] for name in route.arguments}
    with app.test_request_context():
        return str(app.url_map.bind("localhost").build(route.endpoint, values))


def records(route: Route) -> set[str]:
    return route.arguments & gate._locators.keys()


def methods(route: Route) -> list[str]:
    return sorted((route.methods or set()) - {"HEAD", "OPTIONS"})


def expected(rule: Rule, route: Route, role: Role, kind: str) -> bool:
    """What the matrix promises to somebody with this one role; the far and the other have no relation at all."""
    if role not in rule.cells:
        return False
    if not records(route) or kind == "near":
        return True
    return kind == "far" and rule.cells[role] is ANY


def everything(site: Site) -> dict[str, str]:
    """A digest of the rows of every table."""
    found = {}
    with site.engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            assert isinstance(table, Table)
            rows = sorted(str(tuple(row)) for row in connection.execute(select(table)))
            found[table.name] = sha256("\n".join(rows).encode()).hexdigest()
    return found


def test_every_route_stands_in_the_matrix_and_every_entry_has_a_route(site: Site) -> None:
    endpoints = {route.endpoint for route in routes(site.app)}
    assert endpoints - MATRIX.keys() == set(), "These routes are not in assessment/web/rights.py."
    assert MATRIX.keys() - endpoints == set(), "These entries have no route."


@pytest.mark.long_lock("the world is built in one go")
def test_a_booking_code_opens_what_the_matrix_says_for_its_own_attempt_and_nothing_else(site: Site) -> None:
    people = build(site)
    candidate = people.near[Role.CANDIDATE]
    attempt_id = str(people.values["attempt_id"])
    for bound_to in (attempt_id, "another"):
        booked = replace(candidate, account_id=None, sites={Role.CANDIDATE: None}, bound_to=bound_to)
        for route in routes(site.app):
            rule = MATRIX[route.endpoint]
            if rule.public:
                continue
            own = rule.booked and (bound_to == attempt_id or not records(route))
            arguments = {name: str(people.values[name]) for name in route.arguments}
            with site.app.app_context():
                if own:
                    check(rule, booked, arguments)
                else:
                    with pytest.raises((NotFound, NotAllowed)):
                        check(rule, booked, arguments)


def test_what_stands_in_front_of_flask_is_known(site: Site) -> None:
    assert {route.endpoint for route in routes(site.app) if route.build_only} == OUTSIDE_FLASK.keys()


@pytest.mark.long_lock("the room is built in one go")
def test_the_answer_path_takes_no_foreign_token(site: Site) -> None:
    room = open_room(site, others=["Budi Contoh"])
    room.start()
    with site.app.app_context():
        stranger = db.session().get_one(Attempt, ("las", room.others[0])).person_id
    own = room.token()
    version, payload, tag = own.split(".")
    foreign = {
        "": 403,
        "1.e30.e30": 403,
        f"{version}.{payload}.{tag[::-1]}": 403,
        write_token(writer_key(b"another secret".ljust(32)), read_token(writer_key(site.settings.secret), own)): 403,
        room.token(body_id="tata"): 404,
        room.token(attempt_id="nobodys"): 404,
        room.token(attempt_id=room.others[0]): 404,
        room.token(person_id=stranger): 404,
    }
    before = everything(site)
    form = {"item": room.exam.items[0], "client": "c", "seq": "1", "lang": "id", "response": "B", "flag": "1"}
    for token, status in foreign.items():
        assert room.send(room.event(), token=token).status_code == status, token
        assert site.client().post("/answers", data={**form, "token": token}).status_code == status, token
    assert everything(site) == before
    assert room.send(room.event(), token=own).status_code == 200


def test_every_argument_of_an_address_is_found_by_the_gate_or_explained(site: Site) -> None:
    named = {
        argument for route in routes(site.app) if not MATRIX[route.endpoint].public for argument in route.arguments
    }
    assert named - gate._locators.keys() - PLAIN.keys() == set()
    assert gate._locators.keys() & PLAIN.keys() == set()


def test_a_relation_to_a_record_is_asked_only_where_there_is_one(site: Site) -> None:
    """A rule that asks for a relation on a page without a record would ask for nothing there."""
    for route in routes(site.app):
        rule = MATRIX[route.endpoint]
        if not rule.public and rule.cells and not records(route):
            assert "GET" in methods(route) or set(rule.cells.values()) == {ANY}, route.endpoint


def test_every_starting_point_is_in_the_matrix_and_needs_no_record(site: Site) -> None:
    by_endpoint = {route.endpoint: route for route in routes(site.app)}
    for place in PLACES:
        assert by_endpoint[place.endpoint].arguments == set(), place.endpoint
        assert MATRIX[place.endpoint].cells, place.endpoint


def cases(site: Site, people: People) -> Iterator[tuple[Route, str, Role, Actor, bool]]:
    """Every route that is not public, with everybody: (route, kind of person, role, actor, whether allowed)."""
    for route in routes(site.app):
        rule = MATRIX[route.endpoint]
        if rule.public:
            continue
        for kind, group in (("near", people.near), ("far", people.far), ("other", people.other)):
            for role, actor in group.items():
                yield route, kind, role, actor, expected(rule, route, role, kind)


def misjudged(site: Site, people: People) -> list[str]:
    """Hold the gate itself against the matrix, for everybody and every route that is not public."""
    wrong = []
    with site.app.app_context():
        for route, kind, role, actor, allowed in cases(site, people):
            arguments = {name: str(people.values[name]) for name in route.arguments}
            try:
                check(MATRIX[route.endpoint], actor, arguments)
            except (NotFound, NotAllowed, SignInNeeded) as refusal:
                passed = False
                hidden = isinstance(refusal, NotFound)
                if hidden is not bool(records(route)):
                    wrong.append(f"{route.endpoint}: {role} {kind} was refused with {type(refusal).__name__}")
            else:
                passed = True
            if passed is not allowed:
                wrong.append(f"{route.endpoint}: expected {role} {kind} to be {'allowed' if allowed else 'refused'}")
    return wrong


@pytest.mark.long_lock("the world is far larger than a request")
def test_the_gate_keeps_to_the_matrix_and_a_refusal_changes_nothing(site: Site) -> None:
    people = build(site)
    wrong = misjudged(site, people)
    assert not wrong, "\n".join(wrong)
    names = logins(site)
    actors = [*people.near.values(), *people.far.values(), *people.other.values(), people.nobody]
    visitors = {actor.account_id: signed_in(site, names[actor.account_id]) for actor in actors}
    stranger = Visitor(site)
    stranger.get("/signin")
    before = everything(site)

    def refused(route: Route, method: str, who: str, visitor: Visitor, statuses: set[int]) -> None:
        place = address(site.app, route, people)
        fields = {"csrf_token": visitor.csrf} if method != "GET" else None
        response = visitor.client.open(place, method=method, data=fields)
        if response.status_code not in statuses:
            wrong.append(f"{method} {place} ({route.endpoint}) by {who}: {response.status_code}, not {statuses}")

    for route, kind, role, actor, allowed in cases(site, people):
        if not allowed and not (kind != "near" and role not in MATRIX[route.endpoint].cells):
            for method in methods(route):
                status = 404 if records(route) else 403
                refused(route, method, f"{role} {kind}", visitors[actor.account_id], {status})
    for route in routes(site.app):
        if MATRIX[route.endpoint].public:
            continue
        for method in methods(route):
            refused(route, method, "a stranger", stranger, {303} if method == "GET" else {401})
            if len(MATRIX[route.endpoint].cells) < len(Role):
                status = 404 if records(route) else 403
                refused(route, method, "nobody in particular", visitors[people.nobody.account_id], {status})
    assert not wrong, "\n".join(wrong)
    changed = [name for name, digest in everything(site).items() if digest != before[name]]
    assert not changed, f"Expected refusals to change nothing, got changes in {changed}."
    assert "sign_in_session" in EXEMPT


@pytest.mark.long_lock("the world is far larger than a request")
def test_every_page_is_drawn_for_whoever_may_see_it_and_holds_nothing_of_another_body(site: Site) -> None:
    people = build(site)
    names = logins(site)
    site.app.testing = False
    secrets = {str(value) for value in people.values.values() if len(str(value)) == 16}
    visitors = {
        actor.account_id: signed_in(site, names[actor.account_id])
        for actor in [*people.near.values(), *people.other.values()]
    }
    wrong = []
    for route, kind, role, actor, allowed in cases(site, people):
        if not allowed or kind == "far" or "GET" not in methods(route) or route.endpoint == "static":
            continue
        response = visitors[actor.account_id].get(address(site.app, route, people))
        fine = response.status_code < 400 or (
            response.status_code in (404, 409) and route.endpoint in NOT_IN_THIS_WORLD
        )
        if not fine:
            wrong.append(f"{route.endpoint} for {role}, {kind}: {response.status_code}")
        if kind == "other" and any(secret in response.get_data(as_text=True) for secret in secrets):
            wrong.append(f"{route.endpoint} shows a record of another body to {role}")
    assert not wrong, "\n".join(wrong)
