"""Raw cells or documents → typed rows; what is wrong with one of them is told with its line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, TypeVar, get_args

from pydantic import ValidationError

from kgnet.errors import Problem
from kgnet.inventory.documents import Document, Place
from kgnet.inventory.sheets import Sheet
from kgnet.inventory.words import told
from kgnet.model.province import Written

R = TypeVar("R", bound=Written)
R_co = TypeVar("R_co", bound=Written, covariant=True)
Named = tuple[str, int]  # the name of a row, and its line


@dataclass(frozen=True, slots=True)
class Entry(Generic[R_co]):
    """A row and the line it stands on."""

    row: R_co
    line: int


@dataclass(frozen=True, slots=True)
class Table(Generic[R_co]):
    """The rows of a file that are right, each name once.

    *names* holds also those of rows that are wrong and told so, lest they be told to be missing; None if the
    file is not readable. *repeats* are rows with a name that stands further up, and that row.
    """

    file: str
    entries: tuple[Entry[R_co], ...]
    names: frozenset[str] | None
    problems: tuple[Problem, ...] = ()
    repeats: tuple[tuple[Named, Named], ...] = ()
    broken: tuple[tuple[int, Mapping[str, Any]], ...] = ()  # the other rows, as written

    def __iter__(self) -> Iterator[Entry[R_co]]:
        return iter(self.entries)

    @property
    def known(self) -> list[str]:
        """Return the names, for a remedy."""
        return sorted(self.names or ())

    def lacks(self, name: str) -> bool:
        """Return whether no row has this *name*; of a file that is not readable nobody can say so."""
        return self.names is not None and name not in self.names

    def problem(self, entry: Entry[Any], what: str, remedy: str = "") -> Problem:
        return Problem(self.file, entry.line, what, remedy)


def key_of(model: type[Written]) -> str:
    """Return the name of the field that identifies a row: the first."""
    return next(iter(model.model_fields))


def columns_of(model: type[Written]) -> tuple[str, ...]:
    return tuple(model.model_fields)


@cache
def optional_of(model: type[Written]) -> frozenset[str]:
    return frozenset(name for name, field in model.model_fields.items() if not field.is_required())


@cache
def _nullable(model: type[Written]) -> tuple[str, ...]:
    """Return the fields that an empty cell leaves without a value."""
    fields = model.model_fields.items()
    return tuple(name for name, field in fields if type(None) in get_args(field.annotation))


@cache
def _floats(model: type[Written]) -> tuple[str, ...]:
    return tuple(name for name, field in model.model_fields.items() if field.annotation is float)


def from_sheet(model: type[R], sheet: Sheet) -> Table[R]:
    """Type every row of *sheet*; if its header is wrong, the rows are only asked for their names."""
    key = key_of(model)
    named = [(cells[key], line) for line, cells in sheet.rows if cells.get(key)]
    names = frozenset(name for name, _ in named) if key in sheet.columns else None
    repeats = _repeats(named)
    if sheet.problems:
        return Table(sheet.file, (), names, sheet.problems, repeats)
    again = {line for (_, line), _ in repeats}
    entries: list[Entry[R]] = []
    problems: list[Problem] = []
    broken: list[tuple[int, Mapping[str, Any]]] = []
    for line, cells in sheet.rows:
        try:
            entry = Entry(model.model_validate(_cleaned(model, cells)), line)
        except ValidationError as reason:
            problems += _told_row(sheet.file, line, model, reason, cells.get(key, ""))
            broken.append((line, cells))
        else:
            entries += [] if line in again else [entry]
    return Table(sheet.file, tuple(entries), names, tuple(problems), repeats, tuple(broken))


def _repeats(named: list[Named]) -> tuple[tuple[Named, Named], ...]:
    """Return each of *named* whose name, whatever its case, came before, and where."""
    first: dict[str, Named] = {}
    pairs = ((each, first.setdefault(each[0].casefold(), each)) for each in named)
    return tuple((each, before) for each, before in pairs if each is not before)


def _cleaned(model: type[Written], cells: dict[str, str]) -> dict[str, str | None]:
    """Return *cells* with empty ones as None where that is a value, and decimal commas as points."""
    cleaned: dict[str, str | None] = {**cells}
    for name in _nullable(model):
        cleaned[name] = cells.get(name) or None
    for name in _floats(model):
        if name in cells:
            cleaned[name] = cells[name].replace(",", ".")
    for name in optional_of(model):
        if cleaned.get(name) == "":
            del cleaned[name]
    return cleaned


def _told_row(
    file: str, line: int, model: type[Written], reason: ValidationError, name: str
) -> Iterator[Problem]:
    for error in reason.errors(include_url=False):
        what, remedy = told(error, model.model_fields)
        yield Problem(file, line, f"{name}: {what}" if name else what, remedy)


def from_list(model: type[R], document: Document) -> Table[R]:
    """Type every item of a document that is a list."""
    key = key_of(model)
    if document.problems or not isinstance(document.value, list):
        remedy = f"each item begins with `- {key}: …`"
        problem = Problem(document.file, 1, "is not a list", remedy)
        return Table(document.file, (), None, document.problems or (problem,))
    items = list(enumerate(document.value))
    named = [(_name(item, key), document.line((index, key))) for index, item in items if _name(item, key)]
    names, repeats = frozenset(name for name, _ in named), _repeats(named)
    problems: list[Problem] = []
    entries: list[Entry[R]] = []
    again = {line for (_, line), _ in repeats}
    for index, item in items:
        try:
            entry = Entry(model.model_validate(item), document.line((index,)))
        except ValidationError as reason:
            problems += _told_document(document, (index,), model, reason, _name(item, key))
        else:
            entries += [] if document.line((index, key)) in again else [entry]
    return Table(document.file, tuple(entries), names, tuple(problems), repeats)


def _name(item: object, key: str) -> str:
    """Return what *item* says that its name is; empty if it does not."""
    name = item.get(key) if isinstance(item, dict) else None
    return name if isinstance(name, str) else ""


def from_mapping(model: type[R], document: Document) -> tuple[Entry[R] | None, tuple[Problem, ...]]:
    """Type a document that is one mapping."""
    if document.problems:
        return None, document.problems
    try:
        return Entry(model.model_validate(document.value), 1), ()
    except ValidationError as reason:
        return None, tuple(_told_document(document, (), model, reason))


def _told_document(
    document: Document, start: Place, model: type[Written], reason: ValidationError, name: str = ""
) -> Iterator[Problem]:
    for error in reason.errors(include_url=False):
        what, remedy = told(error, _fields_at(model, error["loc"][:-1]))
        line = document.line((*start, *error["loc"]))
        yield Problem(document.file, line, f"{name}: {what}" if name else what, remedy)


def _fields_at(model: type[Written], place: tuple[int | str, ...]) -> tuple[str, ...]:
    """Return the names of the fields of the model nested at *place*."""
    for part in place:
        field = model.model_fields.get(str(part))
        inner = field.annotation if field else None
        if not (isinstance(inner, type) and issubclass(inner, Written)):
            return ()
        model = inner
    return tuple(model.model_fields)
