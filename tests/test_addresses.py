"""What is read of an address or a network is what Python's own reader makes of it, its complaints as well."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address, ip_network

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kgnet.platforms._addresses import address, network

PARTS = st.sampled_from(("0", "1", "10", "010", "255", "256", "", "a", "٣", "-1", " 1"))
DOTTED = st.lists(PARTS, min_size=3, max_size=5).map(".".join)
STARTS = DOTTED | st.ip_addresses().map(str)
ENDS = st.sampled_from(("", "/", "/0", "/08", "/24", "/32", "/33", "/64", "/129", "/٣", "/ 8", "/x", "/-1"))
MASKS = st.sampled_from(
    ("/255.255.255.0", "/0.0.0.255", "/255.0.255.0", "/0.0.0.0", "/255.255.255.255", "/1/2")
)


def told(read: Callable[[str], object], text: str) -> object:
    try:
        return read(text)
    except ValueError as reason:
        return str(reason)


@given(STARTS)
@example("1.2.3.4\0")
@example("1.2.3")
def test_an_address_is_as_in_ipaddress(text: str) -> None:
    assert told(address, text) == told(ip_address, text)


@given(STARTS, ENDS | MASKS)
@example("10.0.0.1", "/8")
@example("2001:db8::", "/32")
def test_a_network_is_as_in_ipaddress(start: str, end: str) -> None:
    assert told(network, start + end) == told(ip_network, start + end)


def test_there_are_networks_of_each_kind() -> None:
    """So that the comparison above is not one of complaints."""
    for text in ("10.0.0.0/8", "10.0.0.0/255.0.0.0", "10.0.0.0/0.255.255.255", "10.0.0.1", "2001:db8::/32"):
        assert network(text) == ip_network(text)
    with pytest.raises(ValueError, match="host bits"):
        network("10.0.0.1/8")
