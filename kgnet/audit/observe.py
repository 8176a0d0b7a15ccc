"""want, session → Snapshot, with what the device's own ports offer to a client."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.offers import TlsOffer, TlsOffers
from kgnet.model.province import Role
from kgnet.ports import Session
from kgnet.wire import openssl

BALANCED = "load_balancer_services"  # the role's variable: [{id, names, port, …}]
NOT_THERE = 127  # a shell's exit code for a command that is not there (POSIX 2.8.2)


@dataclass(frozen=True, slots=True)
class Door:
    """A port where TLS is due, and the *name* in its certificate; *starttls* is how TLS is asked for."""

    port: int
    protocol: str
    name: str
    starttls: str = ""  # empty: it comes at once


def doors(want: Device) -> Iterator[Door]:
    """Yield the ports of the server where a client expects TLS."""
    own = f"{want.name}.{want.domain}"
    match want.role:
        case Role.MAIL:
            yield Door(25, "smtp", own, "smtp")
            yield Door(465, "submissions", own)
            yield Door(587, "submission", own, "smtp")
            yield Door(993, "imaps", own)
        case Role.REGISTRAR:
            yield Door(5061, "sips", own)
        case Role.BALANCER:
            for service in want.vars.get(BALANCED, ()):
                yield from (Door(service["port"], "https", name) for name in service["names"])


def questions(want: Device, authorities: str = "") -> Iterator[tuple[str, ...]]:
    """Yield the commands by which the ports are asked."""
    for door in doors(want):
        argv = _argv(want, door, authorities)
        yield argv
        yield from (openssl.old(argv, asked) for asked in openssl.RETIRED)


def observe(
    want: Device, have: Snapshot, session: Session, *, now: Callable[[], datetime], authorities: str = ""
) -> Snapshot:
    """Return *have* with the TLS that the server's ports offer, asked on the server itself.

    They need not be reachable from here.  *authorities*, in PEM, are those to trust; empty: the server's.
    """
    asked = list(doors(want))
    if not asked:
        return have
    offers: list[TlsOffer] = []
    for door in asked:
        output = session.run(_argv(want, door, authorities), stdin=authorities)
        if output.code == NOT_THERE:
            return replace(have, missing={**have.missing, TlsOffers: "`openssl` is not installed there"})
        offers += (
            replace(offer, retired=tuple(_retired(want, door, session, authorities)))
            for offer in _offer(door, output.out)
        )
    facts = {**have.facts, TlsOffers: TlsOffers(tuple(offers), now())}
    return replace(have, facts=facts, sources={**have.sources, TlsOffers: "openssl s_client"})


def _retired(
    want: Device, door: Door, session: Session, authorities: str
) -> Iterator[tuple[str, str | None]]:
    """Yield what of the retired the server agrees to, by trying."""
    for asked in openssl.RETIRED:
        argv = openssl.old(_argv(want, door, authorities), asked)
        output = session.run(argv, stdin=authorities)
        yield asked, openssl.agreed(output.out, output.err)


def _argv(want: Device, door: Door, authorities: str) -> tuple[str, ...]:
    return openssl.argv(
        str(want.address),
        door.port,
        name=door.name,
        starttls=door.starttls,
        authorities=bool(authorities),
    )


def _offer(door: Door, text: str) -> Iterator[TlsOffer]:
    found = openssl.read(text)
    if found is not None:
        yield TlsOffer(
            port=door.port,
            protocol=door.protocol,
            name=door.name,
            encrypted=found.version is not None,
            version=found.version,
            verified=found.verified,
            not_after=found.not_after,
            plain_login=found.plain_login,
            reason=found.reason,
            key=found.key,
        )
