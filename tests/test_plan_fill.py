"""Secrets of a plan that was kept sealed: what is typed is true, or nothing is."""

from __future__ import annotations

import pytest

from kgnet.errors import Refused
from kgnet.model.config import Config
from kgnet.model.outcome import Action, Change, Plan
from kgnet.plan import filled


def config(text: str) -> Config:
    return Config("r-1", {"cisco_ios": text})


PAIRS = [
    (config("tacacs server A\n key 7 <secret 0a1b>\nenable secret 9 <secret>\n"),
     config("tacacs server A\n key 7 094F\nenable secret 9 $9$salt$hash\n")),
]  # fmt: skip


def plan(line: str, path: tuple[str, ...] = ()) -> Plan:
    return Plan("r-1", (Change(Action.ADD, "cisco_ios", path, line),))


def test_a_line_is_known_by_its_sealed_form() -> None:
    (change,) = filled(plan("enable secret 9 <secret>"), PAIRS).changes
    assert change.line == "enable secret 9 $9$salt$hash"


def test_a_secret_is_known_by_its_mark_in_another_line() -> None:
    """A remedy may turn a line into another one, and keeps what is secret in it."""
    (change,) = filled(plan("server key <secret 0a1b> port 49"), PAIRS).changes
    assert change.line == "server key 094F port 49"


def test_a_secret_that_nobody_tells_is_refused() -> None:
    """`<secret>` is never typed on a device."""
    with pytest.raises(Refused, match="write it into the intent"):
        filled(plan("neighbor 10.0.0.1 password <secret>"), PAIRS)


def test_two_that_fit_are_none() -> None:
    """Which of them is meant, nobody knows."""
    two = (config("username a secret <secret>\n"), config("username a secret one\n"))
    other = (config("username a secret <secret>\n"), config("username a secret two\n"))
    with pytest.raises(Refused):
        filled(plan("username a secret <secret>"), [two, other])
