"""What the world is told of a domain's mail, and how its mailboxes are used."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MailNames:
    """What the DNS answers for a mail domain: records as text, in full; none: no such record."""

    domain: str
    exchangers: tuple[str, ...]  # MX, without the final dot
    spf: tuple[str, ...]  # RFC 7208
    dmarc: tuple[str, ...]  # RFC 7489
    sts: tuple[str, ...]  # RFC 8461


@dataclass(frozen=True, slots=True)
class StsPolicy:
    """The policy that others fetch by HTTPS (RFC 8461 §3.2)."""

    mode: str
    exchangers: tuple[str, ...]  # patterns: *.example.vn
    max_age_s: int


@dataclass(frozen=True, slots=True)
class HeloNames:
    """How a sending host calls itself, the addresses of that name, and the names of each of these."""

    helo: str
    addresses: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class MailboxUse:
    """Mailboxes, who logged in within the time that the log covers, and where rules of users send mail on."""

    mailboxes: tuple[str, ...]
    seen: tuple[str, ...]
    covered_days: float
    forwards: tuple[tuple[str, str], ...]  # mailbox, address
