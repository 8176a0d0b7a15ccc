"""The playbooks of the province against emulated vendor devices: the same ones, nothing set for it."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from emulated import KGNET, OFFICES, PROVINCE, Net, emulated

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
    words = ("playbook", "wan", "-i", PROVINCE, "--limit", net.only)
    before = {name: net.running(name) for name in OFFICES}
    looked = net.kgnet(*words, "--check", "--diff")
    assert recap(looked) == dict.fromkeys(OFFICES, (1, 0))
    assert {name: net.running(name) for name in OFFICES} == before
    assert "+hostname r-31114" not in looked, "an emulated device has its name"
    assert "+router bgp" in looked
    assert recap(net.kgnet(*words)) == dict.fromkeys(OFFICES, (1, 0))
    assert recap(net.kgnet(*words)) == dict.fromkeys(OFFICES, (0, 0))
    assert not [value for value in net.secrets() if any(value in told for told in net.said)]


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
