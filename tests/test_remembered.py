"""What is remembered: the same as found out anew, and never more than it may be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgnet.model.remembered import LONG, Remembered


@given(st.lists(st.text("ab", max_size=4)), st.integers(1, 5))
def test_what_is_remembered_is_what_would_be_found_out(asked: list[str], most: int) -> None:
    """However often it is forgotten on the way; a fleet of any size takes no more room than that."""
    shouted = Remembered(str.upper, most)
    for text in asked:
        assert shouted[text] == text.upper()
        assert len(shouted) <= most


def test_nothing_is_found_out_twice() -> None:
    asked: list[str] = []
    lengths = Remembered(lambda text: asked.append(text) or len(text), 2)
    assert (lengths["one"], lengths["three"], lengths["one"]) == (3, 5, 3)
    assert asked == ["one", "three"]


def test_what_is_long_is_not_kept() -> None:
    """A line of a million characters comes once, and a thousand of them would fill the memory."""
    lengths = Remembered(len, 1 << 10)
    assert lengths["a" * LONG] == LONG
    assert lengths["a" * (LONG + 1)] == LONG + 1
    assert [*lengths] == ["a" * LONG]


def test_an_error_is_told_each_time() -> None:
    """What could not be read once is no answer to remember."""
    numbers = Remembered(int, 2)
    for _ in range(2):
        with pytest.raises(ValueError, match="none"):
            numbers["none"]
