"""KG-ACC-03: SSH host key is RSA >= 2048 bit or ECDSA/Ed25519."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.errors import MissingFact
from kgnet.model.access import HostKeys
from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.outcome import Deviation
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._places import at

STRONG = ("rsa", "ecdsa", "ed25519")


@control("KG-ACC-03", needs=[HostKeys])
def ssh_host_keys(want: Device, have: Snapshot, *, least_bits: int = 2048) -> Iterator[Wrong]:
    """Who can find out a host key can pose as the device, and be told every password; *least_bits* of RSA."""
    keys = have.get(HostKeys).keys
    if not keys:
        raise MissingFact("the SSH server has no host key")
    for key in keys:
        if key.kind not in STRONG:
            told = Deviation(f"the host key is of {key.kind}", ", ".join(STRONG))
            yield at(have, HostKeys, key.line, told)
        elif key.kind == "rsa" and 0 < key.bits < least_bits:
            told = Deviation(f"the RSA host key has {key.bits} bits", f"at least {least_bits}", joint=", ")
            yield at(have, HostKeys, key.line, told)
