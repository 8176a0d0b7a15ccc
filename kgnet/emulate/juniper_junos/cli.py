"""The command line of an emulated Junos: operational and configuration mode, and pipes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kgnet.emulate.device import Ask, Reply, Session, Turn
from kgnet.emulate.juniper_junos import show
from kgnet.emulate.juniper_junos.box import Declined
from kgnet.emulate.juniper_junos.load import Failed, split
from kgnet.emulate.juniper_junos.tree import Missing, Wrong

if TYPE_CHECKING:
    from kgnet.emulate.juniper_junos import Junos

VERSION = show.VERSION
ADMIN = 15
EDIT_PATH = "path"
UNKNOWN = "unknown command."
LOADS = ("merge", "override", "replace", "update", "set")
END = "\x04"


def prompt(device: Junos, session: Session) -> str:
    name = device.box.active.value("system", "host-name") or device.name
    if not session.modes:
        return f"{session.user}@{name}> "
    path = " ".join(session.memory.get(EDIT_PATH, ()))
    return f"\n[edit{' ' if path else ''}{path}]\n{session.user}@{name}# "


def execute(device: Junos, session: Session, line: str) -> Reply:
    """Do what was typed; `| no-more` and the like work on whatever is said."""
    command, pipes = piped(line)
    if not command:
        return ""
    reply = (_configure if session.modes else _operate)(device, session, command, pipes)
    return reply if not isinstance(reply, str) else show.filtered(reply, pipes)


def piped(line: str) -> tuple[str, list[str]]:
    command, *pipes = (part.strip() for part in re.split(r"\|(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", line))
    return command, pipes


# ── operational mode ────────────────────────────────────────────────────────


def _operate(device: Junos, session: Session, command: str, pipes: list[str]) -> Reply:  # noqa: PLR0911
    match command.split():
        case ["configure" | "edit", *how]:
            return _enter(device, session, how)
        case ["exit" | "quit" | "logout"]:
            session.closed = True
            return ""
        case ["set", "cli", "screen-length", number]:
            session.length = int(number)
            return f"Screen length set to {number}"
        case ["set", "cli", "screen-width", number]:
            session.width = int(number)
            return f"Screen width set to {number}"
        case ["set", "cli", *_]:
            return ""
        case ["request", "system", "reboot"]:
            return _reboot(device)
        case _:
            return operational(device, command, pipes)


def operational(device: Junos, command: str, pipes: list[str]) -> str:
    """Answer an operational command."""
    said = show.answer(device, command, pipes)
    return f"{' ' * 10}^\nsyntax error, expecting <command>." if said is None else said


def _reboot(device: Junos) -> Turn:
    answer = yield Ask("Reboot the system ? [yes,no] (no) ")
    if answer.strip() not in ("yes", "y"):
        return ""
    device.reboot("request system reboot")
    return ""


def _enter(device: Junos, session: Session, how: list[str]) -> str:
    if session.privilege < ADMIN:
        return UNKNOWN
    if how and how != ["exclusive"]:
        return (
            ""
            if how == ["private"] and not _shared(device, session)
            else "syntax error, expecting <command>."
        )
    said = []
    try:
        if how:
            device.box.take(session)
        elif device.box.lock is not None:
            device.box.free_for(session)
    except Declined as reason:
        return f"error: {reason.message}"
    if how:
        said.append("warning: uncommitted changes will be discarded on exit")
    return _shared(device, session, *said)


def _shared(device: Junos, session: Session, *said: str) -> str:
    session.modes = ["configuration"]
    session.memory[EDIT_PATH] = ()
    dirty = ["The configuration has been changed but not committed"] if device.box.dirty else []
    return "\n".join((*said, "Entering configuration mode", *dirty))


# ── configuration mode ──────────────────────────────────────────────────────


def _configure(device: Junos, session: Session, command: str, pipes: list[str]) -> Reply:
    try:
        return _configured(device, session, command, pipes)
    except Declined as reason:
        return told(reason)
    except Failed as reason:
        place = f"terminal:{reason.line}: ({len(reason.bad)})"
        return f"{place} {reason.message}: {reason.bad}\nload complete (1 errors)"
    except Missing:
        return "warning: statement not found"
    except Wrong as reason:
        return f"{' ' * 10}^\n{reason}"


def told(reason: Declined) -> str:
    """Return what the command line prints when something is declined."""
    return "\n".join((*(fault.text() for fault in reason.wrong), f"error: {reason.message}"))


def _configured(device: Junos, session: Session, command: str, pipes: list[str]) -> Reply:  # noqa: PLR0911
    path: tuple[str, ...] = session.memory.get(EDIT_PATH, ())
    words = split(command)
    match words:
        case ["set" | "delete" | "insert" | "activate" | "deactivate" | "annotate", *_]:
            loader = device.box.loader(session)
            loader.command(command, path)
            return "".join(f"warning: {each}" for each in loader.warnings)
        case ["commit", *how]:
            return _commit(device, session, how)
        case ["rollback", *number]:
            device.box.rollback(session, int(number[0]) if number else 0)
            return "load complete"
        case ["show", *more]:
            return _show(device, (*path, *more), pipes)
        case ["run", *_]:
            return operational(device, command.removeprefix("run").strip(), pipes)
        case ["load", how, "terminal"] if how in LOADS:
            return _load(device, session, how)
        case ["status"]:
            return "Users currently editing the configuration:\n" + "\n".join(
                f"  {each.user} terminal pts/{each.number}" for each in device.sessions if each.modes
            )
        case _:
            return _moved(device, session, words, path)


def _moved(device: Junos, session: Session, words: list[str], path: tuple[str, ...]) -> Reply:
    match words:
        case ["edit", *more]:
            device.box.loader(session).root.set([*path, *more])
            session.memory[EDIT_PATH] = (*path, *more)
        case ["top"]:
            session.memory[EDIT_PATH] = ()
        case ["up"]:
            session.memory[EDIT_PATH] = path[:-1]
        case ["exit" | "quit"] if path:
            session.memory[EDIT_PATH] = ()
        case ["exit" | "quit", *_]:
            return _leave(device, session)
        case _:
            return f"{' ' * 10}^\n{UNKNOWN}"
    return ""


def _leave(device: Junos, session: Session) -> Reply:
    if device.box.dirty and device.box.lock is session:
        return _discarding(device, session)
    said = "The configuration has been changed but not committed\n" if device.box.dirty else ""
    return said + _left(device, session)


def _discarding(device: Junos, session: Session) -> Turn:
    answer = yield Ask(
        "The configuration has been changed but not committed\nDiscard uncommitted changes? [yes,no] (yes) "
    )
    if answer.strip() in ("", "y", "yes"):
        return _left(device, session)
    return ""


def _left(device: Junos, session: Session) -> str:
    device.box.give(session)
    session.modes = []
    return "Exiting configuration mode"


def _commit(device: Junos, session: Session, how: list[str]) -> str:
    log, minutes, leave = "", 0, False
    while how:
        match how:
            case ["check"]:
                device.box.commit_check()
                return "configuration check succeeds"
            case ["comment", text, *how]:
                log = text.strip('"')
            case ["confirmed", number, *how] if number.isdecimal():
                minutes = int(number)
            case ["confirmed", *how]:
                minutes = 10
            case ["and-quit", *how]:
                leave = True
            case _:
                raise Wrong("syntax error.")
    device.box.commit(session, "cli", log=log, minutes=minutes)
    said = "commit complete"
    if minutes:
        said = (
            f"commit confirmed will be automatically rolled back in {minutes} minutes unless confirmed\n"
            f"{said}\n\n# commit confirmed will be rolled back in {minutes} minutes"
        )
    return f"{said}\n{_left(device, session)}" if leave else said


def _show(device: Junos, path: tuple[str, ...], pipes: list[str]) -> str:
    compared = next((pipe for pipe in pipes if pipe.startswith("compare")), None)
    if compared is not None:
        number = compared.split()[-1]
        text = device.box.compare(int(number) if number.isdecimal() else 0)
        return text.rstrip("\n")
    return show.shown(device.box.candidate, path, pipes)


def _load(device: Junos, session: Session, how: str) -> Turn:
    """Take lines until Ctrl-D."""
    lines: list[str] = []
    said = "[Type ^D at a new line to end input]\n"
    while True:
        line = yield Ask(said)
        said = ""
        if line == END:
            break
        lines.append(line)
    text = "\n".join(lines)
    try:
        load(device, session, how, text)
    except (Declined, Failed) as reason:
        return f"{reason}\nload complete (1 errors)"
    return "load complete"


def load(device: Junos, session: Session, how: str, text: str) -> list[str]:
    """Load *text* into the candidate; returns the warnings."""
    box = device.box
    loader = box.loader(session)
    if how in ("override", "update"):
        box.edits.append(f"load {how}")
        loader.root.inside.clear()
    if how == "set":
        loader.commands(text)
    else:
        loader.text(text)
    return loader.warnings
