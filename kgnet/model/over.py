"""One more value over others by kind, which may yet be read or missed: these are not looked at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar

T = TypeVar("T")


class Over(Mapping[type, T]):
    """All *others*, and *value* as the one of its *kind*."""

    def __init__(self, kind: type, value: T, others: Mapping[type, T]) -> None:
        self._kind, self._value, self._others = kind, value, others

    def __getitem__(self, kind: type) -> T:
        return self._value if kind is self._kind else self._others[kind]

    def __iter__(self) -> Iterator[type]:
        return iter({self._kind: None} | dict.fromkeys(self._others))

    def __len__(self) -> int:
        return len(self._others) + (self._kind not in self._others)
