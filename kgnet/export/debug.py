"""`/probe?…&debug=true`: what a probe did and when, then what it measured, for a person to read."""

from __future__ import annotations

from time import perf_counter

from kgnet.errors import UsageError


class Log:
    """Hears a probe; every line bears the seconds since the log began."""

    def __init__(self) -> None:
        self._began, self._lines = perf_counter(), list[str]()

    def tell(self, event: str) -> None:
        """Write *event* down as one line, whatever a target may have put into it."""
        shown = "".join(letter if letter.isprintable() else "·" for letter in event)
        self._lines.append(f"{perf_counter() - self._began:8.3f}  {shown}\n")

    def page(self, measured: str) -> str:
        """Return the log, then the metrics as a scraper would have got them."""
        did = "".join(self._lines)
        return f"What the probe did (seconds since the question):\n\n{did}\nMetrics:\n\n{measured}"


def asked_for(written: str) -> bool:
    """Read `debug=`; UsageError if it is neither true nor false."""
    if written.lower() not in ("", "true", "false", "1", "0"):
        raise UsageError(f"debug={written!r} — say true or false")
    return written.lower() in ("true", "1")
