"""YAML text → plain data with lines; the model gives the types, not YAML's guesses.

Every scalar stays the text that was written: `no`, `12:30` and `899` are texts until a field wants otherwise.
Anchors, merge keys, tags and doubled keys are refused: what one reads is what is meant.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from kgnet.errors import Problem

DEEPEST = 20
Place = tuple[int | str, ...]
Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml where it is built in: ten times faster
NULLS = frozenset({"", "~", "null", "Null", "NULL"})


@dataclass(frozen=True, slots=True)
class Document:
    """A file as plain data: mappings, lists, texts and None."""

    file: str
    value: Any = None
    problems: tuple[Problem, ...] = ()
    lines: dict[Place, int] = field(default_factory=dict)

    def line(self, place: Place) -> int:
        """Return the line of what stands at *place*, or of the nearest thing around it."""
        for length in range(len(place), -1, -1):
            if place[:length] in self.lines:
                return self.lines[place[:length]]
        return 0


def document(file: str, text: str) -> Document:
    """Read *text*, one YAML document."""
    try:
        problems = tuple(_unwanted(file, text))
        node = None if problems else yaml.compose(text, Loader=Loader)
    except yaml.YAMLError as reason:
        return Document(file, problems=(_broken(file, reason),))
    if problems:
        return Document(file, problems=problems)
    if node is None:
        return Document(file, problems=(Problem(file, 1, "is empty", "a list without items is written []"),))
    lines: dict[Place, int] = {}
    found: list[Problem] = []
    value = _plain(node, (), lines, found, file)
    return Document(file, value, tuple(found), lines)


def _unwanted(file: str, text: str) -> Iterator[Problem]:
    """Yield what YAML allows and we do not; also keeps bombs of aliases and of depth from being built."""
    depth = 0
    for event in yaml.parse(text, Loader=Loader):
        line = event.start_mark.line + 1 if event.start_mark else 0
        if isinstance(event, yaml.AliasEvent):
            yield Problem(file, line, f"alias *{event.anchor}", "aliases are not accepted: write it out")
        elif isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            yield Problem(file, line, f"is nested more than {DEEPEST} deep", "nothing in an inventory is")
            return
        tag = getattr(event, "tag", None)
        if tag:
            yield Problem(file, line, f"tag {tag}", "tags are not accepted: the field gives the type")


def _broken(file: str, reason: yaml.YAMLError) -> Problem:
    mark = getattr(reason, "problem_mark", None) or getattr(reason, "context_mark", None)
    what = getattr(reason, "problem", None) or str(reason).partition("\n")[0]
    remedy = "is an indentation, a colon, a quotation mark or a bracket wrong here or just above?"
    return Problem(file, mark.line + 1 if mark else 0, f"is not YAML: {what}", remedy)


def _plain(node: Any, place: Place, lines: dict[Place, int], found: list[Problem], file: str) -> Any:
    lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*place, i), lines, found, file) for i, item in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, place, lines, found, file)
    return None if node.style is None and node.value in NULLS else node.value


def _mapping(
    node: yaml.MappingNode, place: Place, lines: dict[Place, int], found: list[Problem], file: str
) -> dict[str, Any]:
    plain: dict[str, Any] = {}
    for key, value in node.value:
        line, name = key.start_mark.line + 1, key.value
        if not isinstance(key, yaml.ScalarNode) or name == "<<":
            found.append(Problem(file, line, "a key that is no plain name", "write the fields out"))
        elif name in plain:
            first = lines[(*place, name)]
            found.append(Problem(file, line, f"{name!r} is here again", f"it stands on line {first} already"))
        else:
            lines[(*place, name)] = line
            plain[name] = _plain(value, (*place, name), lines, found, file)
    return plain
