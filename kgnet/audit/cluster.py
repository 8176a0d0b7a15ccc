"""work, devices → what came of each, done by the workers of Dask's distributed scheduler.

What is sent is what *read* made of a device here.  A worker that is lost, or falls silent for as long as the
scheduler waits (`worker-ttl`), loses nothing: another one does what it had in hand.  A device is bounded in
time and memory as in `spread`, by a process apart that each worker has.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from ipaddress import ip_address
from typing import Any, TypeVar
from urllib.parse import urlsplit

from kgnet import paths
from kgnet.audit.apart import apart
from kgnet.audit.spread import AHEAD, LONGEST_CHUNK, Chunk, Done, Work, done
from kgnet.errors import DeviceError, Refused, UsageError
from kgnet.model.fleet import Device

Client = Any  # of the distributed library
S = TypeVar("S")
T = TypeVar("T")
R = TypeVar("R")

ANSWER_S = 10.0  # until the scheduler answers, and has a worker
LOOK_S = 15.0  # how often we look whether anybody is left who works
SCHEMES = ("tls", "tcp")


def on_cluster(
    address: str, work: Work[T, R], items: Chunk[S], *, read: Callable[[Device, S], T], plain: bool = False
) -> Iterator[Done[R]]:
    """Read each device here, and have *work* done for it by the workers of the scheduler at *address*.

    *work*, what is read and what comes of it have to pickle.  *plain*: also without TLS to other machines.
    UsageError if there is no scheduler or worker, or one runs another kgnet.
    """
    _meant(address, plain=plain)
    with _client(address) as client, _told(address):
        yield from _spread(client, address, work, items, read)


def _meant(address: str, *, plain: bool) -> None:
    """Refuse an address that is none, or would be spoken to in the clear."""
    told = urlsplit(address)
    if told.scheme not in SCHEMES or not told.hostname:
        raise UsageError(f"{address!r} is no address of a scheduler — e.g. tls://scheduler.example:8786")
    if told.scheme == "tcp" and not plain and not _is_loopback(told.hostname):
        raise UsageError(
            f"{address}: configurations would travel in the clear — use tls:// with Dask's settings "
            "`distributed.comm.tls`, or allow it by --cluster-plain"
        )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@contextmanager
def _client(address: str) -> Iterator[Client]:
    """Yield a conversation with the scheduler at *address* that has a worker."""
    try:
        import distributed
    except ImportError as reason:
        raise UsageError("--cluster needs Dask's scheduler: pip install 'kgnet[cluster]'") from reason
    library: Any = distributed  # it tells no types
    keys = library.Security()  # as Dask's own settings have them
    if address.startswith("tls:") and not keys.tls_ca_file:
        told = "Dask's settings name no certificates: `distributed.comm.tls.ca-file` and those of `client`"
        raise UsageError(f"{address}: {told}")
    try:
        client = library.Client(address, security=keys, timeout=ANSWER_S, set_as_default=False)
    except OSError as reason:
        raise UsageError(f"{address}: no scheduler can be spoken to there: {_first(reason)}") from reason
    with client:
        try:
            client.wait_for_workers(1, timeout=ANSWER_S)
        except TimeoutError as reason:
            raise UsageError(f"{address}: the scheduler has no worker — `dask worker {address}`") from reason
        yield client


@contextmanager
def _told(address: str) -> Iterator[None]:
    """Say in one line what only a traceback would tell: that the cluster is gone, or is another's."""
    try:
        yield
    except ImportError as reason:
        raise UsageError(f"{address}: a worker lacks {reason.name or 'kgnet'}: install it there") from reason
    except asyncio.CancelledError as reason:
        raise UsageError(f"{address}: the scheduler is gone; nothing was reported") from reason


def _spread(
    client: Client, address: str, work: Work[T, R], items: Chunk[S], read: Callable[[Device, S], T]
) -> Iterator[Done[R]]:
    waiting = deque(items[start : start + LONGEST_CHUNK] for start in range(0, len(items), LONGEST_CHUNK))
    flying: deque[tuple[list[Done[T]], Any]] = deque()
    while waiting or flying:
        while waiting and len(flying) < max(2, sum(client.nthreads().values()) * AHEAD):
            seen = [(device, done(read, device, what)) for device, what in waiting.popleft()]
            flying.append((seen, _begun(client, work, seen)))
        seen, future = flying.popleft()
        yield from _ended(client, address, work, seen, future)


def _begun(client: Client, work: Work[T, R], seen: list[Done[T]]) -> Any:
    """Hand out what could be read."""
    return client.submit(worked, code(), work, seen, pure=False)


def _ended(
    client: Client, address: str, work: Work[T, R], seen: list[Done[T]], future: Any
) -> Iterator[Done[R]]:
    """Yield what came of them; where workers died of them, one by one: only the one that kills has failed."""
    from distributed.scheduler import KilledWorker

    try:
        found = _waited(client, address, future)
    except KilledWorker:
        if len(seen) == 1:
            ((device, _),) = seen
            yield device, Refused(device.name, "the workers that judged it died, one after the other")
            return
        for each in seen:
            yield from _ended(client, address, work, [each], _begun(client, work, [each]))
        return
    yield from ((device, value) for (device, _), value in zip(seen, found, strict=True))


def _waited(client: Client, address: str, future: Any) -> Any:
    while True:
        try:
            return future.result(timeout=LOOK_S)
        except TimeoutError as reason:
            if not client.nthreads():
                told = f"{address}: no worker is left; nothing was reported — `dask worker {address}`"
                raise UsageError(told) from reason


def worked(mine: str, work: Work[T, R], seen: list[Done[T]]) -> list[R | DeviceError]:
    """Do *work* on a worker; UsageError if its kgnet is not the one that asks."""
    if code() != mine:
        raise UsageError("a worker of the cluster runs another kgnet than this: install the same there")
    judged = apart(work, [(device, what) for device, what in seen if not isinstance(what, DeviceError)])
    return [what if isinstance(what, DeviceError) else next(judged) for _, what in seen]


@cache
def code() -> str:
    """Return what tells this kgnet from any other: a digest of its modules and templates."""
    whole = hashlib.sha256()
    for folder in (paths.PACKAGE, paths.templates()):
        for path in sorted(path for path in folder.rglob("*") if path.suffix in CODE):
            whole.update(f"{path.relative_to(folder)}\0".encode() + path.read_bytes())
    return whole.hexdigest()


CODE = {".py", ".j2", ".csv", ".yml"}


def _first(reason: Exception) -> str:
    return (str(reason).strip() or type(reason).__name__).splitlines()[0]
