"""Which lines of a file are a device's own, and which name its parts."""

from __future__ import annotations

from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgnet.collect import read_text
from kgnet.errors import ReadError, Refused
from kgnet.model.config import Config
from kgnet.model.fleet import Device
from kgnet.model.managed import SnmpAgent
from kgnet.model.province import Role

HOLE = "snmp-server community other RW\n"
TERMINALS = "line vty 0 4\n transport input ssh\nend\n"


def test_what_is_written_is_read_back() -> None:
    config = Config("r1", {"frr": "hostname r1\n!\n", "qos": "", "nftables": "table ip x {\n}\n"})
    assert Config.parse("r1", str(config), default="frr").parts == config.parts
    assert Config.parse("r1", str(config), default="frr", names=set(config.parts)).parts == config.parts


def test_a_header_is_one_at_the_start_and_of_a_part_that_there_is() -> None:
    text = "hostname r1\n#= frr\nrouter bgp 1\n"
    assert Config.parse("r1", text, default="frr").parts == {"frr": text}
    named = f"#= frr\n{text}"
    assert Config.parse(
        "r1", named.replace("#= frr\nrouter", "#= other\nrouter"), default="frr", names={"frr"}
    ).parts == {"frr": "hostname r1\n#= other\nrouter bgp 1\n"}
    with pytest.raises(ReadError, match="a part twice"):
        Config.parse("r1", named, default="frr")


def device() -> Device:
    return Device("r1", "DC", Role.BRANCH, "cisco_ios", 1, IPv4Address("10.0.0.1"))


@pytest.mark.parametrize("head", ["", "#= cisco_ios\n"], ids=["bare", "with a header"])
def test_no_line_hides_those_behind_it(head: str) -> None:
    """A device's banner may say anything, and whoever writes it may want the rest to be overlooked."""
    told = read_text(f"{head}hostname r1\n#= notice\n{HOLE}{TERMINALS}", device(), "r1.cfg").get(SnmpAgent)
    assert told.communities == 1
    assert told.line == 3 + bool(head)


def test_a_part_that_stands_twice_is_refused() -> None:
    with pytest.raises(Refused, match=r"r1\.cfg has a part twice"):
        read_text(f"#= cisco_ios\nhostname r1\n#= cisco_ios\n{HOLE}{TERMINALS}", device(), "r1.cfg")


def test_a_header_of_another_platform_is_one_error() -> None:
    with pytest.raises(Refused, match="is a configuration of fortinet_fortios"):
        read_text("#= fortinet_fortios\nconfig system global\n    set hostname r1\nend\n", device(), "r1.cfg")


@given(
    st.lists(st.tuples(st.integers(0, 4), st.sampled_from(("a", "b c", "!", ""))), max_size=20),
    st.lists(st.tuples(st.integers(0, 4), st.sampled_from(("a", "b c", "!", ""))), max_size=20),
    st.booleans(),
)
def test_a_line_is_found_by_its_number_or_as_one_in_no_block(
    one: list[tuple[int, str]], other: list[tuple[int, str]], bare: bool
) -> None:
    texts = ("".join(f"{' ' * depth}{word}\n" for depth, word in lines) for lines in (one, other))
    config = Config("r-1", dict(zip(("frr", "qos"), texts, strict=True)), bare=bare)
    by_number = {line.number: line for line in config.lines()}
    assert {n: found for n in range(-2, 50) if (found := config.line(n))} == by_number
    outer = [(each.part, each.text, each.number) for each in config.lines() if len(each.path) == 1]
    assert list(config.outer()) == outer
