"""By which ways one gets in to a device, and how well each is kept, in neutral words."""

from __future__ import annotations

from dataclasses import dataclass

ANYWHERE = ("0.0.0.0/0", "::/0")


@dataclass(frozen=True, slots=True)
class Entrance:
    """A way in that has a list of its own of who may come; *sources* are networks."""

    name: str  # as the device calls it: "line vty 0 4", "management ssh"
    sources: tuple[str, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Entrances:
    entrances: tuple[Entrance, ...]


@dataclass(frozen=True, slots=True)
class SecureShell:
    """The SSH server as in force, defaults included; names are those of OpenSSH where it has one.

    No *ciphers*, *macs* or *exchanges*: nobody named them, so that the release of the system decides.
    """

    ciphers: tuple[str, ...]
    macs: tuple[str, ...]
    exchanges: tuple[str, ...]
    root: str  # whether root may log in: "yes", "no", "by key", "by default"
    grace_s: int | None  # within which one has to be logged in; 0: no end; None: the system has no such limit
    tries: int | None  # a connection; None: the system has no such limit
    line: int


@dataclass(frozen=True, slots=True)
class HostKey:
    kind: str  # "rsa", "ecdsa", "ed25519", "dsa"
    bits: int  # 0: not told, because the system makes none too short
    line: int = 0


@dataclass(frozen=True, slots=True)
class HostKeys:
    """What the SSH server proves with who it is."""

    keys: tuple[HostKey, ...]


@dataclass(frozen=True, slots=True)
class Console:
    idle_s: int | None  # None: never
    login: bool  # whether it asks who is there
    line: int


@dataclass(frozen=True, slots=True)
class WebManagement:
    """Management by HTTPS, pages or an API; *limited*: only some may come; *aaa*: as any other login."""

    on: bool
    limited: bool
    aaa: bool
    line: int


@dataclass(frozen=True, slots=True)
class AddressedPort:
    """A port with its addresses; *apart*: its traffic is not routed together with that of the users."""

    name: str
    vrf: str | None
    addresses: tuple[str, ...]
    apart: bool
    line: int


@dataclass(frozen=True, slots=True)
class AddressedPorts:
    ports: tuple[AddressedPort, ...]
