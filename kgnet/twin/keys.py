"""SSH keys of a twin: one for whoever works on it, one a node; all made once, when the twin is."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from kgnet.twin.blueprint import Blueprint, Node


@dataclass(frozen=True, slots=True)
class Pair:
    """An Ed25519 key in OpenSSH's formats (RFC 8709)."""

    private: str
    public: str


def pair() -> Pair:
    """A new key."""
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
    public = key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    return Pair(private.decode(), public.decode() + "\n")


def write_private(path: Path, text: str) -> None:
    """Write a file that nobody else may read, not even for a moment."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)


def addresses(node: Node) -> list[str]:
    """A node's addresses without their prefix lengths, the management one (its first) first."""
    return [address.partition("/")[0] for many in node.interfaces.values() for address in many]


def known_hosts(blueprint: Blueprint, hosts: dict[str, Pair]) -> str:
    """The known_hosts file of a twin (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT)."""
    return "".join(
        f"{','.join([node.name, *addresses(node)])} {hosts[node.name].public}" for node in blueprint.nodes
    )


def etc_hosts(blueprint: Blueprint) -> str:
    """An /etc/hosts with every node under its first address."""
    lines = ["127.0.0.1 localhost", "::1 localhost ip6-localhost ip6-loopback"]
    lines += [f"{found[0]} {node.name}" for node in blueprint.nodes if (found := addresses(node))]
    return "\n".join(lines) + "\n"
