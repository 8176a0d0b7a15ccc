"""Every rule of the audit against its cases: `cases/rules/<rule>/<case>.yml`.

why: the sentence that this case is about
want: {role: branch, …}            # fields of Device; what is left out does not matter here
have: {Clock: {…}, …}              # facts by name; settings may be written as key: value
config: some.cfg                   # instead, or beside: recorded text, through the platform's reader
text: |                            # the same, written here: what the device prints of its configuration
printed: {"sshd -T": sshd.txt}     # the same for what a command of the platform's printed: a file, or lines;
                                   # a command that is a script goes by the name of a fact that it tells
exported: |                        # of a room: what its system says, as of the day `asked`
others: {room-2: "…"}              # and what those of other rooms say
answers: |                         # of a building: the rows of facility.csv, as of the day `asked`
asked: 2026-06-01
parameters: {most_s: 300}
status: fail
evidence: ["…"]                    # exactly what the rule saw, each as `what` or `where: what`
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import subjects
import yaml

from kgnet import plugins
from kgnet.audit import audit
from kgnet.audit.pack import load, parameters
from kgnet.collect import read_file
from kgnet.model import access, drift, managed, offers, operations, services
from kgnet.model import facts as vocabulary
from kgnet.model.config import Config
from kgnet.model.facts import Settings, Snapshot
from kgnet.model.fleet import Device
from kgnet.model.outcome import Finding, Status
from kgnet.model.pack import Choice, Pack
from kgnet.model.province import Role
from kgnet.model.subject import Subject
from kgnet.ports import Platform, Reader, Rule

# The modules whose facts `have:` may name.
VOCABULARY = (vocabulary, managed, drift, operations, access, services, offers)
CASES = Path(__file__).parent / "cases" / "rules"
RECORDED = Path(__file__).parent / "recorded" / "audit"  # of one FRR router as the daemons leave it
RULES = plugins.found(Rule)
FILES = sorted(CASES.glob("*/*.yml"))
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml, where it is built in: ten times faster
FILLED = {"name": "r-1", "site": "DC", "number": 1, "management": "172.20.0.9", "domain": "kg.example"}


@dataclass(frozen=True)
class Case:
    rule: Rule
    want: Subject
    have: Snapshot
    parameters: Mapping[str, Any]
    status: Status
    evidence: tuple[str, ...] | None


@cache
def case(file: Path) -> Case:
    written = yaml.load(file.read_text(encoding="utf-8"), LOADER)
    unknown = written.keys() - {
        "why",
        "want",
        "have",
        "config",
        "text",
        "printed",
        "answers",
        "exported",
        "others",
        "asked",
        "parameters",
        "status",
        "evidence",
    }
    assert not unknown, f"{file}: {unknown}"
    assert written["why"]
    rule = RULES[file.parent.name]
    want = subject(rule, written.get("want", {}))
    return Case(
        rule,
        want,
        snapshot(want, written) if isinstance(want, Device) else subjects.told_by(want, written),
        written.get("parameters", {}),
        Status(written["status"]),
        tuple(written["evidence"]) if "evidence" in written else None,
    )


def device(rule: Rule, written: Mapping[str, Any]) -> Device:
    """Return a device that the rule is for."""
    role = next(iter(rule.roles), Role.BRANCH)
    routes = role in (Role.HUB, Role.BORDER, Role.BRANCH)
    usual = "frr" if routes else "linux"
    platform = usual if usual in (rule.platforms or (usual,)) else next(telling(rule))
    found: Device = subjects.reader(Device).validate_python(
        {"role": role, "platform": platform, **FILLED, **written}
    )
    return found


def subject(rule: Rule, written: Mapping[str, Any]) -> Subject:
    """Return something that the rule is of."""
    return device(rule, written) if rule.of is Device else subjects.subject(rule, written)


def telling(rule: Rule) -> Iterator[str]:
    """Yield the platforms that the rule is for and that tell what it judges in their configuration."""
    for name, platform in plugins.found(Platform).items():
        told = {fact for part in platform.parts for fact in part.facts}
        if rule.of is Device and set(rule.needs) <= told and name in (rule.platforms or (name,)):
            yield name


def snapshot(want: Device, written: Mapping[str, Any]) -> Snapshot:
    """Return what the case says that the device said."""
    read = Snapshot(want.name, Config(want.name, {}))
    if "config" in written:
        read = read_file(RECORDED / written["config"], want)
    if "text" in written:
        read = of_text(want, written["text"])
    facts = dict(read.facts)
    for command, file in written.get("printed", {}).items():
        reader = asked(plugins.one(Platform, want.platform), command)
        said = file if "\n" in file else (RECORDED / file).read_text(encoding="utf-8")
        facts |= {type(fact): fact for fact in reader(said)}
    for name, value in written.get("have", {}).items():
        kind = next(getattr(module, name) for module in VOCABULARY if hasattr(module, name))
        facts[kind] = subjects.reader(kind).validate_python(_written(kind, value))
    return Snapshot(want.name, read.config, facts, read.sources, read.missing)


def asked(platform: Platform, command: str) -> Reader:
    """Return who reads what *command* prints, or the command that tells the fact of this name."""
    if tuple(shlex.split(command)) in platform.state:
        return platform.state[tuple(shlex.split(command))]
    told = {fact.__name__: reader for reader in platform.state.values() for fact in reader.facts}
    return told[command]


def of_text(want: Device, text: str) -> Snapshot:
    """Return what a device says whose main part, that of the platform's name or the first, prints *text*."""
    platform = plugins.one(Platform, want.platform)
    part = next((each for each in platform.parts if each.name == platform.name), platform.parts[0])
    release = part.released.search(text) if part.released else None
    told = f"{part.canonical(text)}{release[0]}\n" if release else part.canonical(text)
    with TemporaryDirectory() as folder:
        file = Path(folder) / f"{want.name}.cfg"
        file.write_text(str(Config(want.name, {part.name: told})), encoding="utf-8")
        return read_file(file, want)


