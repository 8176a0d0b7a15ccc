"""Who reads and judges the files of an audit: this process, several, or a cluster."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from kgnet.audit.spread import Done
    from kgnet.cli._judging import Filed
    from kgnet.collect.folders import Held
    from kgnet.findings import Row
    from kgnet.model.fleet import Device

Jobs = Annotated[
    int,
    typer.Option(
        "-j",
        "--jobs",
        min=0,
        max=1024,
        help="Files: processes that read and judge them.  0: one for every processor here.",
    ),
]
Cluster = Annotated[
    str,
    typer.Option(
        "--cluster",
        envvar="KGNET_CLUSTER",
        help="Files: have them judged by the workers of this Dask scheduler, e.g. `tls://10.0.0.9:8786`.  "
        "They are read here, and leave without secrets.",
        metavar="ADDRESS",
    ),
]
ClusterPlain = Annotated[
    bool, typer.Option("--cluster-plain", help="Allow a scheduler on another machine without TLS.")
]


@dataclass(frozen=True, slots=True)
class Spreading:
    """As told."""

    jobs: Jobs = 0
    cluster: Cluster = ""
    plain: ClusterPlain = False

    def judged(self, filed: Filed, held: Sequence[tuple[Device, Held | None]]) -> Iterator[Done[list[Row]]]:
        """Judge what a folder holds of each device; yield what came of it, in their order."""
        from kgnet.audit import spread
        from kgnet.audit.cluster import on_cluster

        if self.cluster:
            return on_cluster(self.cluster, filed.judged, held, read=filed.read, plain=self.plain)
        return spread.in_processes(filed, held, jobs=self.jobs or spread.cores())
