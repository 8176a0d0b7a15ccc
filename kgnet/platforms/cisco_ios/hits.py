"""`show access-lists` of IOS → how often each entry was met.

An entry that nothing met bears no number; one of a list that hardware alone looks at bears none either.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kgnet.errors import ReadError
from kgnet.model.filtering import FilterHits, RuleHits

HEADER = re.compile(r"^(?:Standard IP|Extended IP|IPv6) access list (\S+)")
ENTRY = re.compile(
    r"^\s+(?:\d+ )?(?P<text>(?P<verdict>permit|deny) .*?)"
    r"(?: \((?P<met>\d+) match(?:es)?\))?(?: sequence \d+)?$"
)


def read(text: str) -> FilterHits:
    rules = tuple(_rules(text))
    if not rules:
        raise ReadError(f"no entry of an access list in it: {text.strip()[:80]!r}")
    return FilterHits(rules)


def _rules(text: str) -> Iterator[RuleHits]:
    name = ""
    for line in text.splitlines():
        if found := HEADER.match(line):
            name = found[1]
        elif name and (entry := ENTRY.match(line.rstrip())):
            yield RuleHits(name, entry["text"], entry["verdict"] == "permit", int(entry["met"] or 0))
