"""YAML → a checked document, with the file and line of everything that is wrong in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from kgnet.errors import PackError, Problem

M = TypeVar("M", bound=BaseModel)
Place = tuple[str | int, ...]
DEEPEST = 12  # an anchor that holds itself would never end
LARGEST_BYTES = 1 << 19
MOST_PLACES = 100_000  # aliases of aliases make billions of a few lines
FOREIGN = (yaml.YAMLError, ValueError, LookupError, AttributeError, TypeError)  # of PyYAML on a wrong tag


@dataclass(frozen=True, slots=True)
class Source:
    """The file, and the line of every key and item in it."""

    file: str
    lines: dict[Place, int] = field(default_factory=dict)

    def problem(self, place: Place, what: str, remedy: str = "") -> Problem:
        """Return what is wrong at *place*, or at the nearest thing around it that is written."""
        around = (place[:end] for end in range(len(place), -1, -1))
        line = next((self.lines[near] for near in around if near in self.lines), 0)
        return Problem(self.file, line, what, remedy)


def read(path: Path, kind: type[M]) -> tuple[M, Source]:
    """Read *path* as a *kind*; PackError names every problem with its file and line."""
    source = Source(str(path))
    plain = _plain(_composed(path), (), source)
    try:
        return kind.model_validate(plain), source
    except ValidationError as wrong:
        raise said(_problem(source, error) for error in wrong.errors()) from wrong


def said(problems: Iterable[Problem]) -> PackError:
    """Return one error that tells all *problems*, in the order of the file."""
    return PackError("\n".join(map(str, sorted(problems))))


def _problem(source: Source, error: Any) -> Problem:
    place: Place = error["loc"]
    name = ".".join(map(str, place)) or "the file"
    what = error["msg"].removeprefix("Value error, ")
    return source.problem(place, f"{name}: {what[:1].lower()}{what[1:]}")


def _composed(path: Path) -> yaml.Node:
    try:
        node = yaml.compose(_text(path), yaml.SafeLoader)
    except RecursionError as reason:
        raise PackError(f"{path}: is nested too deeply") from reason
    except yaml.MarkedYAMLError as reason:
        line = reason.problem_mark.line + 1 if reason.problem_mark else 0
        raise said([Problem(str(path), line, f"is not YAML: {reason.problem}")]) from reason
    except FOREIGN as reason:
        raise PackError(f"{path}: is not YAML: {reason}") from reason
    if node is None:
        raise PackError(f"{path}: is empty")
    return node


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            told = file.read(LARGEST_BYTES + 1)
        if len(told) > LARGEST_BYTES:
            raise PackError(f"{path}: is larger than {LARGEST_BYTES} bytes: nobody wrote that by hand")
        return told.decode("utf-8-sig")
    except FileNotFoundError as reason:
        raise PackError(f"{path}: there is no such file") from reason
    except UnicodeDecodeError as reason:
        raise PackError(f"{path}: is not UTF-8 text") from reason


def _plain(node: yaml.Node, place: Place, source: Source) -> Any:
    """Return *node* as plain data and note its line; a key's line is where the key is written."""
    source.lines.setdefault(place, node.start_mark.line + 1)
    if len(place) > DEEPEST:
        raise said([source.problem(place, "is nested too deeply")])
    if len(source.lines) > MOST_PLACES:
        raise PackError(f"{source.file}: its aliases make more than {MOST_PLACES} things of it")
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*place, index), source) for index, item in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        return dict(_pairs(node, place, source))
    return _scalar(node, place, source)


def _pairs(node: yaml.MappingNode, place: Place, source: Source) -> Iterator[tuple[str, Any]]:
    seen: set[str] = set()
    for key_node, value in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            raise said([source.problem(place, "a name is a list or a mapping: a word wanted")])
        key = key_node.value
        source.lines[(*place, key)] = key_node.start_mark.line + 1
        if key in seen:
            raise said([source.problem((*place, key), f"{key!r} is written twice")])
        seen.add(key)
        yield key, _plain(value, (*place, key), source)


def _scalar(node: yaml.Node, place: Place, source: Source) -> Any:
    loader = yaml.SafeLoader("")
    try:
        return loader.construct_object(node)
    except FOREIGN as reason:  # e.g. 2027-02-30 is no date
        told = isinstance(reason, yaml.YAMLError | ValueError)
        what = reason if told else f"is no {node.tag.rpartition(':')[2]}"
        raise said([source.problem(place, f"{node.value!r}: {what}")]) from reason
    finally:
        loader.dispose()
