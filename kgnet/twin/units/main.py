"""`systemctl` as far as Ansible's modules, Debian's scripts and people at a shell go."""

from __future__ import annotations

import fnmatch
import sys
from collections.abc import Callable
from pathlib import Path

from kgnet.twin.units import enablement
from kgnet.twin.units.status import RECORDS, status
from kgnet.twin.units.unit import SEARCH, Unit, UnitError, full_name, load

OPTIONS_WITH_VALUE = {"-p", "--property", "-t", "--type", "-n", "--lines", "-o", "--output", "--signal", "-s"}


def main(argv: list[str] | None = None) -> int:
    """Do what the arguments say; returns the exit code."""
    options, words = _split(sys.argv[1:] if argv is None else argv)
    verb, names = (words or ["list-units"])[0], words[1:]
    try:
        return _run(verb, names, options)
    except UnitError as reason:
        sys.stderr.write(f"{reason}\n")
        return reason.code


def _split(argv: list[str]) -> tuple[dict[str, str], list[str]]:
    options: dict[str, str] = {}
    words: list[str] = []
    rest = iter(argv)
    for word in rest:
        if not word.startswith("-"):
            words.append(word)
        elif word in OPTIONS_WITH_VALUE:
            options[word] = next(rest, "")
        else:
            key, _, value = word.partition("=")
            options[key] = value
    return options, words


def _run(verb: str, names: list[str], options: dict[str, str]) -> int:
    if verb in ("daemon-reload", "daemon-reexec", "reset-failed", "preset", "set-property"):
        return 0  # unit files are read anew every time
    if verb == "is-system-running":
        return _say("running")
    if verb in ACTIONS:
        for name in names:
            ACTIONS[verb](name)
            if "--now" in options and verb in NOW:
                ACTIONS[NOW[verb]](name)
        return 0
    if verb in ANSWERS:
        return ANSWERS[verb](names, options)
    raise UnitError(f"Unknown command verb {verb}.")


def _start(name: str) -> None:
    from kgnet.twin.units import service  # only who starts something waits for its imports

    service.start(load(name))


def _reload(name: str) -> None:
    from kgnet.twin.units import service

    service.reload(load(name))


def _restart(name: str) -> None:
    from kgnet.twin.units import service

    unit = load(name)
    service.stop(unit)
    service.start(unit)


def _try_restart(name: str) -> None:
    if status(load(name)).active == "active":
        _restart(name)


def _reload_or_restart(name: str) -> None:
    unit = load(name)
    if unit.all("ExecReload") and status(unit).active == "active":
        _reload(name)
    else:
        _restart(name)


def _stop(name: str) -> None:
    from kgnet.twin.units import service

    unit = load(name)
    if unit.state == "not-found":
        raise UnitError(f"Failed to stop {unit.name}: Unit {unit.name} not loaded.", 5)
    service.stop(unit)


def _say(*lines: str) -> int:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return 0


def _is_active(names: list[str], options: dict[str, str]) -> int:
    found = [status(load(name)).active for name in names]
    if "--quiet" not in options and "-q" not in options:
        _say(*found)
    return 0 if "active" in found else 3


def _is_failed(names: list[str], _: dict[str, str]) -> int:
    found = [status(load(name)).active for name in names]
    _say(*found)
    return 0 if "failed" in found else 1


def _is_enabled(names: list[str], options: dict[str, str]) -> int:
    found = [enablement.enabled(name) for name in names]
    for name, word in zip(names, found, strict=True):
        if not word:
            raise UnitError(f"Failed to get unit file state for {full_name(name)}: No such file or directory")
        if "--quiet" not in options and "-q" not in options:
            _say(word)
    return 0 if set(found) & {"enabled", "static", "alias"} else 1


def _properties(unit: Unit) -> dict[str, str]:
    now = status(unit)
    found = {"Id": unit.name, "Names": unit.name}
    found["Description"] = (unit.options.get("Unit.Description") or [unit.name])[-1]
    found |= {"LoadState": unit.state, "ActiveState": now.active, "SubState": now.sub}
    found |= {"FragmentPath": str(unit.path or ""), "UnitFileState": enablement.enabled(unit.name)}
    found |= {"Type": unit.one("Type", "simple"), "MainPID": str(now.main), "ExecMainPID": str(now.main)}
    found |= {"Result": "exit-code" if now.active == "failed" else "success", "NeedDaemonReload": "no"}
    return found | {"CanReload": "yes" if unit.all("ExecReload") else "no", "User": unit.one("User")}


def _show(names: list[str], options: dict[str, str]) -> int:
    wanted = (options.get("-p") or options.get("--property") or "").split(",")
    for name in names:
        found = _properties(load(name))
        keys = [key for key in (wanted if wanted != [""] else found) if key in found]
        _say(*(found[key] if "--value" in options else f"{key}={found[key]}" for key in keys))
    return 0


def _tell(names: list[str], _: dict[str, str]) -> int:
    code = 0
    for name in names:
        unit = load(name)
        if unit.state == "not-found":
            raise UnitError(f"Unit {unit.name} could not be found.", 4)
        now, seen = status(unit), _properties(unit)
        _say(
            f"{unit.name} - {seen['Description']}",
            f"     Loaded: {unit.state} ({unit.path}; {seen['UnitFileState']})",
        )
        _say(f"     Active: {now.active} ({now.sub})", f"   Main PID: {now.main or '-'}")
        code = code or (0 if now.active == "active" else 3)
    return code


def _cat(names: list[str], _: dict[str, str]) -> int:
    for name in names:
        unit = load(name)
        if unit.path is None:
            raise UnitError(f"No files found for {unit.name}.")
        _say(f"# {unit.path}", unit.path.read_text())
    return 0


def _unit_files(patterns: list[str]) -> list[str]:
    found = {path.name for folder in SEARCH for path in Path(folder).glob("*.service")}
    return sorted(n for n in found if not patterns or any(fnmatch.fnmatch(n, p) for p in patterns))


def _list_unit_files(names: list[str], _: dict[str, str]) -> int:
    found = _unit_files([n if any(c in n for c in "*?[") else full_name(n) for n in names])
    _say(*(f"{name} {enablement.enabled(name) or 'disabled'} enabled" for name in found))
    return 0 if found else 1


def _list_units(names: list[str], options: dict[str, str]) -> int:
    everything = set(_unit_files(names) if "--all" in options or "-a" in options else [])
    started = {path.name for path in RECORDS.glob("*.service")} if RECORDS.is_dir() else set()
    for name in sorted(everything | started):
        unit = load(name)
        now = status(unit)
        _say(f"{unit.name} {unit.state} {now.active} {now.sub} {_properties(unit)['Description']}")
    return 0


ACTIONS: dict[str, Callable[[str], None]] = {
    "start": _start,
    "stop": _stop,
    "restart": _restart,
    "reload": _reload,
    "try-restart": _try_restart,
    "condrestart": _try_restart,
    "reload-or-restart": _reload_or_restart,
    "force-reload": _reload_or_restart,
    "enable": enablement.enable,
    "disable": enablement.disable,
    "mask": enablement.mask,
    "unmask": enablement.unmask,
}
NOW = {"enable": "start", "disable": "stop", "mask": "stop"}
ANSWERS: dict[str, Callable[[list[str], dict[str, str]], int]] = {
    "is-active": _is_active,
    "is-failed": _is_failed,
    "is-enabled": _is_enabled,
    "show": _show,
    "status": _tell,
    "cat": _cat,
    "list-units": _list_units,
    "list-unit-files": _list_unit_files,
}
