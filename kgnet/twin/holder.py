"""The twin's one process: builds nodes and wires, then answers on its socket until it is told to end.

It is PID 1 of the twin's namespaces: when it ends, however it ends, everything of the twin is gone.
"""

from __future__ import annotations

import os
import re
import selectors
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from kgnet.errors import TwinError
from kgnet.twin import base, blueprint, linux, serve
from kgnet.twin.blueprint import Blueprint, Node
from kgnet.twin.keys import Pair, etc_hosts, known_hosts, pair
from kgnet.twin.node import Ground, Talk, live
from kgnet.twin.state import Folder, State
from kgnet.twin.wires import Place, Wires, faces, has_netem

STAND_IN = """\
#!/usr/bin/python3 -IS
import sys
sys.path.insert(0, "/run/twin/lib")
from kgnet.twin.units.main import main
sys.exit(main())
"""
Say = Callable[[str], None]


@dataclass(slots=True)
class Seat:
    """A node as the holder sees it: where it is, and the pipes to it."""

    name: str
    place: Place
    said: int
    go: int

    def hear(self, expected: str) -> str:
        """Read the node's next word, and return what follows it."""
        word = b""
        while not word.endswith(b"\n"):
            if not (more := os.read(self.said, 4096)):
                raise TwinError(f"node {self.name}: ended while it was being built")
            word += more
        first, _, rest = word.decode().strip().partition(" ")
        if first != expected:
            raise TwinError(f"node {self.name}: {rest or first}")
        return rest


def prepare(folder: Folder, plan: Blueprint, keys: dict[str, Pair]) -> Ground:
    """Lay out what all nodes stand on: memory, base, terminals, the stand-in for systemctl."""
    overlay = _memory(folder.work)
    base.unpack(folder.path / "base.tar", folder.work / "base")
    base.place(folder.work / "base", "/etc/hosts", etc_hosts(plan))
    (folder.work / "base/var/agentx").mkdir(exist_ok=True)  # where FRR looks for AgentX (RFC 2741)
    _terminals(folder.work / "pts")
    _stand_in(folder.work)
    authorized = folder.ssh_key.with_suffix(".pub").read_text()
    return Ground(folder.work, authorized, keys, tuple(_run_folders()), overlay)


def _memory(work: Path) -> str:
    """Have the nodes' files in memory if overlays can stand on it; returns the overlay's further options."""
    work.mkdir(exist_ok=True)
    linux.tmpfs(work)
    try:
        os.setxattr(work, "user.kgnet", b"1")
    except OSError:  # Linux before 6.6: on disk, then, and without moving folders between layers
        linux.umount(work)
    return ",userxattr"


def _terminals(pts: Path) -> None:
    """Terminals of the twin's own."""
    pts.mkdir()
    linux.mount("devpts", pts, "devpts", 0, "newinstance,ptmxmode=0666,mode=620,gid=5")


def _stand_in(work: Path) -> None:
    """Lay out `kgnet.twin.units` so that a node's Python finds it, and compiles it once for all."""
    shutil.copytree(Path(__file__).parent / "units", work / "lib/kgnet/twin/units")
    for package in ("kgnet", "kgnet/twin"):
        (work / "lib" / package / "__init__.py").touch()
    (work / "systemctl").write_text(STAND_IN)
    (work / "systemctl").chmod(0o755)


def _run_folders() -> Iterator[tuple[str, int, int, int]]:
    """The folders below /run that packages ask systemd-tmpfiles for (tmpfiles.d(5))."""
    users = {f[0]: int(f[2]) for f in _colons("/etc/passwd")}
    groups = {f[0]: int(f[2]) for f in _colons("/etc/group")}
    for path in sorted(Path("/usr/lib/tmpfiles.d").glob("*.conf")):
        for line in path.read_text().splitlines():
            found = re.match(r"[dD]\S*\s+(?:/var)?(/run/[\w/.-]+)\s+(\d+)\s+(\S+)\s+(\S+)", line)
            if found and found[3] in users and found[4] in groups:
                yield found[1].rstrip("/"), int(found[2], 8), users[found[3]], groups[found[4]]


