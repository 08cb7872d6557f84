"""What blocks a decision, in words, with the way to close it."""

from datetime import date
from typing import Any, assert_never

from flask import url_for
from flask_babel import gettext, ngettext

from assessment.certification.decision_page import DecisionPage
from assessment.domain.certification.application_states import ApplicationState
from assessment.domain.certification.decision import Block, Blocked


def blockers(shown: DecisionPage, reader: str) -> list[dict[str, Any]]:
    """Return every block as {text, href, action, due}, in the order in which they are closed.

    The way to declare and to vote is shown to a `reader` (a person's id) who is the one that has to.
    """
    if shown.case.decided is not None:
        return []
    found: list[dict[str, Any]] = []
    for block in shown.judged.decision.blocked:
        found += _words(block, shown, own=reader in block.persons)
    if shown.judged.stale_votes:
        found.append(
            _item(
                gettext(
                    "%(names)s voted before the recommendation that stands now. Put the case before a later meeting.",
                    names=_named(shown, shown.judged.stale_votes),
                )
            )
        )
    return found


def _words(block: Blocked, shown: DecisionPage, *, own: bool) -> list[dict[str, Any]]:
    names = _named(shown, block.persons)
    meeting = url_for("meetings.page", meeting_id=shown.case.meeting.id)
    match block.reason:
        case Block.NO_RECOMMENDATION:
            if shown.judged.exam_since and shown.case.application.state is ApplicationState.RECOMMENDED:
                return [
                    _item(
                        gettext(
                            "An exam got another result after the recommendation. Ask for more evidence, so that the "
                            "case goes back to its assessor."
                        ),
                        "#evidence",
                        gettext("Look at it"),
                    )
                ]
            if shown.case.application.state is ApplicationState.IN_ASSESSMENT:
                return [_item(gettext("The case is with its assessor, who recommends anew."))]
            return [_item(gettext("The assessor has not recommended yet."))]
        case Block.NEEDS_MORE_EVIDENCE:
            if not shown.judged.follow_ups:
                return [_item(gettext("Evidence is still open."), "#evidence", gettext("Look at it"))]
            return [
                _item(
                    f"{shown.criteria.get(each.criterion_id, '—')}: {each.reason}",
                    url_for("evidence.page", application_id=each.application_id),
                    gettext("Evidence"),
                    each.due_on,
                )
                for each in shown.judged.follow_ups
            ]
        case Block.NO_MINUTES_NUMBER:
            return [_item(gettext("The meeting has no minutes number."), meeting, gettext("The meeting"))]
        case Block.DECLARATION_MISSING:
            return [
                _item(
                    gettext("A declaration of conflict, or of none, is missing from %(names)s.", names=names),
                    "#decide" if own else None,
                    gettext("Declare"),
                )
            ]
        case Block.QUORUM_NOT_MET:
            text = gettext(
                "%(found)s may decide, the scheme wants at least %(wanted)s.", found=block.found, wanted=block.wanted
            )
            return [_item(text, meeting, gettext("Members of the meeting"))]
        case Block.TOO_FEW_OUTSIDE_MEMBERS:
            text = ngettext(
                "%(num)s member from outside must be able to vote.",
                "%(num)s members from outside must be able to vote.",
                block.wanted or 1,
            )
            return [_item(text, meeting, gettext("Members of the meeting"))]
        case Block.NO_RIGHT_TO_VOTE:
            return [_item(gettext("%(names)s voted and may not decide on this case.", names=names))]
        case Block.VOTE_MISSING:
            text = gettext("The vote of %(names)s is missing.", names=names)
            return [_item(text, "#decide" if own else None, gettext("Vote"))]
        case Block.NO_MAJORITY:
            text = gettext("The votes have no majority. Ask for more evidence, or put the case before a later meeting.")
            return [_item(text)]
        case Block.NOT_PROVED:
            return [
                _item(gettext("The votes say competent, the evidence does not."), "#evidence", gettext("Look at it"))
            ]
        case _:
            assert_never(block.reason)


def _named(shown: DecisionPage, persons: tuple[str, ...]) -> str:
    return ", ".join(shown.name(person) for person in persons)


def _item(text: str, href: str | None = None, action: str | None = None, due: date | None = None) -> dict[str, Any]:
    return {"text": text, "href": href, "action": action, "due": due}
