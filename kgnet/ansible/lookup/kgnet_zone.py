"""`lookup('kgnet_zone', name, records=…, …)`: the text of a DNS zone, with a serial of its content."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleError
from ansible.plugins.lookup import LookupBase

from kgnet.errors import KgnetError
from kgnet.published import published
from kgnet.secrets import ENVIRONMENT, from_environment
from kgnet.wire.zonefile import Entry, write

DOCUMENTATION = """
name: kgnet_zone
author: kgnet
short_description: Write the text of a DNS zone
description:
  - Tokens in the data, such as C({dkim:SELECTOR}), give way to the public half of the secret that they name.
  - The secrets are those of the folder that the environment variable E(KGNET_SECRETS) names.
  - The same records give the same text, serial included, so a second run changes nothing.
options:
  _terms:
    description: Names of the zones, without the final dot.
    type: list
    elements: str
    required: true
  records:
    description: The records as C({name, type, data, ttl_s}); names absolute, data of a TXT the bare text.
    type: list
    elements: dict
    required: true
  primary:
    description: Name of the first server, absolute.
    type: str
    required: true
  mailbox:
    description: E-mail address of who answers for the zone.
    type: str
    required: true
"""
EXAMPLES = """
- name: Show a zone
  ansible.builtin.debug:
    msg: "{{ lookup('kgnet_zone', 'kg.example', records=records, primary=primary, mailbox=mailbox) }}"
  vars:
    primary: dns1.kg.example.
    mailbox: noc@kg.example
    records: [{name: dns1.kg.example., type: A, data: 192.0.2.53, ttl_s: 3600}]
"""
RETURN = """
_raw:
  description: The text of each zone.
  type: list
  elements: str
"""


class LookupModule(LookupBase):
    """Writes zones."""

    def run(self, terms: Sequence[str], variables: Any = None, **kwargs: Any) -> list[str]:
        self.set_options(var_options=variables, direct=kwargs)
        entries = [_entry(record) for record in self.get_option("records")]
        who = {key: str(self.get_option(key)) for key in ("primary", "mailbox")}
        try:
            return [write(f"{term}.", entries, resolve=resolved, **who) for term in terms]
        except KgnetError as reason:
            raise AnsibleError(str(reason)) from reason


def resolved(data: str) -> str:
    """Return the data with its tokens resolved; the store is asked only where there is one."""
    if "{" not in data:
        return data
    store = from_environment()
    if store is None:
        raise AnsibleError(f"{ENVIRONMENT} is not set — it names the folder of the secrets")
    return published(data, store.get)


def _entry(record: Mapping[str, Any]) -> Entry:
    name, kind, data = (str(record[key]) for key in ("name", "type", "data"))
    return Entry(name, kind, data, int(record["ttl_s"]))
