"""The dialects that there are: a folder each beside this file, named after its platform."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path

from kgnet.emulate.device import Device
from kgnet.errors import TwinError


def known() -> tuple[str, ...]:
    """Return the platforms that can be emulated."""
    here = pkgutil.iter_modules([str(Path(__file__).parent)])
    return tuple(sorted(module.name for module in here if module.ispkg))


def dialect(name: str) -> type[Device]:
    """Return the class of a platform's devices: the value DIALECT of its folder."""
    if name not in known():
        raise TwinError(f"no {name} can be emulated; known: {', '.join(known())}")
    found: type[Device] = importlib.import_module(f"kgnet.emulate.{name}").DIALECT
    return found
