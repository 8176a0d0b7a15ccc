"""KG-MAIL-09: The relay is not open and submission requires authentication."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network

from kgnet.model.facts import MailServer, Snapshot
from kgnet.model.fleet import Device
from kgnet.model.province import Role
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._mail import restrictions
from kgnet.rules._settings import value, words

REFUSING = ("reject_unauth_destination", "defer_unauth_destination", "reject", "defer")
LISTS = ("smtpd_relay_restrictions", "smtpd_recipient_restrictions")


@control("KG-MAIL-09", needs=[MailServer], roles=[Role.MAIL], live=True)
def mail_no_open_relay(want: Device, have: Snapshot, *, least_prefix_bits: int = 24) -> Iterator[Wrong]:
    """An open relay is found in an hour and on every block list in a day, with the office's own mail."""
    server = have.get(MailServer)
    if not any(_refuses(restrictions(server, key)) for key in LISTS):
        yield f"neither {' nor '.join(LISTS)} refuses mail for others (reject_unauth_destination)"
    if value(server, "smtpd_tls_auth_only") != "yes":
        yield "smtpd_tls_auth_only = no: a password may be sent in clear"
    for text in words(server, "mynetworks"):
        network = ip_network(text.replace("[", "").replace("]", ""), strict=False)
        bits = least_prefix_bits if network.version == 4 else 64
        if network.prefixlen < bits and not network.is_loopback:
            yield f"mynetworks holds {text}: all of it may relay without a login"


def _refuses(held: tuple[str, ...]) -> bool:
    """Whether the list comes to refuse strangers before it permits everybody (postconf(5))."""
    for word in held:
        if word in REFUSING:
            return True
        if word == "permit":
            return False
    return False
