"""KG-ACC-06: Management sessions are limited to a management prefix list."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.errors import MissingFact
from kgnet.model.facts import PacketFilter, Snapshot
from kgnet.model.fleet import Device
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._entrances import SSH, listed, within
from kgnet.rules._permits import Permits, accepting, intended, of_flow, of_rule, policy
from kgnet.rules._places import at

MANAGED = (SSH, ("udp", 161))  # and SNMP


@control("KG-ACC-06", needs=[PacketFilter])
def managed_from_inside(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """A login that the whole network can reach is tried by the whole network, day and night."""
    comers = listed(have)
    if comers is None:
        yield from _by_filter(want, have)
        return
    if not want.admins:
        raise MissingFact(f"the intent does not say who may administer {want.name}")
    for comer in comers:
        if not any(within(comer.network, network) for network in want.admins):
            yield comer.evidence(have, wanted=f"only {', '.join(map(str, want.admins))}")


def _by_filter(want: Device, have: Snapshot) -> Iterator[Wrong]:
    yield from policy(have, "input")
    flows = intended(want).inputs
    allowed = Permits(permit for flow in flows for permit in of_flow(flow))
    if not any(permit.reaches(*SSH) for permit in allowed.every):
        raise MissingFact(f"the intent does not say who may administer {want.name}")
    for rule in accepting(have, "input"):
        for permit in of_rule(rule):
            if any(permit.reaches(*service) for service in MANAGED) and allowed.lacking(permit):
                yield at(have, PacketFilter, rule.line, f"permits {permit}, which the intent does not")
