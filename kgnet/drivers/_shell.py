"""client → Cli: Netmiko's connection of a dialect over a client that is logged in, ready for commands.

What Netmiko does after the login is not used: it takes any `>` in a greeting for a prompt, sleeps, and on
some platforms changes the configuration to be rid of pages.  `Cli` turns pages itself.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import paramiko

from kgnet.drivers._cli import CHUNK_BYTES, Cli, shown
from kgnet.drivers._entry import password
from kgnet.drivers._login import Client
from kgnet.drivers._speaks import NAMES, PROMPTS, expect, speaks
from kgnet.errors import Unreachable
from kgnet.model.fleet import Device
from kgnet.ports import Access, Platform

if TYPE_CHECKING:
    from netmiko import BaseConnection

WIDTH, HEIGHT = 511, 1000  # Netmiko's own
AT_PROMPT_S, QUIET_S = 0.05, 0.5  # silence after a prompt, and after anything else
TRIES = 6  # questions at the door
# Dialect → what makes long lines and pages come whole, for this session only.
PREPARE = {
    "ios": ("terminal length 0", f"terminal width {WIDTH}"),
    "huawei": ("screen-length 0 temporary",),
}
NO_PASSWORD = "asks for a password — set KGNET_SSH_PASSWORD_FILE"
DECLINED = re.compile(r"login invalid|access denied|authentication fail|login incorrect", re.IGNORECASE)
USER_ASKED = re.compile(r"(user ?name|login|user):\s*", re.IGNORECASE)
PASSWORD_ASKED = re.compile(r"pass(word|code)( for \S+)?:\s*", re.IGNORECASE)
# Questions that some devices greet with, and the answers that change nothing.
GREETINGS = (
    (re.compile(r".*\(?press 'a' to accept\)?:?\s*", re.IGNORECASE), "a\n"),  # FortiOS, post-login banner
    (re.compile(r".*see the software license\? \[Y/n\]:?\s*", re.IGNORECASE), "n"),  # RouterOS
    (re.compile(r'.*press "Enter" to continue!?\s*', re.IGNORECASE), "\r\n"),  # RouterOS without a licence
    (re.compile(r"new password> ?"), "\x03"),  # RouterOS, Ctrl-C: not now
    (re.compile(r".*\[Y/N\]:?\s*", re.IGNORECASE), "N\n"),  # VRP: change the password now?
)


@contextmanager
def shell(device: Device, platform: Platform, access: Access, netmiko_type: str) -> Iterator[Cli]:
    """Log in and prepare the terminal; log out at the end."""
    client = Client(device, access, access.endpoint(device, "ssh", 22))
    connection = _connection(client, access, netmiko_type)
    cli = Cli(device, platform, connection)
    try:
        _enter(cli, client)
        yield cli
    finally:
        connection.disconnect()
        client.close()


def _connection(client: Client, access: Access, netmiko_type: str) -> BaseConnection:
    """Return Netmiko's connection, not opened; where it opens others, e.g. for SCP, they are ours too."""
    from netmiko.ssh_dispatcher import ssh_dispatcher

    secret = password(access) or ""
    connection = ssh_dispatcher(netmiko_type)(
        host=client.place.host,
        port=client.place.port,
        username=access.user,
        password=secret,
        secret=secret,  # for `enable`: an AAA server asks for the same
        device_type=netmiko_type,
        auto_connect=False,
    )
    setattr(connection, "_build_ssh_client", lambda: Client(client.device, access, client.place))  # noqa: B010
    setattr(connection, "cleanup", lambda *_, **__: None)  # noqa: B010 - closing the channel says it all
    connection._modify_connection_params()
    return connection