def _colons(path: str) -> list[list[str]]:
    return [line.split(":") for line in Path(path).read_text().splitlines() if line.count(":") > 2]


def seat(node: Node, ground: Ground, wired: tuple[str, ...]) -> Seat:
    """Fork a node into namespaces of its own."""
    (said, say), (heard, go), (told, tell) = os.pipe(), os.pipe(), os.pipe()

    def first() -> None:
        os.setpriority(os.PRIO_PROCESS, 0, 0)
        linux.unshare(linux.NEWNS | linux.NEWNET | linux.NEWPID | linux.NEWUTS)
        pid = linux.fork(lambda: live(node, ground, Talk(say, heard), wired))
        os.write(tell, str(pid).encode())

    child = linux.fork(first)
    for fd in (say, heard, tell):
        os.close(fd)
    pid = os.read(told, 32)
    os.close(told)
    os.waitpid(child, 0)
    if not pid:
        raise TwinError(f"node {node.name}: could not be isolated")
    return Seat(node.name, Place(int(pid), 0), said, go)


def build(plan: Blueprint, ground: Ground, say: Say) -> tuple[list[Seat], Wires]:
    """Seat the nodes, lay the wires, start the daemons, raise the links: in this order."""
    wired = faces(plan)
    seats = [seat(node, ground, wired[node.name]) for node in plan.nodes]
    for one in seats:
        one.place = Place(one.place.pid, int(one.hear("born")))
    wires = Wires(plan, has_netem(), {one.name: one.place for one in seats})
    wires.build()
    say(f"wired {len(plan.links) + len(plan.lans)}")
    _each(seats, "up", say, at_once=2 * (os.cpu_count() or 1))
    _each(seats, "linked", say, at_once=8)
    return seats, wires


def _each(seats: list[Seat], word: str, say: Say, *, at_once: int) -> None:
    """Let a few nodes at a time take their next step, the next as soon as one is done."""
    waiting, listener = list(reversed(seats)), selectors.DefaultSelector()
    while waiting or listener.get_map():
        while waiting and len(listener.get_map()) < at_once:
            one = waiting.pop()
            listener.register(one.said, selectors.EVENT_READ, one)
            os.write(one.go, b"g")
        for key, _ in listener.select():
            key.data.hear(word)
            listener.unregister(key.fd)
            say(f"{word} {key.data.name}")


def hold(folder: Folder, say: Say) -> None:
    """Build the twin of a folder, tell *say* how far it is, and hold it until the end."""
    plan = blueprint.load(folder.blueprint)
    me = int(Path("/proc/self").readlink().name)  # as the host counts: /proc is still its own
    state = State(plan.name, me, linux.started_at(me))
    folder.write(state)
    keys = {node.name: pair() for node in plan.nodes}
    folder.known_hosts.write_text(known_hosts(plan, keys))
    ground = prepare(folder, plan, keys)
    say("based")
    seats, wires = build(plan, ground, say)
    pids = {one.name: one.place.host_pid for one in seats}
    desks = [node.name for node in plan.nodes if node.desk]
    with serve.listen(folder) as server:
        folder.write(replace(state, nodes=pids, desks=desks, ready=True))
        say("ready")
        serve.serve(server, wires, pids)


def main() -> None:
    """python -m kgnet.twin.holder FOLDER PROGRESS_FD LOCK_FD"""
    folder, progress = Folder(Path(sys.argv[1])), int(sys.argv[2])
    for fd in map(int, sys.argv[2:]):
        os.set_inheritable(fd, False)
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    try:
        hold(folder, lambda word: _said(progress, word))
    except (TwinError, OSError) as reason:
        _said(progress, f"failed {' '.join(str(reason).split())}")
        sys.exit(1)


def _said(progress: int, word: str) -> None:
    os.write(progress, f"{word}\n".encode())  # if nobody listens while we build, nobody wants us


if __name__ == "__main__":
    main()
