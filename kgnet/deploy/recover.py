"""What a dead run left on a device → its end: a change that is still pending is taken back."""

from __future__ import annotations

from kgnet.deploy.candidate import candidate
from kgnet.deploy.tools import Tools
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
        if ended is not Ended.PENDING:
            return ended
        transaction.restore(session, left)
        return transaction.ended(session, left)
