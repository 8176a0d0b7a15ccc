"""IOS's access lists, read many lines at once: as if each were read by its words."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from kgnet.errors import ReadError
from kgnet.model.facts import FilterRule
from kgnet.platforms.cisco_ios import listed
from kgnet.platforms.cisco_ios.lines import blocks
from kgnet.platforms.cisco_ios.object_groups import Groups

GROUPS = Groups(blocks("object-group network SERVERS\n host 10.5.5.5\n 10.6.0.0 255.255.0.0\n"))
ENDS = st.sampled_from(
    [
        *(
            "any",
            "any4",
            "host 10.0.0.1",
            "10.0.0.0 0.0.0.255",
            "10.0.0.128 0.0.0.127",
            "object-group SERVERS",
        ),
        *("10.0.0.5 0.0.0.255", "10.0.0.0 0.255.0.0", "10.0.0.1 0.0.0.0", "0.0.0.0 255.255.255.255"),
        *("host 999.0.0.1", "host 010.0.0.1", "host 10.1", "10.1 0.0.0.255"),
        *("2001:db8::/32", "2001:DB8:0::/48", "2001:db8::1/32", "host 2001:DB8::1", "host ::ffff:10.0.0.1"),
        *("1:2/200", "host 1:2"),
    ]
)
PORTS = st.sampled_from(
    [
        "",
        "",
        " eq 80",
        " eq www",
        " eq 80 443",
        " eq 080",
        " range 1 9",
        " neq 7",
        " eq none",
        " range www 443",
        " gt 1023",
        " lt x",
        " range 9",
    ]
)
LINES = st.one_of(
    st.builds(
        "{}{} {} {}{} {}{}{}".format,
        st.sampled_from(["", "", "10 ", "sequence 20 "]),
        st.sampled_from(["permit", "deny"]),
        st.sampled_from(["ip", "tcp", "udp", "icmp", "gre", "ospf", "ipv6", "17"]),
        ENDS,
        st.sampled_from(["", "", "", " eq 53"]),
        ENDS,
        PORTS,
        st.sampled_from(["", "", " log", " log-input", " established", " echo", " sequence 5"]),
    ),
    st.sampled_from(
        ["remark a", "10 remark b", "remark c sequence 5", "evaluate OTHERS", "permit", "remark"]
    ),
)


def read(line: str, standard: bool) -> list[FilterRule] | str:
    try:
        return listed.rules([line], [7], "input", GROUPS, within="LIST", standard=standard)
    except ReadError as reason:
        return str(reason)


@given(LINES, st.booleans())
def test_an_entry_of_the_common_shape_says_what_its_words_say(line: str, standard: bool) -> None:
    """With two blanks it is of no shape; what is no entry is none either way, for the same reason."""
    at_once = read(line, standard)
    by_words = read(re.sub("(permit|deny) ", r"\1  ", line), standard)
    if not isinstance(by_words, str):
        by_words = [rule._replace(text=rule.text.replace("  ", " ")) for rule in by_words]
    assert at_once == by_words


@given(st.lists(LINES, max_size=6))
def test_each_line_of_a_list_keeps_its_place_and_the_remark_before_it(lines: list[str]) -> None:
    """As many lines are looked through at once, none may take another's number or remark."""
    told = [line for line in lines if isinstance(read(line, standard=False), list)]
    found = listed.rules(told, range(1, 1 + len(told)), "input", GROUPS, within="LIST", standard=False)
    remark, alone = None, []
    for number, line in enumerate(told, 1):
        rest = re.sub(r"^\d+ ", "", line)
        if rest.startswith("remark "):
            remark = re.sub(r" sequence \d+$", "", rest.removeprefix("remark "))
        alone += [rule._replace(line=number, comment=remark) for rule in read(line, standard=False)]
    assert found == alone
