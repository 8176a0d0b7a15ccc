"""`show security policies hit-count` of Junos → how often each policy between zones was met."""

from __future__ import annotations

import re

from kgnet.errors import ReadError
from kgnet.model.filtering import FilterHits, RuleHits

ROW = re.compile(
    r"^\s*\d+\s+(?P<from>\S+)\s+(?P<to>\S+)\s+(?P<name>\S+)\s+(?P<count>\d+)\s+(?P<action>\w+)", re.MULTILINE
)


def read(text: str) -> FilterHits:
    if "Policy count" not in text:
        raise ReadError("there are no policies between zones, or their hits are not told")
    return FilterHits(
        tuple(
            RuleHits(
                f"{found['from']} to {found['to']}",
                f"policy {found['name']}",
                found["action"] == "Permit",
                int(found["count"]),
            )
            for found in ROW.finditer(text)
        )
    )
