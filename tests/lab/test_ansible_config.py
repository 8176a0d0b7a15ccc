"""kgnet_config and kgnet_secret: what Ansible is told is true, in check mode and out of it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import KGNET, LAB, Lab

from kgnet import paths

ROUTER = "r-31081"  # a commune behind the island
DRIFT = ("vtysh", "-c", "configure", "-c", "ip route 198.51.100.0/24 blackhole")


@pytest.fixture
def router(lab: Lab) -> Iterator[str]:
    yield ROUTER
    done = lab.run(str(KGNET), "plan", "--limit", ROUTER)
    assert done.returncode == 0, done.stdout


def configured(lab: Lab, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run wan.yml for the router."""
    return lab.playbook("wan", "--limit", ROUTER, *arguments)


def play(lab: Lab, folder: Path, text: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a playbook of the test's own."""
    path = folder / "play.yml"
    path.write_text(text, encoding="utf-8")
    return lab.run(str(KGNET), "playbook", str(path), "-i", str(LAB), *arguments)


def test_check_and_diff_tell_the_truth_before_the_first_run(lab: Lab, router: str) -> None:
    """The same lines as `kgnet plan`; nothing is changed, so the next check says the same."""
    lab.must(router, *DRIFT)
    for _ in range(2):
        done = configured(lab, "--check", "--diff")
        assert "changed=1" in done.stdout, done.stdout
        assert "-ip route 198.51.100.0/24 blackhole" in done.stdout
    done = configured(lab, "--diff")
    assert "changed=1" in done.stdout, done.stdout
    assert "-ip route 198.51.100.0/24 blackhole" in done.stdout
    assert "198.51.100.0" not in lab.must(router, "vtysh", "-c", "show running-config")


def test_a_second_run_changes_nothing(lab: Lab, router: str) -> None:
    done = configured(lab)
    assert "changed=0" in done.stdout
    assert "failed=0" in done.stdout


def test_a_server_is_configured_too(lab: Lab, tmp_path: Path) -> None:
    """The platform linux has its packet filter from the same engine."""
    text = "- hosts: dns1\n  gather_facts: false\n  tasks:\n    - kgnet_config:\n"
    done = play(lab, tmp_path, text)
    assert "failed=0" in done.stdout
    assert "changed=0" in done.stdout


def test_a_refusal_is_one_clear_message(lab: Lab, router: str, tmp_path: Path) -> None:
    """And changed is not claimed."""
    templates = Path(shutil.copytree(paths.templates(), tmp_path / "templates"))
    text = (templates / "frr" / "frr.j2").read_text(encoding="utf-8")
    (templates / "frr" / "frr.j2").write_text(f"{text}frobnicate everything\n", encoding="utf-8")
    task = f"kgnet_config: {{templates: {templates}}}"
    task = f"- hosts: {router}\n  gather_facts: false\n  tasks:\n    - {task}\n"
    done = play(lab, tmp_path, task)
    assert done.returncode != 0
    assert f"{router}: failed: does not take its frr" in done.stdout
    assert "changed=0" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_an_unknown_option_is_told(lab: Lab, router: str, tmp_path: Path) -> None:
    task = f"- hosts: {router}\n  gather_facts: false\n  tasks:\n    - kgnet_config: {{confirm: 3}}\n"
    done = play(lab, tmp_path, task)
    assert done.returncode != 0
    assert "confirm_timeout" in done.stdout + done.stderr


def test_a_host_from_elsewhere_is_told(tmp_path: Path) -> None:
    """A host of a plain inventory has no intent."""
    text = "- hosts: all\n  gather_facts: false\n  tasks:\n    - kgnet_config:\n"
    (tmp_path / "play.yml").write_text(text, encoding="utf-8")
    done = _ansible("-i", "stranger,", str(tmp_path / "play.yml"))
    assert "comes from no kgnet inventory" in done.stdout + done.stderr


def test_a_secret_is_looked_up(tmp_path: Path) -> None:
    """Missing secrets and an unset store are one message each."""
    task = "ansible.builtin.assert: {that: \"lookup('kgnet_secret', 'snmp/auth') == 'abc'\"}"
    text = f"- hosts: localhost\n  gather_facts: false\n  tasks:\n    - {task}\n"
    (tmp_path / "play.yml").write_text(text, encoding="utf-8")
    store = tmp_path / "secrets"
    (store / "snmp").mkdir(parents=True, mode=0o700)
    play = ("-i", "localhost,", "-c", "local", str(tmp_path / "play.yml"))
    assert "no secret snmp/auth" in _ansible(*play, store=store).stdout
    (store / "snmp" / "auth").touch(mode=0o600)
    (store / "snmp" / "auth").write_text("abc\n", encoding="utf-8")
    assert _ansible(*play, store=store).returncode == 0
    assert "KGNET_SECRETS is not set" in _ansible(*play).stdout


def _ansible(*argv: str, store: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "KGNET_SECRETS"}
    environment |= paths.ansible_environment() | {"ANSIBLE_INVENTORY_ENABLED": "host_list"}
    environment |= {"KGNET_SECRETS": str(store)} if store else {}
    command = [str(KGNET.with_name("ansible-playbook")), *argv]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
