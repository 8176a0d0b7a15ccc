"""What a RouterOS device prints, rendered from its state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kgnet.emulate.mikrotik_routeros.line import Command, duration, selected
from kgnet.emulate.mikrotik_routeros.menus import Item, Menu

if TYPE_CHECKING:
    from kgnet.emulate.mikrotik_routeros import RouterOs

FLAGS = {"/system scheduler": "X", "/user": "X", "/radius": "X"}


def terse(menu: Menu, command: Command) -> str:
    """Print the rows of a menu as `print terse` does; values stand without quotation marks."""
    where = " ".join(
        word for word in command.words if word not in ("terse", "detail", "without-paging", "where")
    )
    conditions = f"[find {where} {' '.join(f'{k}={v}' for k, v in command.settings.items())}]"
    chosen = selected(menu, conditions)
    return "\n".join(_row(menu, number, item) for number, item in enumerate(menu.items) if item in chosen)


def _row(menu: Menu, number: int, item: Item) -> str:
    off = "X " if item.get(menu, "disabled") == "yes" else "  "
    values = {**{name: value for name, value in menu.defaults.items() if value}, **item.values}
    hidden = ("password", "disabled")
    told = " ".join(f"{name}={value}" for name, value in sorted(values.items()) if name not in hidden)
    return f"{number:>2} {off}{told} "


def resource(device: RouterOs) -> str:
    up = duration(device.clock.now() - device.booted_at)
    return (
        f"                   uptime: {up}\n                  version: 7.16.1 (stable)\n"
        "             free-hdd-space: 100.0MiB\n        architecture-name: arm64\n"
        "               board-name: RB5009UG+S+\n                 platform: MikroTik\n"
    )


def routerboard(device: RouterOs) -> str:
    return (
        "       routerboard: yes\n        board-name: RB5009UG+S+\n             model: RB5009UG+S+\n"
        f"     serial-number: {device.serial}\n  current-firmware: 7.16.1\n"
    )


def interfaces(device: RouterOs) -> str:
    rows = []
    for number, port in enumerate(device.ports()):
        up = device.world is None or device.world.up(device.name, port)
        flags = "R " if up else "X " if not port.up else "  "
        rows.append(
            f"{number:>2} {flags} name={port.name} default-name={port.name} type=ether mtu=1500 "
            "actual-mtu=1500 l2mtu=1514 "
        )
    return "\n".join(rows)


def counters(device: RouterOs) -> str:
    return "\n".join(
        f"{number:>2} R  name={port.name} rx-byte=1 200 tx-byte=1 300 rx-packet=9 tx-packet=9 rx-drop=0 "
        "tx-drop=0 rx-error=0 tx-error=0 "
        for number, port in enumerate(device.ports())
    )


def sessions(device: RouterOs) -> str:
    found = device.world.sessions(device.name) if device.world else []
    return "\n".join(
        f"{number:>2} {'E ' if each.established else '  '} name=peer{number}-1 "
        f"remote.address={each.peer.address} remote.as={each.peer.remote_as} "
        f"local.as={each.peer.local_as}"
        + (
            f" uptime={duration(device.clock.now() - each.since)}120ms prefix-count=2 "
            if each.established
            else " "
        )
        for number, each in enumerate(found)
    )


def ntp(device: RouterOs) -> str:
    menus = device.menus
    on = menus["/system ntp client"].items[0].values.get("enabled") == "yes"
    asked = [item.values["address"] for item in menus["/system ntp client servers"].items]
    reached = [
        server for server in asked if device.world is None or device.world.answers(device.name, server)
    ]
    told = f"         enabled: {'yes' if on else 'no'}\n            mode: unicast\n"
    told += f"         servers: {','.join(asked)}\n"
    if on and reached:
        told += f"          status: synchronized\n   synced-server: {reached[0]}\n"
        told += "  synced-stratum: 2\n   system-offset: 0.125 ms\n"
    else:
        told += f"          status: {'waiting' if on else 'stopped'}\n"
    return told


def neighbors(device: RouterOs) -> str:
    rows: list[str] = []
    settings = device.menus["/ip neighbor discovery-settings"].items[0]
    by = settings.values.get("protocol", "cdp,lldp,mndp")
    for port in device.ports():
        for seen in device.world.neighbors(device.name, port) if device.world else ():
            rows.append(
                f"{len(rows):>2} interface={port.name} address={seen.address} identity={seen.device} "
                f"interface-name={seen.port.name} discovered-by={by} "
            )
    return "\n".join(rows)


def ping(device: RouterOs, address: str) -> str:
    answered = device.world is None or device.world.answers(device.name, address)
    row = f"    0 {address:<40}   56  64 1ms" if answered else f"    0 {address:<40}              timeout"
    return (
        "  SEQ HOST                                     SIZE TTL TIME       STATUS\n"
        f"{row}\n    sent=1 received={int(answered)} packet-loss={0 if answered else 100}%"
    )
