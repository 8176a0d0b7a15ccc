"""sites.csv, devices.csv, circuits.csv: what stands where, and what joins it."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field, field_validator

from kgnet.model.province.written import Code, Rate, Slug, Written


class SiteKind(StrEnum):
    """What an office is; the order is from the centre outwards."""

    DATACENTER = "datacenter"
    DEPARTMENT = "department"
    DISTRICT = "district"
    COMMUNE = "commune"


class Role(StrEnum):
    """What a device is for."""

    HUB = "hub"  # ends the WAN circuits in the data center
    BORDER = "border"  # routes and filters between zones and to the Internet
    BRANCH = "branch"  # the router of an office
    SPINE = "spine"  # joins the leaves of the data center
    LEAF = "leaf"  # the data center's switch that servers are plugged into
    ACCESS = "access"  # the switch of an office that people are plugged into
    DNS = "dns"
    BALANCER = "balancer"
    PORTAL = "portal"
    MAIL = "mail"
    REGISTRAR = "registrar"
    MONITOR = "monitor"
    APPLICATION = "application"
    DATABASE = "database"
    UNKNOWN = "unknown"  # nobody wrote it down: the device is known by a file alone


ROUTERS = (Role.HUB, Role.BORDER, Role.BRANCH)
SWITCHES = (Role.SPINE, Role.LEAF, Role.ACCESS)  # managed out of band only
NETWORK = (*ROUTERS, *SWITCHES)
SERVERS = tuple(role for role in Role if role not in (*NETWORK, Role.UNKNOWN))


class Site(Written):
    """sites.csv: an office."""

    code: Code = Field(description="official code: GSO code of the unit, short code of a department")
    name: str = Field(min_length=1)
    kind: SiteKind
    parent: Code | None = Field(description="the site it hangs on; empty for the data center only")
    number: int = Field(
        ge=1,
        le=62,
        description="stable and unique among its siblings; every address is derived from it, never reuse one",
    )
    island: bool = Field(description="yes: islands are changed last")
    lat: float = Field(ge=-90, le=90, description="degrees north, WGS 84")
    lon: float = Field(ge=-180, le=180, description="degrees east, WGS 84")
    users: int = Field(ge=0, le=1_000_000, description="people with a computer at the site")


class DeviceRow(Written):
    """devices.csv: a device."""

    name: Slug = Field(max_length=32)
    site: Code
    role: Role
    platform: str = Field(description="a plug-in of kgnet/platforms")
    number: int = Field(ge=1, le=250, description="stable and unique within its site (1 to 3 at an office)")
    zone: Slug | None = Field(
        description="the data-center zone a server stands in; empty for routers and switches"
    )

    @field_validator("role")
    @classmethod
    def _is_for_something(cls, role: Role) -> Role:
        if role is Role.UNKNOWN:
            raise ValueError("write down what the device is for: the design depends on it")
        return role


class CircuitKind(StrEnum):
    """What a circuit runs over."""

    TSLCD = "tslcd"  # the government's specialised data transmission network
    METRO = "metro"  # carrier Ethernet
    INTERNET = "internet"  # the Internet, encrypted


class Circuit(Written):
    """circuits.csv: a leased line from a site towards the centre."""

    id: Code = Field(description="names the circuit everywhere: plans, metrics, alerts")
    site: Code = Field(description="the outer end")
    upstream: Slug = Field(description="the device at the inner end: a hub, or the router of the parent site")
    order: int = Field(
        ge=1, le=4, description="1 primary, 2 backup …; stable: the addresses are derived from it"
    )
    kind: CircuitKind
    carrier: str = Field(min_length=1)
    contract: str = Field(min_length=1)
    down_mbps: Rate
    up_mbps: Rate
    delay_ms: float = Field(ge=0, le=2000, description="one way, as ordered or measured")
    jitter_ms: float = Field(ge=0, le=1000)
    loss_percent: float = Field(ge=0, lt=100)
    sla_availability_percent: float = Field(gt=0, le=100)
    sla_rtt_ms: float = Field(gt=0)
