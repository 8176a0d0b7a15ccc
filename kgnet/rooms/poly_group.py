"""Poly's rooms of the RealPresence Group series and HDX: watched by SNMP (`poly_group.csv`).

What they export is not read: to the audit such a room is one of which nothing is known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from kgnet.errors import ReadError
from kgnet.ports import Marked, System


def read(text: str, asked: date, mark: Marked) -> Iterator[object]:
    """Raise ReadError."""
    del text, asked, mark
    raise ReadError("what a RealPresence Group or HDX exports is not read by kgnet")


SYSTEM = System("poly_group", read, signs=re.compile(r"(?!)"))
