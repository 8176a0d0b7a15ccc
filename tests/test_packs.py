"""Packs: what they fold together, those that come along, rules without code, and what is refused."""

from __future__ import annotations

import time
from dataclasses import replace
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kgnet import plugins
from kgnet.audit import _yaml, audit
from kgnet.audit import pack as packs
from kgnet.audit import waivers as waiving
from kgnet.audit.search import MOST_CPU_S, carried, search
from kgnet.errors import PackError, ReadError
from kgnet.findings import read, row
from kgnet.model.config import Config
from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.outcome import Finding, Severity, Status
from kgnet.model.pack import Pack, Waivers
from kgnet.model.province import Role
from kgnet.ports import Rule

RULES = plugins.found(Rule)
DEVICE = Device("r-1", "DC", Role.BRANCH, "cisco_ios", 1, IPv4Address("172.20.0.9"))
BASELINE = packs.load("baseline", RULES)[0].rules


def written(folder: Path, text: str, name: str = "office.yml") -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def asked(name: str) -> set[str]:
    return set(packs.load(name, RULES)[0].rules)


def judged(name: str, platform: str, text: str) -> dict[str, Finding]:
    pack, known = packs.load(name, RULES)
    have = Snapshot("r-1", Config("r-1", {platform: text}, "r-1.cfg"))
    found = audit(replace(DEVICE, platform=platform), have, known, pack)
    return {each.rule: each for each in found}


def told(finding: Finding) -> tuple[Status, list[str]]:
    return finding.status, [str(each) for each in finding.evidence]


# ── what extends what ───────────────────────────────────────────────────────


def test_a_pack_extends_several_and_the_later_holds(tmp_path: Path) -> None:
    """What a later one does not speak of stays as the earlier one wrote it; what one writes itself holds."""
    written(tmp_path, "title: a\nrules:\n  KG-ACC-07: {parameters: {most_s: 60}}\n  KG-RTG-01:\n", "a.yml")
    written(tmp_path, "title: b\nrules:\n  KG-ACC-07:\n  KG-RTG-05: {parameters: {most: 9}}\n", "b.yml")
    name = written(
        tmp_path, "title: x\nextends: [a.yml, b.yml]\nrules:\n  KG-RTG-05: {parameters: {most: 7}}\n"
    )
    pack, _ = packs.load(name, RULES)
    assert {id: choice.parameters for id, choice in pack.rules.items()} == {
        "KG-ACC-07": {"most_s": 60},
        "KG-RTG-01": {},
        "KG-RTG-05": {"most": 7},
    }


def test_a_diamond_is_no_circle_and_is_read_once(tmp_path: Path) -> None:
    """Twenty packs, each of which extends the one before twice, are twenty files and not a million."""
    written(tmp_path, "title: x\nrules: {KG-ACC-07: }\n", "p0.yml")
    for number in range(1, packs.LONGEST_CHAIN):
        before = f"p{number - 1}.yml"
        written(tmp_path, f"title: x\nextends: [{', '.join([before] * 9)}]\n", f"p{number}.yml")
    begun = time.process_time()
    assert asked(str(tmp_path / f"p{packs.LONGEST_CHAIN - 1}.yml")) == {"KG-ACC-07"}
    assert time.process_time() - begun < 5


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("title: x\nextends: [baseline, office.yml]\n", "in a circle"),
        ("title: x\nextends: [baseline, nowhere]\n", "no pack is named 'nowhere'"),
        ("title: x\nonly: {intent: false}\nrules: {KG-ACC-07: }\n", ":2: nothing is extended"),
        ("title: x\nextends: baseline\nonly: {severities: [awful]}\n", ":3: only.severities.0"),
        ("title: x\nextends: baseline\nonly: {references: no such words}\n", "asks no rule at all"),
        (
            "title: x\nrules: {KG-ACC-07: {platforms: ios}}\n",
            ":2: KG-ACC-07: no platform is named ios — known:",
        ),
        ("title: x\nlines:\n  A: {title: t, must: x, platforms: ios}\n", ":3: A: no platform is named ios"),
        ("title: x\nlines:\n  KG-ACC-07: {title: t, must: x}\n", ":3: KG-ACC-07 is the name of a rule"),
        ("title: x\nlines:\n  A: {title: t, must: ''}\n", ":3: lines.A.must"),
        (
            f"title: x\nlines:\n  A: {{title: t, must: '{'(' * 900}'}}\n",
            ":3: A.must is no regular expression",
        ),
        (
            f"title: x\nlines:\n  A: {{title: t, must: '{'a' * 1001}'}}\n",
            ":3: lines.A.must: string should have",
        ),
        (
            "title: x\nlines:\n  A: {title: t, must: 'a{99999999999}'}\n",
            ":3: A.must is no regular expression",
        ),
    ],
)
def test_what_does_not_fit_is_told_with_its_line(text: str, why: str, tmp_path: Path) -> None:
    with pytest.raises(PackError) as caught:
        packs.load(written(tmp_path, text), RULES)
    assert why in str(caught.value)


