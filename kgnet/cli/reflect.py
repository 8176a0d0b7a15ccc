"""`kgnet reflect`: be the far end of the probes `stamp` and `voice`."""

from __future__ import annotations

import signal
from ipaddress import ip_network
from typing import TYPE_CHECKING, Annotated

import typer

from kgnet.errors import UsageError

if TYPE_CHECKING:
    from kgnet.wire.reflector import Network

From = Annotated[
    list[str],
    typer.Option("--from", help="Answer packets of this network only; may be given again.", metavar="NET"),
]
Listen = Annotated[str, typer.Option("--listen", help="Where to listen.", metavar="ADDR:PORT")]


def reflect(from_: From, listen: Listen = ":862") -> None:
    """Return test packets of STAMP (RFC 8762) and TWAMP Light until stopped.

    Every answer is as long as its question and goes where that came from; other networks get none.
    """
    from kgnet.export.server import listen_address
    from kgnet.wire.reflector import Reflector

    allowed = [_network(written) for written in from_]
    host, port = listen_address(listen)
    try:
        reflector = Reflector(allowed, host="::" if listen.startswith(":") else host, port=port)
    except OSError as reason:
        raise UsageError(
            f"cannot listen on {listen}: {reason.strerror} — name another with --listen"
        ) from reason
    going = [True]
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: going.clear())
    typer.echo(f"reflecting on port {reflector.port} for {', '.join(map(str, allowed))}", err=True)
    reflector.serve(lambda: bool(going))
    reflector.close()


def _network(written: str) -> Network:
    try:
        return ip_network(written)
    except ValueError as reason:
        raise UsageError(f"--from {written}: {reason}") from None
