"""Receives what devices tell, in a thread with a loop of its own, beside the scrapes."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from threading import Event as Signal
from threading import Thread
from typing import TYPE_CHECKING, Self

from kgnet.errors import UsageError
from kgnet.export.events.limits import Limits
from kgnet.export.events.links import Indexes, Links
from kgnet.export.events.sources import Sources
from kgnet.export.events.syslog import Datagrams, Reader, Streams, dropped
from kgnet.export.events.tally import Tally
from kgnet.export.server import listen_address
from kgnet.export.web import Web
from kgnet.model.fleet import Fleet
from kgnet.model.outcome import Sample
from kgnet.wire.snmp import Credentials

if TYPE_CHECKING:
    from kgnet.export.events.traps import Traps

BUFFER_BYTES = 4 << 20  # of the kernel, for datagrams; it gives what net.core.rmem_max allows
BACKLOG = 128


@dataclass(frozen=True, slots=True)
class Ears:
    """Where to listen, as `ADDR:PORT`, empty: not at all; *relays* hand on what others told them."""

    udp: str = ""
    tcp: str = ""
    tls: str = ""
    traps: str = ""
    web: Path | None = None  # certificates of TLS, in the form of --web-config
    relays: frozenset[str] = frozenset()
    kept: Path | None = None

    def __bool__(self) -> bool:
        return bool(self.udp or self.tcp or self.tls or self.traps)


class Receiver:
    """Binds when it is made (UsageError if it cannot), receives within `with`."""

    indexes: Indexes  # what the poller knows; to be set before that, where there is one

    def __init__(self, fleet: Fleet, ears: Ears, *, credentials: Credentials | None = None) -> None:
        """*credentials*: the SNMPv3 user of the poller, who is the user of the notifications, too."""
        self.indexes = _no_index
        if ears.traps and not credentials:
            raise UsageError("--traps needs snmp/auth and snmp/priv in the folder that KGNET_SECRETS names")
        web = _certificates(ears)
        syslog = ("syslog",) if ears.udp or ears.tcp or ears.tls else ()
        ways = (*syslog, *(("trap",) if ears.traps else ()))
        self._fleet, self._credentials, self._web = fleet, credentials, web
        self.tally = Tally(fleet, Links(fleet, self._indexes), ways=ways, kept=ears.kept)
        self._sources = Sources(fleet, ears.relays)
        self._reader = Reader(fleet, self._sources, Limits(), self.tally)
        self._sockets = _sockets(ears)
        self._started, self._thread = Signal(), Thread(target=self._run, name="events", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._end: asyncio.Event | None = None
        self._traps: Traps | None = None

    def port(self, transport: str) -> int:
        """Return the port of udp, tcp, tls or snmp."""
        return int(self._sockets[transport].getsockname()[1])

    def __enter__(self) -> Self:
        self._thread.start()
        self._started.wait()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop, and keep what was counted."""
        if self._loop and self._end:
            self._loop.call_soon_threadsafe(self._end.set)
            self._thread.join()
        self.tally.keep()

    def adopt(self, fleet: Fleet) -> None:
        """Hear for *fleet* from now on, between two messages; sockets, keys and counts stay."""
        if self._loop:
            self._loop.call_soon_threadsafe(self._adopt, fleet)

    def _adopt(self, fleet: Fleet) -> None:
        self._sources.adopt(fleet)
        self._reader.adopt(fleet)
        self.tally.adopt(fleet)
        if self._traps:
            self._traps.adopt(fleet)

    def _indexes(self, device: str) -> Mapping[str, int]:
        return self.indexes(device)

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def samples(self) -> Iterator[Sample]:
        """Yield what was told until now; nobody is asked anything."""
        yield Sample("events_receiver_up", float(self.alive))
        yield from self.tally.samples()
        for name in ("udp", "snmp"):
            lost = dropped(self._sockets[name]) if name in self._sockets and self.alive else None
            if lost is not None:
                yield Sample("events_shed_total", lost, {"transport": name, "why": "buffer"})

    def _run(self) -> None:
        asyncio.run(self._receive())

    async def _receive(self) -> None:
        loop = self._loop = asyncio.get_running_loop()
        self._end = asyncio.Event()
        if "udp" in self._sockets:
            await loop.create_datagram_endpoint(lambda: Datagrams(self._reader), sock=self._sockets["udp"])
        if "snmp" in self._sockets and self._credentials:
            from kgnet.export.events.traps import Traps  # slow to import

            bound = self._sockets["snmp"]
            self._traps = Traps(self._fleet, self._sources, self.tally, self._credentials, bound)
        streams = [
            loop.create_task(Streams(self._reader, self._sockets[name], web).serve())
            for name, web in (("tcp", None), ("tls", self._web))
            if name in self._sockets
        ]
        self._started.set()
        await self._end.wait()
        for task in streams:
            task.cancel()


def _no_index(device: str) -> Mapping[str, int]:
    del device
    return {}


def _certificates(ears: Ears) -> Web | None:
    if not ears.tls:
        return None
    if not ears.web:
        raise UsageError("--syslog-tls needs --syslog-tls-config: a certificate to show")
    web = Web(ears.web)
    if web.context is None:
        raise UsageError(f"{ears.web}: no tls_server_config: syslog over TLS has no certificate to show")
    return web


def _sockets(ears: Ears) -> dict[str, socket.socket]:
    """Return the sockets by transport, all bound; if one cannot be, none is left open."""
    wanted = {
        "udp": (ears.udp, "--syslog-udp"),
        "tcp": (ears.tcp, "--syslog-tcp"),
        "tls": (ears.tls, "--syslog-tls"),
        "snmp": (ears.traps, "--traps"),
    }
    with ExitStack() as opened:
        found = {
            name: opened.enter_context(_bound(where, option, datagrams=name in ("udp", "snmp")))
            for name, (where, option) in wanted.items()
            if where
        }
        opened.pop_all()
    return found


def _bound(where: str, option: str, *, datagrams: bool) -> socket.socket:
    host, port = listen_address(where, option=option)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_DGRAM if datagrams else socket.SOCK_STREAM)
    try:
        if datagrams:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
        else:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.setblocking(False)
        opened.bind((host, port))
        if not datagrams:
            opened.listen(BACKLOG)
    except OSError as reason:
        opened.close()
        told = reason.strerror or reason
        raise UsageError(f"cannot listen on {where}: {told} — name another with {option}") from reason
    return opened
