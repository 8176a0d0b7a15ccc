"""SNMPv3 with authentication and privacy (RFC 3414 USM, RFC 7860 SHA-2, RFC 3826 AES), and v2c: GET and walk.

Sessions are kept from one poll to the next: finding an agent's engine and its clock costs two round trips.
One that fails may be of an agent that has restarted since, or has another engine: a new one is tried at once.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeVar

from gufo.snmp import (
    Aes128Key,
    Aes256Key,
    Sha1Key,
    Sha224Key,
    Sha256Key,
    Sha384Key,
    Sha512Key,
    SnmpAuthError,
    SnmpError,
    User,
)
from gufo.snmp.aio import SnmpSession
from gufo.snmp.user import KeyType

T = TypeVar("T")
Objects = dict[str, Any]  # OID without a leading dot → integer, octets, OID …

PORT = 161
BATCH = 60  # objects in one GET; where an answer would be too big for the agent, it is fewer from then on
SYS_UPTIME = "1.3.6.1.2.1.1.3.0"  # RFC 3418: every agent has it, so an answer without it was too big
DIGESTS = {"SHA-224": Sha224Key, "SHA-256": Sha256Key, "SHA-384": Sha384Key, "SHA-512": Sha512Key}  # RFC 7860
DIGESTS |= {"SHA-1": Sha1Key}  # RFC 3414 §7: for systems that know no better
CIPHERS = {"AES-128": Aes128Key, "AES-256": Aes256Key}  # RFC 3826; the longer one as net-snmp does it
FRESH_S = 100.0  # an agent's clock is trusted for 150 s (RFC 3414 §2.2.3)
ATTEMPTS = 3

# How Rust's libraries end when they are given what their authors did not foresee; gufo's decoder does upon
# a torn datagram.  It is no Exception, so that one device's garbage would end the scrape of all.
PANICS = tuple(kind for kind in BaseException.__subclasses__() if kind.__name__ == "PanicException")


@dataclass(frozen=True, slots=True, repr=False)
class Credentials:
    """A user and its two master keys (RFC 3414 §2.6: the pass phrases, stretched once); never printed.

    With a *community* instead, version 2c is spoken: for agents that know nothing better, in the clear.
    """

    name: str
    auth: bytes
    priv: bytes
    digest: str = "SHA-256"
    cipher: str = "AES-128"
    community: str = ""

    @classmethod
    def of(
        cls, name: str, auth: str, priv: str, *, digest: str = "SHA-256", cipher: str = "AES-128"
    ) -> Credentials:
        """Stretch the two pass phrases; ValueError if one is shorter than 8 characters (RFC 3414 §11.2)."""
        if min(len(auth), len(priv)) < 8:
            raise ValueError("a pass phrase of SNMPv3 has 8 characters at least (RFC 3414 §11.2)")
        stretch = DIGESTS[digest].get_master_key
        return cls(name, stretch(auth.encode()), stretch(priv.encode()), digest, cipher)

    @classmethod
    def v2c(cls, community: str) -> Credentials:
        return cls("of version 2c", b"", b"", community=community)

    def user(self) -> User | None:
        """Return who is let in by name and keys; None: the community is."""
        if self.community:
            return None
        auth, priv = DIGESTS[self.digest], CIPHERS[self.cipher]
        return User(
            self.name, auth_key=auth(self.auth, KeyType.Master), priv_key=priv(self.priv, KeyType.Master)
        )


class Agents:
    """Speaks to many agents as one user.  Loops of several threads may share it: a session is lent to one."""

    def __init__(
        self,
        credentials: Credentials,
        *,
        others: Mapping[str, Credentials] = MappingProxyType({}),
        port: int = PORT,
        timeout_s: float = 0.7,
    ) -> None:
        """*others*: as whom to speak to some addresses instead."""
        self._credentials, self._others = credentials, others
        self._port, self._timeout_s = port, timeout_s
        self._idle: defaultdict[str, list[tuple[float, SnmpSession]]] = defaultdict(list)
        self._silent: set[str] = set()  # did not answer last time: asked once, not ATTEMPTS times
        self._fits: dict[str, int] = {}  # objects in one GET, for agents that cannot answer BATCH

    async def get(self, address: str, oids: Iterable[str]) -> Objects:
        """Return the objects of *oids* that the agent has; those it has not are left out.

        TimeoutError if it does not answer, PermissionError if it refuses us, ConnectionError otherwise.
        """
        wanted = tuple(oids)
        return await self._talk(address, lambda session: self._got(address, session, wanted))

    async def walk(self, address: str, oid: str) -> Objects:
        """Return all objects below *oid*, by GETBULK (RFC 3416 §4.2.3); errors as those of `get`."""

        async def walked(session: SnmpSession) -> Objects:
            return {name: value async for name, value in session.fetch(oid)}

        return await self._talk(address, walked)

    async def _got(self, address: str, session: SnmpSession, oids: tuple[str, ...]) -> Objects:
        """Ask for as many at a time as the agent's answer can hold; it answers tooBig by nothing at all."""
        found: Objects = {}
        at = 0
        while at < len(oids):
            size = self._fits.get(address, BATCH)
            batch = oids[at : at + size]
            anchored = batch if SYS_UPTIME in batch else (*batch, SYS_UPTIME)
            answer = await session.get_many(anchored)
            if SYS_UPTIME not in answer:
                if size > 1:
                    self._fits[address] = size * 3 // 4
                    continue
                anchored = batch  # an agent without it
            if anchored is not batch:
                del answer[SYS_UPTIME]
            found |= answer
            at += size
        return found

    async def _talk(self, address: str, ask: Callable[[SnmpSession], Awaitable[T]]) -> T:
        """Ask over a session, and again by a new one if it fails; one that failed is not used again."""
        attempts = 1 if address in self._silent else ATTEMPTS
        failure: Exception = TimeoutError()
        kept = self._kept(address)
        for attempt in range(attempts):
            try:
                session = kept if attempt == 0 and kept else await self._opened(address)
                answer = await ask(session)
            except PANICS as reason:
                failure = SnmpError(f"an answer that is none: {reason}")
            except (SnmpError, TimeoutError) as reason:
                failure = reason
                if isinstance(reason, SnmpError) and not (attempt == 0 and kept):
                    break  # told by an agent that we have only just met: it will not change its mind
            else:
                self._silent.discard(address)
                self._idle[address].append((time.monotonic(), session))
                return answer
        if isinstance(failure, SnmpAuthError):
            raise PermissionError(f"SNMP user {self._as(address).name} or its keys are refused") from failure
        if isinstance(failure, SnmpError):
            raise ConnectionError(f"SNMP: {failure or type(failure).__name__}") from failure
        self._silent.add(address)
        raise TimeoutError("no answer by SNMP") from None

    def _as(self, address: str) -> Credentials:
        return self._others.get(address, self._credentials)

    def _kept(self, address: str) -> SnmpSession | None:
        """Return a session whose idea of the agent's clock is still good, if there is one."""
        idle = self._idle[address]
        while idle:
            last_used, session = idle.pop()
            if time.monotonic() - last_used < FRESH_S:
                return session
        return None

    async def _opened(self, address: str) -> SnmpSession:
        known = self._as(address)
        session = SnmpSession(
            address,
            port=self._port,
            user=known.user(),
            community=known.community,
            timeout=self._timeout_s,
        )
        await session.refresh()
        return session
