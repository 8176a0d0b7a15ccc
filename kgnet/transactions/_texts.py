"""How a change ended, by the texts that a device runs and would start with; for devices that keep both."""

from __future__ import annotations

from kgnet.errors import ReadError, Refused
from kgnet.model.config import Config
from kgnet.ports import Candidate, Ended, Output, Session
from kgnet.transactions._held import refusal

SHOW_STARTUP = "show startup-config"
SAVE = "write memory"
SAVE_S = 120.0
LONG_S = 60.0


def words(candidate: Candidate, output: Output) -> str:
    """Return what the device said in one line, without secrets."""
    return said(candidate, output) or "it said nothing"


def said(candidate: Candidate, output: Output) -> str:
    """Return the first three lines of what the device said, without carets and secrets; maybe nothing."""
    told = [line.strip() for line in (output.err or output.out).splitlines() if line.strip(" ^\t")]
    return candidate.hide("; ".join(told[:3]))


def save(session: Session, candidate: Candidate) -> None:
    """Make what runs survive a restart; Refused if it cannot be kept."""
    output = session.run((SAVE,), timeout_s=SAVE_S)
    bad = "rror" in output.out or "failed" in output.out.lower() or "No space" in output.out
    if output.code != 0 or bad:
        doing = "cannot save its configuration"
        raise Refused(candidate.device.name, refusal(doing, words(candidate, output)))


def runs(session: Session, candidate: Candidate, which: str) -> bool:
    """Return whether the running text is *which* of the candidate's: have or want."""
    texts = running(session, candidate)
    return texts is not None and candidate.same(
        getattr(candidate, which), Config(candidate.device.name, texts)
    )


def running(session: Session, candidate: Candidate) -> dict[str, str] | None:
    """Return the canonical texts that the device runs; None if one cannot be read."""
    parts = candidate.platform.parts
    texts = {part.name: _text(session, candidate, part.show[0], part.name) for part in parts}
    whole = {name: text for name, text in texts.items() if text is not None}
    return whole if len(whole) == len(texts) else None


def starts(session: Session, candidate: Candidate, with_: str) -> bool:
    """Return whether the startup text is that of *with_*: have, want, or `running` for what runs."""
    (part,) = candidate.platform.parts
    startup = _text(session, candidate, SHOW_STARTUP, part.name)
    if with_ == "running":
        return startup == _text(session, candidate, part.show[0], part.name)
    return bool(startup == getattr(candidate, with_).parts.get(part.name))


def _text(session: Session, candidate: Candidate, command: str, name: str) -> str | None:
    (part,) = (part for part in candidate.platform.parts if part.name == name)
    output = session.run((command,), timeout_s=LONG_S)
    try:
        return part.canonical(output.out) if output.code == 0 else None
    except ReadError:
        return None


def ended(session: Session, candidate: Candidate) -> Ended:
    """Tell how a change ended that is not pending any more; what it should survive it then does.

    A device that took its change back runs what it ran; one that was confirmed was saved before.
    """
    if runs(session, candidate, "have"):
        settle(session, candidate)
        return Ended.RESTORED
    if runs(session, candidate, "want"):
        if candidate.save and not starts(session, candidate, "running"):
            save(session, candidate)
        return Ended.CONFIRMED
    if candidate.save and starts(session, candidate, "running"):
        return Ended.CONFIRMED  # beside what is wanted it holds lines that the intent does not speak for
    return Ended.UNKNOWN


def settle(session: Session, candidate: Candidate) -> None:
    """See to it that a restart brings what runs again: the new text may have been saved already."""
    if candidate.save and not starts(session, candidate, "have"):
        save(session, candidate)
