"""Which versions of TLS a server takes, and which weak ciphers: one greeting for each, side by side."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from kgnet.wire.deadline import Deadline
from kgnet.wire.tls import opened
from kgnet.wire.tls_hello import TLS_1_2, TLS_1_3, VERSIONS, Picked, ask
from kgnet.wire.tls_suites import STRONG_1_3, USUAL, WEAK

EVERY = (*USUAL, *WEAK)


@dataclass(frozen=True, slots=True)
class Taken:
    """What a server took: version → whether it did; *weak* is the weak cipher that it chose, "" for none.

    A version is missing, and *weak* is None, where nobody knows: *unknown* says why.
    """

    versions: Mapping[str, bool]
    weak: str | None
    unknown: str


def taken(host: str, port: int, deadline: Deadline, *, protocol: str, name: str) -> Taken:
    """Try every version, and a client that knows nothing but weak ciphers."""
    asked = {
        version: (number, STRONG_1_3 if number == TLS_1_3 else EVERY) for version, number in VERSIONS.items()
    }
    asked["weak ciphers"] = (TLS_1_2, tuple(WEAK))
    one = partial(_picked, host, port, deadline, protocol=protocol, name=name)
    with ThreadPoolExecutor(len(asked)) as pool:
        answers = dict(zip(asked, pool.map(lambda offer: one(*offer), asked.values()), strict=True))
    unknown = [f"{what}: {answer}" for what, answer in answers.items() if isinstance(answer, OSError)]
    known = {what: answer for what, answer in answers.items() if not isinstance(answer, OSError)}
    if unknown and not any(known.values()):
        known = {}  # the server went away: to close without a word was no answer then
    versions = {
        version: _is_of(known[version], number) for version, number in VERSIONS.items() if version in known
    }
    weak = _weak(known["weak ciphers"]) if "weak ciphers" in known else None
    return Taken(versions, weak, "; ".join(unknown))


def _picked(
    host: str,
    port: int,
    deadline: Deadline,
    version: int,
    suites: tuple[int, ...],
    *,
    protocol: str,
    name: str,
) -> Picked | OSError | None:
    """Return what the server picked, None where it refused; the reason if it could not be asked."""
    try:
        with opened(host, port, protocol, deadline) as (raw, before):
            if not before.starttls:
                raise ConnectionError("no TLS on offer")
            return ask(raw, version, suites, name)
    except OSError as reason:
        return reason


def _is_of(picked: Picked | None, version: int) -> bool:
    """Whether it was this version; a server may well answer with an older one."""
    return picked is not None and picked.version == version


def _weak(picked: Picked | None) -> str:
    """Return the name of what was picked; a server that picks what nobody offered took none."""
    return WEAK.get(picked.suite, "") if picked else ""
