"""What makes two pieces of evidence of two audits the same: rule, device and what was seen.

Its place is left out, for lines move when others are added, and so are measured values: what is 12 days old
today was 11 yesterday. Names, addresses and numbers of VLANs, ports or systems stay: another neighbour that
has no key is another finding.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache

from kgnet.model.outcome import Evidence

LENGTH = 16  # hexadecimal digits: of a province's findings no two share 64 bits by chance

# A value is measured where a limit, a unit or something that is counted stands beside it …
MEASURED = re.compile(
    r"(?:\b(?P<before>[A-Za-z]+) )?(?<![\w.:/=-])\d+(?:\.\d+)?"
    r"(?=[ ]?%|[ ](?:s|ms|Mbit/s|more|of|(?:[A-Z]+[ ])?[a-z]{3,}s)\b)"
)
LIMIT = re.compile(r"\b(at most|at least|over|under|line|lines) \d+(?:\.\d+)?")
# … but not after what a number names.
NAMED = frozenset(
    (
        *("VLAN", "AS", "TCP", "UDP", "port", "slot", "unit", "channel", "member", "queue", "index", "id"),
        *("area", "instance", "process", "peer", "group", "zone", "room", "host", "site", "extension"),
        *("rule", "entry", "sequence", "key", "number", "version", "release", "level", "kind"),
    )
)


def fingerprints(evidence: Sequence[Evidence]) -> Iterator[str]:
    """Yield the fingerprint of each; the second of two alike gets one of its own."""
    times: Counter[str] = Counter()
    for each in evidence:
        core = lasting(each.what)
        times[core] += 1
        yield hashlib.sha256(f"{core}\0{times[core]}".encode(errors="replace")).hexdigest()[:LENGTH]


@lru_cache(1 << 12)  # most of a fleet's findings say the same
def lasting(text: str) -> str:
    """Return *text* with `#` in place of what is measured in it."""
    return MEASURED.sub(_measured, LIMIT.sub(r"\1 #", text))


def _measured(found: re.Match[str]) -> str:
    before = found["before"]
    if before in NAMED:
        return found[0]
    return f"{before} #" if before else "#"
