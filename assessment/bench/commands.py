"""`teruji bench`: measures this machine, on databases of its own that are removed afterwards."""

import json
from collections.abc import Sequence

import click

from assessment.bench.answers import measure as measure_answers
from assessment.bench.figures import Figure, table
from assessment.bench.issue import measure as measure_issue
from assessment.bench.sheet import measure as measure_sheet
from assessment.bench.start import measure as measure_start
from assessment.bench.verify import measure as measure_verify


@click.group()
def bench() -> None:
    """Measure the service against floors that are measured in the same run."""


@bench.command()
@click.option(
    "--clients", type=click.IntRange(1, 1000), default=64, show_default=True, help="Devices that save at once."
)
@click.option("--seconds", type=click.FloatRange(3, 3600), default=30.0, show_default=True, help="For each database.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def answers(*, clients: int, seconds: float, as_json: bool) -> None:
    """Save answers as fast as they are taken, and look whether each acknowledged one is there."""
    _tell(measure_answers(clients=clients, seconds=seconds, tell=_progress), as_json=as_json)


@bench.command()
@click.option("--candidates", type=click.IntRange(10, 20_000), default=2_000, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def start(*, candidates: int, as_json: bool) -> None:
    """Let candidates open their exam within a minute and hand it in, and say what each step costs."""
    _tell(measure_start(candidates=candidates, tell=_progress), as_json=as_json)


@bench.command()
@click.option(
    "--pace",
    type=click.FloatRange(0, 60),
    default=2.0,
    show_default=True,
    help="Seconds a person looks before each criterion.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def sheet(*, pace: float, as_json: bool) -> None:
    """Tap through an assessor's sheet in Chromium on a slow processor; needs the development tools."""
    _tell(measure_sheet(pace=pace, tell=_progress), as_json=as_json)


@bench.command()
@click.option("--clients", type=click.IntRange(1, 1000), default=16, show_default=True, help="Readers at once.")
@click.option("--seconds", type=click.FloatRange(1, 3600), default=9.0, show_default=True, help="For each load.")
@click.option("--certificates", type=click.IntRange(10, 1_000_000), default=10_000, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def verify(*, clients: int, seconds: float, certificates: int, as_json: bool) -> None:
    """Ask for certificates' pages and public files against a bare Flask route, and check many certificates at once."""
    figures = measure_verify(clients=clients, seconds=seconds, certificates=certificates, tell=_progress)
    _tell(figures, as_json=as_json)


@bench.command()
@click.option("--seconds", type=click.FloatRange(0.2, 600), default=4.0, show_default=True, help="For each rate.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def issue(*, seconds: float, as_json: bool) -> None:
    """Issue credentials on one core, and PDF files; compare with signatures, another program, and the bare page."""
    _tell(measure_issue(seconds=seconds, tell=_progress), as_json=as_json)


def _progress(line: str) -> None:
    click.echo(line, err=True)


def _tell(figures: Sequence[Figure], *, as_json: bool) -> None:
    click.echo(json.dumps([figure.to_json() for figure in figures]) if as_json else table(figures))
    if any(figure.lost for figure in figures):
        raise click.exceptions.Exit(1)
