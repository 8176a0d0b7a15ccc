"""Where secrets stand in IOS's text, and what IOS says instead of an exit code."""

from __future__ import annotations

import re

from kgnet.platforms._snmp import WELL_KNOWN

TYPE = r"(?:[0456789] )?"


def _line(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"^ *(?:no )?{pattern}", re.MULTILINE)


SECRETS = (
    _line(rf"enable (?:secret|password)(?: level \d+)? {TYPE}(\S+)"),
    _line(rf"username \S+ .*?(?:secret|password) {TYPE}(\S+)"),
    _line(rf"(?:password|secret) (?!encryption ){TYPE}(\S+)"),  # of a line, of a certificate's enrolment
    _line(rf"key-string {TYPE}(\S+)"),
    _line(rf"(?:tacacs|radius)-server (?:host \S+ .*)?key {TYPE}(\S+)"),
    _line(rf"server-private \S+ .*?key {TYPE}(\S+)"),
    _line(rf"client \S+ .*?server-key {TYPE}(\S+)"),
    _line(rf"key (?!\d+$|chain |config-key ){TYPE}(\S+)$"),  # of a server; `key 1` of a key chain is a number
    re.compile(rf"^(?:tacacs|radius) server \S+\n(?: .*\n)*? key {TYPE}(\S+)$", re.MULTILINE),
    _line(rf"neighbor \S+ password {TYPE}(\S+)"),
    _line(rf"(?:pre-shared-key (?:address \S+(?: \S+)? key |local |remote |hex )*){TYPE}(\S+)"),
    _line(rf"crypto isakmp key {TYPE}(\S+) (?:address|hostname|ipv6)"),
    _line(rf"snmp-server community {WELL_KNOWN}(\S+)"),
    _line(
        r"snmp-server host \S+(?: vrf \S+)?(?: informs| traps)?(?: version (?:1|2c))?"
        r" (?!version |informs |traps |vrf )(\S+)"
    ),
    _line(r"snmp-server user .* auth (?:md5|sha|sha-2 \d+) (\S+)"),
    _line(r"snmp-server user .* priv (?:des|3des|aes \d+) (\S+)"),
    _line(rf"ppp (?:chap|pap|eap) .*?password {TYPE}(\S+)"),
    _line(rf"(?:security )?wpa-psk .*?(?:ascii|hex) {TYPE}(\S+)"),
    _line(r"ntp authentication-key \d+ \S+ (\S+)"),
    _line(rf"ip ospf (?:message-digest-key \d+ md5|authentication-key) {TYPE}(\S+)"),
    _line(rf"(?:area \S+ .*|isis )(?:message-digest-key \d+ md5|authentication-key|password) {TYPE}(\S+)"),
    _line(rf"(?:standby|vrrp|glbp) \d+ authentication (?:md5 key-string |text )?{TYPE}(?!md5 )(\S+)"),
    _line(rf"(?:ip ftp|ip http client|l2tp tunnel|vpdn username \S+) password {TYPE}(\S+)"),
    _line(rf"dot1x credentials .*password {TYPE}(\S+)"),
)

# What starts with a percent sign is a refusal, but for warnings and what is logged on the terminal.
HARMLESS = (
    r"Warning|Note|Info|Generating|Default|Access VLAN|Portfast|IPv6 routing|Saved|Please|[A-Z0-9_]+-\d-"
    r"|The (?:key|certificate)|Interface \S+ IPv[46] (?:disabled|address)|Some|SSH|SCP"
)
REFUSALS = (
    re.compile(rf"^ *%+ ?(?!%|{HARMLESS})\S.*", re.MULTILINE),
    re.compile(r"^Command (?:rejected|authorization failed).*", re.MULTILINE),
    re.compile(r"^(?:Error|ERROR): .*", re.MULTILINE),
)
