"""EOS's configuration sessions: drafts, commits, the commit timer that takes a change back, checkpoints."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import unified_diff
from typing import TYPE_CHECKING, Any

from kgnet.emulate.arista_eos.edit import Editor
from kgnet.emulate.clock import Timer
from kgnet.emulate.device import Session
from kgnet.emulate.tree import Node

if TYPE_CHECKING:
    from kgnet.emulate.arista_eos import Eos

MOST_PENDING = 5  # EOS User Manual, service configuration session max pending
HEADER = "--- system:/running-config\n+++ session:/{}-session-config\n"
NO_SUCH = "% Cannot find session {}"


@dataclass(slots=True)
class Draft:
    """A session: a copy of the running configuration that is worked on until it is committed."""

    name: str
    root: Node
    user: str
    state: str = "pending"


@dataclass(slots=True)
class Pending:
    """A commit that waits to be confirmed: *before* comes back when the timer ends."""

    name: str
    before: Node
    timer: Timer
    due: float  # of the device's clock, Unix time


# ── entering and leaving ────────────────────────────────────────────────────


def enter(device: Eos, session: Session, words: list[str]) -> str:
    """`configure session [NAME [commit [timer T] | abort]]`."""
    name = words[0] if words else f"sess-{len(device.drafts) + 1}"
    if words[1:2] == ["commit"]:
        return commit(device, session, name, words[2:])
    if words[1:] == ["abort"]:
        return abort(device, session, name)
    if words[1:]:
        return "% Invalid input"
    if fault := device.faults.take("locked"):
        return f"% Unable to run this command (configuration is locked by user {fault.value or 'another'})"
    draft = device.drafts.get(name)
    if draft is None or draft.state in ("completed", "aborted"):
        if sum(draft.state == "pending" for draft in device.drafts.values()) >= MOST_PENDING:
            return "% Maximum number of pending sessions has been reached"
        draft = device.drafts[name] = Draft(name, device.root.copy(), session.user)
    session.memory["editor"] = Editor(device, draft.root, name)
    return ""


def within(device: Eos, session: Session, editor: Editor, line: str) -> str | None:
    """Do what a session's own mode knows; None: it is a line of configuration."""
    match line.split() if editor.draft else []:
        case ["abort"]:
            return abort(device, session, editor.draft)
        case ["commit", *words]:
            return commit(device, session, editor.draft, words)
        case ["rollback", "clean-config"]:
            return _rolled(editor, Node())
        case ["rollback", "checkpoint", name] if name in device.checkpoints:
            return _rolled(editor, device.checkpoints[name].copy())
        case ["rollback", *_]:
            return "% Invalid input"
    return None


def _rolled(editor: Editor, root: Node) -> str:
    editor.root.children[:] = root.children
    editor.stack = []
    return ""


def abort(device: Eos, session: Session, name: str) -> str:
    """Throw a draft away; one that waits for its confirmation is taken back."""
    session.memory.pop("editor", None)
    if device.pending and device.pending.name == name:
        revert(device, "aborted")
        return ""
    if name not in device.drafts or device.drafts[name].state != "pending":
        return NO_SUCH.format(name)
    del device.drafts[name]
    return ""


def commit(device: Eos, session: Session, name: str, words: list[str]) -> str:
    """Make a draft the running configuration; a second commit confirms one that has a timer."""
    session.memory.pop("editor", None)
    draft = device.drafts.get(name)
    if draft is None or draft.state == "completed":
        return NO_SUCH.format(name)
    if device.pending:
        return _confirmed(device, draft, device.pending, words)
    seconds = _seconds(words[1]) if words[:1] == ["timer"] and words[1:] else 0
    if words and not seconds:
        return "% Invalid input"
    if wrong := _checked(draft.root):
        return wrong
    before = device.root
    device.checkpoints[f"ckp-{device.clock.moment():%Y%m%d}-{len(device.checkpoints)}"] = before
    take(device, draft.root.copy(), f"commit {name}")
    draft.state = "completed"
    if seconds:
        draft.state = "pendingCommitTimer"
        timer = device.clock.later(seconds, lambda: revert(device, "commit timer expired"))
        device.pending = Pending(name, before, timer, timer.due)
    return ""


def _seconds(text: str) -> int:
    found = re.fullmatch(r"(\d\d?):(\d\d):(\d\d)", text)
    return int(found[1]) * 3600 + int(found[2]) * 60 + int(found[3]) if found else 0


