"""The RPCs of an emulated Junos: what its configuration and its state are asked by programs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from kgnet.emulate.device import Session
from kgnet.emulate.juniper_junos import cli, facts, show
from kgnet.emulate.juniper_junos.box import Declined
from kgnet.emulate.juniper_junos.load import Failed, local
from kgnet.emulate.juniper_junos.tree import Node, Wrong, bare

if TYPE_CHECKING:
    from kgnet.emulate.juniper_junos import Junos

ADMIN = 15
OK = "<ok/>"


@dataclass(slots=True)
class Error(Exception):
    """What goes into an `<rpc-error>`."""

    message: str
    path: str = ""
    element: str = ""
    line: int = 0
    severity: str = "error"

    def xml(self) -> str:
        return (
            "<rpc-error><error-type>protocol</error-type><error-tag>operation-failed</error-tag>"
            f"<error-severity>{self.severity}</error-severity>"
            + (f"<error-path>[edit {escape(self.path)}]</error-path>" if self.path else "")
            + (f"<line-number>{self.line}</line-number>" if self.line else "")
            + (
                f"<error-info><bad-element>{escape(self.element)}</bad-element></error-info>"
                if self.element
                else ""
            )
            + f"<error-message>{escape(self.message)}</error-message></rpc-error>"
        )


def answer(device: Junos, session: Session, operation: Element) -> str:
    """Return what stands in the reply."""
    name = local(operation.tag)
    if name in WRITING and session.privilege < ADMIN:
        raise Error("permission denied", element=name)
    act = OPERATIONS.get(name)
    try:
        if act:
            return act(device, session, operation)
        told = facts.answer(device, name, {local(each.tag): (each.text or "").strip() for each in operation})
    except Declined as reason:
        wrong = "".join(Error(each.message, each.path, each.element).xml() for each in reason.wrong)
        return wrong + Error(reason.message).xml()
    if told is None:
        raise Error("syntax error", element=name)
    return told


# ── configuration ───────────────────────────────────────────────────────────


def _get(device: Junos, session: Session, operation: Element) -> str:
    """`get-configuration`: as text, as commands or as XML, or what differs."""
    box = device.box
    if operation.get("compare") == "rollback":
        told = box.compare(int(operation.get("rollback", "0"))) or "\n"
        return _told("configuration-information", _told("configuration-output", escape(told)))
    root = box.candidate if operation.get("database", "candidate") == "candidate" else box.active
    match operation.get("format", "xml"):
        case "text":
            return _told("configuration-text", escape(box.printed(root)))
        case "set":
            return _told("configuration-set", escape("".join(f"{line}\n" for line in root.paths())))
        case _:
            return _told("configuration", _xml(root, _wanted(operation)))


def _get_config(device: Junos, session: Session, operation: Element) -> str:
    source = next(
        (local(each[0].tag) for each in operation if local(each.tag) == "source" and len(each)), "running"
    )
    root = device.box.candidate if source == "candidate" else device.box.active
    return _told("data", _told("configuration", _xml(root, None)))


def _wanted(operation: Element) -> Element | None:
    return next((each for each in operation if local(each.tag) == "configuration" and len(each)), None)


def _xml(root: Node, wanted: Element | None) -> str:
    """Return the statements below, those that a filter names."""
    asked = {local(each.tag): each for each in wanted} if wanted is not None else None
    told = ""
    for each in root.inside:
        name = (
            each.words[0]
            if each.schema.words[0] != "*"
            else {"interfaces": "interface"}.get(root.name, "name")
        )
        if asked is not None and name not in asked:
            continue
        keys = each.words[1:] if each.schema.words[0] != "*" else each.words
        inner = "".join(_told("name", escape(bare(key))) for key in keys)
        inner += _xml(each, asked[name] if asked and len(asked[name]) else None)
        flag = ' inactive="inactive"' if each.inactive else ""
        if each.values:
            told += "".join(f"<{name}{flag}>{inner}{escape(bare(value))}</{name}>" for value in each.values)
        else:
            told += f"<{name}{flag}>{inner}</{name}>"
    return told


def _told(name: str, inner: str) -> str:
    return f"<{name}>{inner}</{name}>"


def _load(device: Junos, session: Session, operation: Element) -> str:
    """`load-configuration`: text, commands or XML; what is wrong stands in the results."""
    if "rollback" in operation.attrib:
        device.box.rollback(session, int(operation.attrib["rollback"]))
        return _told("load-configuration-results", OK)
    how = operation.get("action", "merge")
    try:
        warnings = _loaded(device, session, operation, how)
    except (Failed, Wrong) as reason:
        line, bad = (reason.line, reason.bad) if isinstance(reason, Failed) else (0, "")
        return _told("load-configuration-results", Error(str(reason), element=bad, line=line).xml())
    told = "".join(Error(each, severity="warning").xml() for each in warnings)
    return _told("load-configuration-results", told + OK)


def _loaded(device: Junos, session: Session, operation: Element, how: str) -> list[str]:
    for each in operation:
        match local(each.tag):
            case "configuration-set":
                return cli.load(device, session, "set", each.text or "")
            case "configuration-text":
                return cli.load(device, session, how, each.text or "")
            case "configuration":
                loader = device.box.loader(session)
                if how in ("override", "update"):
                    loader.root.inside.clear()
                loader.xml(each)
                return loader.warnings
    raise Failed("syntax error", 0, "load-configuration")


def _edit(device: Junos, session: Session, operation: Element) -> str:
    """`edit-config` of RFC 6241, merging XML into the candidate."""
    for each in operation:
        inner = next(iter(each), None)
        if local(each.tag) == "config" and inner is not None:
            loader = device.box.loader(session)
            try:
                loader.xml(inner)
            except Failed as reason:
                raise Error(reason.message, element=reason.bad) from reason
    return OK


def _commit(device: Junos, session: Session, operation: Element) -> str:
    said = {local(each.tag): (each.text or "").strip() for each in operation}
    if "check" in said:
        device.box.commit_check()
        return _told("commit-results", OK)
    minutes = int(said.get("confirm-timeout") or 10) if "confirmed" in said else 0
    device.box.commit(session, "netconf", log=said.get("log", ""), minutes=minutes)
    return OK if local(operation.tag) == "commit" else _told("commit-results", OK)


def _commit_standard(device: Junos, session: Session, operation: Element) -> str:
    """`commit` of RFC 6241: its timeout is in seconds; Junos rounds it up to minutes."""
    said = {local(each.tag): (each.text or "").strip() for each in operation}
    minutes = -(-int(said.get("confirm-timeout") or 600) // 60) if "confirmed" in said else 0
    device.box.commit(session, "netconf", minutes=minutes)
    return OK


def _lock(device: Junos, session: Session, operation: Element) -> str:
    device.box.take(session)
    return OK


def _unlock(device: Junos, session: Session, operation: Element) -> str:
    device.box.give(session)
    return OK


def _discard(device: Junos, session: Session, operation: Element) -> str:
    device.box.free_for(session)
    device.box.discard()
    return OK


def _validate(device: Junos, session: Session, operation: Element) -> str:
    device.box.check()
    return _told("commit-results", OK)


def _close(device: Junos, session: Session, operation: Element) -> str:
    device.box.give(session)
    session.closed = True
    return OK


def _nothing(device: Junos, session: Session, operation: Element) -> str:
    return OK


# ── commands ────────────────────────────────────────────────────────────────


def _command(device: Junos, session: Session, operation: Element) -> str:
    """An operational command; without a format, ping answers in XML."""
    line = " ".join((operation.text or "").split())
    command, pipes = cli.piped(line)
    if operation.get("format", "xml") != "text" and command.startswith("ping "):
        return facts.ping(device, command.split()[1], command.split()[2:])
    said = show.answer(device, command, pipes)
    if said is None:
        raise Error("syntax error, expecting <command>", element=command)
    told = escape(f"\n{show.filtered(said, pipes)}\n")
    if command.startswith("show configuration"):
        return _told("configuration-information", _told("configuration-output", told))
    return _told("output", told)


Act = Callable[["Junos", Session, Element], str]
OPERATIONS: dict[str, Act] = {
    "get-configuration": _get,
    "get-config": _get_config,
    "load-configuration": _load,
    "edit-config": _edit,
    "commit-configuration": _commit,
    "commit": _commit_standard,
    "lock-configuration": _lock,
    "lock": _lock,
    "unlock-configuration": _unlock,
    "unlock": _unlock,
    "discard-changes": _discard,
    "validate": _validate,
    "open-configuration": _nothing,
    "close-configuration": _nothing,
    "close-session": _close,
    "command": _command,
}
WRITING = tuple(OPERATIONS.keys() - {"get-configuration", "get-config", "command", "close-session"})
