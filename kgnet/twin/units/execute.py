"""One command line of a unit → a process, as systemd.exec(5) has it."""

from __future__ import annotations

import os
import pwd
import re
import resource
import shlex
import shutil
import subprocess
from collections.abc import Callable
from glob import glob
from pathlib import Path

from kgnet.twin.units.processes import MARK
from kgnet.twin.units.unit import Unit, UnitError

LOGS = Path("/run/twin/log")
LAST_BYTES = 2000  # of a log, in which its last line is looked for
FOLDERS = {
    "RuntimeDirectory": "/run",
    "StateDirectory": "/var/lib",
    "CacheDirectory": "/var/cache",
    "LogsDirectory": "/var/log",
    "ConfigurationDirectory": "/etc",
}


def environment(unit: Unit, extra: dict[str, str]) -> dict[str, str]:
    """What the unit's processes find in their environment."""
    found = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}
    found |= {"_SYSTEMCTL_SKIP_REDIRECT": "1", MARK: unit.name}
    for word in (word for line in unit.all("Environment") for word in shlex.split(line)):
        key, _, value = word.partition("=")
        found[key] = value
    for path in unit.all("EnvironmentFile"):
        found |= _environment_files(path)
    return found | extra


def _environment_files(pattern: str) -> dict[str, str]:
    paths = sorted(glob(pattern.removeprefix("-")))  # noqa: PTH207
    if not paths and not pattern.startswith(("-", "/etc/default/")) and "*" not in pattern:
        raise UnitError(f"Failed to load environment files: {pattern}: No such file or directory")
    found = {}
    for line in "\n".join(Path(path).read_text() for path in paths).replace("\\\n", " ").splitlines():
        key, equals, value = line.strip().partition("=")
        if equals and not key.startswith(("#", ";")):
            found[key.strip()] = "".join(shlex.split(value)) if value[:1] in "\"'" else value.strip()
    return found


def words(command: str, env: dict[str, str]) -> list[str]:
    """Split a command line; `$NAME` standing alone gives many words, `${NAME}` one (systemd.service(5))."""
    found: list[str] = []
    for word in shlex.split(command):
        if alone := re.fullmatch(r"\$(\w+)", word):
            found += shlex.split(env.get(alone[1], ""))
        else:
            found.append(re.sub(r"\$\{(\w+)\}|\$\$", lambda m: env.get(m[1], "") if m[1] else "$", word))
    return found


def spawn(unit: Unit, command: str, env: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start one command line, in a session of its own, its output in /run/twin/log/UNIT.log."""
    prefix = re.match(r"[-@:+!|]*", command)
    marks = prefix[0] if prefix else ""
    argv = words(command[len(marks) :], env)
    if not argv or not shutil.which(argv[0]):
        raise UnitError(f"{unit.name}: {argv[0] if argv else 'ExecStart'}: not found", 203)
    user = "" if set(marks) & {"+", "!"} else unit.one("User")
    LOGS.mkdir(parents=True, exist_ok=True)
    with (LOGS / f"{unit.name}.log").open("ab") as log:
        return subprocess.Popen(
            _capable(unit, user) + argv,
            env=env | _identity(unit.one("User")),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            cwd=unit.one("WorkingDirectory").lstrip("-~") or "/",
            preexec_fn=_become(unit, "" if unit.one("AmbientCapabilities") else user),  # noqa: PLW1509  # single-threaded
        )


def run(unit: Unit, key: str, extra: dict[str, str]) -> None:
    """Run every command line of an option to its end; UnitError if one fails that may not."""
    for command in unit.all(key):
        child = spawn(unit, command, environment(unit, extra))
        try:
            code = child.wait(_seconds(unit.one("TimeoutStartSec") or unit.one("TimeoutSec")))
        except subprocess.TimeoutExpired:
            child.kill()
            raise UnitError(f"{unit.name}: {key} timed out; {last_words(unit)}") from None
        if code != 0 and not command.startswith("-"):
            raise UnitError(f"{unit.name}: {key} ended with code {code}; {last_words(unit)}")


def folders(unit: Unit) -> None:
    """Make the folders that the unit asks for, and give them to its user."""
    for key, parent in FOLDERS.items():
        for name in unit.one(key).split():
            path = Path(parent) / name.partition(":")[0]
            path.mkdir(parents=True, exist_ok=True)
            path.chmod(int(unit.one(f"{key}Mode", "0755"), 8))
            if key != "ConfigurationDirectory" and unit.one("User"):
                os.chown(path, *_ids(unit, unit.one("User")))


def _identity(user: str) -> dict[str, str]:
    if not user:
        return {"HOME": "/root", "USER": "root"}
    return {"HOME": pwd.getpwnam(user).pw_dir, "USER": user, "LOGNAME": user}


def _ids(unit: Unit, user: str) -> tuple[int, int]:
    try:
        entry = pwd.getpwnam(user)
    except KeyError:
        raise UnitError(f"{unit.name}: no user {user}", 217) from None
    import grp

    group = unit.one("Group")
    return entry.pw_uid, grp.getgrnam(group).gr_gid if group else entry.pw_gid


def _capable(unit: Unit, user: str) -> list[str]:
    """Return what becomes the unit's user and keeps the capabilities that the unit gives it (setpriv(1))."""
    given = unit.one("AmbientCapabilities").lower().split()
    if not user or not given:
        return []
    uid, gid = _ids(unit, user)
    kept = ",".join(f"+{name.removeprefix('cap_')}" for name in given)
    return [
        "setpriv",
        f"--reuid={uid}",
        f"--regid={gid}",
        "--init-groups",
        f"--inh-caps={kept}",
        f"--ambient-caps={kept}",
        f"--bounding-set=-all,{kept}",
    ]


def _become(unit: Unit, user: str) -> Callable[[], None]:
    """What the child does between fork and exec: limits, umask, user."""
    ids = _ids(unit, user) if user else None
    nofile, umask = unit.one("LimitNOFILE").split(":")[-1], unit.one("UMask")

    def become() -> None:
        if nofile.isdigit():
            hard = min(int(nofile), resource.getrlimit(resource.RLIMIT_NOFILE)[1])
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        if umask:
            os.umask(int(umask, 8))
        if ids:
            os.setgid(ids[1])
            os.initgroups(user, ids[1])
            os.setuid(ids[0])

    return become


def _seconds(text: str, default: float = 90.0) -> float:
    """`2m`, `20s`, `5` → seconds (systemd.time(7)); 90 s where nothing is said, as systemd's own default."""
    units = {"": 1.0, "s": 1.0, "sec": 1.0, "ms": 0.001, "m": 60.0, "min": 60.0, "h": 3600.0}
    found = re.findall(r"([\d.]+)\s*([a-z]*)", text)
    return sum(float(n) * units.get(unit, 1.0) for n, unit in found) or default


def last_words(unit: Unit) -> str:
    """Return where the log of a unit is, and the last line in it, for who is told that it failed."""
    log = LOGS / f"{unit.name}.log"
    lines = log.read_bytes()[-LAST_BYTES:].decode(errors="replace").split("\n") if log.is_file() else []
    said = next((line.strip() for line in reversed(lines) if line.strip()), "nothing was said")
    return f"see {log}: {said}"
