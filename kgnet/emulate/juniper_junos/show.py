"""What an emulated Junos answers in operational mode, laid out as Junos 21.4 does."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from kgnet.emulate.juniper_junos import seen
from kgnet.emulate.juniper_junos.load import split
from kgnet.emulate.juniper_junos.tree import Node, Wrong

if TYPE_CHECKING:
    from kgnet.emulate.juniper_junos import Junos

DETAILS = {"brief", "detail", "extensive", "no-resolve"}  # words that change nothing here
MODEL, VERSION = "srx345", "21.4R3.15"


def serial(device: Junos) -> str:
    return f"CV{sum(ord(letter) * (n + 7) for n, letter in enumerate(device.name)):08d}"


def answer(device: Junos, command: str, pipes: list[str]) -> str | None:
    """Return the answer; None: there is no such command."""
    words = split(command)
    match words:
        case ["show", "configuration", *path]:
            return _configuration(device, path, pipes)
        case ["show", "snmp", "mib", "get", *names]:
            return _objects(device, " ".join(names).replace('"', "").split())
        case ["ping", address, *how]:
            return _ping(device, address, how)
        case ["file", *_]:
            return ""
    for name, told in ANSWERS.items():
        asked = name.split()
        if words[: len(asked)] == asked and set(words[len(asked) :]) <= DETAILS:
            return told(device)
    return None


def filtered(text: str, pipes: list[str]) -> str:
    """Return *text* through the pipes that leave it text."""
    lines = text.split("\n")
    for pipe in pipes:
        match pipe.split(maxsplit=1):
            case ["match", pattern]:
                lines = [line for line in lines if re.search(pattern.strip('"'), line, re.IGNORECASE)]
            case ["except", pattern]:
                lines = [line for line in lines if not re.search(pattern.strip('"'), line, re.IGNORECASE)]
            case ["count"]:
                lines = [f"Count: {len(lines)} lines"]
            case ["last", number]:
                lines = lines[-int(number) :]
    return "\n".join(lines)


def _configuration(device: Junos, path: list[str], pipes: list[str]) -> str:
    newest = device.box.commits[0]
    try:
        text = shown(device.box.active, tuple(path), pipes)
    except Wrong:
        return ""
    return text if path or pipes else f"## Last commit: {_moment(newest.at_s)} by {newest.user}\n{text}"


def shown(root: Node, path: tuple[str, ...], pipes: list[str]) -> str:
    """Return the configuration below *path*, as text or as commands."""
    holder = root.seek(list(path))[1] if path else root
    if "display set" in pipes:
        words = tuple(path)
        return "\n".join(holder.paths(words))
    lines = list(holder.text())
    return "\n".join(lines) if lines or not path else f"{holder.line()};"


def _moment(at_s: float) -> str:
    return f"{datetime.fromtimestamp(at_s, UTC):%Y-%m-%d %H:%M:%S} UTC"


def hostname(device: Junos) -> str:
    return device.box.active.value("system", "host-name") or device.name


def _version(device: Junos) -> str:
    return (
        f"Hostname: {hostname(device)}\nModel: {MODEL}\nJunos: {VERSION}\nJUNOS Software Release [{VERSION}]"
    )


def uptime_s(device: Junos) -> int:
    return int(device.clock.now() - device.booted_at)


def _uptime(device: Junos) -> str:
    now, booted = _moment(device.clock.now()), _moment(device.booted_at)
    newest = device.box.commits[0]
    return (
        f"Current time: {now}\nTime Source:  NTP CLOCK\n"
        f"System booted: {booted} ({seen.lasted(uptime_s(device))} ago)\n"
        f"Last configured: {_moment(newest.at_s)} by {newest.user}"
    )


def _hardware(device: Junos) -> str:
    chassis = f"Chassis                                {serial(device):<18}{MODEL.upper()}"
    head = "Item             Version  Part number  Serial number     Description"
    return f"Hardware inventory:\n{head}\n{chassis}"


def _objects(device: Junos, names: list[str]) -> str:
    known = {
        "sysDescr.0": f"Juniper Networks, Inc. {MODEL} internet router, kernel JUNOS {VERSION}, Build date: "
        "2022-08-20 08:15:14 UTC Copyright (c) 1996-2022 Juniper Networks, Inc.",
        "sysUpTime.0": str(uptime_s(device) * 100),
        "sysName.0": hostname(device),
        "jnxBoxDescr.0": f"Juniper {MODEL.upper()} Internet Router",
        "jnxBoxSerialNo.0": serial(device),
    }
    return "\n".join(f"{name:<13} = {known[name]}" for name in names if name in known)


# ── commits, users, ping ────────────────────────────────────────────────────


def _commits(device: Junos) -> str:
    lines = []
    for number, each in enumerate(device.box.commits):
        comment = f" {each.comment}" if each.comment else ""
        lines.append(f"{number:<4}{_moment(each.at_s)} by {each.user} via {each.client}{comment}")
        if each.log:
            lines.append(f"    {each.log}")
    return "\n".join(lines)


def _users(device: Junos) -> str:
    lines = ["USER     TTY      FROM                              LOGIN@  IDLE WHAT"]
    return "\n".join(
        (*lines, *(f"{each.user:<9}pts/{each.number:<5}{each.remote}" for each in device.sessions))
    )


def reached(device: Junos, address: str, how: list[str]) -> bool:
    """Return whether *address* answers a ping, from the routing instance that *how* names."""
    instance = how[how.index("routing-instance") + 1] if "routing-instance" in how else ""
    return device.world.answers(device.name, address, instance) if device.world else False


def count(how: list[str]) -> int:
    return int(how[how.index("count") + 1]) if "count" in how else 5


def _ping(device: Junos, address: str, how: list[str]) -> str:
    sent = count(how)
    received = sent if reached(device, address, how) else 0
    lines = [f"PING {address} ({address}): 56 data bytes"]
    lines += [f"64 bytes from {address}: icmp_seq={n} ttl=64 time=0.512 ms" for n in range(received)]
    lost = 100 * (sent - received) // sent
    lines += ["", f"--- {address} ping statistics ---"]
    lines.append(f"{sent} packets transmitted, {received} packets received, {lost}% packet loss")
    if received:
        lines.append("round-trip min/avg/max/stddev = 0.401/0.512/0.623/0.101 ms")
    return "\n".join(lines)


def _system(device: Junos) -> str:
    return f"Model: {MODEL}\nFamily: junos-es\nJunos: {VERSION}\nHostname: {hostname(device)}"


ANSWERS: dict[str, Callable[[Junos], str]] = {
    "show version": _version,
    "show system information": _system,
    "show system uptime": _uptime,
    "show system commit": _commits,
    "show system users": _users,
    "show chassis hardware": _hardware,
    **seen.ANSWERS,
}
