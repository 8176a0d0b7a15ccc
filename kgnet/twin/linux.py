"""The few Linux calls that Python 3.11 does not have: namespaces and mounts.

Source: unshare(2), setns(2), mount(2), prctl(2); the numbers are those of <linux/sched.h>, <sys/mount.h>
and <linux/prctl.h>, the same on every architecture.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable
from pathlib import Path

NEWNS, NEWUTS, NEWUSER, NEWPID, NEWNET = 0x20000, 0x4000000, 0x10000000, 0x20000000, 0x40000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT = 0x1, 0x2, 0x4, 0x8, 0x20
MS_BIND, MS_REC, MS_PRIVATE = 0x1000, 0x4000, 0x40000
PR_SET_PDEATHSIG = 1
WIRE_PRIORITY = -10  # setpriority(2); of the holder and the relay, where we may

_libc = ctypes.CDLL(None, use_errno=True)


def _checked(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), what)


def unshare(flags: int) -> None:
    """Leave the namespaces named by *flags* for new ones (NEWPID: only our children do)."""
    _checked(_libc.unshare(flags), "unshare")


def setns(fd: int, flag: int) -> None:
    """Enter the namespace that *fd* refers to (NEWPID: only our children do)."""
    _checked(_libc.setns(fd, flag), "setns")


def mount(source: str | Path, target: str | Path, kind: str = "", flags: int = 0, options: str = "") -> None:
    """Mount *source* of filesystem *kind* on *target*."""
    done = _libc.mount(
        str(source).encode(), str(target).encode(), kind.encode(), ctypes.c_ulong(flags), options.encode()
    )
    _checked(done, f"mount {target}")


def bind(source: str | Path, target: str | Path, flags: int = 0) -> None:
    """Let *target* show what *source* is."""
    mount(source, target, "", MS_BIND | flags)


def umount(target: str | Path) -> None:
    """Take away what was mounted on *target* last."""
    _checked(_libc.umount2(str(target).encode(), 0), f"umount {target}")


def tmpfs(target: str | Path, mode: str = "755") -> None:
    """Mount an empty memory filesystem, *mode* in octal."""
    mount("tmpfs", target, "tmpfs", MS_NOSUID | MS_NODEV, f"mode={mode}")


def die_with_parent(signal: int) -> None:
    """Have the kernel send us *signal* when our parent ends."""
    _checked(_libc.prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0), "prctl")


def started_at(pid: int) -> int:
    """When a process started, in clock ticks since boot; a recycled pid differs in it.

    FileNotFoundError if there is no such process; a zombie counts as none.  Source: proc(5), stat (22).
    """
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    if fields[0] in "ZX":
        raise FileNotFoundError(pid)
    return int(fields[19])


def fork(do: Callable[[], None]) -> int:
    """Have a child do something and end; returns its pid.  A bug in it shows its traceback there."""
    if pid := os.fork():
        return pid
    code = 1
    try:
        do()
        code = 0
    finally:
        if code:
            sys.excepthook(*sys.exc_info())
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
