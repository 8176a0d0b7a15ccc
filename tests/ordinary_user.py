"""Run a command as a user who is nobody here, but has a name, a home and sub-ids: python FILE CMD...

All of that is set up in a mount namespace of our own and gone with it; the host's files are not touched.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from kgnet.twin import linux

UID, NAME = 4242, "kgnet-nobody"
TUN = os.makedev(10, 200)  # Linux, Documentation/admin-guide/devices.txt


def main() -> None:
    linux.unshare(linux.NEWNS)
    linux.mount("none", "/", "", linux.MS_REC | linux.MS_PRIVATE)
    home = Path(tempfile.mkdtemp())
    home.chmod(0o755)
    _files(home)
    for path in (Path(sys.base_prefix), Path(sys.prefix), Path.cwd()):
        _open_way(path)
    _tun()
    os.chown(home, UID, UID)
    os.setgroups([])
    os.setresgid(UID, UID, UID)
    os.setresuid(UID, UID, UID)
    os.execvpe(sys.argv[1], sys.argv[1:], {"HOME": str(home), "PATH": os.environ["PATH"]})


def _files(home: Path) -> None:
    """Add the user to files that lie over the host's."""
    lines = {
        "passwd": f"{NAME}:x:{UID}:{UID}::{home}:/bin/sh\n",
        "group": f"{NAME}:x:{UID}:\n",
        "subuid": f"{NAME}:300000:65536\n",
        "subgid": f"{NAME}:300000:65536\n",
    }
    for name, line in lines.items():
        host, ours = Path("/etc", name), home / name
        ours.write_text((host.read_text() if host.exists() else "") + line)
        host.touch()
        linux.bind(ours, host)


def _open_way(path: Path) -> None:
    """Make a folder reachable that lies below one which only root may pass."""
    closed = next((p for p in reversed(path.parents) if not p.stat().st_mode & 0o001), None)
    if closed is None:
        return
    fd = os.open(path, os.O_PATH)
    linux.tmpfs(closed)
    path.mkdir(parents=True)
    linux.bind(f"/proc/self/fd/{fd}", path)


def _tun() -> None:
    """A machine with udev lets everybody use this device."""
    linux.mount("tmpfs", "/dev/net", "tmpfs", 0, "mode=755")
    os.mknod("/dev/net/tun", 0o020666, TUN)
    Path("/dev/net/tun").chmod(0o666)


if __name__ == "__main__":
    main()
