"""province.yml: what holds for the whole province."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network
from typing import Literal

from pydantic import Field

from kgnet.model.province.written import Slug, Written


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


class Account(Written):
    """A local account on every device that is no Linux host."""

    name: Slug = Field(max_length=20, description="its pass phrase is the secret login/<name>")
    role: Literal["admin", "operator"] = Field(description="admin may change things, operator may look")


class Management(Written):
    """How devices are managed; the same for the whole fleet."""

    ntp: list[str] = Field(min_length=1, description="names of devices that serve time, or addresses outside")
    syslog: list[str] = Field(min_length=1, description="devices, or addresses, that receive syslog")
    snmp_user: Slug = Field(description="SNMPv3 user; its keys are the secrets snmp/auth and snmp/priv")
    admins: list[IPv4Network] = Field(min_length=1, description="networks from which devices may be managed")
    contact: str = Field(description="who answers for the network")
    tacacs: list[str] = Field(
        default_factory=list,
        description="devices, or addresses, that decide on logins (TACACS+; key: the secret aaa/tacacs)",
    )
    radius: list[str] = Field(
        default_factory=list,
        description="devices, or addresses, that decide on 802.1X (RADIUS; key: the secret aaa/radius)",
    )
    accounts: list[Account] = Field(
        default_factory=list, description="local accounts, for when no server decides"
    )
    banner: list[str] = Field(default_factory=list, description="lines shown before a login")
    vrf: str = Field(
        default="MGMT", pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,14}$", description="VRF of management ports"
    )


class Settings(Written):
    """province.yml: what holds for the whole province."""

    name: str = Field(description="official name of the province")
    authority: tuple[str, ...] = Field(
        default=(), description="who answers for it, the higher body first: the head of official papers"
    )
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
