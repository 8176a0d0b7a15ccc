"""An entry of an access list as devices print it → as it is compared and read: no number, ports by number.

IOS XE puts a number before each (`10 permit …`, `sequence 10 permit …`), older IOS one behind those of IPv6.
"""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import AddressValueError, IPv6Address

REMEMBERED = 1 << 11  # entries and addresses: a fleet writes the same ones again and again
WORDS = ("permit ", "deny ", "remark ")
NUMBER = re.compile(r"^(?:sequence )?\d+ (?=permit|deny|remark)")
SEQUENCE = re.compile(r" sequence \d+$")
AFTER = ("eq", "gt", "lt", "neq", "range")
PORTS = {  # the names that IOS has for ports of TCP and UDP; where they differ, see UDP
    **{"echo": 7, "discard": 9, "daytime": 13, "chargen": 19, "ftp-data": 20, "ftp": 21, "telnet": 23},
    **{
        "smtp": 25,
        "time": 37,
        "whois": 43,
        "tacacs": 49,
        "domain": 53,
        "gopher": 70,
        "finger": 79,
        "www": 80,
    },
    **{"hostname": 101, "pop2": 109, "pop3": 110, "sunrpc": 111, "ident": 113, "nntp": 119, "bgp": 179},
    **{"irc": 194, "pim-auto-rp": 496, "exec": 512, "login": 513, "cmd": 514, "lpd": 515, "talk": 517},
    **{"uucp": 540, "klogin": 543, "kshell": 544, "msrpc": 135, "drip": 3949, "onep-plain": 15001},
    **{"onep-tls": 15002, "nameserver": 42, "bootps": 67, "bootpc": 68, "tftp": 69, "ntp": 123},
    **{"netbios-ns": 137, "netbios-dgm": 138, "netbios-ss": 139, "snmp": 161, "snmptrap": 162, "xdmcp": 177},
    **{"dnsix": 195, "mobile-ip": 434, "isakmp": 500, "biff": 512, "who": 513, "syslog": 514, "rip": 520},
    **{"ripv6": 521, "non500-isakmp": 4500},
}


def unnumbered(line: str) -> str:
    if line.startswith(WORDS) and " sequence " not in line:
        return line
    return SEQUENCE.sub("", NUMBER.sub("", line))


@lru_cache(maxsize=REMEMBERED)
def plain(line: str, standard: bool) -> str:
    """Return an entry without its number, with ports by number; a host of a *standard* list as an address."""
    line = unnumbered(line)
    if line.startswith("remark "):
        return line
    words = line.split()
    reached = 0
    for place, word in enumerate(words):
        if word in AFTER and 1 < place < len(words) - 1:
            reached = 2 if word == "range" else len(words)
        elif reached and word in PORTS:
            words[place] = str(PORTS[word])
            reached -= 1
        elif reached and word.isdecimal():
            reached -= 1
        else:
            reached = 0
    line = " ".join(words)
    if standard:
        line = line.replace(" host ", " ")
    return addresses(line) if ":" in line else line


def addresses(line: str) -> str:
    return " ".join(address(word) if word.count(":") > 1 else word for word in line.split(" "))


@lru_cache(maxsize=REMEMBERED)
def address(word: str) -> str:
    host, slash, length = word.partition("/")
    try:
        return f"{IPv6Address(host)}{slash}{length}"
    except AddressValueError:
        return word
