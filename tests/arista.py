"""Arista's devices for tests: a fabric, and offices of the lab as if EOS ran their routers; their texts."""

from __future__ import annotations

from mixed import MIXED

from kgnet import paths
from kgnet.design import design
from kgnet.model.config import Config
from kgnet.model.fleet import Device
from kgnet.model.province import Province, Role
from kgnet.platforms.arista_eos import PLATFORM
from kgnet.render import render

(PART,) = PLATFORM.parts
KNOWN = {PART.name: PART}


def of_arista(province: Province = MIXED) -> Province:
    """Return *province* with EOS on the routers of its offices, and a second account."""
    devices = {
        name: each.model_copy(update={"platform": "arista_eos"}) if each.role is Role.BRANCH else each
        for name, each in province.devices.items()
    }
    return province.model_copy(update={"devices": devices})


FLEET = design(of_arista())
DEVICES = {name: device for name, device in FLEET.devices.items() if device.platform == "arista_eos"}
ROUTERS = {name: device for name, device in DEVICES.items() if device.role is Role.BRANCH}


def store(name: str) -> str:
    return f"Sup3r-{name.replace('/', '-')}-0123456789abcdef"


def written(device: Device) -> str:
    return render(device, paths.templates(), secret=store).parts[PART.name]


TEXTS = {name: written(device) for name, device in DEVICES.items()}


def config(text: str) -> Config:
    return Config("eos", {PART.name: text})


def as_file(text: str) -> str:
    """Return a canonical text as a file that a device takes: texts in it end in EOF."""
    lines: list[str] = []
    inside = False
    for line in text.splitlines():
        if inside and not line.startswith("   "):
            lines.append("EOF")
            inside = False
        lines.append(line.removeprefix("   ") if inside else line)
        inside = inside or line.startswith("banner ")
    return "\n".join([*lines, *(["EOF"] if inside else []), ""])
