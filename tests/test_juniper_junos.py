"""Junos: what is printed reads back, old devices are read, and a torn text is no evidence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from junos_devices import PART, RECORDED, ROUTERS, SOME, facts, printed, text_of

from kgnet.audit.pack import load
from kgnet.emulate.juniper_junos.load import read
from kgnet.errors import MissingFact, NotOurs, ReadError
from kgnet.model.config import Config
from kgnet.model.facts import (
    ConfiguredBgp,
    ConfiguredInterfaces,
    ConfiguredTunnels,
    PacketFilter,
    PrefixLists,
    Queues,
    Snapshot,
    System,
)
from kgnet.model.fleet import Device
from kgnet.model.managed import (
    Aaa,
    Accounts,
    LogHosts,
    LoginBanner,
    RemoteAccess,
    SnmpAgent,
    TimeServers,
)
from kgnet.platforms.juniper_junos import PLATFORM
from kgnet.platforms.juniper_junos.text import canonical
from kgnet.plugins import found
from kgnet.ports import Rule

# ── what is printed reads back ──────────────────────────────────────────────


def test_there_are_borders_and_branches_to_judge() -> None:
    assert {"border", "branch", "tunnel"} <= set(SOME)


@pytest.mark.parametrize("device", ROUTERS.values(), ids=ROUTERS)
def test_a_device_prints_the_very_text_that_was_rendered(device: Device) -> None:
    """The emulated Junos knows the hierarchy by itself: what it does not take would be refused here."""
    text = text_of(device)
    assert printed(read(text)) == text


@pytest.mark.parametrize("device", SOME.values(), ids=SOME)
def test_the_form_that_plans_compare_is_reached_in_one_step(device: Device) -> None:
    text = text_of(device)
    assert canonical(text) == text


@pytest.mark.parametrize("device", SOME.values(), ids=SOME)
def test_interfaces_are_read_back(device: Device) -> None:
    named = PLATFORM.ports(device)
    read_back = {
        each.name: set(each.addresses) for each in facts(text_of(device))[ConfiguredInterfaces].interfaces
    }
    assert read_back == {named[link.name]: set(link.addresses) for link in device.interfaces}


@pytest.mark.parametrize("device", SOME.values(), ids=SOME)
def test_routing_is_read_back(device: Device) -> None:
    read_back = facts(text_of(device))
    bgp, wanted = read_back[ConfiguredBgp], device.routing
    assert wanted is not None
    assert (bgp.asn, bgp.router_id, bgp.requires_policy) == (wanted.asn, wanted.router_id, True)
    assert set(bgp.networks) == set(wanted.networks)
    assert set(bgp.aggregates) == set(wanted.aggregates)
    assert {
        (n.address, n.remote_as, n.import_policy, n.export_policy, n.bfd, n.password) for n in bgp.neighbors
    } == {(n.address, n.remote_as, n.import_policy, n.export_policy, True, True) for n in wanted.neighbors}
    lists = read_back[PrefixLists].lists
    for each in wanted.prefix_lists:
        longest = [(str(rule.network), rule.le) for rule in each.rules]
        assert [(entry.network, entry.le) for entry in lists[each.name]] == longest


@pytest.mark.parametrize("device", SOME.values(), ids=SOME)
def test_queues_and_tunnels_are_read_back(device: Device) -> None:
    named, read_back = PLATFORM.ports(device), facts(text_of(device))
    assert {(q.interface, q.number, q.priority) for q in read_back[Queues].queues} == {
        (named[link.name], queue.number, queue.priority)
        for link in device.interfaces
        for queue in link.queues
    }
    for queue in read_back[Queues].queues:
        (link,) = (link for link in device.interfaces if named[link.name] == queue.interface)
        (wanted,) = (each for each in link.queues if each.number == queue.number)
        assert queue.rate_mbps == pytest.approx(wanted.rate_mbps, abs=0.001)
        assert queue.ceil_mbps == pytest.approx(wanted.ceil_mbps, abs=0.001)
    assert {each.interface for each in read_back[ConfiguredTunnels].tunnels} == {
        named[link.name] for link in device.interfaces if link.tunnel
    }


@pytest.mark.parametrize("device", SOME.values(), ids=SOME)
def test_how_it_is_managed_is_read_back(device: Device) -> None:
    read_back = facts(text_of(device, hidden=False))
    assert read_back[System].hostname == device.name
    assert read_back[TimeServers].servers == device.ntp
    assert read_back[LogHosts].hosts == device.syslog
    assert read_back[LogHosts].severity == "informational"
    assert read_back[LoginBanner].text == "\n".join(device.banner)
    assert {each.name for each in read_back[Accounts].accounts} >= {each.name for each in device.accounts}
    assert {each.hash for each in read_back[Accounts].accounts if each.name != "remote"} == {"sha512"}
    agent = read_back[SnmpAgent]
    assert (agent.communities, agent.writable) == (0, False)
    assert [(user.name, user.auth, user.priv) for user in agent.users] == [
        (device.snmp_user, "sha256", "aes128")
    ]
    entry = read_back[RemoteAccess]
    assert (entry.ssh_version, entry.idle_timeout_s, set(entry.protocols)) == (2, 300, {"ssh", "netconf"})
    assert device.aaa is not None
    assert read_back[Aaa].servers == tuple(map(str, device.aaa.tacacs))
    assert read_back[Aaa].login == ("tacacs+", "local")


@pytest.mark.parametrize("device", ROUTERS.values(), ids=ROUTERS)
def test_a_deploy_never_cuts_the_way_that_it_came(device: Device) -> None:
    """NETCONF stays on, and whoever manages the device is let in to it (RFC 6242 §4)."""
    text = read(text_of(device)).at("system", "services", "netconf")
    assert text is not None
    assert text.at("ssh") is not None
    assert device.firewall is not None
    (asked,) = (flow for flow in device.firewall.inputs if (830, 830) in flow.ports)
    assert set(device.admins) <= set(asked.sources)
    terms = read(text_of(device)).at("firewall", "family inet", "filter PROTECT-4")
    assert terms is not None
    (term,) = (each for each in terms.every("term") if each.value("from", "destination-port") == "830")
    assert term.at("then", "accept") is not None


def judged(device: Device, text: str) -> Iterator[tuple[str, list[object]]]:
    """Yield every rule that applies, with what it says where the baseline asks it."""
    pack, rules = load("baseline", found(Rule))
    read_back = facts(text)
    have = Snapshot(device.name, Config(device.name, {PART.name: text}, "intent"), read_back)
    for rule, choice in ((rules[id], choice) for id, choice in pack.rules.items()):
        meant = all(
            (not each.roles or device.role in each.roles)
            and (not each.platforms or device.platform in each.platforms)
            for each in (rule, choice)
        )
        if meant and all(kind in read_back for kind in rule.needs):
            try:
                yield rule.id, list(rule.judge(device, have, **choice.parameters))
            except NotOurs:
                continue
            except MissingFact as reason:
                yield rule.id, [reason]


LICENSED = {"KG-ZON-05"}  # an IPS needs a licence and signatures: the template cannot bring them


@pytest.mark.parametrize("device", SOME.values(), ids=SOME)
def test_no_rule_finds_fault_with_what_is_rendered(device: Device) -> None:
    said = dict(judged(device, text_of(device)))
    assert {"KG-ZON-02", "KG-CPL-01", "KG-WAN-01", "KG-ACC-06"} <= said.keys()
    assert {rule: wrong for rule, wrong in said.items() if wrong and rule not in LICENSED} == {}


BREAKS = {
    "KG-ZON-02": ("default-policy {\n            deny-all;", "default-policy {\n            permit-all;"),
    "KG-CPL-01": ("            term rest {\n                then {\n                    count dropped;\n"
                  "                    discard;", "            term rest {\n                then {\n"
                  "                    accept;"),
    "KG-WAN-01": ("                peer-as ", "                peer-as 1"),
    "KG-ACC-18": ("    host-name ", "    host-name not-"),
}  # fmt: skip


@pytest.mark.parametrize("rule", BREAKS)
def test_a_rule_sees_what_was_opened(rule: str) -> None:
    """What passes above does so because it was looked at."""
    device, (before, after) = SOME["branch"], BREAKS[rule]
    text = text_of(device)
    assert before in text
    assert dict(judged(device, text.replace(before, after, 1)))[rule]


# ── one canonical text ──────────────────────────────────────────────────────


def test_an_old_device_is_read() -> None:
    read_back = facts(canonical((RECORDED / "running_mx80_12.txt").read_text(encoding="utf-8")))
    assert read_back[System].hostname == "mx-old"
    assert [(each.name, each.hash, each.keys) for each in read_back[Accounts].accounts] == [
        ("netops", "md5", 1),
        ("root", "md5", 0),
    ]
    assert read_back[LoginBanner].text == '\n  for officers on duty "only"'
    assert set(read_back[RemoteAccess].protocols) == {"ssh", "telnet", "ftp", "http"}
    assert read_back[RemoteAccess].ssh_version == 1
    assert read_back[RemoteAccess].idle_timeout_s is None
    assert (read_back[SnmpAgent].communities, read_back[SnmpAgent].writable) == (2, True)
    assert read_back[TimeServers].authenticated
    first, second = read_back[ConfiguredBgp].neighbors
    assert (first.remote_as, first.import_policy, first.export_policy) == (64500, "IN", "OUT")
    assert (second.remote_as, second.import_policy, second.maximum_prefix) == (
        64501,
        "IN-5",
        None,
    )  # its limit only warns
    assert not read_back[ConfiguredBgp].requires_policy
    ssh, icmp, rest, *_ = read_back[PacketFilter].rules
    assert (ssh.sources, ssh.ports) == (("10.0.0.0/8", "192.0.2.0/24"), ((22, 22), (830, 830)))
    assert icmp.harmless
    assert rest.verdict == "drop"


def forwarded(policy: str, book: str = "") -> list[tuple[str, ...]]:
    """Return the sources of what *policy* lets through."""
    match = f"match {{ source-address {policy}; destination-address any; application any; }}"
    pair = f"from-zone a to-zone b {{ policy p {{ {match} then {{ permit; }} }} }}"
    text = canonical(f"security {{ {book} policies {{ {pair} }} }}")
    rules = facts(text)[PacketFilter].rules
    return [rule.sources for rule in rules if (rule.chain, rule.verdict) == ("forward", "accept")]


def test_an_address_that_is_no_network_may_be_anywhere() -> None:
    """What a name stands for in the DNS, or in a feed, nobody can read here."""
    held = "address n 10.0.0.0/8; address d { dns-name kg.example; } address-set s { address n; }"
    named = f"address-book {{ b {{ {held} }} }}"
    assert forwarded("n", named) == [("10.0.0.0/8",)]
    assert forwarded("s", named) == [("10.0.0.0/8",)]
    assert forwarded("d", named) == [()]
    assert forwarded("[ n d ]", named) == [()]
    assert forwarded("n", "zones { security-zone a { address-book { address n 10.1.0.0/16; } } }") == [
        ("10.1.0.0/16",)
    ]


def test_a_term_without_a_verdict_accepts_and_one_that_goes_on_does_not() -> None:
    text = canonical(
        "interfaces { lo0 { unit 0 { family inet { filter { input F; } } } } }"
        " firewall { family inet { filter F {"
        " term a { then count x; } term b { then { count y; next term; } } term c { then reject; } } } }"
    )
    assert [rule.verdict for rule in facts(text)[PacketFilter].rules] == ["accept", "", "drop"]


def test_what_is_no_configuration_is_not_compared() -> None:
    text = canonical((RECORDED / "running_mx80_12.txt").read_text(encoding="utf-8"))
    for word in ("Last commit", "SECRET-DATA", "version 12", "/*", "agreed"):
        assert word not in text
    assert "inactive: user old {" in text
    assert "protocol [ static direct ];" in text
    assert "            next-hop 192.0.2.1;" in text, "a container stands as a block"
    assert canonical(text) == text


@pytest.mark.parametrize(
    "text",
    [
        *("", "\n", ";\n", 'a "b;\n', "system {\n}}\n", "## Last commit\nversion 21.4R3;\n"),
        *("error: permission denied\n", "system {\n    host-name a;\n"),
    ],
)
def test_no_configuration_is_no_evidence(text: str) -> None:
    with pytest.raises(ReadError):
        canonical(text)


@pytest.mark.parametrize("cut", [0.2, 0.5, 0.9])
def test_a_torn_text_is_refused(cut: float) -> None:
    text = (RECORDED / "running_mx80_12.txt").read_text(encoding="utf-8")
    with pytest.raises(ReadError, match=r"ends in the middle|never closed"):
        canonical(text[: int(len(text) * cut)])


def test_a_device_without_routing_or_filter_is_printed() -> None:
    device = replace(SOME["branch"], routing=None, firewall=None, aaa=None, accounts=(), banner=())
    read_back = facts(text_of(device))
    assert ConfiguredBgp not in read_back
    assert read_back[Aaa].login == ("local",)
