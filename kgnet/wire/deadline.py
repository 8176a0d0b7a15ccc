"""One instant by which all is over: each connection, read and write gets what is left until then.

A limit for each read would let a target that sends a byte at a time hold on for as long as it likes.
"""

from __future__ import annotations

import io
import socket
import ssl
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic
from typing import Any

Found = list[tuple[Any, ...]]  # as socket.getaddrinfo gives them


class Deadline:
    """So many seconds from now, for everything that is done under it."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = monotonic() + seconds

    def left(self) -> float:
        """Return the seconds that are left; TimeoutError if none are."""
        left = self._end - monotonic()
        if left <= 0:
            raise TimeoutError(f"not done within {self.seconds:.3g} s")
        return left

    def resolve(self, host: str, port: int) -> Found:
        """Return where *host* is; a resolver that is silent is not waited for."""
        told: SimpleQueue[Found | OSError] = SimpleQueue()

        def ask() -> None:
            try:
                told.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
            except OSError as reason:
                told.put(reason)

        Thread(target=ask, daemon=True).start()
        try:
            found = told.get(timeout=self.left())
        except Empty:
            raise TimeoutError(f"{host} is not resolved within {self.seconds:.3g} s") from None
        if isinstance(found, OSError):
            raise found
        return found

    def connect(self, host: str, port: int) -> Stream:
        """Open a connection to the first address of *host* that takes one."""
        return self.open(self.resolve(host, port))

    def open(self, found: Found) -> Stream:
        """Open a connection to the first address that takes one; OSError as the last one tells it."""
        reason: OSError = ConnectionError("has no address")
        for family, kind, protocol, _, address in found:
            opened = socket.socket(family, kind, protocol)
            try:
                opened.settimeout(self.left())
                opened.connect(address)
            except OSError as refused:
                opened.close()
                reason = refused
            else:
                return Stream(opened, self)
        raise reason


class Stream(io.RawIOBase):
    """A connection under a deadline, as those read who take a socket or a file."""

    def __init__(self, opened: socket.socket, deadline: Deadline) -> None:
        super().__init__()
        self._opened, self.deadline = opened, deadline

    @property
    def own(self) -> tuple[str, int]:
        """The address and the port at this end."""
        host, port = self._opened.getsockname()[:2]
        return str(host), int(port)

    def secure(self, context: ssl.SSLContext, name: str) -> Secured:
        """Shake hands as for *name*; this stream is none any more then."""
        self._opened.settimeout(self.deadline.left())
        return Secured(context.wrap_socket(self._opened, server_hostname=name), self.deadline)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        self._opened.settimeout(self.deadline.left())
        return self._opened.recv_into(memoryview(buffer))

    def recv(self, most: int) -> bytes:
        """Return what comes next, *most* octets of it; none: the other end is done."""
        self._opened.settimeout(self.deadline.left())
        return self._opened.recv(most)

    def sendall(self, octets: bytes) -> None:
        self._opened.settimeout(self.deadline.left())
        self._opened.sendall(octets)

    def makefile(self, mode: str = "rb", _: int | None = None) -> io.BufferedReader:
        """Return a reader, as http.client and smtplib ask a socket for one."""
        assert mode == "rb"
        return io.BufferedReader(self)

    def close(self) -> None:
        self._opened.close()
        super().close()


class Secured(Stream):
    """The same after a handshake."""

    def __init__(self, opened: ssl.SSLSocket, deadline: Deadline) -> None:
        super().__init__(opened, deadline)
        self.tls = opened
