"""What the TLS probe tells of real servers: `openssl s_server` in several states of neglect."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from kgnet.measure import measure
from kgnet.model.outcome import Sample
from kgnet.plugins import one
from kgnet.ports import Probe
from kgnet.probes._tls import LONGEST_CHAIN
from kgnet.wire.tls import CAUSES

HOME, NAME = "127.0.0.1", "www.kg.example"
DAY_S = 86400
ANY = ("-cipher", "ALL:COMPLEMENTOFALL:@SECLEVEL=0")
EXTENSIONS = """[ca]
basicConstraints=critical,CA:TRUE
[leaf]
subjectAltName=DNS:www.kg.example
"""


def openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, timeout=30)


def certified(folder: Path, name: str, days: int, by: str = "", *, common_name: str = "") -> None:
    """Make key and certificate *name* for *days*, signed by the authority *by*, or by itself."""
    key, asked, done = (folder / f"{name}.{suffix}" for suffix in ("key", "csr", "crt"))
    openssl("req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", asked, "-subj",
            f"/CN={common_name or name}")  # fmt: skip
    (folder / "extensions").write_text(EXTENSIONS)
    signer = ("-CA", folder / f"{by}.crt", "-CAkey", folder / f"{by}.key") if by else ("-signkey", key)
    part = "leaf" if name.startswith("leaf") else "ca"
    openssl("x509", "-req", "-in", asked, "-out", done, "-days", str(days), *signer, "-set_serial",
            str(time.time_ns()), "-extfile", folder / "extensions", "-extensions", part)  # fmt: skip


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root, an office below it that ends soon, a server below that; an expired server and a stray one."""
    folder = tmp_path_factory.mktemp("chain")
    certified(folder, "root", 3650)
    certified(folder, "office", 10, by="root")
    certified(folder, "leaf", 90, by="office", common_name=NAME)
    certified(folder, "leaf-stray", 90, common_name=NAME)
    certified(folder, "leaf-late", -1, by="root", common_name=NAME)
    return folder


@contextmanager
def serving(papers: Path, *options: str, leaf: str = "leaf", chain: str = "office") -> Iterator[int]:
    """Run a server with *options* and the certificate *leaf*; yields its port once it listens."""
    with socket.create_server((HOME, 0)) as listening:
        port = listening.getsockname()[1]
    paper = ["-cert", f"{papers / leaf}.crt", "-key", f"{papers / leaf}.key"]
    paper += ["-cert_chain", f"{papers / chain}.crt"] if chain else []
    command = ["openssl", "s_server", "-accept", f"{HOME}:{port}", *paper, "-quiet", "-no_dhe", *options]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as server:
        try:
            until = time.monotonic() + 10
            while not listens(port):
                assert server.poll() is None and time.monotonic() < until, "the server did not come up"
                time.sleep(0.05)
            yield port
        finally:
            server.kill()


def listens(port: int) -> bool:
    hexadecimal = f":{port:04X} 00000000:0000 0A"  # a socket in LISTEN: to connect would take its turn
    return hexadecimal in Path("/proc/net/tcp").read_text()


def told(port: int, papers: Path, **options: object) -> tuple[Sample, ...]:
    given = {"name": NAME, "ca_file": papers / "root.crt", "timeout_s": 10, **options}
    return measure(one(Probe, "tls"), HOME, {"port": str(port), **{k: str(v) for k, v in given.items()}})


def values(samples: tuple[Sample, ...], name: str, label: str) -> Mapping[str, float]:
    return {each.labels[label]: each.value for each in samples if each.name == name}


def value(samples: tuple[Sample, ...], name: str) -> float | None:
    return next((each.value for each in samples if each.name == name and not each.labels), None)


def test_each_certificate_of_the_chain_is_told_with_its_end(papers: Path) -> None:
    """The server's own is good for three months; what vouches for it is not."""
    with serving(papers) as port:
        found = told(port, papers)
    ends = values(found, "certificate_chain_expiry_timestamp_seconds", "subject")
    days = {subject: round((end - time.time()) / DAY_S) for subject, end in ends.items()}
    assert days == {NAME: 90, "office": 10}
    assert list(values(found, "certificate_chain_expiry_timestamp_seconds", "depth")) == ["0", "1"]
    assert value(found, "certificate_earliest_expiry_timestamp_seconds") == ends["office"]
    assert value(found, "certificate_expiry_timestamp_seconds") == ends[NAME]
    assert (value(found, "certificate_verified"), value(found, "probe_success")) == (1, 1)
    assert len(ends) < LONGEST_CHAIN


@pytest.mark.parametrize(
    ("leaf", "chain", "asked", "cause"),
    [
        ("leaf", "office", {}, ""),
        ("leaf", "", {}, "unknown_issuer"),
        ("leaf", "office", {"name": "mail.kg.example"}, "wrong_name"),
        ("leaf-stray", "", {}, "self_signed"),
        ("leaf-late", "", {}, "expired"),
    ],
)
def test_why_a_certificate_does_not_verify(
    leaf: str, chain: str, asked: dict[str, str], cause: str, papers: Path
) -> None:
    """Each has its own remedy: renew, name, or hand the intermediate along."""
    with serving(papers, leaf=leaf, chain=chain) as port:
        found = told(port, papers, offers="no", **asked)
    causes = values(found, "certificate_cause", "cause")
    assert sorted(causes) == sorted(CAUSES)
    assert [name for name, holds in causes.items() if holds] == ([cause] if cause else [])
    assert value(found, "certificate_verified") == float(not cause)
    assert value(found, "certificate_expiry_timestamp_seconds")


@pytest.mark.parametrize(
    ("options", "taken", "weak"),
    [
        ((), {"1.2", "1.3"}, ""),
        (("-tls1_3",), {"1.3"}, ""),
        (("-tls1_1", *ANY), {"1.1"}, "NULL"),
        (ANY, {"1.0", "1.1", "1.2", "1.3"}, "NULL"),
        (("-tls1_2", "-cipher", "ECDHE-RSA-NULL-SHA:@SECLEVEL=0"), {"1.2"}, "ECDHE-RSA-NULL-SHA"),
    ],
    ids=["as it should be", "1.3 only", "1.1 only", "everything", "no encryption"],
)
def test_which_versions_and_weak_ciphers_a_server_takes(
    options: tuple[str, ...], taken: set[str], weak: str, papers: Path
) -> None:
    """Tried one by one: what a good client negotiates says nothing of what a bad one could."""
    with serving(papers, *options) as port:
        found = told(port, papers)
    versions = values(found, "tls_version_accepted", "version")
    assert set(versions) == {"1.0", "1.1", "1.2", "1.3"}
    assert {version for version, accepted in versions.items() if accepted} == taken
    ((cipher, accepted),) = values(found, "tls_weak_cipher_accepted", "cipher").items()
    assert (weak in cipher, bool(cipher), accepted) == (True, bool(weak), float(bool(weak)))
    agreed = values(found, "tls_version_info", "version")
    assert list(agreed) == ["TLSv" + max(taken)]


def test_what_is_not_known_is_not_told_as_refused(papers: Path) -> None:
    """A server that answers once leaves the other questions open, and the probe says so."""
    with serving(papers, "-naccept", "1") as port:
        found = told(port, papers, timeout_s=1)
    assert value(found, "certificate_verified") == 1
    assert not values(found, "tls_version_accepted", "version")
    assert value(found, "probe_success") == 0


def test_a_protocol_without_starttls_is_refused_before_anything_is_asked(papers: Path) -> None:
    assert [each.name for each in told(1, papers, starttls="ftp")] == [
        "probe_success",
        "probe_duration_seconds",
    ]
