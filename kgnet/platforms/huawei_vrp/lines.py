"""VRP's text → its lines, each with the blocks that it stands in."""

from __future__ import annotations

from dataclasses import dataclass

from kgnet.errors import ReadError
from kgnet.model.config import Line
from kgnet.platforms._management import stacked
from kgnet.platforms.huawei_vrp.text import numbered

Lines = list[Line]


@dataclass(frozen=True, slots=True)
class Text:
    """All lines, and those that stand in no block."""

    lines: Lines
    top: Lines


def take(text: str, part: str, first_line: int) -> Text:
    lines = stacked(((first_line + number - 1, line) for number, line in numbered(text)), part)
    if not lines:
        raise ReadError(f"{part}: the configuration is empty — look whether the account may read all of it")
    return Text(lines, [line for line in lines if len(line.path) == 1])


def rest(lines: Lines, start: str) -> str | None:
    """Return what was set last."""
    told = (line.text for line in reversed(lines))
    return next((line.removeprefix(start) for line in told if line.startswith(start)), None)


def starting(lines: Lines, *starts: str) -> Lines:
    return [line for line in lines if line.text.startswith(starts)]
