"""KG-MAIL-02: outgoing mail passes the DKIM signer."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import MailServer, Snapshot
from kgnet.model.fleet import Device
from kgnet.model.outcome import Deviation
from kgnet.model.province import Role
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._settings import value, words


@control(
    "KG-MAIL-02",
    title="Outgoing mail passes the DKIM signer",
    needs=[MailServer],
    roles=[Role.MAIL],
    live=True,
)
def mail_signed(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """Unsigned mail of ours looks like anybody's who writes our name on it."""
    server = have.get(MailServer)
    for key in ("smtpd_milters", "non_smtpd_milters"):
        if not words(server, key):
            yield f"{key} is empty: mail that comes in that way leaves without a signature"
    if value(server, "milter_default_action") == "accept":
        yield Deviation(
            "milter_default_action = accept: when the signer is down mail leaves unsigned",
            "tempfail",
            joint="; ",
        )
