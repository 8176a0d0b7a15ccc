"""A kept text → the text to load: secrets in place of the marks that a backup shows for them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from kgnet.errors import Refused
from kgnet.model.config import Config
from kgnet.ports import Platform

MARK = re.compile(r"<secret(?: ([0-9a-f]+))?>")
BLIND = "<secret>"
FIRST = 2  # the number of a text's first line: `Config.lines` counts the header
Place = tuple[str, ...]


def unmarked(kept: Config, platform: Platform, known: Iterable[Config], mark: Callable[[str], str]) -> Config:
    """Return *kept* with the true secrets, found by their marks in the true texts *known*.

    What a device keeps in a form that nobody foresees has no mark: it stays as the last of *known* that has
    the same line has it.  Refused, with the lines, where a secret is in none of them any more.
    """
    known = tuple(known)
    values = {
        mark(found[1]): found[1]
        for config in known
        for text in config.parts.values()
        for pattern in platform.secrets
        for found in pattern.finditer(text)
    }
    blind = {place: line for config in known for place, line in _blind(config, platform, mark)}
    lost: list[str] = []

    def revealed(line: str, place: Place) -> str:
        if place in blind:
            return blind[place]
        if any(found[1] not in values for found in MARK.finditer(line)):
            lost.append(line)
            return line
        return MARK.sub(lambda found: values[found[1]], line)

    parts = {name: _each(text, revealed) for name, text in kept.parts.items()}
    if lost:
        raise Refused(
            kept.device,
            f"{len(lost)} secrets of the kept text are not to be had any more, the first in `{lost[0]}`"
            " — only a backup that was made with `--sealed` holds them",
        )
    return Config(kept.device, parts, kept.source)


def _each(text: str, change: Callable[[str, Place], str]) -> str:
    """Return *text* with each line that is not blank as *change* makes it of the bare line and its place."""
    lines = text.splitlines(keepends=True)
    for line in Config("", {"": text}).lines():
        raw = lines[line.number - FIRST]
        lines[line.number - FIRST] = raw.replace(line.text, change(line.text, line.path), 1)
    return "".join(lines)


def _blind(config: Config, platform: Platform, mark: Callable[[str], str]) -> Iterator[tuple[Place, str]]:
    """Yield the lines that hold a secret without a mark: where they stand as a backup shows it, and the line.

    Where several look alike nobody can tell which is which: none of them is told.
    """
    for text in config.parts.values():
        true = text.splitlines()
        shown = list(Config("", {"": platform.redacted(text, mark)}).lines())
        often = Counter(line.path for line in shown)
        for line in shown:
            if BLIND in line.text and often[line.path] == 1:
                yield line.path, true[line.number - FIRST].strip()
