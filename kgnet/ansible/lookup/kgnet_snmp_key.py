"""`lookup('kgnet_snmp_key', secret, engine=…)`: a device's own key of SNMPv3, not the pass phrase."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ansible.errors import AnsibleError
from ansible.plugins.lookup import LookupBase

from kgnet.errors import KgnetError
from kgnet.secrets import ENVIRONMENT, from_environment
from kgnet.wire.usm import localised_key

DOCUMENTATION = """
name: kgnet_snmp_key
author: kgnet
short_description: Localise an SNMPv3 pass phrase to one engine
description:
  - Turns the pass phrase of a secret into the key of one SNMP engine by SHA-256 (RFC 3414 §2.6, RFC 7860).
  - Who reads it on the device can speak to that device only, and does not learn the pass phrase.
options:
  _terms:
    description: Names of secrets, such as C(snmp/auth).
    type: list
    elements: str
    required: true
  engine:
    description: The engine ID in hexadecimal digits.
    type: str
    required: true
  octets:
    description: Length of the key; 32 to authenticate by SHA-256, 16 to encrypt by AES-128 (RFC 3826 §1.2).
    type: int
    default: 32
"""
EXAMPLES = """
- name: Write the user of an agent
  ansible.builtin.copy:
    content: "createUser monitor SHA-256 -l 0x{{ lookup('kgnet_snmp_key', 'snmp/auth', engine=engine) }}"
    dest: /etc/snmp/snmpd.conf.d/monitor.conf
    mode: "0600"
  vars:
    engine: 80001f88050102030405
  no_log: true
"""
RETURN = """
_raw:
  description: The keys in hexadecimal digits.
  type: list
  elements: str
"""


class LookupModule(LookupBase):
    """Localises pass phrases."""

    def run(self, terms: Sequence[str], variables: Any = None, **kwargs: Any) -> list[str]:
        self.set_options(var_options=variables, direct=kwargs)
        store = from_environment()
        if store is None:
            raise AnsibleError(f"{ENVIRONMENT} is not set — it names the folder of the secrets")
        engine, octets = bytes.fromhex(self.get_option("engine")), self.get_option("octets")
        try:
            return [localised_key(store.get(str(term)), engine)[:octets].hex() for term in terms]
        except KgnetError as reason:
            raise AnsibleError(str(reason)) from reason
