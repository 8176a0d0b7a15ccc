"""Where secrets stand in IOS's text, and what IOS says instead of an exit code."""

from __future__ import annotations

import re

from kgnet.platforms._snmp import WELL_KNOWN

TYPE = r"(?:[0456789] )?"


LINES = (  # after their blanks; group 1 is the secret
    rf"enable (?:algorithm-type \S+ )?(?:secret|password)(?: level \d+)? {TYPE}(\S+)",
    rf"username \S+ .*?(?:secret|password) {TYPE}(\S+)",
    rf"(?:password|secret) (?!encryption ){TYPE}(\S+)",  # of a line, of a certificate's enrolment
    rf"key-string {TYPE}(\S+)",
    rf"(?:tacacs|radius)-server (?:host \S+ .*)?key {TYPE}(\S+)",
    rf"server-private \S+ .*?key {TYPE}(\S+)",
    rf"(?:client \S+ .*?)?server-key {TYPE}(\S+)",
    rf"key (?!\d+$|chain |config-key ){TYPE}(\S+)$",  # of a server; `key 1` of a key chain is a number
    rf"neighbor \S+ password {TYPE}(\S+)",
    rf"(?:pre-shared-key (?:(?:address \S+(?: \S+)?|hostname \S+) key |local |remote |hex )*){TYPE}(\S+)",
    rf"crypto isakmp key {TYPE}(\S+) (?:address|hostname|ipv6)",
    rf"snmp-server community (?:[0-8] (?=\S.* (?:RO|RW|view)\b))?{WELL_KNOWN}(\S+)",
    (
        r"snmp-server host \S+(?: vrf \S+)?(?: informs| traps)?(?: version (?:1|2c))?"
        r" (?!version |informs |traps |vrf )(\S+)"
    ),
    r"snmp-server user .* auth (?:md5|sha|sha-2 \d+) (\S+)",
    r"snmp-server user .* priv (?:des\S*|3des|aes \d+) (\S+)",
    rf"ppp (?:chap|pap|eap) .*?password {TYPE}(\S+)",
    rf"(?:security )?(?:wpa-psk|wpa psk) .*?(?:ascii|hex) {TYPE}(\S+)",
    r"ntp authentication-key \d+ \S+ (\S+)",
    rf"ip ospf (?:message-digest-key \d+ md5|authentication-key) {TYPE}(\S+)",
    rf"(?:area \S+ .*|isis )(?:message-digest-key \d+ md5|authentication-key|password) {TYPE}(\S+)",
    rf"(?:standby|vrrp|glbp) \d+ authentication (?:md5 key-string |text )?{TYPE}(?!md5 )(\S+)",
    rf"(?:ip ftp|ip scp|ip http client|l2tp tunnel|vpdn username \S+) password {TYPE}(\S+)",
    rf"dot1x credentials .*password {TYPE}(\S+)",
    rf"(?:pac|shared|group \S+) (?:key|secret) {TYPE}(\S+)",
    rf"(?:shared-secret|phone-password|area-password|domain-password) {TYPE}(\S+)",
    r"ipv6 ospf authentication ipsec spi \d+ \S+ (?:[07] )?(\S+)",
    r"ipv6 ospf encryption ipsec spi \d+ esp .*?(?:des|3des|aes-cbc \d+|null) (?:[07] )?(?!sha1 |md5 )(\S+)",
    r"ipv6 ospf encryption ipsec spi \d+ esp .*(?:sha1|md5) (?:[07] )?(\S+)",
    r"ip nhrp authentication (\S+)",
    r"tunnel key (\S+)",
    rf"mpls ldp (?:neighbor \S+ (?:vrf \S+ )?password|(?:vrf \S+ )?password .*for \S+) {TYPE}(\S+)",
    rf"encryption (?:vlan \d+ )?key \d+ size \S+ {TYPE}(\S+)",
    rf"cts (?:credentials id \S+|sxp default) password {TYPE}(\S+)",
    r"sap pmk (\S+)",
    r"key config-key \S+ (\S+)",
    r"event manager environment \S*(?:[Pp]ass|[Ss]ecret|[Tt]oken|[Kk]ey)\S* (\S+)",
    rf"(?:credentials|authentication) username \S+ password {TYPE}(\S+)",
    rf"bind authenticate root-dn .* password {TYPE}(\S+)",
    r"vtp password (\S+)",
    rf'action \S+ cli command "(?:[^"\n]* )?(?:password|secret|key|community) {TYPE}([^\s"]+)',  # EEM types
    rf"snmp mib community-map {WELL_KNOWN}(\S+)",
)

SERVER = rf"^(?:tacacs|radius) server \S+\n(?:[^\S\n].*\n)*?[^\S\n]+key {TYPE}(\S+)$"
SECRETS = (
    *(re.compile(rf"^[^\S\n]*(?:no )?{line}", re.MULTILINE) for line in LINES),
    re.compile(SERVER, re.MULTILINE),
)
SUSPECTS = re.compile(  # where one of them may be found: a line, or a server with its lines
    rf"\n[^\S\n]*(?:no )?(?:(?:tacacs|radius) server \S+(?:\n[^\S\n].*)*|{'|'.join(LINES)}).*", re.MULTILINE
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
