"""a pack's file, rules → Pack: every rule and parameter that it names exists, and fits."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kgnet import paths
from kgnet.audit import _yaml
from kgnet.audit.intent import looks_at_intent
from kgnet.audit.line_rules import as_rule
from kgnet.errors import PackError, Problem
from kgnet.model.pack import Choice, LineRule, Only, Pack
from kgnet.plugins import found
from kgnet.ports import Platform, Rule

SHIPPED = paths.PACKAGE / "packs"
DEFAULT = "baseline"
LONGEST_CHAIN = 8  # packs that extend packs
MOST_PACKS = 100  # in one go


def load(name: str, rules: Mapping[str, Rule]) -> tuple[Pack, dict[str, Rule]]:
    """Return the pack *name* (shipped, or a file), what it extends folded in, and all rules known to it.

    PackError, with file and line, on a rule or parameter that does not exist.
    """
    loader = _Loader(rules, dict(rules))
    pack, folded = loader.folded(_path(name, Path()), ())
    if not folded:
        raise PackError(f"{_path(name, Path())}: asks no rule at all")
    return pack.model_copy(update={"rules": folded}), loader.known


@dataclass(frozen=True, slots=True)
class _Loader:
    """Folds packs into those that extend them, each file once; *known* grows by the rules in the packs."""

    shipped: Mapping[str, Rule]
    known: dict[str, Rule]
    done: dict[Path, tuple[Pack, dict[str, Choice]]] = field(default_factory=dict)

    def folded(self, path: Path, above: tuple[Path, ...]) -> tuple[Pack, dict[str, Choice]]:
        """Return the pack in *path*, and its rules with those of the packs that it extends."""
        here = path.resolve()
        if here in above:
            raise PackError(f"{path}: packs extend each other in a circle")
        if len(above) >= LONGEST_CHAIN or len(self.done) >= MOST_PACKS:
            raise PackError(f"{path}: packs extend each other more than {LONGEST_CHAIN} deep")
        if here not in self.done:
            self.done[here] = self._read(path, (*above, here))
        return self.done[here]

    def _read(self, path: Path, above: tuple[Path, ...]) -> tuple[Pack, dict[str, Choice]]:
        pack, source = _yaml.read(path, Pack)
        base: dict[str, Choice] = {}
        for name in pack.extends:
            _, more = self.folded(_path(name, path.parent), above)
            base |= {id: choice for id, choice in more.items() if id not in base or choice != Choice()}
        self.known.update(
            {id: as_rule(id, line) for id, line in pack.lines.items() if id not in self.shipped}
        )
        problems = list(_problems(pack, source, self.known, base, self.shipped))
        if problems:
            raise _yaml.said(problems)
        kept = {
            id: choice
            for id, choice in base.items()
            if id not in pack.without and _is_kept(pack.only, self.known[id], choice)
        }
        own = {id: Choice() for id in pack.lines if id not in pack.rules}
        return pack, {**kept, **pack.rules, **own}


def _is_kept(only: Only, rule: Rule, choice: Choice) -> bool:
    """Whether a rule of an extended pack is asked in the one that extends it."""
    return (
        (not only.severities or (choice.severity or rule.severity) in only.severities)
        and (not only.references or any(only.references in each for each in rule.references))
        and only.intent in (None, looks_at_intent(rule, choice.parameters))
    )


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


def _problems(
    pack: Pack,
    source: _yaml.Source,
    known: Mapping[str, Rule],
    base: Mapping[str, Choice],
    shipped: Mapping[str, Rule],
) -> Iterator[Problem]:
    for id, choice in pack.rules.items():
        if id not in known:
            yield source.problem(("rules", id), f"no rule is named {id!r}", "see `kgnet rules`")
            continue
        unknown = set(choice.platforms) - set(found(Platform))
        if unknown:
            yield source.problem(("rules", id, "platforms"), f"{id}: {_no_platform(unknown)}")
        for name, value in choice.parameters.items():
            what = _misfit(known[id], name, value)
            if what:
                yield source.problem(("rules", id, "parameters", name), f"{id}: {what}")
    for index, id in enumerate(pack.without):
        if id not in base:
            yield source.problem(("without", index), f"the extended packs have no rule {id!r} to leave out")
    if pack.only != Only() and not pack.extends:
        yield source.problem(("only",), "nothing is extended that could be kept in part")
    for id, line in pack.lines.items():
        if id in shipped:
            yield source.problem(("lines", id), f"{id} is the name of a rule that comes along: take another")
        unknown = set(line.platforms) - set(found(Platform))
        if unknown:
            yield source.problem(("lines", id, "platforms"), f"{id}: {_no_platform(unknown)}")
        yield from _bad_patterns(id, line, source)


def _no_platform(unknown: set[str]) -> str:
    return f"no platform is named {', '.join(sorted(unknown))} — known: {', '.join(found(Platform))}"


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
    written = inspect.signature(rule.judge).parameters.values()
    return {one.name: one.default for one in written if one.kind is inspect.Parameter.KEYWORD_ONLY}


def _bad_patterns(id: str, line: LineRule, source: _yaml.Source) -> Iterator[Problem]:
    for name in ("inside", "must", "must_not"):
        try:
            re.compile(getattr(line, name) or "")
        except (re.error, RecursionError, OverflowError) as reason:
            yield source.problem(("lines", id, name), f"{id}.{name} is no regular expression: {reason}")
