"""Syslog as devices send it: heads of every kind, frames of every kind, nonsense of every kind."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgnet.wire.syslog import LARGEST_BYTES, Frames, Message, read

IOS = b"<189>45: r-902: *Mar  1 00:11:22.345: %SYS-5-CONFIG_I: Configured from console by admin on vty0"


@pytest.mark.parametrize(
    ("data", "want"),
    [
        (IOS, Message(23, 5, IOS.decode().partition(": %")[2].join(["%", ""]), "r-902", "SYS")),
        (
            b"<189>Nov 22 21:00:01 sw1 Cli: %SYS-5-CONFIG_I: Configured from console by admin on vty1",
            Message(23, 5, "%SYS-5-CONFIG_I: Configured from console by admin on vty1", "sw1", "Cli"),
        ),
        (
            b"<188>Nov  2 21:00:01 b1 mgd[1234]: UI_COMMIT: User 'admin' requested 'commit' operation",
            Message(23, 4, "UI_COMMIT: User 'admin' requested 'commit' operation", "b1", "mgd"),
        ),
        (
            b'<165>1 2026-11-22T21:00:01.5+07:00 h1 sshd 99 - [a@1 x="\\]"][b@2 y="]"] Failed password\n',
            Message(20, 5, "Failed password", "h1", "sshd", datetime(2026, 11, 22, 14, 0, 1, 500000, UTC)),
        ),
        (b"<34>1 - - - - - -", Message(4, 2, "")),
        (
            b"<13>2026-11-22T21:00:01+07:00 h1 sudo: pam_unix: bad",
            Message(1, 5, "pam_unix: bad", "h1", "sudo", datetime(2026, 11, 22, 14, 0, 1, 0, UTC)),
        ),
        (b"no head at all", Message(1, 5, "no head at all")),
        (b"<999>odd", Message(1, 5, "odd")),
        (b"\xff\xfe", Message(1, 5, "\ufffd\ufffd")),
        (b"", Message(1, 5, "")),
    ],
)
def test_what_a_device_says_is_taken_apart(data: bytes, want: Message) -> None:
    assert read(data) == want


@given(st.binary(max_size=300))
def test_nothing_is_refused(data: bytes) -> None:
    found = read(data)
    assert 0 <= found.facility < 24
    assert 0 <= found.severity < 8


@given(st.text(alphabet='[]"\\ =a', max_size=4000))
def test_no_structure_takes_for_ever(text: str) -> None:
    read(f"<13>1 - - - - - [{text}".encode())


messages = st.lists(
    st.binary(min_size=1, max_size=40).map(lambda text: b"<13>" + text.replace(b"\n", b"")), max_size=8
)


@given(messages, st.lists(st.booleans(), min_size=8, max_size=8), st.data())
def test_a_stream_is_cut_the_same_however_it_arrives(
    sent: list[bytes], counted: list[bool], data: st.DataObject
) -> None:
    stream = b"".join(
        b"%d %s" % (len(text), text) if as_count else text + b"\n"
        for text, as_count in zip(sent, counted, strict=False)
    )
    frames, found = Frames(), []
    while stream:
        size = data.draw(st.integers(1, len(stream)))
        found += [text.rstrip(b"\n") for text in frames.feed(stream[:size])]
        stream = stream[size:]
    assert found == sent


@pytest.mark.parametrize(
    "stream", [b"1234567 <13>x", b"99999 ", b"x" * (LARGEST_BYTES + 1)], ids=["count", "size", "line"]
)
def test_what_is_no_stream_of_messages_is_given_up(stream: bytes) -> None:
    with pytest.raises(ValueError, match=r"does not end|octets"):
        list(Frames().feed(stream))
