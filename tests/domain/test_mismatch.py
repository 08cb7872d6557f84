"""How a value that does not follow from its facts is told."""

from assessment.domain.mismatch import MOST_SHOWN, differs


def test_equal_values_are_no_mismatch() -> None:
    assert list(differs("attempt/las/1", "answers", 3, 3)) == []


def test_of_long_values_the_part_that_differs_is_shown() -> None:
    (found,) = differs("attempt/las/1", "layout", "x" * 500 + "a", "x" * 500 + "b")
    assert (found.expected[-1], found.found[-1]) == ("a", "b")
    assert len(found.expected) <= MOST_SHOWN
