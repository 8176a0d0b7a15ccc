"""By what its lines begin with a text is known, also where its lines were seen before."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_printed_files import FILES

from kgnet.collect.detect import spoken
from kgnet.collect.signs import Signs
from kgnet.collect.strangers import LOOKS, stranger
from kgnet.plugins import found
from kgnet.ports import Platform

EXPRESSIONS = {
    **{name: platform.signs for name, platform in found(Platform).items() if platform.signs},
    **{name: re.compile("|".join(signs), re.MULTILINE) for name, signs in LOOKS.items()},
}
SIGNS = Signs(EXPRESSIONS)
SOME = (
    *("version 17.9", "version 21.4R3;", "set version 21.4R1.12", "aaa new-model", "line con 0"),
    *("interface GigabitEthernet0/0/1", " ip address 10.0.0.1 255.0.0.0", "!", "", "sysname core"),
    *("feature bgp", "feature bgp2", " vrf member A", "/system identity", "# 2026 by RouterOS 7.1"),
    *("// vyos-config-version: 1", "x vyatta-config-version", "table inet filter {", "system {"),
    *("#config-version=FGT60F-7.2.8", "! device: a (vEOS, EOS-4.30)", "service timestamps log datetime"),
    *("hostname r1", "frr version 9", "exit all", "nameif inside"),
)  # fmt: skip


def searched(text: str) -> set[str]:
    return {name for name, sign in EXPRESSIONS.items() if sign.search(text)}


@given(st.lists(st.sampled_from(SOME), max_size=12))
def test_line_by_line_is_as_the_whole_text_searched(lines: list[str]) -> None:
    text = "\n".join(lines)
    assert SIGNS.of(text) == searched(text)


@pytest.mark.parametrize("platform", FILES)
def test_each_platform_s_text_is_its_own_again_and_again(platform: str) -> None:
    text = FILES[platform].read_text(encoding="utf-8")
    for _ in range(3):
        assert platform in spoken(text)
        assert not stranger(text)
        assert SIGNS.of(text) == searched(text)
