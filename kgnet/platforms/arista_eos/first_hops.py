"""EOS's configuration → gateways that several routers share."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.redundancy import FirstHop, FirstHops
from kgnet.platforms.arista_eos.block import Block


def read(top: list[Block]) -> Iterator[FirstHops]:
    ports = (block for block in top if block.text.startswith("interface "))
    yield FirstHops(tuple(hop for port in ports for hop in _hops(port)))


def _hops(port: Block) -> Iterator[FirstHop]:
    for line in port.inside:
        match line.words:
            case ["vrrp", _, "ip" | "ipv4" | "ipv6", address, *_]:
                yield FirstHop(port.words[1], "vrrp", (address,), line.number)
            case ["ip" | "ipv6", "virtual-router", "address", address, *_]:
                yield FirstHop(port.words[1], "anycast", (address,), line.number)
            case ["ip" | "ipv6", "address", "virtual", address, *_]:
                yield FirstHop(port.words[1], "anycast", (address.partition("/")[0],), line.number)
