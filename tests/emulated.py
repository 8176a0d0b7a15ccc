"""A few of the province's vendor devices, emulated, and the commands that a person types beside them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from kgnet.emulate import launch
from kgnet.emulate.keys import Folder

KGNET = str(Path(sys.executable).with_name("kgnet"))
PROVINCE = str(Path("inventories/kiengiang").resolve())
# One office of each vendor: IOS, EOS, Junos, VRP, RouterOS, FortiOS.
OFFICES = ("r-31114", "r-910", "r-911", "r-31064", "r-31069", "r-31072")


@dataclass
class Net:
    """Devices that are emulated; *said* is all that commands have printed."""

    folder: Folder
    state: Path
    only: str
    said: list[str] = field(default_factory=list)

    def kgnet(self, *words: str, code: int = 0, timeout_s: float = 300) -> str:
        """Run `kgnet` where it finds the devices; return what it printed, errors after the rest."""
        done = subprocess.run(
            [KGNET, "emulate", "exec", "--", KGNET, *words],
            capture_output=True, text=True, timeout=timeout_s, check=False, env=self.environment(),
        )  # fmt: skip
        told = done.stdout + done.stderr
        self.said.append(told)
        assert done.returncode == code, f"kgnet {' '.join(words)} ended with {done.returncode}:\n{told}"
        return told

    def environment(self) -> dict[str, str]:
        foreign = {name for name in os.environ if name.startswith("KGNET_")}
        ours = {"KGNET_EMULATED": str(self.folder.path), "KGNET_STATE": str(self.state), "NO_COLOR": "1"}
        return {name: value for name, value in os.environ.items() if name not in foreign} | ours

    def running(self, device: str) -> str:
        text: str = launch.ask(self.folder, "running", device=device)["text"]
        return text

    def login(self) -> tuple[str, str]:
        """Return a user of the intent, and the password."""
        access = json.loads((self.folder.path / "access.json").read_text(encoding="utf-8"))
        return access["KGNET_SSH_USER"], self.folder.password_file.read_text(encoding="utf-8").strip()

    def secrets(self) -> list[str]:
        """Return the values of the whole store."""
        files = [path for path in self.folder.secrets.rglob("*") if path.is_file()]
        return [path.read_text(encoding="utf-8").strip() for path in files]


@contextmanager
def emulated(folder: Path, *devices: str) -> Iterator[Net]:
    """Emulate *devices* as out of the box, until the block ends."""
    net = Net(Folder(folder / "net"), folder / "state", ":".join(devices))
    try:
        up = subprocess.run(
            [KGNET, "emulate", "up", "-i", PROVINCE, "--only", net.only],
            capture_output=True, text=True, timeout=120, check=False, env=net.environment(),
        )  # fmt: skip
        assert up.returncode == 0, up.stderr
        yield net
    finally:
        launch.down(net.folder)
