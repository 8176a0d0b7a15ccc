"""What could be read of an inventory, before its rows are checked against each other."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import kgnet.platforms
from kgnet.errors import Problem
from kgnet.inventory.documents import Document, Place
from kgnet.inventory.rows import Entry, Table, key_of
from kgnet.model.province import (
    Circuit,
    DeviceRow,
    FacilityAnswer,
    Flow,
    Freeze,
    Mailbox,
    MailSettings,
    Meeting,
    Outage,
    Province,
    Role,
    Room,
    Service,
    Settings,
    Site,
    SiteKind,
    Written,
    Zone,
)

R = TypeVar("R", bound=Written)


@dataclass(frozen=True)
class Draft:
    """The tables as typed; a table holds only rows that are right by themselves."""

    settings: Entry[Settings] | None
    settings_file: Document
    mail: Entry[MailSettings] | None
    mail_file: Document
    sites: Table[Site]
    devices: Table[DeviceRow]
    circuits: Table[Circuit]
    rooms: Table[Room]
    meetings: Table[Meeting]
    freezes: Table[Freeze]
    outages: Table[Outage]
    flows: Table[Flow]
    mailboxes: Table[Mailbox]
    zones: Table[Zone]
    services: Table[Service]
    facility: Table[FacilityAnswer]

    @property
    def tables(self) -> tuple[Table[Written], ...]:
        places = (self.sites, self.devices, self.circuits, self.rooms, self.meetings, self.freezes)
        return (*places, self.outages, self.flows, self.mailboxes, self.zones, self.services, self.facility)

    @cached_property
    def site(self) -> dict[str, Site]:
        return _by_key(Site, self.sites)

    @cached_property
    def zone(self) -> dict[str, Zone]:
        return _by_key(Zone, self.zones)

    @cached_property
    def all_devices(self) -> dict[str, DeviceRow]:
        """Return the devices by name: those that are written, and the router that an office has anyway."""
        return {**_by_key(DeviceRow, self.devices), **{row.name: row for row in self._implied()}}

    @cached_property
    def device_names(self) -> frozenset[str]:
        """Return every name that a device has or, in a row told to be wrong, would have."""
        implied = map(branch_name, self.sites.known)
        return frozenset((*self.devices.known, *self.all_devices, *implied))

    def lacks_device(self, name: str) -> bool:
        """Return whether no device has this *name*; nobody can say so if a file is not readable."""
        readable = self.devices.names is not None and self.sites.names is not None
        return readable and name not in self.device_names

    @cached_property
    def has_center(self) -> bool:
        return any(entry.row.kind is SiteKind.DATACENTER for entry in self.sites)

    @cached_property
    def platforms(self) -> tuple[str, ...]:
        """Return the platforms there are: the files of their folder, none of which is imported for it."""
        names = (module.name for module in pkgutil.iter_modules(kgnet.platforms.__path__))
        return tuple(sorted(name for name in names if not name.startswith("_")))

    def _implied(self) -> Iterator[DeviceRow]:
        written = {entry.row.site for entry in self.devices if entry.row.role is Role.BRANCH}
        platform = self.settings.row.branch_platform if self.settings else ""
        for entry in self.sites:
            if entry.row.kind is not SiteKind.DATACENTER and entry.row.code not in written:
                yield branch_router(entry.row, platform)

    def ancestors(self, code: str) -> list[str]:
        """Return the site *code* and those above it, as far as they are known; ends in loops, too."""
        way: list[str] = []
        here: str | None = code
        while here is not None and here not in way:
            way.append(here)
            here = self.site[here].parent if here in self.site else None
        return way

    def setting_problem(self, place: Place, what: str, remedy: str = "") -> Problem:
        return Problem(self.settings_file.file, self.settings_file.line(place), what, remedy)

    def mail_problem(self, place: Place, what: str, remedy: str = "") -> Problem:
        return Problem(self.mail_file.file, self.mail_file.line(place), what, remedy)

    def province(self) -> Province:
        """Return the province; call this only when nothing is wrong."""
        if self.settings is None or self.mail is None:
            raise ValueError("a draft with problems is no province")
        return Province(
            settings=self.settings.row,
            mail=self.mail.row,
            sites=self.site,
            devices=self.all_devices,
            circuits=_by_key(Circuit, self.circuits),
            rooms=_by_key(Room, self.rooms),
            meetings=_by_key(Meeting, self.meetings),
            freezes=_by_key(Freeze, self.freezes),
            outages=_by_key(Outage, self.outages),
            zones=_by_key(Zone, self.zones),
            flows=_by_key(Flow, self.flows),
            services=_by_key(Service, self.services),
            mailboxes=_by_key(Mailbox, self.mailboxes),
            facility=_by_key(FacilityAnswer, self.facility),
        )


def branch_name(code: str) -> str:
    return f"r-{code.lower()}"


def branch_router(site: Site, platform: str) -> DeviceRow:
    """Return the router that an office has when devices.csv does not say otherwise."""
    name = branch_name(site.code)
    return DeviceRow(name=name, site=site.code, role=Role.BRANCH, platform=platform, number=1, zone=None)


def _by_key(model: type[R], table: Table[R]) -> dict[str, R]:
    key = key_of(model)
    return {getattr(entry.row, key): entry.row for entry in table}
