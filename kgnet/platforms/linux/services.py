"""What mail servers and SIP registrars tell of themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from kgnet.errors import ReadError
from kgnet.model.facts import MailboxServer, MailServer, Registrations
from kgnet.model.province import Role
from kgnet.platforms._linux import settings
from kgnet.ports import Reader


def mail_server(text: str) -> MailServer:
    """Read `postconf`: every parameter, defaults included."""
    split = (line.partition("=") for line in text.splitlines() if "=" in line)
    return settings(MailServer, ((key.strip(), value.strip()) for key, _, value in split))


def mailbox_server(text: str) -> MailboxServer:
    """Read `doveconf`; a setting within blocks has their names before its own, parted by `/`."""
    return settings(MailboxServer, _dovecot(text))


def _dovecot(text: str) -> Iterator[tuple[str, str]]:
    blocks: list[str] = []
    for raw in text.splitlines():
        line = raw.strip()
        if line.startswith("#") or not line:
            continue
        if line == "}":
            if not blocks:
                raise ReadError("doveconf closes a block that it did not open")
            blocks.pop()
        elif line.endswith("{"):
            blocks.append(line.removesuffix("{").strip())
        else:
            key, _, value = line.partition("=")
            yield "/".join((*blocks, key.strip())), value.strip()


USER = re.compile(r"^\s*AoR: (\S+)\s*$")
EXPIRES = re.compile(r"^\s*Expires: (\S+)\s*$")
GONE = ("expired", "deleted")  # usrloc's words for a contact that only waits to be removed


def registrations(text: str) -> Registrations:
    """Read `kamcmd ul.dump`: users with a contact that has not expired, without their domain."""
    if not text.lstrip().startswith("{"):
        raise ReadError(f"kamcmd told no locations: {text.strip()[:80]!r}")
    users: dict[str, None] = {}
    user = ""
    for line in text.splitlines():
        if found := USER.match(line):
            user = found[1].partition("@")[0]
        elif (found := EXPIRES.match(line)) and found[1] not in GONE:
            users[user] = None
    return Registrations(tuple(sorted(users)))


STATE: Mapping[tuple[str, ...], Reader] = {
    ("postconf",): Reader(MailServer, mail_server, roles=(Role.MAIL,)),
    ("doveconf",): Reader(MailboxServer, mailbox_server, roles=(Role.MAIL,)),
    ("kamcmd", "ul.dump"): Reader(Registrations, registrations, roles=(Role.REGISTRAR,)),
}
