"""What a twin is built from: nodes, circuits and LANs as neutral values that know nothing of the Fleet."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from kgnet.errors import TwinError

End = tuple[str, str]  # a node's name and the name of its interface


@dataclass(frozen=True, slots=True)
class Shape:
    """What a circuit does to a frame, each way.  Down is from end *a* to end *b*.

    A rate of 0 is no limit.  Jitter is uniform, plus or minus; loss is a ratio of 0 to 1.
    """

    rate_mbps_down: float = 0.0
    rate_mbps_up: float = 0.0
    delay_ms: float = 0.0
    jitter_ms: float = 0.0
    loss_ratio: float = 0.0


@dataclass(frozen=True, slots=True)
class Node:
    """One machine of the twin.

    *files* are laid over the stock /etc, /var and /root before anything starts; a file takes the owner of
    the folder it is put in.  *services* are systemd units, started in this order.  *shares* are host
    folders that stay visible (read-only) although the node has a /root, /home, /tmp and /var of its own.
    *desk*: a workstation, which sees the host's whole file system but for /etc and /run.
    """

    name: str
    interfaces: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    routes: tuple[tuple[str, str], ...] = ()  # (prefix, via)
    services: tuple[str, ...] = ("ssh",)
    files: Mapping[str, str] = field(default_factory=dict)
    sysctls: Mapping[str, str] = field(default_factory=dict)
    shares: tuple[str, ...] = ()
    desk: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """A point-to-point circuit, named by its circuit id; without a shape it is a plain cable."""

    name: str
    a: End
    b: End
    shape: Shape | None = None


@dataclass(frozen=True, slots=True)
class Lan:
    """A switch."""

    name: str
    members: tuple[End, ...]


@dataclass(frozen=True, slots=True)
class Blueprint:
    """A whole twin."""

    name: str
    nodes: tuple[Node, ...]
    links: tuple[Link, ...] = ()
    lans: tuple[Lan, ...] = ()

    def checked(self) -> Blueprint:
        """Return itself, or raise TwinError with everything that cannot be built."""
        if wrong := list(_wrong(self)):
            raise TwinError("\n".join(f"blueprint {self.name}: {what}" for what in wrong))
        return self


def wire_names(blueprint: Blueprint) -> list[str]:
    """The names of all circuits and LANs."""
    return [*(link.name for link in blueprint.links), *(lan.name for lan in blueprint.lans)]


def _wrong(blueprint: Blueprint) -> Iterator[str]:
    if not blueprint.nodes:
        yield "it has no node"
    yield from _twice("node", [n.name for n in blueprint.nodes])
    yield from _twice("circuit or LAN", wire_names(blueprint))
    yield from _wrong_ends(blueprint)
    for node in blueprint.nodes:
        for path in node.files:
            if not path.startswith(("/etc/", "/var/", "/root/")):
                yield f"{node.name}: {path} is outside /etc, /var and /root, which are a node's own"


def _wrong_ends(blueprint: Blueprint) -> Iterator[str]:
    known = {node.name: node for node in blueprint.nodes}
    ends = [end for link in blueprint.links for end in (link.a, link.b)]
    ends += [end for lan in blueprint.lans for end in lan.members]
    yield from _twice("interface", [" ".join(end) for end in ends])
    for node, interface in ends:
        if node not in known:
            yield f"{node} {interface}: there is no such node"
        elif len(interface) > 15:
            yield f"{node} {interface}: Linux takes 15 characters at most (IFNAMSIZ)"
    wired = set(ends) | {(name, "lo") for name in known}
    for name, owner in known.items():
        yield from (f"{name} {i}: on no circuit or LAN" for i in owner.interfaces if (name, i) not in wired)


def _twice(what: str, names: list[str]) -> Iterator[str]:
    yield from (f"two of {what} {name}" for name in sorted({n for n in names if names.count(n) > 1}))


def dumps(blueprint: Blueprint) -> str:
    """A blueprint as JSON, which `loads` reads back."""
    return json.dumps(asdict(blueprint), indent=1)


def loads(text: str, where: str = "blueprint") -> Blueprint:
    """A blueprint from JSON: the fields are those of the classes above, all but names and ends optional."""
    try:
        return _blueprint(json.loads(text)).checked()
    except (ValueError, TypeError, KeyError, AttributeError) as reason:
        raise TwinError(f"{where}: not a blueprint: {reason!r}") from reason


def load(path: Path) -> Blueprint:
    """Read a blueprint from a JSON file."""
    try:
        return loads(path.read_text(), str(path))
    except OSError as reason:
        raise TwinError(f"{path}: {reason.strerror}") from reason


def _blueprint(data: dict[str, Any]) -> Blueprint:
    return Blueprint(
        name=data["name"],
        nodes=tuple(map(_node, data["nodes"])),
        links=tuple(map(_link, data.get("links", ()))),
        lans=tuple(Lan(lan["name"], tuple(map(_end, lan["members"]))) for lan in data.get("lans", ())),
    )


def _node(data: dict[str, Any]) -> Node:
    tuples = {key: tuple(data[key]) for key in ("services", "shares") if key in data}
    faces = {name: tuple(addresses) for name, addresses in data.get("interfaces", {}).items()}
    routes = tuple((prefix, via) for prefix, via in data.get("routes", ()))
    return Node(**(data | tuples | {"interfaces": faces, "routes": routes}))


def _link(data: dict[str, Any]) -> Link:
    shape = Shape(**data["shape"]) if data.get("shape") else None
    return Link(data["name"], _end(data["a"]), _end(data["b"]), shape)


def _end(data: list[str]) -> End:
    node, interface = data
    return node, interface


def renamed(blueprint: Blueprint, name: str) -> Blueprint:
    """The same twin under another name."""
    return replace(blueprint, name=name)
