"""A command → run inside a node, with our terminal, exit code and signals."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import NoReturn

from kgnet.errors import TwinError
from kgnet.twin import linux
from kgnet.twin.state import Folder, State, same_process

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
PASSED_ON = (signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2)
TERMINALS_OWN = (signal.SIGINT, signal.SIGQUIT)  # a terminal sends these to the command itself
HEARD = (*PASSED_ON, *TERMINALS_OWN)


def enter(folder: Folder, name: str, command: Sequence[str]) -> int:
    """Run a command in a node; returns its exit code (128 + n: it died of signal n)."""
    state = folder.running()
    if not same_process(state.holder, state.holder_started):
        raise TwinError(f"twin {folder.name} was started elsewhere: from inside a twin, use ssh {name}")
    if (pid := state.nodes.get(name)) is None:
        raise TwinError(f"twin {folder.name}: no node {name}; there are {', '.join(sorted(state.nodes))}")
    if not Path(f"/proc/{pid}/ns").exists():
        raise TwinError(f"twin {folder.name}: node {name} is not running")
    spaces = _spaces(pid, state)
    linux.setns(spaces.pop("user"), linux.NEWUSER)
    linux.setns(spaces.pop("pid"), linux.NEWPID)
    signal.pthread_sigmask(signal.SIG_BLOCK, HEARD)  # until both sides know what to do with them
    child = linux.fork(lambda: _become(spaces, folder, command, desk=name in state.desks))
    return _wait(child)


def environment(folder: Folder, *, desk: bool) -> dict[str, str]:
    """What a command in a node finds: at a desk our own environment, elsewhere a plain one."""
    unowned = {"KGNET_TWIN_ROOTLESS": "1"} if Path("/").stat().st_uid != 0 else {}  # / is the host root's
    twins = folder.environment() | unowned
    if desk:
        path = f"{Path(sys.executable).parent}:{os.environ.get('PATH', PATH)}"
        return (
            twins
            | dict(os.environ)
            | {k: v for k, v in twins.items() if k != "KGNET_INVENTORY"}
            | {"PATH": path}
        )
    kept = {k: os.environ[k] for k in ("TERM", "LANG") if k in os.environ}
    return {"LANG": "C.UTF-8"} | kept | twins | {"PATH": PATH, "HOME": "/root", "USER": "root"}


def _spaces(pid: int, state: State) -> dict[str, int]:
    """Open a node's namespaces; the user namespace is the whole twin's."""
    try:
        names = ("user", "pid", "net", "uts", "mnt")
        return {name: os.open(f"/proc/{pid}/ns/{name}", os.O_RDONLY | os.O_CLOEXEC) for name in names}
    except OSError as reason:
        raise TwinError(f"twin {state.name} belongs to another user: {reason.strerror}") from reason


def _become(spaces: dict[str, int], folder: Folder, command: Sequence[str], *, desk: bool) -> NoReturn:
    linux.die_with_parent(signal.SIGTERM)
    here = str(Path.cwd())
    for name, flag in (("net", linux.NEWNET), ("uts", linux.NEWUTS), ("mnt", linux.NEWNS)):
        linux.setns(spaces[name], flag)
    os.setgroups([])
    os.setresgid(0, 0, 0)
    os.setresuid(0, 0, 0)
    os.chdir(here if desk and Path(here).is_dir() else "/root" if os.access("/root", os.X_OK) else "/")
    env = environment(folder, desk=desk)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, HEARD)
    try:
        os.execvpe(command[0], list(command), env)  # noqa: S606
    except OSError as reason:
        sys.stderr.write(f"{command[0]}: {reason.strerror}\n")
        os._exit(127 if isinstance(reason, FileNotFoundError) else 126)


def _wait(child: int) -> int:
    """Pass signals on until the command ends."""

    def passed(number: int, _: FrameType | None) -> None:
        with suppress(ProcessLookupError):
            os.kill(child, number)

    for number in PASSED_ON:
        signal.signal(number, passed)
    for number in TERMINALS_OWN:
        signal.signal(number, signal.SIG_IGN if sys.stdin.isatty() else passed)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, HEARD)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return code if code >= 0 else 128 - code
