"""Configuration as a whole: archive, changes taken back unless confirmed, replacement, the lock."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kgnet.emulate.cisco_ios import files
from kgnet.emulate.cisco_ios.edit import INCOMPLETE, Editor
from kgnet.emulate.clock import Timer
from kgnet.emulate.device import Ask, Reply, Session, Turn

if TYPE_CHECKING:
    from kgnet.emulate.cisco_ios import Ios
    from kgnet.emulate.cisco_ios.exec_mode import Do

ENABLE = "%Please turn config archive on before using this feature"
NOTHING_PENDING = "%No Rollback Confirmed Change pending"
NO_ARCHIVE = "Archive feature not enabled"
LOCKED = "Configuration mode is locked by process '{}' user '{}' from terminal '{}'. Please try later."
DONE = "Total number of passes: 1\nRollback Done\n"
MINUTES = range(1, 121)
INTRO = "Enter configuration commands, one per line.  End with CNTL/Z."
SURE = """This will apply all necessary additions and deletions
to replace the current running configuration with the
contents of the specified configuration file, which is
assumed to be a complete configuration, not a partial
configuration. Enter Y if you are sure you want to proceed. ? [no]: """


@dataclass(slots=True)
class Pending:
    """A change that is taken back when its timer fires."""

    timer: Timer
    minutes: int
    user: str
    backup: str  # the file with the old configuration
    since: str


def archive_path(device: Ios) -> str | None:
    """Return where the archive keeps its files; None: it is not configured."""
    node = device.root.find("archive")
    return node.first("path ") or None if node else None


# ── entering and leaving ────────────────────────────────────────────────────


def locked(device: Ios) -> str:
    """What somebody is told who finds the configuration locked."""
    user, number = (device.lock.user, device.lock.number) if device.lock else ("another", 1)
    return LOCKED.format(500 + number, user, number)


def configure(device: Ios, session: Session, rest: list[str]) -> str:
    """`configure terminal [lock | revert timer N]`."""
    if fault := device.faults.take("locked", "configure terminal"):
        return LOCKED.format(504, fault.value or "another", 2)
    if device.lock not in (None, session):
        return locked(device)
    said = ""
    if rest[:2] == ["revert", "timer"]:
        wrong, said = _revertible(device, session, rest[2:])
        if wrong:
            return wrong
    elif rest[:1] == ["lock"] or (not rest and device.root.find("configuration mode exclusive auto")):
        if rest and not any(device.root.starting("configuration mode exclusive")):
            return "%Configuration lock mode is not configured: configuration mode exclusive manual"
        device.lock = session
    elif rest:
        return INCOMPLETE
    session.memory["editor"] = Editor(device, device.root)
    return f"{said}{INTRO}"


def leave(device: Ios, session: Session) -> None:
    """Somebody has left configuration mode."""
    session.memory.pop("editor", None)
    if device.lock is session:
        device.lock = None


# ── commit-confirm ──────────────────────────────────────────────────────────


def _revertible(device: Ios, session: Session, rest: list[str]) -> tuple[str, str]:
    """Save the configuration and start the timer; returns what is wrong, what is said."""
    words = rest[1:] if rest[:1] == ["idle"] else rest
    if not words or not words[0].isdigit() or int(words[0]) not in MINUTES:
        return INCOMPLETE, ""
    path = archive_path(device)
    if path is None:
        return ENABLE, ""
    if device.pending:
        return "%A Rollback Confirmed Change is already pending", ""
    backup, wrong = archive(device)
    if wrong:
        return wrong, ""
    start(device, session.user, int(words[0]), backup)
    return "", f"Rollback Confirmed Change: Backing up current running config to {backup}\n\n"


def start(device: Ios, user: str, minutes: int, backup: str) -> None:
    timer = device.clock.later(minutes * 60, lambda: _expired(device))
    since = f"{device.clock.moment():%H:%M:%S} UTC {device.clock.moment():%a %b %d %Y}"
    device.pending = Pending(timer, minutes, user, backup, since)
    device.note(f"{user} has {minutes} minutes to confirm")


def _expired(device: Ios) -> None:
    device.note("rollback confirmed change: not confirmed in time")
    revert(device)


def revert(device: Ios) -> str:
    """Put the old configuration back."""
    pending = device.pending
    if pending is None:
        return NOTHING_PENDING
    pending.timer.cancel()
    device.pending = None
    replace(device, (files.content(device, pending.backup) or b"").decode(), why="revert")
    return f"Rollback Confirmed Change: rolling to:{pending.backup}\n\n{DONE}"


def _confirm(device: Ios, session: Session, rest: list[str]) -> Reply:
    if device.pending is None:
        return NOTHING_PENDING
    device.pending.timer.cancel()
    device.pending = None
    device.note(f"{session.user} confirms the change")
    return ""


def _revert(device: Ios, session: Session, rest: list[str]) -> Reply:
    if rest[:1] == ["now"]:
        said = revert(device)
        device.changed_by(session.user)
        return said
    if rest[:1] == ["timer"] and len(rest) > 1 and rest[-1].isdigit() and int(rest[-1]) in MINUTES:
        if device.pending is None:
            return NOTHING_PENDING
        device.pending.timer.cancel()
        start(device, device.pending.user, int(rest[-1]), device.pending.backup)
        return ""
    return INCOMPLETE


def _timer(device: Ios, session: Session, rest: list[str]) -> Reply:
    pending = device.pending
    if pending is None:
        return NOTHING_PENDING
    return (
        f"Time configured(UTC): {pending.since}\nTimer type: absolute timer\n"
        f"Timer value: {pending.minutes} min\nUser: {pending.user}"
    )


# ── replacement ─────────────────────────────────────────────────────────────


def replace(device: Ios, text: str, *, why: str) -> list[str]:
    """Make *text* the running configuration; returns the lines that were declined."""
    fresh, wrong = device.read(text)
    for session in device.sessions:
        if (editor := device.editor(session)) is not None:
            editor.root, editor.stack = device.root, []
    device.root.children[:] = fresh.children
    device.changed(f"configure replace ({why})")
    return wrong


def _replace(device: Ios, session: Session, rest: list[str]) -> Reply:
    if not rest:
        return INCOMPLETE
    if fault := device.faults.take("locked", "configure replace"):
        return LOCKED.format(504, fault.value or "another", 2)
    if device.lock not in (None, session):
        return locked(device)
    name, options = rest[0], rest[1:]
    text = (files.content(device, name) or b"").decode("utf-8", "replace")
    if wrong := _unfit(device, name, text, options):
        return wrong
    act = _replaced if "force" in options else _sure
    return act(device, session, text, options)


def _unfit(device: Ios, name: str, text: str, options: list[str]) -> str:
    """Why a file cannot replace the configuration, in IOS's words."""
    if files.content(device, name) is None:
        return f"%Error opening {name} (No such file or directory)"
    if not re.search(r"^end\s*$", text, re.M) or not re.search(r"^(version|hostname) ", text, re.M):
        return "%The input file is not a valid config file."
    return ENABLE if {"revert", "timer"} & set(options) and archive_path(device) is None else ""


