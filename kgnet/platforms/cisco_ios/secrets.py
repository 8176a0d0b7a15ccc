"""Where secrets stand in IOS's text, and what IOS says instead of an exit code."""

from __future__ import annotations

import re

from kgnet.model.blurted import EVERYWHERE
from kgnet.model.suspects import Suspects
from kgnet.platforms._snmp import WELL_KNOWN

TYPE = r"(?:[0456789] )?"

LINES = {  # the first word of a line → what may follow it; group 1 is the secret
    "enable": (rf"(?:algorithm-type \S+ )?(?:secret|password)(?: level \d+)? {TYPE}(\S+)",),
    "username": (rf"\S+ .*?(?:secret|password) {TYPE}(\S+)",),
    **dict.fromkeys(  # of a line, of a certificate's enrolment
        ("password", "secret"), (rf"(?!encryption ){TYPE}(\S+)",)
    ),
    "key-string": (rf"{TYPE}(\S+)",),
    **dict.fromkeys(("tacacs-server", "radius-server"), (rf"(?:host \S+ .*)?key {TYPE}(\S+)",)),
    "server-private": (rf"\S+ .*?key {TYPE}(\S+)",),
    "client": (rf"\S+ .*?server-key {TYPE}(\S+)",),
    "server-key": (rf"{TYPE}(\S+)",),
    "key": (  # of a server; `key 1` of a key chain is a number
        rf"(?!\d+$|chain |config-key ){TYPE}(\S+)$",
        r"config-key \S+ (\S+)",
    ),
    "neighbor": (rf"\S+ password {TYPE}(\S+)",),
    "pre-shared-key": (rf"(?:(?:address \S+(?: \S+)?|hostname \S+) key |local |remote |hex )*{TYPE}(\S+)",),
    "crypto": (rf"isakmp key {TYPE}(\S+) (?:address|hostname|ipv6)",),
    "snmp-server": (
        rf"community (?:[0-8] (?=\S.* (?:RO|RW|view)\b))?{WELL_KNOWN}(\S+)",
        (
            r"host \S+(?: vrf \S+)?(?: informs| traps)?(?: version (?:1|2c))?"
            r" (?!version |informs |traps |vrf )(\S+)"
        ),
        r"user .* auth (?:md5|sha|sha-2 \d+) (\S+)",
        r"user .* priv (?:des\S*|3des|aes \d+) (\S+)",
    ),
    "ppp": (rf"(?:chap|pap|eap) .*?password {TYPE}(\S+)",),
    "security": (rf"(?:wpa-psk|wpa psk) .*?(?:ascii|hex) {TYPE}(\S+)",),
    "wpa-psk": (rf".*?(?:ascii|hex) {TYPE}(\S+)",),
    "wpa": (rf"psk .*?(?:ascii|hex) {TYPE}(\S+)",),
    "ntp": (r"authentication-key \d+ \S+ (\S+)",),
    "ip": (
        rf"ospf (?:message-digest-key \d+ md5|authentication-key) {TYPE}(\S+)",
        rf"(?:ftp|scp|http client) password {TYPE}(\S+)",
        r"nhrp authentication (\S+)",
    ),
    "area": (rf"\S+ .*(?:message-digest-key \d+ md5|authentication-key|password) {TYPE}(\S+)",),
    "isis": (rf"(?:message-digest-key \d+ md5|authentication-key|password) {TYPE}(\S+)",),
    **dict.fromkeys(
        ("standby", "vrrp", "glbp"),
        (rf"\d+ authentication (?:md5 key-string |text )?{TYPE}(?!md5 )(\S+)",),
    ),
    "l2tp": (rf"tunnel password {TYPE}(\S+)",),
    "vpdn": (rf"username \S+ password {TYPE}(\S+)",),
    "dot1x": (rf"credentials .*password {TYPE}(\S+)",),
    **dict.fromkeys(("pac", "shared"), (rf"(?:key|secret) {TYPE}(\S+)",)),
    "group": (rf"\S+ (?:key|secret) {TYPE}(\S+)",),
    **dict.fromkeys(
        ("shared-secret", "phone-password", "area-password", "domain-password"), (rf"{TYPE}(\S+)",)
    ),
    "ipv6": (
        r"ospf authentication ipsec spi \d+ \S+ (?:[07] )?(\S+)",
        r"ospf encryption ipsec spi \d+ esp .*?(?:des|3des|aes-cbc \d+|null) (?:[07] )?(?!sha1 |md5 )(\S+)",
        r"ospf encryption ipsec spi \d+ esp .*(?:sha1|md5) (?:[07] )?(\S+)",
    ),
    "tunnel": (r"key (\S+)",),
    "mpls": (rf"ldp (?:neighbor \S+ (?:vrf \S+ )?password|(?:vrf \S+ )?password .*for \S+) {TYPE}(\S+)",),
    "encryption": (rf"(?:vlan \d+ )?key \d+ size \S+ {TYPE}(\S+)",),
    "cts": (rf"(?:credentials id \S+|sxp default) password {TYPE}(\S+)",),
    "sap": (r"pmk (\S+)",),
    "event": (r"manager environment \S*(?:[Pp]ass|[Ss]ecret|[Tt]oken|[Kk]ey)\S* (\S+)",),
    **dict.fromkeys(("credentials", "authentication"), (rf"username \S+ password {TYPE}(\S+)",)),
    "bind": (rf"authenticate root-dn .* password {TYPE}(\S+)",),
    "vtp": (r"password (\S+)",),
    "action": (  # EEM types
        rf'\S+ cli command "(?:[^"\n]* )?(?:password|secret|key|community) {TYPE}([^\s"]+)',
    ),
    "snmp": (rf"mib community-map {WELL_KNOWN}(\S+)",),
}
HINTS = (  # beside those of secrets everywhere
    *(b"community", b"snmp-server host", b"snmp-server user", b"standby ", b"vrrp ", b"glbp "),
    *(b"ipv6 ospf", b"ip nhrp", b"sap pmk"),
)
BY_WORD = {
    word: tuple(re.compile(rf"^[^\S\n]*(?:no )?{word} {rest}", re.MULTILINE) for rest in told)
    for word, told in LINES.items()
}
SERVERS = ("tacacs server ", "radius server ")
KEY = re.compile(rf"^[^\S\n]+key {TYPE}(\S+)$", re.MULTILINE)  # of such a server, of digits alone, too
SUSPECTS = Suspects(HINTS, BY_WORD, {"key": (SERVERS, KEY)})
SECRETS = (*EVERYWHERE, *(pattern for told in BY_WORD.values() for pattern in told))
WITHIN = ((re.compile(rf"\n(?:{'|'.join(SERVERS)})\S+(?:\n[^\S\n].*)*"), KEY),)

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
