"""A fresh process → PID 1 of namespaces of its own: user, mount, network, PID and host name.

Root keeps its numbers but loses its power over the host: no clock, no modules, no settings of the kernel.
Anybody else becomes root inside, with the sub-ids that /etc/subuid gives (newuidmap(1)).
"""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from kgnet.errors import TwinError
from kgnet.twin import linux

ALL = linux.NEWUSER | linux.NEWNS | linux.NEWNET | linux.NEWPID | linux.NEWUTS


def isolate(flags: int = ALL) -> None:
    """Move this process (single-threaded) into new namespaces, with all ids mapped."""
    _unshared_with_ids(flags)
    linux.mount("none", "/", "", linux.MS_REC | linux.MS_PRIVATE)


def _unshare(flags: int) -> None:
    try:
        linux.unshare(flags)
    except OSError as reason:
        raise TwinError(refused(reason)) from reason


def refused(reason: OSError) -> str:
    """Why namespaces are refused, and what would allow them."""
    line = f"this machine refuses namespaces ({reason.strerror})"
    restricted = Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")
    if os.geteuid() and restricted.exists() and restricted.read_text().strip() == "1":
        return (
            f"{line}: sysctl kernel.apparmor_restrict_unprivileged_userns=0 would allow them, or run as root"
        )
    return f"{line}: start the container with --privileged, or raise sysctl user.max_user_namespaces"


def _unshared_with_ids(flags: int) -> None:
    """Our child, still outside, maps our ids once we are inside."""
    (inside, enter), (mapped, done) = os.pipe(), os.pipe()
    me, maps = os.getpid(), _maps()

    def outside() -> None:
        os.close(enter)
        os.close(mapped)
        if os.read(inside, 1):
            _write_maps(me, *maps)
            os.write(done, b"y")

    child = linux.fork(outside)
    os.close(done)
    try:
        _unshare(flags)
        os.write(enter, b"y")
        if not os.read(mapped, 1):
            raise TwinError("the ids of the twin's namespace could not be mapped; its log says why")
    finally:
        os.close(enter)
        os.waitpid(child, 0)
    os.setgroups([])
    os.setresgid(0, 0, 0)
    os.setresuid(0, 0, 0)


def _maps() -> tuple[list[str], list[str]]:
    """The lines of uid_map and gid_map (user_namespaces(7))."""
    if os.geteuid() == 0:
        return _same("uid"), _same("gid")
    return (
        ["0", str(os.getuid()), "1", *sub_ids(Path("/etc/subuid"), os.getuid())],
        ["0", str(os.getgid()), "1", *sub_ids(Path("/etc/subgid"), os.getuid())],
    )


def _same(kind: str) -> list[str]:
    """Every id that we have, mapped to itself."""
    lines = [line.split() for line in Path(f"/proc/self/{kind}_map").read_text().splitlines()]
    return [word for inside, _, count in lines for word in (inside, inside, count)]


def sub_ids(path: Path, uid: int) -> list[str]:
    """The first range of at least 65,534 sub-ids that a file gives a user, as a map line from id 1 on."""
    import pwd

    names = {str(uid), pwd.getpwuid(uid).pw_name}
    for line in path.read_text().splitlines() if path.exists() else ():
        name, start, count = (*line.split(":"), "", "")[:3]
        if name in names and count.isdigit() and int(count) >= 65534:
            return ["1", start, count]
    user = pwd.getpwuid(uid).pw_name
    raise TwinError(
        f"{path}: no range for {user}: usermod --add-subuids 100000-165535 --add-subgids 100000-165535 {user}"
    )


def _write_maps(pid: int, uids: list[str], gids: list[str]) -> None:
    if os.geteuid() == 0:
        for kind, words in (("uid", uids), ("gid", gids)):
            lines = [" ".join(words[i : i + 3]) for i in range(0, len(words), 3)]
            Path(f"/proc/{pid}/{kind}_map").write_text("\n".join(lines))
        return
    subprocess.run(["newuidmap", str(pid), *uids], check=True)
    subprocess.run(["newgidmap", str(pid), *gids], check=True)


def main() -> None:
    """python -m kgnet.twin.isolate FOLDER PROGRESS_FD LOCK_FD: a child, PID 1 inside, is the holder."""
    with suppress(PermissionError):  # wires should not slow down because machines are busy; root may say so
        os.setpriority(os.PRIO_PROCESS, 0, linux.WIRE_PRIORITY)
    try:
        isolate()
    except TwinError as reason:
        os.write(int(sys.argv[2]), f"failed {reason}\n".encode())
        sys.exit(1)
    for fd in map(int, sys.argv[2:]):
        os.set_inheritable(fd, True)
    holder = [sys.executable, "-m", "kgnet.twin.holder", *sys.argv[1:]]
    linux.fork(lambda: os.execv(sys.executable, holder))  # noqa: S606


if __name__ == "__main__":
    main()
