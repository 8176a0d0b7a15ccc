"""Master files of the DNS (RFC 1035 §5): entries → text."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass

STRING_OCTETS = 255  # RFC 1035 §3.3: the longest <character-string>
REFRESH_S, RETRY_S, EXPIRE_S = 7200, 900, 1_209_600  # RFC 1912 §2.2
NEGATIVE_S = 300  # RFC 2308 §4: how long "no such name" may be remembered


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """One resource record; *name* and targets in *data* are absolute.  *data* of a TXT is the bare text."""

    name: str
    type: str
    data: str
    ttl_s: int


def write(
    origin: str,
    entries: Iterable[Entry],
    *,
    primary: str,
    mailbox: str,
    resolve: Callable[[str], str] = str,
) -> str:
    """Return the zone *origin* as text, in an order that depends on nothing but the entries.

    *primary* is the name of the first server, *mailbox* the e-mail address of who answers for the zone.
    *resolve* completes data that is not known beforehand, such as a published key.
    """
    lines = [_line(entry, resolve) for entry in sorted(set(entries))]
    body = "".join(f"{line}\n" for line in lines)
    timers = f"{REFRESH_S} {RETRY_S} {EXPIRE_S} {NEGATIVE_S}"
    soa = f"{primary} {responsible(mailbox)} {serial(origin + primary + mailbox + body)} {timers}"
    return f"$ORIGIN {origin}\n{origin} 3600 IN SOA {soa}\n{body}"


def serial(text: str) -> int:
    """Return a serial, 1 to 2³²−1, that follows from the content alone: same zone, same serial.

    It does not grow from one version to the next, so it serves servers that are all given the file,
    not secondaries that ask by transfer (RFC 1982).
    """
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4]) or 1


def responsible(mailbox: str) -> str:
    """Return an e-mail address as a domain name (RFC 1035 §8): dots of the local part are escaped."""
    local, _, domain = mailbox.partition("@")
    return f"{local.replace('.', chr(92) + '.')}.{domain.rstrip('.')}."


def _line(entry: Entry, resolve: Callable[[str], str]) -> str:
    data = resolve(entry.data)
    shown = quoted(data) if entry.type == "TXT" else data
    return f"{entry.name} {entry.ttl_s} IN {entry.type} {shown}"


def quoted(text: str) -> str:
    """Return a text as quoted strings of at most 255 octets each (RFC 7208 §3.3 joins them again)."""
    octets = text.encode()
    parts = [octets[at : at + STRING_OCTETS] for at in range(0, len(octets), STRING_OCTETS)] or [b""]
    return " ".join(f'"{"".join(map(_escaped, part))}"' for part in parts)


def _escaped(octet: int) -> str:
    if octet in b'"\\':
        return f"\\{chr(octet)}"
    return chr(octet) if 32 <= octet < 127 else f"\\{octet:03}"
