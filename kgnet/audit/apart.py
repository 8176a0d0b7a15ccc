"""work, a device → what came of it, in a process apart: for who may neither fork nor hear signals itself.

That is a worker of a cluster: it works in threads, where no time is bounded, and may have no children of
`multiprocessing` ("daemonic").  Each of its threads has a process here that bounds itself as `spread` does.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from functools import lru_cache
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from kgnet.audit.spread import MOST_CPU_S, Chunk, Work, done
from kgnet.errors import DeviceError, KgnetError, Refused
from kgnet.model.fleet import Device

S = TypeVar("S")
R = TypeVar("R")

MOST_S = 10 * MOST_CPU_S  # by the clock: processors are shared, but no device waits longer than that for one
CODE = "import sys; from kgnet.audit.apart import serve; serve(int(sys.argv[1]))"

_own = threading.local()  # the process of a thread


def apart(work: Work[S, R], items: Chunk[S], *, most_s: float = MOST_S) -> Iterator[R | DeviceError]:
    """Do *work* for each device, in order; where a process dies, another one tries once more.

    *work* and items have to pickle.  An error that is no device's is raised here.
    """
    raw = pickle.dumps(work)
    for device, what in items:
        for _ in range(2):
            try:
                answer = _process().asked(raw, device, what, most_s)
                break
            except (EOFError, ConnectionError):
                _own.process = None
        else:
            answer = Refused(device.name, "the process that judged it died, twice: no memory left there?")
        if isinstance(answer, BaseException) and not isinstance(answer, DeviceError):
            raise answer
        yield answer


class Process:
    """Another Python that does what it is sent until nobody is left who could send."""

    def __init__(self) -> None:
        self.line, there = Pipe()
        with there:
            self.popen = subprocess.Popen(
                [sys.executable, "-P", "-c", CODE, str(there.fileno())],
                stdin=subprocess.DEVNULL,
                pass_fds=[there.fileno()],
                env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            )

    def asked(self, raw: bytes, device: Device, what: Any, most_s: float) -> Any:
        """Return what came of it, or the error; EOFError or ConnectionError if the process died of it."""
        self.line.send((raw, device, what))
        if self.line.poll(most_s):
            return self.line.recv()
        self.popen.kill()
        self.popen.wait()
        _own.process = None
        return Refused(device.name, f"cannot be judged within {most_s:g} s: the process stands still")


def _process() -> Process:
    if getattr(_own, "process", None) is None:
        _own.process = Process()
    process: Process = _own.process
    return process


# ── in the process apart ────────────────────────────────────────────────────


def serve(descriptor: int) -> None:
    """Do what comes over the line until it closes; a bug is sent back with its traceback, and ends this."""
    line = Connection(descriptor)
    sys.excepthook = lambda *told: line.send(RuntimeError("".join(traceback.format_exception(*told))))
    while True:
        try:
            raw, device, what = line.recv()
        except EOFError:
            return
        try:
            answer = done(_work(raw), device, what)
        except KgnetError as reason:
            answer = reason
        line.send(answer)


@lru_cache(1)
def _work(raw: bytes) -> Callable[[Device, Any], Any]:
    work: Callable[[Device, Any], Any] = pickle.loads(raw)  # noqa: S301 - who sends it began this process
    return work
