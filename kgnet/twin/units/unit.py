"""name → Unit: what the unit files say, drop-ins included, with specifiers filled in."""

from __future__ import annotations

import os
import re
from pathlib import Path

SEARCH = (
    "/etc/systemd/system",
    "/run/systemd/system",
    "/usr/local/lib/systemd/system",
    "/lib/systemd/system",
)
SUFFIXES = (".service", ".socket", ".target", ".timer", ".path", ".mount")


class UnitError(Exception):
    """What `systemctl` would have said, and its exit code (LSB; systemctl(1), EXIT STATUS)."""

    def __init__(self, reason: str, code: int = 1) -> None:
        super().__init__(reason)
        self.code = code


class Unit:
    """One unit as its files say: `options` are the raw values in order, by `Section.Key`."""

    __slots__ = ("name", "options", "path", "state")

    def __init__(self, name: str, path: Path | None, state: str, options: dict[str, list[str]]) -> None:
        self.name = name  # canonical, with suffix
        self.path = path
        self.state = state  # loaded, not-found or masked
        self.options = options

    def all(self, key: str) -> list[str]:
        """Every value of an option of `[Service]`; an empty one clears those before it."""
        values = self.options.get(f"Service.{key}", [])
        last = max((i for i, value in enumerate(values) if not value), default=-1)
        return values[last + 1 :]

    def one(self, key: str, default: str = "") -> str:
        """The value of an option that may stand once."""
        return (self.all(key) or [default])[-1]

    def yes(self, key: str, *, default: bool = False) -> bool:
        """A boolean option."""
        value = self.one(key).lower()
        return value in ("1", "yes", "true", "on") if value else default


def full_name(name: str) -> str:
    """`ssh` → `ssh.service`."""
    return name if name.endswith(SUFFIXES) else name + ".service"


def find(name: str) -> Path | None:
    """The file of that very name, in systemd's order of search."""
    return next((path for folder in SEARCH if os.path.lexists(path := Path(folder) / name)), None)


def load(name: str) -> Unit:
    """Read a unit; one that is not there has state not-found.  An alias gives the unit it stands for."""
    name = full_name(name)
    path = find(name) or find(re.sub(r"@[^.]*", "@", name))
    if path is None or not path.exists():
        return _sysv(name)
    if os.path.realpath(path) == "/dev/null":
        return Unit(name, path, "masked", {})
    real = Path(os.path.realpath(path))
    if "@" not in name:
        name = real.name
    texts = [real.read_text(), *(p.read_text() for p in _drop_ins(name))]
    unit = Unit(name, real, "loaded", _options("\n".join(texts), name))
    return _umbrella(unit)


def _umbrella(unit: Unit) -> Unit:
    """A unit that does nothing but stand for its instance `-` (postfix; made by a generator) is that."""
    if unit.one("ExecStart") != "/bin/true" or find(unit.name.replace(".", "@.")) is None:
        return unit
    instance = load(unit.name.replace(".", "@-."))
    instance.options["Install.WantedBy"] = unit.options.get("Install.WantedBy", [])
    return Unit(unit.name, unit.path, "loaded", instance.options)


def _sysv(name: str) -> Unit:
    """A script in /etc/init.d is a unit too (systemd-sysv-generator(8))."""
    script = Path("/etc/init.d") / name.removesuffix(".service")
    if not name.endswith(".service") or not script.is_file():
        return Unit(name, None, "not-found", {})
    verbs = {"ExecStart": "start", "ExecStop": "stop", "ExecReload": "reload"}
    options = {f"Service.{key}": [f"{script} {verb}"] for key, verb in verbs.items()}
    options |= {"Service.Type": ["forking"], "Service.RemainAfterExit": ["yes"]}
    options |= {"Install.WantedBy": ["multi-user.target"], "Unit.Description": [f"LSB: {script.name}"]}
    return Unit(name, script, "loaded", options)


def _drop_ins(name: str) -> list[Path]:
    names = {name, re.sub(r"@[^.]*", "@", name)}
    found = {p.name: p for d in reversed(SEARCH) for n in names for p in (Path(d) / f"{n}.d").glob("*.conf")}
    return [found[key] for key in sorted(found)]


def _options(text: str, name: str) -> dict[str, list[str]]:
    section = ""
    options: dict[str, list[str]] = {}
    for line in map(str.strip, text.replace("\\\n", " ").splitlines()):
        if line.startswith("["):
            section = line.strip("[]")
        elif "=" in line and line[0] not in "#;":
            key, _, value = line.partition("=")
            options.setdefault(f"{section}.{key.strip()}", []).append(specified(value.strip(), name))
    return options


def specified(value: str, name: str) -> str:
    """Fill in the specifiers that Debian's units use (systemd.unit(5), SPECIFIERS)."""
    prefix = name.rpartition(".")[0]
    instance = prefix.partition("@")[2]
    known = {
        "n": name,
        "N": prefix,
        "p": prefix.partition("@")[0],
        "i": instance,
        "I": instance.replace("-", "/"),
    }
    known |= {"t": "/run", "S": "/var/lib", "C": "/var/cache", "L": "/var/log", "E": "/etc"}
    known["%"] = "%"
    known |= {"H": os.uname().nodename, "u": "root", "h": "/root", "T": "/tmp", "V": "/var/tmp"}  # noqa: S108
    return re.sub(r"%(.)", lambda found: known.get(found[1], found[0]), value)
