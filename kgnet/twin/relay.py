"""A circuit in user space, for kernels without netem: from TAP to TAP late, slowly, or not at all.

One process serves all circuits.  Each way is a queue in front of a line: a frame waits for the line
(rate), travels (delay, jitter) and never overtakes another.  What would wait longer than QUEUE_S is
dropped, as a router's buffer does.

Source: linux/if_tun.h for the ioctls.
"""

from __future__ import annotations

import fcntl
import json
import os
import select
import socket
import struct
from contextlib import suppress
from heapq import heappop, heappush
from random import random
from time import monotonic

from kgnet.twin import linux
from kgnet.twin.blueprint import Shape

TUNSETIFF, TUNSETPERSIST, TUNSETCARRIER = 0x400454CA, 0x400454CB, 0x400454E2
IFF_TAP, IFF_NO_PI = 0x2, 0x1000
FRAME_BYTES = 9234  # a jumbo frame with two VLAN tags
BURST = 32  # frames read of one end before the others have their turn
BUSY_S = 0.001  # frames closer than this come in bursts
CROWD = 4  # so many ends with frames at once: we are late, and each may have more than one
QUEUE_S = 0.2


def tap(namespace: int, name: str) -> int:
    """Make a TAP called *name* in a namespace, given by its descriptor; returns the TAP's own."""
    linux.setns(namespace, linux.NEWNET)
    fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TAP | IFF_NO_PI))
    fcntl.ioctl(fd, TUNSETPERSIST, 1)  # it goes with its namespace: one by one takes 40 ms each
    return fd


class Way:
    """One direction of a circuit."""

    __slots__ = ("delay_s", "fd", "free_at", "jitter_s", "last_due", "loss", "read_at", "s_per_byte", "up")

    def __init__(self, fd: int) -> None:
        self.fd = fd  # where frames leave
        self.up = True
        self.free_at = self.last_due = self.read_at = 0.0
        self.become(0.0, Shape())

    def become(self, rate_mbps: float, shape: Shape) -> None:
        """Take a new shape; frames under way keep the old one."""
        self.s_per_byte = 8e-6 / rate_mbps if rate_mbps else 0.0
        self.delay_s = shape.delay_ms / 1e3
        self.jitter_s = shape.jitter_ms / 1e3
        self.loss = shape.loss_ratio

    def due(self, length: int, now: float) -> float:
        """When a frame of *length* bytes that comes *now* arrives; 0: never."""
        start = self.free_at if self.free_at > now else now
        if not self.up or start - now > QUEUE_S or (self.loss and random() < self.loss):  # noqa: S311
            return 0.0
        self.free_at = start + length * self.s_per_byte
        due = self.free_at + self.delay_s
        if self.jitter_s:
            due += self.jitter_s * (2.0 * random() - 1.0)  # noqa: S311
        self.last_due = due = max(due, self.last_due, now)
        return due


class Relay:
    """All circuits, and what is under way on them."""

    def __init__(self, control: socket.socket) -> None:
        self.control = control
        self.poll = select.epoll()
        self.poll.register(control, select.EPOLLIN)
        self.ways: dict[int, Way] = {}  # by the descriptor where frames come in
        self.circuits: dict[str, tuple[int, int]] = {}
        self.under_way: list[tuple[float, int, Way, bytes]] = []
        self.count = 0

    def add(self, name: str, a: int, b: int, shape: Shape) -> None:
        """Join two TAPs into a circuit."""
        self.circuits[name] = (a, b)
        self.ways |= {a: Way(b), b: Way(a)}
        self.shape(name, shape)
        for fd in (a, b):
            self.poll.register(fd, select.EPOLLIN)

    def shape(self, name: str, shape: Shape) -> None:
        """Give a circuit a new shape."""
        a, b = self.circuits[name]
        self.ways[a].become(shape.rate_mbps_down, shape)
        self.ways[b].become(shape.rate_mbps_up, shape)

    def carrier(self, name: str, *, up: bool) -> None:
        """Plug a circuit in, or out at both ends; what is under way then is lost."""
        for fd in self.circuits[name]:
            fcntl.ioctl(fd, TUNSETCARRIER, struct.pack("i", up))
            self.ways[fd].up = up

    def run(self) -> None:
        """Serve until the other side of the control socket is gone."""
        control = self.control.fileno()
        while True:
            ready = self.poll.poll(self._patience())
            for fd, _ in ready:
                if fd != control:
                    self._take(fd, crowded=len(ready) > CROWD)
                elif not self._obey():
                    return
            self._deliver()

    def _patience(self) -> float:
        """How long nothing is due, in seconds; -1: for ever."""
        return max(0.0, self.under_way[0][0] - monotonic()) if self.under_way else -1

    def _take(self, fd: int, *, crowded: bool) -> None:
        """Take what has come in at one end; where a frame most likely came alone, do not ask in vain."""
        way, now = self.ways[fd], monotonic()
        burst = BURST if crowded or now - way.read_at < BUSY_S else 1
        way.read_at = now
        with suppress(BlockingIOError, OSError):  # empty, or its namespace is going down
            for _ in range(burst):
                frame = os.read(fd, FRAME_BYTES)
                if due := way.due(len(frame), now):
                    self.count += 1
                    heappush(self.under_way, (due, self.count, way, frame))

    def _deliver(self) -> None:
        now = monotonic()
        while self.under_way and self.under_way[0][0] <= now:
            _, _, way, frame = heappop(self.under_way)
            if way.up:
                with suppress(OSError):  # the interface is down, as a router's may be
                    os.write(way.fd, frame)

    def _obey(self) -> bool:
        said = self.control.recv(65536)
        if not said:
            return False
        for name, order in json.loads(said).items():
            if isinstance(order, bool):
                self.carrier(name, up=order)
            else:
                self.shape(name, Shape(**order))
        self.control.send(b"done")
        return True
