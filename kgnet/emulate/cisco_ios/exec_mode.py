"""IOS's command line outside configuration: abbreviations, pipes, and what concerns the session itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from kgnet.emulate.cisco_ios import archive
from kgnet.emulate.cisco_ios.edit import INCOMPLETE, INVALID
from kgnet.emulate.cisco_ios.secrets import matches
from kgnet.emulate.device import Ask, Reply, Session, Turn

if TYPE_CHECKING:
    from kgnet.emulate.cisco_ios import Ios

Do = Callable[["Ios", Session, list[str]], Reply]  # the words that follow the command's own
Words = dict[str, Any]  # keyword → deeper; "" → what the command does
LOOK = ("show", "ping", "traceroute", "enable", "exit", "quit", "logout", "terminal", "disable", "dir", "who")
FEW = ("running-config", "startup-config", "archive", "snmp")  # what `show` keeps from who may only look


def words(commands: Mapping[str, Do]) -> Words:
    """Make a tree of keywords of the commands; a `|` between words means either of them."""
    tree: Words = {}
    for command, act in commands.items():
        spots = [tree]
        for word in command.split():
            spots = [spot.setdefault(one, {}) for spot in spots for one in word.split("|")]
        for spot in spots:
            spot[""] = act
    return tree


def run(device: Ios, session: Session, line: str, tree: Words) -> Reply:
    """Do what was typed at the prompt."""
    text, *pipes = re.split(r"\s\|\s", line.strip())
    if not text or text.startswith("!"):
        return ""
    act, rest, wrong = _found(session, line, text, tree, len(device.prompt(session)))
    if act is None:
        return wrong
    reply = act(device, session, rest)
    return _piped(reply, pipes) if isinstance(reply, str) and pipes else reply


def _found(
    session: Session, line: str, text: str, tree: Words, column: int
) -> tuple[Do | None, list[str], str]:
    here, typed = tree, text.split()
    for number, word in enumerate(typed):
        fits = [key for key in here if key and key.startswith(word.lower())]
        if word.lower() in here:
            fits = [word.lower()]
        if session.privilege < 2 and (
            (number == 0 and fits and fits[0] not in LOOK) or (fits and fits[0] in FEW)
        ):
            fits, here = [], {}
        if len(fits) > 1:
            return None, [], f'% Ambiguous command:  "{text}"'
        if not fits and "" in here:
            return here[""], typed[number:], ""
        if not fits and number == 0 and len(typed) == 1 and session.privilege > 1:
            said = "Unknown command or computer name, or unable to find computer address"
            return None, [], f'Translating "{word}"\n\n% Bad IP address or host name\n% {said}'
        if not fits:
            place = column + line.find(word)
            return None, [], f"{' ' * place}^\n{INVALID}"
        here = here[fits[0]]
    return (here[""], [], "") if "" in here else (None, [], INCOMPLETE)


def _piped(text: str, pipes: list[str]) -> str:
    """Pass an answer through `| include X` and its like."""
    for pipe in pipes:
        verb, _, pattern = pipe.strip().partition(" ")
        lines = text.split("\n")
        try:
            fits = re.compile(pattern.strip().strip('"'))
        except re.error:
            return "% Failed to compile regular expression."
        if "include".startswith(verb):
            lines = [line for line in lines if fits.search(line)]
        elif "exclude".startswith(verb):
            lines = [line for line in lines if not fits.search(line)]
        elif "begin".startswith(verb):
            first = next((n for n, line in enumerate(lines) if fits.search(line)), len(lines))
            lines = lines[first:]
        elif "count".startswith(verb):
            lines = [f"Number of lines which match regexp = {sum(bool(fits.search(line)) for line in lines)}"]
        elif "section".startswith(verb):
            lines = _sections(lines, fits)
        text = "\n".join(lines)
    return text


def _sections(lines: list[str], fits: re.Pattern[str]) -> list[str]:
    chosen, depth = [], -1
    for line in lines:
        indent = len(line) - len(line.lstrip())
        if depth >= 0 and indent > depth:
            chosen.append(line)
            continue
        depth = indent if fits.search(line) else -1
        if depth >= 0:
            chosen.append(line)
    return chosen


# ── the session ─────────────────────────────────────────────────────────────


def _length(device: Ios, session: Session, rest: list[str]) -> Reply:
    if not rest or not rest[0].isdigit():
        return INCOMPLETE
    session.length = int(rest[0])
    return ""


def _width(device: Ios, session: Session, rest: list[str]) -> Reply:
    if not rest or not rest[0].isdigit():
        return INCOMPLETE
    session.width = int(rest[0])
    return ""


def _quiet(device: Ios, session: Session, rest: list[str]) -> Reply:
    return ""


def _leave(device: Ios, session: Session, rest: list[str]) -> Reply:
    session.closed = True
    return ""


def _disable(device: Ios, session: Session, rest: list[str]) -> Reply:
    session.privilege = 1
    return ""


def _enable(device: Ios, session: Session, rest: list[str]) -> Reply:
    return "" if session.privilege > 1 else _enabled(device, session)


def _enabled(device: Ios, session: Session) -> Turn:
    secret = next(device.root.starting("enable secret ", "enable password "), None)
    if secret is None:
        return "% No password set"
    for _ in range(3):
        answer = yield Ask("Password: ", hidden=True)
        if matches(secret.text, answer):
            session.privilege = 15
            return ""
    return "% Bad secrets\n"


def _configure(device: Ios, session: Session, rest: list[str]) -> Reply:
    return archive.configure(device, session, rest)


def _configure_what(device: Ios, session: Session, rest: list[str]) -> Reply:
    return _configured(device, session)


def _configured(device: Ios, session: Session) -> Turn:
    answer = yield Ask("Configuring from terminal, memory, or network [terminal]? ")
    return archive.configure(device, session, []) if answer in ("", "terminal") else '?Must be "terminal"'


def _reload(device: Ios, session: Session, rest: list[str]) -> Reply:
    if rest[:1] == ["cancel"]:
        if device.reload_timer is None:
            return "%No reload is scheduled."
        device.reload_timer.cancel()
        device.reload_timer = None
        return "\n\n***\n*** --- SHUTDOWN ABORTED ---\n***\n"
    return _reloading(device, session, rest)


def _reloading(device: Ios, session: Session, rest: list[str]) -> Turn:
    seconds = _delay(rest) if rest[:1] == ["in"] else 0
    if seconds is None:
        return INCOMPLETE
    if device.generation != device.saved_generation:
        answer = yield Ask("\nSystem configuration has been modified. Save? [yes/no]: ")
        if answer.startswith("y") and (wrong := device.save()):
            return wrong
    answer = yield Ask("Proceed with reload? [confirm]", key=True)
    if answer not in ("", "y", "Y"):
        return ""
    if not seconds:
        device.reboot("Reload Command")
        return ""
    if device.reload_timer:
        device.reload_timer.cancel()
    device.reload_timer = device.clock.later(seconds, lambda: device.reboot("scheduled reload"))
    return ""


def _delay(rest: list[str]) -> int | None:
    """Seconds of `in MMM` or `in HHH:MM`."""
    found = re.fullmatch(r"(?:(\d+):)?(\d+)", rest[1]) if len(rest) > 1 else None
    return (int(found[1] or 0) * 60 + int(found[2])) * 60 if found else None


COMMANDS: dict[str, Do] = {
    "terminal length": _length,
    "terminal width": _width,
    "terminal no monitor": _quiet,
    "terminal monitor": _quiet,
    "terminal exec prompt timestamp": _quiet,
    "clear counters|logging|line": _quiet,
    "exit|quit|logout": _leave,
    "disable": _disable,
    "enable": _enable,
    "configure": _configure_what,
    "configure terminal": _configure,
    "reload": _reload,
}
