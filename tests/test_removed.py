"""Texts from which Oxidized or RANCID removed the secrets: what is left is true, the rest is not judged."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
import vendors

from kgnet.audit import audit
from kgnet.cli import _golden
from kgnet.collect import read_file
from kgnet.collect.printed import restored
from kgnet.model.credentials import REMOVED, PrivilegedSecrets
from kgnet.model.drift import Drift
from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.managed import Accounts
from kgnet.model.outcome import Status
from kgnet.model.pack import Choice, Pack
from kgnet.plan.fill import SEALED
from kgnet.plugins import found
from kgnet.ports import Rule

FLEET = vendors.FLEETS["mixed lab"]
DEVICES = {"cisco_ios": "hub1", "arista_eos": "spine1", "juniper_junos": "fw1"}
RULES = found(Rule)
KIND = r"(?:[0-9]|sha512)"
HELD = rf"(?P<before>.*?(?:secret|password|key-string|key|community))(?P<kind> {KIND})? (?P<value>\S+)"
LINE = re.compile(
    r"^(?!(?: *(?:service|security|password minimum|key-exchange|key \d+$|aaa|neighbor .* send-community)))"
    r"(?P<indent> *)(?P<first>username|neighbor|key-string|key|tacacs-server|enable|snmp-server)"
    rf"{HELD}(?P<rest>.*)$",
    re.MULTILINE,
)
JUNOS = re.compile(
    r'^(?P<before> *(?:secret|encrypted-password|authentication-key|privacy-key)) "\$\S+";$', re.MULTILINE
)


def _by_oxidized(line: re.Match[str]) -> str:
    told = line.groupdict(default="")
    return f"{told['indent']}{told['first']}{told['before']}{told['kind']} <secret hidden>{told['rest']}"


def _by_rancid(line: re.Match[str]) -> str:
    told = line.groupdict(default="")
    return f"!{told['indent']}{told['first']}{told['before']} <removed>{told['rest']}"


def without(text: str, platform: str, tool: str) -> str:
    """Return *text* as the tool keeps it if it is asked to keep no secrets."""
    if platform == "juniper_junos":
        form = r"#\g<before> <removed>;" if tool == "rancid" else r"\g<before> <secret removed>;"
        return JUNOS.sub(form, text)
    return LINE.sub(_by_rancid if tool == "rancid" else _by_oxidized, text)


def read(folder: Path, text: str, device: Device) -> Snapshot:
    path = folder / device.name
    path.write_text(text)
    return read_file(path, device)


def judged(rule: str, device: Device, have: Snapshot) -> tuple[Status, str]:
    pack = Pack(title="p", rules={rule: Choice()})
    (finding,) = audit(device, have, RULES, pack, live=False)
    return finding.status, "; ".join(map(str, finding.evidence))


@pytest.mark.parametrize("tool", ["oxidized", "rancid"])
@pytest.mark.parametrize("platform", DEVICES)
def test_all_but_the_secrets_is_read_as_it_was(platform: str, tool: str, tmp_path: Path) -> None:
    """Accounts, neighbours' passwords, keys: there as before, in the same lines; and no drift."""
    device = FLEET.devices[DEVICES[platform]]
    whole = vendors.text("mixed lab", device.name)
    bare = without(whole, platform, tool)
    assert bare.count("<") > whole.count("<") + 4
    have, kept = read(tmp_path, whole, device), read(tmp_path, bare, device)
    differ = {type(fact) for fact in have.facts.values() if kept.facts[type(fact)] != fact}
    assert kept.missing == have.missing
    assert differ <= {Accounts, PrivilegedSecrets}
    types_left = tool == "oxidized" and platform != "juniper_junos"
    for before, now in zip(have.get(Accounts).accounts, kept.get(Accounts).accounts, strict=True):
        assert now == replace(before, hash=before.hash if types_left or not before.hash else REMOVED)
    assert _golden.completed(device, kept).get(Drift) == _golden.completed(device, have).get(Drift)


