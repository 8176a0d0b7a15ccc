"""text with tokens, secrets → text that may be published: a token names what is public of a secret.

`{dkim:SELECTOR}` stands for the public half of the key `dkim/SELECTOR` in base64 (RFC 6376 §3.6.1, tag p=).
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable

from kgnet.wire.pki import public_key

TOKEN = re.compile(r"\{dkim:([A-Za-z0-9-]+)\}")


def published(text: str, secret: Callable[[str], str]) -> str:
    """Return *text* with every token resolved; *secret* returns the value of a secret's name."""
    return TOKEN.sub(lambda found: _dkim(secret(f"dkim/{found[1]}")), text)


def _dkim(private_pem: str) -> str:
    return base64.b64encode(public_key(private_pem)).decode()
