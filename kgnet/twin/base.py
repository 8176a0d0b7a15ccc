"""The stock /etc and /var that every node starts from: the host's, less what is its own business.

Packed outside, where a rootless user still sees who owns what; unpacked inside, where root may give it away.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from kgnet.errors import TwinError

# the host's own: its keys, passwords, names, enabled services and routing
NOT_OURS = (
    "etc/ssh/ssh_host_*",
    "etc/shadow*",
    "etc/gshadow*",
    "etc/hostname",
    "etc/machine-id",
    "etc/mtab",
    "etc/frr/*.conf",
    "etc/systemd/system/*.wants*",
    "etc/snmp/snmpd.conf",
    "etc/wireguard/*",
    "etc/letsencrypt/*",
)
FOLDERS = ("(", "-type", "l", "-o", "-type", "d", "-readable", ")")
VAR_PRUNED = (
    "docker",
    "containers",
    "containerd",
    "kubelet",
    "lxd",
    "flatpak",
    "snapd",
    "apt",
    "dpkg",
    "kgnet",
)
SSHD = """\
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
UsePAM no
UseDNS no
MaxStartups 100
HostKey /etc/ssh/ssh_host_ed25519_key
"""
VTYSH = "service integrated-vtysh-config\n"


def pack(archive: Path) -> None:
    """Write the host's /etc and the bare folders of its /var into a tar file; takes well under a second."""
    names = archive.with_suffix(".list")
    names.write_text("\n".join([*_etc(), *_var()]))
    archive.with_suffix(".closed").write_text("\n".join(_closed()))
    command = [
        "tar",
        "-C",
        "/",
        "--numeric-owner",
        "--ignore-failed-read",
        "--no-recursion",
        "-cf",
        str(archive),
    ]
    command += [*(f"--exclude={pattern}" for pattern in NOT_OURS), "-T", str(names)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0 and (lines := _trouble(done.stderr)):
        raise TwinError(f"{archive}: {lines[0]}")


def unpack(archive: Path, base: Path) -> None:
    """Unpack into *base* with the owners as packed, make it neutral, and throw the archive away."""
    base.mkdir()
    command = ["tar", "-C", str(base), "--numeric-owner", "-xpf", str(archive)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise TwinError(f"{base}: {done.stderr.strip().splitlines()[-1]}")
    for line in archive.with_suffix(".closed").read_text().splitlines():
        _open(base, *line.split(maxsplit=3))
    for left in (archive, archive.with_suffix(".list"), archive.with_suffix(".closed")):
        left.unlink()
    for path, text in _neutral(base).items():
        place(base, path, text)
    for service in (base / "etc/pam.d").glob("*"):
        service.write_text(_without_login_uid(service.read_text()))


def place(base: Path, path: str, text: str) -> None:
    """Write a node's file under *base*, owned as its folder is and as private as that (see Node.files)."""
    target = base / path.lstrip("/")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    target.write_text(text)
    own(target, private=not target.parent.stat().st_mode & 0o004)


def own(target: Path, *, private: bool) -> None:
    """Give a file the owner of its folder."""
    parent = target.parent.stat()
    os.chown(target, parent.st_uid, parent.st_gid)
    target.chmod(0o640 if private else 0o644)


def _etc() -> Iterator[str]:
    yield from _found("etc", ["(", "-type", "l", "-o", "-readable", ")"])


def _var() -> Iterator[str]:
    """The folders of /var, and what tells package managers what is installed."""
    pruned = [word for name in VAR_PRUNED for word in ("-o", "-name", name)][1:]
    only = ["-maxdepth", "4", "(", *pruned, ")", "-prune", "-o", *FOLDERS]
    yield from _found("var", only)
    yield from ("var/lib/dpkg", "var/lib/dpkg/status", "var/lib/apt", "var/cache/apt")


def _closed() -> Iterator[str]:
    """Mode, owner, group and name of folders that we may not look into: tar passes those over."""
    for top in ("etc", "var"):
        yield from _found(top, ["-maxdepth", "4", "-type", "d", "!", "-readable"], "%m %U %G ")


def _open(base: Path, mode: str, uid: str, gid: str, name: str) -> None:
    folder = base / name
    folder.mkdir(parents=True, exist_ok=True)
    os.chown(folder, int(uid), int(gid))
    folder.chmod(int(mode, 8))


def _found(top: str, tests: list[str], before: str = "") -> Iterator[str]:
    command = ["find", f"/{top}", "-xdev", *tests, "-printf", f"{before}{top}/%P\\n"]
    found = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    yield from (name.rstrip("/") for name in found.splitlines())


def _trouble(stderr: str) -> list[str]:
    """What tar complained about, other than files that this user may not read or that just went away."""
    harmless = re.compile(
        r"Permission denied|file changed as we read it|Exiting with|removed before|socket ignored"
    )
    return [line for line in stderr.splitlines() if not harmless.search(line)]


def _neutral(base: Path) -> Mapping[str, str]:
    users = [line.split(":")[0] for line in (base / "etc/passwd").read_text().splitlines()]
    return {
        "/etc/shadow": "".join(f"{user}:*:19000:0:99999:7:::\n" for user in users),
        "/etc/ssh/sshd_config.d/00-twin.conf": SSHD,
        "/etc/default/ssh": "SSHD_OPTS='-E /var/log/sshd.log'\n",
        "/etc/frr/vtysh.conf": VTYSH,
        "/etc/default/chrony": "DAEMON_OPTS='-F 1 -x'\n",  # the clock is the host's: watched, never set
    }


def _without_login_uid(pam: str) -> str:
    """The audit user id is the kernel's, not a namespace's: setting it would fail every login."""
    return re.sub(r"^(.*pam_loginuid\.so)", r"# \1", pam, flags=re.M)
