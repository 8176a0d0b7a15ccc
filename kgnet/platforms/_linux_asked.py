"""The questions on its upkeep that every Linux host is asked; those of a router differ in a few answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from kgnet.model.facts import System
from kgnet.model.filtering import FilterHits
from kgnet.model.hosting import AuditTrail
from kgnet.model.managed import LogHosts, TimeServers, Unsaved
from kgnet.model.operations import (
    ChangeLog,
    EnabledPorts,
    FlowExport,
    LocalLog,
    LogArchive,
    Logging,
    LogStamps,
    PacketHandling,
    Register,
    WebLogs,
)
from kgnet.model.province import Role
from kgnet.platforms import _linux
from kgnet.platforms import _linux_logs as logs
from kgnet.platforms import _linux_upkeep as upkeep
from kgnet.platforms import _nftables_hits as hits
from kgnet.platforms._protection import audit_trail
from kgnet.platforms._releases import running
from kgnet.ports import Reader

FILTER = "/etc/nftables.conf"
Questions = Mapping[tuple[str, ...], Reader]
BOTH: Questions = {
    upkeep.CHRONY: Reader(TimeServers, upkeep.time_servers),
    upkeep.HARDWARE: running(upkeep.hardware),
    upkeep.FLOWS: Reader(FlowExport, upkeep.flow_export),
    hits.COMMAND: Reader(FilterHits, hits.read),
}
KEPT = {LocalLog: logs.local_log, LogStamps: logs.stamps}


def _asked(handling: Reader) -> Questions:
    """Return what `_linux` asks; the answers on interfaces and settings tell more than one fact."""
    more = {_linux.LINKS: Reader(EnabledPorts, upkeep.enabled_ports), _linux.SYSCTL: handling}
    told = {
        command: replace(_linux.STATE[command], also={**_linux.STATE[command].also, each.fact: each.read})
        for command, each in more.items()
    }
    return {**_linux.STATE, **told, **BOTH}


ROUTER: Questions = {
    **_asked(Reader(PacketHandling, upkeep.routing)),
    logs.LOGS: Reader(LogHosts, logs.log_hosts, also=KEPT),
    logs.AUDIT: Reader(ChangeLog, lambda text: logs.change_log(text, "/etc/frr", FILTER)),
}
SERVER: Questions = {
    **_asked(Reader(PacketHandling, upkeep.serving)),
    logs.LOGS: Reader(System, logs.system, also={LogHosts: logs.log_hosts, Logging: logs.logging, **KEPT}),
    logs.AUDIT: Reader(ChangeLog, lambda text: logs.change_log(text, FILTER), also={AuditTrail: audit_trail}),
    logs.ROTATION: Reader(LogArchive, logs.log_archive, roles=(Role.MONITOR,)),
    logs.WEB: Reader(WebLogs, logs.web_logs, roles=(Role.PORTAL, Role.APPLICATION, Role.BALANCER)),
    upkeep.FILTERS: Reader(Unsaved, upkeep.unsaved),
    upkeep.REGISTER: Reader(Register, upkeep.register, roles=(Role.MONITOR,)),
}
