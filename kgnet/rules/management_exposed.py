"""KG-FW-05: no management service behind a firewall is reached from where nobody administers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from kgnet.errors import MissingFact
from kgnet.model.facts import FilterRule, PacketFilter, Snapshot
from kgnet.model.fleet import Device, FlowRule, InterfaceKind
from kgnet.model.outcome import Severity
from kgnet.model.province import Role
from kgnet.ports import Wrong, rule
from kgnet.rules._filters import POLICIES
from kgnet.rules._permits import Permit, Permits, accepting, of_flow, of_rule
from kgnet.rules._places import at

SERVICES = (  # by protocol and port: SSH, Telnet, RDP, VNC, WinRM, IPMI, NETCONF (SNMP: KG-SNM-05)
    *("tcp/22", "tcp/23", "tcp/3389", "tcp/5900", "tcp/5985", "tcp/5986", "udp/623", "tcp/830"),
)


@rule(
    id="KG-FW-05",
    title="Management services are reached from where administrators sit, and from nowhere else",
    severity=Severity.CRITICAL,
    needs=[PacketFilter],
    references=POLICIES,
    roles=[Role.BORDER, Role.BRANCH],
)
def management_exposed(
    want: Device, have: Snapshot, *, services: tuple[str, ...] = SERVICES, zones: tuple[str, ...] = ("mgt",)
) -> Iterator[Wrong]:
    """Who gets into one desk's computer tries the servers' SSH and remote desktops next.

    *services* as `tcp/22`; *zones* are those of the intent from which one administers, beside its own list.
    """
    zone = (lan for lan in want.of_kind(InterfaceKind.LAN) if lan.zone in zones)
    known = (*want.admins, *(address.network for lan in zone for address in lan.addresses))
    if not known:
        raise MissingFact(f"the intent does not say from where {want.name} may be administered")
    allowed = Permits(of_flow(FlowRule("", known, (), "", (), "")))
    told = [(protocol, int(port)) for protocol, _, port in (each.partition("/") for each in services)]
    denied = _denied(have)
    for found in accepting(have, "forward"):
        before = [permit for line, permit in denied[found.within] if line < found.line]
        for permit in of_rule(found):
            reached = [f"{protocol}/{port}" for protocol, port in told if permit.reaches(protocol, port)]
            if reached and _open(permit, before, allowed):
                what = f"{', '.join(reached)} can be reached by {permit}: {_name(found)}"
                yield at(have, PacketFilter, found.line, what)
                break


def _denied(have: Snapshot) -> dict[str, list[tuple[int, Permit]]]:
    """Return what each list stops for good, by line."""
    found: dict[str, list[tuple[int, Permit]]] = defaultdict(list)
    for each in have.get(PacketFilter).rules:
        if each.verdict in ("drop", "reject") and not each.narrow:
            found[each.within] += ((each.line, permit) for permit in of_rule(each))
    return found


def _open(permit: Permit, before: list[Permit], allowed: Permits) -> bool:
    """Whether anything is let through that was not stopped before, and comes from elsewhere."""
    left = [permit]
    for other in before:
        left = [rest for each in left for rest in each.without(other)]
    return any(allowed.lacking(each) for each in left)


def _name(found: FilterRule) -> str:
    return found.comment or found.text
