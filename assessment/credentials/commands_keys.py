"""`teruji key`: the keys of a body, and changing them under one's own account; each change needs two people.

The password is asked for, or taken from TERUJI_PASSWORD; it never stands among the arguments.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import click

from assessment.accounts.sign_in import find_actor, knock, sign_in, sign_out
from assessment.credentials.changing_keys import answer, key_lines, propose, ready_for
from assessment.credentials.signer_client import running_signer
from assessment.credentials.tables_keys import KeyChangeKind
from assessment.database import Act, reading, unit_of_work
from assessment.domain.errors import N_, NotAllowed
from assessment.jobs.service import work_all
from assessment.settings import Settings
from assessment.web.actor import Actor
from assessment.web.gate import check
from assessment.web.rights import COMMANDS

THIS_MACHINE = "this machine"


def under_account(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options by which somebody says who they are."""
    password = click.option("--password", envvar="TERUJI_PASSWORD", prompt=True, hide_input=True, help="Asked for.")
    login = click.option("--as", "login", metavar="LOGIN", required=True, help="The account that does it.")
    as_json = click.option("--json", "as_json", is_flag=True, help="One JSON value on standard output.")
    return login(password(as_json(command)))


@click.group("key")
def key() -> None:
    """Signing keys of a certification body: which there are, and changing them by two people."""


@key.command("list")
@under_account
def list_command(*, login: str, password: str, as_json: bool) -> None:
    """List the keys of the account's body, the newest first, with what waits for a second person."""
    actor = _actor(login, password, "key.list", datetime.now(UTC))
    with reading() as session:
        found: list[dict[str, Any]] = [
            {
                "key": line.id,
                "state": "compromised" if line.compromised_at else "retired" if line.retired_at else "current",
                "opened": line.opened_at.isoformat(),
                "waiting": line.waiting and {"id": line.waiting.id, "kind": line.waiting.kind.value},
            }
            for line in key_lines(session, actor.body_id)
        ]
    if as_json:
        click.echo(json.dumps(found))
        return
    for each in found:
        waits = f"  {each['waiting']['kind']} waits for an answer: {each['waiting']['id']}" if each["waiting"] else ""
        click.echo(f"{each['key']:<11} {each['state']:<12} since {each['opened']}{waits}")


@key.command("propose")
@click.argument("kind", type=click.Choice([kind.value for kind in KeyChangeKind]))
@click.argument("key_id", metavar="KEY")
@click.option("--reason", required=True, help="Kept with your name and the time.")
@under_account
def propose_command(kind: str, key_id: str, *, reason: str, login: str, password: str, as_json: bool) -> None:
    """Propose a change of KEY (such as 2026, 2026-2 or pdf-2026); a second person answers it."""
    now = datetime.now(UTC)
    actor = _actor(login, password, "key.propose", now)
    with unit_of_work(_act(actor, "key propose", now)) as session:
        change_id = propose(session, actor, key_id, KeyChangeKind(kind), reason=reason, now=now).id
    said = {"id": change_id, "kind": kind, "key": key_id}
    click.echo(json.dumps(said) if as_json else f"Proposed. A second person answers it: teruji key confirm {change_id}")


@key.command("confirm")
@click.argument("change_id", metavar="ID")
@click.option("--note", default="", help="Kept with your name and the time.")
@under_account
@click.pass_obj
def confirm_command(settings: Settings, change_id: str, *, note: str, login: str, password: str, as_json: bool) -> None:
    """Confirm what somebody else proposed; it takes effect at once."""
    now = datetime.now(UTC)
    actor = _actor(login, password, "key.answer", now)
    with running_signer(settings):
        ready_for(actor.body_id, change_id, now)
        with unit_of_work(_act(actor, "key confirm", now)) as session:
            answer(session, actor, change_id, confirmed=True, note=note, now=now)
        work_all(lambda: datetime.now(UTC))
    click.echo(json.dumps({"id": change_id, "confirmed": True}) if as_json else "Confirmed. It holds from now on.")


@key.command("refuse")
@click.argument("change_id", metavar="ID")
@click.option("--note", default="", help="Kept with your name and the time.")
@under_account
def refuse_command(change_id: str, *, note: str, login: str, password: str, as_json: bool) -> None:
    """Turn down what somebody else proposed; nothing changes."""
    now = datetime.now(UTC)
    actor = _actor(login, password, "key.answer", now)
    with unit_of_work(_act(actor, "key refuse", now)) as session:
        answer(session, actor, change_id, confirmed=False, note=note, now=now)
    click.echo(json.dumps({"id": change_id, "confirmed": False}) if as_json else "Turned down. Nothing changes.")


def _actor(login: str, password: str, command: str, now: datetime) -> Actor:
    """Return who gives the command, by a session that ends at once.

    Raises NotAllowed when login and password do not fit or the account's roles are not those of the command.
    """
    with reading() as session:
        found = knock(session, login=login, password=password, address=THIS_MACHINE, now=now)
    secret, refusal = "", None
    act = Act(body_id=found.body_id, account_id=found.account_id, person_id=None, at=now, name="accounts.sign_in")
    with unit_of_work(act) as session:
        try:
            secret = sign_in(session, found, device=THIS_MACHINE, now=now)
        except NotAllowed as refused:  # the guess is counted all the same
            refusal = refused
    if refusal is not None:
        raise refusal
    with unit_of_work(act) as session:
        actor = find_actor(session, secret, now=now)
        sign_out(session, secret, now=now)
    if actor is None:
        raise NotAllowed(N_("This name and password do not fit together."))
    check(COMMANDS[command], actor, {})
    return actor


def _act(actor: Actor, name: str, now: datetime) -> Act:
    return Act(body_id=actor.body_id, account_id=actor.account_id, person_id=actor.person_id, at=now, name=name)
