"""`teruji log check | witness | cosign`: for anybody, for a witness, for the log itself."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from assessment.credentials.cosigning import ask_witness
from assessment.credentials.publishing import write_whole
from assessment.domain.errors import Invalid
from assessment.domain.log.checkpoint import Head, trusted_head
from assessment.domain.log.note import LOG, WITNESS, VerifierKey, read_key
from assessment.domain.log.proof import read_proof
from assessment.domain.mismatch import Mismatch, mismatch
from assessment.verification.log_checking import Checked, check_log
from assessment.verification.log_recovery import catch_up
from assessment.verification.published import Fetch, log_key_in, site_of
from assessment.verification.witness import Witness, serve


@click.group("log")
def log() -> None:
    """The transparency log: check it, witness it, have it witnessed."""


@log.command("check")
@click.argument("site", metavar="DIR|URL")
@click.option("--key", "key_text", metavar="KEY", help="The log's key; without it the one that the site names.")
@click.option(
    "--remember", type=click.Path(dir_okay=False, path_type=Path), help="Keep the checkpoint here, and compare."
)
@click.option("--proof", "proofs", multiple=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--witness", "witness_keys", multiple=True, metavar="KEY", help="Ask for this witness's cosignature.")
@click.option("--json", "as_json", is_flag=True, help="One JSON value on standard output.")
def check_command(
    site: str,
    *,
    key_text: str | None,
    remember: Path | None,
    proofs: tuple[Path, ...],
    witness_keys: tuple[str, ...],
    as_json: bool,
) -> None:
    """Check a log from its public files: every entry, every hash, and that it only adds to what was seen before.

    --remember keeps the checkpoint for the next time; --proof takes the head in a certificate's proof as one more
    that was seen. Exit status: 0 all fits, 1 something does not, 2 usage.
    """
    fetch = site_of(site)
    key = _log_key(key_text, fetch)
    checked, problems = Checked(), []
    older: list[Head] = []
    kept = [remember] if remember is not None and remember.is_file() else []
    for file in [*kept, *proofs]:
        try:
            content = file.read_bytes()
            text = read_proof(content).checkpoint if file in proofs else content
            older.append(trusted_head(text, key)[0])
        except Invalid as refusal:
            problems.append(mismatch(str(file), "older checkpoint", f"one of {key.name} under its key", str(refusal)))
    witnesses = [_key(text, WITNESS) for text in witness_keys]
    problems += check_log(fetch, key, checked, older=older, witnesses=witnesses, now=datetime.now(UTC))
    if remember is not None and not problems:
        write_whole(remember, checked.checkpoint.encode())
    _tell(checked, key, problems, as_json=as_json)
    sys.exit(1 if problems else 0)


@log.command("witness")
@click.option("--name", required=True, help="The witness's name, such as witness.example/w1.")
@click.option(
    "--folder", required=True, type=click.Path(file_okay=False, path_type=Path), help="Its key and its heads."
)
@click.option("--log", "logs", multiple=True, required=True, metavar="KEY", help="The key of a log that it witnesses.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8020, show_default=True)
def witness_command(name: str, folder: Path, logs: tuple[str, ...], host: str, port: int) -> None:
    """Run a witness: it cosigns heads that only add to the last it saw, and refuses a fork or a rollback."""
    witness = Witness(folder, name, [_key(text, LOG) for text in logs], lambda: datetime.now(UTC))
    server = serve(witness, host, port)
    click.echo(str(witness.key))
    sys.stdout.flush()
    click.echo(f"http://{host}:{server.server_address[1]}/add-checkpoint", err=True)
    try:
        server.serve_forever(poll_interval=0.2)
    except KeyboardInterrupt:
        pass
    finally:
        server.server_close()


@log.command("catch-up")
@click.argument("site", metavar="DIR|URL")
def catch_up_command(site: str) -> None:
    """After a restore: take in what was published and is not here, so that the log can go on from there."""
    taken, lost = catch_up(site_of(site), datetime.now(UTC))
    click.echo(f"{taken} entries taken in; of {lost} the fact is lost, fsck names them.")


@log.command("cosign")
@click.argument("address", metavar="URL")
@click.argument("witness_key", metavar="KEY")
def cosign_command(address: str, witness_key: str) -> None:
    """Have a witness cosign the newest head of this installation's log, and keep the cosignature."""
    moment = ask_witness(address, _key(witness_key, WITNESS), datetime.now(UTC))
    click.echo(f"cosigned at {moment.isoformat()}")


def _log_key(text: str | None, fetch: Fetch) -> VerifierKey:
    if text is not None:
        return _key(text, LOG)
    key = log_key_in(fetch("issuers.json"))
    if key is None:
        raise click.UsageError("The site names no log key in issuers.json: give it with --key.")
    return key


def _key(text: str, kind: int) -> VerifierKey:
    try:
        key = read_key(text)
    except Invalid as refusal:
        raise click.UsageError(f"{refusal} Got {text[:80]!r}.") from None
    if key.kind != kind:
        raise click.UsageError(f"Expected the key of a {'log' if kind == LOG else 'witness'}, got {text[:80]!r}.")
    return key


def _tell(checked: Checked, key: VerifierKey, problems: list[Mismatch], *, as_json: bool) -> None:
    size = 0 if checked.head is None else checked.head.size
    if as_json:
        value = {
            "ok": not problems,
            "origin": key.name,
            "size": size,
            "root": None if checked.head is None else checked.head.root.hex(),
            "entries": checked.kinds,
            "witnessed": {name: moment.isoformat() for name, moment in checked.witnessed.items()},
            "problems": [
                {"record": each.record, "kind": each.kind, "expected": each.expected, "found": each.found}
                for each in problems
            ],
        }
        click.echo(json.dumps(value, ensure_ascii=False))
        return
    kinds = ", ".join(f"{kind} {number}" for kind, number in sorted(checked.kinds.items()))
    click.echo(f"{key.name}: {size} entries ({kinds or 'none'})")
    for name, moment in checked.witnessed.items():
        click.echo(f"witnessed by {name} at {moment.isoformat()}")
    for each in problems:
        click.echo(f"{each.record}: {each.kind}: expected {each.expected}, found {each.found}")
    click.echo("Everything fits." if not problems else f"{len(problems)} problems.")
