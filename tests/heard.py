"""What a receiver of events says of its metrics, waited for; and the papers that TLS is tried with."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from time import monotonic

from kgnet.export.events.receiver import Receiver
from kgnet.wire import pki

PATIENCE_S = 10.0

Said = Callable[..., float]


def saying(receiver: Receiver) -> Said:
    """Return what says a metric's sum over all that have these labels, once that is *least* at least."""

    def said(name: str, least: float = 1, **labels: str) -> float:
        until = monotonic() + PATIENCE_S
        while True:
            told = (one for one in receiver.samples() if one.name == name)
            total = sum(one.value for one in told if labels.items() <= dict(one.labels).items())
            if total >= least or monotonic() > until:
                return total
            threading.Event().wait(0.02)

    return said


def papers(folder: Path, server: str, clients: Iterable[str]) -> Path:
    """Write an authority, *server*'s key and certificate, and those of its *clients*."""
    ca_key, ca = pki.authority("test authority")
    (folder / "ca.crt").write_text(ca)
    for name in (server, *clients):
        key, certificate = pki.leaf(f"{name}.kg.example", ca_key, ca, client=name != server)
        (folder / f"{name}.key").write_text(key)
        (folder / f"{name}.crt").write_text(certificate)
    return folder
