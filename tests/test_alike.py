"""What is read once for all blocks that say the same is what would be read of each."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgnet.platforms import cisco_ios
from kgnet.platforms.cisco_ios import layer2
from kgnet.platforms.cisco_ios.alike import said
from kgnet.platforms.cisco_ios.layer2 import switching
from kgnet.platforms.cisco_ios.lines import Block, blocks
from kgnet.platforms.cisco_ios.root import taken_apart

OWN = (
    "description uplink of the police",
    "encapsulation dot1Q 17",
    "bandwidth 5000",
    "ip address 10.9.0.1 255.0.0.0",
)
LINES = (
    *("ip address 10.0.0.1 255.255.255.252", "ip address 10.0.1.1 255.0.0.0 secondary", "ip address dhcp"),
    *("ip address negotiated", "ip unnumbered Loopback0", "ipv6 address 2001:db8::1/64", "ipv6 enable"),
    *("no ip address", "no ip redirects", "no ip proxy-arp", "ip directed-broadcast", "shutdown"),
    *("ip access-group A in", "ip access-group B out", "ipv6 traffic-filter C in", "vrf forwarding MGMT"),
    *("switchport mode access", "switchport access vlan 5", "no switchport", "encapsulation dot1Q 5 native"),
)  # fmt: skip


def readers() -> Iterator[Callable[[Block], object]]:
    for file in sorted(Path(cisco_ios.__file__).parent.glob("*.py")):
        module = importlib.import_module(f"{cisco_ios.__name__}.{file.stem}".removesuffix(".__init__"))
        for value in vars(module).values():
            if hasattr(value, "__wrapped__") and getattr(value, "__module__", "") == module.__name__:
                yield value


READERS = [each for each in readers() if "port" in each.__annotations__]


def port(lines: list[str], name: str = "GigabitEthernet0/0/1") -> Block:
    text = f"interface {name}\n" + "".join(f" {line}\n" for line in lines)
    return blocks(text).inside[0]


def test_there_are_such_readers() -> None:
    assert len(READERS) > 8
    assert {each.__name__ for each in READERS} >= {"_spoken", "out_of_band", "_switched", "_refuses_proxy"}


@pytest.mark.parametrize("reads", READERS, ids=lambda reads: reads.__name__)
@given(lines=st.lists(st.sampled_from((*OWN, *LINES)), unique=True, max_size=8))
def test_what_stands_for_many_is_read_as_each(reads: Callable[[Block], object], lines: list[str]) -> None:
    alone: Callable[[Block], object] = reads.__wrapped__  # type: ignore[attr-defined]
    assert reads(port(lines)) == alone(port(lines))


def test_what_is_a_port_s_own_makes_no_other_of_it() -> None:
    """Else nothing would be read once only; what else it says does."""
    lines = ["ip access-group A in", "no ip redirects"]
    one, other = (
        port([f"{own} {n}" if own.startswith("desc") else own, *lines]) for n, own in enumerate(OWN[:2])
    )
    others = ("description x", "encapsulation dot1Q 4", "bandwidth 6", "ip address 192.0.2.1 255.255.255.0")
    assert said(port([*OWN, *lines])) is said(port([*others, *lines]))
    assert said(one) != said(other)
    assert said(port(["ip address 10.0.0.1 255.0.0.0"])) != said(port(["ip address dhcp"]))
    assert said(port(["ip address 10.0.0.1 255.0.0.0"])) != said(
        port(["ip address 10.0.0.1 255.0.0.0 secondary"])
    )


@given(
    st.lists(st.lists(st.sampled_from((*OWN, *LINES)), unique=True, max_size=6), max_size=4),
    st.sampled_from(("", "!", "router bgp 1")),
)
def test_ports_of_a_text_say_what_each_does(ports: list[list[str]], between: str) -> None:
    """All are looked at together, for the sake of speed."""
    text = "".join(
        f"interface GigabitEthernet0/0/{number}\n"
        + "".join(f" {line}\n" for line in lines)
        + f"{between}{number}\n"
        for number, lines in enumerate(ports)
    )
    every = list(taken_apart(f"hostname a\n{text}", 1).ports())
    assert [each.line for each in every] == [f"interface GigabitEthernet0/0/{n}" for n in range(len(ports))]
    assert [said(each) for each in every] == [said(port(lines)) for lines in ports]


def test_ports_of_two_devices_have_their_own_names_lines_and_defaults() -> None:
    edge = (
        "interface GigabitEthernet1/0/{}\n description {}\n switchport mode access\n spanning-tree portfast\n"
    )
    first = switching(blocks("spanning-tree mode rapid-pvst\n" + edge.format(1, "a") + edge.format(2, "b")))
    guarded = "spanning-tree mode rapid-pvst\nspanning-tree portfast bpduguard default\n"
    second = switching(blocks(guarded + edge.format(3, "c")))
    assert [(each.name, each.line, each.bpdu_guard) for each in (*first.ports, *second.ports)] == [
        ("GigabitEthernet1/0/1", 2, False),
        ("GigabitEthernet1/0/2", 6, False),
        ("GigabitEthernet1/0/3", 3, True),
    ]


SWITCHING = (
    *("switchport mode trunk", "switchport trunk allowed vlan 5-7", "switchport trunk native vlan 6"),
    *("switchport nonegotiate", "switchport port-security", "switchport port-security maximum 2"),
    *("spanning-tree portfast", "spanning-tree portfast trunk", "no spanning-tree portfast"),
    *("spanning-tree bpduguard disable", "spanning-tree bpduguard enable", "source template USERS"),
    *("authentication port-control auto", "authentication host-mode multi-domain", "authentication open"),
    *("access-session port-control auto", "access-session host-mode single-host", "dot1x pae authenticator"),
    *("mab", "mab eap", "ip dhcp snooping trust", "ip dhcp snooping limit rate 5", "ip arp inspection trust"),
    *("storm-control broadcast level 1.00", "channel-group 1 mode active", "vrf forwarding A"),
)


@given(
    lines=st.lists(st.sampled_from((*OWN, *LINES, *SWITCHING)), unique=True, max_size=8),
    template=st.lists(st.sampled_from(SWITCHING), unique=True, max_size=3),
    on=st.booleans(),
)
def test_no_line_is_left_out_that_tells_how_a_port_switches(
    lines: list[str], template: list[str], on: bool
) -> None:
    everywhere = layer2._Everywhere(on, on, on, on, (("USERS", tuple(template)),))
    whole, part = (
        layer2._port(told, everywhere) for told in (said(port(lines)), layer2._on_switching(port(lines)))
    )
    assert (whole and whole(name="x", line=1)) == (part and part(name="x", line=1))
