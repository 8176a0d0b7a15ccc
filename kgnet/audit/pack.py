"""a pack's file, rules → Pack: every rule and parameter that it names exists, and fits."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from kgnet import paths
from kgnet.audit import _yaml
from kgnet.audit.line_rules import as_rule
from kgnet.errors import PackError, Problem
from kgnet.model.pack import Choice, LineRule, Pack
from kgnet.ports import Rule

SHIPPED = paths.PACKAGE / "packs"
DEFAULT = "baseline"
LONGEST_CHAIN = 8  # packs that extend packs


def load(name: str, rules: Mapping[str, Rule]) -> tuple[Pack, dict[str, Rule]]:
    """Return the pack *name* (shipped, or a file), what it extends folded in, and all rules known to it.

    PackError, with file and line, on a rule or parameter that does not exist.
    """
    chain = list(_chain(_path(name, Path()), rules))
    known = {**rules, **{id: as_rule(id, line) for pack, _ in chain for id, line in pack.lines.items()}}
    folded: dict[str, Choice] = {}
    for pack, source in reversed(chain):
        problems = list(_problems(pack, source, known, folded))
        if problems:
            raise _yaml.said(problems)
        kept = {id: choice for id, choice in folded.items() if id not in pack.without}
        folded = {**kept, **pack.rules, **{id: Choice() for id in pack.lines if id not in pack.rules}}
    if not folded:
        raise PackError(f"{chain[0][1].file}: asks no rule at all")
    return chain[0][0].model_copy(update={"rules": folded}), known


def asking(*ids: str) -> Pack:
    """Return a pack that asks the rules *ids* as they are."""
    return Pack(title="asked by name", rules={id: Choice() for id in ids})


def shipped() -> tuple[str, ...]:
    """Return the names of the packs that come along."""
    return tuple(sorted(path.stem for path in SHIPPED.glob("*.yml")))


def _path(name: str, beside: Path) -> Path:
    if name in shipped():
        return SHIPPED / f"{name}.yml"
    path = beside / name
    if path.suffix not in (".yml", ".yaml") and not path.exists():
        raise PackError(f"no pack is named {name!r} — shipped: {', '.join(shipped())}; or give a file")
    return path


def _chain(path: Path, rules: Mapping[str, Rule]) -> Iterator[tuple[Pack, _yaml.Source]]:
    """Yield the pack in *path*, the one it extends, and so on."""
    for _ in range(LONGEST_CHAIN):
        pack, source = _yaml.read(path, Pack)
        yield pack, source
        if pack.extends is None:
            return
        path = _path(pack.extends, path.parent)
    raise PackError(f"{path}: packs extend each other in a circle, or more than {LONGEST_CHAIN} deep")


def _problems(
    pack: Pack, source: _yaml.Source, known: Mapping[str, Rule], base: Mapping[str, Choice]
) -> Iterator[Problem]:
    for id, choice in pack.rules.items():
        if id not in known:
            yield source.problem(("rules", id), f"no rule is named {id!r}", "see `kgnet rules`")
            continue
        for name, value in choice.parameters.items():
            what = _misfit(known[id], name, value)
            if what:
                yield source.problem(("rules", id, "parameters", name), f"{id}: {what}")
    for index, id in enumerate(pack.without):
        if id not in base:
            yield source.problem(("without", index), f"the extended pack has no rule {id!r} to leave out")
    for id, line in pack.lines.items():
        yield from _bad_patterns(id, line, source)


def _misfit(rule: Rule, name: str, value: Any) -> str:
    """Return what is wrong with giving *value* to the parameter *name*; empty: nothing."""
    defaults = parameters(rule)
    if name not in defaults:
        return f"has no parameter {name!r} — it has {', '.join(defaults) or 'none'}"
    default = defaults[name]
    asked = (
        (list, tuple)
        if isinstance(default, tuple)
        else (int, float)
        if isinstance(default, float)
        else type(default)
    )
    if not isinstance(value, asked) or isinstance(value, bool) != isinstance(default, bool):
        return f"{name} wants something like {default!r}, not {value!r}"
    return ""


def parameters(rule: Rule) -> dict[str, Any]:
    """Return the parameters that a pack may set, with their defaults."""
    found = inspect.signature(rule.judge).parameters.values()
    return {one.name: one.default for one in found if one.kind is inspect.Parameter.KEYWORD_ONLY}


def _bad_patterns(id: str, line: LineRule, source: _yaml.Source) -> Iterator[Problem]:
    for name in ("inside", "must", "must_not"):
        try:
            re.compile(getattr(line, name) or "")
        except re.error as reason:
            yield source.problem(("lines", id, name), f"{id}.{name} is no regular expression: {reason}")