def _confirmed(device: Eos, draft: Draft, pending: Pending, words: list[str]) -> str:
    if pending.name != draft.name:
        return f"% Commit timer is running for session {pending.name}: confirm or abort that one first"
    if words:
        return "% Commit timer is already running for this session"
    pending.timer.cancel()
    device.pending = None
    draft.state = "completed"
    device.note(f"session {draft.name} confirmed")
    return ""


def revert(device: Eos, why: str) -> None:
    """Bring back what was before the commit that nobody has confirmed."""
    pending = device.pending
    if pending is None:
        return
    pending.timer.cancel()
    device.pending = None
    device.drafts.pop(pending.name, None)
    device.note(f"session {pending.name}: {why}")
    take(device, pending.before, f"revert {pending.name}")


def take(device: Eos, root: Node, what: str) -> None:
    """Make *root* the running configuration, as a whole."""
    device.root = root
    device.changed(what)


def _checked(root: Node) -> str:
    """What EOS finds only when it commits: addresses that two ports would have."""
    seen: dict[str, str] = {}
    for port in root.starting("interface "):
        for line in port.starting("ip address "):
            other = seen.setdefault(f"{port.first('vrf ')} {line.text}", port.text)
            if other != port.text:
                port_name = other.removeprefix("interface ")
                return f"% Address {line.text.split()[2]} is already assigned to {port_name}"
    return ""


# ── files and checkpoints ───────────────────────────────────────────────────


def replace(device: Eos, words: list[str]) -> str:
    """`configure replace SOURCE`: the running configuration becomes what a file says, as a whole."""
    source = words[0] if words else ""
    kind, _, name = source.partition(":")
    if kind == "checkpoint" and name.removeprefix("/") in device.checkpoints:
        take(device, device.checkpoints[name.removeprefix("/")].copy(), f"replace {source}")
        return ""
    text = device.startup() if source == "startup-config" else None
    if kind in ("flash", "file"):
        found = device.files.get(f"flash:{name.removeprefix('/')}")
        text = found.decode() if found is not None else None
    if text is None:
        return f"% Error: cannot read {source} (No such file or directory)"
    root, wrong = device.read(text)
    if wrong:
        return f"% {wrong[0]}"
    take(device, root, f"replace {source}")
    return ""


def checkpoint(device: Eos, words: list[str]) -> str:
    """`configure checkpoint save|restore NAME`."""
    match words:
        case ["save", *name]:
            device.checkpoints[name[0] if name else f"ckp-{len(device.checkpoints)}"] = device.root.copy()
            return ""
        case ["restore", name] if name in device.checkpoints:
            take(device, device.checkpoints[name].copy(), f"restore {name}")
            return ""
        case ["restore", name]:
            return f"% Cannot find checkpoint {name}"
    return "% Incomplete command"


# ── showing ─────────────────────────────────────────────────────────────────


def diffs(device: Eos, session: Session, name: str) -> str:
    """`show session-config [named NAME] diffs`."""
    editor = device.editor(session)
    draft = device.drafts.get(name or (editor.draft if editor else ""))
    if draft is None:
        return NO_SUCH.format(name)
    return difference(device.running(), device.text(draft.root), HEADER.format(draft.name))


def difference(old: str, new: str, header: str) -> str:
    lines = list(unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=3))[2:]
    return header + "\n".join(lines) if lines else ""


def listed(device: Eos, *, detail: bool) -> dict[str, Any]:
    """`show configuration sessions`, as JSON."""
    sessions: dict[str, Any] = {}
    for draft in device.drafts.values():
        told: dict[str, Any] = {"state": draft.state, "commitUser": "", "description": "", "instances": {}}
        if detail and device.pending and device.pending.name == draft.name:
            told["commitBy"] = device.pending.due - device.booted_at
        sessions[draft.name] = told
    return {"maxSavedSessions": 1, "maxOpenSessions": MOST_PENDING, "sessions": sessions}


def table(device: Eos) -> str:
    """`show configuration sessions`, as text."""
    rows = [
        "Maximum number of completed sessions: 1",
        f"Maximum number of pending sessions: {MOST_PENDING}",
        "",
        "  Name                   State                    User       Terminal",
        "  ---------------------- ------------------------ ---------- --------",
    ]
    rows += [f"  {d.name:22} {d.state:24} {d.user:10}" for d in device.drafts.values()]
    return "\n".join(rows)
