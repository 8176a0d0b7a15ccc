"""KG-MON-01: web access logs reach the central collector."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.errors import MissingFact
from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.managed import LogHosts
from kgnet.model.operations import WebLogs
from kgnet.model.outcome import Deviation
from kgnet.model.province import Role
from kgnet.ports import Wrong
from kgnet.rules._control import control


@control(
    "KG-MON-01",
    title="Web access logs reach the central collector",
    needs=[WebLogs, LogHosts],
    roles=[Role.PORTAL, Role.APPLICATION, Role.BALANCER],
)
def web_logs_collected(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """An attack on a site stands in its access log; who breaks in deletes that first."""
    targets = have.get(WebLogs).targets
    if not targets:
        raise MissingFact("no web server that writes an access log was found")
    for target in targets:
        if target != "syslog":
            yield Deviation(
                f"{target} stays on this host", "syslog", after=", which is sent to the collector"
            )
    if not have.get(LogHosts).hosts:
        yield "the host sends its log to no collector"
