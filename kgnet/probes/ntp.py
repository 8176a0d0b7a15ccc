"""NTP: does a time server answer, is it synchronised itself, and how far is its clock from ours?"""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.errors import ProbeError
from kgnet.model.outcome import Sample
from kgnet.ports import probe
from kgnet.wire.deadline import Deadline
from kgnet.wire.ntp import Answer, ask


@probe
def ntp(
    server: str, *, port: int = 123, count: int = 3, most_s: float = 0.0, timeout_s: float = 1.0
) -> Iterator[Sample]:
    """Ask *server* for the time, *count* times, and take the answer that was quickest (RFC 5905 §10).

    A clock that is off by more than *most_s* seconds fails; 0: any is taken.
    """
    if count < 1:
        raise ProbeError(f"{server}: {count} questions get no answer: one at least")
    try:
        best = min(_answers(server, port, count, Deadline(timeout_s)), key=lambda a: a.delay_s)
    except OSError as reason:
        raise ProbeError(f"{server}: {reason}") from reason
    if best.kiss:
        raise ProbeError(f"{server}: refuses us: {best.kiss} (RFC 5905 §7.4)")
    yield Sample("ntp_stratum", best.stratum)
    yield Sample("ntp_root_delay_seconds", best.root_delay_s)
    yield Sample("ntp_root_dispersion_seconds", best.root_dispersion_s)
    if not best.synchronised:
        raise ProbeError(f"{server}: says that its own clock is not synchronised")
    yield Sample("ntp_delay_seconds", best.delay_s)
    yield Sample("ntp_offset_seconds", best.offset_s)
    if most_s and abs(best.offset_s) > most_s:
        raise ProbeError(f"{server}: is {best.offset_s:+.3f} s off, {most_s:g} s at most wanted")


def _answers(server: str, port: int, count: int, deadline: Deadline) -> list[Answer]:
    """Return the answers that came before the deadline; OSError if none did."""
    found: list[Answer] = []
    for _ in range(count):
        try:
            found.append(ask(server, port=port, timeout_s=deadline.left()))
        except TimeoutError:
            if not found:
                raise
            break
    return found
