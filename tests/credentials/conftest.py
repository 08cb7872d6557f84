"""A running signer for the tests that sign."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from assessment.credentials.signer_client import running_signer
from tests.fixtures.sites import Site, signer_of


@pytest.fixture(scope="session")
def signer_on(shared_app: Callable[[str], Flask]) -> Iterator[Callable[[str], None]]:
    """Give the function that has a signer for this worker's application on a kind of database."""
    started: set[str] = set()
    with ExitStack() as stack:

        def start(kind: str) -> None:
            if kind not in started:
                stack.enter_context(running_signer(shared_app(kind).extensions["settings"]))
                started.add(kind)

        yield start


@pytest.fixture
def signing(
    session: Session, database: str, signer_on: Callable[[str], None], shared_app: Callable[[str], Flask]
) -> Iterator[Session]:
    """The session, with a signer that answers, and no memory of a log that a test rolled back."""
    signer_on(database)
    head = shared_app(database).extensions["settings"].log_head
    head.unlink(missing_ok=True)
    yield session
    head.unlink(missing_ok=True)


@pytest.fixture
def signing_site(site: Site) -> Iterator[Site]:
    """An installation of the test's own, with its signer."""
    with signer_of(site):
        yield site