def _sure(device: Ios, session: Session, text: str, options: list[str]) -> Turn:
    answer = yield Ask(SURE)
    return _replaced(device, session, text, options) if answer[:1].lower() == "y" else ""


def _replaced(device: Ios, session: Session, text: str, options: list[str]) -> str:
    said, old = "", device.running()
    if "timer" in options:
        wrong, said = _revertible(device, session, options[options.index("timer") + 1 :])
        if wrong:
            return wrong
    declined = replace(device, text, why=session.user)
    device.changed_by(session.user)
    if not declined:
        return f"{said}{DONE}"
    listed = "\n".join(line.splitlines()[0] for line in declined)
    said += f"The following commands are failed to apply to the IOS image.\n********\n{listed}\n********\n"
    said += "Rollback aborted after 5 passes\n"
    if "error" not in options:
        return said
    replace(device, old, why="error")
    if device.pending:
        device.pending.timer.cancel()
        device.pending = None
    return f"{said}The original configuration has been successfully restored."


# ── the archive ─────────────────────────────────────────────────────────────


def archive(device: Ios) -> tuple[str, str]:
    """Put the running configuration into the archive; returns the file's name, what is wrong."""
    path = archive_path(device)
    if path is None:
        return "", ENABLE
    stamp = f"{device.clock.moment():%b-%d-%H-%M-%S.%f}"[:-3]
    name = f"{path}{stamp}-{len(device.archived)}"
    if wrong := files.write(device, name, device.running().encode()):
        return "", wrong
    device.archived.append(name)
    node = device.root.find("archive")
    most = int(node.first("maximum ", "10")) if node else 10
    for old in device.archived[:-most]:
        device.files.pop(files.plain(old), None)
    device.archived = device.archived[-most:]
    return name, ""


def _archive_config(device: Ios, session: Session, rest: list[str]) -> Reply:
    return archive(device)[1]


def _show(device: Ios, session: Session, rest: list[str]) -> Reply:
    if archive_path(device) is None:
        return NO_ARCHIVE
    names = [f"   {n:<5}    {name}" for n, name in enumerate(device.archived, 1)]
    count = len(device.archived)
    top = "The maximum archive configurations allowed is 10."
    top += f"\nThere are currently {count} archive configurations saved."
    following = f"The next archive file will be named {archive_path(device)}<timestamp>-{count}"
    return "\n".join([top, following, " Archive #  Name", *names])


def _lock(device: Ios, session: Session, rest: list[str]) -> Reply:
    owner = device.lock
    rows = (
        ("Owner PID", 500 + owner.number if owner else -1),
        ("User", owner.user if owner else "unknown"),
        ("TTY", owner.number if owner else -1),
        ("Type", "EXCLUSIVE" if owner else "NO LOCK"),
        ("State", "LOCKED" if owner else "FREE"),
    )
    lines = [f"{name:18}: {value}" for name, value in rows]
    return "\n".join(["Parser Configure Lock", "-" * 54, *lines])


COMMANDS: dict[str, Do] = {
    "configure confirm": _confirm,
    "configure revert": _revert,
    "configure replace": _replace,
    "archive config": _archive_config,
    "show archive": _show,
    "show archive config rollback timer": _timer,
    "show configuration lock": _lock,
}
