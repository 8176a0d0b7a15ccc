"""EOS's command line outside of configuration: words, pipes, files, the way into configuration."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kgnet.emulate.arista_eos import files, net, sessions, show
from kgnet.emulate.arista_eos.edit import Editor
from kgnet.emulate.arista_eos.pipes import piped
from kgnet.emulate.device import Reply, Session

if TYPE_CHECKING:
    from kgnet.emulate.arista_eos import Eos

INVALID = "% Invalid input"
INCOMPLETE = "% Incomplete command"
CHANGES = ("configure", "write", "copy", "delete", "reload", "clear")
Does = Callable[["Eos", Session, list[str]], Reply]


class Unconverted(Exception):
    """The command has no JSON."""


def run(device: Eos, session: Session, line: str) -> Reply:
    """Do an exec command and return what it prints."""
    command, *pipes = re.split(r"\s*\|\s*", line.strip())
    if pipes == ["json"]:
        try:
            return json.dumps(shown_json(device, session, command), indent=4)
        except Unconverted:
            return f"% This is an unconverted command: {command}"
        except LookupError:
            return INVALID
    reply = _run(device, session, command)
    if not isinstance(reply, str):
        return reply
    for pipe in pipes:
        reply = piped(reply, pipe)
    return reply


def shown_json(device: Eos, session: Session, command: str) -> dict[str, Any]:
    """Return what `show …` tells as JSON; Unconverted if it has none, LookupError if there is none such."""
    words = expanded(command)
    found = show.JSON.get(" ".join(words[1:])) or net.JSON.get(" ".join(words[1:]))
    if words[:1] == ["show"] and found:
        return found(device)
    if words[:3] == ["show", "configuration", "sessions"]:
        return sessions.listed(device, detail="detail" in words)
    if words[:1] == ["show"] and show.known(" ".join(words[1:])):
        raise Unconverted(command)
    raise LookupError(command)


def expanded(line: str) -> list[str]:
    """Return the words of a line with the first one whole, where it can only be one."""
    words = line.split()
    if words:
        whole = [word for word in COMMANDS if word.startswith(words[0])]
        words[0] = whole[0] if len(whole) == 1 else words[0]
    return words


def _run(device: Eos, session: Session, command: str) -> Reply:
    words = expanded(command)
    if not words:
        return ""
    if words[0] in CHANGES and session.memory["operator"]:
        return f"% Authorization denied for command '{command}'"
    if words[0] in CHANGES and not session.memory["enabled"]:
        return f"{INVALID} (privileged mode required)"
    does = COMMANDS.get(words[0])
    return does(device, session, words[1:]) if does else INVALID


def _enable(device: Eos, session: Session, words: list[str]) -> Reply:
    session.memory["enabled"] = True
    return ""


def _disable(device: Eos, session: Session, words: list[str]) -> Reply:
    session.memory["enabled"] = False
    return ""


def _exit(device: Eos, session: Session, words: list[str]) -> Reply:
    session.closed = True
    return ""


def _cli(device: Eos, session: Session, words: list[str]) -> Reply:
    """`cli vrf VRF`: where pings begin."""
    if words[:1] != ["vrf"] or len(words) != 2:
        return INVALID
    session.memory["vrf"] = "" if words[1] == "default" else words[1]
    return ""


# ── configuring ─────────────────────────────────────────────────────────────


def _configure(device: Eos, session: Session, words: list[str]) -> Reply:
    match words:
        case [] | ["terminal"] | ["t"]:
            if fault := device.faults.take("locked"):
                who = fault.value or "another"
                return f"% Unable to run this command (configuration is locked by user {who})"
            session.memory["editor"] = Editor(device, device.root)
            return ""
        case ["session", *rest]:
            return sessions.enter(device, session, rest)
        case ["replace", *rest]:
            return sessions.replace(device, rest)
        case ["checkpoint", *rest]:
            return sessions.checkpoint(device, rest)
    return INVALID


def _terminal(device: Eos, session: Session, words: list[str]) -> Reply:
    match words:
        case ["length", number] if number.isdecimal():
            session.length = int(number)
            return "Pagination disabled." if number == "0" else f"Pagination set to {number} lines."
        case ["width", number] if number.isdecimal():
            session.width = int(number)
            return f"Width set to {number} columns."
        case ["dont-ask"]:
            return ""
    return INVALID


# ── showing ─────────────────────────────────────────────────────────────────


def _show(device: Eos, session: Session, words: list[str]) -> Reply:
    """Print what `show …` asks for."""
    shown = _configured(device, session, words)
    if shown is not None:
        return shown
    found = show.TEXT.get(" ".join(words)) or net.TEXT.get(" ".join(words))
    return found(device, session) if found else INVALID if words else INCOMPLETE


def _configured(device: Eos, session: Session, words: list[str]) -> str | None:
    """Return what is asked for of configurations and sessions; None if it is something else."""
    shown: str | None = None
    match words:
        case ["running-config", "diffs"]:
            header = "--- flash:/startup-config\n+++ system:/running-config\n"
            shown = sessions.difference(files.normal(device), device.running(), header)
        case ["running-config", *_]:
            shown = device.header(f"show {' '.join(words)}") + device.running()
        case ["startup-config"]:
            shown = device.header("show startup-config") + files.normal(device)
        case ["session-config", "named", name, "diffs"]:
            shown = sessions.diffs(device, session, name)
        case ["session-config", "diffs"]:
            shown = sessions.diffs(device, session, "")
        case ["session-config", "named", name, *_]:
            draft = device.drafts.get(name)
            shown = device.text(draft.root) if draft else sessions.NO_SUCH.format(name)
        case ["session-config"]:
            editor = device.editor(session)
            shown = device.text(editor.root) if editor and editor.draft else INVALID
        case ["configuration", "sessions", *_]:
            shown = sessions.table(device)
        case ["configuration", "checkpoints"]:
            shown = "\n".join(["  Filename", "  --------", *(f"  {name}" for name in device.checkpoints)])
    return shown


COMMANDS: dict[str, Does] = {
    "enable": _enable,
    "disable": _disable,
    "exit": _exit,
    "logout": _exit,
    "quit": _exit,
    "terminal": _terminal,
    "show": _show,
    "configure": _configure,
    "write": files.write,
    "copy": files.copy,
    "delete": files.delete,
    "dir": files.listing,
    "reload": files.reload,
    "ping": net.ping,
    "cli": _cli,
    "clear": lambda device, session, words: "",
}
