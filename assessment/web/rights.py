"""The authorisation matrix: every route, who may use it, and in which relation to its record.

This is the one place where rights are written down. The gate (`gate.py`) enforces it before a view runs, and
a test walks the URL map: a route that is not here fails. A role that is not named may not enter. Where a
route names a record, a refusal is 404, because its existence is not the stranger's to know; where it names
none, a refusal is 403.

Relations:
    ANY   any record of one's own body, or a page without a record
    SITE  a record at a site for which the role is held
    OWN   a record about oneself
    DUTY  a record on which one was given a task (assessor of a practical, member of a meeting)
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from assessment.domain.roles import Role


class Relation(StrEnum):
    """How an actor stands to a record."""

    ANY = "any"
    SITE = "site"
    OWN = "own"
    DUTY = "duty"


ANY, SITE, OWN, DUTY = Relation.ANY, Relation.SITE, Relation.OWN, Relation.DUTY


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """Who may use a route. `public` needs no account; `cells` names a relation for each role.

    `booked` opens it, for the one record it is about, to a candidate who came with a booking code.
    """

    public: bool = False
    booked: bool = False
    cells: Mapping[Role, Relation] = field(default_factory=dict)


def may(**cells: Relation) -> Rule:
    """Open a route to the named roles, each in its relation."""
    return Rule(cells={Role(name): relation for name, relation in cells.items()})


PUBLIC = Rule(public=True)
OWN_EXAM = Rule(cells={Role.CANDIDATE: Relation.OWN}, booked=True)
SIGNED_IN = Rule(cells=dict.fromkeys(Role, ANY))

# Commands that somebody gives under their own account.
COMMANDS: dict[str, Rule] = {
    "key.list": may(administrator=ANY, quality_manager=ANY, releaser=ANY),
    "key.propose": may(administrator=ANY, quality_manager=ANY),
    "key.answer": may(administrator=ANY, quality_manager=ANY),
}

MATRIX: dict[str, Rule] = {
    # --- for everybody
    "static": PUBLIC,
    "home.index": PUBLIC,
    "health.healthz": PUBLIC,
    "health.readyz": PUBLIC,
    "health.metrics": PUBLIC,
    "accounts.sign_in": PUBLIC,
    "booking.enter": PUBLIC,
    # --- verification: for anybody with the paper, its number and birth date, or a file
    "verification.show": PUBLIC,
    "verification.document": PUBLIC,
    "verification.verify": PUBLIC,
    "verification.worker": PUBLIC,
    "verification.link": PUBLIC,
    # The link is its own authority; it is used once, by a POST.
    "verification.confirm": PUBLIC,
    # The token of a test instance stands in front of issuing, which signs with a key of its own and as nobody's body.
    "vc_api.issue": PUBLIC,
    "vc_api.status": PUBLIC,
    "vc_api.verify_credential": PUBLIC,
    "vc_api.verify_presentation": PUBLIC,
    # An agency's key in the request is the authority: it names the body, the agency and nothing else.
    "agency_api.status": PUBLIC,
    "agency_api.webhooks": PUBLIC,
    "agency_api.new_webhook": PUBLIC,
    "agency_api.watched": PUBLIC,
    "agency_api.end_webhook": PUBLIC,
    # --- for everybody who is signed in
    "accounts.sign_out": Rule(cells=SIGNED_IN.cells, booked=True),
    "accounts.today": Rule(cells=SIGNED_IN.cells, booked=True),
    # --- exams: forms, sittings, rooms, the candidate's own exam
    "exam_forms.index": may(scheme_manager=ANY),
    "exam_forms.new": may(scheme_manager=ANY),
    "exam_forms.page": may(scheme_manager=ANY),
    "exam_forms.preview": may(scheme_manager=ANY),
    # A cut is set by a panel: who leads it sees what was handed in, each judge only the own estimates and the spread.
    "cut_studies.index": may(scheme_manager=ANY, quality_manager=ANY),
    "cut_studies.new": may(scheme_manager=ANY, quality_manager=ANY),
    "cut_studies.page": may(scheme_manager=ANY, quality_manager=ANY),
    "cut_studies.next_round": may(scheme_manager=ANY, quality_manager=ANY),
    "cut_studies.close": may(scheme_manager=ANY, quality_manager=ANY),
    "cut_studies.use": may(scheme_manager=ANY),
    "cut_studies.rate": may(assessor=DUTY, item_author=DUTY, decider=DUTY, scheme_manager=DUTY, quality_manager=DUTY),
    "sittings.index": may(scheme_manager=ANY),
    "sittings.new": may(scheme_manager=ANY),
    "sittings.page": may(scheme_manager=ANY),
    "sittings.add": may(scheme_manager=ANY),
    "sittings.extra_time": may(scheme_manager=ANY),
    "sittings.close": may(scheme_manager=ANY),
    "sittings.prepare": may(scheme_manager=ANY),
    "rooms.index": may(invigilator=SITE),
    "rooms.page": may(invigilator=SITE),
    "rooms.live": may(invigilator=SITE),
    "rooms.notes": may(invigilator=SITE),
    "rooms.choose": may(invigilator=SITE),
    "rooms.let_start": may(invigilator=SITE),
    "rooms.extra_time": may(invigilator=SITE),
    "rooms.pause": may(invigilator=SITE),
    "rooms.resume": may(invigilator=SITE),
    "rooms.end": may(invigilator=SITE),
    "rooms.note": may(invigilator=SITE),
    "rooms.let_move": may(invigilator=SITE),
    "rooms.codes": may(invigilator=SITE, scheme_manager=ANY),
    "rooms.make_codes": may(invigilator=SITE, scheme_manager=ANY),
    "rooms.held": may(invigilator=SITE),
    "rooms.decide_held": may(invigilator=SITE),
    "rooms.seat": may(invigilator=SITE),
    "rooms.check_in": may(invigilator=SITE),
    "rooms.release": may(invigilator=SITE),
    "rooms.void": may(invigilator=SITE),
    "rooms.photo": may(invigilator=SITE),
    "rooms.take_in": may(invigilator=SITE),
    "exams.index": may(candidate=OWN),
    "exams.start_page": OWN_EXAM,
    "exams.start": OWN_EXAM,
    "exams.question": OWN_EXAM,
    "exams.review": OWN_EXAM,
    "exams.submit": OWN_EXAM,
    "exams.receipt": OWN_EXAM,
    "exams.token": OWN_EXAM,
    "exams.form": OWN_EXAM,
    "exams.move": OWN_EXAM,
    "exams.ask": OWN_EXAM,
    "exams.stay": OWN_EXAM,
    "exams.paused": OWN_EXAM,
    "exams.worker": PUBLIC,
    # A sealed box that this server's token lies in is its own authority.
    "exams.boxes": PUBLIC,
    "exams.attempt_result": may(scheme_manager=ANY, assessor=DUTY, decider=ANY, quality_manager=ANY),
    "exams.answer_detail": may(assessor=DUTY, decider=ANY, quality_manager=ANY),
    # Regrades: proposed by quality managers, confirmed by a second person; what they touch is looked at by people.
    "regrades.index": may(quality_manager=ANY, scheme_manager=ANY),
    "regrades.page": may(quality_manager=ANY, scheme_manager=ANY),
    "regrades.answer": may(quality_manager=ANY, scheme_manager=ANY),
    "regrades.choose": may(quality_manager=ANY),
    "regrades.new": may(quality_manager=ANY),
    "regrades.send": may(quality_manager=ANY),
    "regrade_cases.index": may(releaser=ANY, quality_manager=ANY, scheme_manager=ANY),
    "regrade_cases.handle": may(releaser=ANY, quality_manager=ANY, scheme_manager=ANY),
    # Marking by people: any assessor, blind; the service refuses who stands on another side of the application.
    "marking.index": may(assessor=ANY, scheme_manager=ANY, quality_manager=ANY),
    "marking.answer": may(assessor=ANY),
    "marking.mark": may(assessor=ANY),
    "marking.next_one": may(assessor=ANY),
    "marking.file": may(assessor=ANY),
    "marking.rubric": may(scheme_manager=ANY),
    "marking.rule": may(scheme_manager=ANY),
    # The writer's token in the request is the authority: it names attempt, person, epoch and expiry.
    "answers.take": PUBLIC,
    "exam_files.upload": PUBLIC,
    "exam_files.item_file": Rule(
        cells=may(candidate=OWN, assessor=DUTY, decider=ANY, quality_manager=ANY).cells, booked=True
    ),
    "exam_files.uploaded": may(assessor=DUTY, decider=ANY, quality_manager=ANY),
    # The pictures of a form's questions, also for who estimates them.
    "exam_files.form_file": may(scheme_manager=ANY, quality_manager=ANY, assessor=DUTY, item_author=DUTY, decider=DUTY),
    # Practice asks the product's own questions and keeps nothing.
    "practice.question": PUBLIC,
    "practice.done": PUBLIC,
    # --- practicals: today's list, check-in, the sheet, the record; tasks with their rubrics
    "practicals.index": may(invigilator=ANY, assessor=ANY, scheme_manager=ANY, quality_manager=ANY),
    "practicals.check_in": may(invigilator=SITE),
    "practicals.photo": may(invigilator=SITE, assessor=DUTY, quality_manager=ANY),
    "practicals.task": may(candidate=OWN, invigilator=SITE, assessor=DUTY, scheme_manager=ANY, quality_manager=ANY),
    "practicals.worker": PUBLIC,
    "practicals.locked": PUBLIC,
    "practicals.sheet": may(assessor=DUTY),
    "practicals.open": may(assessor=DUTY),
    "practicals.observations": may(assessor=DUTY),
    "practicals.renew": may(assessor=DUTY),
    "practicals.photos": may(assessor=DUTY),
    "practicals.photo_progress": may(assessor=DUTY),
    "practicals.photo_piece": may(assessor=DUTY),
    "practicals.work_photo": may(assessor=DUTY, scheme_manager=ANY, quality_manager=ANY, decider=ANY, releaser=ANY),
    "practicals.finish": may(assessor=DUTY),
    # Marks beside each other: the page itself shows an assessor nothing before all sheets are in.
    "practicals.compare": may(assessor=DUTY, scheme_manager=ANY, quality_manager=ANY),
    "practicals.ask": may(assessor=DUTY, scheme_manager=ANY),
    "practicals.remark": may(assessor=DUTY),
    "practicals.third": may(scheme_manager=ANY),
    # The assessor's tablet at the end: the own sheet is confirmed, and the candidate beside it is asked.
    "practicals.confirm": may(assessor=DUTY),
    "practicals.candidate": may(assessor=DUTY),
    "practicals.signature": may(assessor=DUTY, scheme_manager=ANY, quality_manager=ANY, decider=ANY, releaser=ANY),
    "practicals.closing": may(invigilator=SITE, scheme_manager=ANY, quality_manager=ANY),
    "practicals.close": may(invigilator=SITE, scheme_manager=ANY),
    "practicals.reopen": may(invigilator=SITE, scheme_manager=ANY),
    "practicals.held_photo": may(invigilator=SITE, scheme_manager=ANY, quality_manager=ANY),
    "practicals.held": may(invigilator=SITE, scheme_manager=ANY, quality_manager=ANY),
    "practicals.take_in": may(invigilator=ANY, scheme_manager=ANY),
    "practicals.record": may(assessor=DUTY, scheme_manager=ANY, quality_manager=ANY, decider=ANY, releaser=ANY),
    # Figures about people who mark are for who answers for their quality, and for nobody else.
    "quality.index": may(quality_manager=ANY),
    "quality.severity": may(quality_manager=ANY),
    "quality.questions": may(quality_manager=ANY),
    "borderline.index": may(quality_manager=ANY, scheme_manager=ANY),
    "borderline.new": may(quality_manager=ANY),
    "borderline.page": may(quality_manager=ANY, scheme_manager=ANY),
    "pieces.page": may(invigilator=SITE, assessor=DUTY, scheme_manager=ANY, quality_manager=ANY, decider=ANY),
    "pieces.file": may(invigilator=SITE, assessor=DUTY, scheme_manager=ANY, quality_manager=ANY, decider=ANY),
    # Whoever watches enters them, so that neither assessor nor decider can: the database refuses as well.
    "pieces.record": may(invigilator=SITE),
    "pieces.report": may(invigilator=SITE),
    # The register of measuring tools: who answers for quality writes it, whoever sets a place up reads it.
    "tools.index": may(invigilator=ANY, scheme_manager=ANY, quality_manager=ANY),
    "tools.page": may(invigilator=ANY, scheme_manager=ANY, quality_manager=ANY),
    "tools.new": may(quality_manager=ANY),
    "tools.calibrate": may(quality_manager=ANY),
    "tools.retire": may(quality_manager=ANY),
    "tasks.index": may(item_author=ANY, scheme_manager=ANY, quality_manager=ANY),
    "tasks.page": may(item_author=ANY, scheme_manager=ANY, quality_manager=ANY),
    "tasks.export": may(item_author=ANY, scheme_manager=ANY, quality_manager=ANY),
    "task_drafts.index": may(item_author=ANY, scheme_manager=ANY, quality_manager=ANY),
    "task_drafts.sheet": may(item_author=ANY, scheme_manager=ANY, quality_manager=ANY),
    "task_drafts.new": may(item_author=ANY, scheme_manager=ANY),
    "task_drafts.change": may(item_author=ANY, scheme_manager=ANY),
    "task_drafts.add": may(item_author=ANY, scheme_manager=ANY),
    "task_drafts.arrange": may(item_author=ANY, scheme_manager=ANY),
    "task_drafts.copy": may(item_author=ANY, scheme_manager=ANY),
    "task_forms.edit": may(item_author=ANY, scheme_manager=ANY),
    "task_forms.write": may(item_author=ANY, scheme_manager=ANY),
    "task_forms.save": may(item_author=ANY, scheme_manager=ANY),
    "task_forms.criterion": may(item_author=ANY, scheme_manager=ANY),
    "task_forms.write_criterion": may(item_author=ANY, scheme_manager=ANY),
    "task_forms.save_criterion": may(item_author=ANY, scheme_manager=ANY),
    # A second person: the rule compares persons, so that no author passes their own task.
    "task_reviews.page": may(item_author=ANY, scheme_manager=ANY, quality_manager=ANY),
    "task_reviews.copy": may(item_author=ANY, scheme_manager=ANY, quality_manager=ANY),
    "task_reviews.remark": may(item_author=ANY, scheme_manager=ANY, quality_manager=ANY),
    "task_reviews.give_back": may(item_author=ANY, scheme_manager=ANY, quality_manager=ANY),
    "task_reviews.accept": may(item_author=ANY, scheme_manager=ANY, quality_manager=ANY),
    "task_reviews.send": may(item_author=ANY, scheme_manager=ANY),
    "task_reviews.fetch": may(item_author=ANY, scheme_manager=ANY),
    "task_reviews.give_up": may(item_author=ANY, scheme_manager=ANY),
    # --- item bank: keys are for authors, and to read for who answers for schemes and quality
    "item_bank.index": may(item_author=ANY, scheme_manager=ANY, quality_manager=ANY),
    "item_bank.item": may(item_author=ANY, scheme_manager=ANY, quality_manager=ANY),
    "item_files.page": may(item_author=ANY, scheme_manager=ANY, quality_manager=ANY),
    "item_bank.retire": may(item_author=ANY),
    "item_bank.use": may(item_author=ANY),
    "item_bank.keep_apart": may(item_author=ANY),
    "item_bank.end_apart": may(item_author=ANY),
    "item_bank.export": may(item_author=ANY),
    "item_bank.export_item": may(item_author=ANY),
    "item_bank.upload": may(item_author=ANY),
    "item_bank.check": may(item_author=ANY),
    "item_bank.imported": may(item_author=ANY),
    "item_bank.template": may(item_author=ANY),
    "item_bank.differences": may(item_author=ANY, scheme_manager=ANY, quality_manager=ANY),
    "drafts.index": may(item_author=ANY, quality_manager=ANY),
    "drafts.new": may(item_author=ANY),
    "drafts.change": may(item_author=ANY),
    "drafts.edit": may(item_author=ANY),
    "drafts.write": may(item_author=ANY),
    "drafts.save": may(item_author=ANY),
    "drafts.file": may(item_author=ANY, quality_manager=ANY),
    # A second person: the rule compares persons, so that no author passes their own draft.
    "reviews.page": may(item_author=ANY, quality_manager=ANY),
    "reviews.copy": may(item_author=ANY, quality_manager=ANY),
    "reviews.remark": may(item_author=ANY, quality_manager=ANY),
    "reviews.give_back": may(item_author=ANY, quality_manager=ANY),
    "reviews.accept": may(item_author=ANY, quality_manager=ANY),
    "reviews.confirm": may(item_author=ANY, quality_manager=ANY),
    "reviews.send": may(item_author=ANY),
    "reviews.fetch": may(item_author=ANY),
    "reviews.give_up": may(item_author=ANY),
    "reviews.rebase": may(item_author=ANY),
    # --- competency standards
    "standards.index": may(scheme_manager=ANY, item_author=ANY, assessor=ANY, decider=ANY, quality_manager=ANY),
    "standards.page": may(scheme_manager=ANY, item_author=ANY, assessor=ANY, decider=ANY, quality_manager=ANY),
    "standards.unit": may(scheme_manager=ANY, item_author=ANY, assessor=ANY, decider=ANY, quality_manager=ANY),
    "standards.upload": may(scheme_manager=ANY),
    "standards.export": may(scheme_manager=ANY),
    "standards.mark": may(scheme_manager=ANY),
    # --- schemes and their plans
    "schemes.index": may(scheme_manager=ANY, item_author=ANY, assessor=ANY, decider=ANY, quality_manager=ANY),
    "schemes.page": may(scheme_manager=ANY, item_author=ANY, assessor=ANY, decider=ANY, quality_manager=ANY),
    "schemes.criterion": may(scheme_manager=ANY, item_author=ANY, assessor=ANY, decider=ANY, quality_manager=ANY),
    "schemes.new": may(scheme_manager=ANY),
    "schemes.upload": may(scheme_manager=ANY),
    "schemes.change": may(scheme_manager=ANY),
    "schemes.cell": may(scheme_manager=ANY),
    "schemes.clear": may(scheme_manager=ANY),
    "schemes.copy": may(scheme_manager=ANY),
    "schemes.publish": may(scheme_manager=ANY),
    "schemes.retire": may(scheme_manager=ANY),
    # --- certification: the candidate's applications
    "applications.index": may(candidate=ANY),
    "applications.new": may(candidate=ANY),
    "applications.prerequisites": may(candidate=OWN),
    "applications.programme": may(candidate=OWN),
    "applications.self_assessment": may(candidate=OWN),
    "applications.consents": may(candidate=OWN),
    "applications.check": may(candidate=OWN),
    "applications.page": may(candidate=OWN),
    "applications.agreement": may(candidate=OWN),
    "applications.withdraw": may(candidate=OWN),
    "applications.result": may(candidate=OWN),
    "applications.feedback": may(candidate=OWN),
    "applications.appeal": may(candidate=OWN),
    "applications.too_close": may(candidate=OWN),
    "applications.find_assessor": may(candidate=OWN),
    "applications.name_assessor": may(candidate=OWN),
    "applications.withdraw_name_of": may(candidate=OWN),
    # --- certification: the office, the assessor's evidence, decision meetings, appeals
    "office.index": may(scheme_manager=ANY),
    "office.file": may(scheme_manager=ANY),
    "office.check_prerequisite": may(scheme_manager=ANY),
    "office.see_document": may(scheme_manager=ANY),
    "office.accept": may(scheme_manager=ANY),
    "office.reject": may(scheme_manager=ANY),
    "office.send_back": may(scheme_manager=ANY),
    "office.register_trainer": may(scheme_manager=ANY),
    "places.page": may(scheme_manager=ANY),
    "places.exam": may(scheme_manager=ANY),
    "places.practical": may(scheme_manager=ANY),
    "places.too_close": may(scheme_manager=ANY),
    "places.assessors": may(scheme_manager=ANY),
    "places.limit": may(scheme_manager=ANY),
    "places.again": may(scheme_manager=ANY),
    "places.plan_again": may(scheme_manager=ANY),
    "places.carry_over": may(scheme_manager=ANY),
    "places.withdraw_close": may(scheme_manager=ANY),
    "places.replace": may(scheme_manager=ANY),
    "office.reassess": may(scheme_manager=ANY),
    "office.close": may(scheme_manager=ANY),
    "evidence.index": may(assessor=ANY),
    "evidence.page": may(assessor=DUTY, scheme_manager=ANY, quality_manager=ANY, decider=DUTY),
    "evidence.confirm": may(assessor=DUTY),
    "evidence.confirm_all": may(assessor=DUTY),
    "evidence.ask_orally": may(assessor=DUTY),
    "evidence.open_follow_up": may(assessor=DUTY),
    "evidence.close_follow_up": may(assessor=DUTY),
    "evidence.recommend": may(assessor=DUTY),
    "meetings.index": may(scheme_manager=ANY, decider=ANY, quality_manager=ANY),
    "meetings.page": may(scheme_manager=ANY, decider=DUTY, quality_manager=ANY),
    "meetings.minutes": may(scheme_manager=ANY, decider=DUTY, quality_manager=ANY),
    "meetings.invite": may(scheme_manager=ANY),
    "meetings.add_cases": may(scheme_manager=ANY),
    "meetings.be_present": may(decider=DUTY),
    "meetings.close": may(scheme_manager=ANY),
    "decisions.page": may(scheme_manager=ANY, decider=DUTY, quality_manager=ANY),
    "decisions.photo": may(scheme_manager=ANY, decider=DUTY, quality_manager=ANY),
    "decisions.declare": may(decider=DUTY),
    "decisions.vote": may(decider=DUTY),
    "decisions.decide": may(decider=DUTY),
    "decisions.ask_for_more": may(decider=DUTY),
    "appeals.index": may(quality_manager=ANY),
    "appeals.page": may(quality_manager=ANY),
    # --- certificates: release, status by two people, the holder's own, and what anybody may fetch
    "releases.index": may(releaser=ANY),
    "releases.page": may(releaser=ANY),
    "releases.preview": may(releaser=ANY),
    "releases.release": may(releaser=ANY),
    "bulk_releases.new": may(releaser=ANY),
    "bulk_releases.ask": may(releaser=ANY),
    "bulk_releases.page": may(releaser=ANY),
    "certificates.index": may(releaser=ANY, quality_manager=ANY),
    "certificates.own": may(candidate=OWN),
    "own_page.edit": may(candidate=OWN),
    "own_page.checks": may(candidate=OWN),
    "own_page.confirmations": may(candidate=OWN),
    "own_page.make_confirmation": may(candidate=OWN),
    "own_page.end_confirmation": may(candidate=OWN),
    "certificates.page": may(releaser=ANY, quality_manager=ANY, candidate=OWN),
    "certificates.download": may(releaser=ANY, quality_manager=ANY, candidate=OWN),
    "certificates.share": may(candidate=OWN),
    "certificates.end_link": may(candidate=OWN),
    "certificates.proposals": may(releaser=ANY, quality_manager=ANY),
    "certificates.propose": may(releaser=ANY, quality_manager=ANY),
    "certificates.answer": may(releaser=ANY, quality_manager=ANY),
    # Agencies: whoever gives access to others makes and ends their keys; a page names no certificate.
    "agencies.index": may(administrator=ANY, official=ANY, quality_manager=ANY),
    "agencies.page": may(administrator=ANY, official=ANY, quality_manager=ANY),
    "agencies.new": may(administrator=ANY, official=ANY),
    "agencies.new_key": may(administrator=ANY, official=ANY),
    "agencies.end_key": may(administrator=ANY, official=ANY),
    "agencies.end_webhook": may(administrator=ANY, official=ANY),
    "certificates.qualification": may(releaser=ANY, quality_manager=ANY),
    "certificates.propose_qualified": may(releaser=ANY, quality_manager=ANY),
    "certificates.propose_qualified_end": may(releaser=ANY, quality_manager=ANY),
    "certificates.answer_qualified": may(releaser=ANY, quality_manager=ANY),
    "certificates.open_qualifications": may(releaser=ANY, quality_manager=ANY),
    # A second person: the rule compares persons, so that nobody confirms their own change of a key.
    "keys.index": may(administrator=ANY, quality_manager=ANY, releaser=ANY),
    "keys.answer": may(administrator=ANY, quality_manager=ANY),
    "public_files.did": PUBLIC,
    "public_files.register": PUBLIC,
    "public_files.pdf_authority": PUBLIC,
    "public_files.pdf_revocations": PUBLIC,
    "public_files.pdf_seals": PUBLIC,
    "public_files.status_list": PUBLIC,
    "public_files.log_checkpoint": PUBLIC,
    "public_files.log_tile": PUBLIC,
    "public_files.scheme": PUBLIC,
    # --- administration: persons, accounts, roles, the body's authority; everybody their own account
    "administration.persons": may(administrator=ANY),
    "administration.register": may(administrator=ANY),
    "administration.person": may(administrator=ANY),
    "administration.correct_name": may(administrator=ANY),
    "administration.add_document": may(administrator=ANY),
    "administration.registration": may(administrator=ANY),
    "administration.erase_person": may(administrator=ANY),
    "administration.open_account": may(administrator=ANY),
    "administration.accounts": may(administrator=ANY),
    "administration.account": may(administrator=ANY),
    "administration.reset": may(administrator=ANY),
    "administration.activate": may(administrator=ANY),
    "administration.sign_out_everywhere": may(administrator=ANY),
    "administration.grant": may(administrator=ANY),
    "administration.end_role": may(administrator=ANY),
    "administration.body": may(administrator=ANY, scheme_manager=ANY, quality_manager=ANY),
    "administration.licence": may(administrator=ANY),
    "administration.site": may(administrator=ANY),
    "administration.verification": may(administrator=ANY),
    "accounts.me": SIGNED_IN,
    "accounts.change_password": SIGNED_IN,
    "accounts.end_other_sessions": SIGNED_IN,
    "accounts.change_language": SIGNED_IN,
    # --- reports: numbers without personal data, and the audit record
    "reports.numbers": may(official=ANY, scheme_manager=ANY, quality_manager=ANY),
    "reports.record": may(quality_manager=ANY),
}
