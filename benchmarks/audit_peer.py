"""What ciscoconfparse2 does in `audit.py`, by a Python that has it: prints the seconds of CPU for the files.

PYTHON benchmarks/audit_peer.py FILE…       →  [parsing, parsing and asking]
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from ciscoconfparse2 import CiscoConfParse
from loguru import logger

ASKED = (  # (in which blocks, what must or must not stand there): as such scripts have them
    *(("", rf"^{line}") for line in ("aaa new-model", "service password-encryption", "no ip source-route")),
    *(
        ("", rf"^{line}")
        for line in ("ip ssh version 2", "no ip http server", "login block-for", "no cdp run")
    ),
    *(
        ("", rf"^{line}")
        for line in ("service timestamps log datetime", "logging host", "ntp server", "banner")
    ),
    *(("", rf"^{line}") for line in ("snmp-server community", "enable secret 9", "security passwords")),
    *(
        (r"^line vty", line)
        for line in (r"^\s+transport input ssh$", r"^\s+exec-timeout", r"^\s+access-class")
    ),
    *((r"^interface", line) for line in (r"^\s+no ip proxy-arp", r"^\s+no ip redirects", r"^\s+description")),
)


def _parsed(file: Path) -> CiscoConfParse:
    return CiscoConfParse(file.read_text(encoding="utf-8").splitlines(), syntax="ios")


def _answers(parsed: CiscoConfParse) -> Iterator[list[object]]:
    for inside, line in ASKED:
        if inside:
            yield list(parsed.find_parent_objects_wo_child(inside, line))
        else:
            yield list(parsed.find_objects(line))


def main(files: Sequence[Path]) -> None:
    logger.remove()  # it tells on the terminal what it thinks of a line
    list(_answers(_parsed(files[0])))  # what is imported on first use is not counted
    started = time.process_time()
    for file in files:
        _parsed(file)
    parsed = time.process_time()
    for file in files:
        list(_answers(_parsed(file)))
    print(json.dumps([parsed - started, time.process_time() - parsed]))


if __name__ == "__main__":
    main([Path(each) for each in sys.argv[1:]])
