"""What is it that answers?  A device of another platform than the intent says is told before it is asked."""

from __future__ import annotations

import re
from itertools import chain

from kgnet.errors import Unreachable
from kgnet.model.fleet import Device
from kgnet.ports import Endpoint

# dialect → what it is called, and its prompts, in whatever mode
PROMPTS = {
    "ios": re.compile(r"[\w.@:/-]{1,64}(\([^()\n]{1,64}\))?[#>] ?"),
    "huawei": re.compile(r"[<\[][^\n]{1,80}[>\]] ?"),
    "mikrotik_routeros": re.compile(r"\[[^\n]+\] ?[^\n]*> ?"),
    "fortinet": re.compile(r"[^\n]{1,80} [#$] ?"),
}
NAMES = {
    "ios": "Cisco IOS",
    "eos": "Arista EOS",
    "junos": "Junos",
    "huawei": "Huawei VRP",
    "mikrotik_routeros": "MikroTik RouterOS",
    "fortinet": "FortiOS",
}

# How each shows itself, the surest first: by its SSH version, by its prompt, by what `show version` prints.
VERSIONS = (
    (re.compile(r"SSH-[\d.]+-Cisco-"), "Cisco IOS"),
    (re.compile(r"SSH-[\d.]+-ROSSSH"), "MikroTik RouterOS"),
    (re.compile(r"SSH-[\d.]+-HUAWEI-", re.IGNORECASE), "Huawei VRP"),
)
SHAPES = (
    (re.compile(r"\S+@[^\s:]+:[^\n]*[$#] ?"), "a Unix shell"),
    (re.compile(r"[\w.-]+@[\w.-]+[>#%] ?"), "Junos"),
    (re.compile(r"(HRP_\w)?<[\w.-]+>"), "Huawei VRP"),
    (re.compile(r"\[\S+@[^\n]+\] ?[^\n]*> ?"), "MikroTik RouterOS"),
    (re.compile(r"[\w.-]{1,63}( \([\w .-]+\))? [#$] ?"), "FortiOS"),
)
WORDS = (
    (re.compile(r"Cisco IOS", re.IGNORECASE), "Cisco IOS"),
    (re.compile(r"^Arista\b|EOS-", re.MULTILINE), "Arista EOS"),
    (re.compile(r"JUNOS", re.IGNORECASE), "Junos"),
    (re.compile(r"Versatile Routing Platform"), "Huawei VRP"),
    (re.compile(r"FortiGate|FortiOS"), "FortiOS"),
)


def speaks(*, version: str = "", prompt: str = "", words: str = "") -> str:
    """Return what a device is by its SSH *version*, its *prompt* or its *words*; empty: it does not show."""
    by_version = (name for pattern, name in VERSIONS if pattern.match(version))
    by_words = (name for pattern, name in WORDS if pattern.search(words))
    by_shape = (name for pattern, name in SHAPES if pattern.fullmatch(prompt))
    return next(chain(by_version, by_words, by_shape), "")


def expect(device: Device, place: Endpoint, dialect: str, found: str) -> None:
    """Unreachable if *found* is something, and not what *dialect* is called."""
    if found and found != NAMES[dialect]:
        raise Unreachable(
            device.name,
            f"[{place.host}]:{place.port} speaks like {found}, and the intent says {device.platform}"
            " — correct devices.csv, or the address",
        )
