"""Files on an IOS device: flash and nvram, copies to the running configuration, TCL, the box as delivered."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from ipaddress import IPv4Interface
from typing import TYPE_CHECKING

from kgnet.emulate.cisco_ios.edit import INCOMPLETE, Editor
from kgnet.emulate.device import Ask, Reply, Session, Spec, Turn

if TYPE_CHECKING:
    from kgnet.emulate.cisco_ios import Ios
    from kgnet.emulate.cisco_ios.exec_mode import Do

SIZE = 7_897_796_608
FULL = "No space left on device"
RUNNING, STARTUP = "system:running-config", "nvram:startup-config"
SYSTEMS = ("flash:", "bootflash:", "nvram:", "system:", "null:", "disk0:")
MANAGEMENT = {False: "GigabitEthernet0", True: "GigabitEthernet0/0"}


def bare(spec: Spec) -> str:
    """A device that somebody has unpacked, addressed and given its first login."""
    switch = any("1/0/" in port for port in spec.ports)
    lines = [
        "service timestamps debug datetime msec",
        "service timestamps log datetime msec",
        f"hostname {spec.name}",
    ]
    lines += ["vrf definition MGMT", " address-family ipv4", " exit-address-family"]
    lines += ["no aaa new-model", f"username {spec.user} privilege 15 secret 0 {spec.password}", "archive"]
    lines += [" path flash:archive-", f"interface {MANAGEMENT[switch]}", " vrf forwarding MGMT"]
    if spec.management:
        address = IPv4Interface(spec.management)
        lines.append(f" ip address {address.ip} {address.netmask}")
    if spec.gateway:
        lines.append(f"ip route vrf MGMT 0.0.0.0 0.0.0.0 {spec.gateway}")
    lines += ["ip http server", "ip http secure-server"]  # IOS tells of these two whether they are on or off
    lines += ["ip ssh version 2", "ip scp server enable", "control-plane", "line con 0"]
    lines += [*([] if switch else ["line aux 0"]), "line vty 0 4", " login local"]
    lines += [" transport input ssh", "line vty 5 15", " login local", " transport input ssh", "end"]
    return "\n".join(lines) + "\n"


def plain(name: str) -> str:
    """Return a file's name as it is kept: `flash:x`, however it was written."""
    found = re.match(r"([a-z0-9]+:)/*(.*)", name)
    if found:
        return {"bootflash:": "flash:", "disk0:": "flash:"}.get(found[1], found[1]) + found[2]
    return {"running-config": RUNNING, "startup-config": STARTUP}.get(name, f"flash:{name.lstrip('/')}")


def content(device: Ios, name: str) -> bytes | None:
    """Return what a file holds; None: there is none."""
    name = plain(name)
    if name == RUNNING:
        return device.running().encode()
    if name == STARTUP:
        return device.startup().encode()
    return device.files.get(name)


def write(device: Ios, name: str, data: bytes) -> str:
    """Write a file; returns IOS's words if it cannot be."""
    if device.faults.take("full", name):
        return f"%Error opening {name} ({FULL})"
    device.files[plain(name)] = data
    device.save_files()
    return ""


def put(device: Ios, path: str, data: bytes) -> str:
    """Take a file that comes by SCP."""
    if not device.root.find("ip scp server enable"):
        return "Administratively disabled."
    return FULL if write(device, path, data) else ""


# ── copy ────────────────────────────────────────────────────────────────────


def _copy(device: Ios, session: Session, rest: list[str]) -> Reply:
    if len(rest) < 2:
        return INCOMPLETE
    source, target = plain(rest[0]), plain(rest[1])
    if source == "null:":
        write(device, target, b"")
        return ""
    data = content(device, source)
    if data is None:
        return f"%Error opening {rest[0]} (No such file or directory)"
    return _copied(device, session, source, target, data)


def _copied(device: Ios, session: Session, source: str, target: str, data: bytes) -> Turn:
    if not device.root.find("file prompt quiet"):
        yield Ask(f"Destination filename [{target.partition(':')[2]}]? ")
    if target == STARTUP:
        if source == RUNNING:
            return _saved(device)
        return write(device, target, data) or "[OK]"
    if target == RUNNING:
        said = yield from _merged(device, session, data.decode("utf-8", "replace"))
        return f"{said}{len(data)} bytes copied in 0.112 secs ({len(data) * 9} bytes/sec)\n"
    wrong = write(device, target, data)
    return wrong or f"{len(data)} bytes copied in 0.112 secs ({len(data) * 9} bytes/sec)\n"


def _merged(device: Ios, session: Session, text: str) -> Turn:
    """Take the lines of a file as if they were typed, but for echo and prompts."""
    if device.lock not in (None, session):
        from kgnet.emulate.cisco_ios.archive import locked

        return locked(device) + "\n"
    editor, said = Editor(device, device.root), ""
    lines = iter(text.splitlines())
    for line in lines:
        if editor.done or line.startswith("version "):
            continue
        reply = editor.do(line)
        answer = reply if isinstance(reply, str) else (yield from _asked(reply, lines))
        if "^\n%" in answer:
            answer = f"{line}\n{answer}"
        said += f"{answer}\n" if answer else ""
    device.changed_by(session.user)
    return said


