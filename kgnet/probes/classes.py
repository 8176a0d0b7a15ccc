"""One path in three classes at the same time: is voice treated better than video, and both than the rest?"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address

from kgnet.errors import ProbeError
from kgnet.model.outcome import Sample
from kgnet.ports import probe
from kgnet.wire.icmp import Echoes, burst

CLASSES = {"EF": 46, "AF41": 34, "BE": 0}  # RFC 3246 §2.7, RFC 2597 §6, RFC 2474 §4.1


@probe
def classes(
    host: str, *, count: int = 20, interval_s: float = 0.02, timeout_s: float = 1.0
) -> Iterator[Sample]:
    """Send *count* echo requests to the address *host* in EF, AF41 and best effort, side by side.

    Side by side, so that all three meet the same load.  One class without an answer fails.
    """
    silent = []
    for name, echoes in _bursts(host, count, interval_s, timeout_s).items():
        labels = {"traffic_class": name}
        yield Sample("class_loss_ratio", echoes.loss_ratio, labels)
        if echoes.rtt_s is None:
            silent.append(name)
            continue
        yield Sample("class_rtt_seconds", echoes.rtt_s, labels)
        if echoes.jitter_s is not None:
            yield Sample("class_jitter_seconds", echoes.jitter_s, labels)
    if silent:
        raise ProbeError(f"{host}: none of {count} echo requests was answered in {' and '.join(silent)}")


def _bursts(host: str, count: int, interval_s: float, timeout_s: float) -> dict[str, Echoes]:
    try:
        address = ip_address(host)
    except ValueError:
        raise ProbeError(f"{host}: not an IP address") from None

    def echoes(dscp: int) -> Echoes:
        return burst((address,), count=count, interval_s=interval_s, timeout_s=timeout_s, dscp=dscp)[address]

    try:
        with ThreadPoolExecutor(len(CLASSES)) as pool:
            return dict(zip(CLASSES, pool.map(echoes, CLASSES.values()), strict=True))
    except OSError as reason:
        raise ProbeError(f"{host}: {reason}") from reason
