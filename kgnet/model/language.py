"""A language that people read reports in: its words for the English ones of the code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Language:
    """English text → this language's; what has no entry stays English, so that nothing is ever left out.

    *texts* hold words and whole sentences, in which `{name}` stands for what varies.
    *rules* hold a rule's title and reason, by its id and the English: if that changes, the old is not taken.
    """

    code: str = "en"  # ISO 639-1
    texts: Mapping[str, str] = field(default_factory=dict)
    rules: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def say(self, english: str, **holes: object) -> str:
        """Return a text of ours in this language, each `{name}` filled."""
        return self.texts.get(english, english).format(**holes)


ENGLISH = Language()
