"""The shipped inventories, loaded and designed once a process; nouns are frozen, and tests may share them."""

from __future__ import annotations

from functools import cache

from kgnet import inventory, paths
from kgnet.design import design
from kgnet.model.fleet import Fleet
from kgnet.model.province import Province


@cache
def province(name: str) -> Province:
    """Return `inventories/<name>` as written."""
    return inventory.load(paths.inventories() / name)


@cache
def fleet(name: str) -> Fleet:
    """Return `inventories/<name>` as designed."""
    return design(province(name))
