"""The shape of a reader that takes a text apart once and reads each fact when somebody asks for it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, get_args, get_type_hints

from kgnet.errors import ReadError
from kgnet.model.traced import Answers, Question

Reads = Callable[[Any], object]  # what a text was taken apart into → a fact, or an iterator of facts
Readers = Mapping[type, Reads]  # each fact that there may be, with what reads it


class Questioned:
    """What a text was taken apart into, if it notes what its readers ask of it.

    Two texts that answer all questions of a reader alike are read alike, but for the numbers of lines.
    """

    __slots__ = ()

    @abstractmethod
    def noted(self) -> frozenset[Question] | None:
        """Return what was asked since the last call; None: all of the text was looked at."""

    @abstractmethod
    def answers(self, questions: Iterable[Question]) -> Answers:
        """Return all that the text says to *questions*, maybe to more, but for the numbers of lines."""


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """Reads one part: *take* makes of text, part and the number of its first line what *readers* read.

    Who reads several facts stands there for each of them; who yields none says that the text has nothing of
    it.  A value or a word that a reader does not know is a ReadError, with *wrong* before it:
    of the facts of this reader only.
    """

    take: Callable[[str, str, int], Any]
    readers: Readers
    wrong: str
    kinds: Mapping[Reads, tuple[type, ...]] = field(init=False)  # what each reader reads

    def __post_init__(self) -> None:
        kinds: dict[Reads, tuple[type, ...]] = {}
        for kind, reader in self.readers.items():
            kinds[reader] = (*kinds.get(reader, ()), kind)
        object.__setattr__(self, "kinds", kinds)

    def __call__(self, text: str, part: str) -> Iterator[object]:
        """Yield all facts."""
        taken = self.take(text, part, 1)
        for reader in self.kinds:
            yield from self.read(reader, taken, part)

    def read(self, reader: Reads, taken: Any, part: str) -> tuple[object, ...]:
        """Return what one of the readers reads."""
        try:
            told = reader(taken)
            return tuple(told) if isinstance(told, Iterator) else (told,)
        except (ValueError, LookupError) as reason:
            raise ReadError(f"{part}: {self.wrong}: {reason}") from reason


@cache  # asked anew for every rule and device
def gives(reader: Callable[..., Any]) -> frozenset[type]:
    """Return the facts a reader gives, as its return annotation names them."""
    if isinstance(reader, Reading):
        return frozenset(reader.readers)
    return frozenset(_named(get_type_hints(reader).get("return")))


def _named(hint: Any) -> Iterator[type]:
    inner = get_args(hint)
    if not inner and isinstance(hint, type) and hint is not object:
        yield hint
    for part in inner:
        yield from _named(part)
