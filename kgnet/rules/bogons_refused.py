"""KG-PER-02: what comes from the Internet does not come from addresses that are nobody's there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from ipaddress import ip_network

from kgnet.model.facts import FilterRule, Snapshot
from kgnet.model.fleet import Device, Network
from kgnet.model.perimeter import PortFilters
from kgnet.ports import Wrong
from kgnet.rules._control import ROUTERS, control
from kgnet.rules._perimeter import let_in, outside
from kgnet.rules._permits import Permit
from kgnet.rules._places import at

BOGONS = (  # RFC 6890 §2.2: of no source on the Internet
    *("0.0.0.0/8", "10.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"),
    *("224.0.0.0/3", "::1/128", "fc00::/7", "ff00::/8"),
)


@control("KG-PER-02", needs=[PortFilters], roles=ROUTERS)
def bogons_refused(
    want: Device, have: Snapshot, *, ports: tuple[str, ...] = (), bogons: tuple[str, ...] = BOGONS
) -> Iterator[Wrong]:
    """A packet from the Internet with an inside address is forged, and trusted where addresses are.

    *ports* face the Internet beside those of which the intent says so.
    """
    networks = [ip_network(bogon) for bogon in bogons]
    known = {int(link.tunnel.remote) for link in want.interfaces if link.tunnel}
    for name, found in outside(want, have, ports):
        lets: dict[FilterRule | None, list[Network]] = defaultdict(list)
        for rule, permit in let_in(found):
            if permit.source[0] == permit.source[1] and permit.source[0] in known:
                continue  # the far end of a tunnel, which the intent names
            lets[rule] += (each for each in networks if _meets(permit, each))
        for rule, refused in lets.items():
            some = ", ".join(map(str, sorted(set(refused), key=networks.index)))
            by = f"{found.name} lets" if found.name else "no filter: it lets"
            told = f": {rule.text}" if rule else ""
            if some:
                what = f"{name}: {by} in packets from {some}{told}"
                yield at(have, PortFilters, rule.line if rule else found.line, what)


def _meets(permit: Permit, network: Network) -> bool:
    first, last = int(network.network_address), int(network.broadcast_address)
    return permit.family == network.version and permit.source[0] <= last and first <= permit.source[1]
