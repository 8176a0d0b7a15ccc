"""Netmiko: command lines of vendors' devices over SSH, for VRP, RouterOS and FortiOS."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from kgnet.drivers._cli import Cli
from kgnet.drivers._libraries import ready
from kgnet.drivers._shell import shell
from kgnet.model.fleet import Device
from kgnet.plugins import one
from kgnet.ports import Access, Driver, Platform


@contextmanager
def open_session(device: Device, access: Access) -> Iterator[Cli]:
    """Log in; the session's `connection` is Netmiko's own."""
    platform = one(Platform, device.platform)
    ready("netmiko")
    with shell(device, platform, access, platform.dialect) as session:
        yield session


DRIVER = Driver("netmiko", open_session)
