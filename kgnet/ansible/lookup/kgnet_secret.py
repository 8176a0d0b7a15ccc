"""`lookup('kgnet_secret', name)`: the text of a secret, for tasks that have no_log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ansible.errors import AnsibleError
from ansible.plugins.lookup import LookupBase

from kgnet.errors import KgnetError
from kgnet.secrets import ENVIRONMENT, from_environment

DOCUMENTATION = """
name: kgnet_secret
author: kgnet
short_description: Read a secret from kgnet's store
description:
  - Returns the text of a secret from the folder that the environment variable C(KGNET_SECRETS) names.
  - Use it in tasks with C(no_log) only.
options:
  _terms:
    description: Names of secrets, such as C(snmp/auth); C(kgnet secrets list) tells them.
    type: list
    elements: str
    required: true
"""
EXAMPLES = """
- name: Write the key of the web server
  ansible.builtin.copy:
    content: "{{ lookup('kgnet_secret', 'tls/www.kg.example.key') }}"
    dest: /etc/ssl/private/www.key
    mode: "0600"
  no_log: true
"""
RETURN = """
_raw:
  description: The texts, without a final newline.
  type: list
  elements: str
"""


class LookupModule(LookupBase):
    """Reads secrets."""

    def run(self, terms: Sequence[str], variables: Any = None, **kwargs: Any) -> list[str]:
        self.set_options(var_options=variables, direct=kwargs)
        try:
            store = from_environment()
            if store is None:
                raise AnsibleError(f"{ENVIRONMENT} is not set — it names the folder of the secrets")
            return [store.get(str(term)) for term in terms]
        except KgnetError as reason:
            raise AnsibleError(str(reason)) from reason
