"""A socket of datagrams, read as long as somebody wants it."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator

LARGEST = 65507  # octets, of a datagram over IPv4 (RFC 768, RFC 791)
ANCILLARY = 128  # octets, for what the kernel tells beside

Ancillary = list[tuple[int, int, bytes]]
Source = tuple[str, int]


class Datagrams:
    """What owns one socket of datagrams; a subclass makes it, and says what is done with each."""

    _socket: socket.socket

    @property
    def port(self) -> int:
        return int(self._socket.getsockname()[1])

    def close(self) -> None:
        self._socket.close()

    def datagrams(
        self, wanted: Callable[[], bool], *, every_s: float
    ) -> Iterator[tuple[bytes, Ancillary, Source]]:
        """Yield each datagram, what was told beside it, and its source; *wanted* is asked *every_s*."""
        self._socket.settimeout(every_s)
        while wanted():
            try:
                data, beside, _, source = self._socket.recvmsg(LARGEST, ANCILLARY)
            except TimeoutError:
                continue
            yield data, beside, source
