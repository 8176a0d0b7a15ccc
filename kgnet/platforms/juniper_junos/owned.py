"""Which statements of Junos the intent speaks for; all others are left alone, unless the whole is replaced.

Accounts and ports that the intent does not name stay: whoever removes them has to say so (`--replace`).
"""

from __future__ import annotations

import re

from kgnet.ports import Path

OWNED = re.compile(
    r"""system/(?:host-name|domain-name|management-instance|no-redirects|authentication-order)\b.*
    |system/(?:tacplus-server|accounting)\b.*
    |system/root-authentication/.*
    |system/login/(?:message|retry-options|password|class[ ](?:admins|operators))\b.*
    |system/login/user[ ][^/]+/.*
    |system/services/(?:ssh|telnet|ftp|finger|rlogin|xnm-clear-text|netconf|web-management)\b.*
    |system/(?:syslog|ntp)\b.*
    |chassis/aggregated-devices\b.*
    |(?:snmp|policy-options|class-of-service|firewall|applications)\b.*
    |security/(?:address-book|ike|ipsec|screen|policies|zones)\b.*
    |interfaces/(?:ge-0/0/[0-6]|xe-0/0/1[67]|xe-0/[1-9]\d*/\d+|ae0|lo0|st0|fxp0)\b.*
    |routing-options/(?:router-id|autonomous-system|aggregate|rib[ ]inet6\.0)\b.*
    |protocols/(?:bgp|lldp)\b.*
    |routing-instances/mgmt_junos/description\b.*""",
    re.VERBOSE,
)
# In a block that is owned, what one does to the port itself, or to what the design has no word for.
LEFT = re.compile(
    r"interfaces/(?:ge|xe)-[^/]+/\d+/\d+/(?:ether-options|speed|mtu|hold-time)\b.*"
    r"|system/login/user [^/]+/uid .*"  # the device gives every account a number of its own
)
HOLDERS = re.compile(
    r"(?:system|chassis|security|interfaces|routing-options|protocols|routing-instances"
    r"|system/(?:login|services)|interfaces/lo0|routing-instances/mgmt_junos)"
)


# What every Junos must have or makes by itself, unless the intent says otherwise: no commit goes without.
ROOT = "system/root-authentication"
MANDATORY = re.compile(rf"system|system/login|{ROOT}(?:/.*)?|system/login/user [^/]+/uid .*")


def _told(path: Path) -> str:
    return "/".join(line.removeprefix("inactive: ").rstrip(" {;") for line in path)


def permanent(path: Path) -> bool:
    """Return whether the statement at *path* stays even where the whole is replaced."""
    return bool(MANDATORY.fullmatch(_told(path)))


def opaque(path: Path) -> bool:
    """Return whether the block at *path* is one thing: how root logs in is the intent's or the device's."""
    return _told(path) == ROOT


def owns(path: Path) -> bool:
    """Return whether the intent speaks for the statement at *path*."""
    told = _told(path)
    if HOLDERS.fullmatch(told) or LEFT.fullmatch(told):
        return False
    return bool(OWNED.fullmatch(told))
