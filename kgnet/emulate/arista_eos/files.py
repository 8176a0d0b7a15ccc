"""An EOS device's files and restarts: copy, delete, dir, write, reload."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kgnet.emulate.arista_eos import sessions
from kgnet.emulate.device import Ask, Reply, Session, Turn

if TYPE_CHECKING:
    from kgnet.emulate.arista_eos import Eos

RUNNING = ("running-config", "system:/running-config")
STARTUP = ("startup-config", "flash:startup-config", "flash:/startup-config")
DONE = "Copy completed successfully."


def copy(device: Eos, session: Session, words: list[str]) -> Reply:
    """`copy SOURCE TARGET`."""
    if len(words) != 2:
        return "% Incomplete command"
    source, target = words
    text = device.running() if source in RUNNING else _content(device, source)
    if text is None:
        return f"% Error copying from {source} (No such file or directory)"
    if target in RUNNING:
        root, wrong = device.read(text, device.root.copy())
        if not wrong:
            sessions.take(device, root, f"copy {source}")
        return f"% {wrong[0]}" if wrong else DONE
    name = "startup-config" if target in STARTUP else target.replace("flash:/", "flash:")
    return device.write(name, text) or DONE


def _content(device: Eos, name: str) -> str | None:
    if name in STARTUP:
        return device.startup()
    found = device.files.get(name.replace("flash:/", "flash:"))
    return found.decode() if found is not None else None


def write(device: Eos, session: Session, words: list[str]) -> Reply:
    """`write [memory]`."""
    return device.save() or DONE


def delete(device: Eos, session: Session, words: list[str]) -> Reply:
    """`delete FILE`."""
    name = words[-1].replace("flash:/", "flash:") if words else ""
    gone = device.files.pop(name, None)
    device.save_files()
    return "" if gone is not None else f"% Error deleting {name} (No such file or directory)"


def listing(device: Eos, session: Session, words: list[str]) -> Reply:
    """`dir [flash:]`."""
    stamp = f"{device.clock.moment():%b %d %H:%M}"
    sizes = {name.removeprefix("flash:"): len(data) for name, data in device.files.items()}
    rows = [f"       -rwx  {size:12}           {stamp}  {name}" for name, size in sorted(sizes.items())]
    return "\n".join(
        ["Directory of flash:/", "", *rows, "", "7527178240 bytes total (4966273024 bytes free)"]
    )


def reload(device: Eos, session: Session, words: list[str]) -> Reply:
    """`reload [now]`."""
    if "now" in words or "force" in words:
        device.reboot("reload")
        return ""
    return _asked(device)


def _asked(device: Eos) -> Turn:
    if device.running() != normal(device):
        answer = yield Ask("System configuration has been modified. Save? [yes/no/cancel/diff]:")
        if answer.startswith("c"):
            return ""
        if answer.startswith("y"):
            device.save()
    answer = yield Ask("Proceed with reload? [confirm]", key=True)
    if answer in ("", "y", "Y"):
        device.reboot("reload")
    return ""


def normal(device: Eos) -> str:
    """The startup configuration as it would be printed if it ran."""
    return device.text(device.read(device.startup())[0])
