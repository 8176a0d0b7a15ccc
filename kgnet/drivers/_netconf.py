"""Junos by NETCONF: PyEZ over a client that is logged in our way, since its own checks no host keys."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import paramiko
from jnpr.junos import Device as Junos
from jnpr.junos.device import DeviceSessionListener
from jnpr.junos.exception import ConnectClosedError, RpcError, RpcTimeoutError
from lxml import etree
from ncclient.manager import Manager, make_device_handler
from ncclient.transport import session as loop
from ncclient.transport.errors import SSHError, TransportError
from ncclient.transport.ssh import SSHSession

from kgnet.drivers._entry import password
from kgnet.drivers._login import Client
from kgnet.drivers._speaks import expect, speaks
from kgnet.drivers._undying import undying
from kgnet.errors import Refused, Unreachable
from kgnet.model.fleet import Device
from kgnet.ports import Access, Output, Platform

if TYPE_CHECKING:
    from napalm.junos import JunOSDriver

PORT = 830  # RFC 6242 §4
ENABLE = "`set system services netconf ssh` enables it"
warnings.filterwarnings(
    "ignore", "An unknown exception occurred", RuntimeWarning
)  # PyEZ's; it is raised, too
loop.TICK = 0.02  # s until ncclient looks whether there is something to send; by default each RPC takes 0.1
CAPABILITY = "xml.juniper.net"  # in the hello of every Junos


class Adopted(SSHSession):  # type: ignore[misc]
    """ncclient's session over a transport that is authenticated already."""

    def adopt(self, client: Client, timeout_s: float) -> None:
        """Begin the NETCONF subsystem; paramiko.SSHException if there is none."""
        self._host = client.place.host
        self._transport = transport = client.get_transport()
        if transport is None:
            raise EOFError
        self._connected = True
        self._closing.clear()
        self._channel = transport.open_session(timeout=timeout_s)
        self._channel.set_name("netconf-subsystem")
        self._channel.invoke_subsystem("netconf")
        self._channel_id, self._channel_name = self._channel.get_id(), self._channel.get_name()
        self._post_connect(timeout_s)
        self.parser = self._device_handler.get_xml_parser(self)


class Netconf(Junos):  # type: ignore[misc]
    """PyEZ's device, whose way in is *client*."""

    def __init__(self, client: Client) -> None:
        super().__init__(host="device", user=client.access.user, gather_facts=False)
        self._client = client

    def open(self, *_: Any, **__: Any) -> Netconf:
        """Do what PyEZ's `open` does after the login."""
        client, access = self._client, self._client.access
        handler = make_device_handler({"name": "junos", "local": False, "use_filter": False})
        session = Adopted(handler)
        session.adopt(client, access.timeout_s)
        self._conn = Manager(session, handler, timeout=access.timeout_s)
        session.add_listener(DeviceSessionListener(self))
        self.connected = True
        self._nc_transform = self.transform
        self._norm_transform = lambda: b""
        return self

    def execute(self, *words: Any, **options: Any) -> Any:
        """Do an RPC; Refused where its answer cannot be read: ncclient ends the session then."""
        try:
            return super().execute(*words, **options)
        except UnicodeDecodeError as reason:
            odd = f"0x{reason.object[reason.start]:02x}"
            raise Refused(
                self._client.device.name,
                f"an answer holds a byte that is no UTF-8 ({odd}) — write that line anew in plain letters",
            ) from reason


class Hello:
    """A session over NETCONF; `driver` is NAPALM's, opened."""

    def __init__(self, device: Device, platform: Platform, driver: JunOSDriver) -> None:
        self.device, self.platform, self.driver = device, platform, driver

    def run(self, argv: Sequence[str], *, stdin: str = "", timeout_s: float = 30.0) -> Output:
        """Run the one command of *argv*; its answer is text, as on the command line."""
        command = " ".join(argv)
        junos = self.driver.device
        junos.timeout = timeout_s
        try:
            answer = junos.cli(command, warning=False)
        except RpcTimeoutError as reason:
            raise Unreachable(
                self.device.name, f"`{command}` gave no answer within {timeout_s:g} s"
            ) from reason
        except (ConnectClosedError, TransportError, paramiko.SSHException, OSError, EOFError) as reason:
            raise Unreachable(self.device.name, f"the connection broke during `{command}`") from reason
        except RpcError as reason:
            return Output(1, "", str(reason.message))
        text = _text(answer).removeprefix("\n")
        refusal = next((found for p in self.platform.refusals if (found := p.search(text))), None)
        return Output(1, text, refusal[0].strip()) if refusal else Output(0, text, "")


def _text(answer: Any) -> str:
    """Return PyEZ's answer as text: it is an element where Junos did not format it."""
    if etree.iselement(answer):
        return str(etree.tostring(answer, method="text", encoding="unicode"))
    return "" if answer is None or answer is True else str(answer)


def junos(device: Device, platform: Platform, client: Client) -> Hello:
    """Begin NETCONF by NAPALM's driver on a client that is logged in."""
    from napalm.junos import JunOSDriver

    access = client.access
    driver = undying(JunOSDriver)("device", access.user, "", timeout=30)
    driver.device = Netconf(client)
    version = str(getattr(client.get_transport(), "remote_version", ""))
    expect(device, client.place, "junos", speaks(version=version))
    where = f"[{client.place.host}]:{client.place.port}"
    try:
        driver.open()
    except (paramiko.SSHException, SSHError, TransportError, OSError, EOFError) as reason:
        raise Unreachable(
            device.name, f"{where} lets us in, but speaks no NETCONF ({reason or 'it closed it'}) — {ENABLE}"
        ) from reason
    if not any(CAPABILITY in name for name in driver.device._conn.server_capabilities):
        raise Unreachable(
            device.name,
            f"{where} speaks NETCONF, but not as Junos does — correct devices.csv, or the address",
        )
    return Hello(device, platform, driver)


def junos_client(device: Device, access: Access) -> Client:
    """Return a client that is logged in to the NETCONF port."""
    password(access)  # SecretError before anything is opened
    client = Client(device, access, access.endpoint(device, "netconf", PORT))
    client.connect()
    return client