IOS = """version 17.9
hostname hub1
!
{lines}
!
line con 0
end
"""
EOS = "! device: hub1 (DCS, EOS-4.30.1F)\nhostname hub1\n{lines}\nend\n"
JUNOS_SYSTEM = """system {{
    host-name hub1;
    root-authentication {{
        {lines}
    }}
}}
snmp {{
    community <hidden> {{
        authorization read-only;
    }}
}}
"""
GONE = "its secret was removed by the collector"
CASES = (
    # rule, platform, lines as kept, what becomes of it, what is told of it
    ("KG-PWD-02", IOS, "!username noc privilege 15 secret <removed>", "error", f"account noc: {GONE}"),
    ("KG-PWD-02", IOS, "!username noc password <removed>", "error", f"account noc: {GONE}"),
    ("KG-PWD-02", IOS, "username noc secret 9 <secret hidden>", "pass", ""),
    ("KG-PWD-02", IOS, "username noc password 7 <secret hidden>", "fail", "type 7"),
    ("KG-PWD-02", IOS, "!username noc secret <removed>\nusername x password 7 <removed>", "fail", "type 7"),
    ("KG-PWD-01", IOS, "!enable secret <removed>", "error", f"enable secret: {GONE}"),
    ("KG-PWD-01", IOS, "enable secret 9 <secret hidden>", "pass", ""),
    ("KG-PWD-01", IOS, "enable password <configuration removed>", "error", GONE),
    ("KG-SNM-05", IOS, "!snmp-server community <removed> RO 10", "fail", ""),
    ("KG-SNM-02", IOS, "!snmp-server community <removed> RO 10", "error", f"community 1: {GONE}"),
    ("KG-SNM-02", IOS, "snmp-server community public RO 10", "fail", "public"),
    ("KG-SNM-03", IOS, "!snmp-server community <removed> RO 10", "pass", ""),
    ("KG-SNM-03", IOS, "!snmp-server community <removed> RW 10", "fail", "may write"),
    ("KG-SNM-03", IOS, "snmp-server community <configuration removed>", "error", GONE),
    ("KG-SNM-04", IOS, "!snmp-server community <removed> RO", "fail", "anybody may ask"),
    ("KG-SNM-04", IOS, "snmp-server community <configuration removed>", "error", GONE),
    ("KG-PWD-02", EOS, "!username noc privilege 15 secret <removed>", "error", f"account noc: {GONE}"),
    ("KG-PWD-02", EOS, "username noc privilege 15 secret sha512 <secret hidden>", "pass", ""),
    ("KG-PWD-01", EOS, "enable password <configuration removed>", "error", GONE),
    ("KG-SNM-02", EOS, "snmp-server community <configuration removed>", "error", GONE),
    ("KG-SNM-03", EOS, "snmp-server community <configuration removed>", "error", GONE),
    ("KG-SNM-04", EOS, "snmp-server community <configuration removed>", "error", GONE),
    ("KG-SNM-04", EOS, "snmp-server community <removed> ro", "fail", "anybody may ask"),
    ("KG-PWD-01", JUNOS_SYSTEM, "encrypted-password <secret removed>;", "error", f"root: {GONE}"),
    ("KG-PWD-02", JUNOS_SYSTEM, '#encrypted-password "<removed>"; ## SECRET-DATA', "error", GONE),
    ("KG-SNM-02", JUNOS_SYSTEM, 'encrypted-password "<removed>"; ## SECRET-DATA', "error", GONE),
    ("KG-SNM-03", JUNOS_SYSTEM, 'encrypted-password "<removed>"; ## SECRET-DATA', "pass", ""),
)
PLATFORMS = {IOS: "cisco_ios", EOS: "arista_eos", JUNOS_SYSTEM: "juniper_junos"}


@pytest.mark.parametrize(
    ("rule", "form", "lines", "status", "said"),
    CASES,
    ids=[f"{PLATFORMS[form]} {rule} {lines}" for rule, form, lines, _, _ in CASES],
)
def test_how_a_removed_secret_is_kept_nobody_judges(
    rule: str, form: str, lines: str, status: str, said: str, tmp_path: Path
) -> None:
    device = replace(FLEET.devices["hub1"], platform=PLATFORMS[form])
    have = read(tmp_path, form.format(lines=lines), device)
    told, evidence = judged(rule, device, have)
    assert (told.value, said in evidence) == (status, True), evidence


def test_where_it_stood_is_told(tmp_path: Path) -> None:
    device = FLEET.devices["hub1"]
    have = read(tmp_path, IOS.format(lines="!username noc secret <removed>"), device)
    assert f"{tmp_path / 'hub1'}:4: account noc" in judged("KG-PWD-02", device, have)[1]


@pytest.mark.parametrize(
    "text",
    ["! only a note\n!username is told\n", "#snmp {\n", "! Last change by <removed>\n", "<secret>\n"],
)
def test_other_comments_stay(text: str) -> None:
    assert restored(text).startswith(text[:10])


def test_a_plan_never_types_the_mark() -> None:
    """What is not known has to be told by the intent; else the plan is refused."""
    assert SEALED.search(restored("username noc secret 9 <removed>"))
