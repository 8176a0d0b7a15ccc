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
class Answer:
    """One record that the DNS gave: *name* without the final dot; the strings of a TXT record are one."""

    name: str
    type: str
    data: str


@dataclass(frozen=True, slots=True)
class MailRecords:
    """All that the DNS answers on a mail domain; *signed*: the resolver has proved it (RFC 4035 §3.2.3)."""

    domain: str
    answers: tuple[Answer, ...]
    signed: bool

    def of(self, name: str, type: str, start: str = "") -> tuple[str, ...]:
        """Return the data of the records of one name and type that begin with *start*, in any case."""
        return tuple(
            each.data
            for each in self.answers
            if (each.name, each.type) == (name, type) and each.data.lower().startswith(start.lower())
        )

    @property
    def exchangers(self) -> tuple[str, ...]:
        return tuple(data.split()[-1].rstrip(".").lower() for data in self.of(self.domain, "MX"))


@dataclass(frozen=True, slots=True)
class RelayTry:
    """One attempt to have a letter for strangers taken, by *trick*; *code* is the reply to RCPT, 0: none."""

    port: int
    trick: str
    sender: str
    recipient: str
    code: int
    reply: str


@dataclass(frozen=True, slots=True)
class RelayTries:
    """What came of asking the server, without a login, to send to strangers; *source* asked, by SMTP.

    Nothing was ever sent: each attempt ends before DATA.
    """

    source: str
    tries: tuple[RelayTry, ...]


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


@dataclass(frozen=True, slots=True)
class MailboxTroubles:
    """What is odd about mailboxes: how full they are, who fails to log in, and who sends mail on to whom."""

    used_percent: tuple[tuple[str, int], ...]  # of the quota; who has none is not among them
    failed: tuple[tuple[str, int], ...]  # as what somebody tried to log in, and how often, in a day
    aliases: tuple[tuple[str, str], ...]  # of the server: address, to whom
    redirects: tuple[tuple[str, str], ...]  # of users' own rules: mailbox, to whom
