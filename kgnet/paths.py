"""Where the files are that come along: beside the package in a checkout, in `kgnet/share` of a wheel."""

from __future__ import annotations

import os
from pathlib import Path

from kgnet.model.fleet import Device

TWIN = Path("/run/twin")  # every node of a twin has it, the operator's desk too
PACKAGE = Path(__file__).resolve().parent
SHARE = PACKAGE / "share" if (PACKAGE / "share").is_dir() else PACKAGE.parent


def templates() -> Path:
    return SHARE / "templates"


def playbooks() -> Path:
    return SHARE / "playbooks"


def roles() -> Path:
    return SHARE / "roles"


def inventories() -> Path:
    return SHARE / "inventories"


def ansible_config() -> Path:
    return SHARE / "ansible.cfg"


def state() -> Path:
    """Return the folder of what commands remember: `$KGNET_STATE`, else the user's own (XDG)."""
    told = os.environ.get("KGNET_STATE")
    home = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    return Path(told) if told else home / "kgnet"


def ansible_environment() -> dict[str, str]:
    """Return what makes Ansible find our plug-ins, roles and settings from any folder."""
    plugins = PACKAGE / "ansible"
    return {
        "ANSIBLE_CONFIG": str(ansible_config()),
        "ANSIBLE_ACTION_PLUGINS": str(plugins / "action"),
        "ANSIBLE_INVENTORY_PLUGINS": str(plugins / "inventory"),
        "ANSIBLE_LIBRARY": str(plugins / "modules"),
        "ANSIBLE_LOOKUP_PLUGINS": str(plugins / "lookup"),
        "ANSIBLE_ROLES_PATH": str(roles()),
    }


def in_a_twin() -> bool:
    """Return whether we run on a node of a twin, where addresses are the twin's own."""
    return TWIN.is_dir()


def out_of_reach(device: Device) -> bool:
    """Return whether *device* stands in a twin and we do not: here its address may be somebody else's."""
    return device.twin_only and not in_a_twin()
