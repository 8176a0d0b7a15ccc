"""The command line as a newcomer meets it: help that teaches, one line for an error, no traceback."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

KGNET = str(Path(sys.executable).with_name("kgnet"))
COMMANDS = sorted(
    path.stem for path in (Path(__file__).parent.parent / "kgnet/cli").glob("*.py") if path.stem[0] != "_"
)


def kgnet(*argv: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([KGNET, *argv], capture_output=True, text=True, check=False, timeout=60)


def test_there_are_commands() -> None:
    assert {"inventory", "render", "plan", "deploy", "audit", "rules", "export", "twin", "backup"} <= set(
        COMMANDS
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    shown = kgnet(command, "--help")
    assert shown.returncode == 0, shown.stderr
    assert "Usage: kgnet" in shown.stdout


def test_help_names_every_command() -> None:
    shown = kgnet("--help").stdout
    assert all(command in shown for command in COMMANDS)


WRONG = {
    "no such inventory": ("plan", "-i", "nowhere"),
    "no such group": ("render", "-i", "inventories/lab", "--limit", "ghost"),
    "empty selection": ("render", "-i", "inventories/lab", "--limit", "hub1:!hub1"),
    "no such playbook": ("playbook", "ghost", "-i", "inventories/lab"),
    "no such twin": ("twin", "exec", "--name", "ghost", "hub1", "--", "true"),
    "no such folder of configurations": ("audit", "-i", "inventories/lab", "--config-dir", "nowhere"),
    "no such pack": ("audit", "-i", "inventories/lab", "--config-dir", "tests", "--pack", "ghost"),
    "no such address": ("export", "-i", "inventories/lab", "--listen", "nonsense"),
}


@pytest.mark.parametrize("argv", WRONG.values(), ids=WRONG)
def test_what_cannot_be_done_is_told_in_a_line(argv: tuple[str, ...]) -> None:
    """Exit code 1, something for a person to act on, no traceback, nothing on standard output."""
    told = kgnet(*argv)
    assert told.returncode == 1, (told.returncode, told.stdout, told.stderr)
    assert told.stderr.startswith("error: ")
    assert "Traceback" not in told.stderr
    assert told.stderr.count("\n") == 1
    assert not told.stdout


def test_shell_completion_is_there() -> None:
    """As from a person's bash, which the command finds out by itself."""
    typed = ["bash", "-c", f"{KGNET} --show-completion; true"]
    shown = subprocess.run(typed, capture_output=True, text=True, check=False, timeout=60)
    assert "_KGNET_COMPLETE" in shown.stdout
