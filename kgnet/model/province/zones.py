"""zones.yml, flows.csv: security zones, and the traffic that is allowed between them."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from kgnet.model.province.written import Slug, Written


class Zone(Written):
    """zones.yml: a security zone: a LAN of the data center, or a set of networks elsewhere."""

    name: Slug = Field(max_length=10)
    number: int = Field(ge=1, le=250, description="stable; the /24 and the VLAN are derived from it")
    title: str
    where: Literal["datacenter", "offices", "infrastructure", "outside"] = Field(
        description="a LAN behind the border routers, a LAN of every office, "
        "the routers' own addresses, or the rest of the world"
    )
    slot: Annotated[int, Field(ge=0, le=3)] | None = Field(
        default=None, description="offices only: which /12 of the offices' /10"
    )
    rooms: bool = Field(default=False, description="the office zone in which conference rooms stand")

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        offices = self.where == "offices"
        if offices != (self.slot is not None):
            raise ValueError("an office zone has a slot" if offices else "only an office zone has a slot")
        if self.rooms and not offices:
            raise ValueError("rooms stand in an office zone")
        return self


class Flow(Written):
    """flows.csv: traffic that is allowed between zones; all else is denied."""

    id: Slug
    source: str = Field(description="a zone or a device")
    destination: str = Field(description="a zone or a device")
    protocol: Literal["tcp", "udp", "icmp"]
    ports: str = Field(
        pattern=r"^([0-9]+(-[0-9]+)?( [0-9]+(-[0-9]+)?)*)?$",
        description="blank-separated ports or ranges; empty for icmp",
    )
    reason: str = Field(min_length=3)
    owner: str = Field(min_length=1)
    until: date | None = Field(description="last day on which it is allowed; empty: no end set")

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if (self.protocol == "icmp") == bool(self.ports):
            raise ValueError("icmp has no ports" if self.ports else f"{self.protocol} needs ports")
        for part in self.ports.split():
            first, _, last = part.partition("-")
            if not 1 <= int(first) <= int(last or first) <= 65535:
                raise ValueError(f"{part} is no range of ports from 1 to 65535, the lower one first")
        return self
