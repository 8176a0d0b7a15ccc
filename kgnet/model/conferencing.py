"""What a conference room's system says of itself, in neutral words; no password is ever among it.

*line* counts within the text, 0: it does not say.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

REQUIRED, OFFERED, OFF = "required", "offered", "off"  # encryption of media


@dataclass(frozen=True, slots=True)
class Firmware:
    """What runs there; *asked* is the day of asking, or of reading a file."""

    system: str  # a plug-in of kgnet/rooms
    model: str  # "": it does not say
    release: str
    line: int
    asked: date


@dataclass(frozen=True, slots=True)
class Transport:
    """How the signalling of one account or protocol travels."""

    of: str
    name: str  # tls, tcp, udp; auto: whatever answers; h323
    line: int


@dataclass(frozen=True, slots=True)
class Calls:
    media: str  # required, offered, off
    media_line: int
    transports: tuple[Transport, ...]
    answers: bool  # by itself
    muted: bool  # and then with its microphone off
    answers_line: int
    registered: bool | None  # None: it does not tell


@dataclass(frozen=True, slots=True)
class Password:
    """A password that was looked at where it is kept: *mark* changes with it and gives nothing away.

    *of* is an account; *flaw* says what is wrong with it, "" nothing.
    """

    of: str
    mark: str
    flaw: str
    line: int


@dataclass(frozen=True, slots=True)
class Passwords:
    """Those that the system tells; *hidden* are accounts whose password it does not."""

    told: tuple[Password, ...]
    hidden: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SharedPassword:
    """A password that other rooms have, too."""

    of: str
    rooms: tuple[str, ...]
    line: int


@dataclass(frozen=True, slots=True)
class SharedPasswords:
    """Of the passwords of a room those that others have; *others* is how many rooms could be compared."""

    shared: tuple[SharedPassword, ...]
    others: int
    hidden: tuple[str, ...] = ()  # could not be compared
