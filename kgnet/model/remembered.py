"""What was found out once and holds again: for texts that a fleet has on most of its devices."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

K = TypeVar("K", bound=Sequence[Hashable])
V = TypeVar("V")
LONG = 1 << 8  # characters of a text, members of a tuple: what is longer is nothing that comes again


class Remembered(dict[K, V]):
    """What *says* says of each that was asked for: `remembered[asked]`.

    At the *most* it is all forgotten, and found out anew: to know what was asked for last, as `lru_cache`
    does, costs more than most of what is remembered here.
    """

    __slots__ = ("most", "says")

    def __init__(self, says: Callable[[K], V], most: int) -> None:
        super().__init__()
        self.says, self.most = says, most

    def __missing__(self, asked: K) -> V:
        told = self.says(asked)
        if len(asked) <= LONG:
            if len(self) >= self.most:
                self.clear()
            self[asked] = told
        return told
