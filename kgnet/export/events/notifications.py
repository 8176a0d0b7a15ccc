"""Which SNMP notification means what: its snmpTrapOID and the objects that come with it → an event."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from kgnet.model.events import Event, EventKind

Binding = tuple[str, object]  # OID without a leading dot, value

TRAP_OID = "1.3.6.1.6.3.1.1.4.1.0"  # RFC 3418, snmpTrapOID
IF_INDEX = "1.3.6.1.2.1.2.2.1.1"  # RFC 2863
NAMES = ("1.3.6.1.2.1.31.1.1.1.1.", "1.3.6.1.2.1.2.2.1.2.")  # RFC 2863, ifName and ifDescr

KINDS: Mapping[str, EventKind] = MappingProxyType(
    {
        "1.3.6.1.6.3.1.1.5.1": EventKind.RESTART,  # RFC 3418, coldStart
        "1.3.6.1.6.3.1.1.5.2": EventKind.RESTART,  # RFC 3418, warmStart
        "1.3.6.1.6.3.1.1.5.3": EventKind.LINK_DOWN,  # RFC 2863, linkDown
        "1.3.6.1.6.3.1.1.5.4": EventKind.LINK_UP,  # RFC 2863, linkUp
        "1.3.6.1.6.3.1.1.5.5": EventKind.AUTHENTICATION_FAILURE,  # RFC 3418, authenticationFailure
        "1.3.6.1.2.1.15.0.1": EventKind.BGP_UP,  # RFC 4273, bgpEstablishedNotification
        "1.3.6.1.2.1.15.0.2": EventKind.BGP_DOWN,  # RFC 4273, bgpBackwardTransNotification
        "1.3.6.1.2.1.15.7.1": EventKind.BGP_UP,  # RFC 1657, bgpEstablished: what older agents send
        "1.3.6.1.2.1.15.7.2": EventKind.BGP_DOWN,  # RFC 1657, bgpBackwardTransition
        "1.3.6.1.4.1.9.9.43.2.0.1": EventKind.CONFIGURATION_CHANGE,  # CISCO-CONFIG-MAN-MIB
        "1.3.6.1.4.1.9.9.43.2.0.2": EventKind.CONFIGURATION_CHANGE,  # ccmCLIRunningConfigChanged
        "1.3.6.1.4.1.30065.3.9.3.0.1": EventKind.CONFIGURATION_CHANGE,  # ARISTA-CONFIG-MAN-MIB
        "1.3.6.1.4.1.2636.4.5.0.1": EventKind.CONFIGURATION_CHANGE,  # JUNIPER-CFGMGMT-MIB, jnxCmCfgChange
    }
)


def event(bindings: Iterable[Binding]) -> Event | None:
    """Return what a notification tells; None if it is none that is counted."""
    kind, interface, index = None, "", None
    for oid, value in bindings:
        if oid == TRAP_OID:
            kind = KINDS.get(str(value))
        elif oid.rpartition(".")[0] == IF_INDEX and isinstance(value, int):
            index = value
        elif oid.startswith(NAMES) and isinstance(value, bytes):
            interface = value.decode("utf-8", "replace")[:64]
    return Event(kind, interface, index) if kind else None
