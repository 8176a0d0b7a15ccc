"""What vendors tell of their upkeep by configuration: which facts, and severities in RFC 5424's words."""

from __future__ import annotations

from kgnet.model.operations import (
    SEVERITIES,
    ChangeLog,
    EnabledPorts,
    FlowExport,
    IpOptions,
    LocalLog,
    Logging,
    LogStamps,
    PacketHandling,
)

Operations = (
    Logging | LocalLog | LogStamps | ChangeLog | FlowExport | PacketHandling | IpOptions | EnabledPorts
)
OWN = {
    **{"notifications": "notice", "debugging": "debug", "info": "informational"},
    **{"emerg": "emergency", "crit": "critical", "err": "error", "warn": "warning"},  # syslog(3)
}


def severity(word: str) -> str:
    """Return Cisco's `errors` or `3`, or Junos's `error`, as `error`; a word that is none as it is."""
    if word.isdecimal() and int(word) < len(SEVERITIES):
        return SEVERITIES[int(word)]
    singular = {"emergencies": "emergency"}.get(word, word.removesuffix("s"))
    return OWN.get(word, singular if singular in SEVERITIES else word)
