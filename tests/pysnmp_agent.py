"""A recorded walk served by pysnmp: an SNMPv3 agent by other hands than those that wrote the poller."""

from __future__ import annotations

import asyncio
import socket
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

from pyasn1.type.univ import OctetString
from pysnmp.carrier.asyncio.dgram import udp
from pysnmp.carrier.asyncio.dispatch import AsyncioDispatcher
from pysnmp.entity import config
from pysnmp.entity.engine import SnmpEngine
from pysnmp.entity.rfc3413.cmdrsp import BulkCommandResponder, GetCommandResponder, NextCommandResponder
from pysnmp.entity.rfc3413.context import SnmpContext
from pysnmp.proto import rfc1902, rfc1905
from pysnmp.smi.instrum import AbstractMibInstrumController
from snmp_agents import AUTH, CREDENTIALS, HOME, PRIV

KINDS = {  # tag in a .snmprec → its type (RFC 2578 §7.1)
    2: rfc1902.Integer32,
    4: rfc1902.OctetString,
    6: rfc1902.ObjectIdentifier,
    64: rfc1902.IpAddress,
    65: rfc1902.Counter32,
    66: rfc1902.Gauge32,
    67: rfc1902.TimeTicks,
    70: rfc1902.Counter64,
}
Bindings = list[tuple[Any, Any]]


class Recorded(AbstractMibInstrumController):  # type: ignore[misc]  # pysnmp is untyped
    """Objects as they were recorded, in their order."""

    def __init__(self, lines: Iterable[str]) -> None:
        rows = (line.split("|", 2) for line in lines if line.strip() and not line.startswith("#"))
        self._values = {tuple(map(int, oid.split("."))): _value(tag, text) for oid, tag, text in rows}
        self._order = sorted(self._values)

    def read_variables(self, *bindings: Any, **_: Any) -> Bindings:
        return [(name, self._values.get(tuple(name), rfc1905.noSuchInstance)) for name, _ in bindings]

    def read_next_variables(self, *bindings: Any, **_: Any) -> Bindings:
        return [self._after(name) for name, _ in bindings]

    def _after(self, name: Any) -> tuple[Any, Any]:
        place = bisect_right(self._order, tuple(name))
        if place == len(self._order):
            return name, rfc1905.endOfMibView
        return rfc1902.ObjectName(self._order[place]), self._values[self._order[place]]


def _value(tag: str, text: str) -> Any:
    kind = KINDS[int(tag.rstrip("x"))]
    return kind(hexValue=text) if tag.endswith("x") else kind(text)


def _agent(lines: Iterable[str], bound: socket.socket) -> SnmpEngine:
    """Return an engine that answers the user of the tests on a socket; made within its loop."""
    engine = SnmpEngine()
    dispatcher = AsyncioDispatcher()
    transport = udp.UdpAsyncioTransport(loop=asyncio.get_running_loop())
    dispatcher.register_transport(udp.DOMAIN_NAME, transport)
    engine.register_transport_dispatcher(dispatcher)
    transport.open_server_mode(sock=bound)
    config.add_v3_user(
        engine,
        CREDENTIALS.name,
        authProtocol=config.USM_AUTH_HMAC192_SHA256,
        authKey=OctetString(AUTH.encode()),
        privProtocol=config.USM_PRIV_CFB128_AES,
        privKey=OctetString(PRIV.encode()),
    )
    context = SnmpContext(engine)
    context.unregister_context_name(OctetString(b""))
    context.register_context_name(OctetString(b""), Recorded(lines))
    for responder in (GetCommandResponder, NextCommandResponder, BulkCommandResponder):
        responder(engine, context)
    return engine


@contextmanager
def served_by_pysnmp(lines: Iterable[str]) -> Iterator[int]:
    """Serve a walk on loopback; yield the port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bound:
        bound.bind((HOME, 0))
        loop = asyncio.new_event_loop()

        async def answer() -> SnmpEngine:
            return _agent(lines, bound)

        thread = Thread(target=loop.run_forever)
        thread.start()
        try:
            engine = asyncio.run_coroutine_threadsafe(answer(), loop).result(30)
            yield int(bound.getsockname()[1])
            loop.call_soon_threadsafe(engine.close_dispatcher)
        finally:
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()
