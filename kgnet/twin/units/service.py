"""Start, stop, reload a unit."""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import signal
import socket
import time
from pathlib import Path

from kgnet.twin.units import execute, processes
from kgnet.twin.units.status import RECORDS, main_pid, read, stamped, status, write
from kgnet.twin.units.unit import Unit, UnitError

PR_SET_CHILD_SUBREAPER = 36  # <linux/prctl.h>
STOP_S = 15.0  # then SIGKILL; systemd waits 90 s


def start(unit: Unit) -> None:
    """Start it unless it runs; returns when it says that it is ready."""
    if status(unit).active == "active":
        return
    _refuse(unit)
    if not _conditions(unit):
        return
    write(unit, [], failed=True)  # until shown otherwise
    execute.folders(unit)
    execute.run(unit, "ExecStartPre", {})
    write(unit, _started(unit))
    execute.run(unit, "ExecStartPost", {"MAINPID": str(status(unit).main)})
    if status(unit).active == "failed":
        write(unit, [], failed=True)
        raise UnitError(f"Job for {unit.name} failed; {execute.last_words(unit)}")


def stop(unit: Unit) -> None:
    """Stop it and all its processes; one that does not run stays so."""
    record, now = read(unit), status(unit)
    if record is None:
        return None
    if now.active == "active":
        with contextlib.suppress(UnitError):  # what ExecStop left is ended below, as systemd does
            execute.run(unit, "ExecStop", {"MAINPID": str(now.main or "")})
    if unit.one("KillMode") == "none" or now.sub == "exited":
        return (RECORDS / unit.name).unlink(missing_ok=True)
    ours = {pid for pid, started in record[2] if not processes.recycled(pid, started)}
    roots = ours | ({now.main} - {0})
    members = roots if unit.one("KillMode") == "process" else processes.family(roots, unit.name)
    wanted = getattr(signal, unit.one("KillSignal", "SIGTERM"), signal.SIGTERM)
    first = roots & members if unit.one("KillMode") == "mixed" else members
    processes.end(first, wanted, STOP_S)
    processes.end(members - first, signal.SIGKILL, STOP_S)
    (RECORDS / unit.name).unlink(missing_ok=True)
    return None


def reload(unit: Unit) -> None:
    """Have it read its configuration again."""
    now = status(unit)
    if now.active != "active":
        raise UnitError(f"{unit.name} is not active, cannot reload.")
    if not unit.all("ExecReload"):
        raise UnitError(
            f"Failed to reload {unit.name}: Job type reload is not applicable for unit {unit.name}."
        )
    before = _orphans()
    execute.run(unit, "ExecReload", {"MAINPID": str(now.main or "")})
    record = read(unit)
    if new := _orphans() - before:
        write(unit, [*stamped(new), *(record[2] if record else [])])


def _refuse(unit: Unit) -> None:
    if unit.state == "not-found":
        raise UnitError(f"Failed to start {unit.name}: Unit {unit.name} not found.", 5)
    if unit.state == "masked":
        raise UnitError(f"Failed to start {unit.name}: Unit {unit.name} is masked.")
    if not unit.all("ExecStart") and unit.name.endswith(".service"):
        raise UnitError(f"Failed to start {unit.name}: it has no ExecStart.")


def _conditions(unit: Unit) -> bool:
    """ConditionPathExists; a unit whose condition fails is skipped without an error."""
    wanted = unit.options.get("Unit.ConditionPathExists", [])
    return all(Path(path.lstrip("!")).exists() != path.startswith("!") for path in wanted)


def _started(unit: Unit) -> list[tuple[int, int]]:
    """Run ExecStart and return the processes that came of it, the main one first."""
    kind = unit.one("Type", "simple" if unit.all("ExecStart") else "oneshot")
    if kind == "oneshot":
        execute.run(unit, "ExecStart", {})
        return []
    if kind == "forking":
        return _forked(unit)
    return stamped({_ready(unit)} if kind == "notify" else {_simple(unit)})


def _forked(unit: Unit) -> list[tuple[int, int]]:
    """Who is left when ExecStart has ended: as their subreaper we get the orphans."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    before = _orphans()
    execute.run(unit, "ExecStart", {})
    new = stamped(_orphans() - before)
    main = main_pid(unit, wait_s=5.0 if unit.one("PIDFile") else 0.0)
    return sorted(new, key=lambda entry: entry[0] != main)


def _orphans() -> set[int]:
    me = os.getpid()
    return {one.pid for one in processes.everyone().values() if one.parent == me}


def _simple(unit: Unit) -> int:
    """The process of a unit that says nothing; it has a moment to fail at once."""
    child = execute.spawn(unit, unit.one("ExecStart"), execute.environment(unit, {}))
    fd = os.pidfd_open(child.pid)
    if select.select([fd], [], [], 0.15)[0]:
        _failed(unit, child.wait())
    os.close(fd)
    child.returncode = 0  # it outlives us
    return child.pid


def _ready(unit: Unit) -> int:
    """The main process of a unit that tells when it is ready (sd_notify(3))."""
    path = RECORDS / f".notify-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(path))
        path.chmod(0o777)  # the daemon may have become another user by then
        try:
            env = execute.environment(unit, {"NOTIFY_SOCKET": str(path)})
            child = execute.spawn(unit, unit.one("ExecStart"), env)
            main = _told(unit, listener, child.pid, time.monotonic() + 60.0)
        finally:
            path.unlink()
    child.returncode = 0  # it outlives us
    return main


def _told(unit: Unit, listener: socket.socket, pid: int, until: float) -> int:
    """Wait for READY=1; returns the main pid, which the daemon may name itself."""
    main, fd = pid, os.pidfd_open(pid)
    while time.monotonic() < until:
        ready, _, _ = select.select([listener.fileno(), fd], [], [], until - time.monotonic())
        if listener.fileno() in ready:
            said = dict(line.partition("=")[::2] for line in listener.recv(4096).decode().splitlines())
            main = int(said.get("MAINPID", main))
            if said.get("READY") == "1":
                os.close(fd)
                return main
        elif fd in ready:
            _failed(unit, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
    processes.end(processes.family({pid}, unit.name), signal.SIGTERM, STOP_S)
    raise UnitError(f"{unit.name}: did not say that it is ready; {execute.last_words(unit)}")


def _failed(unit: Unit, code: int) -> None:
    raise UnitError(f"Job for {unit.name} failed, code {code}; {execute.last_words(unit)}")
