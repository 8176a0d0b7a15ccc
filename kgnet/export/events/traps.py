"""SNMPv3 traps and informs → events, by pysnmp: signed and encrypted (RFC 3414, 3826, 7860), or not believed.

A trap is signed with the key of its sender's engine; that key is made when an engine of ours first tells.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from pyasn1.error import PyAsn1Error
from pyasn1.type.univ import Integer, ObjectIdentifier, OctetString
from pysnmp.carrier.asyncio.dgram import udp
from pysnmp.carrier.asyncio.dispatch import AsyncioDispatcher
from pysnmp.entity import config
from pysnmp.entity.engine import SnmpEngine
from pysnmp.entity.rfc3413.ntfrcv import NotificationReceiver
from pysnmp.error import PySnmpError

from kgnet.export.events.limits import Limits
from kgnet.export.events.notifications import Binding, event
from kgnet.export.events.sources import Sources
from kgnet.export.events.tally import Tally
from kgnet.model.fleet import Fleet
from kgnet.wire.notification import head
from kgnet.wire.snmp import Credentials
from kgnet.wire.usm import engine_id

LOG = logging.getLogger(__name__)

USM, AUTH_PRIV = 3, 3  # RFC 3411 §5, SnmpSecurityModel and SnmpSecurityLevel
PER_SECOND, AT_ONCE = 20.0, 200.0  # pysnmp needs some milliseconds for each
ENGINES_OF_ONE = 4  # a device has one; a router that was replaced has another
DIGESTS = {  # RFC 7860
    "SHA-224": config.USM_AUTH_HMAC128_SHA224,
    "SHA-256": config.USM_AUTH_HMAC192_SHA256,
    "SHA-384": config.USM_AUTH_HMAC256_SHA384,
    "SHA-512": config.USM_AUTH_HMAC384_SHA512,
}
CIPHERS = {  # RFC 3826; the longer one as net-snmp does it
    "AES-128": config.USM_PRIV_CFB128_AES,
    "AES-256": config.USM_PRIV_CFB256_AES_BLUMENTHAL,
}
STATISTICS = {  # RFC 3414 §5 → why
    "usmStatsUnsupportedSecLevels": "level",
    "usmStatsNotInTimeWindows": "time",
    "usmStatsUnknownUserNames": "user",
    "usmStatsWrongDigests": "digest",
    "usmStatsDecryptionErrors": "decryption",
}


class Traps:
    """Receives on a socket that is bound already; to be made within the loop that it is to run in."""

    def __init__(
        self, fleet: Fleet, sources: Sources, tally: Tally, credentials: Credentials, bound: socket.socket
    ) -> None:
        self._sources, self._tally, self._credentials = sources, tally, credentials
        self._limits = Limits(per_s=PER_SECOND, at_once=AT_ONCE)
        self.adopt(fleet)
        self._engines: dict[str, OrderedDict[bytes, None]] = {}
        self._from = ""  # the device whose message is being read
        self._heard = False  # whether it was told or refused
        self._engine = _engine(f"events.{fleet.domain}", tally.boots)
        config.add_v3_user(self._engine, credentials.name, **self._keys(None))
        _Receiver(self._engine, self._told, self._refused)
        self._counters = _counters(self._engine)
        transport = _Transport(self)
        dispatcher = AsyncioDispatcher()
        dispatcher.register_transport(udp.DOMAIN_NAME, transport)
        self._engine.register_transport_dispatcher(dispatcher)
        transport.open_server_mode(sock=bound)

    def adopt(self, fleet: Fleet) -> None:
        """Know the engines of *fleet* from now on; keys that were made for others do no harm."""
        self._designed = {engine_id(f"{name}.{fleet.domain}"): name for name in fleet.devices}

    def take(self, data: bytes, address: Any) -> bool:
        """Return whether pysnmp is to read the message: it is of ours, not too much, and of version 3."""
        self._tally.count("events_received_total", transport="snmp")
        try:
            version, engine = head(data)
        except ValueError as reason:
            LOG.info("%s: no SNMP message: %s", address[0], reason)
            self._tally.count("events_malformed_total", transport="snmp")
            return False
        device = self._designed.get(engine) or self._sources.device(address[0])
        if not self._limits.admits(device or ""):
            self._tally.count("events_shed_total", transport="snmp", why="rate")
        elif device is None:
            self._tally.count("events_unknown_source_total", transport="snmp")
        elif version != 3:
            self._refused("version")
        else:
            self._from = device
            self._know(device, engine)
            return True
        return False

    def read(self, data: bytes, hand_on: Callable[[], None]) -> None:
        """Have pysnmp read a message by *hand_on*; what neither told nor was refused did not decrypt."""
        self._heard, before = False, self._statistics()
        try:
            hand_on()
        except (PySnmpError, PyAsn1Error) as reason:
            self.broken(reason)
            return
        for why, number in self._statistics().items():
            if number > before[why]:
                self._refused(why)
        if not self._heard and head(data)[1]:
            self._refused("decryption")

    def broken(self, reason: Exception) -> None:
        LOG.info("an SNMP message that does not read: %s", reason)
        self._tally.count("events_malformed_total", transport="snmp")

    def _statistics(self) -> dict[str, int]:
        """Return why how many messages were not believed, as pysnmp counts them."""
        return {why: int(counter.syntax) for why, counter in self._counters.items()}

    def _know(self, device: str, engine: bytes) -> None:
        """Make our user's keys for the sender's engine; the oldest of too many is forgotten."""
        known = self._engines.setdefault(device, OrderedDict())
        if not engine or engine in known or engine == bytes(self._engine.snmpEngineID):
            return
        if len(known) >= ENGINES_OF_ONE:
            oldest, _ = known.popitem(last=False)
            config.delete_v3_user(self._engine, self._credentials.name, OctetString(oldest))
        config.add_v3_user(self._engine, self._credentials.name, **self._keys(engine))
        known[engine] = None

    def _keys(self, engine: bytes | None) -> dict[str, Any]:
        return {
            "authProtocol": DIGESTS[self._credentials.digest],
            "authKey": OctetString(self._credentials.auth),
            "authKeyType": config.USM_KEY_TYPE_MASTER,
            "privProtocol": CIPHERS[self._credentials.cipher],
            "privKey": OctetString(self._credentials.priv),
            "privKeyType": config.USM_KEY_TYPE_MASTER,
            "securityEngineId": None if engine is None else OctetString(engine),
        }

    def _told(self, bindings: list[Binding]) -> None:
        self._heard = True
        if found := event(bindings):
            self._tally.event(self._from, found, "trap")

    def _refused(self, why: str) -> None:
        self._heard = True
        self._tally.count("notifications_refused_total", why=why)


class _Receiver(NotificationReceiver):  # type: ignore[misc]  # pysnmp is untyped
    """Takes what was signed and encrypted, and acknowledges nothing else."""

    def __init__(self, engine: SnmpEngine, told: Any, refused: Any) -> None:
        self._told, self._refused = told, refused
        super().__init__(engine, self._bindings)

    def process_pdu(self, engine: Any, model: int, security: int, name: Any, level: int, *rest: Any) -> None:
        if (security, level) == (USM, AUTH_PRIV):
            super().process_pdu(engine, model, security, name, level, *rest)
        else:
            self._refused("plain")

    def _bindings(self, _engine: Any, _state: Any, _id: Any, _name: Any, bindings: Any, _more: Any) -> None:
        self._told([(str(oid), _plain(value)) for oid, value in bindings])


def _plain(value: Any) -> object:
    if isinstance(value, ObjectIdentifier):
        return str(value)
    if isinstance(value, Integer):
        return int(value)
    return bytes(value) if isinstance(value, OctetString) else None


class _Transport(udp.UdpAsyncioTransport):  # type: ignore[misc]  # pysnmp is untyped
    """Asks before pysnmp reads; what breaks it is counted."""

    def __init__(self, traps: Traps) -> None:
        super().__init__(loop=asyncio.get_running_loop())
        self._traps = traps

    def datagram_received(self, datagram: bytes, transportAddress: Any) -> None:  # noqa: N803
        if self._traps.take(datagram, transportAddress):
            address = self.normalize_address(transportAddress)
            self._traps.read(datagram, lambda: self._callback_function(self, address, datagram))


def _counters(engine: SnmpEngine) -> dict[str, Any]:
    """Return why → pysnmp's own counter; looked up once, for its tables are no matter of two threads."""
    symbols = engine.get_mib_builder().import_symbols("__SNMP-USER-BASED-SM-MIB", *STATISTICS)
    return dict(zip(STATISTICS.values(), symbols, strict=True))


def _engine(name: str, boots: int) -> SnmpEngine:
    """Return our engine: the same ID after a restart, and one start more (RFC 3414 §2.2.2).

    We set both ourselves: pysnmp would keep the count in a folder that everybody may write to.
    """
    engine = SnmpEngine()
    builder = engine.get_mib_builder()
    own, started = builder.import_symbols("__SNMP-FRAMEWORK-MIB", "snmpEngineID", "snmpEngineBoots")
    own.syntax = own.syntax.clone(engine_id(name))
    started.syntax = started.syntax.clone(boots)
    engine.snmpEngineID = own.syntax
    return engine
