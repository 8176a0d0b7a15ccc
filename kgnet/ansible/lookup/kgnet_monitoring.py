"""`lookup('kgnet_monitoring', 'prometheus.yml', …)`: a file that `kgnet export config` would write."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

from ansible.errors import AnsibleError
from ansible.plugins.lookup import LookupBase

from kgnet.ansible.designed import fleet_of
from kgnet.errors import KgnetError
from kgnet.export.config import Wiring, files

DOCUMENTATION = """
name: kgnet_monitoring
author: kgnet
short_description: Write the files of Prometheus and Alertmanager for a fleet
description:
  - Gives the text of C(prometheus.yml) or C(alertmanager.yml), or with C(rules) all alerts by file name.
  - The same as C(kgnet export config) writes, from the inventory of this run.
options:
  _terms:
    description: C(prometheus.yml), C(alertmanager.yml) or C(rules).
    type: list
    elements: str
    required: true
  exporter:
    description: Where the exporter listens; several, parted by blanks, share the fleet.
    type: str
    default: 127.0.0.1:10910
  events:
    description: Which of several exporters hears syslog and traps; empty if none does.
    type: str
    default: ""
  prometheus:
    description: Where Prometheus listens.
    type: str
    default: 127.0.0.1:9090
  alertmanager:
    description: Where Alertmanager listens.
    type: str
    default: 127.0.0.1:9093
  webhook:
    description: URL that alerts are sent to; empty if they are only shown.
    type: str
    default: ""
  interval_seconds:
    description: How often to scrape; 0 for what the size of the fleet asks for.
    type: int
    default: 0
  rules_folder:
    description: Where the rule files stand on the host.
    type: str
    default: /etc/prometheus/kgnet
"""
EXAMPLES = """
- name: Show how alerts silence each other
  ansible.builtin.debug:
    msg: "{{ lookup('kgnet_monitoring', 'alertmanager.yml') }}"
"""
RETURN = """
_raw:
  description: The text of each file; of C(rules) a mapping of file name to text.
  type: list
  elements: raw
"""


class LookupModule(LookupBase):
    """Writes the files of the monitoring hosts."""

    def run(self, terms: Sequence[str], variables: Any = None, **kwargs: Any) -> list[Any]:
        self.set_options(var_options=variables, direct=kwargs)
        folder = variables["kgnet_inventory"]
        wiring = Wiring(
            exporter=str(self.get_option("exporter")),  # plain text, as all of them
            events=str(self.get_option("events")),
            prometheus=str(self.get_option("prometheus")),
            alertmanager=str(self.get_option("alertmanager")),
            webhook=str(self.get_option("webhook")),
            interval_s=self.get_option("interval_seconds") or None,
        )
        rules_folder = PurePosixPath(self.get_option("rules_folder"))
        try:
            texts = files(fleet_of(folder), wiring, rules_folder=rules_folder)
        except KgnetError as reason:
            raise AnsibleError(str(reason)) from reason
        return [_chosen(texts, term) for term in terms]


def _chosen(texts: dict[str, str], term: str) -> Any:
    if term == "rules":
        return {name.partition("/")[2]: text for name, text in texts.items() if name.startswith("rules/")}
    if term not in texts:
        raise AnsibleError(f"no file {term!r} — there are prometheus.yml, alertmanager.yml and rules")
    return texts[term]
