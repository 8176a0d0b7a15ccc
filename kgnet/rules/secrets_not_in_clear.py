"""KG-PWD-03: secrets that the device has to know are not kept in clear."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.credentials import StoredSecrets
from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.outcome import Deviation
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._places import at

FORMS = ("plain", "obfuscated", "protected", "encrypted")  # the better, the later
SAID = {"plain": "in clear", "obfuscated": "obfuscated only"}


@control("KG-PWD-03", needs=[StoredSecrets])
def secrets_not_in_clear(want: Device, have: Snapshot, *, encrypted: bool = False) -> Iterator[Wrong]:
    """A key in clear is read over a shoulder, on a screen that is shared, in a ticket with the configuration.

    *encrypted*: by a key of the device; what is only obfuscated anybody can turn back.
    """
    found = have.get(StoredSecrets)
    for name in found.exposed:
        yield at(
            have, StoredSecrets, found.line, f"everybody on it may read {name}, in which keys stand in clear"
        )
    least = "protected" if encrypted else "obfuscated"
    if not found.exposed and FORMS.index(found.form) < FORMS.index(least):
        wanted = "encrypted by a key of the device" if encrypted else "at least obfuscated"
        yield at(
            have,
            StoredSecrets,
            found.line,
            Deviation(f"keys stand in its configuration {SAID[found.form]}", wanted),
        )
