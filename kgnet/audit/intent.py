"""rule → whether it judges by what was planned for a device, or by what the device says alone."""

from __future__ import annotations

import dis
import inspect
from collections.abc import Mapping
from functools import cache
from itertools import pairwise
from types import MappingProxyType

from kgnet.model.drift import Drift
from kgnet.ports import Judge, Rule


def looks_at_intent(rule: Rule, given: Mapping[str, object] = MappingProxyType({})) -> bool:
    """Return whether *rule* judges by what was wanted of the device, as its code tells.

    A rule whose parameter `intent` is *given* as false does without.
    """
    return given.get("intent", True) is not False and (Drift in rule.needs or _looks(rule.judge))


@cache
def _looks(judge: Judge) -> bool:
    """Return whether the code looks at `want`, but for its platform, which every device has of itself."""
    want, *_ = inspect.signature(judge).parameters
    code = judge if inspect.isfunction(judge) else type(judge).__call__
    return any(
        step.argval == want and step.opname.startswith("LOAD") and after.argval != "platform"
        for step, after in pairwise(dis.get_instructions(code))
    )
