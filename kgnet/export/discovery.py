"""fleet → targets to probe, as Prometheus' file_sd and http_sd take them, by module and part.

What a target is stands in `__meta_kgnet_…` labels: which of them become labels of its series, the scrape
configuration says (https://prometheus.io/docs/instrumenting/writing_exporters/#target-labels).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kgnet.errors import UsageError
from kgnet.export.collector import SHOWS
from kgnet.export.shard import WHOLE, Shard, site_of
from kgnet.model.fleet import Fleet

META = "__meta_kgnet_"


def targets(fleet: Fleet, module: str, shard: Shard = WHOLE) -> list[dict[str, Any]]:
    """Return the target groups of *module*: what is probed with it, each address in one of the parts.

    UsageError if nothing of the fleet is.
    """
    found = [each for each in _all(fleet) if each[0] == module]
    if not found:
        raise UsageError(f"nothing is probed with {module!r} — known: {', '.join(modules(fleet))}")
    return [
        {"targets": [address], "labels": _labels(fleet, about, options)}
        for _, address, about, options in found
        if shard.holds(address)
    ]


def seldom(fleet: Fleet, module: str) -> bool:
    """Return whether *module* asks what is to be asked rarely."""
    return any(target.every_s for target in fleet.targets if target.module == module)


def modules(fleet: Fleet) -> list[str]:
    """Return the modules with which something of the fleet is probed."""
    return sorted({module for module, _, _, _ in _all(fleet)})


def _all(fleet: Fleet) -> Iterator[tuple[str, str, Mapping[str, str], Mapping[str, str]]]:
    """Yield module, address, what it is and the options of its probe."""
    for name, device in fleet.devices.items():
        yield "icmp", str(device.address), {"device": name, "role": device.role.value}, {}
    for name, circuit in fleet.circuits.items():
        yield "icmp", str(circuit.outer_ipv4), {"circuit": name, "carrier": circuit.row.carrier}, {}
    for target in fleet.targets:
        about = {name: value for name, value in target.labels if name != SHOWS}
        yield target.module, target.target, about, dict(target.options)


def _labels(fleet: Fleet, about: Mapping[str, str], options: Mapping[str, str]) -> dict[str, str]:
    told = {"site": site_of(fleet, about), **about}
    given = {f"__param_{name}": value for name, value in options.items()}
    return {**{f"{META}{name}": value for name, value in told.items()}, **given}
