"""a folder → what it holds of each device, if that is evidence and a text of a platform of ours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from kgnet.collect.files import Mark, config_of, text_of, told
from kgnet.collect.folders import Held, holdings
from kgnet.collect.owners import owned, settled
from kgnet.errors import DeviceError, Refused
from kgnet.model.config import Config
from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device, Fleet


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
            old = f"{held.where} is of {held.when:%Y-%m-%d}, which is too long ago"
            raise Refused(device.name, f"{old} — back the device up again, or ask it itself")
        text = text_of(held, device.name)
        known = device if device.platform else replace(device, platform=settled(held, text))
        return known, config_of(text, known, held.where, mark=mark)


def read_folder(folder: Path, fleet: Fleet) -> Iterator[tuple[Device, Snapshot | DeviceError]]:
    """Yield what the files in *folder* say, one after the other: none is kept.

    A file that cannot be read is the failure of its device, as in `each`.  UsageError if there are none, or
    all are of no device of the fleet.
    """
    reading = Reading(folder)
    for name, held in owned(holdings(folder).held, fleet).files.items():
        try:
            device, config = reading.read(fleet.devices[name], held)
            yield device, told(config, device)
        except DeviceError as reason:
            yield fleet.devices[name], reason
