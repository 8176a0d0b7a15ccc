"""FRR's configuration → gateways that several routers share (vrrpd)."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.config import Line
from kgnet.model.redundancy import FirstHop, FirstHops


def read(lines: list[Line]) -> Iterator[FirstHops]:
    yield FirstHops(tuple(_hops(lines)))


def _hops(lines: list[Line]) -> Iterator[FirstHop]:
    for line in lines:
        match line.text.split():
            case ["vrrp", _, "ip" | "ipv6", address] if line.path[0].startswith("interface "):
                yield FirstHop(line.path[0].split()[1], "vrrp", (address,), line.number)
