"""What the rules on interior routing share: the links of a protocol, or that none runs here."""

from __future__ import annotations

from kgnet.errors import NotOurs
from kgnet.model.facts import Snapshot
from kgnet.model.forwarding import InteriorLink, InteriorLinks
from kgnet.model.outcome import Evidence, Told, of
from kgnet.rules._places import at

NAMES = {"ospf": "OSPF", "ospf3": "OSPFv3", "isis": "IS-IS", "eigrp": "EIGRP", "rip": "RIP"}
HOW = {
    "": "asks its neighbours for no key",
    "plain": "shows its password in clear",
    "md5": "signs by MD5",
    "sha": "signs by SHA",
    "ipsec": "is signed by IPsec",
}


def running(have: Snapshot, *protocols: str) -> list[InteriorLink]:
    """Return the interfaces that *protocols* run on; NotOurs, which skips the rule, if there is none."""
    found = [link for link in have.get(InteriorLinks).links if link.protocol in protocols]
    if not found:
        names = " or ".join(NAMES[each] for each in protocols)
        raise NotOurs(f"it runs no {names}, so there is nothing to judge")
    return found


def on(have: Snapshot, link: InteriorLink, what: Told) -> Evidence:
    """Return *what* is wrong with the link, with its place."""
    return at(have, InteriorLinks, link.line, of(f"{link.interface}: {NAMES[link.protocol]} ", what))
