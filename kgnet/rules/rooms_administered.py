"""KG-VC-03: nobody administers a room in clear, or with a password that everybody knows."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.errors import MissingFact
from kgnet.model.conferencing import Firmware, Passwords
from kgnet.model.facts import Snapshot
from kgnet.model.fleet import BuiltRoom
from kgnet.model.services import Services
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._places import at

CLEAR = ("http", "telnet", "api", "terminal")


@control("KG-VC-03", needs=[Services, Passwords, Firmware], of=BuiltRoom)
def rooms_administered(want: BuiltRoom, have: Snapshot, *, most_days: int = 366) -> Iterator[Wrong]:
    """A room's microphone is open to whoever knows the password in its handbook.

    *most_days*: how long the day counts that rooms.csv has as `password_changed`; it is asked where the
    system tells no administrator's password.
    """
    wrong = [*_doors(have), *_passwords(have)]
    yield from wrong
    hidden = [of for of in have.get(Passwords).hidden if "administrator" in of]
    if not hidden:
        return
    changed, asked = want.row.password_changed, have.get(Firmware).asked
    if changed is not None and changed > asked:
        yield f"{hidden[0]}: the day on which its password was changed, {changed}, lies in the future"
    elif changed is not None and (asked - changed).days > most_days:
        yield f"{hidden[0]}: its password was changed on {changed}, more than {most_days} days ago"
    elif changed is None and not wrong:
        raise MissingFact(
            f"its system tells no password of {hidden[0]}: write `password_changed` in rooms.csv"
        )


def _doors(have: Snapshot) -> Iterator[Wrong]:
    for service in have.get(Services).named(*CLEAR):
        yield at(have, Services, service.line, f"it is administered in clear: {service.told}")


def _passwords(have: Snapshot) -> Iterator[Wrong]:
    for password in have.get(Passwords).told:
        if password.flaw:
            yield at(have, Passwords, password.line, f"{password.of}: its password {password.flaw}")
