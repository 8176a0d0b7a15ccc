"""A platform reads back what it writes; what it writes is what real daemons then say of themselves."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, collapse_addresses, ip_network
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import shipped
from hypothesis import given, settings
from hypothesis import strategies as st
from mixed import of_frr
from readback import filters_as_designed, filters_as_read

from kgnet import paths
from kgnet.design import design
from kgnet.errors import ReadError
from kgnet.model.facts import (
    ConfiguredBgp,
    ConfiguredInterfaces,
    PacketFilter,
    Queues,
    System,
)
from kgnet.model.fleet import Device, FlowRule, InterfaceKind
from kgnet.platforms import _linux, _linux_logs, _nftables
from kgnet.platforms.frr import read as frr_config
from kgnet.platforms.frr import state as frr_state
from kgnet.platforms.frr import tc
from kgnet.platforms.frr import text as frr
from kgnet.platforms.linux import services
from kgnet.plugins import found
from kgnet.ports import Platform
from kgnet.render import render

RECORDED = Path(__file__).parent / "recorded" / "platforms"
LAB = shipped.fleet("lab")
PROVINCE = design(of_frr(shipped.province("kiengiang")))
SOME = {  # every device of the lab, and of the province, were it all FRR, one of each sort
    **{f"lab {name}": device for name, device in LAB.devices.items()},
    **{f"kiengiang {device.role}": device for device in PROVINCE.devices.values()},
}
ROUTERS = {name: device for name, device in SOME.items() if device.routing}


def recorded(name: str) -> str:
    return (RECORDED / name).read_text(encoding="utf-8")


# ── what is written is read back to the same facts ──────────────────────────


def facts(device: Device) -> dict[type, Any]:
    """Return what the platform reads in the text that it printed for *device*."""
    config = render(device, paths.templates())
    read = (part.read(config.parts[part.name], part.name) for part in found(Platform)[device.platform].parts)
    return {type(fact): fact for fact in chain.from_iterable(read)}


@pytest.mark.parametrize("device", ROUTERS.values(), ids=ROUTERS)
def test_interfaces_are_read_back(device: Device) -> None:
    read = {each.name: each for each in facts(device)[ConfiguredInterfaces].interfaces}
    assert read.keys() == {link.name for link in device.interfaces}
    for link in device.interfaces:
        assert read[link.name].description == link.description
        out_of_band = link.kind is InterfaceKind.MANAGEMENT  # set at birth, and never ours to lose
        assert read[link.name].addresses == (() if out_of_band else link.addresses)


@pytest.mark.parametrize("device", ROUTERS.values(), ids=ROUTERS)
def test_routing_is_read_back(device: Device) -> None:
    routing, read = device.routing, facts(device)[ConfiguredBgp]
    assert routing is not None
    assert (read.asn, read.router_id, read.requires_policy) == (routing.asn, routing.router_id, True)
    assert set(read.networks) == set(routing.networks)
    assert set(read.aggregates) == set(routing.aggregates)
    wanted = {
        (each.address, each.remote_as, each.description, each.import_policy, each.export_policy)
        for each in routing.neighbors
    }
    assert wanted == {
        (each.address, each.remote_as, each.description, each.import_policy, each.export_policy)
        for each in read.neighbors
    }
    assert all(each.bfd and each.password and each.maximum_prefix for each in read.neighbors)


@pytest.mark.parametrize("device", ROUTERS.values(), ids=ROUTERS)
def test_filters_are_read_back(device: Device) -> None:
    read = facts(device)
    assert filters_as_read(read) == filters_as_designed(device)
    assert read[System].hostname == device.name


Permit = tuple[Any, ...]


def permits(rules: list[FlowRule]) -> set[Permit]:
    """Return what flows permit: source, destination, protocol, ports, flow; one family each."""
    return {
        (source, destination, rule.protocol, _merged(rule.ports), rule.flow)
        for rule in rules
        for version in (4, 6)
        if _speaks(rule, version)
        for source in _collapsed(rule.sources, version)
        for destination in _collapsed(rule.destinations, version)
    }


def _speaks(rule: FlowRule, version: int) -> bool:
    return all(
        not end or any(network.version == version for network in end)
        for end in (rule.sources, rule.destinations)
    )


def _collapsed(networks: Any, version: int) -> list[str]:
    if not networks:
        return ["any"]
    return [str(each) for each in collapse_addresses(net for net in networks if net.version == version)]


def _merged(ports: Any) -> tuple[tuple[int, int], ...]:
    return tuple(_nftables._joined(ports))


@pytest.mark.parametrize("device", SOME.values(), ids=SOME)
def test_the_packet_filter_is_read_back(device: Device) -> None:
    read, firewall = facts(device)[PacketFilter], device.firewall
    assert firewall is not None
    assert read.policies["input"] == "drop"
    filters = firewall.filters_forward or device.platform == "linux"
    assert read.policies["forward"] == ("drop" if filters else "accept")
    wanted = {"input": firewall.inputs, "forward": firewall.forward if firewall.filters_forward else ()}
    for name, flows in wanted.items():
        names = {flow.flow for flow in flows}
        rules = [rule for rule in read.rules if rule.chain == name and rule.comment in names]
        assert all(rule.verdict == "accept" for rule in rules)
        assert permits([_flow(rule) for rule in rules]) == permits(list(flows))


def _flow(rule: Any) -> FlowRule:
    ends = (tuple(map(ip_network, end)) for end in (rule.sources, rule.destinations))
    return FlowRule(rule.comment, *ends, rule.protocol, rule.ports, "")


@pytest.mark.parametrize("device", ROUTERS.values(), ids=ROUTERS)
def test_queues_are_read_back(device: Device) -> None:
    read = {(queue.interface, queue.number): queue for queue in facts(device)[Queues].queues}
    wanted = {(link.name, queue.number): queue for link in device.interfaces for queue in link.queues}
    assert read.keys() == wanted.keys()
    for key, queue in wanted.items():
        assert read[key].priority == queue.priority
        assert read[key].rate_mbps == pytest.approx(queue.rate_mbps, abs=0.001, rel=0.001)
        assert read[key].ceil_mbps == pytest.approx(queue.ceil_mbps, abs=0.001, rel=0.001)


def test_a_fact_names_the_line_that_it_was_read_from() -> None:
    text = render(LAB.devices["r-899"], paths.templates()).parts["frr"]
    numbered = text.splitlines()
    read = facts(LAB.devices["r-899"])
    for neighbor in read[ConfiguredBgp].neighbors:
        assert numbered[neighbor.line - 1].startswith(f" neighbor {neighbor.address} ")
    assert all(
        numbered[each.line - 1] == f"interface {each.name}" for each in read[ConfiguredInterfaces].interfaces
    )


# ── real texts of real daemons, recorded ────────────────────────────────────


def test_recorded_routing_state_is_read() -> None:
    """FRR 8.4.4: one neighbour of three has come up, in both families."""
    peers = {peer.address: peer for peer in frr_state.bgp_peers(recorded("bgp_summary.json")).peers}
    assert len(peers) == 6
    up = peers[IPv4Address("10.3.0.18")]
    assert (up.state, up.remote_as) == ("Established", 4200000001)
    assert up.uptime_s > 1
    assert peers[IPv4Address("10.3.0.20")].state == "Connect"
    bfd = {peer.address: peer for peer in frr_state.bfd_peers(recorded("bfd_peers.json")).peers}
    assert bfd[IPv4Address("10.3.0.18")].up
    assert bfd[IPv4Address("10.3.0.18")].receive_interval_ms == 300
    assert bfd[IPv6Address("2001:db8:4:12::")].receive_interval_ms == 1000


def test_a_router_without_bgp_has_no_peers() -> None:
    assert frr_state.bgp_peers("{}").peers == ()


def test_recorded_configuration_is_read() -> None:
    canonical = frr.canonical(recorded("running_config.txt"))
    read = {type(fact): fact for fact in frr_config.read(canonical, "frr")}
    assert read[System] == System("r-899", ("syslog informational",), False)
    assert len(read[ConfiguredBgp].neighbors) == 6
    assert "frr version" not in canonical


def test_recorded_links_are_read() -> None:
    states = {state.name: state for state in _linux.interface_states(recorded("links.json")).interfaces}
    assert states["wan1"].up
    assert states["wan1"].mtu_bytes == 1500
    assert states["lo"].up


def test_recorded_sockets_are_read() -> None:
    sockets = set(_linux.listeners(recorded("sockets.txt")).sockets)
    assert ("tcp", "0.0.0.0", 179, "bgpd") in sockets
    assert ("tcp", "::", 179, "bgpd") in sockets
    assert ("udp", "2001:db8:4:12::1", 49155, "bfdd") in sockets


def test_a_socket_of_a_link_or_of_nobody_is_read() -> None:
    text = (
        'udp UNCONN 0 0 10.0.0.1%eth0:68 0.0.0.0:*\ntcp LISTEN 0 511 *:80 *:* users:(("nginx",pid=1,fd=6))\n'
    )
    assert _linux.listeners(text).sockets == (("udp", "10.0.0.1", 68, ""), ("tcp", "*", 80, "nginx"))


def test_recorded_clock_is_read() -> None:
    """chronyc's system time is negative when the clock is fast of true time."""
    clock = _linux.clock(recorded("chrony.txt"))
    assert (clock.synchronised, clock.stratum, clock.sources) == (True, 9, ("10.3.0.18",))
    assert -0.001 < clock.offset_s < 0


