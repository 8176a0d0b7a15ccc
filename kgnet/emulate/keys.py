"""Host keys, certificates and the files by which clients find and verify emulated devices."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import asyncssh

from kgnet.wire import pki

Endpoints = dict[str, dict[str, tuple[str, int]]]  # device → service → host, port


@dataclass(frozen=True, slots=True)
class Folder:
    """The folder of a running emulation."""

    path: Path

    @property
    def endpoints(self) -> Path:
        return self.path / "endpoints.json"

    @property
    def known_hosts(self) -> Path:
        return self.path / "known_hosts"

    @property
    def ca_file(self) -> Path:
        return self.path / "ca.pem"

    @property
    def password_file(self) -> Path:
        return self.path / "password"

    @property
    def certificate(self) -> Path:
        return self.path / "device.pem"

    @property
    def key(self) -> Path:
        return self.path / "device.key"

    @property
    def host_key(self) -> Path:
        return self.path / "host_key"

    @property
    def plan(self) -> Path:
        """What is emulated: private, for it holds passwords."""
        return self.path / "plan.json"

    @property
    def control(self) -> Path:
        """Where the process that emulates listens."""
        return self.path / "control"

    @property
    def pid(self) -> Path:
        return self.path / "pid"

    @property
    def log(self) -> Path:
        return self.path / "log"

    @property
    def secrets(self) -> Path:
        """The store of the secrets that the intent names."""
        return self.path / "secrets"

    def device(self, name: str) -> Path:
        """What a device keeps over a restart."""
        return self.path / "devices" / name

    def furnish(self, host: str) -> asyncssh.SSHKey:
        """Make what is not there yet, and return the host key that all devices of this folder share."""
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not self.certificate.exists():
            ca_key, ca = pki.authority("kgnet emulate")
            key, leaf = pki.leaf("localhost", ca_key, ca, addresses=(host,))
            private(self.key, key)
            self.certificate.write_text(leaf)
            self.ca_file.write_text(ca)
        if not self.host_key.exists():
            private(self.host_key, asyncssh.generate_private_key("ssh-ed25519").export_private_key().decode())
        return asyncssh.read_private_key(self.host_key)

    def publish(self, endpoints: Endpoints, keys: Mapping[str, asyncssh.SSHKey]) -> None:
        """Write where every device is found, and its host key in the form for ports (sshd(8))."""
        whole(self.endpoints, json.dumps(endpoints, indent=1) + "\n")
        lines = (
            f"[{host}]:{port} {keys[name].export_public_key().decode().strip()}\n"
            for name, services in endpoints.items()
            for service, (host, port) in services.items()
            if service != "https"
        )
        whole(self.known_hosts, "".join(lines))


def private(path: Path, text: str) -> None:
    """Write a file that is only ours from its first moment."""
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text(text)


def whole(path: Path, text: str) -> None:
    """Write a file that readers see whole or not at all."""
    fresh = path.with_name(path.name + ".new")
    fresh.write_text(text)
    fresh.replace(path)