def _asked(reply: Turn, lines: Iterator[str]) -> Turn:
    """Answer texts from the file; questions go to the person at the terminal."""
    answer: str | None = None
    try:
        while True:
            ask = next(reply) if answer is None else reply.send(answer)
            answer = next(lines, None) if ask.text else (yield ask)
            if answer is None:
                reply.close()
                return "% The file ends in the middle of a text"
    except StopIteration as done:
        return str(done.value or "")


def _saved(device: Ios) -> str:
    return device.save() or "Building configuration...\n[OK]"


def _write(device: Ios, session: Session, rest: list[str]) -> Reply:
    return _saved(device)


def _erase(device: Ios, session: Session, rest: list[str]) -> Reply:
    return _erased(device)


def _erased(device: Ios) -> Turn:
    question = "Erasing the nvram filesystem will remove all configuration files! Continue? [confirm]"
    if (yield Ask(question, key=True)) in ("", "y", "Y"):
        device.files[STARTUP] = b""
        device.save_files()
        return "[OK]\nErase of nvram: complete"
    return ""


# ── looking at files ────────────────────────────────────────────────────────


def _dir(device: Ios, session: Session, rest: list[str]) -> Reply:
    name = rest[-1] if rest and not rest[-1].startswith("/") else "flash:"
    if ":" in name and not name.startswith(SYSTEMS):
        return f"%Error opening {name} (No such device)"
    system, _, wanted = plain(name).partition(":")
    names = [n for n in sorted(device.files) if n.startswith(f"{system}:{wanted}")]
    if wanted and f"{system}:{wanted}" not in names:
        return f"%Error opening {name} (No such file or directory)"
    rows = [
        _row(device, number, n)
        for number, n in enumerate(names, 11)
        if not wanted or n == f"{system}:{wanted}"
    ]
    used = sum(len(data) for data in device.files.values())
    free = (
        0
        if any(
            f.kind == "full" and (not f.times or f.done < f.times) and f.value == "dir"
            for f in device.faults.ordered
        )
        else SIZE // 2 - used
    )
    head = f"Directory of {name if wanted else f'{name.partition(chr(58))[0]}:/'}"
    return "\n".join([head, "", *rows, "", f"{SIZE} bytes total ({free} bytes free)"])


def _row(device: Ios, number: int, name: str) -> str:
    when = f"{device.clock.moment():%b %d %Y %H:%M:%S} +00:00"
    return f"{number:>5}  -rw-  {len(device.files[name]):>14}  {when}  {name.partition(':')[2]}"


def _more(device: Ios, session: Session, rest: list[str]) -> Reply:
    if not rest:
        return INCOMPLETE
    data = content(device, rest[-1])
    return (
        f"%Error opening {rest[-1]} (No such file or directory)"
        if data is None
        else data.decode("utf-8", "replace")
    )


def _delete(device: Ios, session: Session, rest: list[str]) -> Reply:
    if not rest:
        return INCOMPLETE
    name = plain(rest[-1])
    if name not in device.files:
        return f"%Error deleting {rest[-1]} (No such file or directory)"
    if "/force" in rest or device.root.find("file prompt quiet"):
        device.files.pop(name)
        device.save_files()
        return ""
    return _deleted(device, rest[-1], name)


def _deleted(device: Ios, typed: str, name: str) -> Turn:
    yield Ask(f"Delete filename [{name.partition(':')[2]}]? ")
    if (yield Ask(f"Delete {typed}? [confirm]", key=True)) in ("", "y", "Y"):
        device.files.pop(name, None)
        device.save_files()
    return ""


def _verify(device: Ios, session: Session, rest: list[str]) -> Reply:
    data = content(device, rest[0]) if rest else None
    if data is None:
        return f"%Error opening {rest[0] if rest else ''} (No such file or directory)"
    digest = hashlib.md5(data, usedforsecurity=False).hexdigest()
    return f".MD5 of {rest[0]} Done!\nverify /md5 ({rest[0]}) = {digest}"


# ── TCL, of which one can only write files ──────────────────────────────────


def _tclsh(device: Ios, session: Session, rest: list[str]) -> Reply:
    session.memory["tcl"] = []
    return ""


def tcl(device: Ios, session: Session, line: str) -> Reply:
    """Take a line at the TCL prompt: `puts [open "flash:x" w+] {` … `}`, `tclquit`."""
    held: list[str] = session.memory["tcl"]
    if not held and line.strip() in ("tclquit", "exit"):
        session.memory["tcl"] = None
        return ""
    if not held and not line.startswith("puts "):
        return ""
    held.append(line)
    if not line.endswith("}"):
        return ""
    whole = "\n".join(held)
    session.memory["tcl"] = []
    found = re.fullmatch(r'puts \[open "([^"]+)" w\+?\] \{(.*)\}', whole, re.S)
    if not found:
        return 'wrong # args: should be "puts ?-nonewline? ?channelId? string"'
    return write(device, found[1], (found[2] + "\n").encode())


COMMANDS: dict[str, Do] = {
    "copy": _copy,
    "write": _write,
    "write memory": _write,
    "write erase": _erase,
    "erase startup-config|nvram:": _erase,
    "dir": _dir,
    "more": _more,
    "delete": _delete,
    "verify /md5": _verify,
    "tclsh": _tclsh,
}
