"""IOS's two ways to compare configurations: contextual differences, and what a file would add."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from kgnet.emulate.cisco_ios import files
from kgnet.emulate.device import Reply, Session
from kgnet.emulate.tree import Node

if TYPE_CHECKING:
    from kgnet.emulate.cisco_ios import Ios
    from kgnet.emulate.cisco_ios.exec_mode import Do


def _file(device: Ios, name: str) -> list[str] | None:
    data = files.content(device, name)
    return None if data is None else _lines(data.decode("utf-8", "replace"))


def _lines(text: str) -> list[str]:
    drop = re.compile(r"\s*!|\s*$|Building|Current configuration|version |end$|ntp clock-period")
    return [line.rstrip() for line in text.splitlines() if not drop.match(line)]


def _differences(device: Ios, session: Session, rest: list[str]) -> Reply:
    first = _file(device, rest[0]) if rest else _file(device, "nvram:startup-config")
    second = _file(device, rest[1]) if len(rest) > 1 else _file(device, "system:running-config")
    if first is None or second is None:
        return f"%Error opening {rest[0 if first is None else 1]} (No such file or directory)"
    said = _contextual(first, second)
    return "\n".join(["!Contextual Config Diffs:", *(said or ["!No changes were found"])])


def _contextual(first: list[str], second: list[str]) -> list[str]:
    """Lines that go with `-`, lines that come with `+`, each below the block it stands in."""
    found: list[str] = []
    told: str | None = None
    matcher = SequenceMatcher(None, first, second, autojunk=False)
    for verb, i1, i2, j1, j2 in matcher.get_opcodes():
        if verb == "equal":
            continue
        for sign, lines, places in (("-", first, range(i1, i2)), ("+", second, range(j1, j2))):
            for n in places:
                head = next((lines[k] for k in range(n, -1, -1) if not lines[k].startswith(" ")), "")
                if lines[n].startswith(" ") and head != told:
                    found.append(head)
                told = head
                found.append(f"{sign}{lines[n]}")
    return found


def _incremental(device: Ios, session: Session, rest: list[str]) -> Reply:
    wanted = _file(device, rest[0]) if rest else None
    if wanted is None:
        return f"%Error opening {rest[0] if rest else ''} (No such file or directory)"
    have = set(Node.of(device.running()).walk())
    lines, shown = [], set()
    for path in Node.of("\n".join(wanted)).walk():
        if path not in have and not (path[-1].startswith("no ") and (*path[:-1], path[-1][3:]) not in have):
            for depth in range(1, len(path)):
                if path[:depth] not in shown:
                    shown.add(path[:depth])
                    lines.append(" " * (depth - 1) + path[depth - 1])
            shown.add(path)
            lines.append(" " * (len(path) - 1) + path[-1])
    return (
        "\n".join(["!List of Commands:", *lines, "end"])
        if lines
        else "!List of Commands:\nend\n!No changes were found"
    )


COMMANDS: dict[str, Do] = {
    "show archive config differences": _differences,
    "show archive config incremental-diffs": _incremental,
}
