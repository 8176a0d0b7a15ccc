"""How EOS keeps what it is told in secret, and the names that it has for ports; by itself, as a witness."""

from __future__ import annotations

import base64
import re
from random import Random

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes

from kgnet.emulate.type7 import read7, type7
from kgnet.wire.arista_keys import sha512_crypt

# The key's start and the mark in front of every text, as published for type 7 of BGP (Köhntopp, 2021).
SEED, MARK = bytes.fromhex("d5a8c91ef5d58a23"), bytes.fromhex("4c88bb")
ITOA64 = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
USER = re.compile(r"(username \S+ .*?secret )(?:(0|5|sha512) )?(\S+)")
NEIGHBOR = re.compile(r"(neighbor (\S+) password )(?:(0|7) )?(\S+)")
KEY = re.compile(r"((?:tacacs|radius)-server host .*?key |shared-key )(?:(0|7) )?(\S+)")
UNREADABLE = "% Invalid encrypted password"
PORTS = {
    22: "ssh", 23: "telnet", 49: "tacacs", 53: "domain", 67: "bootps", 68: "bootpc", 69: "tftp", 80: "www",
    123: "ntp", 161: "snmp", 162: "snmptrap", 179: "bgp", 443: "https", 514: "syslog", 3784: "bfd",
}  # fmt: skip


def _cipher(neighbor: str) -> Cipher[modes.CBC]:
    key = bytearray(SEED)
    for place, octet in enumerate(f"{neighbor}_passwd".encode()):
        key[place % 8] ^= octet
    return Cipher(TripleDES(bytes(octet & 0x7F for octet in key) * 3), modes.CBC(bytes(8)))


def hide_bgp(clear: str, neighbor: str) -> str:
    pad = (8 - (len(clear.encode()) + 4) % 8) % 8
    does = _cipher(neighbor).encryptor()
    return base64.b64encode(does.update(MARK + bytes([16 * pad + 14]) + clear.encode() + bytes(pad))).decode()


def read_bgp(stored: str, neighbor: str) -> str:
    """Return the text behind a type 7 password towards a neighbour; nothing if it is none."""
    try:
        data = _cipher(neighbor).decryptor().update(base64.b64decode(stored, validate=True))
    except ValueError:
        return ""
    if data[:3] != MARK:
        return ""
    return data[4 : len(data) - (data[3] >> 4)].decode("utf-8", "replace")


def matches(line: str, password: str) -> bool:
    """Whether a `username` line lets this password in."""
    if line.endswith(" nopassword"):
        return True
    found = USER.fullmatch(line)
    if not found or not found[3].startswith("$6$"):
        return False
    return sha512_crypt(password, found[3].split("$")[2]) == found[3]


def kept(line: str, random: Random) -> tuple[str, str]:
    """Return a line as it is kept, secrets no longer in clear, and what is wrong with it."""
    stored, readable = line, True
    if found := USER.fullmatch(line):
        clear = found[2] in (None, "0") and not found[3].startswith("$6$")
        salt = "".join(random.choice(ITOA64) for _ in range(16)) if clear else ""
        secret = sha512_crypt(found[3], salt) if clear else found[3]
        stored = f"{found[1]}{'sha512' if clear else found[2] or 'sha512'} {secret}"
    elif found := NEIGHBOR.fullmatch(line):
        hidden = found[4] if found[3] == "7" else hide_bgp(found[4], found[2])
        stored, readable = f"{found[1]}7 {hidden}", bool(read_bgp(hidden, found[2]))
    elif found := KEY.fullmatch(line):
        hidden = found[3] if found[2] == "7" else type7(found[3], random.randrange(16))
        stored, readable = f"{found[1]}7 {hidden}", bool(read7(hidden))
    return stored, "" if readable else UNREADABLE


def named_ports(rule: str) -> str:
    """Return a rule of an access list with names for well-known ports, as EOS shows them."""
    if not re.match(r"(?:permit|deny) (?:tcp|udp) ", rule):
        return rule
    return re.sub(r"(?<= eq )[\d ]+|(?<= range )\d+ \d+", _names, rule)


def _names(found: re.Match[str]) -> str:
    return re.sub(r"\d+", lambda number: PORTS.get(int(number[0]), number[0]), found[0])
