"""Is an answer signed, by keys that a trust anchor vouches for, and until when (RFC 4033 to 4035)?"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import dns.dnssec
import dns.exception
import dns.message
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset
from dns.rdtypes.ANY.DS import DS

MOST = 16  # keys, and signatures: trying each with each is how a server could keep us busy (CVE-2023-50387)
DIGESTS = {2, 4}  # SHA-256, SHA-384: what an anchor may be today (RFC 8624 §3.3)
ANCHOR = re.compile(r"(\S+)\s+(?:IN\s+)?DS\s+(.+)", re.IGNORECASE)
CAUSES = ("unsigned", "expired", "not_yet_valid", "untrusted", "bogus")

Ask = Callable[[dns.name.Name, str], dns.message.Message]
Signed = tuple[dns.rrset.RRset, dns.rrset.RRset | None]  # records, and the signatures over them


@dataclass(frozen=True, slots=True)
class Anchor:
    """What is trusted from the start: the keys of *zone* that these DS records name (RFC 4034 §5)."""

    zone: dns.name.Name
    keys: tuple[DS, ...]

    @classmethod
    def read(cls, written: str) -> Anchor:
        """Read `kg.example. DS 4711 13 2 0123…`; ValueError tells what is wrong with anything else."""
        found = ANCHOR.fullmatch(written.strip())
        if not found:
            raise ValueError("a trust anchor is written `zone. DS tag algorithm digest-type digest`")
        try:
            zone = dns.name.from_text(found[1])
            record = dns.rdata.from_text(dns.rdataclass.IN, dns.rdatatype.DS, found[2])
        except dns.exception.DNSException as reason:
            raise ValueError(f"no trust anchor: {reason}") from reason
        if not isinstance(record, DS) or record.digest_type not in DIGESTS:
            raise ValueError("a trust anchor has a digest of type 2 or 4 (RFC 8624 §3.3)")
        return cls(zone, (record,))


@dataclass(frozen=True, slots=True)
class Fault:
    """Why an answer is not validated: *cause* is one of CAUSES."""

    cause: str
    reason: str


@dataclass(slots=True)
class Walk:
    """From the anchor down to the answer; *ends* are those of the signatures that it went by, Unix times."""

    anchor: Anchor
    ask: Ask
    now: float
    ends: list[float] = field(default_factory=list)
    _keys: dict[dns.name.Name, dns.rrset.RRset] = field(default_factory=dict)

    def judge(self, answer: dns.message.Message) -> Fault | None:
        """Return what is wrong with the signatures of *answer*; None: every record is vouched for."""
        for records, signatures in _signed(answer):
            if fault := self._judge(records, signatures):
                return fault
        return None

    def _judge(self, records: dns.rrset.RRset, signatures: dns.rrset.RRset | None) -> Fault | None:
        if signatures is None:
            return Fault("unsigned", f"{_what(records)} is not signed")
        signer = signatures[0].signer
        if not (records.name.is_subdomain(signer) and signer.is_subdomain(self.anchor.zone)):
            return Fault("untrusted", f"{_what(records)} is signed by {signer}, not below {self.anchor.zone}")
        keys = self._keys_of(signer)
        return keys if isinstance(keys, Fault) else self._checked(records, signatures, keys)

    def _keys_of(self, signer: dns.name.Name) -> dns.rrset.RRset | Fault:
        """Return the keys of the zone *signer*, each zone between the anchor and it vouching for the next."""
        zone, vouched = self.anchor.zone, self.anchor.keys
        while True:
            keys = self._keys.get(zone) or self._entered(zone, vouched)
            if isinstance(keys, Fault) or zone == signer:
                return keys
            self._keys[zone] = keys
            step = self._step(zone, signer, keys)
            if isinstance(step, Fault):
                return step
            zone, vouched = step

    def _step(
        self, zone: dns.name.Name, signer: dns.name.Name, keys: dns.rrset.RRset
    ) -> tuple[dns.name.Name, tuple[DS, ...]] | Fault:
        """Return the next zone below *zone*, towards *signer*, and the DS records that vouch for its keys."""
        for labels in range(len(zone) + 1, len(signer) + 1):
            child = signer.split(labels)[1]
            for records, signatures in _signed(self.ask(child, "DS")):
                if records.rdtype != dns.rdatatype.DS or records.name != child:
                    continue
                if signatures is None:
                    return Fault("unsigned", f"{_what(records)} is not signed")
                fault = self._checked(records, signatures, keys)
                return fault or (child, tuple(each for each in records if each.digest_type in DIGESTS))
        return Fault("untrusted", f"{zone} does not vouch for {signer}: no DS record")

    def _entered(self, zone: dns.name.Name, vouched: tuple[DS, ...]) -> dns.rrset.RRset | Fault:
        """Return the keys of *zone*, signed by one of those that are *vouched* for."""
        for keys, signatures in _signed(self.ask(zone, "DNSKEY")):
            if keys.rdtype != dns.rdatatype.DNSKEY or keys.name != zone:
                continue
            if signatures is None:
                return Fault("unsigned", f"{_what(keys)} is not signed")
            entry = [key for key in keys[:MOST] if any(_names(ds, zone, key) for ds in vouched)]
            if not entry:
                return Fault("untrusted", f"{zone} has none of the keys that are vouched for")
            trusted = dns.rrset.from_rdata_list(zone, keys.ttl, entry)
            return self._checked(keys, signatures, trusted) or keys
        return Fault("unsigned", f"{zone} publishes no DNSKEY")

    def _checked(
        self, records: dns.rrset.RRset, signatures: dns.rrset.RRset, keys: dns.rrset.RRset
    ) -> Fault | None:
        """Return what is wrong with these signatures by these keys; the end of the last good one is kept."""
        what = _what(records)
        if len(signatures) > MOST or len(keys) > MOST:
            return Fault("bogus", f"{what} has more than {MOST} keys or signatures")
        current = [each for each in signatures if each.inception <= self.now < each.expiration]
        if not current:
            late = [each for each in signatures if each.expiration <= self.now]
            cause = "expired" if late else "not_yet_valid"
            self.ends += [max(float(each.expiration) for each in signatures)]
            return Fault(cause, f"the signature of {what} is {cause.replace('_', ' ')}")
        try:
            dns.dnssec.validate(records, signatures, {keys.name: keys}, now=self.now)
        except (dns.exception.DNSException, ValueError) as reason:
            return Fault("bogus", f"the signature of {what} is none: {reason}")
        self.ends.append(max(float(each.expiration) for each in current))
        return None


def _signed(message: dns.message.Message) -> Iterator[Signed]:
    """Yield each set of records of the answer, with its signatures."""
    for records in message.answer:
        if records.rdtype != dns.rdatatype.RRSIG:
            found = message.get_rrset(
                message.answer, records.name, records.rdclass, dns.rdatatype.RRSIG, records.rdtype
            )
            yield records, found


def _names(ds: DS, zone: dns.name.Name, key: dns.rdata.Rdata) -> bool:
    """Whether *ds* is a digest of *key* (RFC 4034 §5.1.4)."""
    return bool(dns.dnssec.make_ds(zone, key, ds.digest_type, validating=True) == ds)


def _what(records: dns.rrset.RRset) -> str:
    return f"{records.name} {dns.rdatatype.to_text(records.rdtype)}"
