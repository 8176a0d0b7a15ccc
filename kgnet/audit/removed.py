"""intent, text of a collector → the text with the intent's lines where the collector removed a secret.

What was removed can neither be held against the intent nor differ from it.
"""

from __future__ import annotations

import re
from dataclasses import replace

from kgnet.model.config import Config
from kgnet.model.credentials import MARK


def completed(have: Config, wanted: Config) -> Config:
    """Return *have*, each line with a removed secret as the only line of *wanted* that may be it."""
    if not any(MARK in text for text in have.parts.values()):
        return have
    return replace(
        have, parts={name: _part(text, wanted.parts.get(name, "")) for name, text in have.parts.items()}
    )


def _part(text: str, wanted: str) -> str:
    lines = {line.strip() for line in wanted.splitlines()}
    return "\n".join(_line(line, lines) if MARK in line else line for line in text.split("\n"))


def _line(line: str, wanted: set[str]) -> str:
    """Return the line as it is wanted: around the mark its words are the same, but for a type or quotes."""
    told = line.partition(" ##")[0].strip()
    around = ".+".join(re.escape(each.strip('"')) for each in told.split(MARK))
    found = [each for each in wanted if re.fullmatch(around, each)]
    indent = line[: len(line) - len(line.lstrip())]
    return f"{indent}{found[0]}" if len(found) == 1 else line
