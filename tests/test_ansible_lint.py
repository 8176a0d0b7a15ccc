"""Every playbook and role passes ansible-lint's production profile."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import yaml

from kgnet import paths

TOP = paths.roles().parent
ROLES = sorted(path.name for path in paths.roles().iterdir() if path.is_dir())


def test_playbooks_and_roles_pass_the_production_profile() -> None:
    """`.ansible-lint` says what is looked at; nothing to look at is no pass."""
    assert ROLES
    assert sorted(path.name for path in paths.playbooks().glob("*.yml"))
    lint = Path(sys.executable).with_name("ansible-lint")
    run = subprocess.run(
        [lint, "--offline", "--nocolor", "-q", "playbooks", "roles"],
        cwd=TOP,
        env=os.environ | paths.ansible_environment() | {"PATH": f"{lint.parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_every_role_says_what_it_is_and_describes_its_variables() -> None:
    """An option without a type or a description is one that somebody has to guess."""
    for role in ROLES:
        folder = paths.roles() / role
        assert (folder / "README.md").is_file(), f"{role} has no README"
        assert (folder / "meta" / "main.yml").is_file(), f"{role} has no meta/main.yml"
        specs = yaml.safe_load((folder / "meta" / "argument_specs.yml").read_text())
        for name, option in specs["argument_specs"]["main"]["options"].items():
            assert name.startswith(f"{role}_"), f"{role}: {name} does not begin with the role's name"
            assert {"type", "description"} <= option.keys(), f"{role}: {name} lacks a type or a description"


def test_defaults_are_described() -> None:
    """A default that argument_specs.yml does not name is checked by nobody."""
    for role in ROLES:
        defaults = paths.roles() / role / "defaults" / "main.yml"
        specs = yaml.safe_load((paths.roles() / role / "meta" / "argument_specs.yml").read_text())
        named = set(yaml.safe_load(defaults.read_text()) or {}) if defaults.exists() else set()
        unknown = named - specs["argument_specs"]["main"]["options"].keys()
        assert not unknown, f"{role}: defaults without a description: {sorted(unknown)}"
