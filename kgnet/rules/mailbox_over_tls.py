"""KG-MAIL-08: Mailbox access only over TLS (IMAPS/POP3S/HTTPS)."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import MailboxServer, Snapshot
from kgnet.model.fleet import Device
from kgnet.model.outcome import Deviation
from kgnet.model.province import Role
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._settings import value

GOOD = {"ssl": ("required",), "disable_plaintext_auth": ("yes",), "ssl_min_protocol": ("tlsv1.2", "tlsv1.3")}


@control("KG-MAIL-08", needs=[MailboxServer], roles=[Role.MAIL], live=True)
def mailbox_over_tls(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """Whoever hears one login in clear reads that mailbox until its owner changes the password."""
    server = have.get(MailboxServer)
    for key, good in GOOD.items():
        found = value(server, key)
        if found not in good:
            yield Deviation(f"{key} = {found}", " or ".join(good))
