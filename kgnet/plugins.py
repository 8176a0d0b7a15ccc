"""Finds plug-ins: the values of the wanted kind in the modules of a folder; nothing is registered by hand."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, TypeVar

from kgnet.errors import PluginError
from kgnet.ports import Driver, Pass, Platform, Probe, Report, Rule, System, Transaction

P = TypeVar("P", Driver, Pass, Platform, Probe, Report, Rule, System, Transaction)

FOLDERS: dict[str, tuple[type, str]] = {
    "Driver": (Driver, "drivers"),
    "Pass": (Pass, "design"),
    "Platform": (Platform, "platforms"),
    "Probe": (Probe, "probes"),
    "Report": (Report, "reports"),
    "Rule": (Rule, "rules"),
    "System": (System, "rooms"),
    "Transaction": (Transaction, "transactions"),
}


def found(kind: type[P]) -> Mapping[str, P]:
    """Return the plug-ins of *kind* by name (a rule: by id), in the order of their files.

    PluginError if two share a name, or a file (not one that starts with `_`) holds none.
    """
    return MappingProxyType(_found(kind.__name__))


@cache
def _found(kind_name: str) -> dict[str, Any]:
    kind, folder = FOLDERS[kind_name]
    package = importlib.import_module(f"kgnet.{folder}")
    plugins: dict[str, Any] = {}
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        if module.name.rpartition(".")[2].startswith("_"):
            continue
        held = [
            value for value in vars(importlib.import_module(module.name)).values() if isinstance(value, kind)
        ]
        if not held:
            raise PluginError(f"{module.name} holds no {kind_name}")
        for plugin in held:
            name = plugin.id if isinstance(plugin, Rule) else getattr(plugin, "name")  # noqa: B009
            if plugins.setdefault(name, plugin) is not plugin:
                raise PluginError(f"{module.name}: a {kind_name} named {name!r} exists already")
    return plugins


def one(kind: type[P], name: str) -> P:
    """Return the plug-in *name*; PluginError names those that there are."""
    plugins = found(kind)
    if name not in plugins:
        known = ", ".join(sorted(plugins))
        raise PluginError(f"no {kind.__name__.lower()} is named {name!r} — known: {known}")
    return plugins[name]
