"""A short campaign of fault injection in every test run; the long one is `python tests/campaign.py`."""

from __future__ import annotations

import pytest
from campaign import BAD, VENDORS, chunk


@pytest.mark.parametrize("vendor", VENDORS)
def test_nothing_stays_half_done_whatever_breaks(vendor: str) -> None:
    """A few runs of each vendor, with seeds that include a kill, a restart and a dropped line."""
    came = chunk(vendor, [2, 4, 9])
    assert came.total() == 3
    assert not [what for what in came if what.startswith(BAD)]
