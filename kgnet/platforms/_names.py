"""The order in which Linux tools and people list interfaces."""

from __future__ import annotations

import re
from functools import lru_cache

WORDS = re.compile(r"(\D*)(\d*)")
LONGEST = 4000  # digits; Python refuses to make a number of more than 4300


@lru_cache(maxsize=1 << 12)  # the same lines stand on hundreds of devices
def natural(name: str) -> tuple[tuple[str, int], ...]:
    """Return a key that sorts c9-1 before c10-1, as zebra does."""
    return tuple((text, int(number[:LONGEST] or -1)) for text, number in WORDS.findall(name))
