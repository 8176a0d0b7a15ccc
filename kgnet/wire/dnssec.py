"""Is an answer signed, by keys that a trust anchor vouches for, and until when (RFC 4033 to 4035)?"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import dns.dnssec
import dns.exception
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset
from dns.rdtypes.ANY.DS import DS
from dns.rdtypes.ANY.NSEC import NSEC
from dns.rdtypes.ANY.NSEC3 import NSEC3

from kgnet.wire.denial import Denial

MOST = 16  # keys, and signatures: trying each with each is how a server could keep us busy (CVE-2023-50387)
DIGESTS = {2, 4}  # SHA-256, SHA-384: what an anchor may be today (RFC 8624 §3.3)
ANCHOR = re.compile(r"(\S+)\s+(?:IN\s+)?DS\s+(.+)", re.IGNORECASE)
CAUSES = ("unsigned", "expired", "not_yet_valid", "untrusted", "bogus", "unproven")

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
        """Return what is wrong with the signatures of *answer*; None: every record is vouched for.

        And so is it that there is nothing else: no such name or type (RFC 4035 §5.4), and where a wildcard
        answers, nothing nearer (§5.3.4).
        """
        for records, signatures in _signed(answer, answer.answer):
            if fault := self._judge(records, signatures):
                return fault
            labels = _wild(records, signatures)
            if labels is not None:
                denial = self._denial(answer)
                if isinstance(denial, Fault):
                    return denial
                if not denial.no_nearer(records.name, labels):
                    return Fault("unproven", f"a wildcard answers, but {records.name} may be there")
        return self._denied(answer)

    def _denied(self, answer: dns.message.Message) -> Fault | None:
        """Return what is wrong with the proof that what was asked for is not there, if it is not."""
        (question,) = answer.question
        name = _led(answer, question.name, question.rdtype)
        missing = answer.rcode() == dns.rcode.NXDOMAIN
        if not missing and any(
            each.name == name and question.rdtype in (each.rdtype, dns.rdatatype.ANY)
            for each in answer.answer
        ):
            return None
        if not name.is_subdomain(self.anchor.zone):
            return None  # an alias to elsewhere: what is there is not ours to say
        denial = self._denial(answer)
        if isinstance(denial, Fault):
            return denial
        proven = denial.no_name(name) if missing else denial.no_type(name, question.rdtype)
        what = f"{name} {'' if missing else dns.rdatatype.to_text(question.rdtype)}".rstrip()
        return None if proven else Fault("unproven", f"nothing proves that there is no {what}")

    def _denial(self, answer: dns.message.Message) -> Denial | Fault:
        """Return what the answer's NSEC or NSEC3 records prove, those of the zone of the first."""
        zone, kept = None, []
        for records, signatures in _signed(answer, answer.authority):
            if records.rdtype not in (dns.rdatatype.NSEC, dns.rdatatype.NSEC3):
                continue
            if fault := self._judge(records, signatures):
                return fault
            assert signatures is not None
            if _wild(records, signatures) is not None:
                return Fault("bogus", f"{_what(records)} is made of a wildcard")
            zone = zone or signatures[0].signer
            if signatures[0].signer == zone:
                kept += [(records.name, each) for each in records if isinstance(each, NSEC | NSEC3)]
        if zone is None:
            return Fault("unsigned", "nothing that is signed tells what is not there")
        return Denial.of(zone, kept)

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
            reply = self.ask(child, "DS")
            for records, signatures in _signed(reply, reply.answer):
                if records.rdtype != dns.rdatatype.DS or records.name != child:
                    continue
                if signatures is None:
                    return Fault("unsigned", f"{_what(records)} is not signed")
                fault = self._checked(records, signatures, keys)
                return fault or (child, tuple(each for each in records if each.digest_type in DIGESTS))
        return Fault("untrusted", f"{zone} does not vouch for {signer}: no DS record")

    def _entered(self, zone: dns.name.Name, vouched: tuple[DS, ...]) -> dns.rrset.RRset | Fault:
        """Return the keys of *zone*, signed by one of those that are *vouched* for."""
        reply = self.ask(zone, "DNSKEY")
        for keys, signatures in _signed(reply, reply.answer):
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


def _signed(message: dns.message.Message, section: list[dns.rrset.RRset]) -> Iterator[Signed]:
    """Yield each set of records of a section of *message*, with its signatures."""
    for records in section:
        if records.rdtype != dns.rdatatype.RRSIG:
            found = message.get_rrset(
                section, records.name, records.rdclass, dns.rdatatype.RRSIG, records.rdtype
            )
            yield records, found


def _wild(records: dns.rrset.RRset, signatures: dns.rrset.RRset | None) -> int | None:
    """Return of how many labels the wildcard is that the records were made of; None: of none."""
    own = len(records.name) - 1 - records.name.is_wild()  # neither the root nor `*` counts (RFC 4034 §3.1.3)
    least = min((int(each.labels) for each in signatures or ()), default=own)
    return least if least < own else None


def _led(answer: dns.message.Message, name: dns.name.Name, kind: dns.rdatatype.RdataType) -> dns.name.Name:
    """Return the name that aliases of the answer lead to."""
    for _ in answer.answer if kind != dns.rdatatype.CNAME else ():
        alias = answer.get_rrset(answer.answer, name, dns.rdataclass.IN, dns.rdatatype.CNAME)
        if alias is None:
            break
        name = alias[0].target
    return name


def _names(ds: DS, zone: dns.name.Name, key: dns.rdata.Rdata) -> bool:
    """Whether *ds* is a digest of *key* (RFC 4034 §5.1.4)."""
    return bool(dns.dnssec.make_ds(zone, key, ds.digest_type, validating=True) == ds)


def _what(records: dns.rrset.RRset) -> str:
    return f"{records.name} {dns.rdatatype.to_text(records.rdtype)}"
