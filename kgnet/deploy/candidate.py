"""device, want, have → Candidate: everything that a transaction needs to change one device."""

from __future__ import annotations

import getpass
import secrets
import socket
from collections.abc import Callable
from datetime import UTC, datetime

from kgnet.deploy.tools import Tools
from kgnet.model.config import Config
from kgnet.model.fleet import Device
from kgnet.plugins import one
from kgnet.ports import Candidate, Platform


def candidate(
    device: Device, tools: Tools, want: Config, have: Config, *, save: bool = True, token: str = ""
) -> Candidate:
    """Return what shall become of *device*; both texts are true. Without a *token* it gets a new one."""
    platform = one(Platform, device.platform)
    commands, undo = tools.typed(want, have)
    return Candidate(
        device=device,
        platform=platform,
        parts=platform.parts,
        want=want,
        have=have,
        commands=commands,
        undo=undo,
        token=token or secrets.token_hex(8),
        owner=_owner(),
        save=save,
        hide=_hider(platform, want, have),
        same=lambda wanted, running: not tools.compare(wanted, running),
    )


def _owner() -> str:
    """Say who we are to whom finds the device locked."""
    return f"{getpass.getuser()} on {socket.gethostname()} since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _hider(platform: Platform, *configs: Config) -> Callable[[str], str]:
    """Return what takes the secrets of *configs* out of a text, wherever in a line they stand."""
    texts = [text for config in configs for text in config.parts.values()]
    found = {match[1] for pattern in platform.secrets for text in texts for match in pattern.finditer(text)}
    longest_first = sorted(found, key=len, reverse=True)

    def hide(text: str) -> str:
        for secret in longest_first:
            text = text.replace(secret, "<secret>")
        return text

    return hide
