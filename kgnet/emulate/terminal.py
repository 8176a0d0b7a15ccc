"""A session's command line without a network: lines in, text out; what SSH, exec and tests type into."""

from __future__ import annotations

from collections.abc import Callable

from kgnet.emulate.device import Ask, Device, Dropped, Session, Turn


class Terminal:
    """Type lines, read answers: `Terminal(device).run("configure terminal", "hostname R2", "end")`."""

    def __init__(
        self, device: Device, user: str = "", *, privilege: int = 15, remote: str = "console"
    ) -> None:
        self.device = device
        self.session: Session = device.enter(user or device.spec.user, privilege, remote)
        self._turn: Turn | None = None
        self._ask: Ask | None = None

    @property
    def prompt(self) -> str:
        """What the device waits behind: its prompt, or a question."""
        return self._ask.prompt if self._ask else self.device.prompt(self.session)

    @property
    def ask(self) -> Ask | None:
        """The question that waits for an answer, if any."""
        return self._ask

    @property
    def closed(self) -> bool:
        return self.session.closed

    def type(self, line: str) -> str:
        """Type a line or an answer; returns what is printed before the next prompt.  Dropped: a fault."""
        if self.session.closed:
            raise Dropped(f"{self.device.name}: the session is closed")
        self.device.clock.fire()
        before(self.device, line)
        said = self._answered(line) if self._turn else self._begun(line)
        after(self.device, line)
        return said

    def run(self, *lines: str) -> str:
        """Type these lines, one after the other, and return all that was printed."""
        return "".join(f"{said}\n" for line in lines if (said := self.type(line)))

    def close(self) -> None:
        """Hang up."""
        self.abandon()
        self.device.leave(self.session)

    def abandon(self) -> None:
        """Ctrl-C: leave a question unanswered."""
        if self._turn:
            self._turn.close()
        self._turn = self._ask = None

    def _begun(self, line: str) -> str:
        self.device.note(f"{self.session.user}: {line}")
        reply = self.device.execute(self.session, line)
        if isinstance(reply, str):
            return reply
        self._turn = reply
        return self._next(lambda: next(reply))

    def _answered(self, answer: str) -> str:
        turn = self._turn
        assert turn is not None
        return self._next(lambda: turn.send(answer))

    def _next(self, step: Callable[[], Ask]) -> str:
        try:
            self._ask = step()
        except StopIteration as done:
            self._turn = self._ask = None
            return str(done.value or "")
        return ""


def before(device: Device, text: str) -> None:
    """What may go wrong before a command has its effect."""
    if device.faults.take("drop-before", text):
        device.note(f"drops before: {text}")
        raise Dropped(text)
    if device.faults.take("reboot-before", text):
        device.reboot(f"fault before: {text}")
        raise Dropped(text)


def after(device: Device, text: str) -> None:
    """What may go wrong once a command has had its effect."""
    if device.faults.take("drop-after", text):
        device.note(f"drops after: {text}")
        raise Dropped(text)
    if device.faults.take("reboot-after", text):
        device.reboot(f"fault after: {text}")
        raise Dropped(text)
