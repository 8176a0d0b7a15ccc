"""What a Linux host that switches tells of its bridges: ports, VLANs, the spanning tree (bridge(8)).

A bridge that filters no VLANs carries every one everywhere; STP in user space is mstpd's, which is rapid.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from kgnet.errors import ReadError
from kgnet.model.layer2 import ACCESS, TRUNK, Switching, SwitchPort
from kgnet.model.province import Role
from kgnet.ports import Reader

BETWEEN = "VLANs:"
ASK = ("sh", "-c", f"ip -j -d link && echo '{BETWEEN}' && bridge -j vlan")
TREES = {0: "", 1: "stp", 2: "rstp"}  # stp_state: none, the kernel's, a daemon's
DEFAULT_VLAN = 1


def switching(text: str) -> Switching:
    """Read `ip -j -d link` and, below it, `bridge -j vlan`."""
    said, between, vlans = text.partition(f"{BETWEEN}\n")
    if not between:
        raise ReadError("the links and the VLANs of the bridges did not both come")
    try:
        links = json.loads(said)
        carried = {each["ifname"]: each["vlans"] for each in json.loads(vlans)}
        bridges = {link["ifname"]: link["linkinfo"]["info_data"] for link in links if _kind(link) == "bridge"}
        ports = (link for link in links if link.get("linkinfo", {}).get("info_slave_kind") == "bridge")
        trees = {TREES[data["stp_state"]] for data in bridges.values()}
        return Switching(
            ports=tuple(_port(link, bridges[link["master"]], carried) for link in ports),
            interfaces=(),
            spanning_tree=min(trees, default="", key=list(TREES.values()).index),
            treeless=(),
            snooped=(),
            inspected=(),
        )
    except (KeyError, TypeError, AttributeError, ValueError) as reason:
        raise ReadError(f"the bridges are not as expected: {reason!r}") from reason


def _kind(link: Mapping[str, Any]) -> str | None:
    kind: str | None = link.get("linkinfo", {}).get("info_kind")
    return kind


def _port(link: Mapping[str, Any], bridge: Mapping[str, Any], carried: Mapping[str, Any]) -> SwitchPort:
    held = link["linkinfo"]["info_slave_data"]
    filters = bool(bridge["vlan_filtering"])
    vlans = carried.get(link["ifname"], ()) if filters else ()
    tagged = tuple(number for each in vlans if not _bare(each) for number in _numbers(each))
    untagged = next((each["vlan"] for each in vlans if "PVID" in each.get("flags", ())), None)
    trunk = bool(tagged) or not filters
    return SwitchPort(
        name=link["ifname"],
        mode=TRUNK if trunk else ACCESS,
        enabled="UP" in link["flags"],
        untagged=untagged if filters else DEFAULT_VLAN,
        tagged=tagged if filters else None,
        line=0,
        bpdu_guard=bool(held["guard"]),
        authenticates=bool(held.get("locked")),
        most_addresses=None if held["learning"] else 0,
    )


def _bare(vlan: Mapping[str, Any]) -> bool:
    return "Egress Untagged" in vlan.get("flags", ())


def _numbers(vlan: Mapping[str, Any]) -> Iterator[int]:
    yield from range(vlan["vlan"], vlan.get("vlanEnd", vlan["vlan"]) + 1)


STATE: Mapping[tuple[str, ...], Reader] = {
    ASK: Reader(Switching, switching, roles=(Role.ACCESS, Role.LEAF)),
}
