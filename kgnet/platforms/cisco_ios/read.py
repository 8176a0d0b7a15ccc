"""IOS's canonical configuration → facts on interfaces, routing, filters and queues, each with its line."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.errors import ReadError
from kgnet.model.facts import (
    ConfiguredBgp,
    ConfiguredInterface,
    ConfiguredInterfaces,
    ConfiguredTunnel,
    ConfiguredTunnels,
    PacketFilter,
    PrefixLists,
    Queues,
    RouteMaps,
    System,
)
from kgnet.model.layer2 import Switching
from kgnet.model.naming import Names
from kgnet.platforms.cisco_ios import (
    bgp,
    filtered,
    forwarding,
    inspection,
    layer2,
    managed,
    naming,
    operations,
    perimeter,
    qos,
)
from kgnet.platforms.cisco_ios import filter as ios_filter
from kgnet.platforms.cisco_ios.forwarding import addresses
from kgnet.platforms.cisco_ios.lines import Block
from kgnet.platforms.cisco_ios.root import taken_apart
from kgnet.ports import Readers, Reading

IKE = 500  # RFC 7296 §2


def _take(text: str, part: str, first: int) -> Block:
    root = taken_apart(text, first)
    if not root.opens:
        raise ReadError(f"{part}: the configuration is empty")
    return root


def _system(root: Block) -> System:
    return System(
        hostname=root.rest("hostname "),
        log_targets=tuple(host.split()[0] for host in managed.log_hosts(root)),
        service_password_encryption=root.says("service password-encryption"),
        domain=root.rest("ip domain name ") or root.rest("ip domain-name ") or "",
    )


def _interfaces(root: Block) -> ConfiguredInterfaces:
    return ConfiguredInterfaces(tuple(map(_interface, root.starting("interface "))))


def _interface(block: Block) -> ConfiguredInterface:
    return ConfiguredInterface(
        name=block.line.split(maxsplit=1)[1],
        description=block.rest("description "),
        addresses=tuple(addresses(block)),
        line=block.number,
    )


def _tunnelled(root: Block) -> ConfiguredTunnels:
    return ConfiguredTunnels(tuple(_tunnels(root)))


def _tunnels(root: Block) -> Iterator[ConfiguredTunnel]:
    for block in root.starting("interface Tunnel"):
        if remote := block.rest("tunnel destination "):
            yield ConfiguredTunnel(block.line.split()[1], IKE, remote, block.number)


# ── all of it ───────────────────────────────────────────────────────────────


def _queued(root: Block) -> Queues:
    return Queues(tuple(qos.queues(root)))


READERS: Readers = {
    System: _system,
    ConfiguredInterfaces: _interfaces,
    ConfiguredTunnels: _tunnelled,
    ConfiguredBgp: bgp.bgp,
    PrefixLists: filtered.prefix_lists,
    RouteMaps: filtered.route_maps,
    PacketFilter: ios_filter.packet_filter,
    Queues: _queued,
    Switching: layer2.switching,
    **managed.READERS,
    **forwarding.READERS,
    **operations.READERS,
    **perimeter.READERS,
    **inspection.READERS,
    Names: naming.naming,
}
READING = Reading(_take, READERS, wrong="the configuration is not as IOS prints it")
