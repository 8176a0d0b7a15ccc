"""NAPALM: commit-confirm as IOS, EOS and Junos have it of their own; sessions expose NAPALM's `driver`.

ios    a file on flash, `configure terminal revert timer`, `copy FILE running-config`, `configure confirm`
eos    a configuration session, `commit timer`, `commit`
junos  the candidate configuration, locked; `commit confirmed`, `commit`
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from ipaddress import ip_address
from types import ModuleType

from kgnet.model.fleet import Device, InterfaceKind
from kgnet.ports import Candidate, Ended, Session, Transaction
from kgnet.transactions import _napalm_eos, _napalm_ios, _napalm_junos
from kgnet.transactions._driver import driver_of

WAYS: Mapping[str, ModuleType] = {"ios": _napalm_ios, "eos": _napalm_eos, "junos": _napalm_junos}
PING = {"ios": "ping {} repeat 2 timeout 1", "eos": "ping {} repeat 2", "junos": "ping {} count 2 rapid"}
OUT_OF_BAND = {  # Junos calls that VRF by one name
    "ios": "ping vrf {vrf} {} repeat 2 timeout 1",
    "eos": "ping vrf {vrf} {} repeat 2",
    "junos": "ping {} routing-instance mgmt_junos count 2 rapid",
}
VRF = "MGMT"  # where the intent names none
ANSWERED = re.compile(r"Success rate is [1-9]|\b[1-9]\d*(?: packets)? received")
PING_S = 15.0


def hold(session: Session, candidate: Candidate) -> None:
    WAYS[candidate.platform.dialect].hold(session, candidate)


def load(session: Session, candidate: Candidate, confirm_s: int) -> None:
    """Load; IOS and Junos count in minutes, so that the time is rounded up."""
    WAYS[candidate.platform.dialect].load(session, candidate, confirm_s)


def confirm(session: Session, candidate: Candidate) -> None:
    WAYS[candidate.platform.dialect].confirm(session, candidate)


def restore(session: Session, candidate: Candidate) -> None:
    WAYS[candidate.platform.dialect].restore(session, candidate)


def free(session: Session, candidate: Candidate) -> None:
    WAYS[candidate.platform.dialect].free(session, candidate)


def ended(session: Session, candidate: Candidate) -> Ended:
    found: Ended = WAYS[candidate.platform.dialect].ended(session, candidate)
    return found


def reaches(session: Session, addresses: Iterable[str]) -> frozenset[str]:
    """Ask for pings; what stands in the management network is found by way of its VRF only."""
    dialect = driver_of(session).platform
    device = getattr(session, "device")  # noqa: B009 - and the device that it is with
    asked = {address: _ping(device, dialect, address) for address in addresses}
    answers = ((address, session.run((line,), timeout_s=PING_S)) for address, line in asked.items())
    return frozenset(address for address, output in answers if ANSWERED.search(output.out))


def _ping(device: Device, dialect: str, address: str) -> str:
    way = OUT_OF_BAND if _out_of_band(device, address) else PING
    return way[dialect].format(address, vrf=device.vrf or VRF)


def _out_of_band(device: Device, address: str) -> bool:
    try:
        sought = ip_address(address)
    except ValueError:
        return False  # a name
    ports = device.of_kind(InterfaceKind.MANAGEMENT)
    return any(sought in own.network for port in ports for own in port.addresses)


TRANSACTION = Transaction("napalm", hold, load, confirm, restore, free, ended, reaches, least_s=60)
