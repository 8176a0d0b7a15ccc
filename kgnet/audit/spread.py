"""work, devices → what came of each, in their order: done here, in processes, or on a cluster (`cluster`).

Nothing is kept but what is under way: memory does not grow with the number of devices.  A device that
takes too much time or memory, or whose process dies, is an error of that device and of no other.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Any, TypeVar

from kgnet.errors import DeviceError, Refused
from kgnet.model.fleet import Device

S = TypeVar("S")
R = TypeVar("R")

Work = Callable[[Device, S], R]
Item = tuple[Device, S]
Done = tuple[Device, R | DeviceError]
Chunk = Sequence[Item[S]]

MOST_CPU_S = 120.0  # for one device; files of the largest size that is read take some fifty
MOST_MEMORY_BYTES = 4 << 30  # of a process; those files take some two
FEW = 8  # devices: for fewer no process is begun
LONGEST_CHUNK = 8  # devices that are handed out at once
AHEAD = 3  # chunks a process: so many are under way, or wait for those before them

_handed: list[Work[Any, Any]] = []  # what a process was begun for


def cores() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0))


def here(work: Work[S, R], items: Chunk[S]) -> Iterator[Done[R]]:
    """Do *work* for one device after the other, in this process."""
    return ((device, done(work, device, what)) for device, what in items)


def in_processes(work: Work[S, R], items: Chunk[S], *, jobs: int) -> Iterator[Done[R]]:
    """Do *work* in *jobs* processes, copies of this one: *work* need not pickle, items and results do.

    Where one dies, what was under way is tried once more, each device in a process of its own.
    """
    if jobs == 1 or len(items) < FEW:
        yield from here(work, items)
        return
    size = max(1, min(LONGEST_CHUNK, len(items) // (jobs * AHEAD)))
    chunks = deque(items[start : start + size] for start in range(0, len(items), size))
    while chunks:
        for chunk, found in _pooled(work, chunks, jobs):
            yield from _alone(work, chunk) if found is None else _beside(chunk, found)


def done(work: Work[S, R], device: Device, what: S) -> R | DeviceError:
    """Return what came of *work*, or why nothing did: its own word, or the bound that it broke."""
    try:
        with _bounded(device):
            return work(device, what)
    except DeviceError as reason:
        return reason
    except MemoryError:
        most = f"{MOST_MEMORY_BYTES >> 30} GiB of memory"
        return Refused(device.name, f"cannot be judged within {most}: no configuration takes so much")


@contextmanager
def _bounded(device: Device) -> Iterator[None]:
    """End what takes MOST_CPU_S, a search of `re` too, or more than MOST_MEMORY_BYTES.

    In the main thread: only that hears signals, and the memory is bounded of the process with all threads.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def over(*_: object) -> None:
        told = f"cannot be judged within {MOST_CPU_S:g} s of CPU time: no configuration takes so long"
        raise Refused(device.name, told)

    memory = resource.getrlimit(resource.RLIMIT_AS)
    _bound_memory()
    before = signal.signal(signal.SIGPROF, over)
    signal.setitimer(signal.ITIMER_PROF, MOST_CPU_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
        resource.setrlimit(resource.RLIMIT_AS, memory)


def _bound_memory() -> None:
    """Let this process have no more than MOST_MEMORY_BYTES, nor more than it was allowed before."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    limits = [each for each in (soft, hard, MOST_MEMORY_BYTES) if each != resource.RLIM_INFINITY]
    resource.setrlimit(resource.RLIMIT_AS, (min(limits), hard))


def _beside(chunk: Chunk[S], found: Sequence[R | DeviceError]) -> Iterator[Done[R]]:
    return ((device, value) for (device, _), value in zip(chunk, found, strict=True))


def _alone(work: Work[S, R], chunk: Chunk[S]) -> Iterator[Done[R]]:
    """Do *work* for each device in a process of its own; one that dies is the device's error."""
    for device, what in chunk:
        ((_, found),) = _pooled(work, deque([[(device, what)]]), 1)
        if found is None:
            yield device, Refused(device.name, "the process that judged it died, twice: no memory left here?")
        else:
            yield device, found[0]


def _pooled(
    work: Work[S, R], chunks: deque[Chunk[S]], jobs: int
) -> Iterator[tuple[Chunk[S], list[R | DeviceError] | None]]:
    """Take from *chunks*, and yield each with what came of it; None: a process died, and the pool with it."""
    flying: deque[tuple[Chunk[S], Future[list[R | DeviceError]]]] = deque()
    lost = False
    with _pool(work, jobs) as pool:
        while flying or (chunks and not lost):
            try:
                while chunks and not lost and len(flying) < jobs * AHEAD:
                    flying.append((chunks[0], pool.submit(_worked, chunks[0])))
                    chunks.popleft()
            except BrokenProcessPool:
                lost = True
                continue
            chunk, future = flying.popleft()
            try:
                found = future.result()
            except BrokenProcessPool:
                lost, found = True, None
            yield chunk, found


@contextmanager
def _pool(work: Work[S, R], jobs: int) -> Iterator[ProcessPoolExecutor]:
    """Begin processes; end them however this ends, also in the middle of what they do."""
    others = set(multiprocessing.active_children())
    context = multiprocessing.get_context("fork")
    pool = ProcessPoolExecutor(jobs, mp_context=context, initializer=_begun, initargs=(work,))
    try:
        with _uninterrupted():
            pool.submit(cores)
        yield pool
    finally:
        for child in set(multiprocessing.active_children()) - others:
            child.terminate()
        if sys.version_info < (3, 11, 5):  # waits for ever to write to those that are gone (gh-94777)
            vars(pool)["_call_queue"]._reader.close()
        pool.shutdown(cancel_futures=True)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Hear of Ctrl-C only afterwards: what Python does around a fork would swallow it."""
    heard: list[bool] = []
    before = signal.signal(signal.SIGINT, lambda *_: heard.append(True))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if heard and before is not signal.SIG_IGN:  # as in a job in the background
        raise KeyboardInterrupt


def _begun(work: Work[S, R]) -> None:
    """Make a copy of the process a worker: it dies of Ctrl-C without a word, and with who began it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    _bound_memory()
    threading.Thread(target=_die_with_parent, daemon=True).start()
    _handed[:] = [work]


def _die_with_parent() -> None:
    if parent := multiprocessing.parent_process():
        parent.join()
    os._exit(1)


def _worked(chunk: Chunk[S]) -> list[Any]:
    return [found for _, found in here(_handed[0], chunk)]
