"""What emulated devices see of one another follows from both ends' configurations and from what is up."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from kgnet.emulate.cisco_ios import Ios
from kgnet.emulate.clock import Clock
from kgnet.emulate.device import Spec
from kgnet.emulate.terminal import Terminal
from kgnet.emulate.type7 import type7
from kgnet.emulate.world import World

A, B, C = "a", "b", "c"
OUTSIDE = {"10.2.0.9": 65009, "198.51.100.1": 0, "10.0.0.99": 0}


def text(
    name: str, number: int, links: dict[str, str], peers: dict[str, int], *, password: str = "s3cret"
) -> str:
    """A router with /30 links (port → address), BGP to *peers* (address → AS) and a loopback 10.9.0.N."""
    lines = [f"hostname {name}", "lldp run", "vrf definition MGMT", " address-family ipv4"]
    lines += [
        "interface GigabitEthernet0",
        " vrf forwarding MGMT",
        f" ip address 10.0.0.{number} 255.255.255.0",
    ]
    for port, address in {**links, "Loopback0": f"10.9.0.{number}"}.items():
        mask = "255.255.255.255" if port == "Loopback0" else "255.255.255.252"
        lines += [f"interface {port}", f" ip address {address} {mask}"]
        lines += [" bfd interval 300 min_rx 300 multiplier 3"] if port != "Loopback0" else []
    lines += [f"router bgp {65000 + number}"]
    for address, asn in peers.items():
        lines += [f" neighbor {address} remote-as {asn}", f" neighbor {address} password {password}"]
        lines += [f" neighbor {address} fall-over bfd"]
    lines += ["line vty 0 4", " login local", " transport input ssh"]
    return "\n".join(lines) + "\n"


@dataclass
class Net:
    """a — b — c in a row, and an outside neighbour of c."""

    devices: dict[str, Ios]
    world: World
    clock: Clock

    def state(self, device: str, peer: str) -> str:
        return next(s.state for s in self.world.sessions(device) if s.peer.address == peer)

    def type(self, device: str, *lines: str) -> None:
        assert Terminal(self.devices[device]).run("configure terminal", *lines, "end").count("%") == 0


@pytest.fixture
def net() -> Net:
    texts = {
        A: text(A, 1, {"GigabitEthernet0/0/0": "10.1.0.1"}, {"10.1.0.2": 65002}),
        B: text(B, 2, {"GigabitEthernet0/0/0": "10.1.0.2", "GigabitEthernet0/0/1": "10.1.0.5"},
                {"10.1.0.1": 65001, "10.1.0.6": 65003}, password=f"7 {type7('s3cret', 4)}"),
        C: text(C, 3, {"GigabitEthernet0/0/0": "10.1.0.6", "GigabitEthernet0/0/1": "10.2.0.10"},
                {"10.1.0.5": 65002, "10.2.0.9": 65009}),
    }  # fmt: skip
    clock, devices = Clock(0), {}
    world = World(devices, OUTSIDE)
    for name, startup in texts.items():
        devices[name] = Ios(Spec(name, "cisco_ios", startup), clock)
        devices[name].world = world
        devices[name].boot()
    return Net(devices, world, clock)


def test_sessions_are_up_where_both_ends_agree_however_the_password_is_written(net: Net) -> None:
    assert all(s.established and s.bfd for name in net.devices for s in net.world.sessions(name))


@pytest.mark.parametrize(
    ("line", "states"),
    [
        ("neighbor 10.1.0.2 remote-as 65099", ("Active", "Active")),
        ("neighbor 10.1.0.2 password other", ("Active", "Active")),
        ("no neighbor 10.1.0.2 password", ("Active", "Active")),
        ("neighbor 10.1.0.2 shutdown", ("Idle (Admin)", "Active")),
    ],
)
def test_a_session_is_down_at_both_ends_when_one_of_them_is_wrong(
    net: Net, line: str, states: tuple[str, str]
) -> None:
    net.type(A, "router bgp 65001", line)
    assert (net.state(A, "10.1.0.2"), net.state(B, "10.1.0.1")) == states
    assert net.state(B, "10.1.0.6") == "Established"


def test_a_session_falls_with_its_interface_and_its_cable_and_comes_back_with_them(net: Net) -> None:
    net.type(B, "interface Gi0/0/0", "shutdown")
    assert net.state(A, "10.1.0.2") == "Idle" or net.state(A, "10.1.0.2") == "Active"
    assert "down" in Terminal(net.devices[A]).type("show ip interface brief | include 0/0/0 ").split()
    net.type(B, "interface Gi0/0/0", "no shutdown")
    assert net.state(A, "10.1.0.2") == "Established"
    net.world.cut.add((A, "GigabitEthernet0/0/0"))
    assert net.state(B, "10.1.0.1") != "Established"
    net.world.cut.clear()
    assert net.state(B, "10.1.0.1") == "Established"


def test_a_session_tells_since_when_it_is_as_it_is(net: Net) -> None:
    net.world.sessions(A)
    net.clock.step(3600)
    assert "01:00:00" in Terminal(net.devices[A]).type("show ip bgp summary")
    net.type(A, "interface Gi0/0/0", "shutdown")
    net.world.sessions(A)
    net.type(A, "interface Gi0/0/0", "no shutdown")
    assert "00:00:00" in Terminal(net.devices[A]).type("show ip bgp summary")


def test_bfd_needs_timers_and_wishes_at_both_ends(net: Net) -> None:
    net.type(B, "router bgp 65002", "no neighbor 10.1.0.1 fall-over bfd")
    assert [s.bfd for s in net.world.sessions(A)] == [False]
    assert "Down" in Terminal(net.devices[A]).type("show bfd neighbors")


def test_who_is_outside_is_well_if_its_as_is_the_one_that_is_wanted(net: Net) -> None:
    assert net.state(C, "10.2.0.9") == "Established"
    net.type(C, "router bgp 65003", "neighbor 10.2.0.9 remote-as 65010")
    assert net.state(C, "10.2.0.9") != "Established"


def test_a_ping_goes_from_hop_to_hop_where_sessions_are_up(net: Net) -> None:
    ping = Terminal(net.devices[A]).type
    assert "(5/5)" in ping("ping 10.9.0.3")
    assert "(5/5)" in ping("ping 10.2.0.9")
    assert "(0/5)" in ping("ping 203.0.113.1")
    net.type(B, "router bgp 65002", "neighbor 10.1.0.6 shutdown")
    assert "(5/5)" in ping("ping 10.9.0.2")
    assert "(0/5)" in ping("ping 10.9.0.3")


def test_the_management_vrf_is_a_network_of_its_own(net: Net) -> None:
    ping = Terminal(net.devices[A]).type
    assert "(5/5)" in ping("ping vrf MGMT 10.0.0.3")
    assert "(5/5)" in ping("ping vrf MGMT 10.0.0.99")
    assert "(0/5)" in ping("ping 10.0.0.3")
    net.type(C, "interface Gi0", "shutdown")
    assert "(0/5)" in ping("ping vrf MGMT 10.0.0.3")


def test_lldp_shows_who_stands_at_the_other_end(net: Net) -> None:
    shown = Terminal(net.devices[B]).type("show lldp neighbors")
    assert {line.split()[0] for line in shown.splitlines() if "120 " in line} == {A, C}
    net.type(A, "no lldp run")
    assert "b " not in Terminal(net.devices[A]).type("show lldp neighbors")
    shown = Terminal(net.devices[B]).type("show lldp neighbors")
    assert {line.split()[0] for line in shown.splitlines() if "120 " in line} == {C}


def test_ospf_neighbours_are_full_in_the_same_area_only(net: Net) -> None:
    for name, area in ((A, 0), (B, 0), (C, 1)):
        net.type(name, "router ospf 1", f"network 10.1.0.0 0.0.0.255 area {area}")
    assert "FULL" in Terminal(net.devices[A]).type("show ip ospf neighbor")
    assert Terminal(net.devices[B]).type("show ip ospf neighbor").count("FULL") == 1
    assert Terminal(net.devices[C]).type("show ip ospf neighbor") == ""


def test_a_device_that_restarts_without_its_saved_link_is_missed(net: Net) -> None:
    """What was never saved is gone after a restart, and the neighbour sees it."""
    net.type(A, "interface Gi0/0/0", "ip address 10.1.0.9 255.255.255.252")
    assert net.state(B, "10.1.0.1") != "Established"
    net.devices[A].reboot()
    assert net.state(B, "10.1.0.1") == "Established"


def test_nobody_gets_in_where_the_management_port_is_shut() -> None:
    device = Ios(Spec("m", "cisco_ios", management="10.0.0.7/24"), Clock(0))
    device.boot()
    assert device.up()
    Terminal(device).run("configure terminal", "interface Gi0", "shutdown")
    assert not device.up()
    device.reboot()
    assert device.up()
    Terminal(device).run("configure terminal", "line vty 0 15", "transport input none", "line vty 0 4",
                         "transport input none", "line vty 5 15", "transport input none")  # fmt: skip
    assert not device.up()


def test_nobody_gets_in_who_is_not_on_the_list_of_the_lines() -> None:
    """A deployment that locks its own operator out is one that the device has to take back."""
    device = Ios(Spec("m", "cisco_ios", management="10.0.0.7/24", operator="10.8.0.5"), Clock(0))
    device.boot()
    terminal = Terminal(device)
    terminal.run("configure terminal", "line vty 0 15", "access-class WHO in vrf-also", "line vty 0 4",
                 "access-class WHO in vrf-also", "line vty 5 15", "access-class WHO in vrf-also")  # fmt: skip
    assert device.up(), "a list that is not there keeps nobody out"
    terminal.run("ip access-list standard WHO", "permit 10.9.0.0 0.0.255.255")
    assert not device.up()
    terminal.run("5 permit 10.8.0.0 0.0.0.255")
    assert device.up()
    terminal.run("1 deny host 10.8.0.5")
    assert not device.up()
    terminal.run("no ip access-list standard WHO", "ip access-list extended WHO", "permit tcp any any eq 22")
    assert device.up()


def test_a_banner_written_as_a_block_is_read_like_one_with_its_mark() -> None:
    """What kgnet renders is a text that a device can start with."""
    native = "banner login ^C\nmine\n^C\nline vty 0 4\n login local\n"
    folded = "banner login ^\n mine\nline vty 0 4\n login local\n"
    printed = []
    for startup in (native, folded):
        device = Ios(Spec("r", "cisco_ios", startup), Clock(0))
        device.boot()
        assert device.log == []
        printed.append(device.running())
    assert printed[0] == printed[1]
    assert "banner login ^C\nmine\n^C\n" in printed[0]
