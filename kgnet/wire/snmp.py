"""SNMPv3 with authentication and privacy (RFC 3414 USM, RFC 7860 SHA-256, RFC 3826 AES-128): GET and walk.

Sessions are kept from one poll to the next: finding an agent's engine and its clock costs two round trips.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

from gufo.snmp import Aes128Key, Sha256Key, SnmpAuthError, SnmpError, User
from gufo.snmp.aio import SnmpSession
from gufo.snmp.user import KeyType

T = TypeVar("T")
Objects = dict[str, Any]  # OID without a leading dot → integer, octets, OID …

PORT = 161
BATCH = 60  # objects in one GET: more do not fit into the answer of every agent
FRESH_S = 100.0  # an agent's clock is trusted for 150 s (RFC 3414 §2.2.3)
ATTEMPTS = 3


@dataclass(frozen=True, slots=True, repr=False)
class Credentials:
    """A user and its two master keys (RFC 3414 §2.6: the pass phrases, stretched once); never printed."""

    name: str
    auth: bytes
    priv: bytes

    @classmethod
    def of(cls, name: str, auth: str, priv: str) -> Credentials:
        """Stretch the two pass phrases; ValueError if one is shorter than 8 characters (RFC 3414 §11.2)."""
        if min(len(auth), len(priv)) < 8:
            raise ValueError("a pass phrase of SNMPv3 has 8 characters at least (RFC 3414 §11.2)")
        stretch = Sha256Key.get_master_key
        return cls(name, stretch(auth.encode()), stretch(priv.encode()))

    def user(self) -> User:
        auth = Sha256Key(self.auth, KeyType.Master)
        return User(self.name, auth_key=auth, priv_key=Aes128Key(self.priv, KeyType.Master))


class Agents:
    """Speaks to many agents as one user.  Loops of several threads may share it: a session is lent to one."""

    def __init__(self, credentials: Credentials, *, port: int = PORT, timeout_s: float = 0.7) -> None:
        self._credentials, self._port, self._timeout_s = credentials, port, timeout_s
        self._idle: defaultdict[str, list[tuple[float, SnmpSession]]] = defaultdict(list)
        self._silent: set[str] = set()  # did not answer last time: asked once, not ATTEMPTS times

    async def get(self, address: str, oids: Iterable[str]) -> Objects:
        """Return the objects of *oids* that the agent has; those it has not are left out.

        TimeoutError if it does not answer, PermissionError if it refuses us, ConnectionError otherwise.
        """
        rest = iter(oids)
        found: Objects = {}
        async with self._talking(address) as session:
            while batch := list(islice(rest, BATCH)):
                found |= await self._insisted(address, session.get_many, batch)
        return found

    async def walk(self, address: str, oid: str) -> Objects:
        """Return all objects below *oid*, by GETBULK (RFC 3416 §4.2.3); errors as those of `get`."""
        async with self._talking(address) as session:
            return {name: value async for name, value in session.fetch(oid)}

    @asynccontextmanager
    async def _talking(self, address: str) -> AsyncIterator[SnmpSession]:
        """Lend a session; one that failed is not used again: its agent may have restarted."""
        try:
            session = await self._session(address)
            yield session
        except SnmpAuthError as refused:
            raise PermissionError(f"SNMP user {self._credentials.name} or its keys are refused") from refused
        except SnmpError as reason:
            raise ConnectionError(f"SNMP: {reason}") from reason
        except TimeoutError:
            raise TimeoutError("no answer by SNMP") from None
        self._idle[address].append((time.monotonic(), session))

    async def _session(self, address: str) -> SnmpSession:
        idle = self._idle[address]
        while idle:
            last_used, session = idle.pop()
            if time.monotonic() - last_used < FRESH_S:
                return session
        user = self._credentials.user()
        session = SnmpSession(address, port=self._port, user=user, timeout=self._timeout_s)
        await self._insisted(address, session.refresh)
        return session

    async def _insisted(self, address: str, ask: Callable[..., Awaitable[T]], *arguments: object) -> T:
        """Ask again when a datagram was lost; TimeoutError when nothing comes of it."""
        for _ in range(1 if address in self._silent else ATTEMPTS):
            try:
                answer = await ask(*arguments)
            except TimeoutError:
                continue
            self._silent.discard(address)
            return answer
        self._silent.add(address)
        raise TimeoutError
