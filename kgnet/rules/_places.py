"""Where in the configuration something was read."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.errors import MissingFact
from kgnet.model.facts import ConfiguredBgp, ConfiguredNeighbor, Snapshot
from kgnet.model.fleet import BgpNeighbor, Device, Routing
from kgnet.model.outcome import Evidence, Told, piece


def at(have: Snapshot, fact: type, line: int, told: Told) -> Evidence:
    """Return what is *told* with its place: `file:line`, or the command and the line of text that it printed.

    *line* 0 is none: the text does not say it, or it is no configuration.
    """
    source = have.sources.get(fact) or have.config.source or have.device
    if not line:
        return piece(told, source)
    if source == have.config.source:
        return piece(told, f"{source}:{line}")
    seen = have.config.line(line)
    return piece(told, source, seen=seen.text if seen else "")


def routing(want: Device) -> Routing:
    """Return the routing that the intent has for the device; MissingFact if it has none."""
    if want.routing is None:
        raise MissingFact(f"the intent has no routing for {want.name}")
    return want.routing


def neighbors(have: Snapshot) -> tuple[ConfiguredNeighbor, ...]:
    """Return the BGP neighbours as configured; MissingFact if there is none to judge."""
    found = have.get(ConfiguredBgp).neighbors
    if not found:
        raise MissingFact("no BGP neighbour is configured, so there is nothing to judge")
    return found


def outer_neighbors(have: Snapshot) -> tuple[ConfiguredNeighbor, ...]:
    """Return the neighbours of another AS; MissingFact if there is none at all."""
    own = have.get(ConfiguredBgp).asn
    return tuple(neighbor for neighbor in neighbors(have) if neighbor.remote_as != own)


def met(wanted: tuple[BgpNeighbor, ...], have: Snapshot) -> Iterator[tuple[BgpNeighbor, ConfiguredNeighbor]]:
    """Yield each neighbour of the intent that is configured, with its configuration."""
    found = {neighbor.address: neighbor for neighbor in neighbors(have)}
    return ((each, found[each.address]) for each in wanted if each.address in found)
