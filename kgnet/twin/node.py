"""One node's own beginning: a forked child of the holder → PID 1 of a small machine with its daemons running.

It speaks with the holder over two pipes: it says `born`, `up`, `linked` (or `failed` and why) and waits for
a byte between them, so that wires are laid before daemons start and links rise after.
"""

from __future__ import annotations

import hashlib
import os
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kgnet.errors import TwinError
from kgnet.twin import linux
from kgnet.twin.base import place
from kgnet.twin.blueprint import Node
from kgnet.twin.keys import Pair
from kgnet.twin.units import service, unit
from kgnet.twin.units.enablement import enable

# what the kernel's defaults would spoil: slow IPv6 start, addresses lost with a link, 20 multicast groups
SYSCTLS = {
    "net.ipv6.conf.all.accept_dad": "0",
    "net.ipv6.conf.default.accept_dad": "0",
    "net.ipv6.conf.default.accept_ra": "0",
    "net.ipv6.conf.all.keep_addr_on_down": "1",
    "net.ipv6.conf.default.keep_addr_on_down": "1",
}
ROUTER_SYSCTLS = {
    "net.ipv4.ip_forward": "1",
    "net.ipv6.conf.all.forwarding": "1",
    "net.ipv4.igmp_max_memberships": "8192",
    "net.ipv4.conf.all.rp_filter": "0",
    "net.ipv4.conf.default.rp_filter": "0",
}
DEVICES = ("null", "zero", "full", "random", "urandom", "tty", "net/tun")
DEVICE_LINKS = {
    "ptmx": "pts/ptmx",
    "fd": "/proc/self/fd",
    "stdin": "/proc/self/fd/0",
    "stdout": "/proc/self/fd/1",
    "stderr": "/proc/self/fd/2",
    "log": "/run/systemd/journal/syslog",  # where rsyslog listens if it believes in systemd
}
FRR_ON = ("bgpd", "bfdd")
FRR_SNMP = ("zebra", "bgpd", "ospfd")


@dataclass(frozen=True, slots=True)
class Ground:
    """What all nodes of a twin stand on."""

    work: Path
    authorized: str  # the public key that root accepts
    hosts: dict[str, Pair]
    run_folders: tuple[tuple[str, int, int, int], ...]  # path, mode, uid, gid
    overlay: str  # further mount options


@dataclass(frozen=True, slots=True)
class Talk:
    """The two pipes to the holder."""

    said: int
    go: int

    def say(self, word: str) -> None:
        """Tell the holder, then wait until it lets us go on."""
        os.write(self.said, f"{word}\n".encode())
        if not os.read(self.go, 1):
            os._exit(1)


def live(node: Node, ground: Ground, talk: Talk, faces: tuple[str, ...]) -> None:
    """Become the node.  *faces* are all its wired interfaces.  Does not return."""
    host_pid = Path("/proc/self").readlink().name  # /proc is still the host's
    try:
        furnish(node, ground)
        talk.say(f"born {host_pid}")
        _ip(_addresses(node))
        for name in node.services:
            _serve(name)
        talk.say("up")
        _ip(
            [f"link set dev {face} up" for face in faces]
            + [f"route replace {p} via {v}" for p, v in node.routes]
        )
        os.write(talk.said, b"linked\n")
    except (OSError, TwinError, unit.UnitError) as reason:
        os.write(talk.said, f"failed {' '.join(str(reason).split())}\n".encode())
        os._exit(1)
    _rest()


def furnish(node: Node, ground: Ground) -> None:
    """Give the node its own file system, host name and settings."""
    kept = [(path, os.open(path, os.O_PATH)) for path in node.shares if Path(path).exists()]
    os.chdir(ground.work)  # and speak of it by relative paths: we are about to hide /root, /var and /tmp
    for folder in ("etc", "var") if node.desk else ("etc", "var", "root"):
        _own(folder, Path("nodes", node.name), ground)
    for folder in ("/run",) if node.desk else ("/run", "/tmp", "/home"):  # noqa: S108
        linux.tmpfs(folder, "1777" if folder == "/tmp" else "755")  # noqa: S108
    _kernel_views()
    for path, fd in kept:
        _keep(path, fd, writable=node.desk)
    linux.bind("systemctl", "/usr/bin/systemctl")  # over what is shared: /usr may be
    _run_folders(ground)
    socket.sethostname(node.name)
    _files(node, ground)
    _sysctls(SYSCTLS | (ROUTER_SYSCTLS if "frr" in node.services else {}) | dict(node.sysctls))


def _own(folder: str, home: Path, ground: Ground) -> None:
    lower, upper, work = Path("base", folder), home / folder, home / f".{folder}"
    upper.mkdir(parents=True)
    if folder == "root":
        upper.chmod(0o700)
        return linux.bind(upper, "/root")
    work.mkdir()
    upper.chmod(0o755)
    layers = f"lowerdir={lower},upperdir={upper},workdir={work}{ground.overlay}"
    linux.mount("overlay", f"/{folder}", "overlay", 0, layers)
    return None


