"""VRP, RouterOS and FortiOS read back what they write, and what real ones print."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address, ip_interface, ip_network
from pathlib import Path
from typing import Any

import pytest
import small

from kgnet.errors import DesignError, ReadError
from kgnet.model import facts, managed
from kgnet.platforms import _management
from kgnet.platforms.mikrotik_routeros import text as routeros_text
from kgnet.plugins import one
from kgnet.ports import Platform
from kgnet.render import hidden

RECORDED = Path(__file__).parent / "recorded"
TEXTS = {"huawei_vrp": "running.txt", "mikrotik_routeros": "export.txt", "fortinet_fortios": "running.txt"}
each = pytest.mark.parametrize("platform", small.PLATFORMS)


def recorded(platform: str, name: str) -> str:
    return (RECORDED / platform / name).read_text(encoding="utf-8")


def canonical(platform: str) -> str:
    return small.part_of(platform).canonical(recorded(platform, TEXTS[platform]))


def read(platform: str, text: str) -> dict[type, Any]:
    return {type(fact): fact for fact in small.part_of(platform).read(text, platform)}


# ── what is written ─────────────────────────────────────────────────────────


@each
def test_what_is_written_is_read_back(platform: str) -> None:
    want = small.wanted(platform)
    found = read(platform, small.text(want))
    assert found[facts.System].hostname == want.name
    assert found[managed.LogHosts].hosts == want.syslog
    assert found[managed.TimeServers].servers == want.ntp
    assert [account.name for account in found[managed.Accounts].accounts] == ["kgnet", "noc"]
    (user,) = found[managed.SnmpAgent].users
    assert (user.name, user.priv) == ("kgnet-monitor", "aes128")
    assert user.auth in ("sha1", "sha256")
    assert (found[managed.SnmpAgent].communities, found[managed.SnmpAgent].writable) == (0, False)
    assert found[managed.RemoteAccess].protocols == ("ssh",)
    assert found[managed.RemoteAccess].idle_timeout_s == 300
    assert found[managed.RemoteAccess].access_list
    assert "local" in found[managed.Aaa].login
    assert found[managed.Aaa].servers == ("10.0.40.9",)
    assert "Everything is logged." in found[managed.LoginBanner].text


@each
def test_what_is_written_is_canonical(platform: str) -> None:
    text = small.text(small.wanted(platform))
    assert small.part_of(platform).canonical(text) == text


@each
def test_what_is_written_is_owned(platform: str) -> None:
    """What the intent writes it may also take away."""
    part = small.part_of(platform)
    for path in small.walk(small.text(small.wanted(platform)), part.closers):
        assert path == ("aaa", "domain default_admin") or part.owns(path), path


@each
def test_without_a_store_no_secret_is_made_up(platform: str) -> None:
    text = small.text(small.wanted(platform), secret=hidden)
    assert text.count("<secret>") >= 5
    assert one(Platform, platform).redacted(text) == text


@each
def test_an_intent_without_an_account_is_refused(platform: str) -> None:
    """Nobody could log in any more."""
    with pytest.raises(DesignError, match=r"province\.yml"):
        small.text(replace(small.wanted(platform), accounts=()))


@each
def test_an_intent_without_the_rest_is_written(platform: str) -> None:
    bare = replace(
        small.wanted(platform),
        ntp=(),
        syslog=(),
        snmp_user="",
        banner=(),
        aaa=None,
        admins=(ip_network("10.0.0.0/8"),),
    )
    found = read(platform, small.text(bare))
    assert found[managed.LoginBanner].text == ""
    assert found[managed.Aaa].login == ("local",)
    assert found[managed.TimeServers].servers == ()


# ── what real devices print ─────────────────────────────────────────────────


@each
def test_canonical_twice_is_canonical_once(platform: str) -> None:
    text = canonical(platform)
    assert small.part_of(platform).canonical(text) == text


@each
def test_no_secret_survives_redaction(platform: str) -> None:
    words = ("w%c&N3j", "Kx2(a5c", "pU$E=s", "&M7z", "h8LkSb", "abcdef%^", "T3k", "phrase", "secretkey1",
             "qG3ws8",
             "SH2O0J", "a2V5", "YXV0", "cHJp", "bWQ1", "7Jm0Zk")  # fmt: skip
    text = canonical(platform)
    assert any(word in text for word in words)
    told = one(Platform, platform).redacted(text, lambda value: "mark")
    assert [word for word in words if word in told] == []


@each
def test_routing_is_read(platform: str) -> None:
    found = read(platform, canonical(platform))
    ports = {
        address: port for port in found[facts.ConfiguredInterfaces].interfaces for address in port.addresses
    }
    assert "to hub1" in (ports[ip_interface("10.2.148.1/31")].description or "")
    bgp = found[facts.ConfiguredBgp]
    assert (bgp.asn, str(bgp.router_id)) == (4200010148, "10.1.148.1")
    assert bgp.networks == (ip_network("10.66.148.0/24"),)
    (peer,) = bgp.neighbors
    assert (peer.address, peer.remote_as, peer.description) == (
        ip_address("10.2.148.0"),
        4200000001,
        "hub1 over VNPT",
    )
    assert (peer.bfd, peer.password) == (True, True)
    assert peer.import_policy and peer.export_policy
    vrfs = found[managed.Vrfs].interfaces
    assert sum(map(len, vrfs.values())) == 1


@each
def test_what_is_badly_managed_shows(platform: str) -> None:
    found = read(platform, canonical(platform))
    assert found[managed.SnmpAgent].communities == 1
    assert {"telnet", "api"} & set(found[managed.RemoteAccess].protocols)
    assert found[managed.TimeServers].servers == ("10.0.10.11", "10.0.10.14")
    assert found[managed.LogHosts].hosts == ("10.0.40.41",)
    assert found[managed.LogHosts].severity == "warning"
    assert "ll is logged" in found[managed.LoginBanner].text or "agrees" in found[managed.LoginBanner].text
    assert {"radius", "tacacs+"} & set(found[managed.Aaa].login)


def test_prefix_lists_and_policies_of_vrp_are_read() -> None:
    found = read("huawei_vrp", canonical("huawei_vrp"))
    (entry,) = found[facts.PrefixLists].lists["PROVINCE"]
    assert (entry.sequence, entry.network, entry.ge, entry.le) == (10, "10.0.0.0/8", 8, 32)
    assert found[facts.RouteMaps].matches == {"FROM-HUB": ("PROVINCE",)}


def test_a_tunnel_of_routeros_is_read() -> None:
    (tunnel,) = read("mikrotik_routeros", canonical("mikrotik_routeros"))[facts.ConfiguredTunnels].tunnels
    assert (tunnel.interface, tunnel.port, tunnel.endpoint) == ("wg1", 51820, "198.51.100.7")


@each
def test_lines_are_counted_in_the_text(platform: str) -> None:
    text = canonical(platform)
    found = read(platform, text)
    assert "10.0.10.11" in "".join(text.splitlines()[found[managed.TimeServers].line - 1 :][:8])
    account = found[managed.Accounts].accounts[0]
    assert account.name in text.splitlines()[account.line - 1]


# ── bad input ───────────────────────────────────────────────────────────────


@each
@pytest.mark.parametrize("text", ["", "\n\n", "Error: Unrecognized command found", "<html>no router</html>"])
def test_no_evidence_is_no_configuration(platform: str, text: str) -> None:
    with pytest.raises(ReadError):
        small.part_of(platform).canonical(text)


@pytest.mark.parametrize("platform", ["huawei_vrp", "fortinet_fortios"])
@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_a_text_that_was_cut_short_is_refused(platform: str, share: float) -> None:
    text = recorded(platform, "running.txt")
    with pytest.raises(ReadError):
        small.part_of(platform).canonical(text[: int(len(text) * share)])


@pytest.mark.parametrize(
    "line", ['set note="never ends', "set [ find name=x", "jump over the wall", "add name=x \\"]
)
def test_what_routeros_never_exports_is_refused(line: str) -> None:
    text = f"# 2026-11-02 by RouterOS 7.16.1\n/system note\n{line}\n"
    with pytest.raises(ReadError):
        routeros_text.canonical(text)


def test_quoting_is_undone_by_unquoting() -> None:
    for value in ("plain", "two words", 'a "quoted" one', "back\\slash", "line\nbreak", "$var", ""):
        assert routeros_text.unquoted(routeros_text.quoted(value)) == value


def test_letters_become_plain_ones() -> None:
    assert _management.plain("Đặc khu Phú Quốc – “đảo”") == "Dac khu Phu Quoc - ?dao?"
