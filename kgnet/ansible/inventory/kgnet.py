"""The fleet as an Ansible inventory: hosts, groups, and the variables that the design gives to roles."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleParserError
from ansible.plugins.inventory import BaseInventoryPlugin
from ansible.template import trust_as_template

from kgnet.ansible.designed import fleet_of
from kgnet.deploy import samples
from kgnet.errors import KgnetError
from kgnet.limit import groups
from kgnet.model.fleet import Device, Fleet
from kgnet.model.groups import DOMAINS, FIRST_OFFICE, ISLANDS, LINUX, SAMPLES, VENDORS
from kgnet.paths import out_of_reach

TEMPLATE_MARKS = ("{{", "{%", "{#")

DOCUMENTATION = """
name: kgnet
short_description: The devices that a kgnet inventory folder asks for
description:
  - Reads the folder in which the file C(kgnet.yml) stands, designs the fleet from it, and hands out every
    device as a host with the variables of the roles that it plays.
  - Groups are the ones that C(kgnet --limit) knows; kinds of sites, C(role_hub), C(platform_frr),
    C(site_899), C(below_902), and the domains C(wan), C(fabric), C(servers), C(mail) and so on;
    C(vendors) are the devices that do not run Linux, on which roles do nothing; they have no user and no
    interpreter, for the action C(kgnet_config) runs here and logs in as C(kgnet deploy) does.
options:
  plugin:
    description: The name of this plug-in; marks the file as its own.
    required: true
    choices: [kgnet]
  key_file:
    description: Private key for logging in; never its text.
    type: path
    env: [{name: KGNET_SSH_KEY}]
  known_hosts:
    description: File of known host keys; without it SSH's own is asked.
    type: path
    env: [{name: KGNET_KNOWN_HOSTS}]
"""

EXAMPLES = """
# inventories/lab/kgnet.yml
plugin: kgnet
"""


class InventoryModule(BaseInventoryPlugin):
    """Ansible's way in."""

    NAME = "kgnet"

    def verify_file(self, path: str) -> bool:
        return bool(super().verify_file(path)) and Path(path).name == "kgnet.yml"

    def parse(self, inventory: Any, loader: Any, path: str, cache: bool = True) -> None:
        super().parse(inventory, loader, path, cache)
        self._read_config_data(path)
        folder = Path(path).resolve().parent
        try:
            fleet = fleet_of(folder)
        except KgnetError as reason:
            raise AnsibleParserError(_in_one_line(reason, folder)) from None
        self._add(fleet)
        inventory.set_variable("all", "kgnet_inventory", _plain(str(folder)))

    def _add(self, fleet: Fleet) -> None:
        for device in fleet.devices.values():
            self.inventory.add_host(device.name)
            for name, value in self._variables(fleet, device).items():
                self.inventory.set_variable(device.name, name, _plain(value))
        first, kinds = samples(fleet, list(fleet.devices.values()))
        early = {FIRST_OFFICE: [each.name for each in first], SAMPLES: [each.name for each in kinds]}
        named = {**groups(fleet), **early}
        for group in (*DOMAINS, VENDORS, ISLANDS):  # a playbook may name them where they have no hosts
            self.inventory.add_group(group)
        for group, members in named.items():
            self.inventory.add_group(group)
            for member in members:
                self.inventory.add_child(group, member)

    def _variables(self, fleet: Fleet, device: Device) -> dict[str, Any]:
        return {
            **device.vars,
            **_reached(device, self.get_option("key_file"), self.get_option("known_hosts")),
            "kgnet_device": _facts(fleet, device),
        }


def _plain(value: Any) -> Any:
    """Return *value* so that Ansible prints its texts as they are.

    A text that looks like a template stays untrusted: what people write into an inventory is never run.
    """
    if isinstance(value, str):
        return value if any(mark in value for mark in TEMPLATE_MARKS) else trust_as_template(value)
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else value


def _in_one_line(reason: KgnetError, folder: Path) -> str:
    """Return the first line of *reason*, and how to see the others: Ansible shows each line twice."""
    first, *others = str(reason).splitlines()
    return f"{first} (and {len(others)} more: kgnet inventory check -i {folder})" if others else first


def _reached(device: Device, key_file: str | None, known_hosts: str | None) -> dict[str, Any]:
    """Return how Ansible gets in; to a vendor's device it does not: `kgnet_config` has a way of its own."""
    nowhere = out_of_reach(device)
    host = {"ansible_host": f"{device.name}.invalid" if nowhere else str(device.management)}  # RFC 6761 §6.4
    if device.platform not in LINUX:
        return host
    variables = host | {"ansible_user": "root", "ansible_python_interpreter": "/usr/bin/python3"}
    if key_file:
        variables["ansible_ssh_private_key_file"] = os.fspath(key_file)
    if known_hosts:
        option = f'UserKnownHostsFile="{known_hosts}"'
        variables["ansible_ssh_common_args"] = f"-o StrictHostKeyChecking=yes -o {shlex.quote(option)}"
    return variables


def _facts(fleet: Fleet, device: Device) -> dict[str, Any]:
    site = fleet.sites[device.site]
    return {
        "name": device.name,
        "site": device.site,
        "site_name": site.name,
        "site_kind": site.kind.value,
        "island": site.island,
        "role": device.role.value,
        "platform": device.platform,
        "number": device.number,
        "management": str(device.management),
        "address": str(device.address),
        "domain": fleet.domain,
    }
