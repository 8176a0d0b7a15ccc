"""Numbers of autonomous systems, as devices write them."""

from __future__ import annotations


def as_number(written: str) -> int:
    """Return the number: asplain `4200000001` or asdot `64086.59905` (RFC 5396 §2).

    ValueError if it is none.
    """
    high, dot, low = written.partition(".")
    return int(high) * 65536 + int(low) if dot else int(high)
