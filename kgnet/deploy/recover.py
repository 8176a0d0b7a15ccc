"""What a dead run left on a device → its end: what is pending is taken back, what is locked is freed."""

from __future__ import annotations

from contextlib import suppress

from kgnet.deploy.candidate import candidate
from kgnet.deploy.tools import Tools
from kgnet.errors import Refused
from kgnet.model.config import Config
from kgnet.model.fleet import Device
from kgnet.plugins import one
from kgnet.ports import Ended, Transaction


def recover(device: Device, tools: Tools, *, token: str, old: Config) -> Ended:
    """Return how the change *token* ended on *device*, whose true text was *old* before it.

    DeviceError if the device cannot be reached, or does not take the change back.
    """
    with tools.open(device) as session:
        left = candidate(device, tools, tools.read(device, session), old, token=token)
        transaction = one(Transaction, left.platform.transaction)
        ended = transaction.ended(session, left)
        if ended is Ended.PENDING:
            transaction.restore(session, left)
            return transaction.ended(session, left)
        with suppress(Refused):  # it held no lock any more
            transaction.free(session, left)
        return ended
