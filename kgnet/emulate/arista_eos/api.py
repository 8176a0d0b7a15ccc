"""eAPI: JSON-RPC 2.0 over HTTPS, `runCmds`; commands as on the command line, answers as JSON or text."""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
from typing import TYPE_CHECKING, Any

from aiohttp import web

from kgnet.emulate.arista_eos import exec_mode
from kgnet.emulate.device import Dropped
from kgnet.emulate.terminal import Terminal, after, before

if TYPE_CHECKING:
    from kgnet.emulate.arista_eos import Eos

PATH = "/command-api"
COULD_NOT, INVALID, UNCONVERTED, DENIED = 1000, 1002, 1003, 1005
WORDS = {
    COULD_NOT: "could not run command",
    INVALID: "invalid command",
    UNCONVERTED: "unconverted command",
    DENIED: "permission to run command denied",
}


class Failed(Exception):
    """A command failed: *code* of eAPI, *said* as the command line would."""

    def __init__(self, code: int, said: str) -> None:
        super().__init__(said)
        self.code = code
        self.said = said


async def answer(device: Eos, request: Any) -> web.Response:
    """Answer one HTTP request; Dropped where the API is not switched on."""
    api = device.root.find("management api http-commands")
    if api is None or not api.find("no shutdown"):
        raise Dropped("eAPI is off")
    who = _who(request.headers.get("Authorization", ""))
    privilege = device.login(*who) if who else None
    if who is None or privilege is None or device.faults.take("login", who[0]):
        headers = {"WWW-Authenticate": 'Basic realm="COMMAND_API_AUTH"'}
        return web.Response(
            status=401, text="Unable to authenticate user: Bad username/password combination", headers=headers
        )
    if request.method != "POST" or request.path != PATH:
        return web.Response(status=404, text="Not found")
    try:
        asked = json.loads(await request.read())
        params = asked["params"]
        commands, form = list(params["cmds"]), params.get("format") or "json"
    except (ValueError, KeyError, TypeError):
        return web.json_response(
            {"jsonrpc": "2.0", "id": None, "error": {"code": -32600, "message": "Invalid request"}}
        )
    terminal = Terminal(device, who[0], privilege=privilege, remote="command-api")
    terminal.session.memory["enabled"] = False  # each request begins in the mode of a fresh login
    terminal.session.length = 0
    try:
        said = run(terminal, commands, form)
    finally:
        terminal.close()
    await asyncio.sleep(sum(_delay_s(device, command) for command in commands))
    return web.json_response({"jsonrpc": "2.0", "id": asked.get("id"), **said})


def _line(command: Any) -> str:
    return str(command["cmd"] if isinstance(command, dict) else command)


def _delay_s(device: Eos, command: Any) -> float:
    fault = device.faults.take("slow", _line(command))
    return fault.seconds if fault else 0.0


def _who(header: str) -> tuple[str, str] | None:
    kind, _, coded = header.partition(" ")
    try:
        user, _, password = base64.b64decode(coded).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return (user, password) if kind == "Basic" else None


def run(terminal: Terminal, commands: list[Any], form: str) -> dict[str, Any]:
    """Return the result of all commands, or the error of the first that fails, with what came before it."""
    results: list[dict[str, Any]] = []
    for number, command in enumerate(commands, 1):
        line, more = _line(command), command.get("input", "") if isinstance(command, dict) else ""
        try:
            results.append(_one(terminal, line, more, form))
        except Failed as why:
            message = f"CLI command {number} of {len(commands)} '{line}' failed: {WORDS[why.code]}"
            errors = [line.removeprefix("% ") for line in why.said.splitlines() if line.strip()]
            return {"error": {"code": why.code, "message": message, "data": [*results, {"errors": errors}]}}
    return {"result": results}


def _one(terminal: Terminal, line: str, more: str, form: str) -> dict[str, Any]:
    device: Eos = terminal.device  # type: ignore[assignment]
    shows = exec_mode.expanded(line)[:1] == ["show"] and "|" not in line
    if shows and form == "json" and not line.startswith("show running-config"):
        return _shown(terminal, device, line)
    said = terminal.type(line)
    rest = more.splitlines()
    while terminal.ask is not None:
        said = terminal.type(rest.pop(0) if rest else "EOF")
    if said.startswith("%"):
        raise Failed(_code(said), said)
    if form == "text":
        return {"output": said if not said or said.endswith("\n") else f"{said}\n"}
    return {"messages": [said]} if said else {}


def _shown(terminal: Terminal, device: Eos, line: str) -> dict[str, Any]:
    """Answer `show …` as JSON; faults strike here as they do on the command line."""
    before(device, line)
    try:
        told = exec_mode.shown_json(device, terminal.session, line)
    except exec_mode.Unconverted:
        raise Failed(UNCONVERTED, "% This is an unconverted command") from None
    except LookupError:
        raise Failed(INVALID, f"% Invalid input (at token 1: '{line.rsplit(maxsplit=1)[-1]}')") from None
    after(device, line)
    return told


def _code(said: str) -> int:
    if said.startswith("% Authorization denied"):
        return DENIED
    return INVALID if said.startswith(("% Invalid input", "% Incomplete")) else COULD_NOT
