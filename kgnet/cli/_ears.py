"""Options of `kgnet export`: its folders and certificates, and where devices tell it something."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer.models import OptionInfo

from kgnet.errors import UsageError

if TYPE_CHECKING:
    from kgnet.export.events.receiver import Ears

ADDRESS = "ADDR:PORT"


def _heard(option: str, told: str, value: str) -> OptionInfo:
    return OptionInfo(default=..., param_decls=(option,), help=told, metavar=value)


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
Udp = Annotated[str, _heard("--syslog-udp", "Where to hear syslog by UDP (RFC 5426).", ADDRESS)]
Tcp = Annotated[str, _heard("--syslog-tcp", "Where to hear syslog by TCP (RFC 6587).", ADDRESS)]
Tls = Annotated[str, _heard("--syslog-tls", "Where to hear syslog by TLS (RFC 5425).", ADDRESS)]
TlsConfig = Annotated[
    Path | None, _heard("--syslog-tls-config", "Its certificates, as --web-config has them.", "FILE")
]
Relay = Annotated[
    list[str] | None, _heard("--syslog-relay", "Log server that hands on what others told it.", "ADDR")
]
Traps = Annotated[str, _heard("--traps", "Where to hear SNMPv3 traps and informs.", ADDRESS)]
Kept = Annotated[Path | None, _heard("--events-file", "Keeps counts of events over a restart.", "FILE")]


def ears(
    udp: str, tcp: str, tls: str, traps: str, *, web: Path | None, relays: Iterable[str], kept: Path | None
) -> Ears:
    """Return where to listen; UsageError comes from whoever cannot."""
    from kgnet.export.events.receiver import Ears
    from kgnet.wire.address import is_address

    for relay in relays:
        if not is_address(relay):
            raise UsageError(f"--syslog-relay {relay!r} is no address — write one such as 10.0.0.5")
    return Ears(udp, tcp, tls, traps, web=web, relays=frozenset(relays), kept=kept)
