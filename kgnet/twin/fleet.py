"""Fleet → Blueprint: the twin of a designed province, as bare as from the box, or provisioned."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from ipaddress import IPv4Interface
from pathlib import Path
from textwrap import dedent

from kgnet import paths
from kgnet.errors import TwinError
from kgnet.model.config import Config
from kgnet.model.fleet import BuiltCircuit, BuiltRoom, Device, Fleet, Interface, InterfaceKind
from kgnet.model.groups import LINUX
from kgnet.model.province import Role, SiteKind
from kgnet.twin import rooms
from kgnet.twin.blueprint import Blueprint, Lan, Link, Node, Shape

OPERATOR = "operator"
OPERATOR_HOST = 63 * 1024 + 1  # in the management block: no site has block 63
COMPUTER_HOST = 100  # of the LAN in which an office's computer stands

MANAGEMENT_SEGMENT = "mgmt"

FRR_DAEMONS = """\
bgpd=yes
bfdd=yes
staticd=yes
vtysh_enable=yes
zebra_options="-A 127.0.0.1 -s 90000000 -M snmp"
bgpd_options="-A 127.0.0.1 -M snmp"
bfdd_options="-A 127.0.0.1"
staticd_options="-A 127.0.0.1"
"""
QOS_UNIT = {
    "/etc/systemd/system/kgnet-qos.service": """\
[Unit]
Description=Queues of the circuits
ConditionPathExists=/etc/kgnet/qos.tc

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/sbin/tc -batch /etc/kgnet/qos.tc

