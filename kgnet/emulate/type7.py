"""Type 7, by which IOS and EOS store secrets so that anybody can read them back."""

from __future__ import annotations

# The constant of type 7 (published many times since 1995): a text is XORed with it, from an offset.
XLAT = b"dsfd;kfoA,.iyewrkldJKDHSUBsgvca69834ncxv9873254k;fg87"


def type7(clear: str, offset: int) -> str:
    """Return what `service password-encryption` makes of a text."""
    body = bytes(byte ^ XLAT[(offset + n) % len(XLAT)] for n, byte in enumerate(clear.encode()))
    return f"{offset:02d}{body.hex().upper()}"


def read7(stored: str) -> str:
    """Return the text behind a type 7 string; nothing if it is none."""
    try:
        offset, body = int(stored[:2]), bytes.fromhex(stored[2:])
    except ValueError:
        return ""
    return bytes(b ^ XLAT[(offset + n) % len(XLAT)] for n, b in enumerate(body)).decode("utf-8", "replace")
