"""Commands for VRP, RouterOS and FortiOS, typed into emulated devices: want is reached, no more."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address, ip_network
from typing import Any

import pytest
import small
from hypothesis import given, settings
from hypothesis import strategies as st

from kgnet.emulate.device import Device as Emulated
from kgnet.model.administration import AaaServers, LocalAccount
from kgnet.model.config import Config
from kgnet.model.fleet import Device
from kgnet.plan import apply, commands, plan, reverse

each = pytest.mark.parametrize("platform", small.PLATFORMS)
ADDRESSES = [f"10.0.{third}.{fourth}" for third in (10, 40) for fourth in (1, 9, 77)]
NETWORKS = [ip_network(text) for text in ("172.20.0.0/16", "10.0.40.0/24", "192.0.2.0/25")]
OTHERS = {  # what nobody owns, and has to stay
    "huawei_vrp": ("system-view", "interface GigabitEthernet0/0/1", "description cable 7", "quit",
                   "ip route-static 10.9.0.0 255.255.0.0 10.0.0.1", "return"),
    "mikrotik_routeros": ("/ip address add address=10.9.9.1/24 interface=ether1 comment=\"cable 7\"",
                          "/ip firewall filter add chain=input action=accept comment=\"not ours\"",
                          "/system logging action add name=other target=remote remote=192.0.2.9"),
    "fortinet_fortios": ("config firewall address", 'edit "servers"', 'set comment "cable 7"', "next", "end",
                         "config system console", "set output standard", "end",
                         "config user group", 'edit "vpn-users"', 'set member "x"', "next", "end"),
}  # fmt: skip


@st.composite
def intents(draw: st.DrawFn) -> Device:
    """Any intent for the management plane."""
    lists = st.lists(st.sampled_from(ADDRESSES), max_size=4, unique=True)
    operators = draw(st.lists(st.sampled_from(["noc", "audit"]), unique=True))
    names = [
        ("kgnet", "admin"),
        *((name, draw(st.sampled_from(["admin", "operator"]))) for name in operators),
    ]
    servers = tuple(map(ip_address, draw(st.lists(st.sampled_from(ADDRESSES), max_size=2, unique=True))))
    return replace(
        small.wanted("huawei_vrp"),
        name=draw(st.sampled_from(["r-1", "r-30808"])),
        ntp=tuple(draw(lists)),
        syslog=tuple(draw(lists)),
        snmp_user=draw(st.sampled_from(["", "kgnet-monitor", "other"])),
        location=draw(st.sampled_from(["Xã Bình An", 'with "quotes" and $', "plain"])),
        accounts=tuple(LocalAccount(name, role, f"login/{name}") for name, role in names),
        aaa=AaaServers(tacacs=servers, radius=servers) if servers else None,
        admins=tuple(draw(st.lists(st.sampled_from(NETWORKS), min_size=1, unique=True))),
        banner=draw(st.sampled_from([(), ("one line",), ("two", "lines")])),
    )


def others(device: Emulated) -> list[tuple[str, ...]]:
    part = small.part_of(device.dialect)
    return [path for path in small.lines(device) if not part.owns(path) and len(path) > 1]


@each
@settings(max_examples=8, deadline=None)
@given(first=intents(), second=intents())
def test_commands_lead_from_any_intent_to_any_other(platform: str, first: Device, second: Device) -> None:
    device = small.emulated(platform, ports=("GigabitEthernet0/0/1",) if platform == "huawei_vrp" else ())
    with small.session(device) as typed:
        for line in OTHERS[platform]:
            assert typed.run((line,)).code == 0, line
    start = others(device)
    for intent in (first, second):
        want = small.text(replace(intent, platform=platform))
        assert small.carry_out(device, want) == []
        assert small.left(device, want) == []
    assert others(device) == start


@each
@settings(max_examples=8, deadline=None)
@given(first=intents(), second=intents())
def test_the_plan_predicts_and_its_reverse_leads_back(platform: str, first: Device, second: Device) -> None:
    want, have = (_config(platform, small.text(replace(each, platform=platform))) for each in (first, second))
    todo = plan(want, have)
    after = apply(todo, have)
    assert plan(want, after).changes == ()
    back = apply(reverse(todo), after)
    assert plan(have, back).changes == ()


def _config(platform: str, text: str) -> Config:
    return Config("r", {platform: small.sealed(platform, text)})


@each
def test_nothing_is_typed_where_only_the_stored_form_differs(platform: str) -> None:
    device = small.emulated(platform)
    want = small.text(small.wanted(platform))
    small.carry_out(device, want)
    have, wanted = (Config("r", {platform: text}) for text in (small.running(device), want))
    todo = plan(wanted, have)
    assert commands(todo, have, apply(todo, have)) == ()


@each
def test_the_reverse_plan_never_brings_back_what_nobody_owns(platform: str) -> None:
    """Planned from the rendered text alone, a way back would add the device's interfaces anew."""
    device = small.emulated(platform)
    have, want = (
        Config("r", {platform: small.running(device)}),
        Config("r", {platform: small.text(small.wanted(platform))}),
    )
    typed = commands(plan(have, want), want)
    assert typed
    assert not any(
        "172.20.0.5" in command or "interface" in command.replace("user-interface", "") for command in typed
    )


def test_servers_are_asked_in_the_order_of_the_intent() -> None:
    """RouterOS asks the first RADIUS server first."""
    device = small.emulated("mikrotik_routeros")
    one, two, three = (ip_address(address) for address in ADDRESSES[:3])
    for servers in ((one, two), (two, one), (three, two, one), (two, three)):
        want = replace(small.wanted("mikrotik_routeros"), aaa=AaaServers(radius=servers))
        assert small.carry_out(device, small.text(want)) == []
        assert small.left(device, small.text(want)) == []
        assert _asked(device) == [str(server) for server in servers]


def _asked(device: Any) -> list[str]:
    return [item.values["address"] for item in device.menus["/radius"].items]


def test_the_access_list_of_vrp_never_locks_out_whom_both_intents_let_in() -> None:
    """At every step each source has its old verdict or its new one; the list is never empty while in use."""
    device = small.emulated("huawei_vrp")
    before, after = ({NETWORKS[0], NETWORKS[1]}, {NETWORKS[1], NETWORKS[2]})
    want = small.wanted("huawei_vrp")
    small.carry_out(device, small.text(replace(want, admins=tuple(sorted(before)))))
    verdicts: list[set[str]] = []
    device.watchers.append(lambda: verdicts.append(_permitted(device)))
    small.carry_out(device, small.text(replace(want, admins=tuple(sorted(after)))))
    old, new = ({str(network.network_address) for network in networks} for networks in (before, after))
    assert verdicts[-1] == new
    for verdict in verdicts:
        assert old & new <= verdict <= old | new


def _permitted(device: Any) -> set[str]:
    acl = next(device.root.starting("acl name kgnet-management"), None)
    return {node.text.split()[4] for node in acl.starting("rule ")} if acl else set()
