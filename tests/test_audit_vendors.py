"""The audit of vendors' devices: what cannot be known of them is skipped and says why, the rest is judged."""

from __future__ import annotations

from dataclasses import replace

import pytest
import shipped

from kgnet import plugins
from kgnet.audit import audit
from kgnet.audit.pack import asking
from kgnet.model.config import Config
from kgnet.model.facts import Clock, ConfiguredBgp, InterfaceState, InterfaceStates, Snapshot
from kgnet.model.outcome import Status
from kgnet.ports import Platform, Rule

FLEET = shipped.fleet("kiengiang")
RULES = plugins.found(Rule)
NOTHING = Snapshot("r", Config("r", {}))
ROUTING, CLOCK = "KG-RTG-01", "KG-LIV-03"  # judge ConfiguredBgp, and what chrony tells


def finding(device: str, rule: str, have: Snapshot) -> tuple[Status, str]:
    (found,) = audit(FLEET.devices[device], have, RULES, asking(rule))
    return found.status, " ".join(each.what for each in found.evidence)


def test_the_rules_judge_what_this_is_about() -> None:
    assert ConfiguredBgp in RULES[ROUTING].needs
    assert Clock in RULES[CLOCK].needs
    assert Clock not in plugins.one(Platform, "cisco_ios").facts


def test_what_a_platform_tells_nowhere_is_skipped() -> None:
    assert finding("r-31114", CLOCK, NOTHING) == (Status.SKIP, "cisco_ios tells no Clock")


def test_what_the_intent_speaks_for_and_nobody_collected_is_an_error() -> None:
    assert finding("r-31114", ROUTING, NOTHING)[0] is Status.ERROR


def test_where_only_the_management_is_ours_a_missing_rest_is_skipped() -> None:
    status, why = finding("r-31064", ROUTING, NOTHING)
    assert (status, why) == (
        Status.SKIP,
        "of huawei_vrp only the management is ours, and its text has no ConfiguredBgp",
    )


def test_where_only_the_management_is_ours_ports_are_not_judged() -> None:
    up = InterfaceStates((InterfaceState("GigabitEthernet0/0/0", up=True, mtu_bytes=1500),))
    have = replace(NOTHING, facts={InterfaceStates: up})
    why = "of huawei_vrp only the management is ours, not which port is which"
    assert finding("r-31064", "KG-LIV-05", have) == (Status.SKIP, why)
    assert finding("r-31114", "KG-LIV-05", have)[0] is not Status.SKIP


@pytest.mark.parametrize("device", ["r-31064", "r-31114"])
def test_what_could_not_be_read_is_an_error_everywhere(device: str) -> None:
    torn = replace(NOTHING, missing={ConfiguredBgp: "it was cut short"})
    status, why = finding(device, ROUTING, torn)
    assert status is Status.ERROR
    assert "it was cut short" in why
