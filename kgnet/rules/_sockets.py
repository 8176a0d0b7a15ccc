"""Sockets that others can reach."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address

from kgnet.errors import MissingFact
from kgnet.model.facts import Listeners


def outward(listeners: Listeners) -> Iterator[tuple[str, str, int, str]]:
    """Yield the sockets that listen on more than the loopback; MissingFact if there is not one at all.

    A device that was asked over SSH listens at least for SSH: no socket means that none was read.
    """
    if not listeners.sockets:
        raise MissingFact("no listening socket was read, not even that of SSH")
    return (socket for socket in listeners.sockets if not _loopback(socket[1]))


def _loopback(address: str) -> bool:
    bare = address.strip("[]").partition("%")[0]
    if bare in ("*", ""):
        return False
    found = ip_address(bare)
    mapped = getattr(found, "ipv4_mapped", None)
    return (mapped or found).is_loopback
