"""The audit of the running lab: every rule is answered, and what is broken is found where it was broken."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from conftest import KGNET, LAB, Lab

Rows = list[dict[str, Any]]
PATIENCE_S = 60
MAIL_ONLY = ("--limit", "mail1", "--pack", "state")
OPEN = "check_sender_access static:OK, reject_unauth_destination"  # Postfix refuses a bare `permit`


def audited(lab: Lab, *arguments: str) -> tuple[int, Rows]:
    done = lab.run(str(KGNET), "audit", "-i", str(LAB), "--format", "json", *arguments)
    assert not done.stderr, done.stderr
    return done.returncode, json.loads(done.stdout)["findings"]


def failed(rows: Rows) -> set[tuple[str, str]]:
    return {(row["rule"], row["device"]) for row in rows if row["status"] == "fail"}


def soon(true: Callable[[], bool]) -> bool:
    """Wait until it is true; neighbours take a moment to notice."""
    until = time.monotonic() + PATIENCE_S
    while not true():
        if time.monotonic() > until:
            return False
        time.sleep(1)
    return True


@contextmanager
def broken(lab: Lab, node: str, breaking: list[str], mending: list[str]) -> Iterator[None]:
    lab.must(node, *breaking)
    try:
        yield
    finally:
        lab.must(node, *mending)


def test_the_lab_as_its_playbooks_leave_it_is_clean(lab: Lab) -> None:
    """Each rule judges at least one device, none ends in an error, and nothing is found."""
    seen: list[tuple[int, Rows]] = []

    def clean() -> bool:
        seen.append(audited(lab))
        return seen[-1][0] == 0

    assert soon(clean), [row for row in seen[-1][1] if row["status"] not in ("pass", "skip")]
    rows = seen[-1][1]
    judged = {row["rule"] for row in rows if row["status"] != "skip"}
    assert {row["rule"] for row in rows if row["status"] == "pass"} == judged
    assert len(judged) > 70, "rules of vendors' devices alone are skipped here"
    assert json.loads((lab.state / "results" / "audit.json").read_text())["findings"] == rows


def test_a_cut_circuit_is_told_by_name(lab: Lab) -> None:
    """Both ends say so, by circuit; healed, they say nothing any more."""
    limit = ("--limit", "hub1,r-899", "--pack", "state")
    lab.cut("899-1")
    try:
        expected = {(rule, device) for rule in ("KG-LIV-01", "KG-LIV-05") for device in ("hub1", "r-899")}
        assert soon(lambda: expected <= failed(audited(lab, *limit)[1]))
        _, rows = audited(lab, *limit)
        told = [text for row in rows if row["status"] == "fail" for text in row["evidence"]]
        assert all("899-1" in text for text in told), told
    finally:
        lab.heal("899-1")
    assert soon(lambda: audited(lab, *limit)[0] == 0)


def test_a_hole_in_a_filter_is_found(lab: Lab) -> None:
    """A rule that somebody added by hand, with the rule itself as evidence."""
    add = ["nft", "insert", "rule", "inet", "kgnet", "input", "tcp", "dport", "23", "accept"]
    with broken(lab, "sip1", add, ["nft", "-f", "/etc/nftables.conf"]):
        code, rows = audited(lab, "--limit", "sip1")
    assert code == 2
    (found,) = (row for row in rows if (row["rule"], row["status"]) == ("KG-SRV-01", "fail"))
    assert "permits tcp port 23 from anywhere to anywhere" in found["evidence"][0]


def test_a_setting_that_was_changed_is_found(lab: Lab) -> None:
    """A daemon's effective setting counts, not what a file once said."""
    change, back = ["postconf", "-e", "smtpd_tls_auth_only=no"], ["postconf", "-e", "smtpd_tls_auth_only=yes"]
    with broken(lab, "mail1", change, back):
        _, rows = audited(lab, "--limit", "mail1")
    assert ("KG-MAIL-09", "mail1") in failed(rows)


def test_an_open_relay_is_found_by_trying(lab: Lab) -> None:
    """The real server takes a stranger's letter for strangers, and none is sent."""
    key = "smtpd_relay_restrictions"
    was = lab.must("mail1", "postconf", "-h", key).strip()
    change, back = (["sh", "-c", f"postconf -e '{key} = {value}' && postfix reload"] for value in (OPEN, was))
    with broken(lab, "mail1", change, back):
        assert soon(lambda: ("KG-LIV-07", "mail1") in failed(audited(lab, *MAIL_ONLY)[1]))
        _, rows = audited(lab, *MAIL_ONLY)
    (told,) = (row["evidence"] for row in rows if (row["rule"], row["status"]) == ("KG-LIV-07", "fail"))
    assert "port 25 takes mail for strangers without a login: plain: <relay-test@example.net>" in told[0]
    assert soon(lambda: audited(lab, *MAIL_ONLY)[0] == 0)
    assert "empty" in lab.must("mail1", "mailq")


def test_a_room_that_is_off_is_told(lab: Lab) -> None:
    """By its name and what one dials, before the meeting."""
    stop, start = (["systemctl", verb, "baresip"] for verb in ("stop", "start"))
    with broken(lab, "room-899", stop, start):
        lab.must("sip1", "kamcmd", "ul.rm", "location", "room-899")
        _, rows = audited(lab, "--limit", "sip1", "--pack", "state")
    told = [text for row in rows if row["rule"] == "KG-LIV-04" for text in row["evidence"]]
    assert any("room-899" in text and "extension 8991" in text for text in told), told
    assert soon(lambda: audited(lab, "--limit", "sip1", "--pack", "state")[0] == 0)


def test_the_playbook_holds_to_its_threshold(lab: Lab) -> None:
    """It keeps the report, changes nothing, and fails from the severity that it is told."""
    change, back = ["postconf", "-e", "smtpd_tls_auth_only=no"], ["postconf", "-e", "smtpd_tls_auth_only=yes"]
    with broken(lab, "mail1", change, back):
        told = lab.playbook("audit", "--limit", "mail1", "--check", "-e", "audit_fails_from=never")
        fails = lab.playbook("audit", "--limit", "mail1", "-e", "audit_fails_from=critical")
    assert told.returncode == 0, told.stdout + told.stderr
    assert "changed=0" in told.stdout
    assert fails.returncode != 0
    assert "KG-MAIL-09" in fails.stdout
    assert (lab.state / "results" / "audit-report.json").exists()


def test_the_exporter_hears_of_an_audit_by_playbook(lab: Lab) -> None:
    """What was found, and when, is on the monitoring host before anybody asks."""
    done = lab.playbook("audit", "-e", "audit_fails_from=never")
    assert done.returncode == 0, done.stdout + done.stderr
    there = json.loads(lab.must("mon1", "cat", "/var/lib/kgnet/audit.json"))
    assert there == json.loads((lab.state / "results" / "audit.json").read_text())
