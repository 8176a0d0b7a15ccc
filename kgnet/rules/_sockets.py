"""Sockets that others can reach."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.errors import MissingFact
from kgnet.model.facts import Listeners
from kgnet.model.services import loopback


def outward(listeners: Listeners) -> Iterator[tuple[str, str, int, str]]:
    """Yield the sockets that listen on more than the loopback; MissingFact if there is not one at all.

    A device that was asked over SSH listens at least for SSH: no socket means that none was read.
    """
    if not listeners.sockets:
        raise MissingFact("no listening socket was read, not even that of SSH")
    return (socket for socket in listeners.sockets if not loopback(socket[1]))
