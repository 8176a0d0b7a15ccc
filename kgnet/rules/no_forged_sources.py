"""KG-PER-01: Anti-spoofing: every interface checks the way back."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Kernel, Snapshot
from kgnet.model.fleet import Device
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._settings import on_interfaces, told

STRICT, LOOSE = 1, 2  # RFC 3704 §2.2, §2.4


@control("KG-PER-01", title="Anti-spoofing: every interface checks the way back", needs=[Kernel], live=True)
def no_forged_sources(want: Device, have: Snapshot, *, loose: bool = True) -> Iterator[Wrong]:
    """Who sends under another's address cannot be traced; *loose*: traffic may return another way."""
    good = (STRICT, LOOSE) if loose else (STRICT,)
    found = dict(on_interfaces(have.get(Kernel), "ipv4", "rp_filter"))
    everywhere = found.pop("all")
    found.pop("default", None)
    used = {each: max(own, everywhere) for each, own in found.items()}  # the greater counts, ip-sysctl
    wrong = {each: value for each, value in (used or {"all": everywhere}).items() if value not in good}
    yield from told("ipv4", "rp_filter", wrong, " or ".join(map(str, good)))
