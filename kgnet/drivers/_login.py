"""device, access → a paramiko client that is let in: host key, way, algorithms, keys, password, prompts.

Every driver that speaks SSH goes through here, so that all of them check the same and say the same.
"""

from __future__ import annotations

import base64
import hashlib
import logging
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import paramiko
from paramiko import PKey, SSHClient, Transport

from kgnet.drivers._budget import budget
from kgnet.drivers._entry import Entry
from kgnet.drivers._way import NoWay, Settings, Way, settings, way
from kgnet.drivers._why import UnknownHostKey, why
from kgnet.errors import Unreachable
from kgnet.model.fleet import Device
from kgnet.ports import Access, Endpoint

KEEPALIVE_S = 5
ALGORITHMS = {  # in OpenSSH's file → in paramiko's SecurityOptions
    "ciphers": "ciphers",
    "macs": "digests",
    "kexalgorithms": "kex",
    "hostkeyalgorithms": "key_types",
}

for name in ("paramiko", "netmiko", "ncclient", "pyeapi"):  # their lines may hold what was typed or shown
    logging.getLogger(name).setLevel(logging.CRITICAL + 1)


class Strict(paramiko.MissingHostKeyPolicy):
    """Refuses a host whose key is not known, and keeps its fingerprint for the message."""

    def missing_host_key(self, client: SSHClient, hostname: str, key: PKey) -> None:
        raise UnknownHostKey(f"{key.get_name()} {fingerprint(key)}")


def fingerprint(key: PKey) -> str:
    """Return the fingerprint as OpenSSH prints it."""
    digest = base64.b64encode(hashlib.sha256(key.asbytes()).digest()).decode()
    return "SHA256:" + digest.rstrip("=")


class Client(SSHClient):
    """A client that knows by itself where and how to get in, whatever a library tells it to connect to."""

    def __init__(self, device: Device, access: Access, place: Endpoint) -> None:
        super().__init__()
        self.device, self.access, self.place = device, access, place
        self.way: Way | None = None
        self.set_missing_host_key_policy(Strict())

    def connect(self, *_: Any, username: str | None = None, **__: Any) -> None:
        """Log in, as *username* if a library has its own idea of it; Unreachable says what to do."""
        access, place = self.access, self.place
        if access.key_file is not None and not Path(access.key_file).is_file():
            raise Unreachable(
                self.device.name,
                f"{access.key_file}: no such key file — set KGNET_SSH_KEY to the operator's key",
            )
        self._know()
        try:
            self.way = way(place.host, place.port, access)
            with budget(access).one():
                super().connect(
                    place.host,
                    port=place.port,
                    sock=self.way.sock,
                    timeout=access.timeout_s,
                    banner_timeout=access.timeout_s,
                    auth_timeout=access.timeout_s,
                    channel_timeout=access.timeout_s,
                    transport_factory=self._transport_with,
                    auth_strategy=Entry(access, username or access.user, self._told()),
                )
            self._keep_alive()
        except (paramiko.SSHException, OSError, EOFError) as reason:
            trouble = self.way.trouble() if self.way else ""
            self.close()
            raise Unreachable(self.device.name, why(reason, place, access, jump=trouble)) from reason

    def close(self) -> None:
        super().close()
        if self.way:
            self.way.close()
            self.way = None

    def _know(self) -> None:
        """Take the keys of this host from the file of known hosts: *access*'s, else the user's own."""
        file = Path(self.access.known_hosts or "~/.ssh/known_hosts").expanduser()
        try:
            known = _known(str(file), file.stat().st_mtime_ns)
        except OSError as reason:
            if self.access.known_hosts is None:
                return
            raise Unreachable(
                self.device.name,
                f"{file}: {reason.strerror}; it has to hold the host keys"
                " — set KGNET_KNOWN_HOSTS to the file",
            ) from reason
        name = self.place.host if self.place.port == 22 else f"[{self.place.host}]:{self.place.port}"
        found: Mapping[str, PKey] = known.lookup(name) or {}
        for kind in list(found):
            self.get_host_keys().add(name, kind, found[kind])

    def _told(self) -> Settings:
        return settings(self.place.host, self.place.port, self.access)

    def _transport_with(self, sock: Any, **options: Any) -> Transport:
        """Return a transport that offers what OpenSSH's file allows for this host."""
        transport = Transport(sock, **options)
        told = self._told()
        offered = transport.get_security_options()
        for theirs, ours in ALGORITHMS.items():
            if theirs in told:
                allowed = told[theirs][0].split(",")
                both = [name for name in getattr(offered, ours) if name in allowed]
                if not both:
                    transport.close()
                    raise NoWay(f"{self.access.ssh_config} allows only {theirs} that are not known here")
                setattr(offered, ours, both)
        return transport

    def _keep_alive(self) -> None:
        """Notice a dead path: probes while idle, and an end to retransmitting (RFC 5482)."""
        transport = self.get_transport()
        if transport is None or self.way is None:
            return
        transport.set_keepalive(KEEPALIVE_S)
        if self.way.process is None:
            self.way.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # small packets, in turn
            self.way.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 3 * KEEPALIVE_S * 1000)


@lru_cache(maxsize=8)
def _known(file: str, changed: int) -> paramiko.HostKeys:
    """Read a file of known hosts; once, not once a device."""
    return paramiko.HostKeys(file)


@contextmanager
def login(device: Device, access: Access, service: str = "ssh", port: int = 22) -> Iterator[Client]:
    """Log in to *service* of *device*, and out at the end; Unreachable says what to do."""
    client = Client(device, access, access.endpoint(device, service, port))
    try:
        client.connect()
        yield client
    finally:
        client.close()
