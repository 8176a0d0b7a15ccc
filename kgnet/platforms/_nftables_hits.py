"""`nft list ruleset` with its counters → how often each rule was met, and since when that is counted.

A rule counts where it says `counter`; its count begins anew whenever the ruleset is loaded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kgnet.errors import ReadError
from kgnet.model.config import Config
from kgnet.model.filtering import FilterHits, RuleHits

COMMAND: tuple[str, ...] = (
    "sh",
    "-c",
    'nft list ruleset || exit; echo "# now $(date +%s) loaded $(stat -c %Y /etc/nftables.conf 2>/dev/null)"',
)
COUNTER = re.compile(r" ?counter packets (\d+) bytes \d+")
ASKED = re.compile(r"^# now (\d+) loaded (\d*)$", re.MULTILINE)
ACCEPT = re.compile(r"\baccept(?: comment \".*\")?$")


def read(text: str) -> FilterHits:
    """Read the ruleset; the file that a restart loads is written when it is loaded, too."""
    asked = ASKED.search(text)
    if asked is None:
        raise ReadError("the packet filter was not told whole")
    age_s = float(int(asked[1]) - int(asked[2])) if asked[2] else None
    return FilterHits(tuple(_rules(text[: asked.start()])), age_s)


def _rules(text: str) -> Iterator[RuleHits]:
    for line in Config("", {"": text}).lines():
        if (
            len(line.path) == 3
            and line.path[1].startswith("chain ")
            and not line.text.startswith(("type ", "}"))
        ):
            found = COUNTER.search(line.text)
            bare = COUNTER.sub("", line.text)
            chain = line.path[1].split()[1]
            yield RuleHits(chain, bare, bool(ACCEPT.search(bare)), int(found[1]) if found else None)
