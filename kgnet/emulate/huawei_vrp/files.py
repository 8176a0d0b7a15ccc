"""The flash of an emulated VRP device: saving, the next startup file, directories, copies."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kgnet.emulate.device import Ask, Reply, Turn

if TYPE_CHECKING:
    from kgnet.emulate.huawei_vrp import Vrp

NEXT, USED = "$next", "$used"  # which file the next start loads, and which one the last did
USUAL = "vrpcfg.cfg"
FULL = "Error: The space is not enough on the flash."


class Flash:
    """Files are kept by their names without `flash:/`; a directory's name ends in `/`."""

    def __init__(self, device: Vrp) -> None:
        self.device = device
        self.files = device.files

    @property
    def next(self) -> str:
        return self.files.get(NEXT, USUAL.encode()).decode()

    def booted(self) -> None:
        """Remember which file this start has loaded."""
        self.files[USED] = self.next.encode()

    def execute(self, line: str) -> Reply | None:  # noqa: PLR0911 - one a command
        """Do a command about files; None if it is none."""
        words = line.split()
        match words:
            case ["save"]:
                return self._save(self.next)
            case ["save", name]:
                return self._save(_plain(name))
            case ["startup", "saved-configuration", name]:
                return self._startup(_plain(name))
            case ["dir"] | ["dir", _]:
                return self._dir(_plain(words[1]) if words[1:] else "")
            case ["mkdir", name]:
                return self._made(_plain(name))
            case ["rmdir", name]:
                return self._rmdir(_plain(name))
            case ["delete", "/unreserved", name] | ["delete", name]:
                return self._delete(_plain(name))
            case ["rename", old, new]:
                return self._rename(_plain(old), _plain(new))
        return None

    def display_startup(self) -> str:
        used = self.files.get(USED, self.next.encode()).decode()
        return (
            "MainBoard:\n  Startup system software:                   flash:/ar651.cc\n"
            "  Next startup system software:              flash:/ar651.cc\n"
            f"  Startup saved-configuration file:          flash:/{used}\n"
            f"  Next startup saved-configuration file:     flash:/{self.next}\n"
        )

    def _save(self, name: str) -> Turn:
        if not re.fullmatch(r"[\w.-]{1,64}\.(?:cfg|zip)", name):
            return "Error: The file name must end in .cfg or .zip."
        sure = yield Ask(
            f"The current configuration will be written to flash:/{name}.\nAre you sure to continue? "
            "(y/n)[n]:"
        )
        if sure.strip().lower() != "y":
            return ""
        if name in self.files and name != self.next:
            over = yield Ask(f"flash:/{name} exists, overwrite? (y/n)[n]:")
            if over.strip().lower() != "y":
                return ""
        if self.device.faults.take("full", name):
            return FULL
        self.files[name] = self.device.running().encode()
        self.device.save_files()
        wait = "It will take several minutes to save configuration file, please wait......"
        return f"{wait}\nConfiguration file had been saved successfully"

    def _startup(self, name: str) -> str:
        if name not in self.files:
            return "Error: The file does not exist."
        self.files[NEXT] = name.encode()
        self.device.save_files()
        return "Info: Succeeded in setting the configuration for booting system."

    def _dir(self, folder: str) -> str:
        rows = [
            f"  {number:>3}  {'drw-' if name.endswith('/') else '-rw-':<6} {len(data):>12,}  "
            f"Nov 22 2026 14:00:00   {name.rstrip('/')}"
            for number, (name, data) in enumerate(sorted(self.files.items()))
            if not name.startswith("$") and (not folder or name.startswith(folder))
        ]
        if folder and not rows:
            return f"Error: File can't be found: flash:/{folder}"
        return (
            "Directory of flash:/\n\n  Idx  Attr     Size(Byte)  Date        Time       FileName\n"
            + "\n".join(rows)
        )

    def _made(self, name: str) -> str:
        if f"{name}/" in self.files:
            return f"Error: Directory flash:/{name} already exists."
        if self.device.faults.take("full", name):
            return FULL
        self.files[f"{name}/"] = b""
        self.device.save_files()
        return f"Info: Create directory flash:/{name}......Done."

    def _rmdir(self, name: str) -> Reply:
        if f"{name}/" not in self.files:
            return f"Error: Directory flash:/{name} does not exist."

        def asked() -> Turn:
            sure = yield Ask(f"Remove directory flash:/{name}? (y/n)[n]:")
            if sure.strip().lower() == "y":
                self.files.pop(f"{name}/", None)
                self.device.save_files()
            return f"%Removing directory flash:/{name}...Done!"

        return asked()

    def _delete(self, name: str) -> Reply:
        if name not in self.files:
            return f"Error: File can't be found: flash:/{name}"

        def asked() -> Turn:
            sure = yield Ask(
                f"Warning: The contents of file flash:/{name} cannot be recycled. Continue? (y/n)[n]:"
            )
            if sure.strip().lower() == "y":
                self.files.pop(name, None)
                self.device.save_files()
            return f"Info: Deleting file flash:/{name}...succeeded."

        return asked()

    def _rename(self, old: str, new: str) -> Reply:
        if old not in self.files:
            return f"Error: File can't be found: flash:/{old}"

        def asked() -> Turn:
            sure = yield Ask(f"Rename flash:/{old} to flash:/{new}? (y/n)[n]:")
            if sure.strip().lower() == "y" and old in self.files:
                self.files[new] = self.files.pop(old)
                self.device.save_files()
            return f"Info: Rename file flash:/{old} to flash:/{new} ......Done."

        return asked()


def _plain(name: str) -> str:
    return name.removeprefix("flash:").strip("/")