def _kernel_views() -> None:
    """/proc, /sys and /dev of our own.

    Root's number is the host's, and that alone would open the machine's settings: of those only the
    network's, which are the node's own, may be written.  The host's /dev has its disks in it, and its log.
    """
    quiet = linux.MS_NOSUID | linux.MS_NODEV | linux.MS_NOEXEC
    linux.mount("proc", "/proc", "proc", quiet)
    linux.mount("sysfs", "/sys", "sysfs", quiet | linux.MS_RDONLY)
    settings = os.open("/proc/sys/net", os.O_PATH)
    for name in ("sys", "sysrq-trigger", "irq", "bus", "fs", "acpi", "scsi"):
        if (path := Path("/proc", name)).exists():
            linux.bind(path, path, linux.MS_REC)
            linux.mount("none", path, "", linux.MS_BIND | linux.MS_REMOUNT | linux.MS_RDONLY | quiet)
    linux.bind(f"/proc/self/fd/{settings}", "/proc/sys/net")
    os.close(settings)
    kept = [(name, os.open(f"/dev/{name}", os.O_PATH)) for name in DEVICES if Path("/dev", name).exists()]
    linux.mount("tmpfs", "/dev", "tmpfs", linux.MS_NOSUID, "mode=755")
    for folder in ("/dev/net", "/dev/pts", "/dev/shm"):  # noqa: S108
        Path(folder).mkdir()
    for name, fd in kept:
        Path("/dev", name).touch()
        linux.bind(f"/proc/self/fd/{fd}", f"/dev/{name}")
        os.close(fd)
    linux.bind("pts", "/dev/pts")
    linux.tmpfs("/dev/shm", "1777")  # noqa: S108
    for name, target in DEVICE_LINKS.items():
        Path("/dev", name).symlink_to(target)


def _keep(path: str, fd: int, *, writable: bool) -> None:
    """Show a host's folder at its own path again, where a folder of ours hides it."""
    target = Path(path)
    target.mkdir(parents=True, exist_ok=True)
    if target.is_relative_to("/root") and not writable:
        Path("/root").chmod(0o711)  # services that are not root pass through to it
    linux.bind(f"/proc/self/fd/{fd}", target)
    if not writable:
        linux.bind("none", target, linux.MS_REMOUNT | linux.MS_RDONLY)
    os.close(fd)


def _run_folders(ground: Ground) -> None:
    for path in (
        "/run/systemd/system",
        "/run/systemd/journal",
        "/run/lock",
        "/run/twin/units",
        "/run/twin/lib",
    ):
        Path(path).mkdir(parents=True)
    linux.bind("lib", "/run/twin/lib")
    for path, mode, uid, gid in ground.run_folders:
        Path(path).mkdir(parents=True, exist_ok=True)
        Path(path).chmod(mode)
        os.chown(path, uid, gid)


def _files(node: Node, ground: Ground) -> None:
    top = Path("/")
    place(top, "/etc/hostname", f"{node.name}\n")
    place(top, "/etc/machine-id", hashlib.blake2s(node.name.encode(), digest_size=16).hexdigest() + "\n")
    place(top, "/etc/ssh/ssh_host_ed25519_key", ground.hosts[node.name].private)
    Path("/etc/ssh/ssh_host_ed25519_key").chmod(0o600)
    place(top, "/etc/ssh/ssh_host_ed25519_key.pub", ground.hosts[node.name].public)
    if not node.desk:
        place(top, "/root/.ssh/authorized_keys", ground.authorized)
    for path, text in (_routing(node) | dict(node.files)).items():
        place(top, path, text)


def _routing(node: Node) -> dict[str, str]:
    """FRR's own files for a node that routes: bgpd and bfdd on, ready for AgentX, nothing configured yet."""
    if "frr" not in node.services:
        return {}
    daemons = Path("/etc/frr/daemons")
    lines = daemons.read_text().splitlines() if daemons.exists() else ["vtysh_enable=yes"]
    lines += [f"{name}=yes" for name in FRR_ON]
    lines += [f'{name}_options="${{{name}_options:--A 127.0.0.1}} -M snmp"' for name in FRR_SNMP]
    started = (
        f"frr defaults traditional\nhostname {node.name}\nservice integrated-vtysh-config\nagentx\n!\nend\n"
    )
    return {"/etc/frr/daemons": "\n".join(lines) + "\n", "/etc/frr/frr.conf": started}


def _sysctls(wanted: dict[str, str]) -> None:
    for name, value in wanted.items():
        try:
            Path("/proc/sys", *name.split(".")).write_text(value)
        except OSError as reason:
            raise TwinError(f"sysctl {name} = {value}: {reason.strerror}") from reason


def _addresses(node: Node) -> Iterator[str]:
    yield "link set dev lo up"
    for face, many in node.interfaces.items():
        yield from (f"addr replace {a} dev {face}{' nodad' if ':' in a else ''}" for a in many)


def _ip(lines: Iterator[str] | list[str]) -> None:
    batch(["ip", "-batch", "-"], lines)


def batch(command: list[str], lines: Iterator[str] | list[str]) -> None:
    """Run iproute2 over many commands at once; TwinError with the first line that it refuses."""
    text = "".join(f"{line}\n" for line in lines)
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise TwinError(f"{command[0]}: {' '.join(done.stderr.split())[:300]}")


def _serve(name: str) -> None:
    enable(name)
    service.start(unit.load(name))


def _rest() -> None:
    """Hand PID 1 to tini under the name that Ansible and people look for there."""
    init = Path("/run/twin/systemd")
    init.symlink_to("/usr/bin/tini")
    os.chdir("/")
    null = os.open("/dev/null", os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(null, fd)
    os.setsid()
    os.execv(init, ["systemd", "-s", "--", "sleep", "infinity"])  # noqa: S606
