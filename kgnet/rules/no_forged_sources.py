"""KG-PER-01: Anti-spoofing: the way back to a packet's source is checked where others are connected."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.outcome import Deviation
from kgnet.model.perimeter import SourceChecks
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._places import at
from kgnet.rules._ports import port


@control(
    "KG-PER-01",
    title="Anti-spoofing: ports of users check the way back to a packet's source",
    needs=[SourceChecks],
)
def no_forged_sources(
    want: Device,
    have: Snapshot,
    *,
    loose: bool = True,
    kinds: tuple[str, ...] = ("lan",),
    families: tuple[int, ...] = (4,),
) -> Iterator[Wrong]:
    """Who sends under another's address cannot be traced; *loose*: traffic may return another way.

    *kinds* are the ports of the intent that are judged; one that is not in the intent always is.
    """
    good = ("strict", "loose") if loose else ("strict",)
    others = {port(want, link) for link in want.interfaces if link.kind not in kinds}
    for check in have.get(SourceChecks).checks:
        if check.port in others or check.family not in families or check.mode in good:
            continue
        what = f"{check.port} checks no source of IPv{check.family} packets"
        if check.mode != "off":
            what = f"{check.port} checks sources of IPv{check.family} packets by any way back ({check.mode})"
        yield at(have, SourceChecks, check.line, Deviation(what, " or ".join(good)))
