"""KG-MAIL-01: SPF says who sends for the domain, in ten lookups, and refuses the rest."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.mailing import MailNames
from kgnet.model.outcome import Deviation
from kgnet.model.province import Role
from kgnet.ports import Wrong
from kgnet.rules._control import control

LOOKUPS = re.compile(r"[+?~-]?(?:(?:include|a|mx|ptr|exists)(?=[:/]|$)|redirect=)", re.IGNORECASE)
TERM = re.compile(
    r"[+?~-]?(?:all|(?:include|exists|ip4|ip6):\S+|(?:a|mx|ptr)(?:[:/]\S+)?)|[a-z][a-z0-9_.-]*=\S*",
    re.IGNORECASE,
)


@control(
    "KG-MAIL-01",
    title="SPF record exists, asks for at most 10 lookups itself and ends in -all (or ~all with DMARC)",
    needs=[MailNames],
    roles=[Role.MAIL],
)
def spf_published(want: Device, have: Snapshot, *, most_lookups: int = 10) -> Iterator[Wrong]:
    """Without it whoever likes sends in the province's name, and nobody can tell."""
    found = have.get(MailNames)
    if len(found.spf) != 1:
        number = "no SPF record" if not found.spf else f"{len(found.spf)} SPF records, which is an error"
        yield Deviation(f"{found.domain} has {number}", "one", after=" (RFC 7208 §3.2)")
        return
    terms = found.spf[0].split()[1:]
    for term in terms:
        if not TERM.fullmatch(term):
            yield f"{found.domain}: {term!r} is no term of SPF: receivers ignore all of it (RFC 7208 §4.6)"
    lookups = sum(bool(LOOKUPS.match(term)) for term in terms)
    if lookups > most_lookups:
        yield f"{found.domain}: SPF asks for {lookups} lookups: at most {most_lookups} (RFC 7208 §4.6.4)"
    last = terms[-1].lower() if terms else ""
    if not (last == "-all" or last.startswith("redirect=") or (last == "~all" and found.dmarc)):
        yield Deviation(
            f"{found.domain}: SPF ends in {last or 'nothing'}", "-all", after=", or ~all with DMARC"
        )
