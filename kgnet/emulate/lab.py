"""Emulated devices for tests: a fleet in a thread of its own, with its event loop, and handles to it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from kgnet.emulate.clock import Clock
from kgnet.emulate.device import Device, Spec
from kgnet.emulate.faults import Fault
from kgnet.emulate.fleet import Fleet
from kgnet.emulate.keys import Folder
from kgnet.emulate.world import World

T = TypeVar("T")
WAIT_S = 30.0


class Lab:
    """A running fleet as seen from another thread; `do` runs a function where the devices live."""

    def __init__(self, fleet: Fleet, loop: asyncio.AbstractEventLoop) -> None:
        self.fleet = fleet
        self.folder = fleet.folder
        self._loop = loop

    def do(self, act: Callable[[], T]) -> T:
        """Run *act* in the devices' thread, between two of their steps."""

        async def acted() -> T:
            return act()

        return asyncio.run_coroutine_threadsafe(acted(), self._loop).result(WAIT_S)

    def device(self, name: str) -> Device:
        return self.fleet.devices[name]

    @property
    def world(self) -> World:
        return self.fleet.world

    def endpoint(self, name: str, service: str = "ssh") -> tuple[str, int]:
        """Return host and port of a device's service."""
        return self.fleet.endpoints[name][service]

    def running(self, name: str) -> str:
        """Return the running configuration of a device."""
        return self.do(self.device(name).running)

    def startup(self, name: str) -> str:
        return self.do(self.device(name).startup)

    def trace(self, name: str) -> list[str]:
        """Return the configuration lines that a device has stored, in order."""
        return self.do(lambda: list(self.device(name).trace))

    def fault(
        self, name: str, kind: str, at: str = "", *, skip: int = 0, times: int = 1, value: str = ""
    ) -> Fault:
        """Order a fault; see `faults.KINDS`."""
        device = self.device(name)
        return self.do(lambda: device.order(kind, at, skip=skip, times=times, value=value))

    def well(self, name: str) -> None:
        """Take all faults of a device away."""
        self.do(self.device(name).faults.clear)

    def step(self, seconds: float) -> None:
        """Move the devices' clock on; timers that are due meanwhile happen."""
        self.do(lambda: self.fleet.clock.step(seconds))

    def reboot(self, name: str) -> None:
        self.do(lambda: self.device(name).reboot("by hand"))


@contextmanager
def running(
    specs: Iterable[Spec], folder: Path, *, speed: float = 1.0, seed: int = 0,
    outside: Mapping[str, int] | None = None, keep: bool = False,
) -> Iterator[Lab]:  # fmt: skip
    """Emulate these devices until the block ends; *speed* 0: their clock moves by `step` only."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="emulate", daemon=True)
    thread.start()
    try:
        fleet = Fleet(specs, Folder(folder), clock=Clock(speed), seed=seed, outside=outside, keep=keep)
        asyncio.run_coroutine_threadsafe(fleet.start(), loop).result(WAIT_S * 4)
        try:
            yield Lab(fleet, loop)
        finally:
            asyncio.run_coroutine_threadsafe(fleet.stop(), loop).result(WAIT_S)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(WAIT_S)
        loop.close()
