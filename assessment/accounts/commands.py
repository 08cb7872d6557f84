"""`teruji body add`: a certification body and its first administrator, who does the rest on the pages."""

import json
from datetime import UTC, date, datetime

import click

from assessment.accounts.administration import new_password
from assessment.accounts.founding import found_body, grant_role, open_account
from assessment.accounts.persons import Name, register_person
from assessment.accounts.sign_in import hash_password
from assessment.accounts.tables import Party
from assessment.database import Act, unit_of_work
from assessment.domain.roles import Role


@click.group("body")
def body() -> None:
    """Certification bodies."""


@body.command("add")
@click.argument("code")
@click.option("--name", required=True, help="Its name as printed on certificates.")
@click.option("--city", required=True)
@click.option("--party", type=click.Choice([party.value for party in Party]), required=True, help="Kind of the body.")
@click.option("--zone", default="Asia/Jakarta", show_default=True, help="Time zone of its calendar dates.")
@click.option("--administrator", metavar="NAME", required=True, help="The first administrator, as in the passport.")
@click.option("--born", metavar="DATE", required=True, help="Their date of birth, YYYY-MM-DD.")
@click.option("--login", required=True, help="What they sign in with.")
@click.option("--json", "as_json", is_flag=True, help="Print {body, login, password}.")
def add(
    *, code: str, name: str, city: str, party: str, zone: str, administrator: str, born: str, login: str, as_json: bool
) -> None:
    """Register the body CODE (it stands in its did and never changes) and open its administrator's account."""
    try:
        birth_date = date.fromisoformat(born)
    except ValueError:
        raise click.UsageError(f"--born: expected a date such as 1985-04-23, got {born}.") from None
    now, password = datetime.now(UTC), new_password()
    password_hash = hash_password(password)
    act = Act(body_id=None, account_id=None, person_id=None, at=now, name="body add")
    with unit_of_work(act) as session:
        found_body(session, code, name=name, city=city, party=Party(party), zone=zone, now=now)
        person_id = register_person(session, code, name=Name(text=administrator), birth_date=birth_date, now=now)
        account_id = open_account(
            session, code, person_id, login=login, password_hash=password_hash, locale="id", now=now
        )
        grant_role(session, code, account_id, Role.ADMINISTRATOR, granted_by=None, now=now)
    if as_json:
        click.echo(json.dumps({"body": code, "login": login, "password": password}))
    else:
        click.echo(f"{code} is registered. {administrator} signs in as {login} with {password}")
