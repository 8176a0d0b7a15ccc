"""Records that were validated → do they prove that a name, or a type of it, is not there?

NSEC (RFC 4035 §5.4, RFC 6840 §4) and NSEC3 (RFC 5155 §8).  All records are of one zone, and their signatures
were found good before.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import dns.dnssec
import dns.name
import dns.rdatatype
from dns.rdtypes.ANY.NSEC import NSEC
from dns.rdtypes.ANY.NSEC3 import NSEC3

SHA1, OPT_OUT = 1, 1  # RFC 5155 §11, §3.1.2.1
MOST_ITERATIONS = 150  # more is how a server could keep us busy (RFC 9276 §3.2, CVE-2023-50868)
Types = frozenset[int]


@dataclass(frozen=True, slots=True)
class Denial:
    """What the NSEC or NSEC3 records of *zone* prove; *hashed* has hashes for names, in capitals."""

    zone: dns.name.Name
    plain: tuple[tuple[dns.name.Name, NSEC], ...]
    hashed: tuple[tuple[str, NSEC3], ...]

    @classmethod
    def of(cls, zone: dns.name.Name, records: Iterable[tuple[dns.name.Name, NSEC | NSEC3]]) -> Denial:
        """Take what is of use; hashes in another way, or too often, are not."""
        found = tuple(records)
        hashed = (
            (owner[0].decode("latin-1").upper(), each)
            for owner, each in found
            if isinstance(each, NSEC3)
            and owner.parent() == zone
            and (each.algorithm, each.flags & ~OPT_OUT) == (SHA1, 0)
            and each.iterations <= MOST_ITERATIONS
        )
        return cls(zone, tuple((o, each) for o, each in found if isinstance(each, NSEC)), tuple(hashed))

    def no_name(self, name: dns.name.Name) -> bool:
        """Is neither *name* there, nor a wildcard that would stand in for it?"""
        above = self._encloser(name)
        return above is not None and self._gone(_wildcard(above))

    def no_type(self, name: dns.name.Name, kind: dns.rdatatype.RdataType) -> bool:
        """Is *name* there, or a wildcard that stands in for it, without a record of *kind*?"""
        types = self._types(name)
        if types is not None:
            return _lacks(types, kind)
        if any(each.next.is_subdomain(name) and self._between(name, o, each) for o, each in self.plain):
            return True  # nothing stands at it, but below it something does (RFC 4592 §2.2.2)
        above = self._encloser(name)
        if above is None:
            return False
        types = self._types(_wildcard(above))
        return types is not None and _lacks(types, kind)

    def no_nearer(self, name: dns.name.Name, labels: int) -> bool:
        """Is there nothing between *name* and the wildcard of so many labels that answers for it?"""
        return self._gone(name.split(labels + 2)[1])  # the root is a label to dnspython

    def _encloser(self, name: dns.name.Name) -> dns.name.Name | None:
        """Return the longest name above *name* that is there, if *name* is proven not to be."""
        if self.plain:
            return next(self._enclosers(name), None)
        below = name
        while below != self.zone and below.is_subdomain(self.zone):
            above = below.parent()
            types = self._types(above)
            if types is not None and not _hands_over(types):
                return above if self._gone(below) else None
            below = above
        return None

    def _enclosers(self, name: dns.name.Name) -> Iterator[dns.name.Name]:
        for owner, each in self.plain:
            if self._covers(name, owner, each):
                yield max(_common(name, owner), _common(name, each.next), key=len)

    def _types(self, name: dns.name.Name) -> Types | None:
        """Return the types that stand at *name*; None: nothing tells."""
        for owner, plain in self.plain:
            if owner == name:
                return _types(plain)
        return next((_types(each) for owner, each in self.hashed if owner == _hash(name, each)), None)

    def _gone(self, name: dns.name.Name) -> bool:
        """Is it proven that nothing stands at *name*, or below it?"""
        if not name.is_subdomain(self.zone):
            return False
        return any(self._covers(name, owner, each) for owner, each in self.plain) or any(
            not each.flags & OPT_OUT and _within(_hash(name, each), owner, _next(each))
            for owner, each in self.hashed
        )

    def _covers(self, name: dns.name.Name, owner: dns.name.Name, record: NSEC) -> bool:
        handed = name.is_subdomain(owner) and _hands_over(_types(record))  # RFC 6840 §4.1
        below = record.next.is_subdomain(name)
        return not handed and not below and self._between(name, owner, record)

    def _between(self, name: dns.name.Name, owner: dns.name.Name, record: NSEC) -> bool:
        """Does *name* come after *owner* and before the next one, in DNSSEC's order (RFC 4034 §6.1)?"""
        last = record.next == self.zone
        return name.is_subdomain(self.zone) and owner < name and (last or name < record.next)


def _lacks(types: Types, kind: dns.rdatatype.RdataType) -> bool:
    """Has a name of these *types* no *kind*?  At a cut, each side tells of its own types only."""
    cut = dns.rdatatype.NS in types and dns.rdatatype.SOA not in types
    ours = cut or dns.rdatatype.SOA not in types if kind == dns.rdatatype.DS else not cut
    return ours and not types & {kind, dns.rdatatype.CNAME}


def _hands_over(types: Types) -> bool:
    """Is what stands below such a name another zone's to say?"""
    cut = dns.rdatatype.NS in types and dns.rdatatype.SOA not in types
    return cut or dns.rdatatype.DNAME in types


def _types(record: NSEC | NSEC3) -> Types:
    """Return the types of the bit maps (RFC 4034 §4.1.2)."""
    return frozenset(
        window * 256 + octet * 8 + bit
        for window, octets in record.windows
        for octet, value in enumerate(octets)
        for bit in range(8)
        if value & 0x80 >> bit
    )


def _common(one: dns.name.Name, other: dns.name.Name) -> dns.name.Name:
    return one.split(one.fullcompare(other)[2])[1]


def _wildcard(above: dns.name.Name) -> dns.name.Name:
    return dns.name.Name((b"*", *above.labels))


def _hash(name: dns.name.Name, record: NSEC3) -> str:
    return dns.dnssec.nsec3_hash(name, record.salt, record.iterations, record.algorithm)


def _next(record: NSEC3) -> str:
    return base64.b32hexencode(record.next).decode().rstrip("=")


def _within(name: str, owner: str, after: str) -> bool:
    """Does a hash stand between two neighbours?  The last one's neighbour is the first."""
    return owner < name < after if owner < after else name > owner or name < after
