"""`lookup('kgnet_passwd', names, domain=…)`: the passwd file of a mailbox server, hashed from the secrets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ansible.errors import AnsibleError
from ansible.plugins.lookup import LookupBase

from kgnet.errors import KgnetError
from kgnet.passwords import passwd
from kgnet.secrets import ENVIRONMENT, from_environment

DOCUMENTATION = """
name: kgnet_passwd
author: kgnet
short_description: Hash the passwords of mailboxes into a passwd file
description:
  - One line a mailbox, C(name@domain:{SCRAM-SHA-256}…), from the secrets C(mailbox/name).
  - The same secrets give the same text, so a second run changes nothing.
  - The secrets are those of the folder that the environment variable E(KGNET_SECRETS) names.
options:
  _terms:
    description: Names of the mailboxes, without their domain.
    type: list
    elements: str
    required: true
  domain:
    description: The mail domain.
    type: str
    required: true
"""
EXAMPLES = """
- name: Write the accounts
  ansible.builtin.copy:
    content: "{{ lookup('kgnet_passwd', ['postmaster'], domain='kg.example') }}"
    dest: /etc/dovecot/users
    mode: "0640"
  no_log: true
"""
RETURN = """
_raw:
  description: The text of the file, as a list of one.
  type: list
  elements: str
"""


class LookupModule(LookupBase):
    """Hashes passwords."""

    def run(self, terms: Sequence[Any], variables: Any = None, **kwargs: Any) -> list[str]:
        self.set_options(var_options=variables, direct=kwargs)
        try:
            store = from_environment()
            if store is None:
                raise AnsibleError(f"{ENVIRONMENT} is not set — it names the folder of the secrets")
            return [passwd(self._flatten(terms), self.get_option("domain"), store.get)]
        except KgnetError as reason:
            raise AnsibleError(str(reason)) from reason
