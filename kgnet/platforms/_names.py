"""The order in which Linux tools and people list interfaces."""

from __future__ import annotations

import re


def natural(name: str) -> tuple[tuple[str, int], ...]:
    """Return a key that sorts c9-1 before c10-1, as zebra does."""
    return tuple((text, int(number or -1)) for text, number in re.findall(r"(\D*)(\d*)", name))
