"""Which text of a device tells which event: every entry of every book is held against a real message."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgnet.export.events.book import Entry, Pattern, entries, told
from kgnet.model.events import EventKind
from kgnet.wire.syslog import read

PLATFORMS = ("cisco_ios", "arista_eos", "juniper_junos", "frr", "linux")
CASES = [(platform, kind, entry) for platform in PLATFORMS for kind, entry in entries(platform)]


@pytest.mark.parametrize(
    ("platform", "kind", "entry"), CASES, ids=[f"{p}-{kind}-{entry.says}" for p, kind, entry in CASES]
)
def test_what_a_device_writes_tells_what_its_book_says(platform: str, kind: EventKind, entry: Entry) -> None:
    event = told(platform, read(entry.case.encode()))
    assert event is not None
    assert (event.kind, event.interface) == (kind, entry.interface)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_platform_tells_who_was_refused_and_what_goes_down(platform: str) -> None:
    """Security counts what was refused; the rest of what an operator waits for is there, too."""
    kinds = {kind for kind, _ in entries(platform)}
    assert kinds >= {EventKind.AUTHENTICATION_FAILURE, EventKind.LINK_DOWN, EventKind.LINK_UP}
    if platform != "linux":
        assert kinds >= {EventKind.CONFIGURATION_CHANGE, EventKind.BGP_DOWN, EventKind.BGP_UP}


@pytest.mark.parametrize(
    "line",
    [
        b"<38>Nov 22 21:00:01 mon1 sshd[99]: Connection closed by 198.51.100.9 port 22 [preauth]",
        b"<13>Nov 22 21:00:01 mon1 logger: somebody cites sshd: Failed",
        b"<189>1: *Nov 22 14:00:01.123: %CDP-4-DUPLEX_MISMATCH: duplex mismatch discovered",
        b"",
    ],
)
@pytest.mark.parametrize("platform", PLATFORMS)
def test_anything_else_is_no_event(platform: str, line: bytes) -> None:
    assert told(platform, read(line)) is None


def test_a_pattern_never_looks_at_the_same_place_twice_for_the_same_piece() -> None:
    """A thousand half matches cost as many steps, not their product: it ends at once."""
    pattern = Pattern(EventKind.LOGIN, "a*b*c*d*e*f*g*h*Established")
    assert pattern.event("abcdefgh" * 20_000 + "Establishe") is None


@pytest.mark.parametrize("platform", PLATFORMS)
@given(st.binary(max_size=400))
def test_nothing_that_comes_breaks_the_reading(platform: str, data: bytes) -> None:
    told(platform, read(data))


@pytest.mark.parametrize("says", ["", "***", "* a *"])
def test_an_entry_that_fits_everything_is_refused(says: str) -> None:
    with pytest.raises(ValueError, match="nearly everything"):
        Entry(says=says, case="x")
