"""The limit on guessing: counted by window, forgotten afterwards, and nobody learns who tried what."""

from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assessment.accounts.guessing import WINDOW, count_guess, forget_old_guesses, guesses
from assessment.accounts.tables import GuessCount
from tests.factories.accounts import NOW


def test_tries_add_up_within_the_window_for_each_thing_and_each_one(session: Session) -> None:
    assert [count_guess(session, "login", "siti", now=NOW) for _ in range(3)] == [1, 2, 3]
    assert count_guess(session, "login", "budi", now=NOW) == 1
    assert count_guess(session, "number", "siti", now=NOW) == 1
    assert guesses(session, "login", "siti", now=NOW) == 3
    assert guesses(session, "login", "nobody", now=NOW) == 0


def test_a_new_window_begins_at_nothing(session: Session) -> None:
    count_guess(session, "login", "siti", now=NOW)
    assert count_guess(session, "login", "siti", now=NOW + WINDOW) == 1


def test_old_windows_are_forgotten(session: Session) -> None:
    count_guess(session, "login", "siti", now=NOW)
    count_guess(session, "login", "siti", now=NOW + 3 * WINDOW)
    forget_old_guesses(session, now=NOW + 3 * WINDOW)
    assert session.scalar(select(func.count()).select_from(GuessCount)) == 1


def test_the_table_tells_nobody_who_tried(session: Session) -> None:
    count_guess(session, "login", "siti", now=NOW + timedelta(minutes=1))
    (key,) = session.scalars(select(GuessCount.key)).all()
    assert "siti" not in key
    assert len(key) == 64
