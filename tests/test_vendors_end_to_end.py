"""One office of each vendor from out of the box to provisioned, changed by hand, restored, undone, audited.

One story, told once by the commands that a person types; each test looks at a chapter of it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import shipped
from emulated import OFFICES, PROVINCE, Net, emulated
from netmiko import ConnectHandler

from kgnet.model.config import Config
from kgnet.plan import lines as shown
from kgnet.plan import plan
from kgnet.plugins import one
from kgnet.ports import Platform

pytestmark = pytest.mark.xdist_group("vendors-end-to-end")

FLEET = shipped.fleet("kiengiang")
BY_HAND = {  # what somebody types on two of them, and forgets to save
    "r-31114": ("cisco_ios", ["snmp-server contact somebody else"]),
    "r-31064": ("huawei_vrp", ["ntp-service unicast-server 192.0.2.9"]),
}
# Keys in forms that anybody can turn back: IOS and EOS type 7, Junos $9$.
REVERSIBLE = re.compile(
    r"\b7 [0-9A-F]{20,}|\$9\$[A-Za-z0-9./-]{10,}"
)  # long enough not to stand in what is sealed by chance


@dataclass
class Story:
    """What the commands said, and what the devices ran, at each of its stations."""

    net: Net
    backups: Path
    bare: dict[str, str]
    planned: str = ""
    plan_file: str = ""
    deployed: str = ""
    provisioned: dict[str, str] | None = None
    again: str = ""
    audit: str = ""
    kept: str = ""
    drifted: str = ""
    news: str = ""
    restored: str = ""
    after_restore: dict[str, str] | None = None
    undone: str = ""


def all_running(net: Net) -> dict[str, str]:
    return {name: net.running(name) for name in OFFICES}


def by_hand(net: Net, device: str) -> None:
    """Type on a device as a person does, with an account of the intent, and do not save."""
    kind, lines = BY_HAND[device]
    host, port = json.loads(net.folder.endpoints.read_text(encoding="utf-8"))[device]["ssh"]
    user, password = net.login()
    connection = ConnectHandler(
        device_type=kind, host=host, port=port, username=user, password=password,
        ssh_strict=True, alt_host_keys=True, alt_key_file=str(net.folder.known_hosts),
    )  # fmt: skip
    with connection:
        connection.send_config_set(lines)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("story")
    with emulated(folder, *OFFICES) as net:
        yield told(Story(net, folder / "backups", all_running(net)), folder)


def told(story: Story, folder: Path) -> Story:
    net, plan = story.net, folder / "change.plan"
    here = ("-i", PROVINCE, "--limit", net.only)
    keep = ("backup", *here, "-o", str(story.backups))
    story.planned = net.kgnet("plan", *here, "-o", str(plan), code=2)
    story.plan_file = plan.read_text(encoding="utf-8")
    story.deployed = net.kgnet("deploy", str(plan), *here, "--yes", "--despite-freeze")
    story.provisioned = all_running(net)
    story.again = net.kgnet("plan", *here)
    story.kept = net.kgnet(*keep)
    for device in BY_HAND:
        by_hand(net, device)
    story.audit = net.kgnet("audit", *here, "--format", "json", code=2)
    story.drifted = net.kgnet(*keep, "--digest", str(folder / "digest"))
    story.news = (folder / "digest").read_text(encoding="utf-8")
    for device in BY_HAND:
        story.restored += net.kgnet(
            "backup", "restore", device, "-i", PROVINCE, "--from", str(story.backups), "--at", "HEAD~1",
            "--yes", "--despite-freeze",
        )  # fmt: skip
    story.after_restore = all_running(net)
    (run,) = re.findall(r"^run (\S+)$", story.deployed, re.MULTILINE)
    story.undone = net.kgnet("deploy", "--undo", run, *here, "--yes", "--despite-freeze")
    return story


def differs(name: str, want: str, have: str) -> list[str]:
    """Return what lies between two texts; of some vendors' only that for which the intent speaks.

    FortiOS keeps on the device which change was the last that was confirmed.
    """
    platform = one(Platform, FLEET.devices[name].platform)
    (part,) = platform.parts
    texts = [Config(name, {part.name: part.canonical(text)}) for text in (want, have)]
    return list(shown(plan(*texts, whole=platform.whole)))


# ── there ───────────────────────────────────────────────────────────────────


def test_the_plan_speaks_for_all_six(story: Story) -> None:
    assert "6 of 6 devices would change" in story.planned
    for name in OFFICES:
        assert f"# {name}\n" in story.planned


def test_what_was_approved_is_deployed_and_nothing_is_left(story: Story) -> None:
    assert "6 changed" in story.deployed
    assert "0 of 6 devices would change" in story.again


def test_who_is_behind_it_is_told_before(story: Story) -> None:
    assert "touches 6 devices: r-910 (branch, Vĩnh Thuận)" in story.deployed
    assert "none of that has a second path" in story.deployed
    assert "wave 1, first office: " in story.deployed


def test_every_device_runs_another_text_than_out_of_the_box(story: Story) -> None:
    assert story.provisioned is not None
    for name in OFFICES:
        assert differs(name, story.provisioned[name], story.bare[name]), name


# ── by hand, and back ───────────────────────────────────────────────────────


def test_the_first_backup_keeps_all_six(story: Story) -> None:
    assert "6 of 6 devices" in story.kept
    assert "6 changed" in story.kept
    assert "unsaved" not in story.kept, "a deploy saves what it has confirmed"


def test_what_was_typed_by_hand_and_not_saved_is_told(story: Story) -> None:
    for device in BY_HAND:
        assert f"{device}: has unsaved changes" in story.drifted
        assert f"{device} has unsaved changes" in story.news
    assert story.news.startswith("2 devices changed, 0 were missed, 2 unsaved")
    assert "\n+snmp-server contact somebody else\n" in story.news
    assert "\n+ntp-service unicast-server 192.0.2.9\n" in story.news


def test_a_restore_brings_the_text_that_was_kept(story: Story) -> None:
    assert story.restored.count("1 changed") == len(BY_HAND)
    assert story.provisioned is not None
    assert story.after_restore is not None
    for name in OFFICES:
        assert differs(name, story.provisioned[name], story.after_restore[name]) == [], name


def test_undoing_the_run_brings_every_device_to_where_it_began(story: Story) -> None:
    assert "6 changed" in story.undone
    for name, text in all_running(story.net).items():
        assert differs(name, story.bare[name], text) == [], name


def test_the_journal_holds_every_run_and_is_whole(story: Story) -> None:
    runs = story.net.kgnet("journal")
    assert "undo" in runs
    assert runs.count("restore") == len(BY_HAND)
    story.net.kgnet("journal", "--verify")


# ── what is seen on the way ─────────────────────────────────────────────────


def test_the_audit_can_judge_whatever_applies(story: Story) -> None:
    findings = json.loads(story.audit[: story.audit.rindex("}") + 1])["findings"]
    told = {finding["device"] for finding in findings}
    assert {each for each in told if not each.startswith("room-")} == set(OFFICES)
    assert [finding for finding in findings if finding["status"] == "error"] == []
    for name in OFFICES:
        assert any(each["device"] == name and each["status"] == "pass" for each in findings), name


def test_no_secret_is_seen_anywhere(story: Story) -> None:
    """Neither in what was printed, nor in the plan's file, the digest, the backups or the journal."""
    secrets = [value.encode() for value in story.net.secrets()]
    assert len(secrets) > 20
    texts = [text.encode() for text in (*story.net.said, story.plan_file, story.news)]
    files = [path for folder in (story.backups, story.net.state) for path in folder.rglob("*")]
    texts += [path.read_bytes() for path in files if path.is_file()]
    assert not [text for text in texts if any(value in text for value in secrets)]
    assert not [found for text in texts if (found := REVERSIBLE.search(text.decode("latin-1")))]
