"""`show ip access-lists` of EOS as JSON → how often each rule was met (fields as of EOS 4.2x, by heart).

EOS counts where the list says `counters per-entry`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kgnet.model.filtering import FilterHits, RuleHits
from kgnet.platforms.arista_eos.answers import of_json


@of_json
def read(answer: Any) -> FilterHits:
    """Read `show ip access-lists`."""
    return FilterHits(tuple(_rules(answer["aclList"])))


def _rules(lists: list[Any]) -> Iterator[RuleHits]:
    for each in lists:
        for rule in each["sequence"]:
            text = str(rule["text"])
            if text.startswith(("permit", "deny")):
                counted = rule.get("counterData") or {}
                packets = int(counted["packetCount"]) if "packetCount" in counted else None
                yield RuleHits(str(each["name"]), text, text.startswith("permit"), packets)
