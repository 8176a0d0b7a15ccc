"""Facts that know what of a text they were read from: devices are alike whose texts say the same there."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Hashable, Iterable, Mapping
from typing import Any

Question = tuple[str, str]  # what kind, and for which words
Questions = tuple[Question, ...]
Answers = Mapping[Question, Hashable]


class Traced(Mapping[type, Any]):
    """The facts of a device, which notes who looks at which."""

    @property
    @abstractmethod
    def origin(self) -> Hashable:
        """Return what reads the facts: only those that the same reads are compared; None: nobody knows."""

    @abstractmethod
    def promises(self, kind: type) -> bool:
        """Return whether the fact *kind* is still to be read, and maybe there."""

    @abstractmethod
    def watch(self) -> None:
        """Forget which facts were looked at."""

    @abstractmethod
    def looked_at(self) -> Questions | None:
        """Return what was asked of the text for all facts that were looked at; None: it cannot be told."""

    @abstractmethod
    def answers(self, questions: Iterable[Question]) -> Answers:
        """Return what the text says to each of *questions*, maybe to more, but for the numbers of lines."""
