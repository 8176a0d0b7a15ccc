"""No secret of any platform is in a report of any format: what is redacted stays redacted."""

from __future__ import annotations

from ipaddress import IPv4Address
from pathlib import Path

import pytest
from test_report import ABOUT, REPORTS, RULES, in_vietnamese, text

from kgnet.audit import audit
from kgnet.audit.pack import load
from kgnet.collect import read_file
from kgnet.model.fleet import Device
from kgnet.model.outcome import Finding, Status
from kgnet.model.province import Role

SECRET = "Qz7tr0ngXk"  # stands in every line below where a device has a secret
TEXTS = {
    "cisco_ios": f"""hostname r-1
enable password {SECRET}
username op privilege 15 password 0 {SECRET}
snmp-server community {SECRET} RO
tacacs-server key {SECRET}
router bgp 65000
 neighbor 10.0.0.1 remote-as 65001
 neighbor 10.0.0.1 password {SECRET}
line vty 0 4
 password {SECRET}
 transport input telnet ssh
""",
    "arista_eos": f"""hostname r-1
username op privilege 15 secret sha512 {SECRET}
snmp-server community {SECRET} ro
tacacs-server key 0 {SECRET}
router bgp 65000
   neighbor 10.0.0.1 remote-as 65001
   neighbor 10.0.0.1 password 0 {SECRET}
""",
    "juniper_junos": f"""set system host-name r-1
set system root-authentication encrypted-password "{SECRET}"
set system tacplus-server 10.0.0.9 secret "{SECRET}"
set snmp community {SECRET} authorization read-only
set protocols bgp group up neighbor 10.0.0.1 authentication-key "{SECRET}"
""",
    "frr": f"""hostname r-1
password {SECRET}
enable password 8 {SECRET}
key chain inner
 key 1
  key-string {SECRET}
interface eth0
 ip ospf message-digest-key 1 md5 {SECRET}
router bgp 65000
 neighbor 10.0.0.1 remote-as 65001
 neighbor 10.0.0.1 password {SECRET}
""",
    "huawei_vrp": f"""sysname r-1
aaa
 local-user op password irreversible-cipher {SECRET}
snmp-agent community read cipher {SECRET}
""",
    "mikrotik_routeros": f"""/system identity
set name=r-1
/snmp community
add name=monitor authentication-password={SECRET}
/ppp secret
add name=op password={SECRET}
""",
    "fortinet_fortios": f"""config system global
    set hostname "r-1"
end
config system admin
    edit "op"
        set password ENC {SECRET}
    next
end
""",
}


@pytest.fixture(scope="module", params=TEXTS)
def findings(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[Finding]:
    """What every rule says of such a device, and a rule of an office that shows every line that there is."""
    folder: Path = tmp_path_factory.mktemp("secrets")
    want = Device("r-1", "DC", Role.BRANCH, request.param, 1, IPv4Address("172.20.0.9"))
    (folder / "r-1.cfg").write_text(TEXTS[request.param], encoding="utf-8")
    (folder / "office.yml").write_text(
        "title: x\nextends: strict\nlines:\n  OFFICE-01: {title: Nothing at all, must_not: '.'}\n"
    )
    pack, rules = load(str(folder / "office.yml"), RULES)
    return audit(want, read_file(folder / "r-1.cfg", want), rules, pack, live=False)


@pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS)
def test_no_secret_is_reported(report: object, findings: list[Finding]) -> None:
    """In either language, in whatever the format escapes."""
    shown = next(each for each in findings if each.rule == "OFFICE-01")
    assert shown.status is Status.FAIL
    for about in (ABOUT, in_vietnamese()):
        told = text(report, findings, about)  # type: ignore[arg-type]
        assert SECRET not in told
        assert "OFFICE-01" in told
        assert "secret" in told
