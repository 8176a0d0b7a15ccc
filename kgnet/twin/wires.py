"""Links and LANs → interfaces in the nodes, and the handles to cut, heal and shape them.

A LAN is a bridge in the holder's own network namespace, and so is a plain link (one of two ports): taking
the ports down takes the carrier from the nodes' ends, as a cut cable does.  A shaped circuit is the same
with netem on its ports where the kernel has it, and a pair of TAPs joined by the relay where not.
The nodes' own interfaces stay free of queueing disciplines: those are the routers' business.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace

from kgnet.errors import TwinError
from kgnet.twin import linux, relay
from kgnet.twin.blueprint import Blueprint, End, Lan, Link, Shape, wire_names
from kgnet.twin.node import batch


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node is: its pid as the holder counts, and as the host does."""

    pid: int
    host_pid: int


@dataclass(slots=True)
class Wires:
    """All wires of a twin as they are now."""

    blueprint: Blueprint
    netem: bool
    places: Mapping[str, Place]
    cut_ones: set[str] = field(default_factory=set)
    shapes: dict[str, Shape] = field(default_factory=dict)
    ports: dict[str, tuple[str, ...]] = field(default_factory=dict)
    control: socket.socket | None = None

    def build(self) -> None:
        """Lay every wire; the nodes' ends stay down until the nodes raise them."""
        self.shapes = {link.name: link.shape for link in self.blueprint.links if link.shape}
        bridged = [
            *self.blueprint.lans,
            *(_as_lan(x) for x in self.blueprint.links if not self._relayed(x.name)),
        ]
        for number, lan in enumerate(bridged):
            self.ports[lan.name] = tuple(f"b{number}p{i}" for i in range(len(lan.members)))
        batch(["ip", "-batch", "-"], (line for n, lan in enumerate(bridged) for line in self._bridge(n, lan)))
        if self.netem and self.shapes:
            batch(["tc", "-batch", "-"], (line for name in self.shapes for line in self._netem(name)))
        if not self.netem and self.shapes:
            self.control = self._relay()

    def cut(self, name: str) -> None:
        """Take the carrier from every end of a circuit or LAN."""
        self._carrier(self._known(name), up=False)
        self.cut_ones.add(name)

    def heal(self, name: str) -> None:
        """Give it back; TwinError if it was not cut."""
        if self._known(name) not in self.cut_ones:
            raise TwinError(f"{name} is not cut")
        self._carrier(self._known(name), up=True)
        self.cut_ones.discard(name)

    def heal_all(self) -> list[str]:
        """Give it back everywhere; returns what was cut."""
        cut = sorted(self.cut_ones)
        for name in cut:
            self.heal(name)
        return cut

    def shape(self, name: str, changes: Mapping[str, float]) -> None:
        """Change some of a circuit's properties from now on (the fields of Shape)."""
        if self._known(name) not in self.shapes:
            raise TwinError(f"{name} is a plain cable: only a circuit with a shape can change it")
        self.shapes[name] = shape = replace(self.shapes[name], **changes)
        if self.netem:
            batch(["tc", "-batch", "-"], self._netem(name))
        else:
            self._tell({name: asdict(shape)})

    def status(self) -> Iterator[dict[str, object]]:
        """Each circuit and LAN: its ends, whether it is cut, and its shape."""
        for link in self.blueprint.links:
            shape = self.shapes.get(link.name)
            yield {
                "name": link.name,
                "ends": [list(link.a), list(link.b)],
                "cut": link.name in self.cut_ones,
                "shape": asdict(shape) if shape else None,
            }
        for lan in self.blueprint.lans:
            yield {
                "name": lan.name,
                "ends": [list(end) for end in lan.members],
                "cut": lan.name in self.cut_ones,
            }

    def _relayed(self, name: str) -> bool:
        return name in self.shapes and not self.netem

    def _known(self, name: str) -> str:
        names = sorted(wire_names(self.blueprint))
        if name not in names:
            near = [other for other in names if name.lower() in other.lower()] or names
            raise TwinError(
                f"no circuit {name}; there are {', '.join(near[:8])}{', …' if len(near) > 8 else ''}"
            )
        return name

    def _bridge(self, number: int, lan: Lan) -> Iterator[str]:
        """A bridge with its ports; a port all alone needs none."""
        joined = f" master b{number}" if len(lan.members) > 1 else ""
        if joined:
            yield f"link add name b{number} type bridge mcast_snooping 0 stp_state 0"
        for port, (node, face) in zip(self.ports[lan.name], lan.members, strict=True):
            yield f"link add name {port} type veth peer name {face} netns {self.places[node].pid}"
            yield f"link set dev {port}{joined} up"
        if len(lan.members) == 2:  # a cable passes what a switch keeps to itself: LLDP, LACP
            yield f"link set dev b{number} type bridge group_fwd_mask 0xfff8"
        if joined:
            yield f"link set dev b{number} up"

    def _netem(self, name: str) -> Iterator[str]:
        """Towards *b* the rate is down, towards *a* up; each port shapes what leaves to its node."""
        shape = self.shapes[name]
        for port, rate in zip(self.ports[name], (shape.rate_mbps_up, shape.rate_mbps_down), strict=True):
            line = (
                f"qdisc replace dev {port} root netem limit 1000 delay {shape.delay_ms}ms {shape.jitter_ms}ms"
            )
            line += f" loss {shape.loss_ratio * 100:.4f}%"
            yield line + (f" rate {rate}mbit" if rate else "")

    def _carrier(self, name: str, *, up: bool) -> None:
        if self._relayed(name):
            self._tell({name: up})
        else:
            state = "up" if up else "down"
            batch(["ip", "-batch", "-"], [f"link set dev {port} {state}" for port in self.ports[name]])

    def _tell(self, orders: Mapping[str, object]) -> None:
        if self.control is None:
            raise TwinError("the relay of this twin does not run")
        try:
            self.control.send(json.dumps(orders).encode())
            if self.control.recv(16) != b"done":
                raise TwinError("the relay of this twin has ended; see its logs")
        except OSError as reason:
            raise TwinError(f"the relay of this twin does not answer: {reason}") from reason

    def _relay(self) -> socket.socket:
        """Fork the relay; it ends with us."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        linux.fork(lambda: self._relay_forever(ours, theirs))
        theirs.close()
        if (word := ours.recv(4096)) != b"ready":
            raise TwinError(f"the relay did not start: {word.decode() or 'without a word'}")
        return ours

    def _relay_forever(self, ours: socket.socket, control: socket.socket) -> None:
        ours.close()
        linux.die_with_parent(signal.SIGKILL)
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        serving = relay.Relay(control)
        try:
            self._plug(serving)
        except OSError as reason:
            control.send(f"{reason.filename or 'TAP'}: {reason.strerror}".encode())
            return
        control.send(b"ready")
        serving.run()

    def _plug(self, serving: relay.Relay) -> None:
        """Make the TAPs of every shaped circuit."""
        places = self.places.items()
        spaces = {name: os.open(f"/proc/{place.host_pid}/ns/net", os.O_RDONLY) for name, place in places}
        for link in self.blueprint.links:
            if shape := self.shapes.get(link.name):
                a, b = (relay.tap(spaces[node], face) for node, face in (link.a, link.b))
                serving.add(link.name, a, b, shape)
        for fd in spaces.values():
            os.close(fd)


def _as_lan(link: Link) -> Lan:
    return Lan(link.name, (link.a, link.b))


def faces(blueprint: Blueprint) -> dict[str, tuple[str, ...]]:
    """Each node's wired interfaces."""
    ends: list[End] = [end for link in blueprint.links for end in (link.a, link.b)]
    ends += [end for lan in blueprint.lans for end in lan.members]
    return {node.name: tuple(face for name, face in ends if name == node.name) for node in blueprint.nodes}


def has_netem() -> bool:
    """Whether this kernel can delay and drop; asks by trying on our own loopback."""
    add = ["tc", "qdisc", "add", "dev", "lo", "root", "netem", "delay", "1ms"]
    if subprocess.run(add, capture_output=True, check=False).returncode != 0:
        return False
    subprocess.run(["tc", "qdisc", "del", "dev", "lo", "root"], capture_output=True, check=False)
    return True
