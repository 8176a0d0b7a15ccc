"""The other end of STAMP and TWAMP Light: returns each test packet, numbered by itself (RFC 8762 §4)."""

from __future__ import annotations

import socket
import struct
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address

from kgnet.wire.datagrams import Ancillary, Datagrams
from kgnet.wire.stamp import PORT, SENT, answer

IP_RECVTTL = 12  # linux/in.h; Python has no name for it
SESSIONS = 4096  # that are counted at the same time; the one that was silent longest is forgotten
Network = IPv4Network | IPv6Network


class Reflector(Datagrams):
    """Answers test packets of *allowed* networks with what they were marked with, and nobody else.

    An answer is as long as its question, so nobody gains by forging a source.  OSError if the port is taken.
    """

    def __init__(self, allowed: Sequence[Network], *, host: str = "::", port: int = PORT) -> None:
        self._allowed = tuple(allowed)
        self._numbers: OrderedDict[tuple[str, int], int] = OrderedDict()
        v6 = ":" in host
        self._socket = socket.socket(socket.AF_INET6 if v6 else socket.AF_INET, socket.SOCK_DGRAM)
        try:
            if v6:
                self._socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
                self._socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVHOPLIMIT, 1)
                self._socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVTCLASS, 1)
            self._socket.setsockopt(socket.IPPROTO_IP, IP_RECVTTL, 1)
            self._socket.setsockopt(socket.IPPROTO_IP, socket.IP_RECVTOS, 1)
            self._socket.bind((host, port))
        except OSError:
            self._socket.close()
            raise

    def serve(self, wanted: Callable[[], bool] = lambda: True) -> None:
        """Answer as long as *wanted*, which is asked twice a second at least."""
        for request, ancillary, source in self.datagrams(wanted, every_s=0.5):
            received = time.time()
            if not self._may(source[0]):
                continue
            ttl, mark = _header(ancillary)
            number = self._next(source, request)
            if reply := answer(request, number=number, received=received, ttl=ttl):
                self._send(reply, source, mark)

    def _send(self, reply: bytes, source: tuple[str, int], mark: int) -> None:
        """Send with the mark of the question; what cannot be sent is lost, as it might be on the way."""
        real_v6 = self._socket.family == socket.AF_INET6 and not source[0].startswith("::ffff:")
        level = (socket.IPPROTO_IPV6, socket.IPV6_TCLASS) if real_v6 else (socket.IPPROTO_IP, socket.IP_TOS)
        try:
            self._socket.sendmsg([reply], [(*level, struct.pack("=i", mark))], 0, source)
        except OSError:
            return

    def _may(self, source: str) -> bool:
        address = ip_address(source.partition("%")[0].removeprefix("::ffff:"))
        return any(address in network for network in self._allowed if network.version == address.version)

    def _next(self, source: tuple[str, int], request: bytes) -> int:
        """Return how many packets of this session came before."""
        session = SENT.unpack_from(request)[3] if len(request) >= SENT.size else 0
        key = (f"{source[0]} {source[1]}", session)
        number = self._numbers.pop(key, 0)
        self._numbers[key] = number + 1
        if len(self._numbers) > SESSIONS:
            self._numbers.popitem(last=False)
        return number


def _header(ancillary: Ancillary) -> tuple[int, int]:
    """Return TTL and traffic class of the packet that came with *ancillary* data; 255 and 0 if untold."""
    told = {(level, kind): data for level, kind, data in ancillary}
    ttl = told.get((socket.IPPROTO_IP, socket.IP_TTL)) or told.get(
        (socket.IPPROTO_IPV6, socket.IPV6_HOPLIMIT)
    )
    mark = told.get((socket.IPPROTO_IP, socket.IP_TOS)) or told.get((socket.IPPROTO_IPV6, socket.IPV6_TCLASS))
    return (
        struct.unpack("=i", ttl)[0] if ttl else 255,
        int.from_bytes(mark[:1], "little") if mark else 0,
    )
