"""The dialects that there are: platform name → the class of its devices, imported when first asked for."""

from __future__ import annotations

import importlib
from pathlib import Path

from kgnet.emulate.device import Device
from kgnet.errors import TwinError

MODULES = {
    "cisco_ios": "ios",
    "arista_eos": "eos",
    "juniper_junos": "junos",
    "huawei_vrp": "vrp",
    "mikrotik_routeros": "routeros",
    "fortinet_fortios": "fortios",
}


def known() -> tuple[str, ...]:
    """Return the platforms that can be emulated."""
    here = Path(__file__).parent
    return tuple(name for name, module in MODULES.items() if (here / f"{module}.py").is_file())


def dialect(name: str) -> type[Device]:
    """Return the class of a platform's devices: the value DIALECT of its module."""
    if name not in known():
        raise TwinError(f"no {name} can be emulated; known: {', '.join(known())}")
    found: type[Device] = importlib.import_module(f"kgnet.emulate.{MODULES[name]}").DIALECT
    return found
