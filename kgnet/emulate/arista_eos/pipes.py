"""What may follow a command of EOS behind a bar: a choice of its lines."""

from __future__ import annotations

import re

INVALID = "% Invalid input"


def piped(text: str, pipe: str) -> str:
    """Apply `section`, `include`, `exclude`, `begin` or `no-more`."""
    word, _, pattern = pipe.partition(" ")
    lines = text.splitlines()
    try:
        wanted = re.compile(pattern)
    except re.error:
        return INVALID
    if word == "include":
        return "\n".join(line for line in lines if wanted.search(line))
    if word == "exclude":
        return "\n".join(line for line in lines if not wanted.search(line))
    if word == "begin":
        first = next((at for at, line in enumerate(lines) if wanted.search(line)), len(lines))
        return "\n".join(lines[first:])
    if word == "section":
        return "\n".join(_section(lines, wanted))
    return text if word in ("no-more", "nz") else INVALID


def _section(lines: list[str], wanted: re.Pattern[str]) -> list[str]:
    taken: list[str] = []
    depth = -1
    for line in lines:
        here = len(line) - len(line.lstrip())
        if depth >= 0 and here > depth:
            taken.append(line)
        elif wanted.search(line):
            taken.append(line)
            depth = here
        else:
            depth = -1
    return taken
