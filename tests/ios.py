"""The devices of the mixed lab that run IOS, with what is written for them; and what real ones print."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mixed import FLEET

from kgnet import paths
from kgnet.model.fleet import Device
from kgnet.platforms.cisco_ios import PLATFORM
from kgnet.render import render

RECORDED = Path(__file__).parent / "recorded" / "cisco_ios"
DEVICES = {name: device for name, device in FLEET.devices.items() if device.platform == "cisco_ios"}
ROUTERS = {name: device for name, device in DEVICES.items() if device.routing}
SWITCH = DEVICES["sw-899"]


def store(name: str) -> str:
    return f"Sup3r-{name.replace('/', '-')}-0123456789abcdef"


TEXTS = {
    name: render(device, paths.templates(), secret=store).parts["cisco_ios"]
    for name, device in DEVICES.items()
}
(PART,) = PLATFORM.parts


def facts(device: Device) -> dict[type, Any]:
    return {type(fact): fact for fact in PART.read(TEXTS[device.name], PART.name)}


def recorded(name: str) -> str:
    return (RECORDED / name).read_text(encoding="utf-8")


def state(command: str, text: str) -> Any:
    """Return the fact that the platform reads in what *command* printed."""
    found_, *_ = PLATFORM.state[command,](text)
    return found_
