"""What the transactions of small offices' devices share: typing lines, reading back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kgnet.errors import DeviceError, ReadError, Refused
from kgnet.model.tree import walk
from kgnet.ports import Candidate, Output, Part, Session
from kgnet.transactions._held import refusal
from kgnet.transactions._texts import said

TOO_LATE = "its timer was faster than the verification"
UNKNOWABLE = "<secret"  # stands in the undoing of what the device never shows


@dataclass(frozen=True, slots=True)
class Typist:
    """Types for one candidate; what the device says goes on without its secrets."""

    session: Session
    candidate: Candidate

    @property
    def device(self) -> str:
        return self.candidate.device.name

    def ask(self, command: str, answers: str = "", timeout_s: float = 60.0) -> Output:
        """Type a command whatever becomes of it."""
        return self.session.run((command,), stdin=answers, timeout_s=timeout_s)

    def say(self, command: str, answers: str = "", timeout_s: float = 60.0) -> str:
        """Type a command that has to be taken; Refused in the device's words else."""
        output = self.ask(command, answers, timeout_s)
        if output.code != 0:
            doing = f"does not take `{self.shown(command)}`"
            raise Refused(self.device, refusal(doing, self.words(output)))
        return output.out

    def say_all(self, *commands: str) -> None:
        for command in commands:
            self.say(command)

    def load(self, commands: Sequence[str]) -> None:
        """Type the lines of a change; DeviceError at the first that is refused: those before it run."""
        for number, command in enumerate(commands, 1):
            output = self.ask(command)
            if output.code != 0:
                raise DeviceError(
                    self.device,
                    f"refuses line {number} of {len(commands)}, `{self.shown(command)}`: "
                    f"{self.words(output)}",
                )

    def shown(self, command: str) -> str:
        return self.candidate.hide(command)

    def words(self, output: Output) -> str:
        """Return what the device said in one line."""
        return said(self.candidate, output) or "without a word"

    # ── back to what was ────────────────────────────────────────────────────

    def taken_back(self) -> bool:
        """Type what undoes the change, as far as it came; False: nobody can type it."""
        if any(UNKNOWABLE in command or "\n" in command for command in self.candidate.undo):
            return False
        for command in self.candidate.undo:
            self.ask(command)
        return True

    def reads_as_before(self) -> bool:
        """Tell whether all that the intent speaks for is as it was before the change."""
        return all(self._same(part) for part in self.candidate.parts)

    def _same(self, part: Part) -> bool:
        output = self.session.run(part.show)
        try:
            now = part.canonical(output.out) if output.code == 0 else ""
        except ReadError as reason:
            raise DeviceError(self.device, f"cannot be read back: {reason}") from reason
        return _owned(part, now) == _owned(part, self.candidate.have.parts[part.name])


def _owned(part: Part, text: str) -> list[tuple[str, ...]]:
    return sorted(path for path in walk(text, part.closers) if part.owns(path))
