"""Every error that kgnet raises on purpose; what is not here is a bug and shows its traceback.

KgnetError
├── InventoryError      the province's files are wrong: every problem with its file and line
├── DesignError         the intent is well written but cannot be built
├── PluginError         a plug-in is unknown, or a plug-in file is malformed
├── TemplateError       a template names nothing, or cannot be rendered
├── SecretError         a secret that the intent names is not there, or is readable by others
├── DeviceError         one device did not do what was asked of it
│   ├── Unreachable     it could not be spoken to at all
│   └── Refused         it answered and declined: a bad line, a busy lock, a wrong privilege
├── JournalError        the journal of runs cannot be written, or is not as it was written
├── HistoryError        the history of audits cannot be opened, read or written
│   └── NothingRecorded nothing is in it yet
├── MissingFact         a rule asked for a fact that nobody collected
├── NotOurs             a rule would judge what the intent leaves alone on the device's platform
├── ReadError           a text is not what the platform's reader expects
├── PackError           an audit pack or a waiver file is wrong
├── ProbeError          a target did not answer a probe as it should
├── TwinError           the twin cannot do what was asked here
└── UsageError          the command line asks for something that makes no sense
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class KgnetError(Exception):
    """The root: `str()` of it is one clear line (or one line a problem) for an operator."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong in a file: where, what, and what would be right."""

    file: str
    line: int  # 1-based; 0: the file as a whole
    what: str
    remedy: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.what}" + (f" — {self.remedy}" if self.remedy else "")


class InventoryError(KgnetError):
    """Everything that is wrong with an inventory, told in one go."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(problems)
        self.problems = tuple(sorted(problems))

    def __str__(self) -> str:
        return "\n".join(map(str, self.problems))


class DesignError(KgnetError):
    """The intent cannot be built, e.g. a number outside the address plan."""


class PluginError(KgnetError):
    """A plug-in is unknown or malformed."""


class TemplateError(KgnetError):
    """A template names nothing or is malformed."""


class SecretError(KgnetError):
    """A secret is missing or badly kept."""


class DeviceError(KgnetError):
    """A device did not do what was asked of it."""

    def __init__(self, device: str, reason: str) -> None:
        super().__init__(device, reason)  # both, so that the error pickles
        self.device = device
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.device}: {self.reason}"


class Unreachable(DeviceError):
    """The device could not be spoken to."""


class Refused(DeviceError):
    """The device answered and declined; nothing was changed."""


class JournalError(KgnetError):
    """The journal of runs cannot be written or read, or was tampered with."""


class HistoryError(KgnetError):
    """The history of audits cannot be opened, read or written; what was found is not lost by it."""


class NothingRecorded(HistoryError):
    """No audit is in the history yet."""


class MissingFact(KgnetError):
    """A fact was asked for that nobody collected."""


class NotOurs(KgnetError):
    """A rule does not apply: on this platform the intent does not speak for what it judges."""


class ReadError(KgnetError):
    """A text is not what the platform's reader expects."""


class PackError(KgnetError):
    """An audit pack or a waiver file is wrong."""


class ProbeError(KgnetError):
    """A target did not answer a probe as it should."""


class TwinError(KgnetError):
    """The twin cannot do what was asked here."""


class UsageError(KgnetError):
    """The command line asks for something that makes no sense."""
