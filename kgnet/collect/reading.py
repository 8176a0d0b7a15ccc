"""a device, what a folder holds of it → its configuration, if it is evidence and of a platform of ours."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from kgnet.collect.files import Mark, config_of, text_of
from kgnet.collect.folders import Held
from kgnet.collect.owners import settled
from kgnet.errors import Refused
from kgnet.model.config import Config
from kgnet.model.fleet import Device


@dataclass(frozen=True, slots=True)
class Reading:
    """How the files of a folder are read; a value that can be sent to where that is done."""

    folder: Path
    oldest: datetime | None = None  # what is from before is no evidence

    def read(self, device: Device, held: Held | None, mark: Mark | None = None) -> tuple[Device, Config]:
        """Return the configuration, without secrets, and the device with its platform.

        *mark* tells what stands in the place of a secret.  Refused if it is no evidence.
        """
        if held is None:
            raise Refused(device.name, f"{self.folder} has no file of this device")
        if self.oldest and held.when and held.when < self.oldest:
            told = f"{held.where} is of {held.when:%Y-%m-%d}, which is too long ago"
            raise Refused(device.name, f"{told} — back the device up again, or ask it itself")
        text = text_of(held, device.name)
        known = device if device.platform else replace(device, platform=settled(held, text))
        return known, config_of(text, known, held.where, mark=mark)
