"""Syslog → events: UDP (RFC 5426), TCP (RFC 6587) and TLS (RFC 5425); bounded in every direction.

Datagrams wait in the kernel's buffer, whose losses we read; a stream that is read slowly slows its sender.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from pathlib import Path

from kgnet.export.events.book import told
from kgnet.export.events.limits import Limits
from kgnet.export.events.sources import Sources
from kgnet.export.events.tally import Tally
from kgnet.export.web import Web
from kgnet.model.fleet import Fleet
from kgnet.wire.syslog import Frames, read

LOG = logging.getLogger(__name__)

STRANGER = ""  # the source of whoever is none of ours
CHUNK_BYTES = 64 << 10
STREAMS = 512  # at once; a device keeps one open
STREAMS_OF_ONE = 8
HANDSHAKE_S = 10.0
IDLE_S = 3600.0  # a stream over which nothing comes for so long is closed: its sender opens another


class Reader:
    """One message → its counts."""

    def __init__(self, fleet: Fleet, sources: Sources, limits: Limits, tally: Tally) -> None:
        self._fleet, self._sources, self._limits, self._tally = fleet, sources, limits, tally

    def adopt(self, fleet: Fleet) -> None:
        self._fleet = fleet

    def take(self, data: bytes, address: str, transport: str) -> None:
        self._tally.count("events_received_total", transport=transport)
        message = read(data)
        device = self._sources.device(address, message.host)
        if not self._limits.admits(device or STRANGER):
            self._tally.count("events_shed_total", transport=transport, why="rate")
        elif device is None:
            self._tally.count("events_unknown_source_total", transport=transport)
        elif event := told(self._fleet.devices[device].platform, message):
            self._tally.event(device, event, "syslog")

    def broken(self, transport: str) -> None:
        self._tally.count("events_malformed_total", transport=transport)

    def shed(self, transport: str, why: str) -> None:
        self._tally.count("events_shed_total", transport=transport, why=why)


class Datagrams(asyncio.DatagramProtocol):
    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        self._reader.take(data, address[0], "udp")

    def error_received(self, reason: Exception) -> None:
        LOG.info("syslog over UDP: %s", reason)


class Streams:
    """Takes connections on a socket that listens already; *web*: the certificates, None: plain TCP."""

    def __init__(self, reader: Reader, listening: socket.socket, web: Web | None = None) -> None:
        self._reader, self._listening, self._web = reader, listening, web
        self._transport = "tls" if web else "tcp"
        self._open: dict[asyncio.Task[None], str] = {}

    async def serve(self) -> None:
        """Take connections until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                connected, address = await loop.sock_accept(self._listening)
            except OSError as reason:  # too many files, a connection that was given up again
                LOG.warning("syslog over %s: %s", self._transport, reason)
                await asyncio.sleep(1)
                continue
            of_one = sum(host == address[0] for host in self._open.values())
            if len(self._open) >= STREAMS or of_one >= STREAMS_OF_ONE:
                self._reader.shed(self._transport, "connections")
                connected.close()
                continue
            task = loop.create_task(self._stream(connected, address[0]))
            self._open[task] = address[0]
            task.add_done_callback(self._open.pop)

    async def _stream(self, connected: socket.socket, address: str) -> None:
        try:
            reader, writer = await self._opened(connected)
        except (OSError, TimeoutError) as reason:  # among them that a handshake failed
            LOG.info("%s: syslog over %s: %s", address, self._transport, reason)
            self._reader.broken(self._transport)
            connected.close()
            return
        try:
            if self._web is None or self._web.takes(writer.get_extra_info("peercert")):
                await self._read(reader, address)
            else:
                self._reader.shed(self._transport, "certificate")
        except (OSError, TimeoutError, ValueError) as reason:
            LOG.info("%s: syslog over %s: %s", address, self._transport, reason)
            if isinstance(reason, ValueError):
                self._reader.broken(self._transport)
        finally:
            writer.transport.abort()

    async def _opened(self, connected: socket.socket) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._web is None:
            return await asyncio.open_connection(sock=connected, limit=CHUNK_BYTES)
        self._web.current()
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(limit=CHUNK_BYTES, loop=loop)
        protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
        transport, _ = await loop.connect_accepted_socket(
            lambda: protocol, connected, ssl=self._web.context, ssl_handshake_timeout=HANDSHAKE_S
        )
        return reader, asyncio.StreamWriter(transport, protocol, reader, loop)

    async def _read(self, stream: asyncio.StreamReader, address: str) -> None:
        """Read until its end; ValueError if it is no stream of messages."""
        frames = Frames()
        while data := await asyncio.wait_for(stream.read(CHUNK_BYTES), IDLE_S):
            for message in frames.feed(data):
                self._reader.take(message, address, self._transport)
            await asyncio.sleep(0)  # others' turn


def dropped(opened: socket.socket) -> int | None:
    """Return how many datagrams the kernel had to drop because we were too slow; None: it does not say.

    Source: Linux net/ipv4/udp.c, udp4_format_sock_seq: the last column, by the inode of the socket.
    """
    inode = str(Path(f"/proc/self/fd/{opened.fileno()}").readlink()).strip("socket:[]")
    table = Path("/proc/net/udp6" if opened.family == socket.AF_INET6 else "/proc/net/udp")
    try:
        rows = [line.split() for line in table.read_text(encoding="ascii").splitlines()[1:]]
    except OSError:
        return None
    return next((int(row[-1]) for row in rows if row[9] == inode), None)
