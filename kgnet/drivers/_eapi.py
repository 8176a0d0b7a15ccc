"""Arista's eAPI over TLS that is verified: pyeapi's connection with our way, our authorities, our budget."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from typing import Any

from pyeapi.eapilib import CommandError, ConnectionError, EapiConnection, HttpsConnection

from kgnet.drivers._budget import budget
from kgnet.drivers._entry import password
from kgnet.drivers._undying import undying
from kgnet.drivers._way import Way, way
from kgnet.drivers._why import first
from kgnet.errors import Unreachable
from kgnet.model.fleet import Device
from kgnet.ports import Access, Endpoint, Output, Platform

PATH = "/command-api"


def trusted(device: Device, access: Access) -> ssl.SSLContext:
    """Return what checks a device's certificate: the operator's authorities, else the system's."""
    try:
        return ssl.create_default_context(cafile=access.ca_file)
    except (OSError, ssl.SSLError) as reason:
        raise Unreachable(
            device.name,
            f"{access.ca_file}: {first(reason)}; it has to hold certificates of authorities"
            " — set KGNET_CA_FILE to the file",
        ) from reason


class Https(HttpsConnection):  # type: ignore[misc]
    """pyeapi's connection, which goes our way there, and says why it cannot."""

    def __init__(self, device: Device, access: Access, place: Endpoint) -> None:
        self.verifies = trusted(device, access)
        super().__init__(PATH, place.host, place.port, context=self.verifies, timeout=access.timeout_s)
        self.device, self.access, self.place = device, access, place
        self.way: Way | None = None

    def connect(self) -> None:
        where = f"[{self.place.host}]:{self.place.port}"
        try:
            self.way = way(self.place.host, self.place.port, self.access)
            self.way.sock.settimeout(self.timeout)
            self.sock = self.verifies.wrap_socket(self.way.sock, server_hostname=self.place.host)
        except ssl.SSLCertVerificationError as reason:
            raise Unreachable(self.device.name, f"{where} {_untrusted(reason, self.access)}") from reason
        except TimeoutError as reason:
            raise Unreachable(
                self.device.name, f"{where} did not answer within {self.timeout:g} s"
            ) from reason
        except ssl.SSLError as reason:
            raise Unreachable(self.device.name, f"{where} does not speak TLS: {reason.reason}") from reason
        except OSError as reason:
            said = self.way.trouble() if self.way else ""
            raise Unreachable(
                self.device.name, f"{where} does not answer: {said or first(reason)}"
            ) from reason

    def close(self) -> None:
        super().close()
        if self.way:
            self.way.close()
            self.way = None


def _untrusted(reason: ssl.SSLCertVerificationError, access: Access) -> str:
    by = access.ca_file or "the system's authorities"
    return (
        f"shows a certificate that {by} do not vouch for ({reason.verify_message})"
        " — set KGNET_CA_FILE to its authority, or give the device a certificate for this address"
    )


class Verified(EapiConnection):  # type: ignore[misc]
    """pyeapi's transport for NAPALM: every request is a login, as AAA servers see it (HTTP's Basic)."""

    def __init__(self, host: str, username: str, password: str, timeout: float, link: Https) -> None:
        super().__init__()
        self.transport = link
        self.authentication(username, password)

    def send(self, data: str) -> Any:
        with budget(self.transport.access).one():
            return super().send(data)


class Eapi:
    """A session over eAPI; `driver` is NAPALM's, opened."""

    def __init__(self, device: Device, platform: Platform, driver: Any, link: Https) -> None:
        self.device, self.platform, self.driver, self._link = device, platform, driver, link

    def run(self, argv: Sequence[str], *, stdin: str = "", timeout_s: float = 30.0) -> Output:
        """Run the one command of *argv*; its answer is text, as on the command line."""
        command = " ".join(argv)
        self._link.timeout = timeout_s
        try:
            (answer,) = self.driver.device.run_commands([command], encoding="text")
        except CommandError as reason:
            return Output(1, "", said(reason))
        except ConnectionError as reason:
            raise Unreachable(self.device.name, f"`{command}`: {broken(reason, self._link)}") from reason
        text = str(answer["output"])
        refusal = next((found for p in self.platform.refusals if (found := p.search(text))), None)
        return Output(1, text, refusal[0].strip()) if refusal else Output(0, text, "")


def said(reason: CommandError) -> str:
    """Return what EOS said of the command that it declined."""
    errors = [
        line
        for answer in reason.output or []
        if isinstance(answer, dict)
        for line in answer.get("errors", ())
    ]
    return "; ".join(map(str, errors)) or str(reason.error_text)


def broken(reason: ConnectionError, link: Https) -> str:
    """Say what pyeapi's failure means, without the text that it was given."""
    where = f"[{link.place.host}]:{link.place.port}"
    if "401" in reason.message or "nauthorized" in reason.message:
        return (
            f"{where} does not let {link.access.user} in by {link.access.password_file}"
            " — the device, or its AAA server, needs this user and password"
        )
    if "Socket error" in reason.message:
        return f"the connection to {where} broke: {reason.message.rpartition(': ')[2]}"
    return (
        f"{where} speaks HTTPS, but not as Arista's eAPI does"
        " — enable `management api http-commands`, or correct devices.csv"
    )


def eos(device: Device, platform: Platform, access: Access) -> Eapi:
    """Log in by NAPALM's driver; its `close` is not to be called: it aborts what waits to be confirmed."""
    from napalm.base.exceptions import ConnectionException, UnsupportedVersion
    from napalm.eos import EOSDriver

    secret = password(access)
    if secret is None:
        raise Unreachable(device.name, "its eAPI knows only passwords — set KGNET_SSH_PASSWORD_FILE")
    link = Https(device, access, access.endpoint(device, "https", 443))
    options = {"transport": Verified, "link": link}
    driver = undying(EOSDriver)(
        link.place.host, access.user, secret, timeout=access.timeout_s, optional_args=options
    )
    try:
        driver.open()
    except ConnectionError as reason:
        raise Unreachable(device.name, broken(reason, link)) from reason
    except CommandError as reason:
        raise Unreachable(
            device.name,
            f"lets {access.user} in without privilege 15: {said(reason)} — give the user role network-admin",
        ) from reason
    except (KeyError, TypeError) as reason:  # `show version` without a version
        raise Unreachable(device.name, "does not answer as Arista EOS does — correct devices.csv") from reason
    except (ConnectionException, UnsupportedVersion) as reason:
        raise Unreachable(device.name, f"cannot be spoken to over eAPI: {reason}") from reason
    return Eapi(device, platform, driver, link)
