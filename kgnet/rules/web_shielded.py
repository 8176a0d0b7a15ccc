"""KG-WEB-02: A WAF protects public web applications."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.hosting import WebShield
from kgnet.model.outcome import Deviation
from kgnet.model.province import Role
from kgnet.ports import Wrong
from kgnet.rules._control import control


@control("KG-WEB-02", needs=[WebShield], roles=[Role.BALANCER])
def web_shielded(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """Holes of an application are open until its maker closes them; a WAF refuses what would go through."""
    found = have.get(WebShield)
    if not found.engines:
        yield Deviation(
            "no engine looks into requests", "ModSecurity or Coraza", after=" before the applications"
        )
    elif not found.blocking:
        yield Deviation(f"{', '.join(found.engines)} only watches", "SecRuleEngine On")
