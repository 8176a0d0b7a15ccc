"""The province as people write it down: one class a file of the inventory, one object a row.

Field descriptions are the help of `kgnet inventory schema`; editors show them.
What a row says alone is checked here; what rows say together is checked in `kgnet.inventory`.
"""

from __future__ import annotations

from pydantic import Field

from kgnet.model.province.facility import FacilityAnswer
from kgnet.model.province.meetings import Freeze, Meeting, Room
from kgnet.model.province.outages import Outage
from kgnet.model.province.places import (
    NETWORK,
    ROUTERS,
    SERVERS,
    SWITCHES,
    Circuit,
    CircuitKind,
    DeviceRow,
    Role,
    Site,
    SiteKind,
)
from kgnet.model.province.services import Mailbox, MailSettings, Service
from kgnet.model.province.settings import Account, AddressPlan, Management, Settings
from kgnet.model.province.written import Code, DnsName, Port, Rate, Slug, Written
from kgnet.model.province.zones import Flow, Zone

__all__ = [
    "NETWORK",
    "ROUTERS",
    "SERVERS",
    "SWITCHES",
    "Account",
    "AddressPlan",
    "Circuit",
    "CircuitKind",
    "Code",
    "DeviceRow",
    "DnsName",
    "FacilityAnswer",
    "Flow",
    "Freeze",
    "MailSettings",
    "Mailbox",
    "Management",
    "Meeting",
    "Outage",
    "Port",
    "Province",
    "Rate",
    "Role",
    "Room",
    "Service",
    "Settings",
    "Site",
    "SiteKind",
    "Slug",
    "Written",
    "Zone",
]


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
    freezes: dict[str, Freeze] = Field(default_factory=dict)
    outages: dict[str, Outage] = Field(default_factory=dict)
    facility: dict[str, FacilityAnswer] = Field(default_factory=dict)

    def children(self, code: str) -> list[Site]:
        """Return the sites directly behind the site *code*."""
        return [site for site in self.sites.values() if site.parent == code]

    def center(self) -> Site:
        """Return the data center: the one site without a parent."""
        return next(site for site in self.sites.values() if site.kind is SiteKind.DATACENTER)
