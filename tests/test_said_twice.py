"""What a text says twice: the last word holds, as on the device, and a block that comes again goes on."""

from __future__ import annotations

from ipaddress import IPv4Address

import pytest

from kgnet.collect import read_text
from kgnet.model.access import AddressedPorts
from kgnet.model.facts import ConfiguredInterfaces, Snapshot, System
from kgnet.model.fleet import Device
from kgnet.model.managed import LoginBanner, RemoteAccess
from kgnet.model.province import Role

VTY = "line vty 0 4\n transport input ssh\n"


def file(platform: str, text: str) -> Snapshot:
    device = Device("r-1", "DC", Role.BRANCH, platform, 1, IPv4Address("172.20.0.9"))
    return read_text(text, device, "r-1.cfg")


def ios(text: str) -> Snapshot:
    return file("cisco_ios", f"hostname r-1\n{text}{VTY}end\n")


@pytest.mark.parametrize(
    ("text", "on"),
    [
        ("no ip http server\nip http server\n", True),
        ("ip http server\nno ip http server\n", False),
        ("ip http server\nno ip http server\nip http server\n", True),
        ("no ip http server\n", False),
    ],
)
def test_the_last_line_of_ios_holds(text: str, on: bool) -> None:
    assert ("http" in ios(text).get(RemoteAccess).protocols) is on


def test_a_value_of_ios_is_the_last_one() -> None:
    assert ios("ip ssh version 2\nip ssh version 1\n").get(RemoteAccess).ssh_version == 1
    assert ios("hostname r-2\n").get(System).hostname == "r-2"


@pytest.mark.parametrize("blank", [" ", "\t", "\N{NO-BREAK SPACE}"])
def test_a_block_of_ios_that_comes_again_goes_on(blank: str) -> None:
    """Whatever blanks stand before its lines: an address in the second half is one of the port."""
    have = ios(
        f"interface Gi0/1\n{blank}description to hub\n{blank}shutdown\n!\n"
        f"interface Gi0/2\n{blank}ip address 10.0.0.1 255.255.255.0\n!\n"
        f"interface Gi0/1\n{blank}no shutdown\n{blank}ip address 192.0.2.1 255.255.255.0\n"
    )
    first, second = have.get(ConfiguredInterfaces).interfaces
    assert (first.name, first.description, [*map(str, first.addresses)], first.line) == (
        "Gi0/1",
        "to hub",
        ["192.0.2.1/24"],
        2,
    )
    assert second.name == "Gi0/2"
    assert [port.name for port in have.get(AddressedPorts).ports] == ["Gi0/1", "Gi0/2"]


def test_the_last_banner_of_ios_is_shown() -> None:
    have = ios("banner login ^C\nold\n^C\nbanner login ^C\nnew\n^C\n")
    assert have.get(LoginBanner).text == "new"


def test_what_is_taken_back_in_a_block_is_not_there() -> None:
    have = ios(
        "interface Gi0/1\n ip address 192.0.2.1 255.255.255.0\n no ip address 192.0.2.1 255.255.255.0\n"
    )
    assert have.get(AddressedPorts).ports == ()


def test_eos_hears_the_last_word_too() -> None:
    text = (
        "hostname r-1\ninterface Ethernet1\n   description to hub\nmanagement api http-commands\n"
        "   protocol http\n   no shutdown\ninterface Ethernet1\n   ip address 192.0.2.1/24\n"
        "management api http-commands\n   no protocol http\nhostname r-2\n"
    )
    have = file("arista_eos", text)
    (port,) = have.get(ConfiguredInterfaces).interfaces
    assert (port.description, [*map(str, port.addresses)]) == ("to hub", ["192.0.2.1/24"])
    assert "http" not in have.get(RemoteAccess).protocols
    assert have.get(System).hostname == "r-2"


def test_a_second_system_of_junos_goes_on() -> None:
    text = (
        "system {\n    host-name r-1;\n    services {\n        ssh;\n    }\n}\n"
        "system {\n    services {\n        telnet;\n        web-management {\n            http;\n        }\n"
        "    }\n    host-name r-2;\n}\n"
    )
    have = file("juniper_junos", text)
    assert {"ssh", "telnet", "http"} <= {*have.get(RemoteAccess).protocols}
    assert have.get(System).hostname == "r-2"
