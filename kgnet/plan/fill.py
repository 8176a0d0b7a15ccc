"""plan, sealed and true texts → the plan with its secrets: what is sealed in a file becomes what is typed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from kgnet.errors import Refused
from kgnet.model.config import Config
from kgnet.model.outcome import Plan

SEALED = re.compile(r"<secret(?:[ -][^>\n]*)?>")

Pair = tuple[Config, Config]  # the same text sealed, and true


def filled(todo: Plan, texts: Iterable[Pair]) -> Plan:
    """Return *todo* with the true words in place of each sealed secret, as *texts* tell them.

    A line is known by its sealed form; a line of which no text has the like, by the mark of its secret.
    Refused if a secret is not told, or two would fit.
    """
    lines, marks = _told(texts)

    def true(line: str) -> str:
        if not SEALED.search(line):
            return line
        known = lines.get(line, set())
        if len(known) == 1:
            return next(iter(known))
        told = SEALED.sub(lambda found: marks.get(found[0], found[0]), line)
        if SEALED.search(told):
            raise Refused(
                todo.device,
                f"neither the intent nor the device tells the secret of `{line}` — write it into the intent",
            )
        return told

    changes = (
        replace(change, path=tuple(map(true, change.path)), line=true(change.line)) for change in todo.changes
    )
    return Plan(todo.device, tuple(changes))


def _told(texts: Iterable[Pair]) -> tuple[Mapping[str, set[str]], Mapping[str, str]]:
    """Return sealed line → the true lines that it stands for, and mark → secret."""
    lines: dict[str, set[str]] = {}
    marks: dict[str, str] = {}
    for sealed, true in texts:
        for name, text in sealed.parts.items():
            pairs = zip(text.splitlines(), true.parts[name].splitlines(), strict=True)
            for shut, open_ in pairs:
                if shut != open_:
                    lines.setdefault(shut.strip(), set()).add(open_.strip())
                    marks |= _marks(shut.strip(), open_.strip())
    return lines, marks


def _marks(shut: str, open_: str) -> Mapping[str, str]:
    """Return the secrets of one line, by the marks that tell them apart; `<secret>` alone tells none."""
    names = SEALED.findall(shut)
    pattern = "(.*)".join(map(re.escape, SEALED.split(shut)))
    found = re.fullmatch(pattern, open_)
    pairs = zip(names, found.groups(), strict=True) if found else ()
    return {name: value for name, value in pairs if name != "<secret>"}
