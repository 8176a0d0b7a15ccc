"""A fault that somebody typed is found, mended by a plan of the audit's, and nothing else is changed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from emulated import Net, emulated
from netmiko import ConnectHandler

pytestmark = pytest.mark.xdist_group("fix-plan")

RULES = "KG-ACC-01,KG-ACC-07"
# On each device: what is wrong by a rule, and what is only strange; the second has to stay.
FAULTS = {
    "r-31114": ("cisco_ios", ["line vty 0 4", "exec-timeout 0 0"], ["snmp-server contact somebody else"]),
    "r-910": ("arista_eos", ["management ssh", "idle-timeout 0"], ["snmp-server contact somebody else"]),
    "r-911": ("juniper_junos", ["set system services telnet"], ["set snmp contact somebody"]),
}


@dataclass
class Story:
    """What the commands said, and what the devices ran, at each of its stations."""

    net: Net
    path: Path
    found: str = ""
    told: str = ""
    deployed: str = ""
    again: str = ""
    strange: dict[str, str] = field(default_factory=dict)  # with what is only strange
    after: dict[str, str] = field(default_factory=dict)


def typed(net: Net, device: str, lines: list[str]) -> None:
    """Type on a device as a person does."""
    kind = FAULTS[device][0]
    host, port = json.loads(net.folder.endpoints.read_text(encoding="utf-8"))[device]["ssh"]
    user, password = net.login()
    connection = ConnectHandler(
        device_type=kind, host=host, port=port, username=user, password=password,
    )  # fmt: skip
    try:
        if kind != "juniper_junos":
            connection.enable()
        connection.send_config_set(lines, exit_config_mode=kind != "juniper_junos")
        if kind == "juniper_junos":
            connection.commit()
    finally:
        connection.disconnect()


def settled(text: str) -> list[str]:
    """Return the lines that do not tell who changed it when; a device may print what was typed anew last."""
    return sorted(line for line in text.splitlines() if not line.lstrip().startswith(("!", "## Last")))


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("fix-plan")
    with emulated(folder, *FAULTS) as net:
        net.kgnet("deploy", "-l", net.only, "--yes", "--despite-freeze")
        told = Story(net, folder / "fixes.json")
        chosen = ("-l", net.only, "--rule", RULES)
        for device, (_, _, strange) in FAULTS.items():
            typed(net, device, strange)
        told.strange = {device: net.running(device) for device in FAULTS}
        for device, (_, wrong, _) in FAULTS.items():
            typed(net, device, wrong)
        told.found = net.kgnet("audit", *chosen, "--fix-plan", str(told.path), code=2)
        told.told = net.kgnet("deploy", str(told.path), "--check", code=2)
        told.deployed = net.kgnet("deploy", str(told.path), "--yes", "--despite-freeze")
        told.after = {device: net.running(device) for device in FAULTS}
        told.again = net.kgnet("audit", *chosen)
        yield told


def test_the_audit_hands_a_plan_on(story: Story) -> None:
    """With the commands beside each finding, and how to go on."""
    assert "mends 3 findings on 3 devices" in story.found
    assert f"kgnet deploy {story.path}" in story.found
    plan = json.loads(story.path.read_text())
    assert plan["mode"] == "fixes"
    typed = {row["device"]: "\n".join(row["commands"]) for row in plan["devices"]}
    assert "exec-timeout" in typed["r-31114"]
    assert "idle-timeout" in typed["r-910"]
    assert "delete system services telnet" in typed["r-911"]
    assert "contact" not in "".join(typed.values())


def test_the_plan_is_shown_before_it_is_done(story: Story) -> None:
    assert "3 of 3 devices are not as wanted" in story.told
    assert "contact" not in story.told


def test_the_fault_is_gone_and_nothing_else_is_changed(story: Story) -> None:
    """What is only strange stays: a fix is no deploy of the whole intent."""
    assert story.again.count("fail") == 0
    for device in FAULTS:
        assert settled(story.after[device]) == settled(story.strange[device])
        assert "somebody" in story.after[device]


def test_a_plan_of_fixes_holds_for_that_text_only(story: Story) -> None:
    """Done once more it changes nothing; where somebody typed in between it is refused as a whole."""
    told = story.net.kgnet("deploy", str(story.path), "--yes", "--despite-freeze")
    assert "3 unchanged" in told
    typed(story.net, "r-31114", [*FAULTS["r-31114"][1], "exit", "snmp-server location elsewhere"])
    told = story.net.kgnet("deploy", str(story.path), "--yes", "--despite-freeze", code=1)
    assert "has changed since the plan was made" in told


def test_no_secret_stands_in_the_plan(story: Story) -> None:
    said = [*story.net.said, story.path.read_text()]
    for secret in story.net.secrets():
        assert not any(secret in told for told in said)


def test_a_plan_made_over_files_is_done_on_the_devices_that_run_them(story: Story, tmp_path: Path) -> None:
    """From a backup the very plan comes that the devices gave; an older text is refused by the deploy."""
    net, path, files = story.net, tmp_path / "offline.json", tmp_path / "files"
    chosen = ("-l", net.only, "--rule", RULES)
    net.kgnet("deploy", "-l", net.only, "--yes", "--despite-freeze")
    for device, (_, wrong, _) in FAULTS.items():
        typed(net, device, wrong)
    net.kgnet("backup", "-l", net.only, "-o", str(files))
    told = net.kgnet("audit", *chosen, "--config-dir", str(files), "--fix-plan", str(path), code=2)
    assert "mends 3 findings on 3 devices" in told
    live, offline = tmp_path / "live.json", json.loads(path.read_text())
    net.kgnet("audit", *chosen, "--fix-plan", str(live), code=2)
    assert offline["devices"] == json.loads(live.read_text())["devices"]
    assert not any(secret in path.read_text() for secret in net.secrets())
    net.kgnet("deploy", str(path), "--yes", "--despite-freeze")
    assert net.kgnet("audit", *chosen).count("fail") == 0
    for device, (_, wrong, strange) in FAULTS.items():
        typed(net, device, strange)
        typed(net, device, wrong)
    assert "has changed since the plan was made" in net.kgnet(
        "deploy", str(path), "--yes", "--despite-freeze", code=1
    )
