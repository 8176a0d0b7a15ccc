"""NETCONF 1.0 and 1.1 (RFC 6241, RFC 6242) for an emulated Junos: framing, sessions, errors."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree
from xml.sax.saxutils import quoteattr

from kgnet.emulate.device import Dropped, Session
from kgnet.emulate.juniper_junos import rpc as junos_rpc
from kgnet.emulate.juniper_junos.load import local
from kgnet.emulate.juniper_junos.rpc import Error
from kgnet.emulate.shell import GARBAGE
from kgnet.emulate.terminal import after, before

if TYPE_CHECKING:
    from kgnet.emulate.juniper_junos import Junos

BASE = "urn:ietf:params:xml:ns:netconf:base:1.0"
JUNOS = "http://xml.juniper.net/junos/21.4R0/junos"
CAPABILITIES = (
    "urn:ietf:params:netconf:base:1.0",
    "urn:ietf:params:netconf:base:1.1",
    "urn:ietf:params:netconf:capability:candidate:1.0",
    "urn:ietf:params:netconf:capability:confirmed-commit:1.0",
    "urn:ietf:params:netconf:capability:validate:1.0",
    "http://xml.juniper.net/netconf/junos/1.0",
    "http://xml.juniper.net/dmi/system/1.0",
)
END = b"]]>]]>"
CHUNK = re.compile(rb"\n#(\d+)\n|\n##\n")
LATEST = "urn:ietf:params:netconf:base:1.1"
READ = 65536


class Server:
    """One NETCONF session of *user*."""

    def __init__(self, device: Junos, user: str, reader: Any, writer: Any) -> None:
        self.device = device
        self.user = user
        self._reader, self._writer = reader, writer
        self.chunked = False
        self._waiting = b""

    async def serve(self) -> None:
        """Speak until the client hangs up; the lock is given back however it ends."""
        session = self.device.enter(self.user, self.device.privilege(self.user) or 0, "netconf")
        session.drop = self._writer.channel.get_connection().abort
        try:
            self._writer.write(_hello(session).encode() + END)
            await self._writer.drain()
            greeting = await self._message()
            self.chunked = bool(greeting) and LATEST.encode() in (greeting or b"")
            while (message := await self._message()) is not None and not session.closed:
                await self._answer(session, message)
        finally:
            self.device.leave(session)

    async def _answer(self, session: Session, message: bytes) -> None:
        try:
            rpc = ElementTree.fromstring(message)  # noqa: S314
        except ElementTree.ParseError as reason:
            text, told = "", _reply("", Error(f"syntax error: {reason}").xml())
        else:
            operation = rpc[0] if len(rpc) else rpc
            text = " ".join((local(operation.tag), (operation.text or "").strip()[:80])).strip()
            told = await self._said(session, rpc, operation, text)
        await self._sent(told, text)

    async def _said(
        self, session: Session, rpc: ElementTree.Element, operation: ElementTree.Element, text: str
    ) -> str:
        """Return the reply to one RPC, with what is ordered to go wrong around it."""
        faults = self.device.faults
        if faults.take("hang", text):
            while await self._reader.read(READ):  # until the client has enough
                pass
            raise Dropped(text)
        self.device.clock.fire()
        before(self.device, text)
        self.device.note(f"{session.user}: <{text}>")
        try:
            inner = junos_rpc.answer(self.device, session, operation)
        except Error as reason:
            inner = reason.xml()
        after(self.device, text)
        if fault := faults.take("slow", text):
            await asyncio.sleep(fault.seconds)
        attributes = "".join(
            f" {name}={quoteattr(value)}" for name, value in rpc.attrib.items() if not name.startswith("{")
        )
        return _reply(attributes, inner)

    async def _sent(self, told: str, text: str) -> None:
        """Send a reply, whole and in UTF-8 unless something else is ordered."""
        message = told.encode()
        if self.device.faults.take("garbage", text):
            message = message.replace(b"><", b">" + GARBAGE + b"<", 1)
        framed = self._framed(message)
        if self.device.faults.take("drop-output", text):
            self._writer.write(framed[: len(framed) // 2])
            await self._writer.drain()
            raise Dropped(text)
        self._writer.write(framed)
        await self._writer.drain()

    # ── framing ─────────────────────────────────────────────────────────────

    def _framed(self, message: bytes) -> bytes:
        return b"\n#%d\n%s\n##\n" % (len(message), message) if self.chunked else message + END

    async def _message(self) -> bytes | None:
        """Return the next message, None at the end."""
        while True:
            found = self._chunks() if self.chunked else self._until_end()
            if found is not None:
                return found
            more = await self._reader.read(READ)
            if not more:
                return None
            self._waiting += more

    def _until_end(self) -> bytes | None:
        message, end, rest = self._waiting.partition(END)
        if not end:
            return None
        self._waiting = rest
        return message.strip()

    def _chunks(self) -> bytes | None:
        taken, place = b"", 0
        while found := CHUNK.match(self._waiting, place):
            if found[1] is None:
                self._waiting = self._waiting[found.end() :]
                return taken
            place = found.end() + int(found[1])
            if place > len(self._waiting):
                return None
            taken += self._waiting[found.end() : place]
        return None


def _hello(session: Session) -> str:
    told = "".join(f"<capability>{each}</capability>" for each in CAPABILITIES)
    number = f"<session-id>{4000 + session.number}</session-id>"
    return f'<hello xmlns="{BASE}"><capabilities>{told}</capabilities>{number}</hello>'


def _reply(attributes: str, inner: str) -> str:
    return f'<rpc-reply xmlns="{BASE}" xmlns:junos="{JUNOS}"{attributes}>{inner}</rpc-reply>'