# ── the packs that come along ───────────────────────────────────────────────


def test_each_level_asks_more_than_the_one_below() -> None:
    """The first what cannot wait, the last all of it, without concessions."""
    first, second, third = (packs.load(f"level{number}", RULES)[0] for number in (1, 2, 3))
    assert (
        set(first.rules) < set(second.rules) < set(third.rules) == set(packs.load("strict", RULES)[0].rules)
    )
    assert {RULES[id].severity for id in first.rules} == {Severity.CRITICAL, Severity.HIGH}
    dear = {"KG-AAA-10", "KG-HA-02"}
    assert dear.isdisjoint(first.rules)
    assert dear <= set(second.rules)
    assert {"KG-ZON-05", "KG-SRV-06"} <= set(third.rules) - set(second.rules), "not provided by the design"
    assert Severity.LOW not in {RULES[id].severity for id in second.rules}
    assert first.rules["KG-ACC-19"].parameters == {"by_key": True}
    assert third.rules["KG-ACC-19"].parameters == {"by_key": False}


def test_the_circulars_pack_asks_what_it_stands_behind_and_says_how_that_is_known() -> None:
    """A control that only mentions that the circular is silent does not belong to it."""
    rules = asked("tt39-2017")
    assert {"KG-ACC-01", "KG-NTP-01", "KG-MAIL-08"} <= rules
    assert {"KG-SNM-05", "KG-VC-02"}.isdisjoint(rules)
    for id in rules:
        clauses = [each for each in RULES[id].references if "TT 39/2017" in each]
        assert clauses
        assert all(each.endswith("[from a secondary source]") for each in clauses)


def test_hardening_lets_one_account_stay() -> None:
    """The accounts that kgnet itself makes, which the baseline lets in, are on no device of others."""
    loaded = {name: packs.load(name, RULES)[0] for name in ("hardening", "baseline")}
    told = {name: pack.rules["KG-AAA-05"].parameters for name, pack in loaded.items()}
    assert told == {"hardening": {"most": 1}, "baseline": {"most": 3}}


def test_hardening_asks_what_needs_no_intent() -> None:
    """A key, a protocol or a default community is wrong on anybody's device; an AS number is not."""
    rules = asked("hardening")
    assert {"KG-RTG-01", "KG-SNM-02", "KG-ACC-01", "KG-ACC-12", "KG-NTP-01"} <= rules
    assert {"KG-ACC-18", "KG-ZON-02", "KG-LIV-01"}.isdisjoint(rules)


# ── lines of a device's own text ────────────────────────────────────────────

