"""Options of `kgnet export`: its folders and certificates, and where devices tell it something."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from kgnet.export.events.receiver import Ears

ADDRESS = "ADDR:PORT"

State = Annotated[
    Path | None,
    typer.Option("--state", envvar="KGNET_STATE", help="Folder of audit.json and drift.json.", metavar="DIR"),
]
WebConfig = Annotated[
    Path | None,
    typer.Option(
        "--web-config",
        "--web.config.file",
        help="TLS, client certificates and users, as Prometheus' own exporters take them.",
        metavar="FILE",
    ),
]
Udp = Annotated[
    str, typer.Option("--syslog-udp", help="Where to hear syslog by UDP (RFC 5426).", metavar=ADDRESS)
]
Tcp = Annotated[
    str, typer.Option("--syslog-tcp", help="Where to hear syslog by TCP (RFC 6587).", metavar=ADDRESS)
]
Tls = Annotated[
    str, typer.Option("--syslog-tls", help="Where to hear syslog by TLS (RFC 5425).", metavar=ADDRESS)
]
TlsConfig = Annotated[
    Path | None,
    typer.Option("--syslog-tls-config", help="Its certificates, as --web-config has them.", metavar="FILE"),
]
Relay = Annotated[
    list[str] | None,
    typer.Option(
        "--syslog-relay",
        help="Log server that hands on what others told it.",
        metavar="ADDR",
    ),
]
Traps = Annotated[
    str, typer.Option("--traps", help="Where to hear SNMPv3 traps and informs.", metavar=ADDRESS)
]
Kept = Annotated[
    Path | None, typer.Option("--events-file", help="Keeps counts of events over a restart.", metavar="FILE")
]


def ears(
    udp: str, tcp: str, tls: str, traps: str, *, web: Path | None, relays: Iterable[str], kept: Path | None
) -> Ears:
    """Return where to listen; UsageError comes from whoever cannot."""
    from kgnet.export.events.receiver import Ears

    return Ears(udp, tcp, tls, traps, web=web, relays=frozenset(relays), kept=kept)