def _enter(cli: Cli, client: Client) -> None:
    """Log in, see that the right platform answers, and make it print whole texts."""
    from netmiko.channel import SSHChannel

    device, dialect, connection = cli.device, cli.platform.dialect, cli.connection
    client.connect(username=connection.username)
    version = str(getattr(client.get_transport(), "remote_version", ""))
    expect(device, client.place, dialect, speaks(version=version))
    try:
        channel = client.invoke_shell(term="vt100", width=WIDTH, height=HEIGHT)
        connection.remote_conn_pre, connection.remote_conn = client, channel
        connection.channel = SSHChannel(conn=channel, encoding="utf-8")
        prompt = _greeted(cli, channel, client)
    except TimeoutError as reason:
        raise Unreachable(device.name, f"{_where(client)} {_dumb(str(reason), dialect)}") from reason
    except (paramiko.SSHException, OSError, EOFError) as reason:
        raise Unreachable(
            device.name, f"{_where(client)} gives no terminal: {reason or 'it closed it'}"
        ) from reason
    expect(device, client.place, dialect, speaks(prompt=prompt))
    cli.knows(prompt)
    whole = dialect == "mikrotik_routeros"  # as Netmiko has it
    connection.base_prompt = prompt.strip() if whole else prompt.strip().rstrip("#>]$").lstrip("<[")
    if dialect == "ios":
        _privileged(cli, prompt, client)
    for command in PREPARE.get(dialect, ()):
        cli.run((command,), timeout_s=client.access.timeout_s)
    if dialect == "ios" and not speaks(version=version):
        expect(device, client.place, dialect, speaks(words=cli.run(("show version",)).out))


def _where(client: Client) -> str:
    return f"[{client.place.host}]:{client.place.port}"


def _dumb(last: str, dialect: str) -> str:
    if not last.strip():
        return "lets us in and then says nothing — look at it by its console"
    what = f"shows no prompt of {NAMES[dialect]}, but `{last.strip()[-60:]}`"
    return f"{what} — correct devices.csv, or the address"


def _greeted(cli: Cli, channel: Any, client: Client) -> str:
    """Answer what is asked at the door; return the prompt.  TimeoutError: the last line instead."""
    until, text, tries = time.monotonic() + client.access.timeout_s, "", 0
    prompts = PROMPTS[cli.platform.dialect]
    while True:
        last = text.rpartition("\n")[2]
        at_prompt = prompts.fullmatch(last)
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError(last)
        channel.settimeout(min(left, AT_PROMPT_S if at_prompt else QUIET_S))
        try:
            data = channel.recv(CHUNK_BYTES)
        except TimeoutError:
            if at_prompt:
                return last
            if speaks(prompt=last):
                expect(cli.device, client.place, cli.platform.dialect, speaks(prompt=last))
            answer = _answer(cli, last, text, client.access)
            tries += bool(answer)
            if tries > TRIES:
                raise TimeoutError(last) from None
            if answer:
                channel.sendall(answer.encode())
                text += "\n"
            continue
        if not data:
            raise EOFError
        text = shown(text + data.decode(errors="replace"))


def _answer(cli: Cli, last: str, text: str, access: Access) -> str:
    """Return what to type at *last*; nothing if it asks nothing that is known."""
    name, declined = cli.device.name, DECLINED.search(text)
    if declined:
        raise Unreachable(
            name, f"does not let {access.user} in ({declined[0]}) — see KGNET_SSH_PASSWORD_FILE"
        )
    if USER_ASKED.fullmatch(last.strip()):
        return f"{access.user}\n"
    if PASSWORD_ASKED.fullmatch(last.strip()):
        secret = password(access)
        if secret is None:
            raise Unreachable(name, NO_PASSWORD)
        return f"{secret}\n"
    return next((answer for pattern, answer in GREETINGS if pattern.fullmatch(last)), "")


def _privileged(cli: Cli, prompt: str, client: Client) -> None:
    """Become privileged on a device that lets one in as nobody in particular."""
    if not prompt.rstrip().endswith(">"):
        return
    secret = password(client.access)
    if secret is None:
        raise Unreachable(cli.device.name, f"{_where(client)}: `enable` {NO_PASSWORD}")
    cli.run(("enable",), stdin=secret, timeout_s=client.access.timeout_s)
    level = cli.run(("show privilege",), timeout_s=client.access.timeout_s).out
    if "15" not in level:
        raise Unreachable(
            cli.device.name,
            f"lets {client.access.user} in without privilege 15, and `enable` does not take the same password"
            " — give the user privilege 15",
        )