PACK = """
title: Office
lines:
  OFFICE-01: {title: No telnet, severity: high, must_not: '^(transport input|telnet)'}
  OFFICE-02: {title: Described, platforms: cisco_ios, inside: '^interface Gig', must: '^description '}
  OFFICE-03: {title: Described, platforms: arista_eos, inside: '^interface Eth', must: '^description '}
  OFFICE-04: {title: Described, platforms: juniper_junos, inside: '^ge-', must: '^description '}
  OFFICE-05: {title: Named, must: '^(hostname|host-name) '}
  OFFICE-06: {title: Of hubs, roles: hub, must: 'x'}
"""
TEXTS = {
    "cisco_ios": """hostname r-1
!
interface GigabitEthernet0/0
 description to hub1
 ip address 10.0.0.1 255.255.255.254
interface GigabitEthernet0/1
 no ip address
!
line vty 0 4
 transport input telnet
""",
    "arista_eos": """hostname r-1
interface Ethernet1
   description to spine1
interface Ethernet2
   no switchport
management telnet
   no shutdown
""",
    "juniper_junos": """system {
    host-name r-1;
    services {
        telnet;
    }
}
interfaces {
    ge-0/0/0 {
        description "to hub1";
        unit 0;
    }
    ge-0/0/1 {
        unit 0;
    }
}
""",
}


@pytest.mark.parametrize(
    ("platform", "telnet", "described"),
    [
        ("cisco_ios", ["11: transport input telnet"], "OFFICE-02 7 interface GigabitEthernet0/1"),
        ("arista_eos", [], "OFFICE-03 5 interface Ethernet2"),
        ("juniper_junos", ["5: telnet;"], "OFFICE-04 13 ge-0/0/1 {"),
    ],
)
def test_lines_of_each_platforms_own_text(
    platform: str, telnet: list[str], described: str, tmp_path: Path
) -> None:
    """By block, with file and line; elsewhere skipped with the reason."""
    found = judged(written(tmp_path, PACK), platform, TEXTS[platform])
    assert [str(each) for each in found["OFFICE-01"].evidence] == [f"r-1.cfg:{each}" for each in telnet]
    assert found["OFFICE-01"].severity is Severity.HIGH
    rule, line, opening = described.split(maxsplit=2)
    assert told(found[rule]) == (
        Status.FAIL,
        [f"r-1.cfg:{line}: no line matches '^description ' in {opening!r}"],
    )
    assert found["OFFICE-05"].status is Status.PASS
    elsewhere = {"OFFICE-02", "OFFICE-03", "OFFICE-04", "OFFICE-06"} - {rule}
    assert {found[id].status for id in elsewhere} == {Status.SKIP}


def test_a_rule_of_blocks_that_are_not_there_is_skipped_with_the_reason(tmp_path: Path) -> None:
    """A slip in `inside` would make it green for ever."""
    text = "title: x\nlines:\n  A: {title: t, inside: '^intreface ', must: '^description '}\n"
    (found,) = judged(written(tmp_path, text), "cisco_ios", TEXTS["cisco_ios"]).values()
    assert told(found) == (Status.SKIP, ["no block here matches '^intreface '"])


def test_a_flood_of_findings_is_told_in_part(tmp_path: Path) -> None:
    """A report of forty thousand lines is read by nobody."""
    name = written(tmp_path, "title: x\nlines:\n  A: {title: t, must_not: 'a'}\n")
    status, evidence = told(judged(name, "cisco_ios", "a\n" * 1000)["A"])
    assert (status, len(evidence), evidence[-1]) == (Status.FAIL, 51, "and 950 more")
    _, (one,) = told(judged(name, "cisco_ios", "a" * 5000)["A"])
    assert len(one) < 250


@pytest.mark.parametrize("expression", ["(a+)+$", "(a|a)*$", "(.*a){25}b", "^(([a-z])+.)+[A-Z]([a-z])+$"])
def test_an_expression_without_end_is_ended(expression: str, tmp_path: Path) -> None:
    """The rule ends in an error, at once on the devices that follow, and the others are judged."""
    name = written(
        tmp_path,
        f"title: x\nlines:\n  A: {{title: t, must_not: '{expression}'}}\n"
        "  B: {title: t, must: '^hostname'}\n",
    )
    begun = time.process_time(), time.monotonic()
    found = judged(name, "cisco_ios", f"hostname r-1\nremark {'a' * 60}!\n")
    again = judged(name, "cisco_ios", "hostname r-1\n")
    assert [found["A"].status, found["B"].status] == [Status.ERROR, Status.PASS]
    assert f"searches for more than {MOST_CPU_S:g} s" in str(found["A"].evidence[0])
    assert again["A"].status is Status.ERROR
    passed = again["A"]._replace(status=Status.PASS, evidence=())
    *_, told_again = map(read, carried(map(row, (found["A"], passed))))
    assert told_again.status is Status.ERROR
    assert str(told_again.evidence[0]).endswith("on a device before this one")
    assert time.process_time() - begun[0] < 1
    assert time.monotonic() - begun[1] < 20 * MOST_CPU_S


