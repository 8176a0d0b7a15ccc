"""Content-Security-Policy: how a page names its own inline style and script."""

from __future__ import annotations

import base64
import hashlib


def digest(text: str) -> str:
    """Return the source expression of an inline style or script (CSP 3, 2.3.1), to be put in quotes."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
