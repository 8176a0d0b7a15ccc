"""NAPALM: IOS over SSH, EOS over eAPI, Junos over NETCONF; the session's `driver` is NAPALM's own, opened."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from kgnet.drivers._cli import Cli
from kgnet.drivers._libraries import ready
from kgnet.drivers._shell import shell
from kgnet.drivers._undying import undying
from kgnet.errors import PluginError
from kgnet.model.fleet import Device
from kgnet.plugins import one
from kgnet.ports import Access, Driver, Platform, Session


class Ios(Cli):
    """A session on IOS's command line; NAPALM's driver types on the same."""

    driver: Any


@contextmanager
def _ios(device: Device, platform: Platform, access: Access) -> Iterator[Session]:
    from napalm.ios import IOSDriver

    with shell(device, platform, access, "cisco_ios") as session:
        driver = undying(IOSDriver)(str(device.management), access.user, "", timeout=int(access.timeout_s))
        driver.device = driver._netmiko_device = session.connection
        found = Ios(device, platform, session.connection)
        found.knows(session.connection.base_prompt)
        found.driver = driver
        yield found


@contextmanager
def _eos(device: Device, platform: Platform, access: Access) -> Iterator[Session]:
    from kgnet.drivers._eapi import eos

    yield eos(device, platform, access)


@contextmanager
def _junos(device: Device, platform: Platform, access: Access) -> Iterator[Session]:
    from kgnet.drivers._netconf import junos, junos_client

    client = junos_client(device, access)
    try:
        yield junos(device, platform, client)
    finally:
        client.close()


OPEN: dict[str, Callable[[Device, Platform, Access], AbstractContextManager[Session]]] = {
    "ios": _ios,
    "eos": _eos,
    "junos": _junos,
}
LIBRARIES = {
    "ios": ("netmiko", "napalm.ios"),
    "eos": ("netmiko", "napalm.eos", "kgnet.drivers._eapi"),
    "junos": ("netmiko", "napalm.junos", "kgnet.drivers._netconf"),
}


def open_session(device: Device, access: Access) -> AbstractContextManager[Session]:
    """Log in; which transport it is, the platform's dialect says."""
    platform = one(Platform, device.platform)
    if platform.dialect not in OPEN:
        known = ", ".join(OPEN)
        raise PluginError(
            f"platform {platform.name}: the driver napalm knows {known}, not {platform.dialect!r}"
        )
    ready(*LIBRARIES[platform.dialect])
    return OPEN[platform.dialect](device, platform, access)


DRIVER = Driver("napalm", open_session)
