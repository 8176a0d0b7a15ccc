"""What a device says of its switching, in neutral words; as in force, be it written or the default."""

from __future__ import annotations

from dataclasses import dataclass

ACCESS, TRUNK, DYNAMIC = "access", "trunk", "dynamic"  # dynamic: as it agrees with whoever is plugged in


@dataclass(frozen=True, slots=True)
class SwitchPort:
    """A port that switches: a link of several cables is one port, a routed port is none.

    *untagged* is the VLAN of frames without a tag, None: they are dropped; *tagged* are those that a trunk
    carries, None: every one.  *most_addresses* may send through it, None: as many as there are.
    """

    name: str
    mode: str  # access, trunk, dynamic
    enabled: bool  # False: shut, nobody uses it
    untagged: int | None
    tagged: tuple[int, ...] | None
    line: int
    edge: bool = False  # set up for an end device: forwards at once (IEEE 802.1Q §13.27.33)
    bpdu_guard: bool = False  # shuts where a switch is plugged in
    negotiates: bool = False  # asks the other end what it wants to be (Cisco's DTP)
    authenticates: bool = False  # IEEE 802.1X, or the MAC address for things without a login
    most_addresses: int | None = None
    dhcp_trusted: bool = False  # may answer as a DHCP server
    arp_trusted: bool = False

    @property
    def for_hosts(self) -> bool:
        """Whether an end device is plugged in here: a trunk that is no edge leads to another switch."""
        return self.mode != TRUNK or self.edge


@dataclass(frozen=True, slots=True)
class VlanInterface:
    """Where the device itself stands in a VLAN."""

    name: str
    vlan: int
    enabled: bool
    line: int


@dataclass(frozen=True, slots=True)
class Switching:
    """Ports, and what holds for all of them."""

    ports: tuple[SwitchPort, ...]
    interfaces: tuple[VlanInterface, ...]
    spanning_tree: str  # stp, pvst, rstp, rapid-pvst, mstp; "" for none
    treeless: tuple[int, ...]  # VLANs without it
    snooped: tuple[int, ...]  # VLANs where DHCP is watched
    inspected: tuple[int, ...]  # VLANs where ARP is compared with what DHCP gave
    learns_vlans: str = ""  # the protocol that a neighbour may give or take VLANs by; "" for none
    learns_by_key: bool = False
    line: int = 0  # of what was said on the spanning tree; 0: nothing was
