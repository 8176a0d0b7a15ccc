"""The questions on the building of a data center, `data/facility.csv`: a row each."""

from __future__ import annotations

import csv
from functools import cache

from kgnet.model.facility import Item
from kgnet.paths import PACKAGE

TABLE = PACKAGE / "data" / "facility.csv"


@cache
def items() -> tuple[Item, ...]:
    """Return them in the table's order."""
    with TABLE.open(encoding="utf-8", newline="") as text:
        return tuple(
            Item(
                row["item"],
                row["topic"],
                int(row["days"]),
                row["en"],
                tuple(each.strip() for each in row["references"].split(";")),
            )
            for row in csv.DictReader(text)
        )
