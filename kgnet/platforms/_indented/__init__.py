"""changes → commands, for command lines of indented blocks: IOS, EOS, VRP.

A platform writes one `Grammar`; its methods are what a Part asks for:

    Part(…, ordered=G.is_ordered, opaque=G.is_opaque, permanent=G.is_permanent, close=G.closer,
         indent=G.indent, commands=G.commands)
"""

from __future__ import annotations

from kgnet.model.outcome import Change
from kgnet.platforms._indented.grammar import Filter, Listing, Literal, Rule, Tables
from kgnet.platforms._indented.typed import typed

__all__ = ["Filter", "Grammar", "Listing", "Literal", "Rule"]


class Grammar(Tables):
    """What a platform's command line is like; see `Tables` for the fields."""

    def commands(self, changes: tuple[Change, ...], have: str, want: str) -> tuple[str, ...]:
        """Return what one types to make *changes*; *want* is what the device will then have."""
        return typed(self, changes, have, want)
