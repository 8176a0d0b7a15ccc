"""DNSSEC by the DNS probe, against a real NSD with zones that BIND's tools signed, and mis-signed."""

from __future__ import annotations

import re
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dns.exception
import dns.message
import dns.name
import dns.query
import dns.rcode
import pytest

from kgnet.measure import measure
from kgnet.plugins import one
from kgnet.ports import Probe
from kgnet.wire.dnssec import CAUSES, Anchor, Fault, Walk

HOME, ZONE, CHILD, STRAY = "127.0.0.1", "kg.example", "rg.kg.example", "cd.kg.example"
DAY_S = 86400
RECORDS = """$TTL 300
@ SOA ns1.kg.example. noc.kg.example. 1 3600 900 604800 300
@ NS ns1.kg.example.
www A 192.0.2.10
mail CNAME www
"""
PARENT = RECORDS + "ns1 A 127.0.0.1\nrg NS ns1\ncd NS ns1\n"


def signed(folder: Path, zone: str, text: str, *options: str) -> str:
    """Sign *zone* with two new keys; return the DS record of the one that signs the other."""
    for use in ([], ["-f", "KSK"]):
        made = ["dnssec-keygen", "-q", "-a", "ECDSAP256SHA256", *use, zone]
        subprocess.run(made, cwd=folder, check=True, capture_output=True, timeout=30)
    (folder / zone).write_text(text)
    command = ["dnssec-signzone", "-S", "-o", zone, "-f", f"{zone}.signed", *options, zone]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=30)
    return " ".join((folder / f"dsset-{zone}.").read_text().split())


@contextmanager
def nsd(folder: Path, zones: dict[str, Path]) -> Iterator[int]:
    """Serve *zones* by NSD on loopback; yields the port."""
    with socket.create_server((HOME, 0)) as chosen:
        port = chosen.getsockname()[1]
    listed = "".join(f"zone:\n  name: {name}\n  zonefile: {path}\n" for name, path in zones.items())
    (folder / "nsd.conf").write_text(
        f'server:\n  ip-address: {HOME}@{port}\n  username: ""\n  zonesdir: "{folder}"\n  database: ""\n'
        f'  pidfile: "{folder}/pid"\n  xfrdfile: "{folder}/xfrd"\n  zonelistfile: "{folder}/list"\n'
        f'  xfrdir: "{folder}"\n  server-count: 1\nremote-control:\n  control-enable: no\n{listed}'
    )
    command = ["/usr/sbin/nsd", "-d", "-c", str(folder / "nsd.conf")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        try:
            until = time.monotonic() + 10
            while not answers(port):
                assert server.poll() is None, server.stderr.read() if server.stderr else ""
                assert time.monotonic() < until, "NSD did not come up"
            yield port
        finally:
            server.terminate()


def answers(port: int) -> bool:
    try:
        dns.query.udp(dns.message.make_query(ZONE, "SOA"), HOME, timeout=0.2, port=port)
    except (OSError, dns.exception.DNSException):
        return False
    return True


@pytest.fixture(scope="module")
def anchored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, str, Path]]:
    """NSD with a signed zone, one below it that it vouches for and one that it does not; its anchor."""
    folder = tmp_path_factory.mktemp("signed")
    vouched = signed(folder, CHILD, RECORDS)
    signed(folder, STRAY, RECORDS)
    anchor = signed(folder, ZONE, PARENT + vouched + "\n", "-e", f"+{20 * DAY_S}")
    zones = {zone: folder / f"{zone}.signed" for zone in (ZONE, CHILD, STRAY)}
    with nsd(folder, zones) as port:
        yield port, anchor, folder


def told(port: int, anchor: str, **options: str) -> tuple[dict[str, float], str]:
    """Return the samples by name, and the cause that holds ("": none does)."""
    given = {"name": f"www.{ZONE}", "kind": "A", "port": str(port), "anchor": anchor, **options}
    samples = measure(one(Probe, "dns"), HOME, given)
    causes = {each.labels["cause"]: each.value for each in samples if each.name == "dns_signature_cause"}
    assert not causes or sorted(causes) == sorted(CAUSES)
    holds = [cause for cause, value in causes.items() if value]
    assert len(holds) <= 1
    return {each.name: each.value for each in samples if not each.labels}, "".join(holds)


