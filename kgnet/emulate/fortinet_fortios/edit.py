"""The configuration of an emulated FortiGate, how lines change it, and when it is saved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_interface

from kgnet.emulate.clock import Timer
from kgnet.emulate.device import Device, Session
from kgnet.emulate.fortinet_fortios.tables import TABLES, WORDS, Block, stored
from kgnet.emulate.world import Peer, Port

SAVED = "$saved"
FAIL = "Command fail. Return code"
GLOBAL = "config system global"


@dataclass(slots=True)
class Frame:
    """Where a session stands: in a `config` or an `edit` of a draft that `next` and `end` make real."""

    line: str
    block: Block
    table: str  # the `config` that tells what may be set
    top: str  # the outermost `config`


class Configured(Device):
    """Modes of a session are frames, outermost first."""

    root: Block
    timer: Timer | None = None

    @property
    def hostname(self) -> str:
        return self.root.at(GLOBAL).plain("hostname", "FortiGate")

    @property
    def saving(self) -> str:
        return self.root.at(GLOBAL).values.get("cfg-save", "automatic")

    def _page(self, session: Session) -> None:
        standard = self.root.at("config system console").values.get("output") == "standard"
        session.length = 0 if standard else 24

    def _save(self) -> str:
        if self.faults.take("full", "config"):
            return f"failed to save config: No space left on device\n{FAIL} -1"
        self._cancel()
        self.files[SAVED] = self.running().encode()
        self.save_files()
        return "config saved."

    # ── lines ─────────────────────────────────────────────────────────

    def _configured(  # noqa: PLR0911 - one a command
        self, session: Session, line: str, *, loading: bool = False
    ) -> str:
        if not loading:
            if session.privilege < 15:
                return f"Permission denied\n{FAIL} -37"
            if fault := self.faults.take("refuse", line):
                return (
                    fault.value or f"command parse error before '{line.rsplit(maxsplit=1)[-1]}'\n{FAIL} -61"
                )
            if not session.modes and (fault := self.faults.take("locked")):
                return f"Configuration is locked by {fault.value or 'another administrator'}\n{FAIL} -1"
        word, _, rest = line.partition(" ")
        if not session.modes and word != "config":
            return self.invalid(session, line)
        ignored = word in ("set", "unset", "delete") and not loading and self.faults.take("ignore", line)
        if ignored:
            return ""
        match word:
            case "config":
                return self._config(session, line)
            case "edit":
                return self._edit(session, line, rest)
            case "next" | "end" | "abort":
                return self._leave(session, word)
        return self._set(session, word, rest, loading=loading)

    def _config(self, session: Session, line: str) -> str:
        if not session.modes:
            if line not in TABLES or line in ("config ntpserver", "config neighbor", "config network"):
                return f"command parse error before '{line.rsplit(maxsplit=1)[-1]}'\n{FAIL} -61"
            session.modes.append(Frame(line, self.root.at(line).copy(), line, line))
            return ""
        here: Frame = session.modes[-1]
        if line not in TABLES[here.table].inside:
            return f"command parse error before '{line.rsplit(maxsplit=1)[-1]}'\n{FAIL} -61"
        session.modes.append(Frame(line, here.block.at(line), line, here.top))
        return ""

    def _edit(self, session: Session, line: str, name: str) -> str:
        here: Frame = session.modes[-1]
        if not TABLES[here.table].entries or not here.line.startswith("config "):
            return f"command parse error before 'edit'\n{FAIL} -61"
        bare = name.strip('"')
        number = here.table in (
            "config ntpserver",
            "config router static",
            "config firewall policy",
            "config network",
        )
        named = f"edit {bare}" if number and bare.isdecimal() else f'edit "{bare}"'
        session.modes.append(Frame(named, here.block.at(named), here.table, here.top))
        return ""

    def _leave(self, session: Session, word: str) -> str:
        here: Frame = session.modes.pop()
        if word == "abort":
            session.modes.clear()
            return ""
        if here.line.startswith("edit "):
            lacks = [name for name in TABLES[here.table].needs if name not in here.block.values]
            if lacks:
                session.modes[-1].block.inside.pop(here.line)
                check = "object check operator error, -56, discard the setting"
                return f"node_check_object fail! for {lacks[0]}\n{check}\n{FAIL} -56"
            if word == "end":
                return self._leave(session, "end")
        if word == "next" and not here.line.startswith("edit "):
            session.modes.append(here)
            return f"command parse error before 'next'\n{FAIL} -61"
        if not session.modes or (len(session.modes) == 1 and word == "next"):
            self._commit(session, session.modes[0].block if session.modes else here.block, here.top)
        return ""

    def _commit(self, session: Session, draft: Block, top: str) -> None:
        before = self.running()
        self.root.inside[top] = draft.copy()
        self._page(session)
        if self.running() == before or session.number == 0:
            return
        self.changed(top)
        if self.saving == "automatic":
            self._save()
        elif self.saving == "revert":
            self._cancel()
            seconds = int(self.root.at(GLOBAL).values.get("cfg-revert-timeout", "600"))
            self.timer = self.clock.later(seconds, lambda: self.reboot("configuration is reverted"))

    def _cancel(self) -> None:
        if self.timer:
            self.timer.cancel()
        self.timer = None

    def _set(self, session: Session, word: str, rest: str, *, loading: bool) -> str:
        here: Frame = session.modes[-1]
        table, (name, _, value) = TABLES[here.table], rest.partition(" ")
        if word in ("delete", "move"):
            return self._arranged(here, word, rest)
        if table.entries and here.line.startswith("config "):
            return f"command parse error before '{name}'\n{FAIL} -61"
        if name not in table.defaults and not table.free and not loading:
            return f"command parse error before '{name}'\n{FAIL} -61"
        if word == "unset":
            here.block.values.pop(name, None)
        elif not value or (name in WORDS and value not in WORDS[name]):
            return f"value parse error before '{value}'\n{FAIL} -651"
        elif value.strip('"') == table.defaults.get(name):
            here.block.values.pop(name, None)
        else:
            here.block.values[name] = stored(name, value, self.random)
        return ""

    def _arranged(self, here: Frame, word: str, rest: str) -> str:
        names = {line.removeprefix("edit ").strip('"'): line for line in here.block.inside}
        words = [each.strip('"') for each in rest.split()]
        if words[0] not in names or (word == "move" and words[-1] not in names):
            return f"entry not found in datasource\nvalue parse error before '{words[0]}'\n{FAIL} -3"
        block = here.block.inside.pop(names[words[0]])
        if word == "move":
            order = [(line, each) for line, each in here.block.inside.items()]
            place = [line for line, _ in order].index(names[words[-1]]) + (words[1] == "after")
            order.insert(place, (names[words[0]], block))
            here.block.inside = dict(order)
        return ""

    # ── for the world ───────────────────────────────────────────────────────

    def ports(self) -> tuple[Port, ...]:
        return tuple(self._ports())

    def _ports(self) -> Iterator[Port]:
        for line, port in self.root.at("config system interface").inside.items():
            words = port.values.get("ip", "").split()
            told = (ip_interface("/".join(words)),) if len(words) == 2 else ()
            yield Port(line.removeprefix("edit ").strip('"'), port.values.get("status") != "down", told,
                       description=port.plain("description"))  # fmt: skip

    def peers(self) -> tuple[Peer, ...]:
        bgp = self.root.at("config router bgp")
        neighbors = bgp.at("config neighbor").inside
        return tuple(
            Peer(
                line.removeprefix("edit ").strip('"'),
                int(each.values.get("remote-as", 0)),
                int(bgp.values.get("as", 0)),
            )
            for line, each in neighbors.items()
        )

    def hops(self) -> tuple[str, ...]:
        routes = self.root.at("config router static").inside.values()
        return tuple(each.values.get("gateway", "") for each in routes)
