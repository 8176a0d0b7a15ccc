"""One part of a configuration → the facts in it, with its lines counted in the whole text."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from functools import cache
from typing import Any

from kgnet.errors import ReadError
from kgnet.model.config import Config
from kgnet.ports import Part, gives

Read = tuple[dict[type, Any], dict[type, str], dict[type, str]]  # facts, sources, missing

LONG = 80  # characters of a command in a message


def as_typed(argv: Sequence[str]) -> str:
    """Return *argv* as one types it, a constant script as such, cut where it gets long."""
    line = argv[2] if argv[:2] == ("sh", "-c") else shlex.join(argv)
    return line if len(line) <= LONG else f"{line[: LONG - 1]}…"


def part_facts(part: Part, config: Config, source: str) -> Read:
    """Read one part; lines count as in `str(config)`."""
    try:
        found = list(part.read(config.parts[part.name], part.name))
    except ReadError as reason:
        return {}, {}, dict.fromkeys(gives(part.read), f"{source}: {reason}")
    before = 1
    for name, text in config.parts.items():
        if name == part.name:
            break
        before += 1 + len(text.splitlines())
    facts = {type(fact): _moved(fact, before) for fact in found}
    return facts, dict.fromkeys(facts, source), {}


def merge(into: Read, more: Read) -> None:
    for old, new in zip(into, more, strict=True):
        old.update(new)


def _moved(value: Any, by: int) -> Any:
    """Return *value* with every `line` in it *by* further down."""
    if names := _fields(value.__class__):
        moved = {name: _moved(getattr(value, name), by) for name in names}
        if moved.get("line"):
            moved["line"] += by
        return replace(value, **moved)
    if isinstance(value, tuple):
        return tuple(_moved(item, by) for item in value)
    if isinstance(value, Mapping):
        return {key: _moved(item, by) for key, item in value.items()}
    return value


@cache
def _fields(kind: type) -> tuple[str, ...]:
    """Return the names of a dataclass's fields; none of any other type."""
    return tuple(field.name for field in fields(kind)) if is_dataclass(kind) else ()