def test_an_answer_is_validated_from_the_anchor_down(anchored: tuple[int, str, Path]) -> None:
    """And the end of the signatures is that of the first that ends."""
    port, anchor, _ = anchored
    found, cause = told(port, anchor)
    assert (found["probe_success"], found["dns_validated"], cause) == (1, 1, "")
    assert found["dns_authenticated"] == 0, "a server of zones validates nothing itself"
    days = (found["dns_signature_expiry_timestamp_seconds"] - time.time()) / DAY_S
    assert days == pytest.approx(20, abs=0.1)


@pytest.mark.parametrize("name", [f"www.{CHILD}", f"mail.{CHILD}", f"mail.{ZONE}"])
def test_a_zone_below_and_an_alias_are_followed(name: str, anchored: tuple[int, str, Path]) -> None:
    """By the DS record in the zone above."""
    port, anchor, _ = anchored
    found, cause = told(port, anchor, name=name)
    assert (found["probe_success"], found["dns_validated"], cause) == (1, 1, "")


def test_a_zone_that_nobody_vouches_for_is_untrusted(anchored: tuple[int, str, Path]) -> None:
    """Its signatures are good, but anybody could have made them."""
    port, anchor, _ = anchored
    found, cause = told(port, anchor, name=f"www.{STRAY}")
    assert (found["probe_success"], found["dns_validated"], cause) == (0, 0, "untrusted")


def test_keys_that_the_anchor_does_not_name_are_untrusted(anchored: tuple[int, str, Path]) -> None:
    port, anchor, _ = anchored
    found, cause = told(port, re.sub(r"[0-9A-F]{8}$", "00000000", anchor))
    assert (found["dns_validated"], cause) == (0, "untrusted")


@pytest.mark.parametrize(
    ("written", "cause"),
    [("unsigned", "unsigned"), ("expired", "expired"), ("early", "not_yet_valid"), ("tampered", "bogus")],
)
def test_what_is_wrong_with_a_zone_is_told(written: str, cause: str, tmp_path: Path) -> None:
    """Each is served by NSD without a word: it signs nothing, and checks nothing."""
    times = {
        "expired": ("-s", f"-{9 * DAY_S}", "-e", f"now-{DAY_S}"),
        "early": ("-s", f"+{DAY_S}", "-e", f"+{9 * DAY_S}"),
    }
    anchor = signed(tmp_path, ZONE, PARENT, "-P", *times.get(written, ()))
    zone = tmp_path / f"{ZONE}.signed"
    if written == "unsigned":
        zone = tmp_path / ZONE
    elif written == "tampered":
        zone.write_text(zone.read_text().replace("192.0.2.10", "192.0.2.66"))
    with nsd(tmp_path, {ZONE: zone}) as port:
        found, told_cause = told(port, anchor)
        plain, _ = told(port, "")
    assert (found["probe_success"], found["dns_validated"], told_cause) == (0, 0, cause)
    if written == "expired":
        assert found["dns_signature_expiry_timestamp_seconds"] < time.time()
    assert plain["probe_success"] == 1, "without an anchor nothing is validated"
    assert "dns_validated" not in plain


@pytest.mark.parametrize("anchor", ["kg.example.", "kg.example. DS x", "kg.example. DS 1 13 1 " + "0" * 40])
def test_what_is_no_anchor_fails_before_anybody_is_asked(anchor: str) -> None:
    found, _ = told(1, anchor)
    assert set(found) == {"probe_success", "probe_duration_seconds"}


# ── what is not there ───────────────────────────────────────────────────────