def test_a_clock_without_a_source_is_not_in_sync() -> None:
    text = "00000000,,0,0.000000000,0.0,0.0,0.0,0.0,0.0,0.0,1.0,1.0,0.0,Not synchronised\n"
    assert not _linux.clock(text).synchronised


def test_recorded_settings_are_read() -> None:
    assert _linux.ssh_server(recorded("sshd.txt")).one("PermitRootLogin") == "without-password"
    kernel = _linux.kernel(recorded("sysctl.txt"))
    assert kernel.one("net.ipv4.conf.wan1.accept_redirects") in ("0", "1")
    assert kernel.one("net.ipv4.tcp_syncookies") == "1"
    assert services.mail_server(recorded("postconf.txt")).one("smtpd_tls_security_level") is not None
    boxes = services.mailbox_server(recorded("doveconf.txt"))
    assert boxes.one("ssl") == "yes"
    assert boxes.one("service imap-login/inet_listener imaps/ssl") == "yes"


def test_recorded_registrations_are_read() -> None:
    assert services.registrations(recorded("locations.txt")).users == ("room-899", "room-911")
    gone = recorded("locations.txt").replace("Expires: 3600", "Expires: expired", 1)
    assert services.registrations(gone).users == ("room-911",)


def test_log_targets_are_the_hosts_that_rsyslog_forwards_to() -> None:
    text = (
        'web1\n# rsyslog\nmodule(load="imuxsock")\n'
        "# *.* @198.51.100.1\n*.* @10.0.40.41\nauth.* @@[2001:db8::1]:514\n"
        '*.* action(type="omfwd" target="mon1" port="514" protocol="udp")\n'
        '*.* action(type="omfwd" target="127.0.0.1" port="10514" protocol="tcp")\n*.* @@[::1]:10514\n'
    )
    assert _linux_logs.system(text) == System("web1", ("10.0.40.41", "2001:db8::1", "mon1"))


