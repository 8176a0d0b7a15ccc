"""The failing cases of the rules, each with what its remedy makes of the text."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from ipaddress import ip_address, ip_network
from pathlib import Path

from test_rules import FILES, RULES, case, judged

from kgnet import mend, remedies
from kgnet.model.administration import AaaServers
from kgnet.model.config import Config
from kgnet.model.fleet import Device
from kgnet.model.outcome import Finding, Status
from kgnet.model.pack import Choice

PROVED = ("cisco_ios", "arista_eos", "juniper_junos", "frr")
SMALL = ("huawei_vrp", "mikrotik_routeros", "fortinet_fortios")  # of which some rules are mended by lines


def failing(*platforms: str) -> list[Path]:
    """Return the cases that fail over a text of one of *platforms*."""
    return [
        file
        for file in FILES
        if (one := case(file)).status is Status.FAIL
        and isinstance(one.want, Device)
        and one.want.platform in platforms
        and one.have.config.parts
    ]


# What people would put where a remedy asks them.
ANSWERS = {
    "<vlans>": "100-103",
    "<vlan>": "110",
    "<unused vlan>": "999",
    "<monitor>": "172.20.0.41",
    "<access list>": "EXT-IN",
    "<ipv6 access list>": "EXT-IN-6",
    "<collector>": "10.0.40.44",
}


# What an intent says, where a case leaves it out.
INTENT = {
    "admins": (ip_network("172.20.0.0/16"),),
    "aaa": AaaServers(tacacs=(ip_address("172.20.0.45"), ip_address("172.20.0.46"))),
    "syslog": ("10.0.40.41",),
    "snmp_user": "kgnet-monitor",
}


def answered(config: Config) -> Config:
    """Return the configuration with every open place filled."""
    texts = dict(config.parts)
    for name, text in texts.items():
        texts[name] = reduce(lambda told, place: told.replace(place, ANSWERS.get(place, place)),
                             remedies.open_places(text), text)  # fmt: skip
    return replace(config, parts=texts)


def mended(file: Path) -> tuple[remedies.Case, Finding, mend.Remedy]:
    """Return the case as its remedy sees it, what is found after its edits, and the remedy."""
    one = case(file)
    choice, finding = Choice(parameters=dict(one.parameters)), judged(one)
    want = replace(one.want, **{name: value for name, value in INTENT.items() if not getattr(one.want, name)})
    this = mend.case(want, one.have.config, finding, RULES[one.rule.id], choice)
    then = mend.reread(one.want, one.have, answered(remedies.after(this)))
    told = mend.remedy(want, one.have.config, finding, one.rule, choice)
    return this, judged(replace(one, have=then)), told