WILD = PARENT + "*.wild A 192.0.2.20\nlow.deep A 192.0.2.21\n"
WAYS = {"NSEC": (), "NSEC3": ("-3", "-"), "NSEC3, salted": ("-3", "AABBCCDD", "-H", "5")}
MISSING = {  # name, kind → is it a name that is not there, else a type
    "no name": ("nobody", "A"),
    "no name, first": ("aaa", "A"),
    "no name, last": ("zzz", "A"),
    "no name, deep": ("a.b.nobody", "A"),
    "no name below one": ("under.www", "A"),
    "no type": ("www", "MX"),
    "no type behind an alias": ("mail", "MX"),
    "no type of a wildcard": ("any.wild", "MX"),
    "nothing but what is below": ("deep", "A"),
    "no DS": ("www", "DS"),
}


@pytest.fixture(scope="module", params=WAYS)
def denying(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[int, str]]:
    folder = tmp_path_factory.mktemp("denying")
    anchor = signed(folder, ZONE, WILD, "-x", *WAYS[request.param])
    with nsd(folder, {ZONE: folder / f"{ZONE}.signed"}) as port:
        yield port, anchor


@pytest.mark.parametrize("case", MISSING)
def test_what_is_not_there_is_proven(case: str, denying: tuple[int, str]) -> None:
    """It is not what was wanted; but it is no lie."""
    port, anchor = denying
    name, kind = MISSING[case]
    found, cause = told(port, anchor, name=f"{name}.{ZONE}", kind=kind)
    assert (found["probe_success"], found["dns_validated"], cause) == (0, 1, "")


def test_a_wildcard_answers_for_what_is_proven_not_to_be_there(denying: tuple[int, str]) -> None:
    port, anchor = denying
    for name in ("any.wild", "far.any.wild"):
        found, cause = told(port, anchor, name=f"{name}.{ZONE}")
        assert (found["probe_success"], found["dns_validated"], cause) == (1, 1, "")


REPLAYED = {  # what is asked → what was answered to another, truly signed
    "a name that is there": (("www", "A"), ("nobody", "A")),
    "a type that is there": (("www", "A"), ("www", "MX")),
    "a name of another place": (("zzz", "A"), ("aaa", "A")),
    "a name that a wildcard answers for": (("any.wild", "A"), ("nobody", "A")),
    "below a zone that was handed over": (("www.rg", "A"), ("rg", "DS")),
    "a type of a zone that was handed over": (("rg", "A"), ("rg", "DS")),
}


@pytest.mark.parametrize("case", REPLAYED)
def test_a_proof_of_something_else_proves_nothing(case: str, denying: tuple[int, str]) -> None:
    """An attacker has all the signed records that were ever published."""
    port, anchor = denying
    (name, kind), other = REPLAYED[case]
    forged = asked(port, *other)
    forged.question = dns.message.make_query(f"{name}.{ZONE}", kind).question
    for rcode in (dns.rcode.NXDOMAIN, dns.rcode.NOERROR):
        forged.set_rcode(rcode)
        fault = judged(port, anchor, forged)
        assert fault is not None
        assert fault.cause == "unproven"


def test_a_denial_without_a_proof_and_a_wildcard_without_one_are_not_validated(
    denying: tuple[int, str],
) -> None:
    port, anchor = denying
    for name in ("nobody", "any.wild"):
        stripped = asked(port, name, "A")
        assert judged(port, anchor, stripped) is None
        stripped.authority.clear()
        fault = judged(port, anchor, stripped)
        assert fault is not None
        assert fault.cause == "unsigned"


def asked(port: int, name: str, kind: str) -> dns.message.Message:
    query = dns.message.make_query(f"{name}.{ZONE}", kind, want_dnssec=True)
    return dns.query.udp(query, HOME, timeout=2, port=port)


def judged(port: int, anchor: str, answer: dns.message.Message) -> Fault | None:
    def ask(name: dns.name.Name, kind: str) -> dns.message.Message:
        query = dns.message.make_query(name, kind, want_dnssec=True)
        return dns.query.udp(query, HOME, timeout=2, port=port)

    return Walk(Anchor.read(anchor), ask, time.time()).judge(answer)
