"""A text that knows its lines: who has taken it apart spares the next who would."""

from __future__ import annotations

BREAKS = "\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"  # of lines as well, for `str.splitlines`


class Lined(str):
    """A text with its *lines*, as `splitlines` tells them."""

    __slots__ = ("lines",)

    lines: list[str]

    @classmethod
    def of(cls, lines: list[str]) -> str:
        """Return the text of *lines*, whose last is empty if the text ends in a line feed."""
        text = cls("\n".join(lines))
        if any(map(text.__contains__, BREAKS)):
            return str(text)
        text.lines = lines if lines[-1] else lines[:-1]
        return text

    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        """Another process is sent the text alone."""
        return str, (str(self),)


def lines_of(text: str) -> list[str]:
    """Return the lines of *text*, which nobody may change."""
    return text.lines if isinstance(text, Lined) else text.splitlines()
