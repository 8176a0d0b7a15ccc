"""KG-SRV-05: auditd records changes of accounts, rights, time and network."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.hosting import AuditTrail
from kgnet.model.province import SERVERS
from kgnet.ports import Wrong
from kgnet.rules._control import control

IDENTITY = ("/etc/passwd", "/etc/group", "/etc/shadow")
RIGHTS = ("/etc/sudoers", "/etc/sudoers.d")
CLOCK = ("adjtimex", "settimeofday", "clock_settime")
NETWORK = ("sethostname", "setdomainname")


@control("KG-SRV-05", needs=[AuditTrail], roles=SERVERS)
def changes_audited(
    want: Device,
    have: Snapshot,
    *,
    files: tuple[str, ...] = (*IDENTITY, *RIGHTS),
    calls: tuple[str, ...] = (*CLOCK, *NETWORK),
) -> Iterator[Wrong]:
    """Whoever breaks in makes himself an account first; the record is what tells when, and as whom."""
    found = have.get(AuditTrail)
    if not found.files and not found.calls:
        yield "the kernel's audit has no rule at all: auditd is not installed, or not told anything"
        return
    unseen = [path for path in files if not _watched(path, found.files)]
    if unseen:
        yield f"changes of {', '.join(unseen)} are not recorded"
    silent = [call for call in calls if call not in found.calls and "all" not in found.calls]
    if silent:
        yield f"calls of {', '.join(silent)} are not recorded"


def _watched(path: str, watched: tuple[str, ...]) -> bool:
    """Whether *path* or a folder that holds it is watched."""
    return any(path == each or path.startswith(f"{each}/") for each in watched)
