"""How the tests are spread over processes."""

from __future__ import annotations

import os

import pytest


@pytest.mark.xdist_group("told")
def test_the_scheduler_is_told_what_belongs_together(request: pytest.FixtureRequest) -> None:
    """It knows a group by the test's name; else each worker brings its own lab up."""
    assert request.node.nodeid.endswith("@told") or "PYTEST_XDIST_WORKER" not in os.environ
