"""A kept text → the text to load: secrets in place of the marks that a backup shows for them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from kgnet.errors import Refused
from kgnet.model.config import Config
from kgnet.ports import Platform

MARK = re.compile(r"<secret(?: ([0-9a-f]+))?>")


def unmarked(kept: Config, platform: Platform, known: Iterable[Config], mark: Callable[[str], str]) -> Config:
    """Return *kept* with the true secrets, found by their marks in the true texts *known*.

    Refused, with the lines, where a secret is in none of them any more.
    """
    values = {
        mark(found[1]): found[1]
        for config in known
        for text in config.parts.values()
        for pattern in platform.secrets
        for found in pattern.finditer(text)
    }
    lost: list[str] = []

    def revealed(line: str) -> str:
        if any(found[1] not in values for found in MARK.finditer(line)):
            lost.append(line.strip())
            return line
        return MARK.sub(lambda found: values[found[1]], line)

    parts = {
        name: "".join(map(revealed, text.splitlines(keepends=True))) for name, text in kept.parts.items()
    }
    if lost:
        raise Refused(
            kept.device,
            f"{len(lost)} secrets of the kept text are not to be had any more, the first in `{lost[0]}`"
            " — only a backup that was made with `--sealed` holds them",
        )
    return Config(kept.device, parts, kept.source)
