"""Drift from the golden configuration: what is told of each section, on each vendor's own text."""

from __future__ import annotations

from dataclasses import replace

import pytest
import shipped

from kgnet.audit import audit
from kgnet.audit import pack as packs
from kgnet.audit.drift import drift
from kgnet.cli._golden import asked, completed
from kgnet.model.config import Config
from kgnet.model.drift import Section
from kgnet.model.facts import Snapshot
from kgnet.model.outcome import Status
from kgnet.paths import templates
from kgnet.plan import plan
from kgnet.plugins import found
from kgnet.ports import Rule
from kgnet.render import render

FLEET = shipped.fleet("kiengiang")
RULES = found(Rule)
PACK, _ = packs.load("intent", RULES)


def of_platform(name: str) -> str:
    return next(each.name for each in FLEET.devices.values() if each.platform == name)


def told(part: str, want: str, have: str) -> tuple[Section, ...]:
    running = Config("r-1", {part: have}, "r-1.cfg")
    return drift(plan(Config("r-1", {part: want}), running), running).sections


def test_a_section_tells_what_is_missing_extra_and_out_of_order() -> None:
    """IOS: entries of a list have an order, lines of an interface have none."""
    want = """interface GigabitEthernet0/0
 description to hub1
 no shutdown
ip access-list extended IN
 permit tcp any any eq 22
 permit udp any any eq 123
 deny ip any any
"""
    have = """interface GigabitEthernet0/0
 no shutdown
 ip proxy-arp
ip access-list extended IN
 permit udp any any eq 123
 permit tcp any any eq 22
 deny ip any any
ip http server
"""
    by_opening = {each.opening: each for each in told("cisco_ios", want, have)}
    port = by_opening["interface GigabitEthernet0/0"]
    assert (port.missing, port.extra, port.misplaced, port.line) == (
        ("description to hub1",),
        ("ip proxy-arp",),
        (),
        2,
    )
    entries = by_opening["ip access-list extended IN"]
    assert (entries.missing, entries.extra, entries.line) == ((), (), 5)
    assert len(entries.misplaced) == 1
    assert by_opening[""].extra == ("ip http server",)


def test_a_whole_block_is_told_by_its_first_line() -> None:
    """Junos: what is inside is counted, so that one line stays one line."""
    want = "system {\n    services {\n        ssh {\n            root-login deny;\n        }\n    }\n}\n"
    (section,) = told("juniper_junos", want, "system {\n    host-name r-1;\n}\n")
    assert section.missing == ("services { (with 2 lines inside)",)
    assert section.extra == ("host-name r-1;",)


def test_a_text_that_was_rewritten_is_told_by_what_differs_in_it() -> None:
    """A banner is one text; its lines are not out of order because one of them is another."""
    want = "banner login ^\n Only staff.\n Be warned.\n"
    (section,) = told("cisco_ios", want, "banner login ^\n Only staff.\n Welcome!\n")
    assert section == Section("cisco_ios", "banner login ^", ("Be warned.",), ("Welcome!",), (), 2)


@pytest.mark.parametrize("platform", ["cisco_ios", "arista_eos", "juniper_junos", "linux", "huawei_vrp"])
def test_what_is_rendered_has_not_drifted_and_what_was_typed_has(platform: str) -> None:
    """By the rule, on the whole text of a device of the province."""
    want = FLEET.devices[of_platform(platform)]
    config = render(want, templates())
    have = Snapshot(want.name, config)
    (clean,) = audit(want, completed(want, have), RULES, PACK)
    assert (clean.status, clean.evidence) == (Status.PASS, ())
    name, text = next(iter(config.parts.items()))
    marks = ("ntp", "172.20.", "udp dport")
    line = next(
        line for line in text.splitlines() if line[-1:] != "{" and any(mark in line for mark in marks)
    )
    torn = replace(config, parts={**config.parts, name: text.replace(f"{line}\n", "", 1)}, source="x.cfg")
    (found,) = audit(want, completed(want, replace(have, config=torn)), RULES, PACK)
    assert found.status is Status.FAIL
    assert line.strip().rstrip("{;").split()[-1] in " ".join(str(each) for each in found.evidence)


def test_a_part_that_nobody_could_read_is_an_error() -> None:
    """Not a device from which everything is missing."""
    want = FLEET.devices[of_platform("cisco_ios")]
    nothing = Snapshot(want.name, Config(want.name, {}, "r.cfg"))
    (found,) = audit(want, completed(want, nothing), RULES, PACK)
    assert found.status is Status.ERROR
    assert "r.cfg has no part cisco_ios" in str(found.evidence[0])
    torn = Config(want.name, {"cisco_ios": "banner motd ^C\nno end\n"}, "r.cfg")
    (found,) = audit(want, completed(want, replace(nothing, config=torn)), RULES, PACK)
    assert found.status is Status.ERROR


def test_packs_that_do_not_judge_drift_render_nothing() -> None:
    """An audit of the running state needs no template."""
    state, known = packs.load("state", RULES)
    assert not asked(state, known)
    assert asked(PACK, RULES)
