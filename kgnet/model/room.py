"""A conference room as designed."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface

from kgnet.model.province import Room
from kgnet.model.subject import Kind


@dataclass(frozen=True, slots=True)
class BuiltRoom:
    """A conference room with its address and SIP account (RFC 3261 §19.1)."""

    row: Room
    address: IPv4Interface
    gateway: IPv4Address
    segment: str
    uri: str
    secret: str
    management: IPv4Address  # where one logs in to it: in a twin out of band, elsewhere its own address
    twin_only: bool = False

    @property
    def name(self) -> str:
        return self.row.id

    @property
    def site(self) -> str:
        return self.row.site

    @property
    def kind(self) -> Kind:
        return Kind.ROOM