def _written(kind: type, value: Any) -> Any:
    if issubclass(kind, Settings):
        return {"values": {key: _listed(each) for key, each in value.items()}}
    return value


def _listed(value: Any) -> list[str]:
    return [str(each) for each in (value if isinstance(value, list) else [value])]


def judged(one: Case) -> Finding:
    pack = Pack(title="a case", rules={one.rule.id: Choice(parameters=dict(one.parameters))})
    (finding,) = audit(one.want, one.have, RULES, pack)
    return finding


def _named(files: list[Path]) -> list[Any]:
    return [pytest.param(file, id=f"{file.parent.name}/{file.stem}") for file in files]


@pytest.mark.parametrize("file", _named(FILES))
def test_case(file: Path) -> None:
    """The rule says of the case what the case says of it."""
    one = case(file)
    finding = judged(one)
    told = [evidence.what for evidence in finding.evidence]
    assert finding.status is one.status, told
    if one.evidence is not None:
        seen = (str(each).replace(f"{RECORDED}/", "") for each in finding.evidence)
        pairs = zip(told, seen, strict=True)
        assert [bare if bare in one.evidence else full for bare, full in pairs] == list(one.evidence)


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_every_rule_has_a_pass_and_a_fail(rule: Rule) -> None:
    """A rule that was never seen to fail, or to pass, has not been tried."""
    statuses = {case(file).status for file in FILES if file.parent.name == rule.id}
    assert {Status.PASS, Status.FAIL} <= statuses


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_rule_is_tried_on_what_each_platform_prints(rule: Rule) -> None:
    """For each platform that tells what it judges: a text that passes, and one that does not."""
    tried = [
        (one.want.platform, one.status)
        for one, file in ((case(file), file) for file in FILES if file.parent.name == rule.id)
        if isinstance(one.want, Device)
        and {"text", "config", "printed"} & yaml.load(file.read_text(encoding="utf-8"), LOADER).keys()
    ]
    for platform in set(telling(rule)) & {"cisco_ios", "arista_eos", "juniper_junos"}:
        assert {(platform, Status.PASS), (platform, Status.FAIL)} <= set(tried), platform


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_no_evidence_is_not_a_pass(rule: Rule) -> None:
    """A rule that is shown nothing ends in an error."""
    want = subject(rule, {})
    nothing = Snapshot(want.name, Config(want.name, {}))
    finding = judged(Case(rule, want, nothing, {}, Status.ERROR, None))
    assert finding.status is Status.ERROR
    assert "cannot judge" in str(finding.evidence[0])


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_rule_says_why_and_on_whose_word(rule: Rule) -> None:
    """People follow a rule that has a reason; an auditor asks for its source."""
    assert rule.why.endswith((".", ";")) or "*" in rule.why
    assert rule.title
    assert not rule.title.endswith(".")
    assert rule.references
    assert rule.needs


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_what_is_not_known_at_first_hand_is_marked(rule: Rule) -> None:
    """A clause that somebody remembered is never shown as a fact."""
    for reference in rule.references:
        if reference.startswith("TCVN 11930"):
            assert reference.endswith("[from memory, unverified]")
        elif reference.startswith(("TCVN", "TT ")):
            assert reference.endswith(("[from a secondary source]", "[from memory, unverified]"))


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_parameters_can_be_set_from_a_pack(rule: Rule) -> None:
    """A parameter without a default, or given by place, would break a pack only when it is asked."""
    for name, value in parameters(rule).items():
        assert isinstance(value, bool | int | float | str | tuple), name


def test_cases_are_of_rules() -> None:
    """A folder that no rule bears the name of is never run."""
    assert {folder.name for folder in CASES.iterdir()} == set(RULES)


def test_shipped_packs_ask_every_rule() -> None:
    """A rule that no shipped pack asks helps nobody."""
    pack, _ = load("strict", RULES)
    intent, _ = load("intent", RULES)
    assert set(pack.rules) | set(intent.rules) == set(RULES)


def test_there_are_rules_of_every_kind() -> None:
    """Twenty-four controls at least, and six rules that judge running state by the intent."""
    assert sum(not id.startswith(("KG-LIV", "KG-WAN")) for id in RULES) >= 24
    assert sum(id.startswith("KG-LIV") for id in RULES) >= 6
