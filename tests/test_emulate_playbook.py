"""The playbooks of the province against emulated vendor devices: the same ones, nothing set for it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import shipped
from emulated import KGNET, OFFICES, PROVINCE, Net, emulated

from kgnet import paths
from kgnet.model.province import NETWORK
from kgnet.paths import ansible_environment

RECAP = re.compile(r"^(\S+) +: ok=(\d+) +changed=(\d+) +unreachable=(\d+) +failed=(\d+)", re.MULTILINE)


@pytest.fixture(scope="module")
def net(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Net]:
    with emulated(tmp_path_factory.mktemp("playbook"), *OFFICES) as one:
        yield one


def recap(told: str) -> dict[str, tuple[int, int]]:
    """Return how many tasks changed and how many went wrong, by host."""
    return {name: (int(changed), int(lost) + int(failed))
            for name, _, changed, lost, failed in RECAP.findall(told)}  # fmt: skip


@pytest.mark.xdist_group("emulate-playbook")
def test_the_playbook_brings_one_office_of_each_vendor_to_the_intent(net: Net) -> None:
    """Looked at first, then changed, then left alone: and no secret is shown on the way."""
    words = ("playbook", "wan", "-i", PROVINCE, "--limit", net.only, "-e", "kgnet_despite_freeze=true")
    before = {name: net.running(name) for name in OFFICES}
    looked = net.kgnet(*words, "--check", "--diff")
    assert recap(looked) == dict.fromkeys(OFFICES, (1, 0))
    assert {name: net.running(name) for name in OFFICES} == before
    assert "+hostname r-31114" not in looked, "an emulated device has its name"
    assert "+router bgp" in looked
    assert recap(net.kgnet(*words)) == dict.fromkeys(OFFICES, (1, 0))
    assert recap(net.kgnet(*words)) == dict.fromkeys(OFFICES, (0, 0))
    assert not [value for value in net.secrets() if any(value in told for told in net.said)]


@pytest.mark.xdist_group("emulate-playbook")
def test_a_freeze_holds_playbooks_too(net: Net, tmp_path: Path) -> None:
    """A device that is as wanted may be run over; one that is not is left as it is, and the play fails."""
    frozen = tmp_path / "frozen"
    shutil.copytree(PROVINCE, frozen)
    with (frozen / "freezes.csv").open("a", encoding="utf-8") as file:
        file.write("today,all,2020-01-01 00:00,2099-01-01 00:00,Somebody looks\n")
    templates = tmp_path / "templates"
    shutil.copytree(paths.templates(), templates)
    system = templates / "arista_eos" / "system.j2"
    system.write_text(system.read_text(encoding="utf-8") + "logging trap notifications\n", encoding="utf-8")
    device = "r-910"
    play = tmp_path / "play.yml"
    play.write_text(
        f"- hosts: {device}\n  gather_facts: false\n  tasks: [kgnet_config: {{templates: {templates}}}]\n",
        encoding="utf-8",
    )
    before = net.running(device)
    told = net.kgnet("playbook", str(play), "-i", str(frozen), code=2)
    assert "no change now: freeze today until 2099-01-01 00:00: Somebody looks" in told
    assert "--extra-vars kgnet_despite_freeze=true" in told
    assert net.running(device) == before


def test_every_router_and_switch_is_in_one_play() -> None:
    """One office first, then one of each platform, role, kind of site; none is left out or comes twice."""
    told = subprocess.run(
        [KGNET, "playbook", "wan", "-i", PROVINCE, "--list-hosts"],
        capture_output=True, text=True, check=True, timeout=60,
    ).stdout  # fmt: skip
    plays = [re.findall(r"^      (\S+)$", play, re.MULTILINE) for play in told.split("  play #")[1:]]
    fleet = shipped.fleet("kiengiang")
    network = [device.name for device in fleet.devices.values() if device.role in NETWORK]
    assert sorted(name for play in plays for name in play) == sorted(network)
    first, kinds = (
        {(fleet.devices[name].platform, fleet.devices[name].role, fleet.sites[fleet.devices[name].site].kind)
         for name in play} for play in plays[:2]
    )  # fmt: skip
    assert (len(plays[0]), len(first)) == (1, 1)
    assert len(plays[1]) == len(kinds)
    assert not first & kinds


def test_ansible_is_told_no_login_for_devices_that_it_does_not_enter() -> None:
    """`root` and a Python are a Linux host's; a role that strays to a router must not find a way in."""
    program = Path(KGNET).with_name("ansible-inventory")
    told = subprocess.run(
        [str(program), "-i", PROVINCE, "--list"],
        capture_output=True, text=True, check=True, timeout=60, env=os.environ | ansible_environment(),
    )  # fmt: skip
    hosts = json.loads(told.stdout)["_meta"]["hostvars"]
    for name in (*OFFICES, "hub1", "fw1", "spine1", "sw-913"):
        assert not {"ansible_user", "ansible_python_interpreter"} & hosts[name].keys(), name
        assert hosts[name]["ansible_host"]
    assert hosts["mon1"]["ansible_user"] == "root"