def test_a_search_goes_on_after_one_that_was_ended() -> None:
    assert search("b", ["a", "b"]) == {1}
    with pytest.raises(ReadError, match="searches for more than"):
        search("(b+)+$", ["b" * 60 + "!"])
    assert search("b", ["b", "a", "b"]) == {0, 2}


# ── what nobody should have written ─────────────────────────────────────────

LAUGHS = "title: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"k{number}: &a{number} [{', '.join([f'*a{number - 1}'] * 9)}]\n" for number in range(1, 10)
)
BOMBS = {
    "aliases of aliases": (LAUGHS, "its aliases make more than"),
    "an alias of itself": ("title: &a [*a]\n", "nested too deeply"),
    "a mapping in itself": ("title: x\nrules: &a\n  KG-RTG-01: *a\n", "nested too deeply"),
    "a bomb as a name": (LAUGHS + "? *a9\n: x\n", "aliases make"),
    "a list as a name": ("? [a, b]\n: x\n", "a word wanted"),
    "ten thousand brackets": ("title: " + "[" * 10_000 + "]" * 10_000, "nested too deeply"),
    "ten thousand blocks": ("\n".join(" " * n + "a:" for n in range(900)), "nested too deeply"),
    "a megabyte": ("title: " + "x" * 2_000_000, "is larger than"),
    "a foreign tag": ("title: !!python/object/apply:os.system [id]\n", "title: input should be"),
    "no such day": ("title: !!timestamp soon\n", "'soon': is no timestamp"),
    "no such number": ("title: !!int ''\n", "'': is no int"),
    "no such truth": ("title: !!bool perhaps\n", "'perhaps': is no bool"),
    "zero bytes": ("title: \0\n", "is not YAML"),
    "nothing but a comment": ("# nothing\n", "is empty"),
    "a bare word": ("hello\n", "input should be"),
}


@pytest.mark.parametrize("bomb", BOMBS)
@pytest.mark.parametrize("read", [packs.load, lambda name, rules: waiving.load(Path(name), rules)])
def test_a_bomb_does_not_go_off(bomb: str, read: object, tmp_path: Path) -> None:
    """One clear line, within seconds, be it a pack or a file of waivers."""
    text, why = BOMBS[bomb]
    begun = time.process_time()
    with pytest.raises(PackError) as caught:
        read(written(tmp_path, text), RULES)  # type: ignore[operator]
    assert why in str(caught.value) or "title: extra inputs" in str(caught.value)
    assert time.process_time() - begun < 10


def test_a_pack_that_is_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "office.yml").write_bytes(b"title: \xff\n")
    with pytest.raises(PackError, match="is not UTF-8 text"):
        packs.load(str(tmp_path / "office.yml"), RULES)


WORDS = st.sampled_from(
    [
        *("title", "rules", "lines", "extends", "only", ":", "- ", "\n", "  ", "x", "&a ", "*a", "? ", "|"),
        *("!!timestamp ", "!!int ", "!!set ", "<<: ", "{", "}", "[", "]", ",", "'", '"', "#", "%", "---\n"),
        *("1", "\t", "~"),
    ]
)


@given(st.one_of(st.lists(WORDS, max_size=40).map("".join), st.text(max_size=200)))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_a_pack_or_an_error(tmp_path: Path, text: str) -> None:
    """Whatever somebody feeds us: no traceback."""
    name = written(tmp_path, text.encode("utf-8", "replace").decode())
    for kind in (Pack, Waivers):
        try:
            _yaml.read(Path(name), kind)
        except PackError as reason:
            assert str(reason)
