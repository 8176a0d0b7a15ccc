"""Configurations as three generations of IOS print them: 17.3 on a router, 17.9 on a switch, 15.4."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, ip_interface, ip_network
from typing import Any

import pytest
from ios import recorded

from kgnet.model.facts import (
    ConfiguredBgp,
    ConfiguredInterfaces,
    PacketFilter,
    PrefixLists,
    RouteMaps,
    System,
)
from kgnet.model.managed import (
    Aaa,
    Accounts,
    LogHosts,
    LoginBanner,
    RemoteAccess,
    SnmpAgent,
    TimeServers,
    Vrfs,
)
from kgnet.platforms.cisco_ios import PLATFORM
from kgnet.platforms.cisco_ios.text import canonical

MODELS = ("isr4331", "c9300", "isr1941")
(PART,) = PLATFORM.parts


def facts(model: str) -> dict[type, Any]:
    printed = recorded(f"{model}/running.cfg")
    assert PART.released
    (release,) = PART.released.finditer(printed)
    return {type(fact): fact for fact in PART.read(f"{canonical(printed)}{release[0]}\n", PART.name)}


# ── configurations ──────────────────────────────────────────────────────────


@pytest.mark.parametrize("model", MODELS)
def test_a_recorded_configuration_has_one_canonical_text(model: str) -> None:
    once = canonical(recorded(f"{model}/running.cfg"))
    assert canonical(once) == once
    for chatter in ("Building configuration", "Current configuration", "Last configuration", "clock-period"):
        assert chatter not in once
    assert re.search(PART.ending + r"\s*\Z", recorded(f"{model}/running.cfg"))


@pytest.mark.parametrize("model", MODELS)
def test_no_secret_of_a_recorded_configuration_survives(model: str) -> None:
    """What is no secret stays: names, numbers of keys, types."""
    secrets = (
        *("$9$2MJBozw", "$8$TnGX", "$1$mERr", "070C285F4D06", "0822455D0A16", "13061E0108", "110A1016141D"),
        *("JDYkqyIFWeBv", "letmein", "s3cr3t"),
    )
    text = recorded(f"{model}/running.cfg")
    assert any(secret in text for secret in secrets)
    for told in (PLATFORM.redacted(text), PLATFORM.redacted(canonical(text))):
        assert not [secret for secret in secrets if secret in told]
        assert told.count("<secret>") >= 1
        assert PLATFORM.redacted(told) == told
    if model == "isr1941":
        assert "\n key 1\n" in PLATFORM.redacted(text)


def test_how_a_secret_is_kept_is_none() -> None:
    """A hash of type 4, which Cisco withdrew, goes as well; what says that keys are encrypted stays."""
    told = PLATFORM.redacted("username old secret 4 LcV6aBcc/53FoCJjXQMd7rBUDEpeevrK8V5jQVoJEhU\n")
    assert told == "username old secret 4 <secret>\n"
    assert PLATFORM.redacted("password encryption aes\n") == "password encryption aes\n"


def test_a_secret_is_marked_alike_wherever_it_stands() -> None:
    """Without that, what is wanted and what is there could not be compared sealed."""
    told = PLATFORM.redacted("neighbor 192.0.2.1 password 7 0822455D0A16\n key 7 0822455D0A16\n", str.lower)
    assert told.count("<secret 0822455d0a16>") == 2


def test_the_router_of_an_office_is_read() -> None:
    read = facts("isr4331")
    assert read[System] == System("r-office", ("192.0.2.40", "192.0.2.41"), True, "example.net")
    links = {each.name: each for each in read[ConfiguredInterfaces].interfaces}
    assert links["GigabitEthernet0/0/0.100"].addresses == tuple(
        map(ip_interface, ("198.51.100.1/25", "198.51.100.129/26", "2001:db8:0:64::1/64"))
    )
    assert links["GigabitEthernet0/0/0"].description == 'LANs: "trunk"  to the switch'
    assert read[PrefixLists].lists["OWN"][0].le == 28
    assert read[RouteMaps].matches == {"IN": ("ALL",), "OUT": ("OWN",)}
    assert read[Vrfs].interfaces == {"Mgmt-intf": ("GigabitEthernet0",)}


def test_the_bgp_of_an_office_is_read() -> None:
    bgp = facts("isr4331")[ConfiguredBgp]
    assert (bgp.asn, bgp.requires_policy) == (65001, False)
    assert ip_network("10.0.0.0/8") in bgp.networks  # written without a mask
    first, second = bgp.neighbors
    assert (first.address, first.bfd, first.password, first.maximum_prefix) == (
        IPv4Address("203.0.113.0"),
        True,
        True,
        500,
    )
    assert (second.password, second.import_policy, second.export_policy) == (False, None, "OUT")


def test_a_list_on_an_interface_is_a_chain_of_its_own() -> None:
    """It is not the filter of the device: nothing says that all traffic meets it."""
    read = facts("isr4331")[PacketFilter]
    assert read.policies == {"input": "accept", "forward": "accept"}
    rules = [rule for rule in read.rules if rule.chain == "FROM-CARRIER"]
    assert [rule.verdict for rule in rules] == ["drop", *["accept"] * 6]
    assert rules[4].ports == ((80, 80), (443, 443))
    assert rules[5].ports == ((16384, 32767),)
    assert [rule.harmless for rule in rules] == [False, False, True, False, False, False, True]


def test_the_administration_of_an_office_is_read() -> None:
    read = facts("isr4331")
    accounts = [(each.name, each.privilege, each.hash, each.keys) for each in read[Accounts].accounts]
    assert accounts == [("look", "1", "pbkdf2", 0), ("noc", "15", "scrypt", 1), ("old", "1", "type 7", 0)]
    assert (read[TimeServers].servers, read[TimeServers].authenticated) == (
        ("192.0.2.53", "10.255.0.53"),
        True,
    )
    assert (read[LogHosts].severity, read[LogHosts].source) == ("notice", "Loopback0")
    snmp = read[SnmpAgent]
    assert (snmp.communities, snmp.writable, snmp.access_list) == (2, True, "10")
    access = read[RemoteAccess]
    assert (access.protocols, access.ssh_version, access.access_list) == (("https", "ssh"), 2, "10")
    assert access.idle_timeout_s == 900
    assert read[Aaa].login == ("tacacs+", "local")
    assert read[Aaa].servers == ("192.0.2.50", "192.0.2.51")
    assert "\n\n   all is logged\n" in read[LoginBanner].text


def test_a_switch_as_it_is_delivered_is_read() -> None:
    """Everything is open: each of these is a finding for somebody."""
    read = facts("c9300")
    access = read[RemoteAccess]
    assert access.protocols == ("http", "https", "ssh", "telnet")
    assert (access.access_list, access.idle_timeout_s) == (None, None)
    assert read[Aaa].login == ("local",)
    assert read[LoginBanner].text == "Keep out"
    assert [each.hash for each in read[Accounts].accounts] == ["md5"]
    assert ConfiguredBgp not in read


def test_ios_15_is_read() -> None:
    read = facts("isr1941")
    assert read[System].service_password_encryption is False
    assert read[Aaa].accounting
    assert read[Aaa].servers == ("192.0.2.50",)
    assert read[Accounts].accounts[0].hash == "plain"
    assert {rule.chain for rule in read[PacketFilter].rules} == {"OUT", "23"}
    text = canonical(recorded("isr1941/running.cfg"))
    assert "aaa accounting exec default start-stop group tacacs+\n" in text
    assert " permit udp any any eq 500\n" in text


def test_a_certificate_is_one_text() -> None:
    text = canonical(recorded("isr4331/running.cfg"))
    path = ("crypto pki certificate chain TP-self-signed-1234567890", "certificate self-signed 01")
    assert f"{path[0]}\n {path[1]}\n  30820330" in text
    assert PART.opaque(path)
    assert not PART.owns(path)


def test_what_belongs_to_the_box_is_left_alone() -> None:
    for line in (
        "boot system flash bootflash:x.bin",
        "license boot level network-advantage",
        "ip route 0.0.0.0 0.0.0.0 203.0.113.0 250",
        "vlan internal allocation policy ascending",
        "policy-map system-cpp-policy",
        "enable secret 9 x",
        "vrf definition Mgmt-intf",
    ):
        assert not PART.owns((line,)), line
    assert not PART.owns(("control-plane", "service-policy input system-cpp-policy"))
    assert not PART.owns(("interface GigabitEthernet0/0/2",))  # a port that nobody planned
    assert PART.owns(("interface GigabitEthernet0/0/2.7",))
    assert PART.owns(("ntp server 192.0.2.99",))
    assert PART.owns(("interface GigabitEthernet0/0/1", "ip access-group OLD in"))
