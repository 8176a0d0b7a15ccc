"""KG-LIV-07: nobody has mail relayed without a login, as tried."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from ipaddress import ip_address, ip_network

from kgnet.errors import MissingFact
from kgnet.model.facts import MailServer, Snapshot
from kgnet.model.fleet import Device
from kgnet.model.mailing import RelayTries
from kgnet.model.outcome import Severity
from kgnet.model.province import Role
from kgnet.ports import Wrong, rule
from kgnet.rules._settings import words

TAKEN = range(200, 300)
SMTP = 25


@rule(
    id="KG-LIV-07",
    title="Nobody has mail relayed without a login, as tried",
    severity=Severity.CRITICAL,
    needs=[RelayTries, MailServer],
    references=["RFC 5321 §7.9", "RFC 6409 §4.3", "RFC 2505 §2.1"],
    roles=[Role.MAIL],
    live=True,
)
def mail_relay_tried(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """What settings say is one thing; what the server answers to a stranger's letter is what spammers find.

    It is asked from its own address: where that is trusted (mynetworks), it cannot be judged.
    """
    found = have.get(RelayTries)
    source = ip_address(found.source)
    for text in words(have.get(MailServer), "mynetworks"):
        network = ip_network(text.replace("[", "").replace("]", ""), strict=False)
        if source.version == network.version and source in network:
            raise MissingFact(f"mynetworks trusts {source} itself: whether strangers may relay was not tried")
    answered = [each for each in found.tries if each.code]
    if not any(each.port == SMTP for each in answered):
        raise MissingFact(f"port {SMTP} answered no attempt")
    taken = defaultdict[int, list[str]](list)
    for each in answered:
        if each.code in TAKEN:
            taken[each.port].append(f"{each.trick}: <{each.recipient}>")
    for port, tricks in taken.items():
        yield f"port {port} takes mail for strangers without a login: {', '.join(tricks)}"
