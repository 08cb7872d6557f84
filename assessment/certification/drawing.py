"""Drawing a page again after something was refused: outside of the writing lock, because drawing takes long."""

from collections.abc import Callable
from typing import ParamSpec

from assessment.database import reading

P = ParamSpec("P")


def drawn_again(page: Callable[P, str], *args: P.args, **kwargs: P.kwargs) -> tuple[str, int]:
    """Undo what this request wrote, draw the page with what is stored, and answer 422."""
    with reading():
        return page(*args, **kwargs), 422
