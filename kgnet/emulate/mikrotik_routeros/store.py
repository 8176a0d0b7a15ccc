"""What an emulated RouterOS device keeps: its menus, its backups, its scheduler."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from ipaddress import ip_interface

from kgnet.emulate.clock import Timer
from kgnet.emulate.device import Ask, Device, Reply, Session, Turn
from kgnet.emulate.mikrotik_routeros.line import (
    Command,
    Wrong,
    add,
    change,
    known,
    move,
    parse,
    seconds,
    selected,
    split,
)
from kgnet.emulate.mikrotik_routeros.menus import Item, Menu, exported, fresh
from kgnet.emulate.world import Peer, Port

STORE = "$store"
FULL = "failure: not enough disk space"
VERBS = (
    *("add", "set", "remove", "move", "print", "export", "enable", "disable"),
    *("save", "load", "ping", "quit", "reboot"),
)
Store = dict[str, list[tuple[str, dict[str, str]]]]


class Kept(Device):
    """All that is typed is kept at once: there is no saving."""

    menus: dict[str, Menu]
    safe: Session | None = None  # who holds safe mode
    before = ""  # the configuration as it was when safe mode was taken
    actions = 0

    # ── what is kept ────────────────────────────────────────────────────────

    def boot(self) -> None:
        self.safe, self.actions, self._timers = None, 0, dict[str, Timer]()
        if STORE not in self.files:
            self._deliver()
        self._load(self.files[STORE].decode())
        for item in self.menus["/system scheduler"].items:
            if item.values.get("start-time") == "startup" and item.values.get("disabled") != "yes":
                self.clock.later(1, lambda item=item: self._script(item.values.get("on-event", "")))  # type: ignore[misc]

    def _deliver(self) -> None:
        """Type the startup configuration that the device was delivered with."""
        self.menus, section = fresh(), ""
        ports = self.menus["/interface ethernet"].items
        ports += [
            Item({"name": name}, f"[ find default-name={name} ]") for name in ("ether1", *self.spec.ports)
        ]
        text = self.first_startup()
        if "/ip address\n" not in text:  # sections only: they were typed into a bare one
            text = self.bare(self.spec).partition("/system identity")[0] + text
        for line in text.replace("\\\n", "").splitlines():
            section = line.strip() if line.startswith("/") else section
            if line.strip() and not line.startswith(("#", "/")):
                self._do(parse(f"{section} {line.strip()}", self.menus, VERBS))
        if not self.menus["/user"].items:  # an export does not tell the users; somebody has to get in
            owner = {"name": self.spec.user, "password": self.spec.password, "group": "full"}
            self.menus["/user"].items.append(Item(owner, "0"))
        self.keep()

    def keep(self) -> None:
        self.files[STORE] = self._dump().encode()
        self.save_files()

    def _dump(self) -> str:
        return json.dumps(
            {name: [(i.fixed, i.values) for i in menu.items] for name, menu in self.menus.items()}
        )

    def _load(self, text: str) -> None:
        stored: Store = json.loads(text)
        self.menus = fresh()
        for name, items in stored.items():
            self.menus[name].items = [Item(dict(values), fixed) for fixed, values in items]
        self._schedule()

    def running(self) -> str:
        return (
            "\n".join(("# 2026-11-22 14:00:00 by RouterOS 7.16.1", *exported(self.menus, sensitive=True)))
            + "\n"
        )

    def startup(self) -> str:
        return self.running()

    def _do(self, command: Command) -> None:
        menu = self.menus.get(command.path)
        if menu is None:
            raise Wrong(
                f"bad command name {command.path.split()[-1].strip('/') or command.verb} (line 1 column 2)"
            )
        known(menu, command.settings)
        match command.verb:
            case "add":
                add(menu, command.settings)
            case "set":
                for item in menu.items if menu.single else selected(menu, command.about):
                    change(menu, item, command.settings)
            case "enable" | "disable":
                for item in selected(menu, command.about):
                    change(menu, item, {"disabled": "no" if command.verb == "enable" else "yes"})
            case "remove":
                self._remove(menu, command.about)
            case "move":
                move(menu, command)
            case _:
                raise Wrong(f"bad command name {command.verb} (line 1 column 1)")

    def _remove(self, menu: Menu, about: str) -> None:
        gone = selected(menu, about)
        if any(item.fixed for item in gone):
            raise Wrong("failure: can not remove default item")
        kept = [item for item in menu.items if item not in gone]
        if menu.name == "/user" and not any(item.values.get("group") == "full" for item in kept):
            raise Wrong("failure: can't remove last full user")
        menu.items = kept

    # ── files, backups, the scheduler ───────────────────────────────────────

    def _save(self, command: Command) -> str:
        name = f"{command.settings.get('name', self.name)}.backup"
        if self.faults.take("full", name):
            raise Wrong(FULL)
        self.files[name] = self._dump().encode()
        self.save_files()
        return "Saving system configuration\nConfiguration backup saved"

    def _restore(self, settings: Mapping[str, str], *, asks: bool = True) -> Reply:
        name = settings.get("name", "")
        found = name if name in self.files else f"{name}.backup"
        if found not in self.files:
            raise Wrong("failure: no such backup file")

        def restored() -> str:
            self.files[STORE] = self.files[found]
            self.save_files()
            self.reboot("backup restored")
            return "System configuration restored, rebooting now"

        def asked() -> Turn:
            sure = yield Ask("Restore and reboot? [y/N]:", key=True)
            return restored() if sure.lower() == "y" else "action cancelled"

        return asked() if asks else restored()

    def _reboot(self) -> Turn:
        sure = yield Ask("Reboot, yes? [y/N]:", key=True)
        if sure.lower() == "y":
            self.reboot("/system reboot")
        return ""

    def _file(self, command: Command) -> str:
        menu = self._files()
        chosen = [item.values["name"] for item in selected(menu, command.about)]
        for name in chosen:
            data = self.files.pop(name)
            if command.verb == "set":
                self.files[command.settings["name"]] = data
        self.save_files()
        return ""

    def _files(self) -> Menu:
        items = [
            Item({"name": name, "type": "backup", "size": str(len(data))})
            for name, data in sorted(self.files.items())
            if not name.startswith("$")
        ]
        return Menu("/file", {"name": "", "type": "", "size": ""}, items=items)

    def _schedule(self) -> None:
        """Let timers run for the entries that are switched on and have an interval."""
        due: dict[str, tuple[float, str]] = {}
        for item in self.menus["/system scheduler"].items:
            interval_s = seconds(item.values.get("interval", "0s"))
            if interval_s and item.values.get("disabled") != "yes":
                due[json.dumps(item.values, sort_keys=True)] = (interval_s, item.values.get("on-event", ""))
        for key in [key for key in self._timers if key not in due]:
            self._timers.pop(key).cancel()
        for key, (interval_s, script) in due.items():
            if key not in self._timers:
                self._timers[key] = self.clock.later(interval_s, lambda script=script: self._script(script))  # type: ignore[misc]

    def _script(self, script: str) -> None:
        for each in split(script):
            try:
                command = parse(each, self.menus, VERBS)
                if (command.path, command.verb) == ("/system backup", "load"):
                    self._restore(command.settings, asks=False)
                    return
                self._do(command)
            except Wrong as reason:
                self.note(f"script error: {reason}")
                return

    # ── for the world ───────────────────────────────────────────────────────

    def ports(self) -> tuple[Port, ...]:
        return tuple(self._ports())

    def _ports(self) -> Iterator[Port]:
        for item in self.menus["/interface ethernet"].items:
            name = item.values["name"]
            told = [
                each.values["address"]
                for each in self.menus["/ip address"].items
                if each.values["interface"] == name
            ]
            up = item.values.get("disabled") != "yes"
            yield Port(name, up, tuple(map(ip_interface, told)), description=item.values.get("comment", ""))

    def peers(self) -> tuple[Peer, ...]:
        told = (item.values for item in self.menus["/routing bgp connection"].items)
        return tuple(
            Peer(
                v["remote.address"], int(v.get("remote.as", 0)), int(v.get("as", 0)), v.get("tcp-md5-key", "")
            )
            for v in told
            if "remote.address" in v
        )

    def hops(self) -> tuple[str, ...]:
        return tuple(item.values.get("gateway", "") for item in self.menus["/ip route"].items)
