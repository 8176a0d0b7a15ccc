"""The guard: a script on the device (guard.sh) that brings the old configuration back unless told otherwise.

It needs a Unix device with `sh`; every step is one command over a session.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib import resources

from kgnet.errors import DeviceError, PluginError, Refused
from kgnet.ports import Candidate, Ended, Output, Part, Session, Transaction
from kgnet.transactions._held import held_by

PLACE = "/run/kgnet/deploy"  # emptied by a reboot, as the guard wants it
LAST = "/run/kgnet/last"  # how the last deploy ended
BUSY, TOO_LATE = 75, 3  # exit codes; 75 is EX_TEMPFAIL of sysexits.h
LEASE_S = 300  # uploads and checks take less; then a dead deployer's lock falls
PATIENCE_S = 150.0  # what the guard may need to put things back: a command's longest time and some
SCRIPT = resources.files(__package__).joinpath("guard.sh").read_text(encoding="utf-8")

# Constants: what differs comes as arguments.
BEGIN = """umask 077
mkdir -p "${1%/*}" || exit 1
error=$(mkdir "$1" 2>&1) || {
    [ -d "$1" ] || { echo "$error" >&2; exit 1; }
    echo "$(cat "$1/owner" 2>/dev/null || echo nobody knows whose)"
    kill -0 "$(cat "$1/timer" 2>/dev/null)" 2>/dev/null && echo timed
    exit 75
}
cat >"$1/guard" && [ "$(wc -c <"$1/guard")" -eq "$5" ] && sh "$1/guard" hold "$2" "$3" "$4" || {
    rm -rf "$1" # also if the deployer died before it had sent the whole script
    exit 1
}
"""
KEEP = """umask 077
cat >"$1"
"""


@dataclass(frozen=True, slots=True)
class Guard:
    """Holds one device for one deploy; *hide* takes secrets out of what the device says."""

    device: str
    token: str
    session: Session
    hide: Callable[[str], str]

    def hold(self, owner: str, lease_s: int) -> None:
        """Lock the device; the lock falls by itself after *lease_s* seconds unless the guard is armed."""
        told = (PLACE, self.token, owner, str(lease_s), str(len(SCRIPT.encode())))
        asked = self.session.run(["sh", "-c", BEGIN, "sh", *told], stdin=SCRIPT)
        if asked.code == BUSY:
            raise Refused(self.device, _held(asked.out.splitlines()))
        self._well(asked, "cannot be locked")

    def put(self, name: str, text: str) -> None:
        """Keep *text* in the private folder; it travels by stdin, not in a process list."""
        self._well(
            self.session.run(["sh", "-c", KEEP, "sh", f"{PLACE}/{name}"], stdin=text), f"takes no {name}"
        )

    def steps(self, name: str, parts: Iterable[Iterable[Sequence[str]]]) -> None:
        """Keep the commands of *parts*, to be run one after another."""
        self.put(name, "".join("".join(map(_step, commands)) + "\n" for commands in parts))

    def free(self) -> None:
        """Unlock a device on which nothing was loaded."""
        self._guard("free")

    def arm(self, confirm_s: int) -> None:
        """From now on the old configuration comes back in *confirm_s* seconds."""
        self._well(self._guard("arm", str(confirm_s)), "cannot arm its timer")

    def load(self, timeout_s: float) -> None:
        """Run the commands of `load`; DeviceError: some of it may run."""
        done = self._guard("load", timeout_s=timeout_s)
        if done.code != 0:
            raise DeviceError(self.device, f"did not load it: {self.words(done)}")

    def confirm(self) -> None:
        answer = self._guard("confirm", timeout_s=PATIENCE_S)
        if answer.code == TOO_LATE:
            raise Refused(self.device, "its timer was faster than the verification")
        self._well(answer, "could not save its configuration")

    def restore(self) -> None:
        self._guard("restore", timeout_s=PATIENCE_S)

    def ended(self) -> Ended:
        told = self.session.run(["cat", f"{LAST}/token", f"{LAST}/result"]).out.splitlines()
        if len(told) > 1 and told[0] == self.token:
            return Ended(told[1])
        held = self.session.run(["cat", f"{PLACE}/token"]).out.strip()
        return Ended.PENDING if held == self.token else Ended.UNKNOWN

    def words(self, output: Output) -> str:
        """Return what the device said in one line, without secrets."""
        said = f"{output.err}\n{output.out}".splitlines()
        told = [line.strip() for line in said if line.strip() and not line.startswith(("[", "% Can't open"))]
        return "; ".join(self.hide("\n".join(told)).splitlines()[:3]) or f"exit code {output.code}"

    def _guard(self, verb: str, *argv: str, timeout_s: float = 30.0) -> Output:
        return self.session.run(["sh", f"{PLACE}/guard", verb, self.token, *argv], timeout_s=timeout_s)

    def _well(self, output: Output, otherwise: str) -> None:
        if output.code != 0:
            raise Refused(self.device, f"{otherwise}: {self.words(output)}")


def _held(told: Sequence[str]) -> str:
    """Say who holds the lock, and what to do about a dead one."""
    owner = told[0] if told else "nobody knows whose"
    if "timed" in told[1:]:
        return held_by(owner, remedy="its timer frees the device")
    return (
        f"a dead deploy holds it: {owner} — there, `sh {PLACE}/guard restore` puts the old text back,"
        f" `rm -r {PLACE}` keeps what runs"
    )


def _step(argv: Sequence[str]) -> str:
    if not argv or any(not word or "\n" in word for word in argv):
        raise PluginError(f"{argv!r} is no command for a device: a word is empty or holds a line break")
    return "".join(f"{word}\n" for word in argv) + "\n"


def place(part: Part, which: str) -> str:
    """Return where the text of *part* is on the device, *which* being old or new."""
    return f"{PLACE}/{which}/{part.name}.conf"


def expand(argv: Sequence[str], file: str) -> tuple[str, ...]:
    """Put *file* and its folder in place of `{file}` and `{folder}`."""
    folder = file.rpartition("/")[0]
    return tuple(word.replace("{file}", file).replace("{folder}", folder) for word in argv)


def _prepare(guard: Guard, candidate: Candidate) -> None:
    """Bring the texts of the parts, new and old, and the commands for either to the device."""
    parts = candidate.parts
    for part in parts:
        guard.put(f"new/{part.name}.conf", candidate.want.parts[part.name])
        guard.put(f"old/{part.name}.conf", candidate.have.parts[part.name])
    guard.steps("load", [[expand(part.load, place(part, "new"))] for part in parts])
    guard.steps("restore", [[expand(part.load, place(part, "old"))] for part in reversed(parts)])
    saved = parts if candidate.save else ()
    save, resave = ([_saves(part, which) for part in saved] for which in ("new", "old"))
    # A power cut between two files would leave a mixture: all are written first, then all put in place.
    guard.steps("save", [*(every[:-1] for every in save), *(every[-1:] for every in save)])
    guard.steps("resave", resave)


def _saves(part: Part, which: str) -> list[tuple[str, ...]]:
    return [expand(argv, place(part, which)) for argv in part.save]


def _check(guard: Guard, parts: Sequence[Part]) -> None:
    """Let the device judge every candidate while nothing is loaded yet; Refused in its own words."""
    for part in parts:
        judged = guard.session.run(expand(part.check, place(part, "new")), timeout_s=60)
        if judged.code != 0 or (part.silent_check and judged.err.strip()):
            raise Refused(guard.device, f"does not take its {part.name}: {guard.words(judged)}")


# ── the steps of the transaction ────────────────────────────────────────────


def _guard(session: Session, candidate: Candidate) -> Guard:
    return Guard(candidate.device.name, candidate.token, session, candidate.hide)


def hold(session: Session, candidate: Candidate) -> None:
    guard = _guard(session, candidate)
    guard.hold(candidate.owner, LEASE_S)
    _prepare(guard, candidate)
    _check(guard, candidate.parts)


def load(session: Session, candidate: Candidate, confirm_s: int) -> None:
    guard = _guard(session, candidate)
    guard.arm(confirm_s)
    guard.load(confirm_s)


def reaches(session: Session, addresses: Iterable[str]) -> frozenset[str]:
    """Ask by the guard itself: it is there while the device is held and after."""
    asked = list(addresses)
    if not asked:
        return frozenset()
    return frozenset(session.run(["sh", "-c", SCRIPT, "guard", "answer", *asked]).out.split())


TRANSACTION = Transaction(
    name="guard",
    hold=hold,
    load=load,
    confirm=lambda session, candidate: _guard(session, candidate).confirm(),
    restore=lambda session, candidate: _guard(session, candidate).restore(),
    free=lambda session, candidate: _guard(session, candidate).free(),
    ended=lambda session, candidate: _guard(session, candidate).ended(),
    reaches=reaches,
)
