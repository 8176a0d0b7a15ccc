"""What devices see of one another, derived from the configurations of both ends and from what is up.

Nothing is simulated in time: a session is up if both ends ask for each other properly over a link that is
up.  Two ports are on one link if they have addresses of the same network.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import TYPE_CHECKING

from kgnet.emulate.sight import Address, Agreement, End, Peer, PeerState, Port

if TYPE_CHECKING:
    from kgnet.emulate.device import Device, Seen

__all__ = ["Address", "Agreement", "End", "Peer", "PeerState", "Port", "World"]


@dataclass(slots=True)
class _Views:
    """What the configurations of this moment say; what has changed is looked at again."""

    seen: dict[str, Seen] = field(default_factory=dict)
    ports: dict[str, dict[str, Port]] = field(default_factory=dict)
    owners: dict[str, tuple[str, Port]] = field(default_factory=dict)  # address → device, port
    links: dict[str, list[End]] = field(default_factory=dict)  # network → ends
    hops: dict[str, tuple[str, ...]] = field(default_factory=dict)  # device → those that it routes to


class World:
    """All devices, those *outside* (address → AS number, 0 a host) that are well, and cables that are cut."""

    def __init__(self, devices: Mapping[str, Device], outside: Mapping[str, int] | None = None) -> None:
        self.devices = devices
        self.outside = dict(outside or {})
        self.cut: set[tuple[str, str]] = set()  # device, port
        self._since: dict[tuple[str, str], tuple[bool, float]] = {}
        self._held = _Views()
        self._dirty: set[str] = set()
        self._was_cut: frozenset[tuple[str, str]] = frozenset()

    def look_again(self, name: str) -> None:
        """A device's configuration may have changed."""
        self._dirty.add(name)

    # ── links ───────────────────────────────────────────────────────────────

    def alive(self, device: str, port: Port) -> bool:
        """Whether a port is up: not shut down, its cable whole, its device booted."""
        return port.up and (device, port.name) not in self.cut and device in self.devices

    def up(self, device: str, port: Port) -> bool:
        """Whether a port's line is up: it is alive, and so is some other end of its link, if there is one."""
        if not self.alive(device, port):
            return False
        ends = [seen for seen in self._ends(port) if seen.device != device]
        return not ends or any(self.alive(seen.device, seen.port) for seen in ends)

    def neighbors(self, device: str, port: Port) -> Iterator[End]:
        """Yield the ports of others on the same link, if both ends are up."""
        if not self.alive(device, port):
            return
        told = set()
        for seen in self._ends(port):
            if seen.device != device and self.alive(seen.device, seen.port) and seen.device not in told:
                told.add(seen.device)
                yield seen

    def agreed(self, device: str, kind: str) -> Iterator[tuple[Agreement, End]]:
        """Yield what *device* and a neighbour both configure, alike, on a link that is up."""
        views = self._views()
        for ours in views.seen[device].agreements:
            port = views.ports[device].get(ours.port)
            for seen in self.neighbors(device, port) if port and ours.kind == kind else ():
                theirs = views.seen[seen.device].agreements
                if any(t.kind == kind and t.port == seen.port.name and t.key == ours.key for t in theirs):
                    yield ours, seen

    # ── BGP and BFD ─────────────────────────────────────────────────────────

    def sessions(self, device: str) -> list[PeerState]:
        """Return how each BGP session of a device is."""
        return [self._session(device, peer) for peer in self._views().seen[device].peers]

    def _session(self, device: str, peer: Peer) -> PeerState:
        other = self._other(device, peer)
        well = other is not None or (peer.address in self.outside and self._outside_well(device, peer))
        now = self.devices[device].clock.now()
        key = (device, peer.address)
        was, since = self._since.get(key, (False, self.devices[device].booted_at))
        if was != well:
            since = now
        self._since[key] = (well, since)
        state = "Established" if well else "Idle (Admin)" if peer.shutdown else self._why(device, peer)
        bfd = well and peer.bfd and (other is None or other[1].bfd)
        return PeerState(peer, state, since, peer.address if well else "0.0.0.0", bfd)  # noqa: S104

    def _why(self, device: str, peer: Peer) -> str:
        """Active if packets can reach the peer, Idle if not."""
        owner = self._views().owners.get(peer.address)
        return "Active" if owner and self._path(device, owner[0], peer.address) else "Idle"

    def _outside_well(self, device: str, peer: Peer) -> bool:
        expected = self.outside[peer.address]
        return not peer.shutdown and expected in (0, peer.remote_as) and self._beside(device, peer.address)

    def _other(self, device: str, peer: Peer) -> tuple[str, Peer] | None:
        """The other end, if it wants this session too and the two agree."""
        views = self._views()
        if peer.shutdown or peer.address not in views.owners:
            return None
        there, port = views.owners[peer.address]
        if there == device or not self.alive(there, port) or not self._path(device, there, peer.address):
            return None
        ours = self._sources(device, peer)
        for back in views.seen[there].peers:
            if (
                back.address in ours
                and not back.shutdown
                and back.remote_as == peer.local_as
                and back.local_as == peer.remote_as
                and back.password == peer.password
                and peer.address in self._sources(there, back)
            ):
                return there, back
        return None

    def _sources(self, device: str, peer: Peer) -> set[str]:
        """The addresses that our packets to a peer come from."""
        ports, target = self._views().ports[device], ip_address(peer.address)
        if peer.source and peer.source not in ports:
            return {peer.source}
        if peer.source:
            chosen = [ports[peer.source]]
        else:
            chosen = [p for p in ports.values() if any(target in a.network for a in p.addresses)]
        ours = (a.ip for port in chosen if self.alive(device, port) for a in port.addresses)
        return {str(own) for own in ours if own.version == target.version}

    # ── reachability ────────────────────────────────────────────────────────

    def answers(self, device: str, address: str, vrf: str = "") -> bool:
        """Whether *address* answers a ping of *device*; a VRF of its own reaches all ports in VRFs."""
        views = self._views()
        owner = views.owners.get(address)
        if owner is None:
            return address in self.outside and (bool(vrf) or self._reaches_outside(device, address))
        there, port = owner
        if not self.alive(there, port) or not self.devices[there].up():
            return False
        if vrf or port.vrf:
            return bool(vrf) and bool(port.vrf) and self._any_alive(device, vrf)
        return there == device or self._path(device, there, address)

    def _any_alive(self, device: str, vrf: str) -> bool:
        ports = self._views().ports[device].values()
        return any(p.vrf == vrf and p.addresses and self.alive(device, p) for p in ports)

    def _beside(self, device: str, address: str) -> bool:
        """Whether a port that is up stands in the network of *address*."""
        target = ip_address(address)
        ports = self._views().ports[device].values()
        return any(
            target in a.network for p in ports if self.alive(device, p) and not p.vrf for a in p.addresses
        )

    def _path(self, device: str, there: str, address: str) -> bool:
        """Whether packets find from one device to another: over a link, or from hop to hop."""
        return self._beside(device, address) or self._found(device, lambda here: here == there)

    def _reaches_outside(self, device: str, address: str) -> bool:
        return self._found(device, lambda here: self._beside(here, address) or self._leads_out(here, address))

    def _leads_out(self, device: str, address: str) -> bool:
        """Whether a device has a session, or a route, with somebody outside, who is then trusted to know."""
        views = self._views()
        hops = {
            *views.seen[device].hops,
            *(p.address for p in views.seen[device].peers if not p.shutdown),
        }
        return address in self.outside and any(h in self.outside and self._beside(device, h) for h in hops)

    def _found(self, device: str, wanted: Callable[[str], bool]) -> bool:
        known, todo = {device}, [device]
        while todo:
            here = todo.pop()
            if wanted(here):
                return True
            fresh = {there for there in self._hops(here) if there not in known}
            known |= fresh
            todo.extend(fresh)
        return False

    def _hops(self, device: str) -> tuple[str, ...]:
        """As `_next`, kept for as long as nothing changes."""
        held = self._views()
        if device not in held.hops:
            held.hops[device] = tuple(self._next(device))
        return held.hops[device]

    def _next(self, device: str) -> Iterator[str]:
        """The devices that one routes to: neighbours by BGP on a link, by OSPF, by a static route."""
        views = self._views()
        for peer in views.seen[device].peers:
            owner = views.owners.get(peer.address)
            if owner and self._beside(device, peer.address) and self._other(device, peer):
                yield owner[0]
        for _, seen in self.agreed(device, "ospf"):
            yield seen.device
        for hop in views.seen[device].hops:
            owner = views.owners.get(hop)
            if owner and self._beside(device, hop) and self.alive(*owner):
                yield owner[0]

    # ── views ───────────────────────────────────────────────────────────────

    def _ends(self, port: Port) -> list[End]:
        links = self._views().links
        return [seen for a in port.addresses for seen in links.get(_key(port, a), ())]

    def _views(self) -> _Views:
        held = self._held
        dirty = self._dirty
        if len(held.seen) < len(self.devices):
            dirty = dirty | (self.devices.keys() - held.seen.keys())
        if not dirty and self._was_cut == self.cut:
            return held
        self._dirty = set()
        self._was_cut = frozenset(self.cut)
        held.hops.clear()
        for name in dirty:
            fresh = self.devices[name].seen() if name in self.devices else None
            if fresh is not None and fresh != held.seen.get(name):
                self._forget(name)
                self._look(name, fresh)
        return held

    def _forget(self, name: str) -> None:
        """Take what a device was seen to have out of the views."""
        held = self._held
        old = held.seen.get(name)
        for port in old.ports if old else ():
            for a in port.addresses:
                if held.owners.get(str(a.ip), ("",))[0] == name:
                    del held.owners[str(a.ip)]
                key = _key(port, a)
                held.links[key] = [end for end in held.links.get(key, ()) if end.device != name]

    def _look(self, name: str, seen: Seen) -> None:
        held = self._held
        held.seen[name] = seen
        held.ports[name] = {port.name: port for port in seen.ports}
        for port in seen.ports:
            for a in port.addresses:
                if port.up or str(a.ip) not in held.owners:
                    held.owners[str(a.ip)] = (name, port)
                if a.network.num_addresses > 1:
                    held.links.setdefault(_key(port, a), []).append(End(name, port, str(a.ip)))


def _key(port: Port, address: Address) -> str:
    """What two ports on one link share: the network, and whether it is one of management."""
    return f"{port.vrf and 'vrf'}{address.network}"
