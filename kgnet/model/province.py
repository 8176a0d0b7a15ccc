"""The province as people write it down: one class a file of the inventory, one object a row.

Field descriptions are the help of `kgnet inventory schema`; editors show them.
What a row says alone is checked here; what rows say together is checked in `kgnet.inventory`.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator


class Written(BaseModel):
    """A row or a document that a person wrote: strict, frozen, no unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, allow_inf_nan=False)

    @field_validator("*")
    @classmethod
    def _printable(cls, value: Any) -> Any:
        """Refuse line breaks and the like: what is written here ends up in configurations."""
        for text in value if isinstance(value, list | tuple) else (value,):
            if isinstance(text, str) and not text.isprintable():
                raise ValueError(f"{text[:40]!r} holds a line break or another control character")
        return value


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
    DNS = "dns"
    BALANCER = "balancer"
    PORTAL = "portal"
    MAIL = "mail"
    REGISTRAR = "registrar"
    MONITOR = "monitor"
    APPLICATION = "application"
    DATABASE = "database"


Slug = Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", max_length=40)]
Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$", max_length=10)]
DnsName = Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$")]
Port = Annotated[int, Field(ge=1, le=65535)]
Rate = Annotated[float, Field(gt=0, le=400_000, description="Mbit/s")]


class AddressPlan(Written):
    """The blocks that every address is derived from; see `kgnet.design.addressing` for how."""

    sites: IPv4Network = Field(
        description="LANs of all offices: a /10, a /12 for each office zone; each site gets a /24 of each"
    )
    datacenter: IPv4Network = Field(description="zones of the data center: a /16; each zone gets a /24 of it")
    loopbacks: IPv4Network = Field(description="one /32 a device: a /16")
    circuits: IPv4Network = Field(description="one /31 a circuit: a /15")
    fabric: IPv4Network = Field(description="links between the data center's own routers: a /20")
    tunnels: IPv4Network = Field(description="outer addresses of circuits that run over the Internet: a /15")
    management: IPv4Network = Field(description="out-of-band management: a /16")
    ipv6: IPv6Network = Field(description="everything above once more: a /32")
    asn_base: int = Field(
        ge=4_200_000_000, le=4_294_000_000, description="first of the private AS numbers (RFC 6996)"
    )


class Management(Written):
    """How devices are managed; the same for the whole fleet."""

    ntp: list[str] = Field(min_length=1, description="names of devices that serve time, or addresses outside")
    syslog: list[str] = Field(min_length=1, description="devices, or addresses, that receive syslog")
    snmp_user: Slug = Field(description="SNMPv3 user; its keys are the secrets snmp/auth and snmp/priv")
    admins: list[IPv4Network] = Field(min_length=1, description="networks from which devices may be managed")
    contact: str = Field(description="who answers for the network")


class Settings(Written):
    """province.yml: what holds for the whole province."""

    name: str = Field(description="official name of the province")
    slug: Slug = Field(description="short name for machines, e.g. the twin's")
    domain: str = Field(pattern=r"^([a-z0-9-]+\.)+[a-z]{2,}$", description="the province's own domain")
    timezone: str = Field(description="IANA name, e.g. Asia/Ho_Chi_Minh")
    branch_platform: str = Field(
        default="frr", description="platform of an office's router; a row in devices.csv says otherwise"
    )
    twin_only: bool = Field(
        default=False, description="nothing of it stands anywhere: it is spoken to inside a twin only"
    )
    addresses: AddressPlan
    management: Management


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
    zone: Slug | None = Field(description="the data-center zone a server stands in; empty for routers")


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


class Room(Written):
    """rooms.csv: a video-conference point."""

    id: Slug = Field(max_length=24, description="the user part of its SIP address")
    name: str = Field(min_length=1)
    site: Code
    number: int = Field(ge=1, le=8, description="stable and unique within its site")
    session_kbps: int = Field(ge=32, le=20_000, description="media of one meeting in each direction")
    extension: str = Field(pattern=r"^[0-9]{3,6}$", description="what one dials")


class Meeting(Written):
    """meetings.csv: a series of meetings: who meets whom; circuits are sized from it."""

    id: Slug
    name: str = Field(min_length=1)
    host: Code = Field(description="the site that calls it")
    rooms: str = Field(
        description="ids of rooms parted by blanks, or 'all', or 'below' for every room behind the host"
    )


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


class Service(Written):
    """services.yml: a system that the data center hosts."""

    id: Slug
    title: str
    audience: Literal["public", "offices", "agencies"]
    zone: Slug
    hosts: list[Slug] = Field(default_factory=list, description="devices that run it")
    names: list[DnsName] = Field(
        min_length=1, description="DNS names below the province's domain, without it"
    )
    port: Port = 443
    balanced: bool = Field(default=True, description="reached through the load balancer")
    figures: dict[str, int] = Field(default_factory=dict, description="what is known of its size")
    critical: bool = False


class MailSettings(Written):
    """mail.yml: the province's mail."""

    host: Slug
    selector: Slug = Field(description="DKIM selector; its key is the secret dkim/<selector>")
    quota_mb: int = Field(gt=0)
    dmarc_policy: Literal["none", "quarantine", "reject"] = "reject"


class Mailbox(Written):
    """mailboxes.csv: one mailbox; generated names only."""

    name: str = Field(pattern=r"^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$", max_length=64)
    site: Code


class Province(Written):
    """Everything as written, cross-checked: unknown names and duplicates cannot occur in here."""

    settings: Settings
    sites: dict[str, Site]
    devices: dict[str, DeviceRow]
    circuits: dict[str, Circuit]
    rooms: dict[str, Room]
    meetings: dict[str, Meeting]
    zones: dict[str, Zone]
    flows: dict[str, Flow]
    services: dict[str, Service]
    mail: MailSettings
    mailboxes: dict[str, Mailbox]

    def children(self, code: str) -> list[Site]:
        """Return the sites directly behind the site *code*."""
        return [site for site in self.sites.values() if site.parent == code]

    def center(self) -> Site:
        """Return the data center: the one site without a parent."""
        return next(site for site in self.sites.values() if site.kind is SiteKind.DATACENTER)
