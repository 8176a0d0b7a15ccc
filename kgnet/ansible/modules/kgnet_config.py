"""Ansible module `kgnet_config`: a device runs the configuration that the intent asks for.

The work is done on the controller by the action plug-in of the same name; this file is its documentation.
"""

from __future__ import annotations

DOCUMENTATION = """
module: kgnet_config
author: kgnet
short_description: Bring a device to the configuration that the inventory asks for
description:
  - Renders the configuration of the host from the kgnet inventory that it comes from, compares it with
    what the device runs, and changes what differs. A device that is as wanted is only read.
  - The device judges the new text before it is loaded. While the change is not confirmed, a timer on the
    device puts the old configuration back: it recovers even if it loses the way by which it is managed.
  - Afterwards, neighbours that were up and addresses that answered must do so again, and the device must
    read back as wanted. Otherwise the old configuration is restored and the task fails.
  - Secrets are compared by their fingerprints, and appear neither in the result nor in the difference.
options:
  confirm_timeout:
    description: Seconds after which the device takes an unconfirmed change back.
    type: int
    default: 60
  settle:
    description: Seconds to wait before neighbours are judged; one that dies of the change is dead by then.
    type: float
    default: 3
  save:
    description: Whether the change survives a restart of the device.
    type: bool
    default: true
  templates:
    description: Folder of templates instead of the one that comes along.
    type: path
  despite_freeze:
    description:
      - Whether to change a device while the calendar allows none, in a freeze or while a meeting is on that
        its circuits carry. If not said, the variable C(kgnet_despite_freeze) says it; else it is not done.
    type: bool
attributes:
  check_mode:
    description: The device is compared and not changed, not even by an upload.
    support: full
  diff_mode:
    description: Tells the exact lines that go and come, with the blocks that they stand in.
    support: full
  platform:
    description: Devices for which kgnet has a platform, and the intent a host.
    support: full
    platforms: >-
      arista_eos, cisco_ios, fortinet_fortios, frr, huawei_vrp, juniper_junos, linux, mikrotik_routeros
notes:
  - Needs the environment variable C(KGNET_SECRETS) where the configuration holds secrets, and uses
    C(KGNET_SSH_KEY) and C(KGNET_KNOWN_HOSTS); the connection plug-in is not used.
"""
EXAMPLES = """
- name: Configure the routers of all districts, eight at a time
  hosts: district
  gather_facts: false
  serial: 8
  max_fail_percentage: 0
  tasks:
    - name: Bring the router to the intent
      kgnet_config:
        confirm_timeout: 90
"""
RETURN = """
result:
  description: How it ended; changed, unchanged, rolled back, failed or lost.
  returned: unless in check mode
  type: str
  sample: changed
lines:
  description: The lines that differ, as C(kgnet plan) shows them.
  returned: always
  type: list
  elements: str
  sample: [" #= frr", " router bgp 4200001025", "- neighbor 10.3.0.20 shutdown"]
seconds:
  description: How long the device took.
  returned: unless in check mode
  type: float
"""
