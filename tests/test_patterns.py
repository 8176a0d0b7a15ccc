"""No expression of the package takes more than linear time, whatever it is given.

Of each, strings are made that fit it and then go on and on where it repeats: what goes back and forth in them
takes a time that grows with the square.  CPU time is measured, some hundred times what a linear one needs.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path
from re import _constants as op  # type: ignore[attr-defined]  # what the standard library takes them apart with
from re import _parser as parser  # type: ignore[attr-defined]
from time import process_time
from types import MappingProxyType
from typing import Any

import pytest

import kgnet

LENGTHS = (500, 24_000)  # characters: of these a linear expression needs some thousandth of a second
LIMIT_S = 0.15
ANYWHERE = ("search", "sub", "subn", "finditer", "findall", "split")  # these begin at every place
MANY = 1000  # times that something may be repeated, from which on it counts as endless
KINDS = {
    op.CATEGORY_SPACE: str.isspace,
    op.CATEGORY_DIGIT: str.isdigit,
    op.CATEGORY_WORD: lambda letter: letter.isalnum() or letter == "_",
}
OPPOSITES = {
    op.CATEGORY_NOT_SPACE: op.CATEGORY_SPACE,
    op.CATEGORY_NOT_DIGIT: op.CATEGORY_DIGIT,
    op.CATEGORY_NOT_WORD: op.CATEGORY_WORD,
}
LETTERS = ' a1.-/:,="x_\t\n!(['


# ── strings that fit ────────────────────────────────────────────────────────


def one_of(items: list[Any]) -> str:
    """Return a character of a set."""
    literals = [chr(value) for code, value in items if code is op.LITERAL]
    ranges = [chr(value[0]) for code, value in items if code is op.RANGE]
    return next((each for each in (*LETTERS, *literals, *ranges) if holds(items, each)), "z")


def holds(items: list[Any], letter: str) -> bool:
    found = False
    for code, value in items:
        if code is op.LITERAL:
            found |= chr(value) == letter
        elif code is op.RANGE:
            found |= value[0] <= ord(letter) <= value[1]
        elif code is op.CATEGORY:
            found |= KINDS[OPPOSITES.get(value, value)](letter) != (value in OPPOSITES)
    return found != (items[0][0] is op.NEGATE)


def fitting(tree: Any) -> str:
    """Return a short string that fits, but for what it looks ahead or back at."""
    return "".join(_fitting(code, value) for code, value in tree)


def _fitting(code: Any, value: Any) -> str:
    if code is op.LITERAL:
        return chr(value)
    if code is op.NOT_LITERAL:
        return "b" if chr(value) == "a" else "a"
    if code is op.ANY:
        return "a"
    if code is op.IN:
        return one_of(value)
    if code in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
        return fitting(value[2]) * max(value[0], 1)
    if code is op.SUBPATTERN:
        return fitting(value[3])
    if code is op.ATOMIC_GROUP:
        return fitting(value)
    return fitting(value[1][0]) if code is op.BRANCH else ""


def endless(tree: Any, before: str = "") -> Iterator[tuple[str, str]]:
    """Yield for each endless repetition what leads to it, and what may be repeated there."""
    for code, value in tree:
        if code in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
            if value[1] is op.MAXREPEAT or value[1] > MANY:
                yield from ((before, each) for each in (fitting(value[2]), " ", "a", "1", ", ") if each)
            yield from endless(value[2], before)
        elif code is op.SUBPATTERN:
            yield from endless(value[3], before)
        elif code is op.BRANCH:
            for each in value[1]:
                yield from endless(each, before)
        elif code in (op.ASSERT, op.ASSERT_NOT):
            yield from endless(value[1], before)
        before += _fitting(code, value)


def slowest_s(pattern: re.Pattern[Any], how: str) -> float:
    """Return the CPU seconds for the worst of the strings, or for the first that takes too long."""
    ask, worst = getattr(pattern, how), 0.0
    strings = sorted(set(endless(parser.parse(pattern.pattern, pattern.flags))))
    for length in LENGTHS:
        for before, again in strings:
            for after in ("\0", "\n!"):
                told: Any = before + again * (length // len(again)) + after
                told = told.encode() if isinstance(pattern.pattern, bytes) else told
                worst = max(worst, _seconds(ask, told))
                if worst > LIMIT_S:
                    return _seconds(ask, told)  # once more: something else may have come between
    return worst


def _seconds(ask: Any, told: Any) -> float:
    started = process_time()
    ask(told)
    return process_time() - started


# ── the expressions of the package ──────────────────────────────────────────


@cache
def expressions() -> dict[tuple[Any, int, str], str]:
    """Return (expression, flags, how it is asked) → where it stands."""
    found: dict[tuple[Any, int, str], str] = {}
    paths = (path for path in Path(*kgnet.__path__).rglob("*.py") if "emulate" not in path.parts)
    sources = {path: path.read_text(encoding="utf-8") for path in paths}
    for info in pkgutil.walk_packages(kgnet.__path__, "kgnet."):
        if ".ansible." in info.name or ".emulate" in info.name:  # an emulator hears us only
            continue
        module = importlib.import_module(info.name)
        text = sources[Path(str(module.__file__))]
        for name, value in vars(module).items():
            for pattern in held(value):
                how = "search" if searched(name, text) else "match"
                found.setdefault((pattern.pattern, pattern.flags, how), f"{info.name}.{name}")
    for path, text in sources.items():
        for node in ast.walk(ast.parse(text)):
            if written := in_place(node):
                found.setdefault(written, f"{path.name}:{getattr(node, 'lineno', 0)}")
    return found


def held(value: Any, depth: int = 0) -> Iterator[re.Pattern[Any]]:
    """Yield the expressions that a module's variable holds."""
    if isinstance(value, re.Pattern):
        yield value
    elif depth < 4 and isinstance(value, tuple | list | set | frozenset):
        for each in value:
            yield from held(each, depth + 1)
    elif depth < 4 and isinstance(value, dict | MappingProxyType):
        yield from held(tuple(value.values()), depth)
    elif depth < 4 and is_dataclass(value) and not isinstance(value, type):
        yield from held(tuple(getattr(value, field.name, None) for field in fields(value)), depth)


def searched(name: str, text: str) -> bool:
    return any(f"{name}.{how}" in text for how in ANYWHERE)


def in_place(node: ast.AST) -> tuple[str, int, str] | None:
    """Return the expression of a call such as `re.search("…", text)`."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
        return None
    first = node.args[0]
    if not (isinstance(node.func.value, ast.Name) and node.func.value.id == "re"):
        return None
    if not (isinstance(first, ast.Constant) and isinstance(first.value, str)):
        return None
    if node.func.attr == "compile":
        return None  # a variable's, which is asked for above
    how = "search" if node.func.attr in ANYWHERE else "match"
    return first.value, int(re.MULTILINE) if "MULTILINE" in ast.unparse(node) else 0, how


def test_there_are_expressions() -> None:
    assert len(expressions()) > 500


@pytest.mark.parametrize("bad", [r"a+b", r"\s*(.*?)\s*,", r"^\s*\w+ (.*?) *=", r"(\S+), +(.*?), +x"])
def test_what_goes_back_and_forth_is_noticed(bad: str) -> None:
    found = re.compile(bad, re.MULTILINE)
    assert slowest_s(found, "search") > LIMIT_S


def test_every_expression_takes_linear_time() -> None:
    slow = {
        f"{where}: {pattern!r}": round(took, 3)
        for (pattern, flags, how), where in expressions().items()
        if (took := slowest_s(re.compile(pattern, flags), how)) > LIMIT_S
    }
    assert not slow
