"""What an EOS device shows of its neighbours: by BGP, BFD and LLDP."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from kgnet.emulate.arista_eos import see
from kgnet.emulate.arista_eos.show import Tells
from kgnet.emulate.tree import Node
from kgnet.emulate.world import PeerState, Port

if TYPE_CHECKING:
    from kgnet.emulate.arista_eos import Eos

DEFAULT_BFD_MS = 300
RECEIVED = 42  # prefixes that a neighbour who is well has told
UNSET = "0.0.0.0"  # noqa: S104 - no address, in BGP's words


# ── BGP and BFD ─────────────────────────────────────────────────────────────


def _sessions(device: Eos, version: int = 0) -> list[PeerState]:
    if device.world is None or next(device.root.starting("router bgp "), None) is None:
        return []
    every = device.world.sessions(device.name)
    return [each for each in every if version in (0, ip_address(each.peer.address).version)]


def _bgp_head(device: Eos) -> dict[str, Any]:
    bgp = next(device.root.starting("router bgp "))
    return {
        "vrf": "default",
        "routerId": bgp.first("router-id ", UNSET),
        "asn": str(see.as_number(bgp.text.split()[-1])),
    }


def _summary(version: int) -> Tells:
    def told(device: Eos) -> dict[str, Any]:
        if next(device.root.starting("router bgp "), None) is None:
            return {"vrfs": {}}
        peers = {
            each.peer.address: {
                "version": 4,
                "asn": str(each.peer.remote_as),
                "peerState": _state(each),
                "upDownTime": each.since,
                "msgReceived": RECEIVED,
                "msgSent": RECEIVED,
                "inMsgQueue": 0,
                "outMsgQueue": 0,
                "underMaintenance": False,
                "prefixReceived": RECEIVED if each.established else 0,
                "prefixAccepted": RECEIVED if each.established else 0,
            }
            for each in _sessions(device, version)
        }
        return {"vrfs": {"default": {**_bgp_head(device), "peers": peers}}}

    return told


def _neighbors(version: int) -> Tells:
    def told(device: Eos) -> dict[str, Any]:
        if next(device.root.starting("router bgp "), None) is None:
            return {"vrfs": {}}
        return {
            "vrfs": {"default": {"peerList": [_peer(device, each) for each in _sessions(device, version)]}}
        }

    return told


def _state(each: PeerState) -> str:
    return "Idle" if each.state.startswith("Idle") else each.state


def _peer(device: Eos, each: PeerState) -> dict[str, Any]:
    bgp = next(device.root.starting("router bgp "))
    six = ip_address(each.peer.address).version == 6
    received = RECEIVED if each.established else 0
    told: dict[str, Any] = {
        "peerAddress": each.peer.address,
        "asn": str(each.peer.remote_as),
        "localAsn": str(each.peer.local_as),
        "linkType": "external",
        "routerId": each.router_id if ":" not in each.router_id else UNSET,
        "vrf": "default",
        "state": _state(each),
        "prefixesReceived": 0 if six else received,
        "prefixesSent": 0 if six else received,
        "v6PrefixesReceived": received if six else 0,
        "v6PrefixesSent": received if six else 0,
        "md5AuthEnabled": bool(each.peer.password),
        "bfdState": 3 if each.bfd else 1,
        "description": bgp.first(f"neighbor {each.peer.address} description "),
    }
    if each.established:
        told["establishedTime"] = device.clock.now() - each.since
    elif _state(each) == "Idle":
        told["idleReason"] = "Administratively shut down" if each.peer.shutdown else "No path to peer"
    return told


def _bfd(device: Eos) -> dict[str, Any]:
    families: dict[str, dict[str, Any]] = {"ipv4Neighbors": {}, "ipv6Neighbors": {}}
    for each in _sessions(device):
        if not each.peer.bfd:
            continue
        port = next(_towards(device, each.peer.address), None)
        timers = _timers(device, port)
        interval = (int(timers[0]) if timers else DEFAULT_BFD_MS) * 1000
        detail = {"operTxInterval": interval, "operRxInterval": interval, "detectMult": 3, "apps": ["Bgp"]}
        stats = {"status": "up" if each.bfd else "down", "peerStatsDetail": detail, "lastUp": each.since}
        family = "ipv6Neighbors" if ":" in each.peer.address else "ipv4Neighbors"
        families[family][each.peer.address] = {"peerStats": {port.name if port else "normal": stats}}
    return {"vrfs": {"default": {**families, "ipv4ReflectorNeighbors": {}}}}


def _timers(device: Eos, port: Port | None) -> list[str]:
    node = device.root.find(f"interface {port.name}") if port else None
    return (node or Node()).first("bfd interval ").split()


def _towards(device: Eos, address: str) -> Iterator[Port]:
    target = ip_address(address)
    return (port for port in device.seen().ports if any(target in a.network for a in port.addresses))


# ── LLDP ────────────────────────────────────────────────────────────────────


def _lldp(device: Eos) -> dict[str, Any]:
    found = device.world.agreed(device.name, "lldp") if device.world else ()
    rows = [
        {"port": ours.port, "neighborDevice": seen.device, "neighborPort": seen.port.name, "ttl": 120}
        for ours, seen in found
    ]
    return {"tablesLastChangeTime": device.booted_at, "tablesAgeOuts": 0, "lldpNeighbors": rows}


def _lldp_detail(device: Eos) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for row in _lldp(device)["lldpNeighbors"]:
        told[row["port"]] = {
            "lldpNeighborInfo": [
                {
                    "chassisIdType": "macAddress",
                    "chassisId": device.mac(row["neighborDevice"]),
                    "systemName": row["neighborDevice"],
                    "systemDescription": "",
                    "systemCapabilities": {"bridge": True, "router": True},
                    "neighborInterfaceInfo": {
                        "interfaceIdType": "interfaceName",
                        "interfaceId": f'"{row["neighborPort"]}"',
                        "interfaceId_v2": row["neighborPort"],
                        "interfaceDescription": "",
                    },
                }
            ]
        }
    return {"lldpNeighbors": told}


JSON: dict[str, Tells] = {
    "ip bgp summary vrf all": _summary(4),
    "ipv6 bgp summary vrf all": _summary(6),
    "ip bgp neighbors vrf all": _neighbors(4),
    "ipv6 bgp peers vrf all": _neighbors(6),
    "bgp neighbors vrf all": _neighbors(0),
    "bfd peers detail": _bfd,
    "ip ospf neighbor vrf all": lambda device: {"vrfs": {}},
    "lldp neighbors": _lldp,
    "lldp neighbors detail": _lldp_detail,
}
