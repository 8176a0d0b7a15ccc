"""The lines of a block → those that still count: the last word holds, and a block that comes again goes on.

A device that is told a text hears it so; one that prints its own says nothing twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

NO = "no "


def heard(lines: Sequence[str], opens: Callable[[int], bool]) -> list[list[int]]:
    """Return the places of the lines that count, blocks of the same header together; none: all as it stands.

    *opens* tells whether a block stands behind the line at a place.
    """
    once = set(lines)
    if len(once) == len(lines) and not any(line[3:] in once for line in lines if line[:3] == NO):
        return []
    last = {line: place for place, line in enumerate(lines)}
    kept: list[list[int]] = []
    begun: dict[str, list[int]] = {}
    for place, line in enumerate(lines):
        if last.get(line[3:] if line.startswith(NO) else NO + line, -1) > place:
            continue  # taken back further down
        if line in begun and opens(place):
            begun[line].append(place)
            continue
        kept.append([place])
        if opens(place):
            begun[line] = kept[-1]
    return kept
