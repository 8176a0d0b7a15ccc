"""What mends a finding: the book of each platform, tried on every case that fails."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from remedy_cases import PROVED, SMALL, failing, mended
from test_rules import FILES, RULES, case, telling

from kgnet import language, mend, plugins, remedies
from kgnet.audit.pack import parameters
from kgnet.model.fleet import Device
from kgnet.model.outcome import Status
from kgnet.ports import Platform

PLATFORMS = plugins.found(Platform)

# Cases that no line mends, and why.
UNMENDED = {
    "KG-SNM-04/junos_a_list_of_everybody": "who else the list is for, only people know",
    "KG-SNM-04/ios_a_list_of_everybody": "who else the list is for, only people know",
    "KG-AAA-10/ios_local_password": "only the server can tell whether it asks for a second factor",
    "KG-AAA-10/eos_local_password": "only the server can tell whether it asks for a second factor",
    "KG-AAA-10/junos_local_password": "only the server can tell whether it asks for a second factor",
    "KG-LOG-11/eos_not_running": "the text has no interface that could be looked at",
    "KG-NTP-01/ios_counted_without_intent": "nobody says which second server it shall ask",
    "KG-PWD-02/fortios_no_password": "no text tells how FortiOS keeps what is typed there",
    "KG-SNM-01/junos_on": "nothing else stands in the text, and an empty one is none",
    "KG-SNM-05/ios_user_with_md5": "users do not stand in a configuration of IOS",
    "KG-V6-01/junos_not_planned": "the intent itself has no address there",
}


def name(file: Path) -> str:
    return f"{file.parent.name}/{file.stem}"


def of_book(*platforms: str) -> list[Any]:
    """Return the failing cases that the book has edits for."""
    return [
        pytest.param(file, id=name(file))
        for file in failing(*platforms)
        if remedies.entry(file.parent.name, case(file).want.platform).edits
    ]


@pytest.mark.parametrize("file", of_book(*PROVED, *SMALL))
def test_a_remedy_mends(file: Path) -> None:
    """After its edits the rule passes: a remedy that does not mend is worse than none."""
    _, found, told = mended(file)
    if name(file) in UNMENDED:
        assert found.status is not Status.PASS, "it is mended: it need not be named above"
    else:
        assert found.status is Status.PASS, [str(each) for each in found.evidence]
        assert told.commands


def test_what_is_named_as_unmended_is_there() -> None:
    assert set(UNMENDED) <= {name(file) for file in FILES}


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_every_rule_has_a_remedy_where_it_is_tried(rule: Any) -> None:
    """On each platform with a case that fails: edits, commands, the intent's lines, or a word why none."""
    tried = {
        one.want.platform
        for file in FILES
        if file.parent.name == rule.id
        and isinstance((one := case(file)).want, Device)
        and one.status is Status.FAIL
    }
    for platform in tried | (set(telling(rule)) & set(PROVED)):
        entry = remedies.entry(rule.id, platform)
        assert entry.edits or entry.commands or entry.intent or entry.note, platform


@pytest.mark.parametrize("platform", [each for each in PLATFORMS if remedies.book(each)])
def test_a_book_speaks_of_rules(platform: str) -> None:
    assert set(remedies.book(platform)) <= set(RULES)


@pytest.mark.parametrize("platform", ["cisco_ios", "arista_eos", "juniper_junos"])
def test_most_of_a_vendors_rules_are_mended_by_lines(platform: str) -> None:
    """What is left is the intent's to say, or people's."""
    book = remedies.book(platform)
    lines = [rule for rule, entry in book.items() if entry.edits]
    intent = [rule for rule, entry in book.items() if entry.intent and not entry.edits]
    people = [rule for rule, entry in book.items() if not entry.edits and not entry.intent]
    assert len(lines) > 3 * len(people) > 0
    assert len(lines) > 2 * len(intent)
    assert all(book[rule].note for rule in people)


def test_a_remedy_touches_only_what_the_evidence_speaks_of() -> None:
    """Of two ports, one of which is wrong, the other stays as it is."""
    (file,) = [each for each in failing("cisco_ios") if name(each) == "KG-ACC-06/ios_a_line_without_a_list"]
    this, _, told = mended(file)
    assert "line vty 5 15" in told.commands
    assert "line vty 0 4" not in told.commands
    assert "line vty 0 4" in str(this.have)


def test_what_nobody_knows_is_asked_for() -> None:
    """A list of VLANs stands in no text: people fill it in."""
    (file,) = [each for each in failing("cisco_ios") if name(each) == "KG-L2-10/ios_asks_and_carries_all"]
    _, _, told = mended(file)
    assert "switchport trunk allowed vlan <vlans>" in told.commands
    assert remedies.open_places("switchport trunk allowed vlan <vlans>") == ["<vlans>"]
    assert remedies.open_places("key 7 <secret 0123456789abcdef>") == []
    assert remedies.open_places("key 7 <secret>") == ["<secret>"]


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_what_mends_a_rule_is_told_of_no_device_at_all(rule: Any, platform: str) -> None:
    """`kgnet explain` knows no evidence: what a template takes apart stands there by its name."""
    told = "\n".join(remedies.example(rule.id, platform, parameters(rule)))
    assert not re.search(r"<(?:split|startswith|removeprefix|strip)>", told)


def test_every_note_has_a_vietnamese_one() -> None:
    """Who reads the report in Vietnamese reads the danger in Vietnamese, too."""
    texts = language.load("vi").texts
    notes = {entry.note.strip() for platform in PLATFORMS for entry in remedies.book(platform).values()}
    assert sorted((notes | {mend.INTENT}) - texts.keys() - {""}) == []


@pytest.mark.parametrize(
    ("tried", "typed"),
    [
        ("KG-ACC-01/vrp_telnet", ("undo telnet server enable",)),
        ("KG-ACC-07/vrp_half_an_hour", ("user-interface vty 0 4", "idle-timeout 10 0", "quit")),
        ("KG-ACC-12/vrp_pages", ("undo http server enable",)),
        ("KG-ACC-01/routeros_telnet", ("/ip service set telnet disabled=yes",)),
        ("KG-ACC-12/routeros_pages", ("/ip service set www disabled=yes",)),
        ("KG-ACC-01/fortios_telnet", ("config system global", "set admin-telnet disable", "end")),
        ("KG-ACC-07/fortios_half_an_hour", ("config system global", "set admintimeout 10", "end")),
    ],
)
def test_other_vendors_are_told_what_to_type(tried: str, typed: tuple[str, ...]) -> None:
    """Word for word, in the device's own language."""
    (file,) = [each for each in failing(*SMALL) if name(each) == tried]
    _, _, told = mended(file)
    assert told.commands == typed