def test_a_recorded_ruleset_is_read() -> None:
    read, *_ = _nftables.read(_nftables.canonical(recorded("ruleset.nft")), "nftables")
    assert read.policies["input"] == "drop"
    ssh = next(rule for rule in read.rules if rule.comment == "manage-ssh")
    assert (ssh.chain, ssh.verdict, ssh.protocol, ssh.ports) == ("input", "accept", "tcp", ((22, 22),))
    assert ssh.sources == ("172.20.0.0/16",)


def test_chains_of_other_tables_are_told_apart() -> None:
    chain = "type nat hook postrouting priority srcnat; policy accept;\n\t\tmasquerade"
    text = f"table ip nat {{\n\tchain POSTROUTING {{\n\t\t{chain}\n\t}}\n}}\n"
    read, *_ = _nftables.read(text, "nftables")
    assert read.policies == {"ip nat/POSTROUTING": "accept"}
    assert [rule.chain for rule in read.rules] == ["ip nat/POSTROUTING"]


@pytest.mark.parametrize(
    ("line", "secret"),
    [
        (" neighbor 10.0.0.1 password s3cret", "s3cret"),
        ('createUser mon SHA-256 "auth phrase" AES "priv phrase"', "phrase"),
        ("createUser mon SHA-256 -l 0x0a1b AES -l 0x2c3d", "0x"),
        ("rocommunity s3cret 10.0.0.0/8", "s3cret"),
        ("com2sec reader default s3cret", "s3cret"),
    ],
)
def test_secrets_are_redacted_and_stay_so(line: str, secret: str) -> None:
    platform = found(Platform)["frr"]
    redacted = platform.redacted(f"{line}\n")
    assert secret not in redacted
    assert "<secret>" in redacted
    assert platform.redacted(redacted) == redacted
    marked = platform.redacted(f"{line}\n", lambda value: "1a2b3c")
    assert "<secret 1a2b3c>" in marked
    assert platform.redacted(marked, lambda value: "ffffff") == marked


def test_a_community_that_everybody_knows_is_no_secret() -> None:
    line = "rocommunity public default\n"
    assert found(Platform)["linux"].redacted(line) == line


# ── no text of a device is a traceback ──────────────────────────────────────

READERS: list[Callable[[str], object]] = [
    *(reader.read for platform in found(Platform).values() for reader in platform.state.values()),
    lambda text: list(frr_config.read(text, "frr")),
    lambda text: list(frr_config.read(frr.canonical(text), "frr")),
    lambda text: list(_nftables.read(text, "nftables")),
    lambda text: list(tc.read(tc.canonical(text), "qos")),
]
SAMPLES = [file.read_text(encoding="utf-8") for file in sorted(RECORDED.iterdir())]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(READERS), st.sampled_from(SAMPLES), st.data())
def test_a_spoilt_text_is_read_or_refused(
    read: Callable[[str], object], text: str, data: st.DataObject
) -> None:
    """A line that is cut, lost or put elsewhere gives facts or a ReadError, never a crash."""
    rows = text.splitlines()[:60]
    place = data.draw(st.integers(0, len(rows) - 1))
    cut = data.draw(st.integers(0, 40))
    rows[place] = rows[place][:cut] + data.draw(st.text(max_size=5)) + rows[place][cut + 2 :]
    try:
        read("\n".join(rows[data.draw(st.integers(0, len(rows) - 1)) :]))
    except ReadError:
        return
