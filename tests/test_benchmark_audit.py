"""What the benchmark of the audit measures is an audit: it finds the faults; facts wait to be asked."""

from __future__ import annotations

import importlib.util
import re
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from kgnet import plugins
from kgnet.audit import audit, judging
from kgnet.audit import pack as packs
from kgnet.collect import read_folder
from kgnet.errors import DeviceError, MissingFact
from kgnet.model.facts import ConfiguredBgp, Queues, Snapshot, System
from kgnet.model.layer2 import Switching
from kgnet.model.outcome import Finding, Status
from kgnet.ports import Platform, Rule

DEVICES = 240
ROOT = Path(__file__).resolve().parent.parent


def loaded(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "benchmarks" / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


FLEET = loaded("audit_fleet")


def read(folder: Path, texts: dict[int, str]) -> dict[str, Snapshot]:
    names = dict(enumerate(FLEET.fleet(max(texts)).devices.values(), 1))
    for number, text in texts.items():
        (folder / f"{names[number].name}.cfg").write_text(text, encoding="utf-8")
    found = {}
    for device, have in read_folder(folder, FLEET.fleet(max(texts))):
        assert not isinstance(have, DeviceError), have
        found[device.name] = have
    return found


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> list[Finding]:
    asked, rules = packs.load("hardening", plugins.found(Rule))
    judge, fleet = judging(rules, asked, live=False), FLEET.fleet(DEVICES)
    texts = {number: FLEET.text(number) for number in range(1, DEVICES + 1)}
    have = read(tmp_path_factory.mktemp("fleet"), texts)
    return [each for name, device in fleet.devices.items() for each in judge(device, have[name])]


@pytest.mark.parametrize("fault", FLEET.FAULTS)
def test_every_planted_fault_is_found_and_no_other_device_has_it(fault: str, findings: list[Finding]) -> None:
    rule = FLEET.FAULTS[fault].rule
    names = dict(enumerate(FLEET.fleet(DEVICES).devices, 1))
    planted = {name for number, name in names.items() if FLEET.fault_of(number) == fault}
    alike = {each for each, other in FLEET.FAULTS.items() if other.rule == rule}
    others = {name for number, name in names.items() if FLEET.fault_of(number) in alike - {fault}}
    failed = {each.device for each in findings if each.rule == rule and each.status is Status.FAIL}
    assert planted
    assert failed - others == planted


def test_a_fleet_is_judged_without_an_error(findings: list[Finding]) -> None:
    assert {each.status for each in findings} == {Status.PASS, Status.FAIL, Status.SKIP}
    assert len(findings) > 80 * DEVICES


def test_devices_differ_as_in_a_real_fleet() -> None:
    """A quarter of a router's lines and more stand on no other one; hardly two are of one length."""
    lines = [FLEET.text(number).splitlines() for number in range(2, 40, 2)]
    first, others = lines[0], {line for other in lines[1:] for line in other}
    own = [line for line in first if line not in others]
    assert len(own) > len(first) / 4
    assert len({len(each) for each in lines}) > len(lines) / 2


def test_judging_many_is_judging_each(tmp_path: Path) -> None:
    asked, rules = packs.load("hardening", plugins.found(Rule))
    judge, fleet = judging(rules, asked, live=False), FLEET.fleet(4)
    have = read(tmp_path, {number: FLEET.text(number) for number in range(1, 5)})
    for name, device in fleet.devices.items():
        assert judge(device, have[name]) == audit(device, have[name], rules, asked, live=False)


# ── facts wait until somebody asks ──────────────────────────────────────────


def test_what_one_reader_cannot_read_is_an_error_of_its_facts_alone(tmp_path: Path) -> None:
    """A port that names a policy which is not there tells nothing against the accounts."""
    text = FLEET.text(2).replace("policy-map WAN", "policy-map LAN")
    (have,) = read(tmp_path, {2: text}).values()
    with pytest.raises(MissingFact, match="there is no policy-map WAN, which the interface names"):
        have.get(Queues)
    assert Queues in have.missing
    assert have.get(System).hostname == "r-00002"


def test_a_fact_that_the_text_does_not_hold_is_none(tmp_path: Path) -> None:
    (have,) = read(tmp_path, {1: FLEET.text(1)}).values()
    assert ConfiguredBgp not in have.facts
    assert Switching in have.facts
    more = have.having(System("other", ()), "elsewhere").without(Queues, "nobody asked")
    assert more.get(System).hostname == "other"
    assert more.sources[System] == "elsewhere"
    assert more.missing[Queues] == "nobody asked"
    assert Switching in more.facts
    assert set(more.facts) == set(have.facts)


def test_lines_are_numbered_as_the_file_has_them(tmp_path: Path) -> None:
    text = FLEET.text(3)
    (have,) = read(tmp_path, {3: text}).values()
    lines = ["", *text.splitlines()]
    for port in have.get(Switching).ports:
        assert lines[port.line] == f"interface {port.name}"


# ── secrets ─────────────────────────────────────────────────────────────────


def test_secrets_are_found_as_without_a_search_for_where_they_may_be() -> None:
    """What only the suspect lines are searched for is what a search of the whole text finds."""
    platform = plugins.found(Platform)["cisco_ios"]
    whole = replace(platform, suspects=None)
    recorded = sorted((ROOT / "tests" / "recorded" / "cisco_ios").rglob("*.cfg"))
    texts = [FLEET.text(1), FLEET.text(2), *(path.read_text(encoding="utf-8") for path in recorded)]
    words = sorted({word for each in platform.secrets for word in re.findall(r"[a-z-]{2,}", each.pattern)})
    words += ["7", "no", "host", "server", "key", "10.0.0.1", "S3cret", "version"]
    texts += ["\n".join(f"{blank}{one} {two} {three} 7 S3cret" for one in words) for blank, two, three in (
        ("", "7", "x"), (" ", "host x", "key"), ("no ", "1", "password"), ("  ", "server", "auth md5 x"),
    )]  # fmt: skip
    texts += [f"tacacs server A\n address ipv4 10.0.0.1\n key {key}\n!" for key in ("7 08351F", "12345")]
    for text in texts:
        assert platform.redacted(text) == whole.redacted(text)
        assert platform.redacted(text, str.upper) == whole.redacted(text, str.upper)
    assert "08351F" not in platform.redacted(texts[-2])
    assert "12345" not in platform.redacted(texts[-1])
