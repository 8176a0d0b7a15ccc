"""CSV text → rows with their lines; what a cell means is for the model to say."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from kgnet.errors import Problem
from kgnet.inventory.words import did_you_mean


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of a file: its line, and its cells by column."""

    file: str
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[int, dict[str, str]], ...] = ()
    problems: tuple[Problem, ...] = ()


def sheet(file: str, text: str, *, wanted: tuple[str, ...], optional: frozenset[str] = frozenset()) -> Sheet:
    """Read *text*, whose first line names the columns: all of *wanted*, in any order, and no others.

    Separated by commas, or by semicolons as a spreadsheet of Vietnamese locale writes it;
    then a comma stands for the decimal point and is made one.
    """
    delimiter = _delimiter(text)
    try:
        records = list(_records(text, delimiter))
    except csv.Error as reason:
        return Sheet(file, problems=(_broken(file, text, delimiter, reason),))
    if not records:
        return Sheet(file, problems=(Problem(file, 1, "is empty", f"its first line is {','.join(wanted)}"),))
    line, header = records[0]
    columns = _trimmed([name.strip() for name in header])
    problems = (
        *_header_problems(file, line, columns, wanted, optional),
        *_width_problems(file, columns, records[1:]),
    )
    known = frozenset(wanted)
    rows = tuple((at, _cells(columns, record, known)) for at, record in records[1:])
    return Sheet(file, tuple(columns), rows, problems)


def _delimiter(text: str) -> str:
    first = text.lstrip("\r\n").partition("\n")[0]
    return ";" if first.count(";") > first.count(",") else ","


def _records(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each record that is not blank with the line it begins on."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    begins = 1
    for record in reader:
        if any(record) and record[0][:4] != "sep=":  # a spreadsheet's hint to itself
            yield begins, record
        begins = reader.line_num + 1


def _broken(file: str, text: str, delimiter: str, reason: csv.Error) -> Problem:
    line = 1
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for _ in reader:
            line = reader.line_num + 1
    except csv.Error:
        pass
    return Problem(file, line, f"is not CSV from here on: {reason}", "is a quotation mark left open?")


def _trimmed(cells: list[str]) -> list[str]:
    """Return *cells* without the empty ones at the end, which spreadsheets leave behind."""
    while cells and not cells[-1]:
        cells = cells[:-1]
    return cells


def _header_problems(
    file: str, line: int, columns: list[str], wanted: tuple[str, ...], optional: frozenset[str]
) -> Iterator[Problem]:
    missing = [name for name in wanted if name not in columns and name not in optional]
    for name in dict.fromkeys(columns):
        if name not in wanted:
            yield Problem(file, line, f"unknown column {name!r}", did_you_mean(name, missing or wanted))
        elif columns.count(name) > 1:
            yield Problem(file, line, f"column {name!r} occurs twice", "keep one of them")
    for name in missing:
        yield Problem(file, line, f"column {name!r} is missing", f"the columns are {', '.join(wanted)}")


def _width_problems(file: str, columns: list[str], records: list[tuple[int, list[str]]]) -> Iterator[Problem]:
    width = len(columns)
    for line, record in records:
        if len(record) < width or any(record[width:]):
            yield Problem(
                file,
                line,
                f"cells: {len(record)}, columns: {width}",
                "a comma within a cell needs quotation marks round the cell",
            )


def _cells(columns: list[str], record: list[str], known: frozenset[str]) -> dict[str, str]:
    return {name: cell.strip() for name, cell in zip(columns, record, strict=False) if name in known}
