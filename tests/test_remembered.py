"""What is remembered: the same as found out anew, and never more than it may be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgnet.model.remembered import Remembered


@given(st.lists(st.integers(0, 20)), st.integers(1, 5))
def test_what_is_remembered_is_what_would_be_found_out(asked: list[int], most: int) -> None:
    """However often it is forgotten on the way; a fleet of any size takes no more room than that."""
    squares = Remembered(lambda number: number * number, most)
    for number in asked:
        assert squares[number] == number * number
        assert len(squares) <= most


def test_nothing_is_found_out_twice() -> None:
    asked: list[str] = []
    lengths = Remembered(lambda text: asked.append(text) or len(text), 2)
    assert (lengths["one"], lengths["three"], lengths["one"]) == (3, 5, 3)
    assert asked == ["one", "three"]


def test_an_error_is_told_each_time() -> None:
    """What could not be read once is no answer to remember."""
    numbers = Remembered(int, 2)
    for _ in range(2):
        with pytest.raises(ValueError, match="none"):
            numbers["none"]