[Install]
WantedBy=multi-user.target
"""
}
FILTERS, QUEUES, TUNNELS = "/etc/nftables.conf", "/etc/kgnet/qos.tc", "/etc/wireguard"
BOOT_UNITS = {FILTERS: "nftables", QUEUES: "kgnet-qos"}
PART_FILES = {"frr": "/etc/frr/frr.conf", "nftables": FILTERS, "qos": QUEUES}


def blueprint_of(
    fleet: Fleet,
    name: str,
    *,
    secret: Callable[[str], str],
    configs: Mapping[str, Config] | None = None,
    computers: bool = True,
) -> Blueprint:
    """Return the machines, cables and switches of *fleet*.

    *secret* gives the passwords that conference rooms were set up with.  *configs*, complete with secrets,
    are put in place as if saved before; without them a machine has its management address only.  With
    *computers*
    every office has one, `pc-<site>`, to look at the network as its people do.

    TwinError if a device runs something else than Linux.
    """
    refuse_vendors(fleet)
    offices = [code for code, site in fleet.sites.items() if site.kind is not SiteKind.DATACENTER]
    nodes = [
        _operator(fleet),
        *(_device(fleet, device, (configs or {}).get(device.name)) for device in fleet.devices.values()),
        *(_room(fleet, room, secret(room.secret)) for room in fleet.rooms.values()),
        *(_computer(fleet, code) for code in offices if computers),
    ]
    return Blueprint(
        name, tuple(nodes), tuple(_links(fleet)), tuple(_lans(fleet, offices if computers else ()))
    )


def refuse_vendors(fleet: Fleet) -> None:
    """Raise TwinError if a device runs something else than Linux: a twin is made of real daemons."""
    others = [device for device in fleet.devices.values() if device.platform not in LINUX]
    if others:
        platforms = ", ".join(sorted({device.platform for device in others}))
        raise TwinError(
            f"{others[0].name} and {len(others) - 1} more cannot run as daemons: they are {platforms} "
            "— emulate them with `kgnet emulate`, or give them the platform frr"
        )


def _operator(fleet: Fleet) -> Node:
    network = _management(next(iter(fleet.devices.values()))).network
    address = f"{network.network_address + OPERATOR_HOST}/{network.prefixlen}"
    return Node(OPERATOR, {"eth0": (address,)}, files={"/etc/hosts": _hosts(fleet)}, services=(), desk=True)


def _device(fleet: Fleet, device: Device, config: Config | None) -> Node:
    saved = _saved(config) if config else {}
    management = {"eth0": (str(_management(device)),)}
    boot = _boot(saved)
    if device.routing:
        files = {"/etc/frr/daemons": FRR_DAEMONS, "/etc/frr/frr.conf": "", **saved, **QOS_UNIT}
        return Node(device.name, management, services=("ssh", *boot, "frr"), files=files)
    lans = {lan.name: tuple(map(str, lan.addresses)) for lan in device.of_kind(InterfaceKind.LAN)}
    return Node(
        device.name,
        {**management, **lans},
        tuple(_routes(device)),
        services=("ssh", *boot),
        files={**_resolver(fleet), **saved},
        shares=_ourselves() if device.role is Role.MONITOR else (),
    )


def _ourselves() -> tuple[str, ...]:
    """Return the folders of kgnet and its Python: the exporter runs from them, as it would from a wheel."""
    folders = (str(paths.PACKAGE.parent), sys.prefix, sys.base_prefix)
    return tuple(folder for folder in folders if not folder.startswith("/usr"))  # nodes have that anyway


def _saved(config: Config) -> dict[str, str]:
    """Return the files in which a device keeps its configuration, each tunnel in one of its own."""
    files = {PART_FILES[part]: text for part, text in config.parts.items() if part in PART_FILES}
    for block in config.parts.get("tunnels", "").split("interface ")[1:]:
        name, _, body = block.partition("\n")
        files[f"{TUNNELS}/{name.strip()}.conf"] = dedent(body)
    return files


def _boot(saved: Mapping[str, str]) -> tuple[str, ...]:
    """Return the units that load them: filters first; queues last, for they stand on tunnels too."""
    units = {**BOOT_UNITS, **{path: f"wg-quick@{Path(path).stem}" for path in saved if TUNNELS in path}}
    order = sorted(saved, key=lambda path: (path == QUEUES, path != FILTERS))
    return tuple(units[path] for path in order if path in units)


def _routes(device: Device) -> Iterator[tuple[str, str]]:
    """Yield a default route a family, to the first gateway."""
    for family, everything in ((4, "0.0.0.0/0"), (6, "::/0")):
        for gateway in [each for each in device.gateways if each.version == family][:1]:
            yield everything, str(gateway)


def _room(fleet: Fleet, room: BuiltRoom, password: str) -> Node:
    """Return the room's endpoint; its second port is the operator's, whom no flow lets in to the first."""
    network = _management(next(iter(fleet.devices.values()))).network
    return Node(
        room.row.id,
        {"eth0": (str(room.address),), "eth1": (f"{room.management}/{network.prefixlen}",)},
        (("0.0.0.0/0", str(room.gateway)),),
        services=("ssh", "baresip"),
        files={**_resolver(fleet), **rooms.files(fleet, room, password)},
    )


def _computer(fleet: Fleet, code: str) -> Node:
    lan = _ipv4(_users(fleet, code))
    address = IPv4Interface((lan.network.network_address + COMPUTER_HOST, lan.network.prefixlen))
    return Node(
        f"pc-{code.lower()}",
        {"eth0": (str(address),)},
        (("0.0.0.0/0", str(lan.ip)),),
        services=(),
        files=_resolver(fleet),
    )


def _links(fleet: Fleet) -> Iterator[Link]:
    for circuit in fleet.circuits.values():
        ports = (circuit.inner_port, circuit.outer_port)
        near, far = ((port.device, port.interface) for port in ports)
        yield Link(circuit.id, near, far, _shape(circuit))
    for device in fleet.devices.values():
        for port in device.of_kind(InterfaceKind.FABRIC):
            if port.peer and device.name < port.peer.device:
                yield Link(
                    f"{device.name}-{port.peer.device}",
                    (device.name, port.name),
                    (port.peer.device, port.peer.interface),
                )


def _shape(circuit: BuiltCircuit) -> Shape:
    row = circuit.row
    return Shape(row.down_mbps, row.up_mbps, row.delay_ms, row.jitter_ms, row.loss_percent / 100)


def _lans(fleet: Fleet, offices: Iterable[str]) -> Iterator[Lan]:
    members: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for device in fleet.devices.values():
        for port in device.interfaces:
            if port.segment:
                members[port.segment].append((device.name, port.name))
    for room in fleet.rooms.values():
        members[room.segment].append((room.row.id, "eth0"))
        members[MANAGEMENT_SEGMENT].append((room.row.id, "eth1"))
    for code in offices:
        members[_users(fleet, code).segment or ""].append((f"pc-{code.lower()}", "eth0"))
    members[MANAGEMENT_SEGMENT].append((OPERATOR, "eth0"))
    yield from (Lan(name, tuple(ends)) for name, ends in members.items())


def _users(fleet: Fleet, code: str) -> Interface:
    """Return the first LAN of the office's router: where its people sit."""
    for device in fleet.with_role(Role.BRANCH):
        if device.site == code:
            return next(device.of_kind(InterfaceKind.LAN))
    raise TwinError(f"site {code} has no router, so its computer has nowhere to be plugged in")


def _management(device: Device) -> IPv4Interface:
    return _ipv4(next(device.of_kind(InterfaceKind.MANAGEMENT)))


def _ipv4(interface: Interface) -> IPv4Interface:
    assert interface.ipv4 is not None
    return interface.ipv4


def _hosts(fleet: Fleet) -> str:
    """Return /etc/hosts of the workstation: every device by name at its management address."""
    lines = (
        f"{device.management} {device.name} {device.name}.{fleet.domain}" for device in fleet.devices.values()
    )
    return "\n".join(("127.0.0.1 localhost", *lines, ""))


def _resolver(fleet: Fleet) -> dict[str, str]:
    servers = "".join(f"nameserver {device.address}\n" for device in fleet.with_role(Role.DNS))
    return {"/etc/resolv.conf": f"search {fleet.domain}\noptions timeout:1 attempts:2\n{servers}"}
