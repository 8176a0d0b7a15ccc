"""FRR's running configuration → where its daemons' messages go; what becomes of them there, Linux tells."""

from __future__ import annotations

from collections.abc import Iterable

from kgnet.model.config import Line
from kgnet.model.operations import SEVERITIES, Logging
from kgnet.platforms._operations import severity

LEVELS = {"syslog": 2, "file": 3, "stdout": 2, "monitor": 2}  # the word of `log …` that names the severity


def logging(lines: Iterable[Line]) -> Logging:
    """FRR logs nowhere by default; a target without a level gets all that there is (FRR, Basic Setup)."""
    told = [line for line in lines if line.text.split()[0] == "log" and line.text.split()[1] in LEVELS]
    words = [line.text.split() for line in told]
    levels = [severity(each[LEVELS[each[1]]]) if len(each) > LEVELS[each[1]] else "debug" for each in words]
    ranks = [SEVERITIES.index(level) for level in levels if level in SEVERITIES]
    return Logging(
        enabled=True,
        targets=tuple(" ".join(each[1:]) for each in words),
        severity=SEVERITIES[max(ranks)] if ranks else "",
        line=told[0].number if told else 0,
    )
