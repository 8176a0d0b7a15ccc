"""EOS's running state → facts; the JSON that `show … | json` prints, as of EOS 4.23 to 4.32."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, ip_address
from typing import Any

from kgnet.model.facts import BfdPeer, BfdPeers, BgpPeer, BgpPeers, InterfaceState, InterfaceStates
from kgnet.model.filtering import FilterHits
from kgnet.model.managed import (
    Hardware,
    InterfaceErrors,
    Inventory,
    LldpNeighbor,
    LldpNeighbors,
    Logins,
    OspfPeer,
    OspfPeers,
    TimeSource,
    TimeSources,
    Unsaved,
)
from kgnet.model.services import Provisioning
from kgnet.platforms._releases import running
from kgnet.platforms.arista_eos import access, around, hits
from kgnet.platforms.arista_eos.answers import of_json
from kgnet.ports import Reader

SELECTED = "sys.peer"  # the source that the clock follows (RFC 5905 §11.2)
MICROSECONDS_A_MS = 1000
OSPF_STATES = {"2Ways": "2WAY", "exchStart": "EXSTART"}  # the others in capitals (RFC 2328 §10.1)


@of_json
def hardware(answer: Any) -> Hardware:
    """Read `show version`."""
    return Hardware(
        vendor="Arista",
        model=str(answer["modelName"]),
        serial=str(answer["serialNumber"]),
        version=str(answer["version"]),
        uptime_s=float(answer["uptime"]),
    )


@of_json
def interface_states(answer: Any) -> InterfaceStates:
    """Read `show interfaces`; a port that carries others as subinterfaces is told by these alone."""
    ports = answer["interfaces"]
    carriers = {name.partition(".")[0] for name in ports if "." in name}
    return InterfaceStates(
        tuple(
            InterfaceState(name, port["lineProtocolStatus"] == "up", int(port["mtu"]))
            for name, port in ports.items()
            if name not in carriers
        )
    )


@of_json
def interface_errors(answer: Any) -> InterfaceErrors:
    """Read `show interfaces counters errors`; the ports are EOS's own names."""
    ports = answer["interfaceErrorCounters"].items()
    return InterfaceErrors({name: int(port["inErrors"]) + int(port["outErrors"]) for name, port in ports})


@of_json
def bgp_peers(answer: Any) -> BgpPeers:
    """Read `show bgp neighbors vrf all`; an established peer tells since when, in seconds."""
    return BgpPeers(tuple(_bgp(peer) for vrf in answer["vrfs"].values() for peer in vrf["peerList"]))


def _bgp(peer: dict[str, Any]) -> BgpPeer:
    address = ip_address(peer["peerAddress"])
    received = peer["prefixesReceived"] if address.version == 4 else peer["v6PrefixesReceived"]
    return BgpPeer(
        address=address,
        remote_as=int(peer["asn"]),
        state=peer["state"],
        uptime_s=float(peer.get("establishedTime", 0)),
        prefixes_received=int(received),
    )


@of_json
def bfd_peers(answer: Any) -> BfdPeers:
    """Read `show bfd peers detail`; its intervals are in microseconds."""
    return BfdPeers(
        tuple(
            peer
            for vrf in answer["vrfs"].values()
            for family in ("ipv4Neighbors", "ipv6Neighbors")
            for address, neighbor in vrf[family].items()
            for peer in _bfd(address, neighbor)
        )
    )


def _bfd(address: str, neighbor: dict[str, Any]) -> Iterator[BfdPeer]:
    for stats in neighbor["peerStats"].values():
        detail = stats["peerStatsDetail"]
        yield BfdPeer(
            address=ip_address(address),
            up=stats["status"] == "up",
            receive_interval_ms=int(detail["operRxInterval"]) // MICROSECONDS_A_MS,
            multiplier=int(detail["detectMult"]),
        )


@of_json
def ospf_peers(answer: Any) -> OspfPeers:
    """Read `show ip ospf neighbor vrf all`."""
    entries = (
        entry
        for vrf in answer["vrfs"].values()
        for instance in vrf["instList"].values()
        for entry in instance["ospfNeighborEntries"]
    )
    return OspfPeers(
        tuple(
            OspfPeer(
                IPv4Address(entry["routerId"]),
                ip_address(entry["interfaceAddress"]),
                entry["interfaceName"],
                OSPF_STATES.get(entry["adjacencyState"], entry["adjacencyState"].upper()),
            )
            for entry in entries
        )
    )


@of_json
def time_sources(answer: Any) -> TimeSources:
    """Read `show ntp associations`; offsets are in milliseconds, positive where our clock is late."""
    return TimeSources(
        tuple(
            TimeSource(
                peer["peerIpAddr"],
                int(peer["stratumLevel"]),
                peer["condition"] == SELECTED,
                float(peer["offset"]) / 1000,
            )
            for peer in answer["peers"].values()
        )
    )


@of_json
def lldp_neighbors(answer: Any) -> LldpNeighbors:
    """Read `show lldp neighbors`."""
    return LldpNeighbors(
        tuple(
            LldpNeighbor(each["port"], each["neighborDevice"], each["neighborPort"])
            for each in answer["lldpNeighbors"]
        )
    )


STATE: dict[tuple[str, ...], Reader] = {
    ("show ip access-lists | json",): Reader(FilterHits, hits.read),
    ("show version | json",): running(hardware),
    ("show interfaces | json",): Reader(InterfaceStates, interface_states),
    ("show interfaces counters errors | json",): Reader(InterfaceErrors, interface_errors),
    ("show bgp neighbors vrf all | json",): Reader(BgpPeers, bgp_peers),
    ("show bfd peers detail | json",): Reader(BfdPeers, bfd_peers),
    ("show ip ospf neighbor vrf all | json",): Reader(OspfPeers, ospf_peers),
    ("show ntp associations | json",): Reader(TimeSources, time_sources),
    ("show lldp neighbors | json",): Reader(LldpNeighbors, lldp_neighbors),
    ("show inventory | json",): Reader(Inventory, around.inventory),
    ("show zerotouch | json",): Reader(Provisioning, access.provisioning),
    ("show users",): Reader(Logins, around.logins),
    ("show running-config diffs",): Reader(Unsaved, around.unsaved),
}
