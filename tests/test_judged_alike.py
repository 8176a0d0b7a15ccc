"""What holds for devices that say the same is what each would be told alone, whatever else they say."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from ipaddress import IPv4Address
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from kgnet import plugins
from kgnet.audit import Judging, judging
from kgnet.audit import pack as packs
from kgnet.audit.alike import Alike
from kgnet.collect.files import read_text
from kgnet.collect.parts import Facts
from kgnet.errors import Refused
from kgnet.model.access import SecureShell
from kgnet.model.config import Config
from kgnet.model.facts import PrefixLists, Snapshot
from kgnet.model.fleet import Device
from kgnet.model.outcome import Finding, Status
from kgnet.model.province import Role
from kgnet.model.traced import Question
from kgnet.platforms.cisco_ios.lines import Block
from kgnet.platforms.cisco_ios.root import Root, taken_apart
from kgnet.ports import Rule

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "benchmarks"))

import audit_fleet  # noqa: E402 - a benchmark is no package

PACK = "level3"
CASES = sorted((ROOT / "tests" / "cases" / "rules").glob("*/ios_*.yml"))
MANY = 200  # devices: more than it takes to see that what they say comes again
BOTH = (1, 2, 3, 4)  # two routers, two switches


def device(role: Role, *, planned: bool = False) -> Device:
    return Device("r-1", "DC", role, "cisco_ios", 1, IPv4Address("172.20.0.9"), planned=planned)


def seen(text: str, role: Role) -> Snapshot | None:
    try:
        return read_text(text, device(role), "r-1.cfg")
    except Refused:
        return None


CHOSEN, RULES = packs.load(PACK, plugins.found(Rule))


@cache
def asked() -> Judging:
    """Return what judges all devices of this module, as an audit does."""
    return judging(RULES, CHOSEN, live=False)


def alone(role: Role, text: str) -> list[Finding]:
    have = seen(text, role)
    assert have
    return judging(RULES, CHOSEN, live=False)(device(role), have)


def told(role: Role, text: str) -> None:
    """Judge a text after all others, and by itself."""
    if have := seen(text, role):
        assert asked()(device(role), have) == alone(role, text)


def of(number: int) -> tuple[Role, str]:
    text = audit_fleet.text(number)
    return (Role.BRANCH if "\nrouter bgp" in text else Role.ACCESS), text


def judge_fleet(judge: Judging) -> None:
    for number in range(1, MANY + 1):
        role, text = of(number)
        have = seen(text, role)
        assert have
        judge(device(role), have)


@pytest.fixture(scope="module", autouse=True)
def _fleet() -> None:
    """What the others of the fleet say was judged before."""
    judge_fleet(asked())


def texts() -> Iterator[str]:
    for file in CASES:
        written = yaml.safe_load(file.read_text(encoding="utf-8"))
        if "text" in written:
            yield written["text"]


def test_there_are_texts() -> None:
    assert sum(1 for _ in texts()) > 250


@pytest.mark.parametrize("role", [Role.BRANCH, Role.ACCESS])
def test_the_texts_of_all_rules_end_as_they_would_alone(role: Role) -> None:
    """Many differ in a line from one before: forwards and backwards, what was remembered is another's."""
    every = list(texts())
    for text in (*every, *reversed(every)):
        told(role, text)


def changed(lines: Sequence[str], edits: Sequence[tuple[int, int, int]], others: Sequence[str]) -> str:
    found = list(lines)
    for what, where, other in edits:
        at, line = where % len(found), others[other % len(others)]
        match what:
            case 0:
                del found[at]
            case 1:
                found.insert(at, line)
            case 2:
                found[at] = line
            case _:
                found[at] = f"no {found[at]}" if found[at][:1] != " " else f" no {found[at].strip()}"
    return "\n".join(found)


@settings(max_examples=100)
@given(
    number=st.sampled_from(BOTH),
    other=st.sampled_from(BOTH),
    edits=st.lists(st.tuples(st.integers(0, 3), st.integers(0), st.integers(0)), max_size=6),
)
def test_a_device_that_differs_in_some_lines_is_judged_by_them(
    number: int, other: int, edits: list[tuple[int, int, int]]
) -> None:
    role, text = of(number)
    told(role, changed(text.splitlines(), edits, of(other)[1].splitlines()))


@pytest.mark.parametrize(
    ("line", "with_", "rule"),
    [
        (" transport input ssh", " transport input ssh telnet", "KG-ACC-01"),
        ("no ip source-route", "", "KG-CPL-02"),
        (" no ip proxy-arp", "", "KG-CPL-07"),
        ("login on-failure log", "", "KG-AAA-12"),
        ("ip ssh version 2", "ip ssh version 1", "KG-ACC-02"),
    ],
)
def test_what_one_device_lacks_is_not_covered_by_the_others(line: str, with_: str, rule: str) -> None:
    role, text = of(2)
    assert line in text
    have = seen(text.replace(line, with_, 1), role)
    assert have
    (finding,) = (each for each in asked()(device(role), have) if each.rule == rule)
    assert finding.status is Status.FAIL
    assert finding.evidence


def test_whatever_is_asked_of_a_text_is_noted() -> None:
    """A question that nobody noted would make two devices alike that are not."""
    asking = {name for name in vars(Block) if not name.startswith("_")} - {*Block.__slots__, "of"}
    by_others = {"numbers", "opens"}  # they ask for all lines
    assert asking - by_others <= vars(Root).keys()
    root = taken_apart("hostname a\nip http server\n", 1)
    assert isinstance(root, Root)
    for name in by_others:
        root.noted()
        getattr(root, name)
        assert root.noted() is None, name


def test_what_many_say_is_not_read_again_and_what_is_one_s_own_is() -> None:
    """Else it would not be faster."""
    judge = judging(RULES, CHOSEN, live=False)
    judge_fleet(judge)
    role, text = of(MANY + 2)
    have = seen(text, role)
    assert have
    judge(device(role), have)
    assert isinstance(have.facts, Facts)
    left = have.facts.pending[0].left
    assert SecureShell in left
    assert PrefixLists not in left


class Named(Facts):
    """Facts for which a text is asked for a name that no other device has."""

    def __init__(self, name: str) -> None:
        super().__init__({})
        self.name, self.watched = name, False

    def watch(self) -> None:
        self.watched = True

    def looked_at(self) -> tuple[Question, ...]:
        return (("holding", self.name), ("says", "aaa new-model"))

    def answers(self, questions: Iterable[Question]) -> Mapping[Question, bool]:
        own = self.looked_at()
        return {question: question in own for question in questions}


def test_what_is_asked_for_a_device_s_own_names_is_not_remembered_for_ever() -> None:
    """Else what an audit of a province remembers would grow with each device."""
    alike = Alike()
    for number in range(10 * MANY):
        facts = Named(f"r-{number}")
        alike.known(facts)
        have = Snapshot(facts.name, Config(facts.name, {}), facts)
        alike.judged("KG-ACC-20", have, facts, lambda: (Status.PASS, ()))
    assert not facts.watched
