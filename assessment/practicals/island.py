"""What the sheet's page hands to its script: the criteria, the own marks, and where everything is sent."""

import base64
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import current_app, url_for
from flask_wtf.csrf import generate_csrf

from assessment.accounts.sealed_box import public_key
from assessment.domain.practicals.observation import to_json
from assessment.domain.practicals.rubric import Judged, Measured
from assessment.practicals.content import CriterionContent
from assessment.practicals.piece_queries import dimensions_of
from assessment.practicals.queries import PracticalHead
from assessment.practicals.sheet import Sheet
from assessment.practicals.sheet_tools import ToolChoice
from assessment.practicals.tokens import SheetToken, write_token
from assessment.web.actor import Actor


def secret_of_installation() -> bytes:
    """Return the installation's secret, from which keys are derived."""
    secret: bytes = current_app.extensions["settings"].secret
    return secret


def variables_of(sheet: Sheet) -> dict[str, str]:
    """Return the dimensions that the limits of a sheet are calculated from, in millimetres as exact text.

    Those of the recorded piece go before those of the task, as in the limits themselves.
    """
    rules = [each.marking.rule for each in sheet.task.criteria if isinstance(each.marking, Measured)]
    nominal = {name: value for rule in rules if rule is not None for name, value in rule.nominal.items()}
    return {name: format(value, "f") for name, value in sorted({**nominal, **dimensions_of(sheet.piece)}.items())}


def island(
    sheet: Sheet, actor: Actor, choices: Sequence[ToolChoice], *, stamp: str | None, now: datetime
) -> dict[str, Any]:
    """Return the values of the page as JSON holds them; own marks only, and nothing that depends on another's."""
    head = sheet.head
    return {
        "v": 1,
        "practical": head.id,
        "minutes": head.minutes,
        "opened": None if head.opened_at is None else head.opened_at.isoformat(),
        "stamp": stamp,
        "urls": {
            "observations": url_for("practicals.observations", practical_id=head.id),
            "photos": url_for("practicals.photos", practical_id=head.id),
            "finish": url_for("practicals.finish", practical_id=head.id),
            "renew": url_for("practicals.renew", practical_id=head.id),
        },
        "variables": variables_of(sheet),
        "tools": [{"key": each.key, "criteria": each.criteria, "chosen": each.chosen} for each in choices],
        "criteria": [_criterion(each) for each in sheet.task.criteria],
        "marks": [
            {
                "criterion": code,
                "mark": to_json(each.sent.value),
                "note": each.sent.note,
                "observed_at": each.sent.observed_at.isoformat(),
                "tool": each.sent.tool,
            }
            for code, each in sheet.counting.items()
        ],
        **permission(head, actor, now=now),
    }


def permission(head: PracticalHead, actor: Actor, *, now: datetime) -> dict[str, Any]:
    """Return what a page needs to go on sending: the state, the server's clock, and what proves whose sheet it is.

    `seal_key`: the server's public key as base64url, to which a file of unsent marks is sealed; `token` goes into it.
    """
    secret = secret_of_installation()
    token = SheetToken(body_id=actor.body_id, practical_id=head.id, person_id=actor.person_id)
    return {
        "state": head.state.value,
        "now": now.isoformat(),
        "csrf": generate_csrf(),
        "seal_key": base64.urlsafe_b64encode(public_key(secret)).rstrip(b"=").decode(),
        "token": write_token(secret, token),
    }


def _criterion(criterion: CriterionContent) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "code": criterion.code,
        "step": criterion.step,
        "kind": criterion.kind,
        "safety": criterion.safety_critical,
        "minimum": None,
        "unit": None,
        "lower": None,
        "upper": None,
        "confirmed": None,
        "missing": [],
        "photos": list(criterion.photos),
    }
    match criterion.marking:
        case Judged(minimum=minimum):
            shown["minimum"] = minimum
        case Measured(limits=limits, confirmed=confirmed):
            shown |= {
                "unit": limits.unit,
                "lower": None if limits.lower is None else format(limits.lower, "f"),
                "upper": None if limits.upper is None else format(limits.upper, "f"),
                "confirmed": confirmed,
                "missing": list(limits.missing),
            }
        case _:
            pass
    return shown
