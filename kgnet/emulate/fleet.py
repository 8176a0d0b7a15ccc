"""A fleet of emulated devices that listen on loopback, in the event loop that calls `start`."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import asyncssh
from aiohttp import web

from kgnet.emulate import ssh
from kgnet.emulate.clock import Clock
from kgnet.emulate.device import Device, Dropped, Spec
from kgnet.emulate.dialects import dialect
from kgnet.emulate.keys import Endpoints, Folder
from kgnet.emulate.world import World

LOOPBACK = "127.0.0.1"
IDLE_S = 3600.0


class Fleet:
    """Devices, their world and their clock; *outside* are peers that are not emulated and well."""

    def __init__(
        self, specs: Iterable[Spec], folder: Folder, *, clock: Clock | None = None, seed: int = 0,
        outside: Mapping[str, int] | None = None, keep: bool = False, host: str = LOOPBACK,
    ) -> None:  # fmt: skip
        self.clock = clock or Clock()
        self.folder = folder
        self.host = host
        self.seed = seed
        self.keep = keep  # devices save into the folder
        self.devices: dict[str, Device] = {}
        self.world = World(self.devices, outside)
        self.endpoints: Endpoints = {}
        self._masks: dict[tuple[str, str], Device] = {}  # by name and dialect
        self._doors: list[Any] = []
        self._held = ssh.Held()
        self._ticks: asyncio.Task[None] | None = None
        for spec in specs:
            self.devices[spec.name] = self._made(spec)

    def _made(self, spec: Spec) -> Device:
        kept = self.folder.device(spec.name) if self.keep else None
        device = dialect(spec.dialect)(spec, self.clock, folder=kept, seed=self.seed)
        device.world = self.world
        device.boot()
        return device

    def found(self, name: str) -> Device:
        """Who answers at a device's endpoints now."""
        device = self.devices[name]
        if fault := device.faults.take("dialect"):
            mask = name, fault.value
            if mask not in self._masks:
                self._masks[mask] = self._made(replace(device.spec, dialect=fault.value, startup=""))
            return self._masks[mask]
        return device

    async def start(self) -> None:
        """Listen, and write where."""
        key = self.folder.furnish(self.host)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.folder.certificate, self.folder.key)
        for name in self.devices:
            await self._open(name, key, context)
        self.folder.publish(self.endpoints, dict.fromkeys(self.devices, key))
        self._ticks = asyncio.create_task(self._tick())

    async def stop(self) -> None:
        """End all of it."""
        if self._ticks:
            self._ticks.cancel()
            await asyncio.gather(self._ticks, return_exceptions=True)
        await self._held.end()
        for door in self._doors:
            if isinstance(door, web.ServerRunner):
                await door.cleanup()
            else:
                door.close()
                await door.wait_closed()
        self._doors.clear()

    async def _open(self, name: str, key: asyncssh.SSHKey, context: ssl.SSLContext) -> None:
        device = self.devices[name]
        offered = self.endpoints[name] = {}
        for service in device.spec.services or device.services:
            if service == "https":
                port = await self._https(name, context)
            else:
                netconf = service == "netconf"
                door = await ssh.listen(lambda: self.found(name), self.host, key, self._held, netconf=netconf)
                self._doors.append(door)
                port = door.get_port()
            offered[service] = (self.host, port)

    async def _https(self, name: str, context: ssl.SSLContext) -> int:
        async def handle(request: web.BaseRequest) -> web.StreamResponse:
            device = self.found(name)
            try:
                if not device.up():
                    raise Dropped(name)
                self.clock.fire()
                answer: web.StreamResponse = await device.https(request)
            except Dropped:
                if request.transport:
                    request.transport.abort()
                return web.Response()  # nobody will read it
            return answer

        runner = web.ServerRunner(web.Server(handle))
        await runner.setup()
        site = web.TCPSite(runner, self.host, 0, ssl_context=context)
        await site.start()
        self._doors.append(runner)
        port: int = runner.addresses[0][1]
        return port

    async def _tick(self) -> None:
        """Let timers fire when they are due."""
        woken = asyncio.Event()
        loop = asyncio.get_running_loop()
        self.clock.changed = lambda: loop.call_soon_threadsafe(woken.set)
        while True:
            wait_s = self.clock.wait_s()
            woken.clear()
            try:
                await asyncio.wait_for(woken.wait(), IDLE_S if wait_s is None else wait_s)
            except TimeoutError:
                self.clock.fire()
