"""How full a Linux host's links were, as sysstat has written it down."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from kgnet.errors import ReadError
from kgnet.model.redundancy import LinkLoad, LinkLoads
from kgnet.ports import Reader

SAMPLES = (
    "sh",
    "-c",
    'command -v sadf >/dev/null || exit 127; for f in /var/log/sysstat/sa[0-9]*; do [ ! -f "$f" ]'
    ' || sadf -d -U "$f" -- -n DEV; done',
)
BITS_A_KB = 8 * 1024  # sar(1): rxkB/s counts kilobytes of 1024


def loads(text: str) -> LinkLoads:
    """Read `sadf -d -U`: host;interval;time;IFACE;rxpck/s;txpck/s;rxkB/s;txkB/s;…"""
    sent, received = defaultdict[str, list[float]](list), defaultdict[str, list[float]](list)
    times: list[float] = []
    for line in text.splitlines():
        words = line.split(";")
        if line.startswith("#") or len(words) < 8:
            continue
        try:
            times.append(float(words[2]))
            received[words[3]].append(float(words[6]) * BITS_A_KB)
            sent[words[3]].append(float(words[7]) * BITS_A_KB)
        except ValueError as reason:
            raise ReadError(f"`sadf` is not as expected: {line!r}") from reason
    if not times:
        raise ReadError("sysstat has written down no sample")
    found = (LinkLoad(port, tuple(sent[port]), tuple(received[port])) for port in sent)
    return LinkLoads(tuple(found), max(times) - min(times))


STATE: Mapping[tuple[str, ...], Reader] = {SAMPLES: Reader(LinkLoads, loads)}
