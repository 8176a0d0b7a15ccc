"""Where secrets stand in the files of a Linux host: of SNMP, mail, time, tunnels, accounts and programs."""

from __future__ import annotations

import re

from kgnet.model.blurted import EVERYWHERE
from kgnet.platforms._snmp import WELL_KNOWN

_KEYS = r"(?:password|passwd|passphrase|secret|token|_pw|bindpw|psk)"
_VALUE = r"(?!<secret)([^\s\"';]+)"

LINES = (  # after their blanks, whatever the case
    r"usmUser(?:[ \t]+\S+){7}[ \t]+(\S+)",
    r"usmUser(?:[ \t]+\S+){9}[ \t]+(\S+)",
    rf"trapcommunity[ \t]+{WELL_KNOWN}(\S+)",
    rf"(?:trap2?sink|informsink)[ \t]+\S+[ \t]+{WELL_KNOWN}(\S+)",
    r"def(?:Auth|Priv)?Passphrase[ \t]+(\S+)",
    r"P(?:rivate|reshared)Key = (\S+)",
    r"\[[\w.-]+\]:\d+[ \t]+[^\s:]+:(\S+)",  # sasl_passwd of Postfix
    rf"(?:\w[\w.-]{{0,60}})?{_KEYS}[\"']?[ \t]{{0,4}}[=:][ \t]{{0,4}}[\"']?{_VALUE}",
    rf"(?:bindpw|requirepass|masterauth|auth_pass|secret)[ \t]+[\"']?{_VALUE}",
    r"machine .{1,200} password (\S+)",
    r"[^\s*]+[ \t]+\*[ \t]+(\S+)[ \t]+\*$",  # chap-secrets of pppd
    r"\d+ (?:SHA\d+|MD5|AES\d+)[ \t]+(?:ASCII:|HEX:)?(\S+)",  # chrony.keys
)
SECRETS = (
    *(re.compile(rf"^[ \t]*{line}", re.MULTILINE | re.IGNORECASE) for line in LINES),
    re.compile(r"\bstatic:[^\s:]+:(\S+)"),
    re.compile(r"\bHEX:(\S+)"),
    re.compile(r"[ {]secret \"([^\"\n]+)\""),
    re.compile(r"(?<=[ ])password=(?!<secret)([^\s\"';]+)"),
    re.compile(
        r"\$\w{1,4}\$(?:[^\s$:]{1,64}\$){1,2}([./A-Za-z0-9]+)(?![./A-Za-z0-9$])"
    ),  # crypt(5): its kind is no secret
    *EVERYWHERE,
)
