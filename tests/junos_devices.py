"""The Junos devices of the province as rendered, and what is read in them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import shipped

from kgnet import paths
from kgnet.emulate.juniper_junos.tree import Node
from kgnet.model.fleet import Device
from kgnet.platforms.juniper_junos import PLATFORM
from kgnet.platforms.juniper_junos.text import canonical
from kgnet.render import render

(PART,) = PLATFORM.parts
RECORDED = Path(__file__).parent / "recorded" / "juniper_junos"
PROVINCE = shipped.fleet("kiengiang")
ROUTERS = {name: device for name, device in PROVINCE.devices.items() if device.platform == PLATFORM.name}
SOME = {**{str(device.role): device for device in ROUTERS.values()}, "tunnel": next(
    device for device in ROUTERS.values() if any(link.tunnel for link in device.interfaces)
)}  # fmt: skip


def told(name: str) -> str:
    """Return a pass phrase of the length that the store has."""
    return f"{name.replace('/', '-')}-0123456789abcdefghijklmnopqrstuv"


def text_of(device: Device, *, hidden: bool = True) -> str:
    config = render(device, paths.templates()) if hidden else render(device, paths.templates(), secret=told)
    return config.parts[PART.name]


def facts(text: str) -> dict[type, Any]:
    return {type(fact): fact for fact in PART.read(text, PART.name)}


def printed(root: Node) -> str:
    return canonical("".join(f"{line}\n" for line in root.text()))
