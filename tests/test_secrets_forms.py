"""A secret of any form, on any platform: in no report and in no error."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_report import ABOUT, REPORTS, RULES, in_vietnamese, text

from kgnet.audit import audit, not_seen
from kgnet.audit.pack import load
from kgnet.collect import read_file
from kgnet.collect.owners import settled
from kgnet.errors import Refused
from kgnet.model.fleet import Device
from kgnet.model.outcome import Finding, Severity
from kgnet.model.province import Role
from kgnet.plugins import found
from kgnet.ports import Platform

FORMS = Path(__file__).parent / "cases" / "secrets"
PLATFORMS = found(Platform)
SECRET = "Qz7tr0ngXk"  # stands where a form has @@
LINES = [
    (file.stem, line.replace("\\n", "\n").replace("\\t", "\t"))
    for file in sorted(FORMS.glob("*.txt"))
    for line in file.read_text(encoding="utf-8").splitlines()
]


def test_every_platform_has_forms() -> None:
    """A platform without a table would pass all that follows."""
    assert {platform for platform, _ in LINES} == {*PLATFORMS}
    assert all("@@" in form for _, form in LINES)


@pytest.mark.parametrize(("platform", "form"), LINES, ids=lambda value: " ".join(value.split())[:70])
def test_a_secret_is_redacted_in_every_form(platform: str, form: str) -> None:
    """Once and for all, in a line that stays where it is; a mark of it stays as well."""
    told = f"first line\n{form.replace('@@', SECRET)}\nlast line\n"
    shown = PLATFORMS[platform].redacted(told)
    assert SECRET not in shown
    assert shown.count("\n") == told.count("\n")
    assert shown.startswith("first line\n")
    assert shown.endswith("\nlast line\n")
    assert PLATFORMS[platform].redacted(shown) == shown
    marked = PLATFORMS[platform].redacted(told, lambda value: "c0ffee")
    assert SECRET not in marked
    assert PLATFORMS[platform].redacted(marked, lambda value: "5eed") == marked


@pytest.mark.parametrize(
    "pattern", PLATFORMS["cisco_ios"].secrets, ids=lambda pattern: pattern.pattern[18:50]
)
@given(drawn=st.data())
def test_whatever_a_table_of_ios_matches_stands_where_it_is_looked_for(
    pattern: re.Pattern[str], drawn: st.DataObject
) -> None:
    """Of each expression, texts that it fits: a line that lacks every hint would be passed over."""
    suspects = PLATFORMS["cisco_ios"].suspects
    assert suspects is not None
    text = drawn.draw(st.from_regex(pattern))
    for match in pattern.finditer(text):
        assert text.count("\n", 0, match.start(1)) in suspects.places(text)


def test_a_key_of_digits_is_hidden_where_the_server_s_name_is_taken_for_a_private_key() -> None:
    """Somebody pasted the first line of one alone: up to the next dashes all is taken for it."""
    told = "banner motd ^C\n-----BEGIN PRIVATE KEY-----\n^C\nradius server R1\n ! -----\n key 12345\n"
    for platform in (PLATFORMS["cisco_ios"], replace(PLATFORMS["cisco_ios"], suspects=None)):
        assert "12345" not in platform.redacted(told)


# Lines that look like those of the tables and hold nothing to hide: facts are read from them.
PLAIN = {
    "cisco_ios": ("ip ssh version 2", "service password-encryption", "key chain inner\n key 1",
                  "snmp-server community public RO 10", "password encryption aes",
                  "radius server R1\n address ipv4 10.0.0.9 auth-port 1812 acct-port 1813"),
    "arista_eos": ("management security\n   password minimum length 14", "snmp-server community public ro",
                   "snmp-server host 10.0.0.1 version 3 priv mon"),
    "juniper_junos": ("set system login password minimum-length 14", "community public {",
                      "authentication-order [ tacplus password ];", "set system host-name key"),
    "huawei_vrp": ("local-aaa-user password policy administrator", "authentication-mode aaa",
                   "ospf authentication-mode null"),
    "mikrotik_routeros": ("/snmp community\nadd name=mon security=private", "/system identity\nset name=r-1",
                          "/snmp community\nset [ find default=yes ] disabled=yes",
                          "/user settings\nset minimum-password-length=14"),
    "fortinet_fortios": ("config system password-policy\n    set status enable\n    set minimum-length 14",
                         "config system global\n    set private-data-encryption enable",
                         "config system interface\n    edit wan\n        set name public"),
    "frr": ("service password-encryption", "key chain inner\n key 1"),
    "linux": ("password requisite pam_pwquality.so retry=3", "passwordauthentication no",
              "LISTEN 0 128 [::]:22 [::]:*", "disable_plaintext_auth = yes", "rocommunity public default",
              "256 SHA256:abcdefgh op (ED25519)"),
}  # fmt: skip


@pytest.mark.parametrize("platform", PLAIN)
def test_what_is_no_secret_is_shown(platform: str) -> None:
    """Else facts would be read from `<secret>`."""
    for line in PLAIN[platform]:
        assert PLATFORMS[platform].redacted(f"{line}\n") == f"{line}\n"


@pytest.mark.parametrize("platform", sorted(PLATFORMS))
def test_redaction_takes_time_in_proportion(platform: str) -> None:
    """Texts that are made to take long: what grew with the square would take minutes."""
    forms = [form.split("@@")[0] for name, form in LINES if name == platform]
    for form in {form.splitlines()[-1] for form in forms if form} | {
        "-----BEGIN PRIVATE KEY-----",
        "a://b:",
        "key ",
    }:
        flood = f"{form} " * (60_000 // len(form))
        for told in (flood, flood.replace(" ", "\n"), form + " " * 60_000):
            begun = time.process_time()
            PLATFORMS[platform].redacted(told[:60_000])
            assert time.process_time() - begun < 5, form


# ── from the file to what leaves ────────────────────────────────────────────


def findings_of(platform: str, folder: Path) -> list[Finding]:
    """What every rule says of a device with all these lines, and a rule that shows every line there is."""
    want = Device("r-1", "DC", Role.BRANCH, platform, 1, IPv4Address("172.20.0.9"))
    forms = [form.replace("@@", SECRET) for name, form in LINES if name == platform]
    (folder / "office.yml").write_text(
        "title: x\nextends: strict\nlines:\n  OFFICE-01: {title: Nothing at all, must_not: '.'}\n"
    )
    pack, rules = load(str(folder / "office.yml"), RULES)
    told: list[Finding] = []
    for number, lines in enumerate(["\n".join(forms), *forms]):
        file = folder / f"{number}.cfg"
        file.write_text(f"{lines}\n", encoding="utf-8")
        try:
            told += audit(want, read_file(file, want), rules, pack, live=False)
        except Refused as reason:
            told.append(not_seen(want, reason))
    return told


@pytest.mark.parametrize("platform", sorted(PLATFORMS))
def test_no_report_holds_one(platform: str, tmp_path: Path) -> None:
    """Each line alone, too: readers quote what they do not know."""
    findings = findings_of(platform, tmp_path)
    assert any(finding.rule == "OFFICE-01" for finding in findings)
    assert SECRET not in repr(findings)
    few = [each for each in findings if each.evidence][:400]
    for report in REPORTS.values():
        for about in (ABOUT, in_vietnamese()):
            assert SECRET not in text(report, few, about)


def test_an_error_quotes_no_secret(tmp_path: Path) -> None:
    """Neither of a file whose platform cannot be told, nor of one that is none of ours."""
    from kgnet.collect.folders import holdings

    (tmp_path / "x.cfg").write_text(f"enable secret {SECRET}\n")
    (held,) = holdings(tmp_path).held
    for told in (
        f"enable secret {SECRET}\n",
        f"!Command: show running-config\nusername a password {SECRET}\n",
    ):
        with pytest.raises(Refused) as reason:
            settled(held, told)
        assert SECRET not in str(reason.value)
    assert not_seen(Device("r", "s", Role.HUB, "frr", 1, IPv4Address(1)), "x").severity is Severity.CRITICAL
